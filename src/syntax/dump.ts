/** Syntax trees as s-expressions, for `--emit ast` and for tests that want to see the structure. */
import { assertNever } from '../diagnostics/assert.ts';
import type {
  Accessor,
  AgentItem,
  Block,
  Expr,
  FieldDecl,
  FieldInit,
  FunDecl,
  LogicPred,
  Name,
  Param,
  Pattern,
  Program,
  TypeBody,
  TypeExpr,
} from './ast.ts';
import { printType, quote } from './printer-expr.ts';

/** A word, or a list whose first element says what it is. */
type Node = string | readonly Node[];

const WIDTH = 100;

/** The tree of a program as text: a list per node, indented where it does not fit on a line. */
export function dumpAst(program: Program): string {
  const head = program.packageName === undefined ? [] : [['package', program.packageName]];
  return `${layOut(['program', ...head, ...program.body.map(stmt)]).join('\n')}\n`;
}

/** The tree of one expression, on one line. */
export function dumpExpr(e: Expr): string {
  const flat = (node: Node): string => (typeof node === 'string' ? node : `(${node.map(flat).join(' ')})`);
  return flat(expr(e));
}

/** The lines of a node: one if it fits, else its head and then each element on lines of its own. */
function layOut(node: Node): string[] {
  if (typeof node === 'string') {
    return [node];
  }
  const parts = node.map(layOut);
  const length = parts.reduce((sum, lines) => sum + (lines.length === 1 ? lines[0]!.length + 1 : WIDTH), 1);
  if (length <= WIDTH) {
    return [`(${parts.map((lines) => lines[0]).join(' ')})`];
  }
  // Leading words stay on the line of the parenthesis.
  let words = 1;
  while (words < node.length && typeof node[words] === 'string') {
    words++;
  }
  const lines = [`(${node.slice(0, words).join(' ')}`];
  for (const part of parts.slice(words)) {
    for (const line of part) {
      lines.push(`  ${line}`);
    }
  }
  lines[lines.length - 1] += ')';
  return lines;
}

/** `[tag, ...]` for something that may be missing: no elements if it is. */
function optional<T>(tag: string, value: T | undefined, dump: (value: T) => Node): Node[] {
  return value === undefined ? [] : [[tag, dump(value)]];
}

function type(t: TypeExpr): Node {
  return printType(t).replaceAll(' ', '');
}

function field(f: FieldDecl): Node {
  return [f.name.text, type(f.type)];
}

function init(f: FieldInit): Node {
  return [f.name.text, expr(f.value)];
}

function param(p: Param): Node {
  return p.type === undefined ? p.name.text : [p.name.text, type(p.type)];
}

function text(name: Name): string {
  return name.text;
}

function block(tag: string, b: Block): Node {
  return [tag, ...b.body.map(stmt)];
}

function pred(p: LogicPred): Node {
  const terms = p.terms.map((term): Node => {
    switch (term.kind) {
      case 'name':
        return term.name;
      case 'string':
        return quote(term.value);
      case 'int':
        return String(term.value);
      default:
        return assertNever(term, 'term');
    }
  });
  return [p.name.text, ...terms];
}

function fun(f: FunDecl): Node {
  return [
    f.exported ? 'export-fun' : 'fun',
    f.name.text,
    ...signature(f.typeParams, f.params, f.result, f.effects),
    block('body', f.body),
  ];
}

function signature(
  typeParams: readonly Name[],
  params: readonly Param[],
  result: TypeExpr | undefined,
  effects: readonly Name[],
): Node[] {
  return [
    ...(typeParams.length === 0 ? [] : [['type-params', ...typeParams.map(text)]]),
    ['params', ...params.map(param)],
    ...optional('result', result, type),
    ...(effects.length === 0 ? [] : [['effects', ...effects.map(text)]]),
  ];
}

function typeBody(body: TypeBody): Node {
  switch (body.kind) {
    case 'struct':
      return ['struct', ...body.fields.map(field), ...body.methods.map(fun)];
    case 'union':
      return ['union', ...body.variants.map(({ name, fields }) => [name.text, ...fields.map(field)])];
    case 'alias':
      return ['alias', type(body.type)];
    default:
      return assertNever(body, 'type declaration');
  }
}

function accessor(a: Accessor): Node {
  return a.kind === 'index' ? ['index', expr(a.index)] : ['field', a.name.text];
}

