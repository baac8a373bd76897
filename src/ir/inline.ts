/**
 * Inlining of run-time functions: those that their author marked, and small leaf functions. It is what makes a list
 * access or a checked addition a few instructions in the user's loop, and it is where constants meet the code that
 * depends on them. Functions of the user keep their frames in stack traces and are not inlined.
 *
 * Callees are finished before their callers (a post-order walk of the call graph), so each body is copied in its final
 * form; a call back into a function that is being worked on stays a call.
 */

import type { Span } from '../diagnostics/diagnostic.ts';
import {
  assigns,
  fallsThrough,
  mapExpr,
  mapSame,
  mapStmt,
  maxLabel,
  someStmt,
  walk,
  walkStmts,
  zero,
} from './build.ts';
import { noReturnFuncs } from './calls.ts';
import type { Expr, Func, Module, Stmt, Type } from './ir.ts';

/** Nodes up to which an unmarked leaf function is inlined: about what the call itself costs. */
const SMALL = 14;
/** Nodes up to which a function with one call only is inlined. */
const SINGLE = 300;
/** Nodes of a function from which on nothing unmarked is inlined into it. */
const LARGE = 20_000;

type Call = Extract<Expr, { op: 'call' }>;

interface Candidate {
  readonly func: Func;
  /** Whether a parameter is assigned in the body. */
  readonly assigned: readonly boolean[];
  readonly labels: number;
  readonly nodes: number;
}

/** Inlines in all functions of a module; functions that nothing calls any more stay until the next `reach`. */
export function inlineModule(module: Module): Module {
  return inlineWhere(module, (func, shape) => func.inline === 'always' || (shape.simple && shape.nodes <= SMALL));
}

/**
 * Inlines the run-time functions that have a single call (and need not exist for themselves): that makes the program
 * smaller, whatever their size, up to a bound that keeps functions compilable. To be run after `inlineModule` and `reach`.
 */
export function inlineSingle(module: Module): Module {
  const calls = new Map<string, number>();
  const count = (name: string, n: number): void => {
    calls.set(name, (calls.get(name) ?? 0) + n);
  };
  for (const func of module.funcs.values()) {
    walk(func.body, (e) => {
      if (e.op === 'call') count(e.func, 1);
      else if (e.op === 'funcIndex') count(e.func, 2);
    });
  }
  for (const name of module.exports.values()) count(name, 2);
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) count(reloc.func, 2);
  }
  const noReturn = noReturnFuncs(module);
  return inlineWhere(
    module,
    (func, shape) => calls.get(func.name) === 1 && shape.nodes <= SINGLE && !noReturn.has(func.name),
  );
}

interface Shape {
  readonly nodes: number;
  /** No loops and no calls. */
  readonly simple: boolean;
}

function inlineWhere(module: Module, wanted: (func: Func, shape: Shape) => boolean): Module {
  const done = new Map<string, Func>();
  const candidates = new Map<string, Candidate | undefined>();
  const busy = new Set<string>();

  const finish = (func: Func): Func => {
    const known = done.get(func.name);
    if (known) return known;
    busy.add(func.name);
    const callees: Func[] = [];
    walk(func.body, (e) => {
      if (e.op !== 'call') return;
      const callee = module.funcs.get(e.func);
      if (callee && mayInline(callee) && !done.has(e.func) && !busy.has(e.func)) callees.push(callee);
    });
    for (const callee of callees) if (!busy.has(callee.name)) finish(callee);
    const result = inlineInto(func, candidate);
    busy.delete(func.name);
    done.set(func.name, result);
    return result;
  };
  const candidate = (name: string): Candidate | undefined => {
    if (candidates.has(name)) return candidates.get(name);
    const func = done.get(name);
    if (!func || busy.has(name)) return undefined;
    const made = candidateOf(func, wanted);
    candidates.set(name, made);
    return made;
  };

  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) funcs.set(func.name, finish(func));
  return { ...module, funcs };
}

const mayInline = (func: Func): boolean => func.inline !== 'never' && func.display === undefined;

function candidateOf(func: Func, wanted: (func: Func, shape: Shape) => boolean): Candidate | undefined {
  if (!mayInline(func)) return undefined;
  let nodes = 0;
  let simple = true;
  let recursive = false;
  const assigned: boolean[] = func.params.map(() => false);
  walk(
    func.body,
    (e) => {
      nodes++;
      if (e.op === 'call' || e.op === 'callIndirect') {
        simple = false;
        if (e.op === 'call' && e.func === func.name) recursive = true;
      }
    },
    (s) => {
      nodes++;
      if (s.op === 'loop') simple = false;
      else if (s.op === 'set' && s.local < assigned.length) assigned[s.local] = true;
    },
  );
  if (recursive) return undefined;
  if (!wanted(func, { nodes, simple })) return undefined;
  return { func, assigned, labels: maxLabel(func.body) + 1, nodes };
}

