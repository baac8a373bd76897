/** The quoted blocks of a page, in order. */
export function quotedBlocks(markdown: string): { run: string; lines: string[] }[];
/** A log as people see it. */
export function shownLog(log: string): string[];
/** The first line of a quoted block that the log does not have, or undefined. */
export function firstMissing(lines: readonly string[], log: string): string | undefined;
