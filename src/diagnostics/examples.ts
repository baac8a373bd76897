/**
 * For each code that a program can get: a program that gets it, and the same mended. A test compiles both; `mochi-wasm explain` and
 * docs/errors.md show them.
 */
export interface Example {
  readonly wrong: string;
  readonly right: string;
}

export const EXAMPLES: ReadonlyMap<string, Example> = new Map([
  // ---- syntax
  ['P001', { wrong: 'fun f() {\n  print(1)', right: 'fun f() {\n  print(1)\n}' }],
  ['P011', { wrong: 'let s = match 1 { 1: "one" }', right: 'let s = match 1 { 1 => "one" }' }],
  ['P030', { wrong: 'type if { x: int }', right: 'type Condition { x: int }' }],
  ['P031', { wrong: 'let = 1', right: 'let x = 1' }],
  ['P040', { wrong: 'print("hello)', right: 'print("hello")' }],
  ['P041', { wrong: 'print("a\\qb")', right: 'print("a\\\\qb")' }],
  ['P042', { wrong: '/* a comment', right: '/* a comment */' }],
  ['P043', { wrong: 'let n = 1_000', right: 'let n = 1000' }],
  ['P044', { wrong: "print('hello')", right: 'print("hello")' }],
  ['P045', { wrong: 'let n = 99999999999999999999', right: 'let n = 9223372036854775807' }],
  ['P046', { wrong: 'let n = 0x', right: 'let n = 0xff' }],
  ['P051', { wrong: 'let xs = [1 2]', right: 'let xs = [1, 2]' }],
  ['P052', { wrong: 'print((1 + 2)', right: 'print((1 + 2))' }],
  ['P053', { wrong: 'print(1)\n}', right: 'print(1)' }],
  ['P054', { wrong: 'fun f(x = 1) { }', right: 'fun f(x: int) { }' }],
  ['P055', { wrong: 'print(p.)', right: 'let p = {"x": 1}\nprint(p.x)' }],
  ['P056', { wrong: 'let let = 1', right: 'let it = 1' }],
  ['P060', { wrong: 'let xs = [1]\nprint(xs[])', right: 'let xs = [1]\nprint(xs[0])' }],
  ['P061', { wrong: 'let s = match 1 { 1 => }', right: 'let s = match 1 { 1 => "one" }' }],
  [
    'P062',
    { wrong: 'let rows = load "" as map<string, string>', right: 'let rows = load "a.csv" as map<string, string>' },
  ],
  ['P063', { wrong: 'let s = match 1 { 1 + 1 => "two" }', right: 'let s = match 1 { 2 => "two" }' }],
  ['P064', { wrong: 'import cobol "a" as a', right: 'print("no import is needed")' }],
  ['P999', { wrong: 'print(1 +)', right: 'print(1 + 2)' }],

  // ---- names and types
  ['T000', { wrong: 'let x', right: 'let x = 1' }],
  ['T001', { wrong: 'total = 1', right: 'var total = 0\ntotal = 1' }],
  ['T002', { wrong: 'let total = 1\nprint(totl)', right: 'let total = 1\nprint(total)' }],
  ['T003', { wrong: 'print(lenght("abc"))', right: 'print(len("abc"))' }],
  ['T004', { wrong: 'let n = 1\nprint(n(2))', right: 'let n = 1\nprint(n * 2)' }],
  [
    'T006',
    { wrong: 'fun f(x: int): int { return x }\nprint(f(1, 2))', right: 'fun f(x: int): int { return x }\nprint(f(1))' },
  ],
  [
    'T007',
    { wrong: 'fun f(x: int): int { return x }\nprint(f("1"))', right: 'fun f(x: int): int { return x }\nprint(f(1))' },
  ],
  ['T008', { wrong: 'let n: int = "one"', right: 'let n: int = 1' }],
  ['T009', { wrong: 'var n: int = 1\nn = "one"', right: 'var n: int = 1\nn = 2' }],
  ['T010', { wrong: 'fun f(): int { return "one" }\nprint(f())', right: 'fun f(): int { return 1 }\nprint(f())' }],
  ['T018', { wrong: 'let n = 1\nprint(n[0])', right: 'let n = [1]\nprint(n[0])' }],
  ['T022', { wrong: 'for x in 3 { print(x) }', right: 'for x in 0..3 { print(x) }' }],
  ['T023', { wrong: 'for i in 0.."3" { print(i) }', right: 'for i in 0..3 { print(i) }' }],
  ['T024', { wrong: 'let n = 1\nn = 2', right: 'var n = 1\nn = 2' }],
  ['T025', { wrong: 'let n: integer = 1', right: 'let n: int = 1' }],
  [
    'T026',
    {
      wrong: 'type P { name: string }\nlet p = P { name: "a" }\nprint(p.nme)',
      right: 'type P { name: string }\nlet p = P { name: "a" }\nprint(p.name)',
    },
  ],
  ['T027', { wrong: 'let n = 1\nprint(n.size)', right: 'let n = {"size": 1}\nprint(n.size)' }],
  ['T028', { wrong: 'let text = fetch 1', right: 'let text = fetch "file:a.json"' }],
  ['T029', { wrong: 'let text = fetch "file:a.json" with 1', right: 'let text = fetch "file:a.json"' }],
  [
    'T030',
    {
      wrong: 'let text = fetch "file:a.json" with { method: 1 }',
      right: 'let text = fetch "file:a.json" with { method: "GET" }',
    },
  ],
  ['T039', { wrong: 'print(len())', right: 'print(len("abc"))' }],
  ['T045', { wrong: 'break', right: 'while true { break }' }],
  [
    'T053',
    {
      wrong: 'type P { x: int, y: int }\nprint(P { x: 1 })',
      right: 'type P { x: int, y: int }\nprint(P { x: 1, y: 2 })',
    },
  ],
  ['T070', { wrong: 'type P { x: int }\ntype P { y: int }', right: 'type P { x: int }\ntype Q { y: int }' }],
  [
    'T072',
    {
      wrong: 'fun f(): int { return 1 }\nfun f(): int { return 2 }',
      right: 'fun f(): int { return 1 }\nfun g(): int { return 2 }',
    },
  ],
  ['T073', { wrong: 'return 1', right: 'fun f(): int { return 1 }' }],
  [
    'T074',
    {
      wrong:
        'type Shape = Circle { r: float } | Dot { x: int }\nlet s: Shape = Dot { x: 1 }\nlet r = match s {\n  Cirle(r) => r\n  _ => 0.0\n}',
      right:
        'type Shape = Circle { r: float } | Dot { x: int }\nlet s: Shape = Dot { x: 1 }\nlet r = match s {\n  Circle(r) => r\n  _ => 0.0\n}',
    },
  ],
  [
    'T075',
    {
      wrong:
        'type Shape = Circle { r: float } | Dot { x: int }\nlet s: Shape = Dot { x: 1 }\nlet r = match s {\n  Circle(r, x) => r\n  _ => 0.0\n}',
      right:
        'type Shape = Circle { r: float } | Dot { x: int }\nlet s: Shape = Dot { x: 1 }\nlet r = match s {\n  Circle(r) => r\n  _ => 0.0\n}',
    },
  ],
  [
    'T076',
    { wrong: 'fun f(x: int): int { return x }\nprint(f())', right: 'fun f(x: int): int { return x }\nprint(f(1))' },
  ],
  ['T077', { wrong: 'type P { x: int }\nprint(P { x: 1, x: 2 })', right: 'type P { x: int }\nprint(P { x: 1 })' }],
  [
    'T078',
    {
      wrong: 'type P { x: int }\nlet ps: list<P> = [P { x: 1 }]\nupdate ps set { 1: 2 }',
      right: 'type P { x: int }\nlet ps: list<P> = [P { x: 1 }]\nupdate ps set { x: 2 }',
    },
  ],
  ['T079', { wrong: 'save 1 to "a.csv"', right: 'save [{"x": 1}] to "a.csv"' }],
  ['N001', { wrong: 'agent a { }', right: 'print("see docs/language.md for what is compiled")' }],
]);
