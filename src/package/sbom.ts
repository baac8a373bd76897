import { createHash } from 'node:crypto';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import launcher from '../../launcher/prebuilt/launcher.cdx.json' with { type: 'json' };

export interface SbomInput {
  readonly name: string;
  readonly version: string;
  /** Version of mochi-wasm, the compiler and packager. */
  readonly generatorVersion: string;
  /** Version of the wasmtime that compiled; executables embed the same major version. */
  readonly wasmtimeVersion: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** Name of each program's .wasm → its SHA-256. */
  readonly programs: ReadonlyMap<string, string>;
  /** Whether the package has executables, which have the launcher inside (false unless given). */
  readonly executables?: boolean;
  /** SPDX expression of the package's licence, when it says one. */
  readonly license?: string;
}

/**
 * A CycloneDX 1.6 bill of materials, as JSON text. Mochi programs have no package dependencies, so it lists the
 * package, its .wasm programs with their digests, the wasmtime that compiled them, the tool that made the package and,
 * when it has executables, the launcher inside them with its crates and their licences.
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
    description: 'WebAssembly engine: compiled the .cwasm files',
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
  if (input.executables) addLauncher(bom, root);
  const inside = input.executables ? launcher : undefined;
  bom.serialNumber = uuidOf(JSON.stringify({ ...input, programs: [...input.programs].sort(), inside }));

  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Adds the launcher, the crates in it and what depends on what, from the list that `launcher/sbom.mjs` made. */
function addLauncher(bom: Models.Bom, root: Models.Component): void {
  const parts = new Map<string, Models.Component>();
  const own = { ...launcher.metadata.component, hashes: [] };
  for (const { type, name, version, purl, licenses, hashes } of [own, ...launcher.components]) {
    const kind = type === 'application' ? Enums.ComponentType.Application : Enums.ComponentType.Library;
    const part = new Models.Component(kind, name, { bomRef: purl, version, purl });
    for (const { expression } of licenses) part.licenses.add(new Models.LicenseExpression(expression));
    for (const { content } of hashes) part.hashes.set(Enums.HashAlgorithm['SHA-256'], content);
    // The compiler may be of the very version that is inside.
    const same = [...bom.components].find((component) => component.purl === purl);
    if (!same) bom.components.add(part);
    parts.set(purl, same ?? part);
  }
  for (const { ref, dependsOn } of launcher.dependencies) {
    for (const needed of dependsOn) parts.get(ref)?.dependencies.add(parts.get(needed)!.bomRef);
  }
  root.dependencies.add(parts.get(own.purl)!.bomRef);
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
