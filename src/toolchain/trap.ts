/**
 * Takes wasmtime's own report of a trap out of a program's stderr and says the same in Mochi terms. The rest of stderr
 * goes through unchanged and at once.
 */
import type { LineTable } from '../wasm/lines.ts';
import { lookup } from '../wasm/lines.ts';
import { SHOWN_FRAMES } from './flags.ts';

/** How a run ended, as far as wasmtime's report tells. */
export interface TrapReport {
  /** What to print on stderr; ends with a line feed. */
  readonly text: string;
  /** The exit status that goes with it. */
  readonly status: number;
}

/**
 * Splits a stream of chunks at `marker`: what comes before it is handed to `pass`, the rest is kept. Only bytes that may
 * be the marker's beginning are held back between chunks.
 */
export function splitAtMarker(marker: string, pass: (chunk: Buffer) => void) {
  const wanted = Buffer.from(marker);
  let held: Buffer = Buffer.alloc(0);
  const report: Buffer[] = [];
  let found = false;
  return {
    /** Takes the next chunk. */
    push(chunk: Buffer): void {
      if (found) {
        report.push(chunk);
        return;
      }
      const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const at = data.indexOf(wanted);
      const end = at >= 0 ? at : data.length - possibleStart(data, wanted);
      if (end > 0) pass(data.subarray(0, end));
      held = at >= 0 ? Buffer.alloc(0) : data.subarray(end);
      if (at >= 0) {
        found = true;
        report.push(data.subarray(at));
      }
    },
    /** Ends the stream; gives the text from the marker on, or undefined if it never came. */
    end(): string | undefined {
      if (found) return Buffer.concat(report).toString('utf8');
      if (held.length > 0) pass(held);
      held = Buffer.alloc(0);
      return undefined;
    },
  };
}

/** The length of the longest end of `data` that is a beginning of `wanted`. */
function possibleStart(data: Buffer, wanted: Buffer): number {
  for (let n = Math.min(data.length, wanted.length - 1); n > 0; n--) {
    if (data.subarray(data.length - n).equals(wanted.subarray(0, n))) return n;
  }
  return 0;
}

/** The beginning of wasmtime's report about the module at `path`. */
export function reportMarker(path: string): string {
  return `Error: failed to run main module \`${path}\``;
}

interface Frame {
  readonly offset: number | undefined;
  readonly name: string;
}

/** One frame of wasmtime's backtrace, such as `    3:     0x5a - module!func`; the offset may be missing. */
const FRAME = /^ {2,}(\d+): +(?:(0x[0-9a-f]+) - )?[^!\n]*!(.*)$/;

/**
 * Words wasmtime's report (from its marker on). With a line table: one line a Mochi frame, and what the trap was unless
 * the program has said so itself (`unreachable`). Without: the engine's text and frames, status 134.
 */
export function wordReport(report: string, table: LineTable | undefined): TrapReport {
  const lines = report.split('\n');
  const frames: Frame[] = [];
  const causes: string[] = [];
  for (const line of lines) {
    const frame = FRAME.exec(line);
    const cause = /^ {4}\d+: (.+)$/.exec(line);
    if (frame !== null) frames.push({ offset: frame[2] ? Number(frame[2]) : undefined, name: frame[3] ?? '' });
    else if (cause !== null) causes.push(cause[1]!);
  }
  const invoked = causes.some((text) => text.startsWith('failed to invoke'));
  if (!invoked) {
    const why = causes.join(': ') || lines.slice(1).join(' ').trim() || 'wasmtime cannot run the module';
    return { text: `error: ${why}\n`, status: 1 };
  }
  const last = causes.at(-1) ?? 'unknown trap';
  if (table === undefined) {
    const shown = frames.slice(0, SHOWN_FRAMES).map((f, i) => {
      const offset = f.offset === undefined ? '' : `0x${f.offset.toString(16)} - `;
      return `  ${i}: ${offset}${f.name}\n`;
    });
    return { text: `error: ${last}\n${shown.join('')}${moreLine(frames.length - shown.length)}`, status: 134 };
  }
  const trap = last.replace(/^wasm trap: /, '');
  const title =
    trap === 'wasm `unreachable` instruction executed'
      ? ''
      : trap === 'call stack exhausted'
        ? 'error: stack overflow\n'
        : last.startsWith('wasm trap: ')
          ? `error: wasm trap: ${trap}\n`
          : `error: ${last}\n`;
  const places = frames.flatMap((f) => (f.offset === undefined ? [] : lookup(table, f.offset)));
  const shown = places.slice(0, SHOWN_FRAMES).map((p) => `  at ${p.name} (${p.file}:${p.line}:${p.col})\n`);
  return { text: `${title}${shown.join('')}${moreLine(places.length - shown.length)}`, status: 1 };
}

function moreLine(count: number): string {
  return count > 0 ? `  ... ${count} more\n` : '';
}
