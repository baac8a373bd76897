/** Declared types: from type expressions to nodes, and what a declaration allows. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Stmt, TypeExpr } from '../syntax/ast.ts';
import {
  BIG,
  BOOL,
  elemNode,
  FLOAT,
  FUN,
  INT,
  keyNode,
  LIST,
  MAP,
  type Node,
  NULL,
  NUMERIC,
  RAT,
  type Solver,
  STR,
  STRUCT,
  valNode,
} from './nodes.ts';
import type { FunInfo, StructInfo, UnionInfo } from './program.ts';
import type { TypeTable } from './scope.ts';

export interface TypeContext {
  readonly solver: Solver;
  readonly table: TypeTable;
}

/** Collects the type declarations of a program; members get their nodes from `fillTypes`. */
export function collectTypes(body: readonly Stmt[], report: (d: Diagnostic) => void): TypeTable {
  const table: TypeTable = {
    structs: new Map(),
    unions: new Map(),
    aliases: new Map(),
    decls: new Map(),
    records: new Map(),
  };
  for (const stmt of body) {
    if (stmt.kind !== 'type') continue;
    const name = stmt.name.text;
    if (table.decls.has(name)) {
      report({
        severity: 'error',
        code: 'T070',
        title: `type \`${name}\` is declared twice`,
        labels: [{ span: stmt.name.span }, { span: table.decls.get(name)!.name.span, text: 'first declared here' }],
      });
      continue;
    }
    table.decls.set(name, stmt);
    switch (stmt.body.kind) {
      case 'struct':
        table.structs.set(name, newStruct(name, undefined, stmt.name.span));
        break;
      case 'union': {
        const union: UnionInfo = { name, variants: [] };
        table.unions.set(name, union);
        for (const v of stmt.body.variants) {
          const info = newStruct(v.name.text, union, v.name.span);
          union.variants.push(info);
          table.structs.set(v.name.text, info);
        }
        break;
      }
      case 'alias':
        table.aliases.set(name, stmt.body.type);
        break;
    }
  }
  return table;
}

/** A struct type without its fields. */
export function newStruct(
  name: string,
  union: UnionInfo | undefined,
  span: StructInfo['span'],
  anonymous = false,
): StructInfo {
  return {
    name,
    fields: [],
    byName: new Map(),
    methods: new Map<string, FunInfo>(),
    union,
    span,
    anonymous,
    sites: [],
    isGroup: false,
    mergedOf: undefined,
  };
}

/** Gives every field of every struct its node. */
export function fillTypes(ctx: TypeContext): void {
  for (const decl of ctx.table.decls.values()) {
    if (decl.body.kind === 'struct') fillFields(ctx, ctx.table.structs.get(decl.name.text)!, decl.body.fields);
    else if (decl.body.kind === 'union') {
      for (const v of decl.body.variants) fillFields(ctx, ctx.table.structs.get(v.name.text)!, v.fields);
    }
  }
}

function fillFields(
  ctx: TypeContext,
  info: StructInfo,
  fields: readonly { name: { text: string }; type: TypeExpr }[],
): void {
  for (const f of fields) {
    if (info.byName.has(f.name.text)) continue;
    const field = { name: f.name.text, node: declNode(ctx, f.type, undefined), type: f.type };
    info.fields.push(field);
    info.byName.set(field.name, field);
  }
}

type TypeArgs = ReadonlyMap<string, Node> | undefined;

