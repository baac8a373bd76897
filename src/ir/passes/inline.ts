/**
 * Inlining: how a call becomes the body of what it calls, and which run-time functions it is done to: those that their
 * author marked, and small leaf functions. It is what makes a list access or a checked addition a few instructions in
 * the user's loop, and it is where constants meet the code that depends on them. Which functions of the user are inlined
 * is decided in inline-user.ts.
 *
 * Callees are finished before their callers (a post-order walk of the call graph), so each body is copied in its final
 * form; a call back into a function that is being worked on stays a call.
 */

import {
  assigns,
  fallsThrough,
  get,
  type Mapper,
  mapExpr,
  mapSame,
  mapStmt,
  someStmt,
  stmtOperands,
  zero,
} from '../build.ts';
import { noReturnFuncs } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Inlined, Module, Position, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';

/** Nodes up to which an unmarked leaf function is inlined: about what the call itself costs. */
const SMALL = 14;
/** Nodes up to which a function with one call only is inlined. */
const SINGLE = 300;
/** Nodes up to which a run-time function is inlined into code that is executed only once. */
const COLD = 16;
/** Nodes of a function from which on nothing unmarked is inlined into it. */
const LARGE = 20_000;

export type Call = Extract<Expr, { op: typeof Op.call }>;
type IndirectCall = Extract<Expr, { op: typeof Op.callIndirect }>;

/** A function that may be inlined, with what the policy and the copy need to know of it. */
export interface Candidate {
  readonly func: Func;
  /** Whether a parameter is assigned in the body. */
  readonly assigned: readonly boolean[];
  readonly labels: number;
  readonly nodes: number;
  /** No loops and no calls. */
  readonly simple: boolean;
  /** How many calls of itself it has. */
  readonly selfCalls: number;
  /** Whether its only return is its last statement; found when it is inlined for the first time. */
  isStraight?: boolean;
}

/** Where a call stands. */
export interface CallSite {
  readonly caller: Func;
  /** How many loops of the caller are around it. */
  readonly loops: number;
}

/** What is inlined. */
export interface Policy {
  /** Whether a function may be inlined at all. */
  readonly eligible: (func: Func) => boolean;
  readonly wanted: (callee: Candidate, call: Call, site: CallSite) => boolean;
  /** What becomes of a call that stays one. */
  readonly kept?: ((call: Call, caller: Func) => Call) | undefined;
  /** Nodes by which a function may grow. */
  readonly growth: number;
}

/** How often each function is called or otherwise needed: a function that is a value or exported counts twice more. */
export function countUses(module: Module): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const count = (name: string, n: number): void => {
    uses.set(name, (uses.get(name) ?? 0) + n);
  };
  for (const func of module.funcs.values()) {
    const { references } = factsOf(func);
    for (let i = 0; i < references.length; i++) {
      const e = references[i]!;
      if (e.op === Op.call) count(e.func, 1);
      else if (e.op === Op.funcIndex) count(e.func, 2);
    }
  }
  for (const name of module.exports.values()) count(name, 2);
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) count(reloc.func, 2);
  }
  return uses;
}

const isRuntime = (func: Func): boolean => func.inline !== 'never' && func.display === undefined;

/** Whether every call of a run-time function is replaced by its body. */
export function isAlwaysInlined({ func, simple, nodes, selfCalls }: Candidate): boolean {
  return isRuntime(func) && selfCalls === 0 && (func.inline === 'always' || (simple && nodes <= SMALL));
}

/**
 * Inlines run-time functions in all functions; those that nothing calls any more stay until the next `reach`. In functions
 * that are called `once`, only small ones and those in loops.
 */
export function inlineModule(module: Module): Module {
  const once = calledOnce(module);
  return inlineWhere(module, {
    eligible: isRuntime,
    wanted: (callee, _call, { caller, loops }) =>
      isAlwaysInlined(callee) &&
      (loops > 0 || callee.nodes <= COLD || isNumber(callee.func.result) || !once.has(caller.name)),
    kept: module.funcs.has(ALLOC_ANY)
      ? (call, caller) => (call.func === ALLOC && once.has(caller.name) ? { ...call, func: ALLOC_ANY } : call)
      : undefined,
    growth: LARGE,
  });
}

/** What calculates numbers is inlined in any case: the bounds of the loops behind it may follow from it. */
const isNumber = (type: Type | undefined): boolean => type === 'i64' || type === 'f64';

