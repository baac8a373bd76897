/**
 * Tree shaking: keeps what the exported functions reach. It is also how run-time functions come into a program: a name
 * that the module lacks is asked of the run-time library, which lowers it then and only then.
 */

import { assertNever } from '../diagnostics/assert.ts';
import { factsOf } from './facts.ts';
import { emptyModule, type Func, type Module } from './ir.ts';
import { isLinkerAddress, STACK_POINTER, TYPE_TABLE } from './names.ts';
import * as Op from './op.ts';
import type { Runtime } from './system/system.ts';

/**
 * The part of a module that its exports reach, in the order of discovery (so the result does not depend on the order
 * in which the module was filled). Without a `runtime`, or for names it does not know, a missing name throws.
 */
export function reach(module: Module, runtime?: Runtime): Module {
  const out = emptyModule();
  const queue: Func[] = [];

  const needFunc = (name: string): void => {
    if (out.funcs.has(name) || out.imports.has(name)) return;
    let func = module.funcs.get(name);
    const imported = module.imports.get(name) ?? (func ? undefined : runtime?.importFunc(name));
    if (imported) {
      out.imports.set(name, imported);
      return;
    }
    func ??= runtime?.need(name);
    if (!func) throw new Error(`no function ${name}`);
    out.funcs.set(name, func);
    queue.push(func);
  };
  const needData = (name: string): void => {
    if (out.data.has(name)) return;
    if (isLinkerAddress(name) && !(name === TYPE_TABLE && module.data.has(name))) return;
    const datum = module.data.get(name) ?? runtime?.datum(name);
    if (!datum) throw new Error(`no datum ${name}`);
    out.data.set(name, datum);
    for (let i = 0; i < datum.relocs.length; i++) {
      const reloc = datum.relocs[i]!;
      if ('data' in reloc) needData(reloc.data);
      else needFunc(reloc.func);
    }
  };
  const needGlobal = (name: string): void => {
    if (out.globals.has(name)) return;
    const known = module.globals.get(name);
    if (!known && name === STACK_POINTER) return;
    const global = known ?? runtime?.global(name);
    if (!global) throw new Error(`no global ${name}`);
    out.globals.set(name, global);
  };

  for (const [exported, name] of module.exports) {
    out.exports.set(exported, name);
    needFunc(name);
  }
  // Not `for … of`: the queue grows meanwhile.
  for (let next = 0; next < queue.length; next++) {
    const { references } = factsOf(queue[next]!);
    for (let i = 0; i < references.length; i++) {
      const node = references[i]!;
      switch (node.op) {
        case Op.call:
        case Op.funcIndex:
          if (!out.funcs.has(node.func)) needFunc(node.func);
          break;
        case Op.data:
          if (!out.data.has(node.name)) needData(node.name);
          break;
        case Op.global:
        case Op.setGlobal:
          if (!out.globals.has(node.name)) needGlobal(node.name);
          break;
        case Op.callIndirect:
          break;
        default:
          assertNever(node);
      }
    }
  }
  return out;
}
