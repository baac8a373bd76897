/**
 * Marks a place that the type checker proves unreachable, so that a new variant of a union fails to compile
 * wherever it is not handled. Throws when untyped data gets here all the same.
 */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
