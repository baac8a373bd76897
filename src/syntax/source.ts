/** Source files and places in them. The line map itself is in diagnostics, whose renderers need it. */
import type { SourceFile } from '../diagnostics/diagnostic.ts';

export { type LineMap, lineMap, lineStart, lineText, type Position, position } from '../diagnostics/lines.ts';

/** Makes a source file from text as read from disk: one leading byte order mark is dropped. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text };
}
