/** mochi.toml: what it may hold, with messages that name the key. */
import { parse, TomlError } from 'smol-toml';
import * as z from 'zod/mini';
import { userError } from '../diagnostics/user-error.ts';
import { INSTALLER_KINDS } from '../package/installers.ts';
import { nearest } from '../toolchain/nearest.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

const name = z
  .string()
  .check(z.regex(NAME, 'must begin with a letter or a digit and hold only letters, digits, ".", "_" and "-"'));
const relativePath = z
  .string()
  .check(z.refine((path) => path !== '' && !/^(?:[\\/]|[A-Za-z]:)/.test(path), 'must be a path below the project'));

const schema = z.object({
  // Other tools may keep their own keys in [package] and tables beside it.
  package: z.optional(
    z.object({
      name: z.optional(name),
      version: z.optional(z.string().check(z.regex(SEMVER, 'must be a version such as "1.2.3"'))),
      license: z.optional(z.string()),
      description: z.optional(z.string()),
    }),
  ),
  wasm: z.optional(
    z.strictObject({
      main: z.optional(relativePath),
      bin: z.optional(z.array(z.strictObject({ name, main: relativePath }))),
      tests: z.optional(z.array(z.string())),
      targets: z.optional(z.array(z.string())),
      wasmtime: z.optional(z.string()),
      installers: z.optional(z.array(z.enum(INSTALLER_KINDS, 'must be a list of sh, ps1, homebrew and scoop'))),
      launcher: z.optional(
        z.strictObject({ dirs: z.optional(z.array(z.string())), env: z.optional(z.array(z.string())) }),
      ),
    }),
  ),
});

export type Config = z.infer<typeof schema>;

/** The keys of [wasm] and of its tables, for the nearest name of an unknown one. */
const KEYS = ['main', 'bin', 'tests', 'targets', 'wasmtime', 'installers', 'launcher', 'name', 'dirs', 'env'];

/** Reads the text of a mochi.toml called `shown`. Throws a UserError that names the line or the key that is wrong. */
export function parseConfig(text: string, shown: string): Config {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw userError('E211', `${shown}:${error.line}:${error.column}: ${why}`, 'Mend the TOML syntax there.');
  }
  const result = schema.safeParse(value);
  if (!result.success) throw refusal(result.error.issues[0]!, shown);
  const { wasm } = result.data;
  if (wasm?.main !== undefined && wasm.bin !== undefined) {
    throw userError(
      'E212',
      `${shown}: wasm.main and wasm.bin exclude each other`,
      'Keep main for one program, [[wasm.bin]] for several.',
    );
  }
  return result.data;
}

function refusal(issue: z.core.$ZodIssue, shown: string): Error {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    return userError(
      'E212',
      `${shown}: unknown key ${[...path, key].join('.')}`,
      `Did you mean '${nearest(key, KEYS)}'?`,
    );
  }
  const problem = issue.code === 'invalid_type' ? `must be ${article(issue.expected)}` : issue.message;
  return userError('E212', `${shown}: ${path.join('.')} ${problem}`, 'Mend that key; README.md shows an example.');
}

function article(type: string): string {
  return type === 'array' ? 'a list' : type === 'object' ? 'a table' : `a ${type}`;
}
