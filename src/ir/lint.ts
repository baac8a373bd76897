/** Checks that a module is well formed: what every pass may rely on and must keep. Tests run it after every pass. */

import { assertNever } from '../diagnostics/assert.ts';
import { fallsThrough } from './build.ts';
import type { Expr, Func, Module, Stmt, Type } from './ir.ts';
import { isLinkerAddress, STACK_POINTER } from './names.ts';
import * as Op from './op.ts';
import { NUMERIC_SIGNATURES, WASM_TYPE } from './ops.ts';
import { printExpr } from './print.ts';

export interface LintOptions {
  /** Signature of a function that is not in the module yet (a run-time function before it is pulled in). */
  readonly external?: (name: string) => { params: readonly Type[]; result: Type | undefined } | undefined;
}

/** Problems of a module, as `function: message`; empty if it is well formed. */
export function lintModule(module: Module, options: LintOptions = {}): string[] {
  const problems: string[] = [];
  for (const [name, func] of module.funcs) {
    if (func.name !== name) problems.push(`${name}: is named ${func.name}`);
    lintFunc(module, func, options, problems);
  }
  const known = (name: string): boolean =>
    module.funcs.has(name) || module.imports.has(name) || options.external?.(name) !== undefined;
  for (const [exported, name] of module.exports) {
    if (!known(name)) problems.push(`export ${exported}: no function ${name}`);
  }
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) {
      if (reloc.at < 0 || reloc.at + 4 > datum.bytes.length) problems.push(`${datum.name}: relocation outside`);
      if ('data' in reloc) {
        if (!module.data.has(reloc.data) && !isLinkerAddress(reloc.data)) {
          problems.push(`${datum.name}: no datum ${reloc.data}`);
        }
      } else if (!module.funcs.has(reloc.func)) problems.push(`${datum.name}: no function ${reloc.func}`);
    }
  }
  return problems;
}

