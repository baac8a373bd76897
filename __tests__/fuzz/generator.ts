/**
 * Random programs: typed, terminating, as source text, one statement or block bracket to a line (so that lines can be left
 * out to make a failing program smaller). The same seed gives the same program.
 */
import { anyValue, atom, call, expr, fresh, literal, local, placed, printable } from './expressions.ts';
import { aggregate, sidedJoin } from './queries.ts';
import { random } from './random.ts';
import { scenario } from './scenarios.ts';
import {
  ANY,
  anyType,
  BOOL,
  type Field,
  FLOAT,
  type Gen,
  INT,
  isPlain,
  type Local,
  plainType,
  STRING,
  scalarType,
  structOf,
  type Type,
  typeText,
  visible,
} from './types.ts';

const MAX_BLOCKS = 4;

/** The program of a seed. */
export function generate(seed: number): string {
  const g = generator(seed);
  const r = g.random;
  if (r.one(4)) {
    g.generic = true;
    line(g, 'fun same<T>(x: T): T {');
    line(g, '  return x');
    line(g, '}');
    line(g, 'fun choose<T>(c: bool, x: T, y: T): T {');
    line(g, '  if c {');
    line(g, '    return x');
    line(g, '  }');
    line(g, '  return y');
    line(g, '}');
  }
  for (let i = r.below(3); i > 0; i--) struct(g);
  for (let i = r.below(2) + (r.one(3) ? 1 : 0); i > 0; i--) union(g);
  if (r.one(3)) {
    for (let i = 2 + r.below(4); i > 0; i--) scenario(g);
    return `${g.lines.join('\n')}\n`;
  }
  const count = 8 + r.below(14);
  for (let i = 0; i < count; i++) {
    if (i % 3 === 2 && r.one(2)) fun(g);
    else statement(g);
  }
  for (const l of visible(g).reverse()) if (isPlain(g, l.type)) line(g, `print(${l.name})`);
  return `${g.lines.join('\n')}\n`;
}

/** A generator that has written nothing yet. */
export function generator(seed: number): Gen {
  return {
    random: random(seed),
    lines: [],
    indent: 0,
    next: 1,
    locals: [],
    callables: [],
    structs: [],
    unions: [],
    pure: false,
    result: undefined,
    loops: 0,
    generic: false,
    blocks: 0,
    functions: 0,
  };
}

function line(g: Gen, text: string): void {
  g.lines.push('  '.repeat(g.indent) + text);
}

/** A block of statements with variables of its own. */
function block(g: Gen, size: number, own: readonly Local[] = []): void {
  const { locals, callables } = g;
  g.locals = [...locals, ...own];
  g.indent++;
  g.blocks++;
  const n = 1 + g.random.below(size);
  for (let i = 0; i < n; i++) statement(g, i === 0);
  g.blocks--;
  g.indent--;
  g.locals = locals;
  g.callables = callables;
}

// ---- declarations of types

function struct(g: Gen): void {
  const r = g.random;
  const name = fresh(g, 'S');
  const fields: Field[] = Array.from({ length: 1 + r.below(3) }, () => ({ name: fresh(g, 'f'), type: fieldType(g) }));
  line(g, `type ${name} {`);
  for (const f of fields) line(g, `  ${f.name}: ${typeText(f.type)}`);
  const methods: { name: string; param: Type; result: Type }[] = [];
  if (r.one(4)) {
    const method = { name: fresh(g, 'm'), param: scalarType(g), result: scalarType(g) };
    const locals = [...fields, { name: 'arg', type: method.param }];
    g.locals = locals.map((f) => ({ ...f, assignable: false }));
    line(g, `  fun ${method.name}(arg: ${typeText(method.param)}): ${typeText(method.result)} {`);
    line(g, `    return ${expr(g, method.result, 2)}`);
    line(g, '  }');
    g.locals = [];
    methods.push(method);
  }
  line(g, '}');
  g.structs.push({ name, fields, methods });
}

function fieldType(g: Gen): Type {
  for (;;) {
    const t = anyType(g, 1);
    if (t.k !== 'any') return t;
  }
}

