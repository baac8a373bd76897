/**
 * Places in source text: from UTF-16 offsets (what spans hold) to the line and column that people see.
 * Lines end at LF (a CR before it belongs to the line end); columns count code points, both start at 1, a tab is one column.
 */

export interface LineMap {
  readonly text: string;
  /** Offset of the first character of every line. */
  readonly starts: readonly number[];
}

export interface Position {
  readonly line: number;
  readonly col: number;
}

/** Finds the line starts of a text, in one pass. */
export function lineMap(text: string): LineMap {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  return { text, starts };
}

/** The line and column of an offset; offsets past the end are taken as the end. */
export function position(map: LineMap, offset: number): Position {
  const at = Math.max(0, Math.min(offset, map.text.length));
  let low = 0;
  let high = map.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (map.starts[middle]! <= at) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return { line: low + 1, col: codePoints(map.text, map.starts[low]!, at) + 1 };
}

/** The text of a line (1-based) without its line end; empty for a line that does not exist. */
export function lineText(map: LineMap, line: number): string {
  const start = map.starts[line - 1];
  if (start === undefined) {
    return '';
  }
  let end = (map.starts[line] ?? map.text.length + 1) - 1;
  if (end > start && map.text.charCodeAt(end - 1) === 13) {
    end--;
  }
  return map.text.slice(start, end);
}

/** The offset at which a line (1-based) starts. */
export function lineStart(map: LineMap, line: number): number {
  return map.starts[line - 1] ?? map.text.length;
}

/** Number of code points between two offsets; a surrogate without its partner counts as one. */
function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00 && at + 1 < to) {
      const next = text.charCodeAt(at + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        at++;
      }
    }
    count++;
  }
  return count;
}