function inlineInto(func: Func, candidate: (name: string) => Candidate | undefined): Func {
  const locals = func.locals.slice();
  const localNames = locals.map((_, i) => func.localNames?.[i]);
  let nextLabel = -1;
  let budget = LARGE;

  const expr = (e: Expr): Expr => {
    const mapped = mapExpr(e, { expr, body });
    if (mapped.op !== 'call') return mapped;
    const callee = choose(mapped);
    return callee ? inlineCall(mapped, callee) : mapped;
  };
  const choose = (call: Call): Candidate | undefined => {
    const callee = candidate(call.func);
    if (!callee || (callee.func.inline !== 'always' && budget < 0)) return undefined;
    budget -= callee.nodes;
    if (nextLabel < 0) nextLabel = maxLabel(func.body) + 1;
    return callee;
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    list.forEach((s, i) => {
      if (s.op === 'do' && s.value.op === 'call' && s.value.type === undefined) {
        const args = mapSame(s.value.args, expr);
        const call: Call = args === s.value.args ? s.value : { ...s.value, args };
        const callee = choose(call);
        if (callee || call !== s.value) out ??= list.slice(0, i);
        if (callee) out!.push(...inlineStmt(call, callee));
        else out?.push(call === s.value ? s : { ...s, value: call });
        return;
      }
      const mapped = mapStmt(s, { expr, body });
      if (mapped !== s) out ??= list.slice(0, i);
      out?.push(mapped);
    });
    return out ?? list;
  };

  /** The arguments as bindings to do first, and what stands for each local of the callee in its body. */
  const bindArguments = (call: Call, { func: callee, assigned }: Candidate, out: Stmt[]): Expr[] => {
    const values: Expr[] = [];
    const fresh = (type: Type, name: string | undefined): Expr => {
      const local = locals.push(type) - 1;
      localNames[local] = name;
      return { op: 'get', type, local };
    };
    call.args.forEach((arg, i) => {
      const plain = arg.op === 'as' ? arg.value : arg;
      const constant = plain.op === 'const' || plain.op === 'data' || plain.op === 'funcIndex';
      const stable = plain.op === 'get' && !call.args.slice(i + 1).some((later) => assigns(later, plain.local));
      if (!assigned[i] && (constant || stable)) {
        values.push(arg);
        return;
      }
      const local = fresh(callee.params[i]!, callee.localNames?.[i]);
      out.push({ op: 'set', local: (local as { local: number }).local, value: arg });
      values.push(local);
    });
    for (let i = callee.params.length; i < callee.locals.length; i++) {
      values.push(fresh(callee.locals[i]!, callee.localNames?.[i]));
    }
    return values;
  };

  const renamed = (call: Call, callee: Candidate, values: readonly Expr[]): readonly Stmt[] => {
    const base = nextLabel;
    nextLabel += callee.labels;
    return rename(callee.func.body, values, base, call.span);
  };

  const inlineCall = (call: Call, callee: Candidate): Expr => {
    const out: Stmt[] = [];
    const type = callee.func.result!;
    const values = bindArguments(call, callee, out);
    const copy = renamed(call, callee, values);
    const value = asExpr(copy, type);
    if (value) return out.length === 0 ? value : { op: 'seq', type, body: out, value };
    const label = nextLabel++;
    const result = locals.push(type) - 1;
    localNames[result] = undefined;
    out.push({
      op: 'block',
      label,
      body: replaceReturns(copy, (v) => [
        { op: 'set', local: result, value: v! },
        { op: 'br', label },
      ]),
    });
    return { op: 'seq', type, body: out, value: { op: 'get', type, local: result } };
  };

  const inlineStmt = (call: Call, callee: Candidate): readonly Stmt[] => {
    const out: Stmt[] = [];
    const values = bindArguments(call, callee, out);
    const copy = withoutTailReturns(renamed(call, callee, values));
    if (!hasReturn(copy)) return [...out, ...copy];
    const label = nextLabel++;
    out.push({ op: 'block', label, body: replaceReturns(copy, () => [{ op: 'br', label }]) });
    return out;
  };

  const rebuilt = body(func.body);
  return rebuilt === func.body ? func : { ...func, locals, localNames, body: rebuilt };
}

