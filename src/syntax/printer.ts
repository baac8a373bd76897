/**
 * From syntax trees back to Mochi source in one canonical layout: two spaces, one statement a line, parentheses only
 * where the grammar needs them. Parsing what is printed gives the same tree again (spans and ids aside). The exception
 * are statements without effect that have to start with a bracket, such as `(a ?? b) + c`: after another expression they
 * cannot be written in Mochi, which reads them as its continuation.
 */
import { assertNever } from '../diagnostics/assert.ts';
import type { AgentItem, Block, FieldDecl, FunDecl, IfStmt, LogicPred, Program, Stmt, TypeDecl } from './ast.ts';
import { printEffects, printExpr, printInits, printParams, printType, quote, typeParams } from './printer-expr.ts';

/** Prints a program; the text ends with a newline unless the program is empty. */
export function printProgram(program: Program): string {
  const head = program.packageName === undefined ? '' : `package ${program.packageName}\n`;
  return head + program.body.map((stmt) => `${printStmt(stmt, '')}\n`).join('');
}

/** Prints one statement, its further lines indented by `indent`. */
export function printStmt(stmt: AgentItem, indent: string): string {
  switch (stmt.kind) {
    case 'let': {
      const type = stmt.type === undefined ? '' : `: ${printType(stmt.type)}`;
      const value = stmt.value === undefined ? '' : ` = ${printExpr(stmt.value, indent)}`;
      return `${printDoc(stmt.doc, indent)}${stmt.mutable ? 'var' : 'let'} ${stmt.name.text}${type}${value}`;
    }
    case 'assign': {
      const path = stmt.path.map((step) =>
        step.kind === 'index' ? `[${printExpr(step.index, indent)}]` : `.${step.name.text}`,
      );
      return `${stmt.name.text}${path.join('')} = ${printExpr(stmt.value, indent)}`;
    }
    case 'fun':
      return printFun(stmt, indent);
    case 'type':
      return printTypeDecl(stmt, indent);
    case 'return':
      return stmt.value === undefined ? 'return' : `return ${printExpr(stmt.value, indent)}`;
    case 'if':
      return printIf(stmt, indent);
    case 'while':
      return `while ${printExpr(stmt.cond, indent, 'head')} ${printBlock(stmt.body, indent)}`;
    case 'for': {
      const end = stmt.end === undefined ? '' : `..${printExpr(stmt.end, indent, 'head')}`;
      const range = printExpr(stmt.iter, indent, 'head') + end;
      return `for ${stmt.name.text} in ${range} ${printBlock(stmt.body, indent)}`;
    }
    case 'break':
    case 'continue':
      return stmt.kind;
    case 'expr':
      return printExpr(stmt.expr, indent);
    case 'expect':
      return `expect ${printExpr(stmt.expr, indent)}`;
    case 'test':
    case 'bench':
      return `${stmt.kind} ${quote(stmt.name)} ${printBlock(stmt.body, indent)}`;
    case 'update': {
      const where = stmt.where === undefined ? '' : ` where ${printExpr(stmt.where, indent)}`;
      return `update ${stmt.name.text} set ${printExpr(stmt.set, indent)}${where}`;
    }
    case 'fetch': {
      const options = stmt.with === undefined ? '' : ` with ${printExpr(stmt.with, indent)}`;
      return `fetch ${printExpr(stmt.url, indent)} into ${stmt.into.text}${options}`;
    }
    case 'import': {
      const lang = stmt.lang === undefined ? '' : `${stmt.lang.text} `;
      const alias = stmt.alias === undefined ? '' : ` as ${stmt.alias.text}`;
      return `import ${lang}${quote(stmt.path)}${alias}${stmt.auto ? ' auto' : ''}`;
    }
    case 'externType':
      return `extern type ${stmt.name.text}`;
    case 'externVar':
      return `extern var ${stmt.name}: ${printType(stmt.type)}`;
    case 'externFun': {
      const result = stmt.result === undefined ? '' : `: ${printType(stmt.result)}`;
      return `extern fun ${stmt.name}(${printParams(stmt.params)})${result}`;
    }
    case 'externObject':
      return `extern object ${stmt.name.text}`;
    case 'fact':
      return `fact ${printPred(stmt.pred)}`;
    case 'rule': {
      const conditions = stmt.conditions.map((c) => ('left' in c ? `${c.left.text} != ${c.right.text}` : printPred(c)));
      return `rule ${printPred(stmt.head)} :- ${conditions.join(', ')}`;
    }
    case 'stream':
      return `stream ${stmt.name.text} ${printBody(stmt.fields.map(printField), indent)}`;
    case 'agent': {
      const inner = `${indent}  `;
      const items = stmt.body.map((item) => printStmt(item, inner));
      return `agent ${stmt.name.text} ${printBody(items, indent)}`;
    }
    case 'intent': {
      const result = stmt.result === undefined ? '' : `: ${printType(stmt.result)}`;
      return `intent ${stmt.name.text}(${printParams(stmt.params)})${result} ${printBlock(stmt.body, indent)}`;
    }
    case 'on':
      return `on ${stmt.stream.text} as ${stmt.alias.text} ${printBlock(stmt.body, indent)}`;
    case 'emit':
      return `emit ${stmt.stream.text} ${printInits(stmt.fields, indent)}`;
    case 'model':
      return `model ${stmt.name.text} ${printInits(stmt.fields, indent)}`;
    default:
      return assertNever(stmt, 'statement');
  }
}

