/**
 * Texts in loops. `s[i]` reads the header of the string each time: whether it is all ASCII, how long it is, where its bytes
 * are. Strings never change, so for a string in a local that the loop does not assign this is read before the loop,
 * whatever else the loop calls (which the hoisting of list headers depends on: see hoist.ts).
 *
 * Only loops without loops in them: two more values that live as long as an outer loop cost the inner ones registers (a
 * scanner with a loop for numbers in it ran 15 % slower with fewer instructions). The bytes' address is used together with
 * the string only, so the string is alive while the address is.
 */

import { addLocal, copyFunc, get, type Mapper, mapExpr, mapStmt, set, walk } from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';

/** Functions of a string and an index; those that are given the header as well are called `NAME_in`. */
const READS: ReadonlySet<string> = new Set([
  'rt.str_index',
  'rt.str_char_slice',
  'rt.str_code_at',
  'rt.str_code_slice',
  'rt.str_key_at',
  'rt.str_key_slice',
]);

type Loop = Extract<Stmt, { op: typeof Op.loop }>;

/** Reads the headers of strings before loops, in the functions of the user. */
export function textsModule(module: Module): Module {
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    funcs.set(func.name, func.display !== undefined && readsInLoop(func) ? textsFunc(func) : func);
  }
  return { ...module, funcs };
}

/** Whether there are loops and reads of strings in a function. */
function readsInLoop(func: Func): boolean {
  const { hasLoop, references } = factsOf(func);
  return hasLoop && references.some((e) => e.op === Op.call && READS.has(e.func));
}

interface Header {
  readonly plain: number;
  readonly data: number;
}

function textsFunc(original: Func): Func {
  const func = copyFunc(original);
  /** The headers that are read before the loop at hand. */
  const known = new Map<number, Header>();

  const newHeader = (): Header => {
    const header = { plain: addLocal(func, 'i32'), data: addLocal(func, 'i32') };
    func.localNames?.push(undefined, undefined);
    return header;
  };
  const expr = (e: Expr): Expr => {
    if (e.op === Op.get || e.op === Op.const) return e;
    const mapped = mapExpr(e, mapper);
    if (mapped.op !== Op.call || !READS.has(mapped.func)) return mapped;
    const text = mapped.args[0]!;
    const header = text.op === Op.get ? known.get(text.local) : undefined;
    if (!header) return mapped;
    const args = [...mapped.args, get(header.plain, 'i32'), get(header.data, 'i32')];
    return { ...mapped, func: `${mapped.func}_in`, args };
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const s = list[i]!;
      const before: Stmt[] = [];
      const mapped = s.op === Op.loop ? loop(s, before) : mapStmt(s, mapper);
      if (mapped !== s || before.length > 0) out ??= list.slice(0, i);
      out?.push(...before, mapped);
    }
    return out ?? list;
  };
  /** Rewrites a loop; `before` gets what is read before it. */
  const loop = (s: Loop, before: Stmt[]): Stmt => {
    const mine = readsIn(s);
    for (const local of mine) {
      const header = newHeader();
      known.set(local, header);
      const call = (name: string): Expr => ({ op: Op.call, type: 'i32', func: name, args: [get(local, 'ref')] });
      before.push(set(header.plain, call('rt.str_plain')), set(header.data, call('rt.str_data')));
    }
    const mapped = mapStmt(s, mapper);
    for (const local of mine) known.delete(local);
    return mapped;
  };
  const mapper: Mapper = { expr, body };

  const rebuilt = body(func.body);
  if (rebuilt === func.body) return original;
  func.body = rebuilt;
  return func;
}

/** The locals whose strings an innermost loop reads by index and does not assign. */
function readsIn(loop: Loop): number[] {
  const found = new Set<number>();
  const assigned = new Set<number>();
  let innermost = true;
  walk(
    loop.body,
    (e) => {
      if (e.op === Op.call && READS.has(e.func) && e.args[0]!.op === Op.get) found.add(e.args[0]!.local);
    },
    (s) => {
      if (s.op === Op.set) assigned.add(s.local);
      else if (s.op === Op.loop) innermost = false;
    },
  );
  if (!innermost) return [];
  return [...found].filter((local) => !assigned.has(local));
}
