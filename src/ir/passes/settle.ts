/**
 * What was printed before a stack overflow must be seen, but the engine ends a program whose stack is full without another
 * word to it. So the output buffer is written out before the program enters recursion: calls into a cycle of the call
 * graph go by way of a function that does that when there is something in the buffer (`out_settle`, which also bounds what
 * this may cost). Within a cycle calls stay as they are unless it prints, so recursion that only computes pays nothing.
 *
 * Cycles are the strongly connected components (Tarjan, "Depth-first search and linear graph algorithms", 1972). Indirect
 * calls may reach every function of the table that takes and gives the same types.
 */

import { get, type Mapper, mapExpr, mapSame, mapStmt } from '../build.ts';
import { noReturnFuncs, tableOf } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Datum, Expr, Func, Module } from '../ir.ts';
import * as Op from '../op.ts';

/** The global variable that says how much is in the output buffer: functions that print assign it. */
const OUT_USED = 'rt.out_used';
const SETTLE = 'rt.out_settle';
const SUFFIX = '.enter';

/** Puts the detours in; the same module when it prints nothing or no function of the user recurses. */
export function settleOutput(module: Module): Module {
  if (!module.globals.has(OUT_USED)) return module;
  const graph = callGraph(module);
  const cycles = cyclesOf(graph.calls);
  const isUser = (name: string) => module.funcs.get(name)?.display !== undefined;
  const users = new Set([...cycles].filter(([, cycle]) => cycle.some(isUser)).map(([name]) => name));
  if (users.size === 0) return module;
  const prints = reaching(graph.calls, graph.printing);
  const enters = new Map<string, Func>();
  /** What a call of `callee` goes to: from `caller`, or through the table, which anybody may do. */
  const target = (callee: string, caller?: string): string => {
    const func = module.funcs.get(callee);
    const cycle = cycles.get(callee);
    if (!func || !users.has(callee) || !isUser(callee)) return callee;
    if (caller !== undefined && cycle === cycles.get(caller) && !prints.has(callee)) return callee;
    const name = callee + SUFFIX;
    if (!enters.has(name)) enters.set(name, enterOf(func, name));
    return name;
  };
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) funcs.set(func.name, redirected(func, target));
  const data = new Map<string, Datum>();
  for (const [name, datum] of module.data) {
    const relocs = mapSame(datum.relocs, (r) => {
      const to = 'func' in r ? target(r.func) : undefined;
      return 'func' in r && to !== undefined && to !== r.func ? { at: r.at, func: to } : r;
    });
    data.set(name, relocs === datum.relocs ? datum : { ...datum, relocs });
  }
  if (enters.size === 0) return module;
  for (const enter of enters.values()) funcs.set(enter.name, enter);
  return { ...module, funcs, data };
}

function enterOf(callee: Func, name: string): Func {
  const { params, result } = callee;
  const args = params.map((type, local): Expr => get(local, type));
  const call: Expr = { op: Op.call, type: result, func: callee.name, args };
  return {
    name,
    params,
    result,
    locals: [...params],
    body: [
      { op: Op.do, value: { op: Op.call, type: undefined, func: SETTLE, args: [] } },
      result === undefined ? { op: Op.do, value: call } : { op: Op.return, value: call },
    ],
    inline: 'always',
  };
}

function redirected(func: Func, target: (callee: string, caller?: string) => string): Func {
  const mapper: Mapper = {
    expr(e) {
      const mapped = mapExpr(e, mapper);
      if (mapped.op !== Op.call && mapped.op !== Op.funcIndex) return mapped;
      const to = target(mapped.func, mapped.op === Op.call ? func.name : undefined);
      return to === mapped.func ? mapped : { ...mapped, func: to };
    },
    body: (body) => mapSame(body, (s) => mapStmt(s, mapper)),
  };
  const body = mapper.body(func.body);
  return body === func.body ? func : { ...func, body };
}

interface CallGraph {
  readonly calls: ReadonlyMap<string, readonly string[]>;
  /** Functions that print themselves. */
  readonly printing: ReadonlySet<string>;
}

/** Who calls whom; failing, after which nothing comes, does not count. */
function callGraph(module: Module): CallGraph {
  const noReturn = noReturnFuncs(module);
  const calls = new Map<string, string[]>();
  const table = new Set<string>();
  const printing = new Set<string>();
  for (const func of module.funcs.values()) {
    if (noReturn.has(func.name)) continue;
    const callees = new Set<string>();
    for (const e of factsOf(func).references) {
      if (e.op === Op.call && module.funcs.has(e.func) && !noReturn.has(e.func)) callees.add(e.func);
      else if (e.op === Op.callIndirect) callees.add(tableOf(e.params, e.type));
      else if (e.op === Op.funcIndex && !noReturn.has(e.func)) table.add(e.func);
      else if (e.op === Op.setGlobal && e.name === OUT_USED) printing.add(func.name);
    }
    calls.set(func.name, [...callees]);
  }
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc && !noReturn.has(reloc.func)) table.add(reloc.func);
  }
  for (const name of table) {
    const { params, result } = module.funcs.get(name)!;
    const at = tableOf(params, result);
    calls.set(at, [...(calls.get(at) ?? []), name]);
  }
  return { calls, printing };
}

/** The members of the cycle that a node is in, for the nodes that are in one. */
function cyclesOf(calls: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const found = new Map<string, readonly string[]>();
  const begin = (name: string): { name: string; next: number } => {
    index.set(name, index.size);
    low.set(name, index.get(name)!);
    stack.push(name);
    open.add(name);
    return { name, next: 0 };
  };
  for (const root of calls.keys()) {
    if (index.has(root)) continue;
    const path = [begin(root)];
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const { name } = at;
      const callee = calls.get(name)?.[at.next++];
      if (callee !== undefined) {
        if (!index.has(callee)) path.push(begin(callee));
        else if (open.has(callee)) low.set(name, Math.min(low.get(name)!, index.get(callee)!));
        continue;
      }
      path.pop();
      const parent = path.at(-1)?.name;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent)!, low.get(name)!));
      if (low.get(name) !== index.get(name)) continue;
      const members = stack.splice(stack.indexOf(name));
      for (const member of members) open.delete(member);
      if (members.length > 1 || calls.get(name)?.includes(name)) for (const m of members) found.set(m, members);
    }
  }
  return found;
}

/** The nodes that reach one of `goals`. */
function reaching(calls: ReadonlyMap<string, readonly string[]>, goals: ReadonlySet<string>): Set<string> {
  const callers = new Map<string, string[]>();
  for (const [caller, callees] of calls) {
    for (const callee of callees) {
      const list = callers.get(callee);
      if (list) list.push(caller);
      else callers.set(callee, [caller]);
    }
  }
  const found = new Set(goals);
  const queue = [...goals];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const caller of callers.get(name) ?? []) {
      if (found.has(caller)) continue;
      found.add(caller);
      queue.push(caller);
    }
  }
  return found;
}
