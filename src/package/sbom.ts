import { createHash } from 'node:crypto';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

export interface SbomInput {
  readonly name: string;
  readonly version: string;
  /** Version of mochi-wasm, the compiler and packager. */
  readonly generatorVersion: string;
  /** Version of the wasmtime that compiled and that the executables embed. */
  readonly wasmtimeVersion: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** Name of each program's .wasm → its SHA-256. */
  readonly programs: ReadonlyMap<string, string>;
  /** SPDX expression of the package's licence, when it says one. */
  readonly license?: string;
}

/**
 * A CycloneDX 1.6 bill of materials, as JSON text. Mochi programs have no package dependencies, so it lists the
 * package, its .wasm programs with their digests, the wasmtime inside the executables and the tool that made them.
 * Equal input gives equal bytes: the serial number is a UUID made from the content (RFC 9562, version 8).
 */
export function makeSbom(input: SbomInput): string {
  const { Component } = Models;
  const packageRef = `pkg:generic/${encodeURIComponent(input.name)}@${encodeURIComponent(input.version)}`;
  const root = new Component(Enums.ComponentType.Application, input.name, {
    bomRef: packageRef,
    version: input.version,
    purl: packageRef,
  });
  if (input.license) root.licenses.add(new Models.LicenseExpression(input.license));

  const wasmtimeRef = `pkg:cargo/wasmtime@${encodeURIComponent(input.wasmtimeVersion)}`;
  const wasmtime = new Component(Enums.ComponentType.Library, 'wasmtime', {
    bomRef: wasmtimeRef,
    version: input.wasmtimeVersion,
    purl: wasmtimeRef,
    description: 'WebAssembly engine: compiled the .cwasm files, and runs the program inside the executables',
  });
  wasmtime.licenses.add(new Models.LicenseExpression('Apache-2.0 WITH LLVM-exception'));
  root.dependencies.add(wasmtime.bomRef);

  const bom = new Models.Bom({ version: 1, metadata: new Models.Metadata({ component: root }) });
  bom.metadata.timestamp = new Date(input.epoch * 1000);
  bom.metadata.tools.components.add(
    new Component(Enums.ComponentType.Application, 'mochi-wasm', { version: input.generatorVersion }),
  );
  bom.components.add(wasmtime);
  for (const [file, digest] of [...input.programs].sort()) {
    const program = new Component(Enums.ComponentType.File, file, { bomRef: `file:${file}` });
    program.hashes.set(Enums.HashAlgorithm['SHA-256'], digest);
    bom.components.add(program);
    root.dependencies.add(program.bomRef);
  }
  bom.serialNumber = uuidOf(JSON.stringify({ ...input, programs: [...input.programs].sort() }));

  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** A version 8 UUID (RFC 9562, section 5.8) made from the SHA-256 of `text`, as a URN. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `urn:uuid:${groups.join('-')}`;
}