/** `alloc` is meant to be inlined where its size is a constant; what does the same for any size is in most programs anyway. */
const ALLOC = 'rt.alloc';
const ALLOC_ANY = 'rt.alloc_any';

/**
 * `_start`, and the functions whose every call stands outside loops in such a function: what they do outside of their own loops
 * is done a few times only, as often as it is written.
 */
function calledOnce(module: Module): ReadonlySet<string> {
  const uses = countUses(module);
  const found = new Set<string>();
  if (module.exports.has('_start')) found.add(module.exports.get('_start')!);
  const calls = new Map<string, number>();
  for (const name of found) {
    const func = module.funcs.get(name);
    if (!func) continue;
    for (const call of factsOf(func).callsOutsideLoops) {
      const count = (calls.get(call.func) ?? 0) + 1;
      calls.set(call.func, count);
      if (count === uses.get(call.func)) found.add(call.func);
    }
  }
  return found;
}

/**
 * Inlines the run-time functions that have a single call (and need not exist for themselves): that makes the program
 * smaller, whatever their size, up to a bound that keeps functions compilable. To be run after `inlineModule` and `reach`.
 */
export function inlineSingle(module: Module): Module {
  const uses = countUses(module);
  const noReturn = noReturnFuncs(module);
  return inlineWhere(module, {
    eligible: (func) => isRuntime(func) && uses.get(func.name) === 1 && !noReturn.has(func.name),
    wanted: ({ nodes, selfCalls }) => selfCalls === 0 && nodes <= SINGLE,
    growth: LARGE,
  });
}

/** Inlines in all functions of a module what a policy wants. */
export function inlineWhere(module: Module, policy: Policy): Module {
  const done = new Map<string, Func>();
  const candidates = new Map<string, Candidate | undefined>();
  const busy = new Set<string>();

  const finish = (func: Func): Func => {
    const known = done.get(func.name);
    if (known) return known;
    busy.add(func.name);
    const callees: Func[] = [];
    const { references } = factsOf(func);
    for (let i = 0; i < references.length; i++) {
      const e = references[i]!;
      if (e.op !== Op.call) continue;
      const callee = module.funcs.get(e.func);
      if (callee && policy.eligible(callee) && !done.has(e.func) && !busy.has(e.func)) callees.push(callee);
    }
    for (const callee of callees) if (!busy.has(callee.name)) finish(callee);
    const result = inlineInto(func, candidate, policy);
    busy.delete(func.name);
    done.set(func.name, result);
    return result;
  };
  const candidate = (name: string): Candidate | undefined => {
    if (candidates.has(name)) return candidates.get(name);
    const func = done.get(name);
    if (!func || busy.has(name)) return undefined;
    const made = policy.eligible(func) ? candidateOf(func) : undefined;
    candidates.set(name, made);
    return made;
  };

  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) funcs.set(func.name, finish(func));
  return { ...module, funcs };
}

/** Measures a function for inlining. */
export function candidateOf(func: Func): Candidate {
  const { nodes, references, hasLoop, maxLabel, sets } = factsOf(func);
  let simple = !hasLoop;
  let selfCalls = 0;
  for (let i = 0; i < references.length; i++) {
    const e = references[i]!;
    if (e.op === Op.call || e.op === Op.callIndirect) {
      simple = false;
      if (e.op === Op.call && e.func === func.name) selfCalls++;
    }
  }
  const assigned = func.params.map((_, i) => sets[i]! > 0);
  return { func, assigned, labels: maxLabel + 1, nodes, simple, selfCalls };
}

