/** Readable text of the IR (`--emit ir`): S-expressions for values, braces for statements. */

import { assertNever } from '../diagnostics/assert.ts';
import type { Expr, Func, Module, Stmt } from './ir.ts';
import * as Op from './op.ts';

/** The whole module: imports, globals, data, functions, in the module's order. */
export function printModule(module: Module): string {
  const lines: string[] = [];
  for (const [name, func] of module.exports) lines.push(`export ${JSON.stringify(name)} = ${func}`);
  for (const f of module.imports.values()) {
    lines.push(`import ${f.name} = ${f.module}.${f.field}(${f.params.join(', ')})${f.result ? `: ${f.result}` : ''}`);
  }
  for (const g of module.globals.values()) {
    lines.push(`global ${g.mutable ? 'var' : 'let'} ${g.name}: ${g.type} = ${g.init}`);
  }
  for (const d of module.data.values()) {
    if (d.within) {
      lines.push(`data ${JSON.stringify(d.name)} at ${JSON.stringify(d.within.data)} + ${d.within.at}`);
      continue;
    }
    const bytes = Array.from(d.bytes.subarray(0, 64), printByte).join('');
    const more = d.bytes.length > 64 ? `... (${d.bytes.length} bytes)` : '';
    const relocs = d.relocs.map((r) => ` @${r.at}=${'data' in r ? JSON.stringify(r.data) : r.func}`).join('');
    lines.push(`data ${JSON.stringify(d.name)} align ${d.align} "${bytes}"${more}${relocs}`);
  }
  for (const func of module.funcs.values()) lines.push('', printFunc(func));
  return `${lines.join('\n')}\n`;
}

function printByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
    ? String.fromCharCode(byte)
    : `\\${byte.toString(16).padStart(2, '0')}`;
}

/** One function. */
export function printFunc(func: Func): string {
  const name = (local: number): string => localName(func, local);
  const params = func.params.map((type, i) => `${name(i)}: ${type}`).join(', ');
  const marks = `${func.inline ? ` inline(${func.inline})` : ''}${func.display ? ` as ${JSON.stringify(func.display)}` : ''}`;
  const out = [`func ${func.name}(${params})${func.result ? `: ${func.result}` : ''}${marks} {`];
  for (let i = func.params.length; i < func.locals.length; i++) out.push(`  local ${name(i)}: ${func.locals[i]}`);
  printBody(func.body, 1, name, out);
  out.push('}');
  return out.join('\n');
}

function localName(func: Func, local: number): string {
  const given = func.localNames?.[local];
  return given ? `${given}.${local}` : `$${local}`;
}

type Names = (local: number) => string;

function printBody(body: readonly Stmt[], depth: number, name: Names, out: string[]): void {
  const indent = '  '.repeat(depth);
  for (const s of body) {
    switch (s.op) {
      case Op.set:
        out.push(`${indent}${name(s.local)} = ${printExpr(s.value, name, depth)}`);
        break;
      case Op.setGlobal:
        out.push(`${indent}@${s.name} = ${printExpr(s.value, name, depth)}`);
        break;
      case Op.store:
        out.push(
          `${indent}${s.code}${offset(s.offset)} ${printExpr(s.addr, name, depth)} ${printExpr(s.value, name, depth)}`,
        );
        break;
      case Op.do:
        out.push(`${indent}do ${printExpr(s.value, name, depth)}`);
        break;
      case Op.keep:
        out.push(`${indent}keep ${printExpr(s.value, name, depth)}`);
        break;
      case Op.if:
        out.push(`${indent}if ${printExpr(s.cond, name, depth)} {`);
        printBody(s.then, depth + 1, name, out);
        if (s.else.length > 0) {
          out.push(`${indent}} else {`);
          printBody(s.else, depth + 1, name, out);
        }
        out.push(`${indent}}`);
        break;
      case Op.block:
      case Op.loop:
        out.push(`${indent}${s.op === Op.block ? 'block' : 'loop'} L${s.label} {`);
        printBody(s.body, depth + 1, name, out);
        out.push(`${indent}}`);
        break;
      case Op.br:
        out.push(`${indent}br L${s.label}`);
        break;
      case Op.brIf:
        out.push(`${indent}br L${s.label} if ${printExpr(s.cond, name, depth)}`);
        break;
      case Op.switch:
        out.push(
          `${indent}switch ${printExpr(s.value, name, depth)} [${s.labels.map((l) => `L${l}`).join(' ')}] else L${s.otherwise}`,
        );
        break;
      case Op.return:
        out.push(`${indent}return${s.value ? ` ${printExpr(s.value, name, depth)}` : ''}`);
        break;
      case Op.unreachable:
        out.push(`${indent}unreachable`);
        break;
      case Op.memoryCopy:
        out.push(`${indent}memory.copy ${[s.to, s.from, s.bytes].map((e) => printExpr(e, name, depth)).join(' ')}`);
        break;
      case Op.memoryFill:
        out.push(`${indent}memory.fill ${[s.to, s.byte, s.bytes].map((e) => printExpr(e, name, depth)).join(' ')}`);
        break;
      default:
        assertNever(s);
    }
  }
}

const offset = (value: number): string => (value === 0 ? '' : `+${value}`);

/** One expression; `name` gives the names of locals. */
export function printExpr(e: Expr, name: Names = (local) => `$${local}`, depth = 0): string {
  const show = (part: Expr): string => printExpr(part, name, depth);
  const list = (parts: readonly Expr[]): string => parts.map((part) => ` ${show(part)}`).join('');
  switch (e.op) {
    case Op.const: {
      const text = Object.is(e.value, -0) ? '-0' : String(e.value);
      return e.type === 'i32' ? text : `${text}:${e.type}`;
    }
    case Op.get:
      return name(e.local);
    case Op.global:
      return `@${e.name}`;
    case Op.num:
      return `(${e.code}${list(e.args)})`;
    case Op.as:
      return `(as ${e.type} ${show(e.value)})`;
    case Op.load:
      return `(${e.code}${offset(e.offset)}${e.code.startsWith(e.type) ? '' : `:${e.type}`} ${show(e.addr)})`;
    case Op.call:
      return `(${e.func}${list(e.args)})`;
    case Op.callIndirect:
      return `(indirect ${show(e.target)}${list(e.args)})`;
    case Op.funcIndex:
      return `&${e.func}`;
    case Op.data:
      return `&${JSON.stringify(e.name)}`;
    case Op.if:
      return `(if ${show(e.cond)} ${show(e.then)} ${show(e.else)})`;
    case Op.select:
      return `(select ${show(e.cond)} ${show(e.then)} ${show(e.else)})`;
    case Op.seq: {
      const lines: string[] = [];
      printBody(e.body, depth + 1, name, lines);
      const value = printExpr(e.value, name, depth + 1);
      return `{\n${lines.join('\n')}\n${'  '.repeat(depth + 1)}-> ${value}\n${'  '.repeat(depth)}}`;
    }
    case Op.memorySize:
      return 'memory.size';
    case Op.memoryGrow:
      return `(memory.grow ${show(e.pages)})`;
    default:
      return assertNever(e);
  }
}