function stmt(s: AgentItem): Node {
  switch (s.kind) {
    case 'let':
      return [
        s.mutable ? 'var' : 'let',
        s.name.text,
        ...optional('type', s.type, type),
        ...(s.value === undefined ? [] : [expr(s.value)]),
      ];
    case 'assign':
      return ['assign', s.name.text, ...s.path.map(accessor), expr(s.value)];
    case 'fun':
      return fun(s);
    case 'type':
      return ['type', s.name.text, typeBody(s.body)];
    case 'return':
      return s.value === undefined ? ['return'] : ['return', expr(s.value)];
    case 'if': {
      const otherwise: Node[] =
        s.else === undefined ? [] : ['kind' in s.else ? ['else', stmt(s.else)] : block('else', s.else)];
      return ['if', expr(s.cond), block('then', s.then), ...otherwise];
    }
    case 'while':
      return ['while', expr(s.cond), block('do', s.body)];
    case 'for':
      return ['for', s.name.text, expr(s.iter), ...optional('to', s.end, expr), block('do', s.body)];
    case 'break':
    case 'continue':
      return [s.kind];
    case 'expr':
      return expr(s.expr);
    case 'expect':
      return ['expect', expr(s.expr)];
    case 'test':
    case 'bench':
      return [s.kind, quote(s.name), block('do', s.body)];
    case 'update':
      return ['update', s.name.text, expr(s.set), ...optional('where', s.where, expr)];
    case 'fetch':
      return ['fetch', expr(s.url), ['into', s.into.text], ...optional('with', s.with, expr)];
    case 'import':
      return [
        'import',
        ...optional('lang', s.lang, text),
        quote(s.path),
        ...optional('as', s.alias, text),
        ...(s.auto ? ['auto'] : []),
      ];
    case 'externType':
      return ['extern-type', s.name.text];
    case 'externVar':
      return ['extern-var', s.name, type(s.type)];
    case 'externFun':
      return ['extern-fun', s.name, ...signature([], s.params, s.result, [])];
    case 'externObject':
      return ['extern-object', s.name.text];
    case 'fact':
      return ['fact', pred(s.pred)];
    case 'rule': {
      const conditions = s.conditions.map((c): Node => ('left' in c ? ['!=', c.left.text, c.right.text] : pred(c)));
      return ['rule', pred(s.head), ...conditions];
    }
    case 'stream':
      return ['stream', s.name.text, ...s.fields.map(field)];
    case 'agent':
      return ['agent', s.name.text, ...s.body.map(stmt)];
    case 'intent':
      return ['intent', s.name.text, ...signature([], s.params, s.result, []), block('body', s.body)];
    case 'on':
      return ['on', s.stream.text, s.alias.text, block('do', s.body)];
    case 'emit':
      return ['emit', s.stream.text, ...s.fields.map(init)];
    case 'model':
      return ['model', s.name.text, ...s.fields.map(init)];
    default:
      return assertNever(s, 'statement');
  }
}

function pattern(p: Pattern): Node {
  switch (p.kind) {
    case 'wildcard':
      return '_';
    case 'literal':
      return expr(p.value);
    case 'name':
      return p.name.text;
    case 'variant':
      return [p.name.text, ...p.args.map((arg) => pattern(arg.pattern))];
    default:
      return assertNever(p, 'pattern');
  }
}

function expr(e: Expr): Node {
  switch (e.kind) {
    case 'int':
      return String(e.value);
    case 'float':
      return Number.isInteger(e.value) && Math.abs(e.value) < 1e21 ? `${e.value}.0` : String(e.value);
    case 'bool':
      return String(e.value);
    case 'string':
      return quote(e.value, e.bytes);
    case 'none':
      return 'none';
    case 'name':
      return e.name;
    case 'unary':
      return [e.op, expr(e.operand)];
    case 'binary':
      return [e.op.replace(' ', '-'), expr(e.left), expr(e.right)];
    case 'call':
      return ['call', expr(e.callee), ...e.args.map(expr)];
    case 'index':
      return [e.optional ? 'index?' : 'index', expr(e.target), expr(e.index)];
    case 'slice':
      return [
        'slice',
        expr(e.target),
        ...optional('from', e.start, expr),
        ...optional('to', e.end, expr),
        ...optional('step', e.step, expr),
      ];
    case 'field':
      return [e.optional ? 'field?' : 'field', expr(e.target), e.name.text];
    case 'cast':
      return ['as', expr(e.value), type(e.type)];
    case 'struct':
      return ['struct', e.name.text, ...e.fields.map(init)];
    case 'list':
      return ['list', ...e.items.map(expr)];
    case 'map':
      return ['map', ...e.entries.map(({ key, value }) => [expr(key), expr(value)])];
    case 'lambda':
      return [
        'lambda',
        ...signature(e.typeParams, e.params, e.result, e.effects),
        ...(e.block === undefined ? [] : [block('body', e.block)]),
        ...(e.expr === undefined ? [] : [expr(e.expr)]),
      ];
    case 'if':
      return ['if', expr(e.cond), expr(e.then), ...(e.else === undefined ? [] : [expr(e.else)])];
    case 'match': {
      const arms = e.arms.map((arm): Node => {
        const body = arm.body.kind === 'expr' ? expr(arm.body.expr) : block('do', arm.body.block);
        return ['=>', pattern(arm.pattern), body];
      });
      return ['match', expr(e.value), ...arms];
    }
    case 'query':
      return [
        'query',
        ...e.froms.map(({ name, source }) => ['from', name.text, expr(source)]),
        ...e.joins.map((j) => [
          j.side === 'inner' ? 'join' : `${j.side}-join`,
          j.name.text,
          expr(j.source),
          expr(j.on),
        ]),
        ...optional('where', e.where, expr),
        ...(e.group === undefined
          ? []
          : [['group', e.group.into.text, ...e.group.keys.map(expr), ...optional('having', e.group.having, expr)]]),
        ...optional('sort', e.sort, expr),
        ...optional('skip', e.skip, expr),
        ...optional('take', e.take, expr),
        [e.distinct ? 'select-distinct' : 'select', expr(e.select)],
      ];
    case 'logicQuery':
      return ['logic-query', pred(e.pred)];
    case 'generate':
      return ['generate', e.what.text, ...e.fields.map(init)];
    case 'fetch':
      return ['fetch', expr(e.url), ...optional('with', e.with, expr)];
    case 'load':
      return [
        'load',
        ...(e.path === undefined ? [] : [quote(e.path)]),
        type(e.type),
        ...optional('with', e.with, expr),
      ];
    case 'save':
      return ['save', expr(e.value), ...optional('to', e.path, quote), ...optional('with', e.with, expr)];
    case 'error':
      return ['error'];
    default:
      return assertNever(e, 'expression');
  }
}
