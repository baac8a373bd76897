/** Failed tests as GitHub annotations; diagnostics have theirs in src/diagnostics/render.ts. */

/** What an annotation of a failed test needs to know of it. */
export interface FailedTest {
  readonly name: string;
  readonly output: string;
  readonly place: { readonly file: string; readonly line: number; readonly col: number };
}

/** GitHub shows at most this many annotations of a step and kind; further ones are in the log only. */
const SHOWN = 10;
/** The longest message of an annotation, in characters. */
const LONGEST = 4000;

/** One workflow command a failed test, on the line that failed. Gives the text to print. */
export function annotateTests(failed: readonly FailedTest[]): string {
  const commands = failed.slice(0, SHOWN).map(({ name, output, place }) => {
    const message = output.trim().slice(0, LONGEST) || 'the test failed without a message';
    const properties = `file=${property(place.file)},line=${place.line},col=${place.col},title=${property(`test ${name}`)}`;
    return `::error ${properties}::${data(message)}\n`;
  });
  return commands.join('');
}

/** A workflow command without a place: `error`, `warning` or `notice`. */
export function annotate(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${kind} title=${property(title)}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
