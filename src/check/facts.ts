/**
 * Keys that are known to be in a map: after `if k in m`, in a loop over the keys of `m`, after `m[k]` was given a value
 * because `k` was missing. There `m[k]` is not nil (as far as the values are not), and stays unboxed.
 *
 * A fact holds for a region of statements that assigns neither name. Should the map be exchanged by a call all the same, the
 * read fails at run time with an error: it never gives a wrong value.
 */
import type { Block, Expr, IfStmt, Stmt } from '../syntax/ast.ts';
import { walkTree } from '../syntax/walk.ts';
import type { Ctx } from './context.ts';
import { canFallThrough } from './control.ts';
import type { Sym } from './program.ts';
import { lookup, type Scope } from './scope.ts';

type Name = Extract<Expr, { kind: 'name' }>;

/** `key` is in `map`. */
interface Membership {
  readonly map: Name;
  readonly key: Expr;
}

/** A membership as known during the walk: symbols, so that shadowing cannot confuse it. */
export interface Fact {
  readonly map: Sym;
  readonly key: Sym | string | bigint;
}

export const NO_FACTS: readonly Fact[] = [];
const NO_MEMBERSHIPS: readonly Membership[] = [];

/** What a condition says about maps when it is true, or when it is false. */
function memberships(cond: Expr, truth: boolean): readonly Membership[] {
  if (cond.kind === 'unary' && cond.op === '!') return memberships(cond.operand, !truth);
  if (cond.kind !== 'binary') return NO_MEMBERSHIPS;
  if (cond.op === (truth ? '&&' : '||')) return [...memberships(cond.left, truth), ...memberships(cond.right, truth)];
  if (truth && cond.op === 'in' && cond.right.kind === 'name') return [{ map: cond.right, key: cond.left }];
  return NO_MEMBERSHIPS;
}

function keyOf(e: Expr, scope: Scope): Fact['key'] | undefined {
  if (e.kind === 'string' && !e.bytes) return e.value;
  if (e.kind === 'int') return e.value;
  if (e.kind !== 'name') return undefined;
  return symOf(e, scope);
}

function symOf(e: Name, scope: Scope): Sym | undefined {
  const binding = lookup(scope, e.name);
  return binding?.kind === 'var' ? binding.sym : undefined;
}

/** The facts among memberships that a region leaves standing. */
function factsFor(found: readonly Membership[], scope: Scope, region: readonly Stmt[]): readonly Fact[] {
  if (found.length === 0) return NO_FACTS;
  const facts: Fact[] = [];
  for (const { map, key } of found) {
    const sym = symOf(map, scope);
    const keySym = keyOf(key, scope);
    if (!sym || keySym === undefined || assigns(region, map.name)) continue;
    if (key.kind === 'name' && assigns(region, key.name)) continue;
    facts.push({ map: sym, key: keySym });
  }
  return facts;
}

/** Facts in the statements that run when a condition has the given truth. */
export function conditionFacts(cond: Expr, truth: boolean, scope: Scope, region: readonly Stmt[]): readonly Fact[] {
  return factsFor(memberships(cond, truth), scope, region);
}

/** Facts in the body of `for key in map`. */
export function loopFacts(source: Expr, key: Sym, scope: Scope, body: Block): readonly Fact[] {
  const map =
    source.kind === 'call' && source.callee.kind === 'name' && source.callee.name === 'keys' ? source.args[0] : source;
  if (map?.kind !== 'name' || assigns(body.body, map.name) || assigns(body.body, key.name)) return NO_FACTS;
  const sym = symOf(map, scope);
  return sym ? [{ map: sym, key }] : NO_FACTS;
}

/** Facts behind `if !(k in m) { m[k] = … }`, and behind one that leaves: for the rest of the block, from statement `next` on. */
export function factsAfter(stmt: IfStmt, scope: Scope, block: readonly Stmt[], next: number): readonly Fact[] {
  if (stmt.else) return NO_FACTS;
  const found = memberships(stmt.cond, false);
  if (found.length === 0) return NO_FACTS;
  const rest = block.slice(next);
  if (!canFallThrough(stmt.then.body)) return factsFor(found, scope, rest);
  const only = stmt.cond.kind === 'unary' ? found : [];
  const set = only.filter(({ map, key }) =>
    stmt.then.body.some(
      (s) => s.kind === 'assign' && s.name.text === map.name && s.path.length === 1 && isAt(s.path[0]!, key),
    ),
  );
  return factsFor(set, scope, [...stmt.then.body.filter((s) => s.kind !== 'assign' || s.path.length === 0), ...rest]);
}

function isAt(accessor: Extract<Stmt, { kind: 'assign' }>['path'][number], key: Expr): boolean {
  if (accessor.kind !== 'index') return false;
  const { index } = accessor;
  if (index.kind === 'name') return key.kind === 'name' && key.name === index.name;
  if (index.kind === 'string') return key.kind === 'string' && key.value === index.value;
  return index.kind === 'int' && key.kind === 'int' && key.value === index.value;
}

/** Adds facts for a part of the walk; gives what `dropFacts` takes behind it. */
export function addFacts(ctx: Ctx, facts: readonly Fact[]): number {
  const before = ctx.facts.length;
  for (let i = 0; i < facts.length; i++) ctx.facts.push(facts[i]!);
  return before;
}

/** Drops the facts that have been added since there were so many. */
export function dropFacts(ctx: Ctx, before: number): void {
  if (ctx.facts.length > before) ctx.facts.length = before;
}

/** Whether a key is known to be in a map here. */
export function isPresent(ctx: Ctx, target: Expr, index: Expr, scope: Scope): boolean {
  if (target.kind !== 'name' || ctx.facts.length === 0) return false;
  const map = symOf(target, scope);
  const key = keyOf(index, scope);
  return map !== undefined && key !== undefined && ctx.facts.some((f) => f.map === map && f.key === key);
}

/** Whether statements assign or declare a name, also in nested blocks and functions. */
function assigns(body: readonly Stmt[], name: string): boolean {
  let found = false;
  walkTree(body, (node) => {
    const { kind, name: bound, path } = node as { kind?: string; name?: { text?: string }; path?: readonly unknown[] };
    const binds = (kind === 'assign' && path?.length === 0) || kind === 'let' || kind === 'for' || kind === 'fun';
    if (binds && bound?.text === name) found = true;
    return !found;
  });
  return found;
}
