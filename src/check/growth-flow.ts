/**
 * Where ints go: which variables and parameters a value is made of, and how often, also through lists and through calls, but not
 * through structs (a position plus a speed, both fields of one state, is no growth of the state).
 * Growth analysis asks whether a value that goes once around a loop comes back as more than itself.
 */
import type { Block, Expr, IfStmt, Stmt } from '../syntax/ast.ts';
import { INT, LIST, maskOf, STR } from './nodes.ts';
import type { CheckedProgram, FunInfo, Sym } from './program.ts';

export type Loop = Extract<Stmt, { kind: 'while' | 'for' }>;

export interface Assignment {
  readonly sym: Sym;
  readonly value: Expr;
  /** The loops around it, innermost last. */
  readonly loops: readonly Loop[];
  /** An element or field of the variable is assigned, or an element of the value (`for`). */
  readonly part: boolean;
  /** It declares the variable: nothing of the last round of a loop around it is left. */
  readonly declares?: true;
}

/** What a function assigns and returns. */
export interface Body {
  readonly assignments: Assignment[];
  readonly returns: Expr[];
}

/** How often each variable is in a value: 1, or 2 for any number or factor above 1. */
export type Times = ReadonlyMap<Sym, number>;

export interface Flows {
  /** The variables that a value is made of. */
  readonly of: (fun: FunInfo, e: Expr) => Times;
  /** Whether a function of the program is called in an expression's value. */
  readonly callsFunction: (fun: FunInfo, e: Expr) => boolean;
  /**
   * The arithmetic, also in called functions, by which `members` get into a value; nothing unless one of the operations makes
   * more than one of what is one of them.
   */
  readonly growth: (fun: FunInfo, e: Expr, members: ReadonlySet<Sym>) => ReadonlySet<number>;
}

/** What a function returns in terms of its parameters, each `return` on its own. */
interface Summary {
  readonly returns: readonly Times[];
  /** The parameters that each variable is made of. */
  readonly locals: ReadonlyMap<Sym, Times>;
}

/** What was found on the way through a value and the functions called in it. */
interface Found {
  readonly sites: Set<number>;
  readonly seen: Set<string>;
  grows: boolean;
}

const NOTHING: Times = new Map();
const NO_SUMMARY: Summary = { returns: [], locals: new Map() };

/** Built-ins whose result is made of their first argument, or of all of them. */
const PASSING = new Set(['int', 'str', 'string', 'abs', 'reverse', 'slice', 'substring', 'substr', 'first', 'sum']);
const JOINING = new Set(['append', 'push', 'concat', 'min', 'max']);

/** Collects what a function assigns and returns. */
export function bodyOf(program: CheckedProgram, fun: FunInfo): Body {
  const statements = fun === program.main ? program.body : (fun.decl?.body.body ?? fun.lambda?.block?.body ?? []);
  const body: Body = { assignments: [], returns: [] };
  collect(fun, statements, [], body);
  if (fun.lambda?.expr) body.returns.push(fun.lambda.expr);
  return body;
}

function collect(fun: FunInfo, statements: readonly Stmt[], loops: readonly Loop[], out: Body): void {
  for (let i = 0; i < statements.length; i++) {
    const s = statements[i]!;
    switch (s.kind) {
      case 'assign': {
        const sym = fun.syms.get(s.id);
        if (sym) out.assignments.push({ sym, value: s.value, loops, part: s.path.length > 0 });
        break;
      }
      case 'let': {
        const sym = fun.syms.get(s.id);
        if (sym && s.value) out.assignments.push({ sym, value: s.value, loops, part: false, declares: true });
        break;
      }
      case 'return':
        if (s.value) out.returns.push(s.value);
        break;
      case 'if': {
        let at: IfStmt | Block | undefined = s;
        while (at) {
          if ('kind' in at) {
            collect(fun, at.then.body, loops, out);
            at = at.else;
          } else {
            collect(fun, at.body, loops, out);
            at = undefined;
          }
        }
        break;
      }
      case 'for': {
        const sym = fun.syms.get(s.id);
        if (sym && !s.end) out.assignments.push({ sym, value: s.iter, loops, part: true });
        collect(fun, s.body.body, [...loops, s], out);
        break;
      }
      case 'while':
        collect(fun, s.body.body, [...loops, s], out);
        break;
      case 'test':
      case 'bench':
        collect(fun, s.body.body, loops, out);
        break;
      default:
        break;
    }
  }
}

