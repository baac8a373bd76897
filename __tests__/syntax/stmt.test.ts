import { describe, expect, it } from 'vitest';
import { dumpAst } from '../../src/syntax/dump.ts';
import { printProgram } from '../../src/syntax/printer.ts';
import { errorsOf, expectParseError, expectPrinted, expectTree, parseText } from './helpers.ts';

describe('declarations', () => {
  it('reads let and var', () => {
    expectTree(
      'let a = 1 var b: int let c: list<int>= [2]',
      '(let a 1) (var b (type int)) (let c (type list<int>) (list 2))',
    );
    expectTree('let d', '(let d)');
    expectParseError('let : int = 5', 'P031', 1, 5);
    expectParseError('let let = 3', 'P056', 1, 5);
    expectParseError('var if = 3', 'P031', 1, 5);
    expectParseError('let x: = 3', 'P999', 1, 8);
  });

  it('reads functions', () => {
    expectTree(
      'export fun f<A, B>(x: A, y): map<A, B> ! io, fs { return {} } fun g() { fun h() {} }',
      '(export-fun f (type-params A B) (params (x A) y) (result map<A,B>) (effects io fs) (body (return (map)))) ' +
        '(fun g (params) (body (fun h (params) (body))))',
    );
    expectParseError('fun broken(a: int): int\n', 'P001', 2, 1);
    expectParseError('fun add(a: int, b: int: int {\n}', 'P052', 1, 23);
    expectParseError('fun f() => 1', 'P011', 1, 9);
    expectParseError('fun f(a,) {}', 'P051', 1, 8);
    expectParseError('fun f(a = 1) {}', 'P054', 1, 9);
    expectParseError('fun 3() {}', 'P030', 1, 5);
    expectParseError('fun match() {}', 'P030', 1, 5);
    expectParseError('export let x = 1', 'P999', 1, 8);
  });

  it('reads types of all kinds', () => {
    expectTree(
      'let a: fun(int, fun(): T): list<int>? let b: {x: int, y: {}?} let c: map<string, {a: int}> let d: fun()',
      '(let a (type fun(int,fun():T):list<int>?)) (let b (type {x:int,y:{}?})) (let c (type map<string,{a:int}>)) (let d (type fun()))',
    );
    expectParseError('let a: list<int', 'P999', 1, 16);
    expectParseError('let a: (int)', 'P999', 1, 8);
  });

  it('reads structs with methods, with and without commas and `=`', () => {
    const tree = '(type P (struct (x int) (y T?) (fun m (params) (body (return x))) (fun n (params) (body))))';
    expectTree('type P { x: int y: T? fun m() { return x } fun n() {} }', tree);
    expectTree('type P = { x: int, y: T?, fun m() { return x }, fun n() {}, }', tree);
    expectTree('type E {}', '(type E (struct))');
    expectParseError('type T {\n', 'P001', 2, 1);
    expectParseError('type T { a: }', 'P999', 1, 13);
    expectParseError('type T', 'P999', 1, 7);
  });

  it('reads unions and aliases', () => {
    expectTree(
      'type T = A | B(x: int, y: T,) | C { l: T r: T } | D {} type U = V type W = list<int> type X = Y(a: int)',
      '(type T (union (A) (B (x int) (y T)) (C (l T) (r T)) (D))) (type U (alias V)) (type W (alias list<int>)) (type X (union (Y (a int))))',
    );
    expectPrinted('type F = fun(int): int', 'type F = fun(int): int');
    expectPrinted('type A = B print(1)', 'type A = B\nprint(1)');
    expectParseError('type T = | A | B', 'P999', 1, 10);
  });

  it('reads package, imports and extern', () => {
    expectPrinted('package p import "lib" as l', 'package p\nimport "lib" as l');
    expectTree('import go "math" as m auto import "x"', '(import (lang go) "math" (as m) auto) (import "x")');
    expectTree(
      'extern type T extern var a.b: int extern fun m.f(x: int, y): T extern object o',
      '(extern-type T) (extern-var a.b int) (extern-fun m.f (params (x int) y) (result T)) (extern-object o)',
    );
    expectParseError('import pythn "math" as math', 'P064', 1, 1);
    expectParseError('import foo\n', 'P999', 2, 1);
    expectParseError('let a = 1\npackage p', 'P999', 2, 1);
  });

  it('reads tests and benches, also with `bench` as a name', () => {
    expectTree(
      'test "a b" { expect x == 1 } bench "c" { f() }',
      '(test "a b" (do (expect (== x 1)))) (bench "c" (do (call f)))',
    );
    expectTree('let bench = 1 bench = 2', '(let bench 1) (assign bench 2)');
    expectParseError('test foo {}', 'P999', 1, 6);
    expectParseError('expect\n', 'P999', 2, 1);
  });

  it('reads logic, streams and agents', () => {
    expectTree(
      'fact p("a", 1) rule q(x, y) :- p(x, z), p(z, y), x != y rule r(x):-p(x)',
      '(fact (p "a" 1)) (rule (q x y) (p x z) (p z y) (!= x y)) (rule (r x) (p x))',
    );
    expectTree(
      'stream S { a: int b: string } on S as s { f(s) } emit S { a: 1, b: "x" } model m { provider: "p" name: "n" }',
      '(stream S (a int) (b string)) (on S s (do (call f s))) (emit S (a 1) (b "x")) (model m (provider "p") (name "n"))',
    );
    expectTree(
      'agent A { var n: int = 0 on S as s { n = n + 1 } intent get(): int { return n } }',
      '(agent A (var n (type int) 0) (on S s (do (assign n (+ n 1)))) (intent get (params) (result int) (body (return n))))',
    );
    expectParseError('agent Bot {\n  intent hi() {\n  }\n\n', 'P001', 5, 1);
    expectParseError('rule p(x) : -q(x)', 'P999', 1, 11);
  });
});