/** A node that may hold what the declared type says; later flows may widen it. */
export function declNode(ctx: TypeContext, t: TypeExpr | undefined, typeArgs: TypeArgs, depth = 0): Node {
  const { solver, table } = ctx;
  if (!t || depth > 30) return solver.node();
  switch (t.kind) {
    case 'name': {
      const arg = typeArgs?.get(t.name);
      if (arg) return arg;
      const struct = table.structs.get(t.name);
      const union = table.unions.get(t.name);
      const alias = table.aliases.get(t.name);
      if (union) {
        const n = solver.node();
        for (const v of union.variants) solver.addStruct(n, v);
        return n;
      }
      if (struct) {
        const n = solver.node();
        solver.addStruct(n, struct);
        return n;
      }
      if (alias) return declNode(ctx, alias, typeArgs, depth + 1);
      switch (t.name) {
        case 'int':
        case 'int64':
          return solver.node(INT);
        case 'float': {
          const n = solver.node(FLOAT);
          solver.setFloat(n);
          return n;
        }
        case 'bigint':
          return solver.node(BIG);
        case 'bigrat':
          return solver.node(RAT);
        case 'string':
          return solver.node(STR);
        case 'bool':
          return solver.node(BOOL);
        case 'list':
          return solver.node(LIST);
        case 'map':
          return solver.node(MAP);
        case 'unit':
        case 'void':
          return solver.node(NULL);
        default:
          return solver.node();
      }
    }
    case 'generic': {
      if (t.name === 'list' && t.args.length === 1) {
        const n = solver.node(LIST);
        solver.unify(elemNode(solver, n), declNode(ctx, t.args[0], typeArgs, depth + 1));
        return n;
      }
      if (t.name === 'map' && t.args.length === 2) {
        const n = solver.node(MAP);
        solver.unify(keyNode(solver, n), declNode(ctx, t.args[0], typeArgs, depth + 1));
        solver.unify(valNode(solver, n), declNode(ctx, t.args[1], typeArgs, depth + 1));
        return n;
      }
      return solver.node();
    }
    case 'fun': {
      const n = solver.node();
      const params = t.params.map((p) => declNode(ctx, p, typeArgs, depth + 1));
      const result = t.result ? declNode(ctx, t.result, typeArgs, depth + 1) : solver.node();
      solver.setFun(n, { params, result });
      return n;
    }
    case 'record': {
      // An inline record type: an unnamed struct, the same wherever it is written the same.
      const key = typeText(t);
      let info = table.records.get(key);
      if (!info) {
        info = newStruct('record', undefined, t.span, true);
        table.records.set(key, info);
        fillFields(ctx, info, t.fields);
      }
      const n = solver.node();
      solver.addStruct(n, info);
      return n;
    }
    case 'option': {
      const inner = declNode(ctx, t.inner, typeArgs, depth + 1);
      const n = solver.node(NULL);
      solver.flow(inner, n);
      return n;
    }
  }
}

/** What a declared type allows at the outermost level: kinds, and structs where it names them; undefined allows all. */
export interface Allowed {
  readonly mask: number;
  readonly structs: ReadonlySet<StructInfo> | undefined;
  readonly type: TypeExpr;
}

export function allowedBy(
  table: TypeTable,
  t: TypeExpr | undefined,
  typeArgs: TypeArgs,
  depth = 0,
): Allowed | undefined {
  if (!t || depth > 30) return undefined;
  switch (t.kind) {
    case 'name': {
      if (typeArgs?.has(t.name)) return undefined;
      const union = table.unions.get(t.name);
      if (union) return { mask: STRUCT, structs: new Set(union.variants), type: t };
      const struct = table.structs.get(t.name);
      if (struct) return { mask: STRUCT | MAP, structs: new Set([struct]), type: t };
      const alias = table.aliases.get(t.name);
      if (alias) return allowedBy(table, alias, typeArgs, depth + 1);
      switch (t.name) {
        case 'int':
        case 'int64':
        case 'float':
        case 'bigint':
        case 'bigrat':
          return { mask: NUMERIC, structs: undefined, type: t };
        case 'string':
          return { mask: STR, structs: undefined, type: t };
        case 'bool':
          return { mask: BOOL, structs: undefined, type: t };
        case 'list':
          return { mask: LIST, structs: undefined, type: t };
        case 'map':
          return { mask: MAP | STRUCT, structs: undefined, type: t };
        default:
          return undefined;
      }
    }
    case 'generic':
      if (t.name === 'list') return { mask: LIST, structs: undefined, type: t };
      if (t.name === 'map') return { mask: MAP | STRUCT, structs: undefined, type: t };
      return undefined;
    case 'fun':
      return { mask: FUN, structs: undefined, type: t };
    case 'record':
      return { mask: MAP | STRUCT, structs: undefined, type: t };
    case 'option':
      return allowedBy(table, t.inner, typeArgs, depth + 1);
  }
}

/** A type expression as source text. */
export function typeText(t: TypeExpr): string {
  switch (t.kind) {
    case 'name':
      return t.name;
    case 'generic':
      return `${t.name}<${t.args.map(typeText).join(', ')}>`;
    case 'fun':
      return `fun(${t.params.map(typeText).join(', ')})${t.result ? `: ${typeText(t.result)}` : ''}`;
    case 'record':
      return `{${t.fields.map((f) => `${f.name.text}: ${typeText(f.type)}`).join(', ')}}`;
    case 'option':
      return `${typeText(t.inner)}?`;
  }
}