/** Creates the questions about one program; functions are looked at when a call of them is. */
export function createFlows(program: CheckedProgram): Flows {
  const summaries = new Map<FunInfo, Summary>();
  const bodies = new Map<FunInfo, Body>();

  function bodyFor(fun: FunInfo): Body {
    let body = bodies.get(fun);
    if (!body) {
      body = bodyOf(program, fun);
      bodies.set(fun, body);
    }
    return body;
  }

  function summaryOf(fun: FunInfo): Summary {
    const known = summaries.get(fun);
    if (known) return known;
    // A function that calls itself: `recursion` in growth.ts looks at those.
    summaries.set(fun, NO_SUMMARY);
    const body = bodyFor(fun);
    const locals = new Map<Sym, Times>(fun.params.map((p) => [p, new Map([[p, 1]])]));
    for (let grew = true; grew; ) {
      grew = false;
      for (const a of body.assignments) {
        const old = locals.get(a.sym);
        const now = more(old ?? NOTHING, through(of(fun, a.value), locals));
        if (now !== old && now.size > 0) {
          locals.set(a.sym, now);
          grew = true;
        }
      }
    }
    // A parameter that is divided, or of which a remainder is taken, does not grow without end.
    const reduced = new Set<Sym>();
    const values = [...body.assignments.map((a) => a.value), ...body.returns];
    for (const e of values) {
      eachDividend(e, (left) => {
        for (const sym of through(of(fun, left), locals).keys()) reduced.add(sym);
      });
    }
    const returns = body.returns.map(
      (e) => new Map([...through(of(fun, e), locals)].filter(([sym]) => !reduced.has(sym))),
    );
    const summary: Summary = { returns, locals };
    summaries.set(fun, summary);
    return summary;
  }

  function of(fun: FunInfo, e: Expr): Times {
    switch (e.kind) {
      case 'name': {
        const ref = fun.refs.get(e.id);
        return ref?.kind === 'var' ? new Map([[ref.sym, 1]]) : NOTHING;
      }
      case 'index':
      case 'slice':
        return of(fun, e.target);
      case 'cast':
        return of(fun, e.value);
      case 'unary':
        return e.op === '-' ? of(fun, e.operand) : NOTHING;
      case 'binary':
        return binary(fun, e);
      case 'if':
        return e.else ? more(of(fun, e.then), of(fun, e.else)) : of(fun, e.then);
      case 'list':
        return e.items.reduce((all, item) => more(all, of(fun, item)), NOTHING);
      case 'map':
        return e.entries.reduce((all, entry) => more(all, of(fun, entry.value)), NOTHING);
      case 'call':
        return call(fun, e);
      default:
        return NOTHING;
    }
  }

  function binary(fun: FunInfo, e: Extract<Expr, { kind: 'binary' }>): Times {
    if (e.op !== '+' && e.op !== '-' && e.op !== '*') return NOTHING;
    const left = of(fun, e.left);
    const right = of(fun, e.right);
    const node = fun.nodes.get(e.id);
    // Text and lists that are put together; and elements at fixed places, which stand for different things: `p[0] + p[1]`.
    const fixed = (x: Expr) => x.kind === 'index' && x.index.kind === 'int';
    if (node && maskOf(node) & (STR | LIST)) return more(left, right);
    if (e.op !== '*' && fixed(e.left) && fixed(e.right)) return more(left, right);
    const unit = (x: Expr) => x.kind === 'int' && (x.value === 1n || x.value === 0n);
    const both = sum(left, right);
    return e.op === '*' && !unit(e.left) && !unit(e.right) ? new Map([...both.keys()].map((sym) => [sym, 2])) : both;
  }

  function call(fun: FunInfo, e: Extract<Expr, { kind: 'call' }>): Times {
    const plan = fun.calls.get(e.id);
    if (plan?.kind === 'builtin') {
      if (PASSING.has(plan.name)) return e.args[0] ? of(fun, e.args[0]) : NOTHING;
      if (JOINING.has(plan.name)) return e.args.reduce((all, arg) => more(all, of(fun, arg)), NOTHING);
      return NOTHING;
    }
    if (plan?.kind !== 'direct') return NOTHING;
    const args = new Map(plan.fun.params.map((p, i) => [p, e.args[i] ? of(fun, e.args[i]) : NOTHING]));
    return summaryOf(plan.fun).returns.reduce((all, one) => more(all, through(one, args)), NOTHING);
  }

  function callsFunction(fun: FunInfo, e: Expr): boolean {
    switch (e.kind) {
      case 'index':
      case 'slice':
        return callsFunction(fun, e.target);
      case 'binary':
        return callsFunction(fun, e.left) || callsFunction(fun, e.right);
      case 'call':
        return fun.calls.get(e.id)?.kind === 'direct' || e.args.some((arg) => callsFunction(fun, arg));
      default:
        return false;
    }
  }

  function growth(fun: FunInfo, e: Expr, members: ReadonlySet<Sym>): ReadonlySet<number> {
    const found: Found = { sites: new Set(), seen: new Set(), grows: false };
    mark(fun, e, new Map([...members].map((sym) => [sym, new Map([[sym, 1]])])), found);
    return found.grows ? found.sites : new Set();
  }

  /** `made`: what the variables are made of, in terms of those that growth is looked for in. */
  function mark(fun: FunInfo, e: Expr, made: ReadonlyMap<Sym, Times>, found: Found): void {
    const involved = (x: Expr) => [...of(fun, x).keys()].some((sym) => made.has(sym));
    const into = (x: Expr) => mark(fun, x, made, found);
    if (!involved(e)) return;
    switch (e.kind) {
      case 'index':
      case 'slice':
        into(e.target);
        break;
      case 'cast':
        into(e.value);
        break;
      case 'unary':
        into(e.operand);
        break;
      case 'binary': {
        const node = fun.nodes.get(e.id);
        if (node && maskOf(node) === INT) {
          found.sites.add(e.id);
          const times = [...through(of(fun, e), made).values()].reduce((all, n) => all + n, 0);
          if (times > 1) found.grows = true;
        }
        into(e.left);
        into(e.right);
        break;
      }
      case 'if':
        into(e.then);
        if (e.else) into(e.else);
        break;
      case 'list':
        for (const item of e.items) into(item);
        break;
      case 'map':
        for (const entry of e.entries) into(entry.value);
        break;
      case 'call': {
        for (const arg of e.args) into(arg);
        const plan = fun.calls.get(e.id);
        if (plan?.kind === 'builtin' && plan.name === 'int') found.sites.add(e.id);
        if (plan?.kind !== 'direct') break;
        const params = plan.fun.params.filter((_, i) => e.args[i] && involved(e.args[i]));
        markFunction(plan.fun, new Set(params), found);
        break;
      }
      default:
        break;
    }
  }

  /** Marks what makes a function's result of some of its parameters. */
  function markFunction(fun: FunInfo, params: ReadonlySet<Sym>, found: Found): void {
    const key = `${fun.name}:${[...params].map((p) => fun.params.indexOf(p)).join()}`;
    if (found.seen.has(key)) return;
    found.seen.add(key);
    const { assignments, returns } = bodyFor(fun);
    const { locals } = summaryOf(fun);
    const live = new Set<Sym>(returns.flatMap((e) => [...of(fun, e).keys()]));
    for (let grew = true; grew; ) {
      const before = live.size;
      for (const a of assignments) if (live.has(a.sym)) for (const sym of of(fun, a.value).keys()) live.add(sym);
      grew = live.size > before;
    }
    const made = new Map<Sym, Times>();
    for (const [sym, times] of locals) {
      const some = new Map([...times].filter(([p]) => params.has(p)));
      if (some.size > 0) made.set(sym, some);
    }
    for (const a of assignments) if (live.has(a.sym)) mark(fun, a.value, made, found);
    for (const e of returns) mark(fun, e, made, found);
  }

  return { of, callsFunction, growth };
}