export function printBlock(block: Block, indent: string): string {
  const inner = `${indent}  `;
  return printBody(
    block.body.map((stmt: Stmt) => printStmt(stmt, inner)),
    indent,
  );
}

/** `{ }` around lines that have been printed for one level deeper than `indent`. */
function printBody(lines: readonly string[], indent: string): string {
  return lines.length === 0 ? '{}' : `{\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`;
}

function printDoc(doc: string | undefined, indent: string): string {
  return doc === undefined
    ? ''
    : doc
        .split('\n')
        .map((line) => `${`/// ${line}`.trimEnd()}\n${indent}`)
        .join('');
}

function printFun(fun: FunDecl, indent: string): string {
  const result = fun.result === undefined ? '' : `: ${printType(fun.result)}`;
  const head = `${fun.exported ? 'export ' : ''}fun ${fun.name.text}${typeParams(fun.typeParams)}(${printParams(fun.params)})`;
  return `${printDoc(fun.doc, indent)}${head}${result}${printEffects(fun.effects)} ${printBlock(fun.body, indent)}`;
}

function printIf(stmt: IfStmt, indent: string): string {
  let out = '';
  for (let rest: IfStmt | Block | undefined = stmt; rest !== undefined; ) {
    if (!('kind' in rest)) {
      return out + printBlock(rest, indent);
    }
    out += `if ${printExpr(rest.cond, indent, 'head')} ${printBlock(rest.then, indent)}`;
    rest = rest.else;
    out += rest === undefined ? '' : ' else ';
  }
  return out;
}

function printTypeDecl(decl: TypeDecl, indent: string): string {
  const head = `${printDoc(decl.doc, indent)}type ${decl.name.text}`;
  const { body } = decl;
  switch (body.kind) {
    case 'struct': {
      const inner = `${indent}  `;
      const members = [...body.fields.map(printField), ...body.methods.map((method) => printFun(method, inner))];
      return `${head} ${printBody(members, indent)}`;
    }
    case 'union': {
      const variants = body.variants.map(({ name, fields, form }) => {
        switch (form) {
          case 'none':
            return name.text;
          case 'paren':
            return `${name.text}(${fields.map(printField).join(', ')})`;
          case 'brace':
            return `${name.text} {${fields.map((field) => ` ${printField(field)}`).join('')} }`;
          default:
            return assertNever(form, 'variant');
        }
      });
      return `${head} = ${variants.join(' | ')}`;
    }
    case 'alias':
      return `${head} = ${printType(body.type)}`;
    default:
      return assertNever(body, 'type declaration');
  }
}

function printField(field: FieldDecl): string {
  return `${field.name.text}: ${printType(field.type)}`;
}

export function printPred(pred: LogicPred): string {
  const terms = pred.terms.map((term) => {
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
  return `${pred.name.text}(${terms.join(', ')})`;
}