describe('statements', () => {
  it('assigns to any chain of indexes and fields', () => {
    expectTree(
      'x = 1 xs[0] = 1 p.x = 1 xs[i].f[j].g = 1 c.data[k] = 1',
      '(assign x 1) (assign xs (index 0) 1) (assign p (field x) 1) (assign xs (index i) (field f) (index j) (field g) 1) (assign c (field data) (index k) 1)',
    );
    expectParseError('f() = 1', 'P999', 1, 1);
    expectParseError('a + b = 1', 'P999', 1, 1);
    expectParseError('xs[1:2] = ys', 'P999', 1, 1);
    expectParseError('a?.b = 1', 'P999', 1, 1);
  });

  it('returns with and without a value', () => {
    expectTree(
      'fun f() { if a { return } return x } fun g() { return let x = 1 }',
      '(fun f (params) (body (if a (then (return))) (return x))) (fun g (params) (body (return) (let x 1)))',
    );
  });

  it('chains else if', () => {
    expectPrinted(
      'if a { f() } else if b == 1 { g() } else { h() }',
      'if a {\n  f()\n} else if b == 1 {\n  g()\n} else {\n  h()\n}',
    );
    expectParseError('else { }', 'P999', 1, 1);
  });

  it('loops', () => {
    expectTree(
      'for x in xs { break } for i in 0..n - 1 { continue } while true { }',
      '(for x xs (do (break))) (for i 0 (to (- n 1)) (do (continue))) (while true (do))',
    );
    expectParseError('for x y {}', 'P999', 1, 7);
    expectParseError('while true print(1)', 'P001', 1, 12);
  });

  it('updates lists', () => {
    expectTree(
      'update xs set { a: a + 1, b: 2 } where a > 1',
      '(update xs (map ("a" (+ a 1)) ("b" 2)) (where (> a 1)))',
    );
    expectTree('update = 1 update(x)', '(assign update 1) (call update x)');
  });

  it('takes any expression for a statement', () => {
    expectTree('x 1 + 2 nil xs[0] {} match x { }', 'x (+ 1 2) nil (index xs 0) (map) (match x)');
  });
});

describe('a name and braces in the head of a statement', () => {
  it('is a variable and an empty body', () => {
    expectTree('if flag {}', '(if flag (then))');
    expectTree('if flag {} else {}', '(if flag (then) (else))');
    expectTree('if a && flag {} print(1)', '(if (&& a flag) (then)) (call print 1)');
    expectTree('while flag {} x = 1', '(while flag (do)) (assign x 1)');
    expectTree('for x in xs {}', '(for x xs (do))');
    expectTree('for i in a..b {}', '(for i a (to b) (do))');
    expectTree('if flag {} -x', '(if flag (then)) (- x)');
    expectTree('if flag {} (f)(x)', '(if flag (then)) (call f x)');
    expectTree('if flag {} [1]', '(if flag (then)) (list 1)');
    expectTree('if a == b {} else if c {} else {}', '(if (== a b) (then) (else (if c (then) (else))))');
  });

  it('is a struct literal if a body follows', () => {
    expectTree('if x == Leaf {} { f() }', '(if (== x (struct Leaf)) (then (call f)))');
    expectTree('if Leaf {} == x { }', '(if (== (struct Leaf) x) (then))');
    expectTree('for x in Xs {} {}', '(for x (struct Xs) (do))');
    expectTree('for i in A {}..B {} {}', '(for i (struct A) (to (struct B)) (do))');
    expectTree('let a = if P {} then 1 else 2', '(let a (if (struct P) 1 2))');
  });

  it('is a struct literal if fields are given', () => {
    expectTree('if p == P { x: 1 } { f() }', '(if (== p (struct P (x 1))) (then (call f)))');
    expectParseError('for x in xs { a: 1 }', 'P001', 1, 21);
  });

  it('is a struct literal inside brackets', () => {
    expectTree('if f(Leaf {}) {}', '(if (call f (struct Leaf)) (then))');
    expectTree('if (flag) {} {}', '(if flag (then)) (map)');
    expectTree('while fun() { if a {} }() {}', '(while (call (lambda (params) (body (if a (then))))) (do))');
  });
});