function union(g: Gen): void {
  const r = g.random;
  const name = fresh(g, 'U');
  const variants = Array.from({ length: 2 + r.below(3) }, (_, i) => ({
    name: fresh(g, 'V'),
    fields: Array.from({ length: i === 0 ? r.below(2) : r.below(3) }, (): Field => {
      const type: Type = i > 0 && r.one(3) ? { k: 'union', name } : i === 0 ? scalarType(g) : plainType(g, 1);
      return { name: fresh(g, 'f'), type };
    }),
  }));
  const text = variants.map(
    (v) =>
      v.name + (v.fields.length > 0 ? `(${v.fields.map((f) => `${f.name}: ${typeText(f.type)}`).join(', ')})` : ''),
  );
  line(g, `type ${name} = ${text.join(' | ')}`);
  g.unions.push({ name, variants });
}

// ---- functions

/** A named function: plain, or one that recurses on fuel. */
function fun(g: Gen): void {
  const r = g.random;
  const name = fresh(g, 'fn');
  const recursive = r.one(3);
  const result = anyType(g, 2);
  const params: Local[] = Array.from({ length: r.below(3) + (recursive ? 0 : 1) }, () => ({
    name: parameterName(g),
    type: anyType(g, 2),
    assignable: r.one(2),
    typed: true,
  })).filter((p, i, all) => all.findIndex((q) => q.name === p.name) === i);
  const fuel: Local[] = recursive ? [{ name: fresh(g, 'n'), type: INT, assignable: false }] : [];
  const all = [...fuel, ...params];
  const callable = { name, params: all.map((p) => p.type), result };
  const parameter = (p: Local): string => (p.type.k === 'any' ? p.name : `${p.name}: ${typeText(p.type)}`);
  line(g, `fun ${name}(${all.map(parameter).join(', ')}): ${typeText(result)} {`);
  const saved = { locals: g.locals, callables: g.callables, result: g.result, loops: g.loops };
  g.locals = [...g.locals, ...all];
  g.result = result;
  g.loops = 0;
  g.indent++;
  g.blocks++;
  g.functions++;
  if (recursive) {
    line(g, `if ${fuel[0]!.name} <= 0 {`);
    g.indent++;
    line(g, `return ${placed(g, result, 1)}`);
    g.indent--;
    line(g, '}');
  }
  const statements = r.below(4);
  for (let i = 0; i < statements; i++) statement(g, i === 0);
  if (recursive) {
    const again = (): string => {
      const args = params.map((p) => expr(g, p.type, 1));
      return `${name}(${[`${fuel[0]!.name} - 1`, ...args].join(', ')})`;
    };
    if (r.one(2)) line(g, `return ${again()}`);
    else {
      const x = fresh(g, 'v');
      line(g, `let ${x} = ${again()}`);
      g.locals = [...g.locals, { name: x, type: result, assignable: false }];
      statement(g);
      line(g, `return ${placed(g, result, 2)}`);
    }
  } else line(g, `return ${placed(g, result, 2)}`);
  g.functions--;
  g.blocks--;
  g.indent--;
  Object.assign(g, saved);
  line(g, '}');
  g.callables = [...g.callables, recursive ? { ...callable, fuel: 5 } : callable];
}

/** Mostly a new name; sometimes that of a variable outside, which it hides. */
function parameterName(g: Gen): string {
  const r = g.random;
  const outer = visible(g).filter((l) => /^\w+$/.test(l.name));
  return outer.length > 0 && r.one(10) ? r.pick(outer).name : fresh(g, 'v');
}

// ---- statements

function statement(g: Gen, first = false): void {
  const r = g.random;
  const nested = g.blocks < MAX_BLOCKS ? 1 : 0;
  r.weighted<() => void>([
    [8, () => declaration(g, first)],
    [7, () => assignment(g)],
    [5, () => elementAssignment(g)],
    [4, () => growth(g)],
    [5, () => print(g)],
    [4 * nested, () => ifStatement(g)],
    [6 * nested, () => loop(g)],
    [g.loops > 0 ? 2 : 0, () => leave(g)],
    [g.result && g.blocks > 1 ? 1 : 0, () => guarded(g, `return ${expr(g, g.result!, 2)}`)],
    [2 * nested, () => matchStatement(g)],
    [2 * nested, () => closure(g)],
    [g.functions < 2 ? 1 * nested : 0, () => fun(g)],
    [2, () => callStatement(g)],
    [2, () => anyVariable(g)],
    [1, () => update(g)],
    [g.blocks === 0 ? 6 : g.loops === 0 && g.blocks < 3 ? 1 : 0, () => scenario(g)],
  ])();
}

