import { describe, expect, it } from 'vitest';
import { dumpExpr } from '../../src/syntax/dump.ts';
import { errorsOf, expectParseError, expectPrinted, expectTree, parseText } from './helpers.ts';

/** The tree of `let x = TEXT`, on one line. */
function tree(text: string): string {
  expect(errorsOf(`let x = ${text}`)).toEqual([]);
  const [stmt, ...rest] = parseText(`let x = ${text}`).program.body;
  expect(rest).toEqual([]);
  return stmt?.kind === 'let' && stmt.value !== undefined ? dumpExpr(stmt.value) : 'none';
}

describe('operators', () => {
  it('bind in ten levels, from the left', () => {
    expect(tree('1 == 1 == true')).toBe('(== (== 1 1) true)');
    expect(tree('a < 10 == b > 1')).toBe('(== (< a 10) (> b 1))');
    expect(tree('a - b - c * d % e')).toBe('(- (- a b) (% (* c d) e))');
    expect(tree('a || b && c == d < e + f * g')).toBe('(|| a (&& b (== c (< d (+ e (* f g))))))');
    expect(tree('a ?? b || c')).toBe('(?? a (|| b c))');
    expect(tree('a union b ?? c union all d')).toBe('(union-all (union a (?? b c)) d)');
    expect(tree('a except b intersect c')).toBe('(intersect (except a b) c)');
    expect(tree('x in xs && !(y in ys)')).toBe('(&& (in x xs) (! (in y ys)))');
    expect(tree('1 in xs == true')).toBe('(== (in 1 xs) true)');
  });

  it('accept `all` everywhere, which means something after union only', () => {
    expect(tree('a + all b')).toBe('(+ a b)');
    expect(tree('a union all b')).toBe('(union-all a b)');
  });

  it('put prefixes between postfixes and the rest', () => {
    expect(tree('-x.y * -f(1)')).toBe('(* (- (field x y)) (- (call f 1)))');
    expect(tree('-x as float')).toBe('(- (as x float))');
    expect(tree('a - -b')).toBe('(- a (- b))');
    expect(tree('-!--c')).toBe('(- (! (- (- c))))');
  });

  it('keep words as names where no operand follows', () => {
    expectPrinted('let a = b\nunion = 3', 'let a = b\nunion = 3');
    expectPrinted('let union = [union]', 'let union = [union]');
    expectPrinted('f(x) union(a, b)', 'f(x)\nunion(a, b)');
    expectPrinted('f(x) except() g(y)', 'f(x)\nexcept()\ng(y)');
    expect(tree('a union (b)')).toBe('(union a b)');
    expect(tree('a union ([1, 2])')).toBe('(union a (list 1 2))');
  });

  it('explain what Mochi does not have', () => {
    expectParseError('x += 1', 'P999', 1, 3);
    expectParseError('x++', 'P999', 1, 3);
    expectParseError('let a = b ? c : d', 'P999', 1, 13);
    expectParseError('let x = 1 + * 2', 'P999', 1, 13);
    expectParseError('x =\n', 'P999', 2, 1);
  });
});

describe('newlines', () => {
  it('separate nothing', () => {
    expect(tree('5\n-3')).toBe('(- 5 3)');
    expect(tree('f\n(1)')).toBe('(call f 1)');
    expect(tree('xs\n[0]\n.name')).toBe('(field (index xs 0) name)');
    expectPrinted('print(1) print(2); print(3)', 'print(1)\nprint(2)\nprint(3)');
  });

  it('are mentioned where a line was taken for a continuation', () => {
    const [diagnostic] = parseText('let a = b\n[1, 2]').diagnostics;
    expect(diagnostic?.hint).toContain('continues the expression before it');
  });
});

