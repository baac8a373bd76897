/** Exit statuses of the command line and, as failure kinds, of the action. */
export const EXIT = { ok: 0, failed: 1, usage: 2, verification: 3, network: 4 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/**
 * Something the user can mend: printed as one message and one remedy, without a stack. Everything else that is
 * thrown is a bug in this program and is printed as such.
 */
export interface UserError extends Error {
  readonly name: 'UserError';
  /** A documented code such as `E101`. */
  readonly code: string;
  /** What to do about it, one sentence. */
  readonly fix: string;
  /** The process's exit status. */
  readonly exit: ExitStatus;
}

/** Makes a UserError. `exit` is 1 (the user's program or input is wrong) unless given. */
export function userError(
  code: string,
  message: string,
  fix: string,
  exit: ExitStatus = EXIT.failed,
  options?: ErrorOptions,
): UserError {
  const error = new Error(message, options);
  return Object.assign(error, { name: 'UserError' as const, code, fix, exit });
}

/** Tells a UserError from any other thrown value. */
export function isUserError(value: unknown): value is UserError {
  return value instanceof Error && value.name === 'UserError' && 'fix' in value && 'exit' in value;
}
