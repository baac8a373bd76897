import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, it } from 'vitest';
import { makeSbom, type SbomInput } from '../../src/package/sbom.ts';
import { type Schema, violations } from './json-schema.ts';

const INPUT: SbomInput = {
  name: 'hello',
  version: '1.2.3',
  generatorVersion: '0.1.0',
  wasmtimeVersion: '48.0.0',
  epoch: 1_767_225_600,
  programs: new Map([
    ['hello.wasm', 'a'.repeat(64)],
    ['bye.wasm', 'b'.repeat(64)],
  ]),
  executables: true,
  license: 'MIT',
};

/** The schemas that the format's own library ships. */
function schemas() {
  const main = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const folder = join(dirname(main), 'res', 'schema');
  const files = ['bom-1.6', 'spdx', 'jsf-0.82'];
  return new Map(
    files.map((name) => {
      const schema = JSON.parse(readFileSync(join(folder, `${name}.SNAPSHOT.schema.json`), 'utf8'));
      return [`${name}.SNAPSHOT.schema.json`, schema as Exclude<Schema, boolean>];
    }),
  );
}

const problems = (sbom: unknown): string[] => violations(sbom, 'bom-1.6.SNAPSHOT.schema.json', schemas());

describe('the SBOM', () => {
  it.each([
    ['of a package', INPUT],
    ['without a licence', { ...INPUT, license: undefined }],
    ['with an expression', { ...INPUT, license: 'MIT OR Apache-2.0' }],
    ['without executables', { ...INPUT, executables: false }],
    ['without programs', { ...INPUT, programs: new Map() }],
    ['with build metadata', { ...INPUT, version: '1.2.3-rc.1+build.5' }],
  ])('%s is valid by the schema of CycloneDX 1.6', async (_, input) => {
    const text = makeSbom(input);
    expect(problems(JSON.parse(text))).toEqual([]);
    // The library's own validator needs packages that it does not bring along: used where they are.
    const answer = await new Validation.JsonStrictValidator(Spec.Version.v1dot6)
      .validate(text)
      .catch((error: unknown) => {
        if (error instanceof Validation.MissingOptionalDependencyError) return null;
        throw error;
      });
    expect(answer).toBeNull();
  });

  it('is refused when it is damaged', () => {
    const damaged = (change: (sbom: { components: object[] }) => void): string[] => {
      const sbom = JSON.parse(makeSbom(INPUT));
      change(sbom);
      return problems(sbom);
    };
    expect(damaged((sbom) => Object.assign(sbom, { foo: 1 }))).toEqual(['/foo: must not be there']);
    expect(damaged((sbom) => Object.assign(sbom, { serialNumber: 'urn:uuid:1' }))).toHaveLength(1);
    expect(damaged((sbom) => Object.assign(sbom.components[0]!, { type: 'nonsense' }))).toHaveLength(1);
    expect(
      damaged((sbom) => Object.assign(sbom.components[0]!, { hashes: [{ alg: 'SHA-256', content: 'x' }] })),
    ).toHaveLength(1);
  });

  it('names the programs with their digests, the engine, and what depends on what', () => {
    const sbom = JSON.parse(makeSbom({ ...INPUT, executables: false }));
    const names = sbom.components.map((one: { name: string }) => one.name);
    expect(names.sort()).toEqual(['bye.wasm', 'hello.wasm', 'wasmtime']);
    const root = sbom.dependencies.find((one: { ref: string }) => one.ref === sbom.metadata.component['bom-ref']);
    expect(root.dependsOn.length).toBe(3);
    expect(sbom.metadata.timestamp).toBe('2026-01-01T00:00:00.000Z');
  });

  it('is the same for the same input, and another for another', () => {
    expect(makeSbom({ ...INPUT, programs: new Map([...INPUT.programs].reverse()) })).toBe(makeSbom(INPUT));
    const serial = (input: SbomInput) => JSON.parse(makeSbom(input)).serialNumber;
    expect(serial({ ...INPUT, version: '1.2.4' })).not.toBe(serial(INPUT));
  });
});