describe('postfix', () => {
  it('chains in any order', () => {
    expect(tree('a.b[1](c).d')).toBe('(field (call (index (field a b) 1) c) d)');
    expect(tree('f(1)(2)()')).toBe('(call (call (call f 1) 2))');
    expect(tree('(e).h')).toBe('(field e h)');
    expect(tree('"abc".len')).toBe('(field "abc" len)');
    expect(tree('p?.q?[0]?.r')).toBe('(field? (index? (field? p q) 0) r)');
    expect(tree('a ?? b?.c')).toBe('(?? a (field? b c))');
  });

  it('slices', () => {
    expect(tree('xs[1:2]')).toBe('(slice xs (from 1) (to 2))');
    expect(tree('xs[:2]')).toBe('(slice xs (to 2))');
    expect(tree('xs[1:]')).toBe('(slice xs (from 1))');
    expect(tree('xs[:-1]')).toBe('(slice xs (to (- 1)))');
    expect(tree('xs[::2]')).toBe('(slice xs (step 2))');
    expect(tree('xs[a:b:c]')).toBe('(slice xs (from a) (to b) (step c))');
    expectParseError('let x = a[]', 'P060', 1, 10);
    expectParseError('let y = xs[:]', 'P060', 1, 11);
    expectParseError('let y = xs[::]', 'P060', 1, 11);
    expectParseError('let y = xs[1\n', 'P999', 2, 1);
  });

  it('casts', () => {
    expect(tree('x as int + 1')).toBe('(+ (as x int) 1)');
    expect(tree('m[k] as list<int>')).toBe('(as (index m k) list<int>)');
    expect(tree('x as T?.f')).toBe('(field (as x T?) f)');
    expect(tree('x as int < y')).toBe('(< (as x int) y)');
    expect(tree('x as int < y >= z')).toBe('(>= (< (as x int) y) z)');
    expect(tree('x as map<string, list<int>> in y')).toBe('(in (as x map<string,list<int>>) y)');
    expect(tree('x as {a: int} as any')).toBe('(as (as x {a:int}) any)');
    expectPrinted('let x = y\nas = 3', 'let x = y\nas = 3');
  });

  it('reports calls that go wrong', () => {
    expectParseError('f(1 2)', 'P051', 1, 5);
    expectParseError('f(1,)', 'P051', 1, 4);
    expectParseError('f(1\n', 'P052', 2, 1);
    expectParseError('f(1]', 'P052', 1, 4);
    expectParseError('x.\n', 'P055', 2, 1);
    expectParseError('x.type', 'P055', 1, 3);
  });
});

describe('literals', () => {
  it('reads lists and maps with trailing commas', () => {
    expect(tree('[]')).toBe('(list)');
    expect(tree('[1, [2], ]')).toBe('(list 1 (list 2))');
    expect(tree('{}')).toBe('(map)');
    expect(tree('{"a": 1, 2: b,}')).toBe('(map ("a" 1) (2 b))');
    expectParseError('let x = [1 2]', 'P051', 1, 12);
    expectParseError('let x = {a: 1 b: 2}', 'P051', 1, 15);
    expectParseError('let x = {a: }', 'P999', 1, 13);
  });

  it('takes a bare name as a key for its text', () => {
    expect(tree('{k: 1}')).toBe('(map ("k" 1))');
    expect(tree('{(k): 1}')).toBe('(map (k 1))');
    expect(tree('{k + "": 1}')).toBe('(map ((+ k "") 1))');
    expect(tree('{k.f: 1}')).toBe('(map ((field k f) 1))');
    expect(tree('{-1: 1}')).toBe('(map ((- 1) 1))');
    expectPrinted('let m = {(k): {"k": 1, "let": 2, "a b": 3}}', 'let m = {(k): {k: 1, "let": 2, "a b": 3}}');
  });

  it('reads struct literals', () => {
    expect(tree('P { x: 1, y: Q {}, }')).toBe('(struct P (x 1) (y (struct Q)))');
    expect(tree('Leaf{}')).toBe('(struct Leaf)');
    expectPrinted('print(p { x: 1 }.x)', 'print(p { x: 1 }.x)');
  });

  it('lets contextual words be names', () => {
    expectPrinted(
      'let from = 1\nlet model = from\nprint(select, list, by)',
      'let from = 1\nlet model = from\nprint(select, list, by)',
    );
    expectPrinted(
      'let query = 1\nprint(query)\nlet q = query\nf(1)',
      'let query = 1\nprint(query)\nlet q = query\nf(1)',
    );
    expectPrinted('update = bench + model', 'update = bench + model');
  });
});

