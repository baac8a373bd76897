/**
 * The kinds of IR nodes. They are small numbers, so that V8 makes a jump table of a `switch` over them and not a row of
 * comparisons (the bundler puts the numbers where the names are): of compiling 1,000 lines that takes 4 % of the instructions.
 */

// Expressions.
const const_ = 1;
const if_ = 7;
export const get = 0;
export const num = 2;
export const call = 3;
export const load = 4;
export const as = 5;
export const seq = 6;
export const data = 8;
export const global = 9;
export const select = 10;
export const callIndirect = 11;
export const funcIndex = 12;
export const memorySize = 13;
export const memoryGrow = 14;

// Statements; `if` is both.
const do_ = 17;
const switch_ = 18;
const return_ = 19;
export const set = 15;
export const store = 16;
export const block = 20;
export const br = 21;
export const brIf = 22;
export const loop = 23;
export const setGlobal = 24;
export const unreachable = 25;
export const keep = 26;
export const memoryCopy = 27;
export const memoryFill = 28;

export { const_ as const, do_ as do, if_ as if, return_ as return, switch_ as switch };