function declare(g: Gen, l: Local): void {
  // What is known of the elements of a variable that this one hides is not known of this one.
  const isPart = ({ name }: Local): boolean => name.startsWith(l.name) && /^\W/.test(name.slice(l.name.length));
  g.locals = [...g.locals.filter((known) => !isPart(known)), l];
}

function declaration(g: Gen, first: boolean): void {
  const r = g.random;
  const type = anyType(g, 3);
  const mutable = !r.one(3);
  const name = first && g.blocks > 0 ? parameterName(g) : fresh(g, 'v');
  const typed = needsType(g, type) || r.one(2);
  if (typed && r.one(10) && ['int', 'float', 'string', 'bool', 'list', 'map'].includes(type.k)) {
    line(g, `var ${name}: ${typeText(type)}`);
    declare(g, { name, type, assignable: true, typed });
    return;
  }
  const map = local(g, (l) => l.type.k === 'map' && (l.type.of.k === 'int' || l.type.of.k === 'float'));
  if (map?.type.k === 'map' && r.one(6)) {
    // What may be nil.
    line(g, `let ${name} = ${map.name}[${expr(g, map.type.key, 1)}]`);
    declare(g, { name, type: { k: 'any', was: map.type.of }, assignable: false });
    return;
  }
  const value = typed ? placed(g, type, 3) : expr(g, type, 3);
  line(g, `${mutable ? 'var' : 'let'} ${name}${typed ? `: ${typeText(type)}` : ''} = ${value}`);
  declare(g, { name, type, assignable: mutable, typed });
}

/** What a literal alone does not tell. */
function needsType(g: Gen, t: Type): boolean {
  if (t.k === 'list' || t.k === 'map') return !g.random.one(4);
  return t.k === 'any' || t.k === 'union' || t.k === 'fun' || (t.k === 'struct' && g.random.one(2));
}

function assignment(g: Gen): void {
  const l = local(g, (x) => x.assignable);
  if (!l) return declaration(g, false);
  const value = l.type.k === 'any' ? anyValue(g, 2) : expr(g, l.type, 3);
  line(g, `${l.name} = ${value}`);
}

/** Assignments to elements and fields, also deeper ones. */
function elementAssignment(g: Gen): void {
  const r = g.random;
  const l = local(g, (x) => x.assignable && ['list', 'map', 'struct'].includes(x.type.k));
  if (!l) return print(g);
  let target = l.name;
  let type = l.type;
  const guards: string[] = [];
  for (let deep = 0; deep < 3; deep++) {
    if (type.k === 'list') {
      guards.push(`len(${target}) > 0`);
      target += `[${r.one(2) ? r.pick(['0', '-1']) : `${expr(g, INT, 1)} % len(${target})`}]`;
      type = type.of;
    } else if (type.k === 'map') {
      const key = expr(g, type.key, 1);
      const inside = ['list', 'map', 'struct'].includes(type.of.k);
      target += type.key.k === 'string' && r.one(4) ? `.${r.pick(['a', 'b', 'k1'])}` : `[${key}]`;
      type = type.of;
      if (inside) guards.push(`${target} != nil`);
    } else if (type.k === 'struct') {
      const f = r.pick(structOf(g, type.name).fields);
      target += `.${f.name}`;
      type = f.type;
    } else break;
    if (r.one(2)) break;
  }
  // A map that lacks the key has nothing to go deeper into.
  while (guards.at(-1)?.startsWith(target)) guards.pop();
  const value = type.k === 'any' ? anyValue(g, 2) : expr(g, type, 2);
  if (guards.length === 0) return line(g, `${target} = ${value}`);
  line(g, `if ${guards.join(' && ')} {`);
  line(g, `  ${target} = ${value}`);
  line(g, '}');
}

/** Lists that grow, in the forms that programs use. */
function growth(g: Gen): void {
  const r = g.random;
  const l = local(g, (x) => x.assignable && x.type.k === 'list');
  if (l?.type.k !== 'list') return declaration(g, false);
  const value = l.type.of.k === 'any' ? anyValue(g, 2) : expr(g, l.type.of, 2);
  const other = local(g, (x) => x !== l && x.assignable && typeText(x.type) === typeText(l.type));
  line(
    g,
    r.weighted([
      [4, `${l.name} = append(${l.name}, ${value})`],
      [1, `${l.name}[len(${l.name})] = ${value}`],
      [1, `${l.name} = ${l.name} + [${value}]`],
      [1, `${l.name} = ${l.name}[1:]`],
      [other ? 2 : 0, `${l.name} = append(${other?.name}, ${value})`],
      [other ? 2 : 0, `${l.name} = ${other?.name}`],
    ]),
  );
}