describe('functions', () => {
  it('have a block or an expression', () => {
    expect(tree('fun(x) => x + 1')).toBe('(lambda (params x) (+ x 1))');
    expect(tree('fun(x: int, y): int { return x }')).toBe('(lambda (params (x int) y) (result int) (body (return x)))');
    expect(tree('fun<T>(x: T): fun(): T ! io, fs => x')).toBe(
      '(lambda (type-params T) (params (x T)) (result fun():T) (effects io fs) x)',
    );
    expect(tree('fun() => fun() => 1')).toBe('(lambda (params) (lambda (params) 1))');
    expect(tree('fun()')).toBe('(lambda (params))');
    expect(tree('fun(x) { return x }(3)')).toBe('(call (lambda (params x) (body (return x))) 3)');
  });
});

describe('if expressions', () => {
  it('come with braces or `then`', () => {
    expect(tree('if a { b } else { c }')).toBe('(if a b c)');
    expect(tree('if a then b else c + 1')).toBe('(if a b (+ c 1))');
    expect(tree('if a { b } else if c then d else e')).toBe('(if a b (if c d e))');
    expect(tree('if a then b')).toBe('(if a b)');
    expect(tree('if a { b } else { c } + 1')).toBe('(+ (if a b c) 1)');
  });

  it('may have map literals as branches', () => {
    expect(tree('if a then {x: 1} else {y: 2}["y"]')).toBe('(if a (map ("x" 1)) (index (map ("y" 2)) "y"))');
    expect(tree('if a { {x: 1} } else {}')).toBe('(if a (map ("x" 1)) (map))');
    expect(tree('if a then b else {"k" + c: 1}')).toBe('(if a b (map ((+ "k" c) 1)))');
  });

  it('keep a dangling else with the inner if', () => {
    expect(tree('if a then if b then c else d')).toBe('(if a (if b c d))');
    expectPrinted('let x = if a then (if b then c) else d', 'let x = if a then (if b then c) else d');
  });

  it('may start a statement', () => {
    expectTree('if a then f() else g()', '(if a (call f) (call g))');
    expectTree('if a { f() } else { g() }', '(if a (then (call f)) (else (call g)))');
  });
});

describe('match', () => {
  it('has expressions, maps and blocks as results', () => {
    expect(tree('match v { -2.5 => f(x) 1 => "a" true => {} none => {k: 1} "s" => { f(x) } _ => { let y = 1 } }')).toBe(
      '(match v (=> (- 2.5) (call f x)) (=> 1 "a") (=> true (map)) (=> none (map ("k" 1))) (=> "s" (do (call f x))) (=> _ (do (let y 1))))',
    );
    expect(tree('match v { A => { x = 1 } B => { x.y[0] = 1 f() } C => {a + b: 1}["c"] }')).toBe(
      '(match v (=> A (do (assign x 1))) (=> B (do (assign x (field y) (index 0) 1) (call f))) (=> C (index (map ((+ a b) 1)) "c")))',
    );
    expect(tree('match v { A => { update xs set {f: 1} } B => { if a { } } }')).toBe(
      '(match v (=> A (do (update xs (map ("f" 1))))) (=> B (do (if a (then)))))',
    );
  });

  it('has variants with arguments as patterns', () => {
    expect(tree('match t { (Leaf) => 0 Node(l, _, Leaf(x)) => x E() => 1 }')).toBe(
      '(match t (=> Leaf 0) (=> (Node l _ (Leaf x)) x) (=> (E) 1))',
    );
  });

  it('takes its value from a variable, with the arms after it', () => {
    expect(tree('match x { }')).toBe('(match x)');
    expect(tree('match x { a => 1 }')).toBe('(match x (=> a 1))');
    expect(tree('match P { a: 1 } { _ => 1 }')).toBe('(match (struct P (a 1)) (=> _ 1))');
    expect(tree('match Leaf {} { Leaf => 1 }')).toBe('(match (struct Leaf) (=> Leaf 1))');
  });

  it('reports patterns and results that are none', () => {
    expectParseError('let r = match v { 0 => }', 'P061', 1, 19);
    expectParseError('let r = match p { p.x => 1 _ => 2 }', 'P063', 1, 19);
    expectParseError('let r = match p { a[0] => 1 }', 'P063', 1, 19);
    expectParseError('let r = match p { 1 + 2 => 1 }', 'P063', 1, 19);
    expectParseError('let r = match p { f(x.y) => 1 }', 'P063', 1, 19);
    expectParseError('let r = match p { -x => 1 }', 'P063', 1, 19);
    expectParseError('let r = match p { 1 2 }', 'P011', 1, 21);
    expectParseError('let r = match p { => 1 }', 'P999', 1, 19);
    expectParseError('let r = match p { A => 1, B => 2 }', 'P051', 1, 25);
    expectParseError('let r = match p { A => 1\n', 'P001', 2, 1);
  });
});

