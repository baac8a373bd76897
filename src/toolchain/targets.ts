import matrix from '../../matrix.json' with { type: 'json' };
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { nearest } from './nearest.ts';

export type TargetName =
  | 'x86_64-linux'
  | 'aarch64-linux'
  | 'riscv64gc-linux'
  | 's390x-linux'
  | 'x86_64-macos'
  | 'aarch64-macos'
  | 'x86_64-windows'
  | 'aarch64-windows';

/** One row of the target table in matrix.json. */
export interface Target {
  readonly name: TargetName;
  readonly os: 'linux' | 'macos' | 'windows';
  readonly arch: 'x86_64' | 'aarch64' | 'riscv64gc' | 's390x';
  /** The name `wasmtime compile --target` takes. */
  readonly wasmtimeTarget: string;
  /** wasmtime's support tier: 1 is the best tested. */
  readonly tier: 1 | 2 | 3;
  readonly exeSuffix: '' | '.exe';
  /** The label of a hosted runner of that kind, when there is one. */
  readonly runner: string | null;
  /** A user-mode emulator that runs its executables on x86_64 Linux, when there is one. */
  readonly emulator: string | null;
  /** How this project tests the target, in words. */
  readonly testedBy: string;
}

/** All targets, in the order in which they are listed and packaged. */
export const TARGETS: readonly Target[] = matrix.targets as unknown as readonly Target[];

const ARCH_OF_NODE: Readonly<Record<string, Target['arch']>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  riscv64: 'riscv64gc',
  s390x: 's390x',
};
const OS_OF_NODE: Readonly<Record<string, Target['os']>> = { linux: 'linux', darwin: 'macos', win32: 'windows' };

/** The target of the machine this runs on, or undefined when it is none of the eight. */
export function hostTarget(platform: string = process.platform, cpu: string = process.arch): Target | undefined {
  const os = OS_OF_NODE[platform];
  const arch = ARCH_OF_NODE[cpu];
  return TARGETS.find((target) => target.os === os && target.arch === arch);
}

/** The host's target; throws a UserError (exit 2) on a machine that is none of the eight. */
export function requireHost(): Target {
  const target = hostTarget();
  if (target === undefined) {
    throw userError(
      'E102',
      `this machine (${process.platform} ${process.arch}) is not one of the supported targets`,
      `use one of: ${TARGETS.map((t) => t.name).join(', ')}`,
      EXIT.usage,
    );
  }
  return target;
}

/**
 * Reads a target list: `default` (all), `host`, or names, separated by commas or white space; duplicates are
 * dropped and the order is the table's. Throws a UserError (exit 2) that names the nearest target for an unknown
 * name, and for an empty list.
 */
export function parseTargets(spec: string): Target[] {
  const wanted = new Set<TargetName>();
  for (const word of spec.split(/[\s,]+/)) {
    if (word === '') continue;
    if (word === 'default' || word === 'all') for (const target of TARGETS) wanted.add(target.name);
    else if (word === 'host') wanted.add(requireHost().name);
    else {
      const target = TARGETS.find((t) => t.name === word);
      if (target === undefined) {
        const names = [...TARGETS.map((t) => t.name as string), 'host', 'default'];
        throw userError(
          'E101',
          `unknown target '${word}'`,
          `did you mean '${nearest(word, names)}'? The targets are ${names.join(', ')}`,
          EXIT.usage,
        );
      }
      wanted.add(target.name);
    }
  }
  if (wanted.size === 0) {
    throw userError('E101', 'the list of targets is empty', "write 'default', 'host' or a list of names", EXIT.usage);
  }
  return TARGETS.filter((target) => wanted.has(target.name));
}