/** A function with the calls replaced for which `candidate` has the callee and that the policy wants. */
export function inlineInto(func: Func, candidate: (name: string) => Candidate | undefined, policy: Policy): Func {
  const { kept } = policy;
  const concerns = (call: Call): boolean =>
    candidate(call.func) !== undefined || (kept !== undefined && kept(call, func) !== call);
  if (!factsOf(func).references.some((e) => e.op === Op.call && concerns(e))) return func;
  const locals = func.locals.slice();
  const localNames = func.localNames?.slice() ?? [];
  localNames.length = locals.length;
  let nextLabel = -1;
  let budget = policy.growth;
  let loops = 0;
  /** The last position of the function's own code; set from the first inlined call with a frame on. */
  let own: Position | undefined;
  let framed = false;

  /** Calls after an inlined one need positions of their own, or they would seem to be part of it. */
  const positioned = <T extends Call | IndirectCall>(e: T): T => {
    if (!e.span) return framed && own ? { ...e, span: own } : e;
    own = e.span;
    return e;
  };
  const expr = (e: Expr): Expr => {
    switch (e.op) {
      case Op.get:
      case Op.const:
        return e;
      case Op.num: {
        const args = mapSame(e.args, expr);
        return args === e.args ? e : { ...e, args };
      }
      case Op.call: {
        const call = withArgs(e);
        const callee = choose(call);
        if (callee) return inlineCall(call, callee);
        return kept ? kept(call, func) : call;
      }
      case Op.callIndirect:
        return positioned(mapExpr(e, mapper) as IndirectCall);
      default:
        return mapExpr(e, mapper);
    }
  };
  const withArgs = (call: Call): Call => {
    const args = mapSame(call.args, expr);
    return positioned(args === call.args ? call : { ...call, args });
  };
  const choose = (call: Call): Candidate | undefined => {
    const callee = candidate(call.func);
    if (!callee || (callee.func.inline !== 'always' && budget < 0)) return undefined;
    if (!policy.wanted(callee, call, { caller: func, loops })) return undefined;
    budget -= callee.nodes;
    if (nextLabel < 0) nextLabel = factsOf(func).maxLabel + 1;
    return callee;
  };
  const stmt = (s: Stmt): Stmt => {
    if (s.op === Op.set) {
      const value = expr(s.value);
      return value === s.value ? s : { ...s, value };
    }
    if (s.op === Op.loop) {
      loops++;
      const mapped = mapStmt(s, mapper);
      loops--;
      return mapped;
    }
    const mapped = mapStmt(s, mapper);
    return mapped.op === Op.unreachable && !mapped.span && framed && own ? { ...mapped, span: own } : mapped;
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const s = list[i]!;
      if (s.op === Op.do && s.value.op === Op.call && s.value.type === undefined) {
        let call = withArgs(s.value);
        const callee = choose(call);
        if (kept && !callee) call = kept(call, func);
        if (callee || call !== s.value) out ??= list.slice(0, i);
        if (callee) out!.push(...inlineStmt(call, callee));
        else out?.push(call === s.value ? s : { ...s, value: call });
        continue;
      }
      const mapped = stmt(s);
      if (mapped !== s) out ??= list.slice(0, i);
      out?.push(mapped);
    }
    return out ?? list;
  };

  /** The arguments as bindings to do first, and what stands for each local of the callee in its body. */
  const bindArguments = (call: Call, { func: callee, assigned }: Candidate, out: Stmt[]): Expr[] => {
    const values = call.args.slice();
    for (let i = 0; i < callee.locals.length; i++) {
      const isParam = i < values.length;
      if (isParam && !assigned[i] && isStable(call.args, i)) continue;
      const type = callee.locals[i]!;
      const local = locals.push(type) - 1;
      localNames[local] = callee.localNames?.[i];
      if (isParam) out.push({ op: Op.set, local, value: values[i]! });
      values[i] = get(local, type);
    }
    return values;
  };

  const renamed = (call: Call, { func: callee, labels }: Candidate, values: readonly Expr[]): readonly Stmt[] => {
    const base = nextLabel;
    nextLabel += labels;
    if (callee.display === undefined) return rename(callee.body, values, base, (p) => p ?? call.span);
    const position = call.span ?? own ?? func.span;
    if (!position) return rename(callee.body, values, base, (p) => p);
    framed = true;
    own ??= position;
    return rename(callee.body, values, base, inlinedPositions(callee, position));
  };

  const inlineCall = (call: Call, callee: Candidate): Expr => {
    const out: Stmt[] = [];
    const type = callee.func.result!;
    const values = bindArguments(call, callee, out);
    const copy = renamed(call, callee, values);
    callee.isStraight ??= isStraight(callee.func.body);
    const value = callee.isStraight ? endOf(copy, type) : asExpr(copy, type);
    if (value) return out.length === 0 ? value : { op: Op.seq, type, body: out, value };
    const label = nextLabel++;
    const result = locals.push(type) - 1;
    localNames[result] = undefined;
    out.push({
      op: Op.block,
      label,
      body: replaceReturns(copy, (v) => [
        { op: Op.set, local: result, value: v! },
        { op: Op.br, label },
      ]),
    });
    return { op: Op.seq, type, body: out, value: get(result, type) };
  };

  const inlineStmt = (call: Call, callee: Candidate): readonly Stmt[] => {
    const out: Stmt[] = [];
    const values = bindArguments(call, callee, out);
    const copy = withoutTailReturns(renamed(call, callee, values));
    if (!hasReturn(copy)) return [...out, ...copy];
    const label = nextLabel++;
    out.push({ op: Op.block, label, body: replaceReturns(copy, () => [{ op: Op.br, label }]) });
    return out;
  };

  const mapper: Mapper = { expr, body };
  const rebuilt = body(func.body);
  return rebuilt === func.body ? func : { ...func, locals, localNames, body: rebuilt };
}

