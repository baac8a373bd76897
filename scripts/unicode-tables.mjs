// Writes src/runtime/unicode.mochi: Unicode's simple case mappings (one code point to one code point) and the code
// points that Go's %q escapes, as compact tables. Run it with `node scripts/unicode-tables.mjs`; the data is the host's.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LAST = 0x10ffff;

/** The one code point of a string, or undefined. */
function single(text) {
  const points = [...text];
  return points.length === 1 ? points[0].codePointAt(0) : undefined;
}

/** Simple upper case: where the full mapping has several code points, Greek with iota subscript has a title-case letter. */
function upper(cp) {
  const to = single(String.fromCodePoint(cp).toUpperCase());
  if (to !== undefined) return to;
  if (cp >= 0x1f80 && cp < 0x2000) {
    for (let t = 0x1f80; t < 0x2000; t++) {
      if (t !== cp && single(String.fromCodePoint(t).toLowerCase()) === cp) return t;
    }
  }
  return cp;
}

/** Simple lower case: only U+0130 has a full mapping of several code points. */
function lower(cp) {
  return single(String.fromCodePoint(cp).toLowerCase()) ?? (cp === 0x130 ? 0x69 : cp);
}

/** Runs of code points (from, count, stride 1 or 2) that all map to themselves plus `delta`. */
function runs(map) {
  const deltas = new Map();
  for (let cp = 0x80; cp <= LAST; cp++) {
    if (cp >= 0xd800 && cp < 0xe000) continue;
    if (map(cp) !== cp) deltas.set(cp, map(cp) - cp);
  }
  const out = [];
  for (const [from, delta] of deltas) {
    if (!deltas.has(from)) continue;
    const length = (stride) => {
      let n = 1;
      while (deltas.get(from + n * stride) === delta) n++;
      return n;
    };
    const [one, two] = [length(1), length(2)];
    const stride = two > one ? 2 : 1;
    const count = Math.max(one, two);
    for (let i = 0; i < count; i++) deltas.delete(from + i * stride);
    out.push({ from, count, stride, delta });
  }
  return out;
}

/** Numbers in base 64, least significant digit first, bit 6 set on all but the last byte: plain ASCII. */
function number(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 64; rest = Math.floor(rest / 64)) bytes.push((rest % 64) + 64);
  bytes.push(rest);
  return bytes;
}

const zigzag = (n) => (n < 0 ? -2 * n - 1 : 2 * n);

/** Per run: distance from the run before (its start), 2 * (count - 1) + (stride - 1), delta. */
function caseTable(map) {
  const bytes = [];
  let last = 0;
  for (const { from, count, stride, delta } of runs(map)) {
    bytes.push(...number(from - last), ...number(2 * (count - 1) + stride - 1), ...number(zigzag(delta)));
    last = from;
  }
  return bytes;
}

/**
 * Ranges of code points above U+007F that are no letters, marks, numbers, punctuation or symbols: controls, formats,
 * separators, surrogates, private use. Unassigned ones are left out: every Unicode version has others.
 * Per range: distance from the end of the range before, number of code points.
 */
function hiddenTable() {
  const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zs}\p{Zl}\p{Zp}]/u;
  const bytes = [];
  let last = 0x80;
  for (let cp = 0x80; cp <= LAST; cp++) {
    if (!hidden.test(String.fromCodePoint(cp))) continue;
    let end = cp + 1;
    while (end <= LAST && hidden.test(String.fromCodePoint(end))) end++;
    bytes.push(...number(cp - last), ...number(end - cp));
    last = end;
    cp = end - 1;
  }
  return bytes;
}

function literal(bytes) {
  const text = bytes.map((b) => {
    const c = String.fromCharCode(b);
    if (b < 0x20 || b === 0x7f) return `\\x${b.toString(16).padStart(2, '0')}`;
    return c === '"' || c === '\\' ? `\\${c}` : c;
  });
  return `"${text.join('')}"`;
}

const table = (name, what, bytes) => `/// ${what}
fun ${name}(): ref {
  return ${literal(bytes)}
}
`;

const source = `// Unicode tables. Made by scripts/unicode-tables.mjs (Unicode ${process.versions.unicode}); the format of the numbers is told there.

${table('upper_table', 'Simple upper case of what is not ASCII.', caseTable(upper))}
${table('lower_table', 'Simple lower case of what is not ASCII.', caseTable(lower))}
${table('hidden_table', 'Code points that a quoted string shows by number.', hiddenTable())}`;
writeFileSync(fileURLToPath(new URL('../src/runtime/unicode.mochi', import.meta.url)), source);