/**
 * The variables through which the value of `sym` goes around a loop: those that it gets into, and that get into it, by the
 * loop's assignments.
 */
export function membersOf(flows: Flows, fun: FunInfo, inLoop: readonly Assignment[], sym: Sym): Set<Sym> {
  const edges = inLoop.map((a) => ({ from: [...flows.of(fun, a.value).keys()], to: a.sym }));
  const closure = (next: (found: ReadonlySet<Sym>) => Sym[]): Set<Sym> => {
    const found = new Set([sym]);
    for (let size = 0; size < found.size; ) {
      size = found.size;
      for (const s of next(found)) found.add(s);
    }
    return found;
  };
  const after = closure((found) => edges.filter((e) => e.from.some((s) => found.has(s))).map((e) => e.to));
  const before = closure((found) => edges.filter((e) => found.has(e.to)).flatMap((e) => e.from));
  return new Set([...after].filter((s) => before.has(s)));
}

/** The larger of both for each variable; `a` itself when `b` adds nothing. */
function more(a: Times, b: Times): Times {
  let out: Map<Sym, number> | undefined;
  for (const [sym, n] of b) {
    if ((a.get(sym) ?? 0) >= n) continue;
    out ??= new Map(a);
    out.set(sym, n);
  }
  return out ?? a;
}

function sum(a: Times, b: Times): Times {
  const out = new Map(a);
  for (const [sym, n] of b) out.set(sym, Math.min(2, (out.get(sym) ?? 0) + n));
  return out;
}

/** What a value is made of, in terms of what its variables are made of. */
function through(times: Times, made: ReadonlyMap<Sym, Times>): Times {
  let out = NOTHING;
  for (const [sym, n] of times) {
    const inner = made.get(sym);
    if (inner) out = sum(out, n === 1 ? inner : new Map([...inner.keys()].map((s) => [s, 2])));
  }
  return out;
}

/** Calls `visit` with what is divided, wherever in the expression. */
function eachDividend(e: Expr, visit: (left: Expr) => void): void {
  const into = (x: Expr) => eachDividend(x, visit);
  switch (e.kind) {
    case 'binary':
      if (e.op === '/' || e.op === '%') visit(e.left);
      into(e.left);
      into(e.right);
      break;
    case 'unary':
      into(e.operand);
      break;
    case 'cast':
      into(e.value);
      break;
    case 'call':
      e.args.forEach(into);
      break;
    case 'list':
      e.items.forEach(into);
      break;
    case 'if':
      into(e.then);
      if (e.else) into(e.else);
      break;
    default:
      break;
  }
}