/** Whether an argument may be evaluated wherever the callee reads it: a constant, or a local that no later argument assigns. */
function isStable(args: readonly Expr[], at: number): boolean {
  const arg = args[at]!;
  const plain = arg.op === Op.as ? arg.value : arg;
  if (plain.op !== Op.get) return plain.op === Op.const || plain.op === Op.data || plain.op === Op.funcIndex;
  for (let i = at + 1; i < args.length; i++) if (assigns(args[i]!, plain.local)) return false;
  return true;
}

/**
 * What becomes of the positions in a function with a frame of its own when a call at `call` is inlined. Nodes without a
 * position get that of the code before them, as they have it when the function is not inlined.
 */
function inlinedPositions(callee: Func, call: Position): (p: Position | undefined) => Position | undefined {
  const site: Inlined = { name: callee.display!, call };
  const lifted = new Map<Inlined, Inlined>();
  const lift = (inlined: Inlined): Inlined => {
    let known = lifted.get(inlined);
    if (!known) {
      known = { name: inlined.name, call: place(inlined.call) };
      lifted.set(inlined, known);
    }
    return known;
  };
  const place = (p: Position): Position => ({ ...p, inlined: p.inlined ? lift(p.inlined) : site });
  let last = callee.span;
  return (p) => {
    last = p ?? last;
    return last && place(last);
  };
}

// What the copy that is being made has in place of the callee's locals, labels and positions: it is the module's, so that no
// closures are made for every call.
let copied: readonly Expr[] = [];
let labelBase = 0;
let positionOf = (p: Position | undefined): Position | undefined => p;

/** A copy of a body with locals replaced, labels moved up by `base`, and positions as `position` says. */
function rename(
  stmts: readonly Stmt[],
  values: readonly Expr[],
  base: number,
  position: (p: Position | undefined) => Position | undefined,
): readonly Stmt[] {
  copied = values;
  labelBase = base;
  positionOf = position;
  return copyList(stmts);
}

function copyExpr(e: Expr): Expr {
  switch (e.op) {
    case Op.get:
      return copied[e.local]!;
    case Op.const:
      return e;
    case Op.num: {
      const args = mapSame(e.args, copyExpr);
      return args === e.args ? e : { ...e, args };
    }
    case Op.call: {
      const args = mapSame(e.args, copyExpr);
      const span = positionOf(e.span);
      if (span !== e.span) return { ...e, args, span };
      return args === e.args ? e : { ...e, args };
    }
    case Op.load: {
      const addr = copyExpr(e.addr);
      return addr === e.addr ? e : { ...e, addr };
    }
    case Op.as: {
      const value = copyExpr(e.value);
      return value === e.value ? e : { ...e, value };
    }
    case Op.callIndirect: {
      const mapped = mapExpr(e, COPIER) as IndirectCall;
      const span = positionOf(e.span);
      return span === e.span ? mapped : { ...mapped, span };
    }
    default:
      return mapExpr(e, COPIER);
  }
}

function copyList(list: readonly Stmt[]): readonly Stmt[] {
  return mapSame(list, copyStmt);
}

function copyStmt(s: Stmt): Stmt {
  switch (s.op) {
    case Op.set: {
      const value = copyExpr(s.value);
      // A parameter that is assigned has a local of its own.
      return { ...s, local: (copied[s.local] as { local: number }).local, value };
    }
    case Op.brIf: {
      const cond = copyExpr(s.cond);
      return labelBase === 0 && cond === s.cond ? s : { ...s, label: s.label + labelBase, cond };
    }
    case Op.block:
    case Op.loop: {
      const body = copyList(s.body);
      return labelBase === 0 && body === s.body ? s : { ...s, label: s.label + labelBase, body };
    }
    case Op.br:
      return labelBase === 0 ? s : { ...s, label: s.label + labelBase };
    case Op.switch: {
      const labels = s.labels.map((label) => label + labelBase);
      return { ...s, value: copyExpr(s.value), labels, otherwise: s.otherwise + labelBase };
    }
    case Op.unreachable: {
      const span = positionOf(s.span);
      return span === s.span ? s : { ...s, span };
    }
    default:
      return mapStmt(s, COPIER);
  }
}

