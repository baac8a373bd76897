import { userError } from '../diagnostics/user-error.ts';

/** The smallest multiple of `alignment` that is not below `value`. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** The error for a launcher that cannot take a program. */
export function wrongLauncher(why: string): Error {
  return userError('E504', `this launcher cannot be used: ${why}`, 'Build it again with `npm run launcher`.');
}
