/** Inference of places: elements and fields that are read and written, what a loop binds. */
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Ctx, noted, notRecord } from './context.ts';
import { mergedField } from './infer-query.ts';
import { elemNode, find, INT, keyNode, LIST, MAP, maskOf, type Node, NULL, STR, STRUCT, valNode } from './nodes.ts';
import type { FunInfo, StructInfo, Sym } from './program.ts';
import { allowedBy } from './types.ts';

/** What `for x in source` binds. */
export function elementsOf(ctx: Ctx, source: Node, to: Node): void {
  const { solver } = ctx;
  const key = keyNode(solver, source);
  solver.when([source, key], () => {
    const mask = maskOf(source);
    if (mask & LIST) solver.flow(elemNode(solver, source), to);
    if (mask & STR) solver.add(to, STR);
    if (mask & MAP) solver.add(to, maskOf(key) === INT ? INT : STR);
    if (mask & STRUCT) {
      for (const s of find(source).structs ?? []) {
        if (s.isGroup) solver.flow(elemNode(solver, s.byName.get('items')!.node), to);
        else {
          solver.add(to, STR);
          if (s.anonymous) notRecord(ctx, s);
        }
      }
    }
  });
}

/** Keys of a map: an int stays an int while all keys are ints, anything else is text. */
export function flowKey(ctx: Ctx, from: Node, map: Node): void {
  const { solver } = ctx;
  const key = keyNode(solver, map);
  solver.when([from], () => {
    const m = maskOf(from);
    if (m & INT) solver.add(key, INT);
    if (m & ~INT) solver.add(key, STR);
  });
}

/** What `base[index]` may be; `key` is the index where it is a constant text, `present` says that a map has it. */
export function readIndex(ctx: Ctx, base: Node, index: Node, key: string | undefined, present: boolean): Node {
  const { solver } = ctx;
  const result = solver.node();
  const done = new Set<StructInfo>();
  let flowedElem = false;
  let flowedVal = false;
  solver.when([base], () => {
    const mask = maskOf(base);
    if (mask & LIST && !flowedElem) {
      flowedElem = true;
      solver.flow(elemNode(solver, base), result);
    }
    if (mask & STR) solver.add(result, STR);
    if (mask & MAP) {
      if (!flowedVal) {
        flowedVal = true;
        flowKey(ctx, index, base);
        solver.flow(valNode(solver, base), result);
      }
      if (!present) solver.add(result, NULL);
    }
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) readStructIndex(ctx, s, key, done, result);
    }
  });
  return result;
}

function readStructIndex(ctx: Ctx, s: StructInfo, key: string | undefined, done: Set<StructInfo>, result: Node): void {
  const { solver } = ctx;
  if (done.has(s)) return;
  done.add(s);
  const field = key === undefined ? undefined : s.byName.get(key);
  if (field) solver.flow(field.node, result);
  else if (s.isGroup) solver.flow(elemNode(solver, s.byName.get('items')!.node), result);
  else {
    if (s.anonymous) notRecord(ctx, s);
    for (const f of s.fields) solver.flow(f.node, result);
    solver.add(result, NULL | STR);
  }
}

export function writeIndex(ctx: Ctx, base: Node, index: Node, value: Node, key?: string): void {
  const { solver } = ctx;
  let flowedElem = false;
  let flowedVal = false;
  solver.when([base, index], () => {
    const mask = maskOf(base);
    if (mask & LIST && !flowedElem) {
      flowedElem = true;
      solver.flow(value, elemNode(solver, base));
    }
    if (mask & MAP && !flowedVal) {
      flowedVal = true;
      flowKey(ctx, index, base);
      solver.flow(value, valNode(solver, base));
    }
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) {
        const field = key === undefined ? undefined : s.byName.get(key);
        if (field) solver.flow(value, field.node);
        else {
          if (s.anonymous) notRecord(ctx, s);
          for (const f of s.fields) solver.flow(value, f.node);
        }
      }
    }
  });
}

export function readField(ctx: Ctx, base: Node, name: string): Node {
  const { solver } = ctx;
  const result = solver.node();
  const done = new Set<StructInfo>();
  let flowedVal = false;
  solver.when([base], () => {
    const mask = maskOf(base);
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) {
        if (done.has(s)) continue;
        done.add(s);
        const f = s.byName.get(name);
        if (f) solver.flow(f.node, result);
        else if (s.methods.has(name)) {
          const m = s.methods.get(name)!;
          m.asValue = true;
          solver.setFun(result, { params: m.params.map((p) => p.node), result: m.result });
        } else if (s.isGroup && keyField(s, name)) solver.flow(keyField(s, name)!, result);
        else if (s.mergedOf) mergedField(ctx, s, name, result);
        else solver.add(result, NULL);
      }
    }
    if (mask & MAP) {
      if (!flowedVal) {
        flowedVal = true;
        solver.add(keyNode(solver, base), STR);
        solver.flow(valNode(solver, base), result);
      }
      solver.add(result, NULL);
    }
  });
  return result;
}

/** A field of a group's key: groups by several keys show their fields themselves. */
export function keyField(group: StructInfo, name: string): Node | undefined {
  const key = find(group.byName.get('key')!.node);
  for (const s of key.structs ?? []) {
    const f = s.byName.get(name);
    if (f) return f.node;
  }
  return undefined;
}

export function writeField(ctx: Ctx, base: Node, name: string, value: Node, span: Span): void {
  const { solver } = ctx;
  const done = new Set<StructInfo>();
  let flowedVal = false;
  solver.when([base], () => {
    const mask = maskOf(base);
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) {
        if (done.has(s)) continue;
        done.add(s);
        const f = s.byName.get(name);
        if (f) solver.flow(value, f.node);
        else if (s.anonymous) notRecord(ctx, s);
      }
    }
    if (mask & MAP && !flowedVal) {
      flowedVal = true;
      solver.add(keyNode(solver, base), STR);
      solver.flow(value, valNode(solver, base));
    }
  });
  ctx.checks.push({ kind: 'field', node: base, name, span });
}

/** The local copy of a receiver's field inside a method (LANGUAGE 4.7). */
export function fieldSym(ctx: Ctx, binding: { struct: StructInfo; name: string; method: FunInfo }): Sym {
  let sym = binding.method.fieldSyms.get(binding.name);
  if (!sym) {
    const field = binding.struct.byName.get(binding.name)!;
    const node = ctx.solver.node();
    ctx.solver.flow(field.node, node);
    sym = {
      name: binding.name,
      node,
      span: binding.method.span,
      mutable: true,
      maybeFun: true,
      declared: allowedBy(ctx.types, field.type, undefined),
      owner: binding.method,
      topLevel: false,
      global: false,
      captured: false,
      group: undefined,
      assignments: 0,
      capturedEarly: false,
    };
    binding.method.fieldSyms = noted(binding.method.fieldSyms, binding.name, sym);
  }
  return sym;
}