describe('queries', () => {
  it('have their clauses in order', () => {
    expect(
      tree(`from a in xs from b in a.ys
            join from c in cs on a.id == c.id left join d in ds on true right join e in es on e outer join f in fs on f
            where a.x > 1
            group by a.k, b.k into g having count(g) > 1
            order by -g.n skip 1 take 2 select distinct g`),
    ).toBe(
      '(query (from a xs) (from b (field a ys)) (join c cs (== (field a id) (field c id))) (left-join d ds true) ' +
        '(right-join e es e) (outer-join f fs f) (where (> (field a x) 1)) ' +
        '(group g (field a k) (field b k) (having (> (call count g) 1))) (sort (- (field g n))) (skip 1) (take 2) ' +
        '(select-distinct g))',
    );
  });

  it('allow the words of clauses as names', () => {
    expect(tree('from take in xs skip take take 3 select take')).toBe(
      '(query (from take xs) (skip take) (take 3) (select take))',
    );
    expect(tree('from x in xs select distinct')).toBe('(query (from x xs) (select distinct))');
    expect(tree('from x in xs join from in ys on x == from select x')).toBe(
      '(query (from x xs) (join from ys (== x from)) (select x))',
    );
    expectPrinted('let q = from x in xs select (distinct(x))', 'let q = from x in xs select (distinct(x))');
  });

  it('nest', () => {
    expect(tree('from x in (from y in ys select y) where exists(from z in zs select z) select x')).toBe(
      '(query (from x (query (from y ys) (select y))) (where (call exists (query (from z zs) (select z)))) (select x))',
    );
  });

  it('say what is missing', () => {
    expectParseError('let q = from x in xs where x > 1\n', 'P999', 2, 1);
    expectParseError('let q = from x in xs group by x select x', 'P999', 1, 33);
    expectParseError('let q = from x in xs join y in ys select x', 'P999', 1, 35);
  });
});

describe('data', () => {
  it('reads fetch, load, save and generate', () => {
    expect(tree('fetch "u" with {method: "GET"} as T')).toBe('(fetch "u" (with (as (map ("method" "GET")) T)))');
    expect(tree('load "a.csv" as Row with {header: false}')).toBe('(load "a.csv" Row (with (map ("header" false))))');
    expect(tree('load as map<string, int>')).toBe('(load map<string,int>)');
    expect(tree('generate text { prompt: "p", }')).toBe('(generate text (prompt "p"))');
    expectTree(
      'save xs to "o.json" with {format: "json"} save ys',
      '(save xs (to "o.json") (with (map ("format" "json")))) (save ys)',
    );
    expectTree('fetch u into x with {} fetch v', '(fetch u (into x) (with (map))) (fetch v)');
    expect(tree('query parent(x, "a", 1)')).toBe('(logic-query (parent x "a" 1))');
    expectParseError('let r = load "" as T', 'P062', 1, 9);
    expectParseError('save r to ""', 'P062', 1, 1);
    expectParseError('let x = generate { a: 1 }', 'P999', 1, 18);
  });
});
