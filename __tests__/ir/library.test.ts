/** The prebuilt library is what its sources say, for every function and every setting of the switches. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadLibrary } from '../../src/ir/system/library.ts';
import { encodeLibrary, prebuild, VARIANTS } from '../../src/ir/system/library-encode.ts';
import { createRuntime, declarations, type Runtime } from '../../src/ir/system/system.ts';
import { LIBRARY } from '../../src/runtime/sources.generated.ts';
import { runtimeSources } from '../runtime/harness.ts';

/** A value without properties that are undefined: they count as missing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, plain(part)]])),
  );
}

describe('the prebuilt library', () => {
  const sources = runtimeSources();
  const all = declarations(sources);

  it('is up to date', () => {
    expect(LIBRARY === encodeLibrary(sources)).toBe(true);
    expect(all.length).toBeGreaterThan(700);
  });

  it.each(VARIANTS)('gives what the sources give with %o', (options) => {
    const { runtime: fromText, funcs } = prebuild(sources, options);
    const prebuilt = loadLibrary(LIBRARY, options);
    const different: string[] = [];
    const compare = (name: string, ask: (runtime: Runtime) => unknown): void => {
      if (!isDeepStrictEqual(plain(ask(prebuilt)), plain(ask(fromText)))) different.push(name);
    };
    for (const { name, kind } of all) {
      if (kind === 'fun')
        compare(name, (runtime) => (runtime === prebuilt ? runtime.need(`rt.${name}`) : funcs.get(`rt.${name}`)));
      if (kind === 'var') compare(name, (runtime) => runtime.global(`rt.${name}`));
      if (kind === 'fun' || kind === 'extern') {
        compare(name, (runtime) => [runtime.has(name), runtime.importFunc(`rt.${name}`), runtime.signature(name)]);
      }
    }
    expect(different).toEqual([]);
  });

  it('gives every datum that a function names', () => {
    const sourcesHere = {
      'a.mochi': `fun f(): ref {\n  store32(static_area("x", 16), 0, 1)\n  return "t\\n\\u00e9\` \${"\n}\nvar g: i64 = -9223372036854775807\n`,
    };
    const options = { gcStress: false };
    const prebuilt = loadLibrary(encodeLibrary(sourcesHere), options);
    const fromText = createRuntime(sourcesHere, options);
    expect(prebuilt.need('f').body).toEqual(fromText.need('f').body);
    for (const name of ['area:x', `str:t\n\u00e9\` \${`]) expect(prebuilt.datum(name)).toEqual(fromText.datum(name));
    expect(prebuilt.global('g')).toEqual(fromText.global('g'));
    expect(() => prebuilt.datum('y')).toThrow('no datum y');
    expect(() => prebuilt.need('h')).toThrow('has no h');
    expect(() => prebuilt.need('h$i64')).toThrow('has no h$i64');
  });
});