function lintFunc(module: Module, func: Func, options: LintOptions, problems: string[]): void {
  const report = (message: string): void => {
    problems.push(`${func.name}: ${message}`);
  };
  func.params.forEach((type, i) => {
    if (func.locals[i] !== type) report(`parameter ${i} is ${type} but local ${i} is ${func.locals[i]}`);
  });
  const labels: number[] = [];

  const same = (have: Type | undefined, want: Type, what: string, e?: Expr): void => {
    if (have !== want)
      report(`${what} is ${have ?? 'nothing'}, not ${want}${e ? `: ${printExpr(e).slice(0, 80)}` : ''}`);
  };
  const word = (e: Expr, what: string): void => {
    if (e.type === undefined || WASM_TYPE[e.type] !== 'i32') report(`${what} is ${e.type}, not i32: ${printExpr(e)}`);
  };
  const value = (e: Expr): void => {
    expr(e);
    if (e.type === undefined) report(`call of ${e.op === Op.call ? e.func : 'a table entry'} has no value but is used`);
  };
  const args = (params: readonly Type[], given: readonly Expr[], what: string): void => {
    for (const arg of given) value(arg);
    if (params.length !== given.length) report(`${what}: ${given.length} arguments, not ${params.length}`);
    else
      params.forEach((type, i) => {
        same(given[i]!.type, type, `${what}: argument ${i}`, given[i]);
      });
  };
  const global = (name: string): Type | undefined => {
    if (name === STACK_POINTER) return 'i32';
    const found = module.globals.get(name);
    if (!found && !(options.external && name.startsWith('rt.'))) report(`no global ${name}`);
    return found?.type;
  };

  function expr(e: Expr): void {
    switch (e.op) {
      case Op.const:
        if ((e.type === 'i64' || e.type === 'cell') !== (typeof e.value === 'bigint')) {
          report(`constant ${e.value} of type ${e.type}`);
        }
        return;
      case Op.get:
        same(e.type, func.locals[e.local] ?? e.type, `get of local ${e.local}`);
        if (func.locals[e.local] === undefined) report(`no local ${e.local}`);
        return;
      case Op.global: {
        const type = global(e.name);
        if (type) same(e.type, type, `global ${e.name}`);
        return;
      }
      case Op.num: {
        const signature = NUMERIC_SIGNATURES.get(e.code);
        if (!signature) {
          report(`unknown instruction ${e.code}`);
          return;
        }
        if (WASM_TYPE[e.type] !== signature.result) report(`${e.code} gives ${signature.result}, not ${e.type}`);
        if (signature.params.length !== e.args.length) report(`${e.code} has ${e.args.length} operands`);
        e.args.forEach((arg, i) => {
          value(arg);
          if (arg.type && WASM_TYPE[arg.type] !== signature.params[i]) {
            report(`operand ${i} of ${e.code} is ${arg.type}: ${printExpr(e).slice(0, 100)}`);
          }
        });
        return;
      }
      case Op.as:
        value(e.value);
        if (e.value.type && WASM_TYPE[e.value.type] !== WASM_TYPE[e.type]) report(`as ${e.type} of ${e.value.type}`);
        return;
      case Op.load:
        value(e.addr);
        word(e.addr, 'address');
        if (WASM_TYPE[e.type] !== e.code.slice(0, 3)) report(`${e.code} gives no ${e.type}`);
        return;
      case Op.call: {
        const target = module.funcs.get(e.func) ?? module.imports.get(e.func) ?? options.external?.(e.func);
        if (!target) {
          report(`no function ${e.func}`);
          return;
        }
        args(target.params, e.args, e.func);
        if (e.type !== target.result) report(`call of ${e.func} has type ${e.type}, not ${target.result}`);
        return;
      }
      case Op.callIndirect:
        args(e.params, e.args, 'indirect call');
        value(e.target);
        same(e.target.type, 'i32', 'target of an indirect call');
        return;
      case Op.funcIndex:
        if (!module.funcs.has(e.func) && !options.external?.(e.func)) report(`no function ${e.func}`);
        return;
      case Op.data:
        if (!module.data.has(e.name) && !isLinkerAddress(e.name)) report(`no datum ${e.name}`);
        return;
      case Op.if:
      case Op.select:
        value(e.cond);
        value(e.then);
        value(e.else);
        word(e.cond, 'condition');
        same(e.then.type, e.type, 'then value', e.then);
        same(e.else.type, e.type, 'else value', e.else);
        return;
      case Op.seq:
        body(e.body);
        value(e.value);
        same(e.value.type, e.type, 'value of seq', e.value);
        return;
      case Op.memorySize:
        return;
      case Op.memoryGrow:
        value(e.pages);
        word(e.pages, 'pages');
        return;
      default:
        assertNever(e);
    }
  }

  function body(list: readonly Stmt[]): void {
    for (const s of list) stmt(s);
  }

  const jump = (label: number): void => {
    if (!labels.includes(label)) report(`jump to label ${label}, which is not around it`);
  };

  function stmt(s: Stmt): void {
    switch (s.op) {
      case Op.set:
        value(s.value);
        if (func.locals[s.local] === undefined) report(`no local ${s.local}`);
        else same(s.value.type, func.locals[s.local]!, `value for local ${s.local}`, s.value);
        return;
      case Op.setGlobal: {
        value(s.value);
        const type = global(s.name);
        if (type) same(s.value.type, type, `value for global ${s.name}`);
        if (module.globals.get(s.name)?.mutable === false) report(`global ${s.name} is not mutable`);
        return;
      }
      case Op.store:
        value(s.addr);
        value(s.value);
        word(s.addr, 'address');
        if (s.value.type && WASM_TYPE[s.value.type] !== s.code.slice(0, 3)) report(`${s.code} of ${s.value.type}`);
        return;
      case Op.do:
        expr(s.value);
        return;
      case Op.keep:
        value(s.value);
        return;
      case Op.if:
        value(s.cond);
        word(s.cond, 'condition');
        body(s.then);
        body(s.else);
        return;
      case Op.block:
      case Op.loop:
        if (labels.includes(s.label)) report(`label ${s.label} is used twice`);
        labels.push(s.label);
        body(s.body);
        labels.pop();
        return;
      case Op.br:
        jump(s.label);
        return;
      case Op.brIf:
        value(s.cond);
        word(s.cond, 'condition');
        jump(s.label);
        return;
      case Op.switch:
        value(s.value);
        same(s.value.type, 'i32', 'switch value');
        for (const label of s.labels) jump(label);
        jump(s.otherwise);
        return;
      case Op.return:
        if (s.value) value(s.value);
        if (s.value?.type !== func.result)
          report(`returns ${s.value?.type ?? 'nothing'}, not ${func.result ?? 'nothing'}`);
        return;
      case Op.unreachable:
        return;
      case Op.memoryCopy:
        for (const e of [s.to, s.from, s.bytes]) {
          value(e);
          word(e, 'operand of memory.copy');
        }
        return;
      case Op.memoryFill:
        for (const e of [s.to, s.byte, s.bytes]) {
          value(e);
          word(e, 'operand of memory.fill');
        }
        return;
      default:
        assertNever(s);
    }
  }

  body(func.body);
  if (func.result && fallsThrough(func.body)) report('can reach its end without returning a value');
}