const COPIER: Mapper = { expr: copyExpr, body: copyList };

// ---- returns

function hasReturn(stmts: readonly Stmt[]): boolean {
  for (let i = 0; i < stmts.length; i++) if (returns(stmts[i]!)) return true;
  return false;
}

/** Whether there is a return in a statement. */
function returns(s: Stmt): boolean {
  switch (s.op) {
    case Op.return:
      return true;
    case Op.block:
    case Op.loop:
      return hasReturn(s.body);
    case Op.if:
      return hasReturn(s.then) || hasReturn(s.else) || exprReturns(s.cond);
    case Op.set:
    case Op.do:
      return exprReturns(s.value);
    default:
      return stmtOperands(s).some(exprReturns);
  }
}

/** Whether there is a return inside an expression. */
const exprReturns = (e: Expr): boolean => someStmt(e, (s) => s.op === Op.return);

/** Whether the only return of a body is its last statement. */
function isStraight(body: readonly Stmt[]): boolean {
  const last = body.at(-1);
  return last?.op === Op.return && !exprReturns(last.value!) && !(body.length > 1 && hasReturn(body.slice(0, -1)));
}

/** The body of a function with a result, whose only return is its last statement, as one expression. */
function endOf(stmts: readonly Stmt[], type: Type): Expr {
  const { value } = stmts.at(-1) as Extract<Stmt, { op: typeof Op.return }>;
  return stmts.length === 1 ? value! : { op: Op.seq, type, body: stmts.slice(0, -1), value: value! };
}

/**
 * A function body as one expression, if returns stand only where it ends: `if c { return a } return b` is
 * `(if c a b)`. Undefined if there are others (in loops, or in the middle).
 */
function asExpr(stmts: readonly Stmt[], type: Type): Expr | undefined {
  let i = 0;
  while (i < stmts.length && !returns(stmts[i]!)) i++;
  if (i === stmts.length) {
    // The end is not reached: the value does not matter.
    return fallsThrough(stmts) ? undefined : { op: Op.seq, type, body: stmts, value: zero(type) };
  }
  const s = stmts[i]!;
  let value: Expr | undefined;
  if (s.op === Op.return) value = exprReturns(s.value!) ? undefined : s.value;
  else if (s.op === Op.if && !exprReturns(s.cond)) value = choiceOf(s, stmts.slice(i + 1), type);
  return value === undefined || i === 0 ? value : { op: Op.seq, type, body: stmts.slice(0, i), value };
}

/** An `if` that returns and the statements after it as one expression. */
function choiceOf(s: Extract<Stmt, { op: typeof Op.if }>, rest: readonly Stmt[], type: Type): Expr | undefined {
  // A branch that goes on takes what follows with it; only one may, so that nothing is copied.
  const yesEnds = !fallsThrough(s.then);
  const noEnds = !fallsThrough(s.else);
  if (!yesEnds && !noEnds) return undefined;
  const yes = asExpr(yesEnds ? s.then : [...s.then, ...rest], type);
  const no = yes && asExpr(noEnds ? s.else : [...s.else, ...rest], type);
  return yes && no && { op: Op.if, type, cond: s.cond, then: yes, else: no };
}

/** The body without returns at its end; what follows an `if` that returns goes into its other branch. */
function withoutTailReturns(stmts: readonly Stmt[]): readonly Stmt[] {
  for (let i = 0; i < stmts.length; i++) {
    const s = stmts[i]!;
    if (s.op === Op.return) return stmts.slice(0, i);
    if (s.op === Op.if && returns(s)) {
      const rest = stmts.slice(i + 1);
      const yesEnds = !fallsThrough(s.then);
      const noEnds = !fallsThrough(s.else);
      if (!yesEnds && !noEnds && rest.length > 0) return stmts;
      return [
        ...stmts.slice(0, i),
        {
          op: Op.if,
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
    list.flatMap((s) => (s.op === Op.return ? leave(s.value && expr(s.value)) : [mapStmt(s, { expr, body })]));
  return body(stmts);
}