function print(g: Gen): void {
  const r = g.random;
  if (r.one(12)) return line(g, `json(${expr(g, plainType(g, 2), 2)})`);
  if (r.one(8)) return line(g, `print(${sidedJoin(g, 2)})`);
  if (r.one(8)) return line(g, `print(${aggregate(g, r.pick([INT, FLOAT]), 2)})`);
  const n = r.weighted([
    [6, 1],
    [3, 2],
    [2, 3],
    [1, 0],
  ]);
  line(g, `print(${Array.from({ length: n }, () => printable(g, 3)).join(', ')})`);
}

function ifStatement(g: Gen): void {
  const r = g.random;
  const value = local(g, (l) => /^\w+$/.test(l.name) && ['int', 'string', 'list', 'map', 'float'].includes(l.type.k));
  line(g, `if ${value && r.one(8) ? value.name : expr(g, BOOL, 2)} {`);
  block(g, 3);
  if (r.one(3)) {
    line(g, `} else if ${expr(g, BOOL, 2)} {`);
    block(g, 3);
  }
  if (r.one(2)) {
    line(g, '} else {');
    block(g, 3);
  }
  line(g, '}');
}

function guarded(g: Gen, text: string): void {
  line(g, `if ${expr(g, BOOL, 2)} {`);
  line(g, `  ${text}`);
  line(g, '}');
}

function leave(g: Gen): void {
  guarded(g, g.random.pick(['break', 'continue']));
}

function loop(g: Gen): void {
  const r = g.random;
  g.loops++;
  const bound = (type: Type): Local => ({ name: fresh(g, 'i'), type, assignable: false });
  switch (r.below(6)) {
    case 0: {
      const i = fresh(g, 'w');
      line(g, `var ${i} = 0`);
      line(g, `while ${i} < ${1 + r.below(5)}${r.one(4) ? ` && ${expr(g, BOOL, 1)}` : ''} {`);
      line(g, `  ${i} = ${i} + 1`);
      const counter: Local = { name: i, type: INT, assignable: false };
      block(g, 4, [counter]);
      line(g, '}');
      declare(g, counter);
      break;
    }
    case 1: {
      const of = local(g, (l) => l.type.k === 'list' && l.type.of.k !== 'any');
      const type = of?.type.k === 'list' ? of.type.of : plainType(g);
      const x = bound(type);
      line(g, `for ${x.name} in ${of && !r.one(3) ? of.name : atom(g, { k: 'list', of: type }, 2)} {`);
      block(g, 4, [x]);
      line(g, '}');
      break;
    }
    case 2: {
      const map = local(g, (l) => l.type.k === 'map');
      const key = map?.type.k === 'map' ? map.type.key : STRING;
      const k = bound(key);
      line(g, `for ${k.name} in ${map ? map.name : literal(g, { k: 'map', key, of: INT }, 1)} {`);
      block(g, 4, [k]);
      line(g, '}');
      break;
    }
    case 3:
    case 4: {
      if (r.one(3)) {
        const c = bound(STRING);
        line(g, `for ${c.name} in ${expr(g, STRING, 1)} {`);
        block(g, 3, [c]);
        line(g, '}');
        break;
      }
      const list = local(g, (l) => l.type.k === 'list');
      if (!list) {
        line(g, `print(${printable(g, 2)})`);
        break;
      }
      const i = bound(INT);
      line(g, `for ${i.name} in 0..len(${list.name}) {`);
      const element = (xs: string, t: Type): Local => ({
        name: `${xs}[${i.name}]`,
        type: t,
        assignable: list.assignable,
      });
      block(g, 4, list.type.k === 'list' ? [i, element(list.name, list.type.of)] : [i]);
      line(g, '}');
      break;
    }
    default: {
      const i = bound(INT);
      const from = r.below(4) - 1;
      line(g, `for ${i.name} in ${from}..${from + r.below(5)} {`);
      block(g, 4, [i]);
      line(g, '}');
    }
  }
  g.loops--;
}

