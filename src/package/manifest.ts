import { z } from 'zod';
import { ASSET_NAME } from './checksums.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(ASSET_NAME);

const FileSchema = z.strictObject({
  name: fileName,
  role: z.enum(['archive', 'wasm', 'cwasm', 'exe', 'sbom', 'installer', 'extra']),
  size: z.int().nonnegative(),
  sha256: digest,
  target: z.string().optional().describe('only for files that one target alone can use'),
  program: z.string().optional().describe('only for files that hold one program alone'),
});

const ExecutableSchema = z
  .discriminatedUnion('status', [
    z.strictObject({
      status: z.literal('made'),
      path: z.string().describe('inside the archive, under its top folder'),
      size: z.int().nonnegative(),
      sha256: digest,
    }),
    z.strictObject({ status: z.literal('none'), reason: z.string().min(1) }),
  ])
  .describe('whether there is a single-file executable, and why not');

/** The shape of NAME-VERSION-manifest.json. `z.toJSONSchema(ManifestSchema)` is the published schema. */
export const ManifestSchema = z
  .strictObject({
    schema: z.literal(1),
    name: z.string().min(1),
    version: z.string().min(1),
    license: z.string().optional().describe('an SPDX expression'),
    description: z.string().optional().describe('what the package is, in a sentence'),
    generator: z.strictObject({ name: z.literal('mochi-wasm'), version: z.string() }),
    source: z
      .strictObject({
        repository: z.string().describe('the page of the repository, which the installers download from'),
        tag: z.string().min(1),
        commit: z
          .string()
          .regex(/^[0-9a-f]{40,64}$/)
          .optional()
          .describe('only when no tracked file differed from it'),
      })
      .optional()
      .describe('where the sources are and the release is published'),
    sourceDateEpoch: z.int().nonnegative().describe('seconds since 1970, the date of every file in the archives'),
    wasmtime: z.strictObject({
      version: z.string().describe('the version that made the .cwasm files'),
      major: z.int().describe('the only major version that loads the .cwasm files'),
    }),
    programs: z.array(
      z.strictObject({
        name: z.string(),
        dirs: z.array(z.string()).describe('directories the executable may open'),
        env: z.array(z.string()).describe('environment variables the executable may read'),
        wasm: z.strictObject({ size: z.int().nonnegative(), sha256: digest }),
      }),
    ),
    targets: z.array(
      z.strictObject({
        name: z.string(),
        wasmtimeTarget: z.string(),
        tier: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe("wasmtime's support tier"),
        testedBy: z.string(),
        archive: fileName.nullable(),
        executables: z.record(z.string(), ExecutableSchema).describe('by program'),
      }),
    ),
    files: z.array(FileSchema).describe('every file of the release but this one and SHA256SUMS, sorted by name'),
  })
  .meta({ title: 'Release manifest of mochi-wasm' });

export type Manifest = z.infer<typeof ManifestSchema>;
export type ManifestFile = z.infer<typeof FileSchema>;
export type ManifestTarget = Manifest['targets'][number];
export type ManifestExecutable = z.infer<typeof ExecutableSchema>;

/** The manifest as text: two-space JSON with a final newline. Equal manifests give equal bytes. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(ManifestSchema.parse(manifest), null, 2)}\n`;
}

/** Reads a manifest's text. Gives it, or one sentence that says what is wrong with it. */
export function parseManifest(text: string): { manifest: Manifest } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problem: `it is not JSON: ${(error as Error).message}` };
  }
  const result = ManifestSchema.safeParse(json);
  if (result.success) return { manifest: result.data };
  const issue = result.error.issues[0];
  return { problem: `${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'not a manifest'}` };
}