/** A copy of a body with locals replaced, labels moved up by `base`, and positions set to that of the call. */
function rename(
  stmts: readonly Stmt[],
  values: readonly Expr[],
  base: number,
  span: Span | undefined,
): readonly Stmt[] {
  const expr = (e: Expr): Expr => {
    if (e.op === 'get') return values[e.local]!;
    const mapped = mapExpr(e, { expr, body });
    return span && (mapped.op === 'call' || mapped.op === 'callIndirect') && !mapped.span
      ? { ...mapped, span }
      : mapped;
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => mapSame(list, stmt);
  const stmt = (s: Stmt): Stmt => {
    const mapped = mapStmt(s, { expr, body });
    switch (mapped.op) {
      case 'set':
        // A parameter that is assigned has a local of its own.
        return { ...mapped, local: (values[mapped.local] as { local: number }).local };
      case 'block':
      case 'loop':
      case 'br':
      case 'brIf':
        return base === 0 ? mapped : { ...mapped, label: mapped.label + base };
      case 'switch':
        return { ...mapped, labels: mapped.labels.map((l) => l + base), otherwise: mapped.otherwise + base };
      case 'unreachable':
        return span && !mapped.span ? { ...mapped, span } : mapped;
      default:
        return mapped;
    }
  };
  return body(stmts);
}

// ---- returns

function hasReturn(stmts: readonly Stmt[]): boolean {
  let found = false;
  walkStmts(stmts, (s) => {
    if (s.op === 'return') found = true;
  });
  return found;
}

/**
 * A function body as one expression, if returns stand only where it ends: `if c { return a } return b` is
 * `(if c a b)`. Undefined if there are others (in loops, or in the middle).
 */
function asExpr(stmts: readonly Stmt[], type: Type): Expr | undefined {
  for (let i = 0; i < stmts.length; i++) {
    const s = stmts[i]!;
    const prefix = stmts.slice(0, i);
    const seq = (value: Expr): Expr => (prefix.length === 0 ? value : { op: 'seq', type, body: prefix, value });
    if (s.op === 'return') return exprReturns(s.value!) ? undefined : seq(s.value!);
    if (s.op === 'if' && hasReturn([s])) {
      if (exprReturns(s.cond)) return undefined;
      const rest = stmts.slice(i + 1);
      // A branch that goes on takes what follows with it; only one may, so that nothing is copied.
      const yesEnds = !fallsThrough(s.then);
      const noEnds = !fallsThrough(s.else);
      if (!yesEnds && !noEnds) return undefined;
      const yes = asExpr(yesEnds ? s.then : [...s.then, ...rest], type);
      const no = yes && asExpr(noEnds ? s.else : [...s.else, ...rest], type);
      return yes && no && seq({ op: 'if', type, cond: s.cond, then: yes, else: no });
    }
    if (hasReturn([s])) return undefined;
  }
  // The end is not reached: the value does not matter.
  return fallsThrough(stmts) ? undefined : { op: 'seq', type, body: stmts, value: zero(type) };
}

/** Whether there is a return inside an expression. */
const exprReturns = (e: Expr): boolean => someStmt(e, (s) => s.op === 'return');

/** The body without returns at its end; what follows an `if` that returns goes into its other branch. */
function withoutTailReturns(stmts: readonly Stmt[]): readonly Stmt[] {
  for (let i = 0; i < stmts.length; i++) {
    const s = stmts[i]!;
    if (s.op === 'return') return stmts.slice(0, i);
    if (s.op === 'if' && hasReturn([s])) {
      const rest = stmts.slice(i + 1);
      const yesEnds = !fallsThrough(s.then);
      const noEnds = !fallsThrough(s.else);
      if (!yesEnds && !noEnds && rest.length > 0) return stmts;
      return [
        ...stmts.slice(0, i),
        {
          op: 'if',
          cond: s.cond,
          then: withoutTailReturns(yesEnds ? s.then : [...s.then, ...rest]),
          else: withoutTailReturns(noEnds ? s.else : [...s.else, ...rest]),
        },
      ];
    }
  }
  return stmts;
}

/** Every return replaced by what `leave` makes of its value. */
function replaceReturns(stmts: readonly Stmt[], leave: (value: Expr | undefined) => Stmt[]): Stmt[] {
  const expr = (e: Expr): Expr => mapExpr(e, { expr, body });
  const body = (list: readonly Stmt[]): Stmt[] =>
    list.flatMap((s) => (s.op === 'return' ? leave(s.value && expr(s.value)) : [mapStmt(s, { expr, body })]));
  return body(stmts);
}
