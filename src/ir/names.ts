/** Names that mean something to the linker or the root pass rather than to the program. */

/** `data` of this name: the first address after static data, 16-aligned. */
export const HEAP_BASE = 'rt.heap_base';
/** `data` of this name: the upper end of the shadow stack. */
export const STACK_BASE = 'rt.stack_base';
/** The datum that holds the addresses of type descriptors by type id; its address is 0 when there is none. */
export const TYPE_TABLE = 'rt.type_table';
/** The global variable that points to the lowest used slot of the shadow stack. */
export const STACK_POINTER = 'rt.sp';
/** The function of the program's top level, which nothing but the entry point calls. */
export const MAIN = 'main';
/** The function whose callers may collect. */
export const COLLECT = 'rt.collect';
/** Prefix of `data` names that are memory cells of global variables that hold references. */
export const ROOT_GLOBAL = 'root:';

/** True for `data` names that the linker resolves without a datum. */
export function isLinkerAddress(name: string): boolean {
  return name === HEAP_BASE || name === STACK_BASE || name === TYPE_TABLE || name.startsWith(ROOT_GLOBAL);
}

const runtimeNames = new Map<string, string>();

/** The name in the IR of a function, variable or datum of the run-time library: always the same string (see `interned`). */
export function runtimeName(name: string): string {
  let full = runtimeNames.get(name);
  if (full === undefined) {
    full = interned(`rt.${name}`);
    runtimeNames.set(name, full);
  }
  return full;
}

/**
 * A text as the one string of it that property names and literals are. Such strings are compared by identity; those that were put
 * together are compared character by character, each time.
 */
export function interned(text: string): string {
  // An object with such a property would do, but each needs a shape of its own: five times the cost.
  return Symbol.for(text).description!;
}