function matchStatement(g: Gen): void {
  const r = g.random;
  const u = local(g, (l) => l.type.k === 'union');
  if (u?.type.k !== 'union') return print(g);
  const { name } = u.type;
  line(g, `match ${u.name} {`);
  g.indent++;
  for (const v of g.unions.find((x) => x.name === name)!.variants) {
    const binds = v.fields.map((f): Local => ({ name: fresh(g, 'b'), type: f.type, assignable: false }));
    const pattern = v.fields.length > 0 ? `${v.name}(${binds.map((b) => b.name).join(', ')})` : v.name;
    line(g, `${pattern} => {`);
    block(g, 2, binds);
    line(g, '}');
    if (r.one(4)) {
      line(g, `_ => print(${printable(g, 1)})`);
      break;
    }
  }
  g.indent--;
  line(g, '}');
}

/** A function value with a block, which changes what is around it. */
function closure(g: Gen): void {
  const r = g.random;
  const params = Array.from(
    { length: r.below(3) },
    (): Local => ({
      name: fresh(g, 'p'),
      type: scalarType(g),
      assignable: r.one(3),
      typed: true,
    }),
  );
  const result = r.one(3) ? anyType(g, 1) : scalarType(g);
  const name = fresh(g, 'c');
  line(
    g,
    `let ${name} = fun(${params.map((p) => `${p.name}: ${typeText(p.type)}`).join(', ')}): ${typeText(result)} {`,
  );
  const saved = { result: g.result, loops: g.loops };
  g.result = result;
  g.loops = 0;
  g.functions++;
  const { locals, callables } = g;
  g.locals = [...locals, ...params];
  g.indent++;
  g.blocks++;
  for (let i = r.below(4); i > 0; i--) statement(g);
  line(g, `return ${placed(g, result, 2)}`);
  g.blocks--;
  g.indent--;
  g.functions--;
  g.locals = locals;
  g.callables = callables;
  Object.assign(g, saved);
  line(g, '}');
  declare(g, { name, type: { k: 'fun', params: params.map((p) => p.type), result }, assignable: false });
}

function callStatement(g: Gen): void {
  const r = g.random;
  const closures = visible(g).filter((l) => l.type.k === 'fun');
  if (closures.length > 0 && (g.callables.length === 0 || r.one(2))) {
    const f = r.pick(closures);
    if (f.type.k === 'fun') line(g, `${f.name}(${f.type.params.map((p) => expr(g, p, 2)).join(', ')})`);
    return;
  }
  if (g.callables.length === 0) return print(g);
  const f = r.pick(g.callables);
  if (f.params.length > 1 && f.fuel === undefined && r.one(3)) {
    // A partial application is a value like any other function.
    const name = fresh(g, 'c');
    const [head, ...rest] = f.params;
    line(g, `let ${name} = ${f.name}(${expr(g, head!, 2)})`);
    declare(g, { name, type: { k: 'fun', params: rest, result: f.result }, assignable: false });
    return;
  }
  line(g, call(g, f, 3));
}

function anyVariable(g: Gen): void {
  const r = g.random;
  const name = fresh(g, 'd');
  if (r.one(3)) {
    line(g, `var ${name}: any = ${anyValue(g, 2)}`);
    declare(g, { name, type: ANY, assignable: true });
    return;
  }
  const was = r.one(2) ? plainType(g) : scalarType(g);
  line(g, `let ${name}: any = ${expr(g, was, 2)}`);
  declare(g, { name, type: { k: 'any', was }, assignable: false });
}

function update(g: Gen): void {
  const r = g.random;
  const l = local(g, (x) => x.typed === true && x.type.k === 'list' && x.type.of.k === 'struct');
  if (l?.type.k !== 'list' || l.type.of.k !== 'struct') return assignment(g);
  const { fields } = structOf(g, l.type.of.name);
  const { locals, pure } = g;
  g.locals = fields.map((f) => ({ ...f, assignable: false }));
  g.pure = true;
  const set = r
    .shuffled(fields)
    .slice(0, 1 + r.below(2))
    .map((f) => `${f.name}: ${expr(g, f.type, 2)}`);
  const where = r.one(2) ? ` where ${expr(g, BOOL, 2)}` : '';
  g.locals = locals;
  g.pure = pure;
  line(g, `update ${l.name} set {${set.join(', ')}}${where}`);
}
