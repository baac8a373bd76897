/**
 * If-conversion: an `if` that does nothing but give an integer local another value becomes a `select`, for which the code
 * generator has a conditional move. A minimum (`if a < best { best = a }`) or a flag from a comparison is a branch that no
 * processor predicts well; a value that is at hand costs less than one wrong guess. Floats stay: there is no such
 * instruction for them. (Allen, Kennedy, Porterfield, Warren: Conversion of control dependence to data dependence, POPL 1983.)
 */
import { assigns, copyFunc, listMapper, mapStmt, walkExpr } from '../build.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';

type If = Extract<Stmt, { op: 'if' }>;

/** Converts in the functions of the user. */
export function selectModule(module: Module): Module {
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const body = func.display === undefined ? func.body : converted(func, func.body);
    funcs.set(func.name, body === func.body ? func : copyFunc(func, body));
  }
  return { ...module, funcs };
}

function converted(func: Func, stmts: readonly Stmt[]): readonly Stmt[] {
  const lists = listMapper((list) => converted(func, list));
  const out: Stmt[] = [];
  let same = true;
  for (const s of stmts) {
    const mapped = mapStmt(s, lists);
    const chosen = mapped.op === 'if' ? choose(func, mapped) : undefined;
    if (!chosen) {
      out.push(mapped);
      if (mapped !== s) same = false;
      continue;
    }
    same = false;
    // A constant that only this choice still reads.
    const at = out.findLastIndex((before) => before.op !== 'keep');
    const last = out[at];
    const { cond, then, else: other } = chosen.value;
    if (last?.op === 'set' && last.local === chosen.local && last.value.op === 'const' && other.op === 'get') {
      if (other.local === chosen.local && !reads(cond, chosen.local) && !reads(then, chosen.local)) {
        out.splice(at, 1);
        out.push({ op: 'set', local: chosen.local, value: { ...chosen.value, else: last.value } }, ...chosen.keeps);
        continue;
      }
    }
    out.push({ op: 'set', local: chosen.local, value: chosen.value }, ...chosen.keeps);
  }
  return same ? stmts : out;
}

interface Choice {
  readonly local: number;
  readonly value: Extract<Expr, { op: 'select' }>;
  /** References that the branches kept alive. */
  readonly keeps: readonly Stmt[];
}

function choose(func: Func, { cond, then, else: otherwise }: If): Choice | undefined {
  const isKeep = (s: Stmt): boolean => s.op === 'keep' && s.value.op === 'get';
  const [first, ...more] = then.filter((s) => !isKeep(s));
  const [other, ...others] = otherwise.filter((s) => !isKeep(s));
  if (first?.op !== 'set' || more.length > 0 || others.length > 0) return undefined;
  const { local } = first;
  const type = func.locals[local]!;
  if (type !== 'i32' && type !== 'i64') return undefined;
  if (other && !(other.op === 'set' && other.local === local)) return undefined;
  const value: Expr = other?.op === 'set' ? other.value : { op: 'get', type, local };
  const parts = [first.value, value];
  if (!parts.every((part) => isCheap(part)) || parts.some((part) => assignsWhatItReads(cond, part))) return undefined;
  const keeps = [...then, ...otherwise].filter(isKeep);
  return { local, value: { op: 'select', type, cond, then: first.value, else: value }, keeps };
}

/** A local, a constant, or one quick instruction on them. */
function isCheap(e: Expr): boolean {
  const isLeaf = (part: Expr): boolean => part.op === 'get' || part.op === 'const';
  return isLeaf(e) || (e.op === 'num' && /^i(32|64)\.(add|sub|and|or|xor)$/.test(e.code) && e.args.every(isLeaf));
}

function assignsWhatItReads(cond: Expr, value: Expr): boolean {
  let found = false;
  walkExpr(value, (e) => {
    if (e.op === 'get' && assigns(cond, e.local)) found = true;
  });
  return found;
}

function reads(e: Expr, local: number): boolean {
  let found = false;
  walkExpr(e, (part) => {
    if (part.op === 'get' && part.local === local) found = true;
  });
  return found;
}
