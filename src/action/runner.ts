/** The runner as the commands see it: a small port, so that tests need no runner. */

/** The action's outputs; action.yml describes them. */
export const OUTPUTS = [
  'version',
  'tag',
  'matrix',
  'dist-dir',
  'manifest',
  'checksums-file',
  'assets',
  'release-id',
  'release-url',
  'published',
  'changed',
  'tests-passed',
  'tests-failed',
  'wasmtime-version',
  'wasmtime-path',
  'cache-hit',
] as const;

export type OutputName = (typeof OUTPUTS)[number];

export interface Runner {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes to the log; workflow commands too. The text ends with a line feed. */
  write(text: string): void;
  output(name: OutputName, value: string | number | boolean): Promise<void>;
  /** Appends Markdown to the job's summary; does nothing where there is none. */
  summary(markdown: string): Promise<void>;
  /** Has the runner hide a value in the log. */
  secret(value: string): Promise<void>;
  addPath(folder: string): Promise<void>;
}

/** The real runner, by @actions/core, which is loaded when it is first needed. */
export function githubRunner(env: NodeJS.ProcessEnv = process.env): Runner {
  const core = () => import('./core.ts');
  return {
    env,
    write: (text) => void process.stdout.write(text),
    output: async (name, value) => (await core()).setOutput(name, String(value)),
    summary: async (markdown) => {
      if (env.GITHUB_STEP_SUMMARY) await (await core()).summary.addRaw(markdown, true).write();
    },
    secret: async (value) => (await core()).setSecret(value),
    addPath: async (folder) => (await core()).addPath(folder),
  };
}