describe('recovery', () => {
  it('reports several errors of a file', () => {
    const text = `let = 1
fun f() {
  let x = 1 +
  let y = [1, 2
  print(y)
}
type T { a: , b: int }
print("fine")
for x of xs { print(x) }
let m = {a: 1
fun g(a: int b: int) {
  return a
}
let z = )
`;
    expect(errorsOf(text)).toEqual([
      'P031 1:5',
      'P999 4:3',
      'P999 5:3',
      'P999 7:13',
      'P999 9:7',
      'P001 11:1',
      'P052 11:14',
      'P999 14:9',
    ]);
  });

  it('keeps what it understood', () => {
    const { program } = parseText('let a = 1\nlet b = )\nlet c = 3\n');
    expect(program.body.map((stmt) => stmt.kind)).toEqual(['let', 'expr', 'let']);
  });

  it('reports brackets without a partner', () => {
    expect(errorsOf('}\nprint(1)\n}')).toEqual(['P053 1:1', 'P053 3:1']);
    expectParseError(') print(1)', 'P052', 1, 1);
    expectParseError('fun f() {\n  if a {\n  }\n', 'P001', 4, 1);
  });

  it('stops after fifty errors', () => {
    expect(errorsOf('let = 1\n'.repeat(200))).toHaveLength(50);
  });

  it('hears only the lexer where a string or comment is not closed', () => {
    expect(errorsOf('let = 1\nlet s = "abc')).toEqual(['P040 2:9']);
  });

  it('lists the errors of lexer and parser in the order of the text', () => {
    expect(errorsOf('let a = 1x\nlet = 1\nlet b = 2y')).toEqual(['P043 1:9', 'P031 2:5', 'P043 3:9']);
  });
});

describe('limits', () => {
  const cases: [string, string][] = [
    ['parentheses', `${'('.repeat(2000)}1${')'.repeat(2000)}`],
    ['lists', '['.repeat(100_000)],
    ['sums', `let x = ${Array(5000).fill('1').join(' + ')}`],
    ['prefixes', `${'-'.repeat(100_000)}1`],
    ['calls', `f${'()'.repeat(100_000)}`],
    ['blocks', 'if a {'.repeat(5000)],
    ['else-ifs', `if a { } ${'else if b { } '.repeat(3000)}`],
    ['types', `let x: ${'list<'.repeat(100_000)}`],
    ['cast types', `let y = x as ${'list<'.repeat(100_000)}`],
    ['functions', 'fun() => '.repeat(100_000)],
    ['patterns', `match x { ${'A('.repeat(100_000)}`],
    ['conditions', 'if '.repeat(10_000)],
  ];
  it.each(cases)('reports too deep %s instead of running out of stack', (_, text) => {
    expect(parseText(text).diagnostics.map((d) => d.code)).toEqual(['P090']);
  });

  it('leaves room on the stack for whoever walks the tree', () => {
    const wide = Array(250).fill('1').join(' + ');
    const deep = `${'f('.repeat(60)}${wide}${')'.repeat(60)}`;
    const { program, diagnostics } = parseText(`let x = ${'if a then b else '.repeat(60)}${deep}`);
    expect(diagnostics).toEqual([]);
    expect(printProgram(program).length).toBeGreaterThan(1000);
    expect(dumpAst(program).length).toBeGreaterThan(1000);
  });

  it('allows what programs need', () => {
    expect(errorsOf(`let x = ${'('.repeat(150)}1${')'.repeat(150)}`)).toEqual([]);
    expect(errorsOf(`let x = ${Array(400).fill('1').join(' + ')}`)).toEqual([]);
    expect(errorsOf(`let xs = [${'1 + 2, '.repeat(20_000)}]`)).toEqual([]);
    expect(errorsOf('if a {}\n'.repeat(10_000))).toEqual([]);
  });
});
