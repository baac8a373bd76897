/** How long a test may take. */
import { EXIT, userError } from '../diagnostics/user-error.ts';

/** The seconds that a test may take unless something else is said. */
export const TEST_TIMEOUT = 60;

/** Reads a time limit in seconds; `what` names it in messages. Throws a UserError (exit 2) unless it is a number from 0 to a day. */
export function parseTimeout(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && seconds <= 86_400) return seconds;
  throw userError(
    'E217',
    `${what} is ${JSON.stringify(text)}`,
    'give the seconds that a test may take, such as 60; 0 for no limit',
    EXIT.usage,
  );
}
