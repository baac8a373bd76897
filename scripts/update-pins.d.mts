interface Matrix {
  readonly wasmtime: { readonly default: string; readonly versions: Readonly<Record<string, unknown>> };
}
export function newestPatch(current: string, tags: readonly string[]): string | undefined;
export function withVersion<T extends Matrix>(matrix: T, version: string, pins: unknown): T;
export function archiveName(version: string, target: { arch: string; os: string }): string;
