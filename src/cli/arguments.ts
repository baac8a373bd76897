/**
 * A guard around the argument parser, which turns every word that looks like a number into one (a version 1.10 would
 * become 1.1) and swallows a lone `-`.
 */
const GUARD = '\u0001';

/** The arguments with such words marked; what follows `--` is left alone. */
export function guard(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    if (end >= 0 && i >= end) return arg;
    const option = /^(--[^=]+=)(.*)$/s.exec(arg);
    if (option !== null) return `${option[1]}${GUARD}${option[2]}`;
    return arg === '-' || !Number.isNaN(Number(arg)) ? GUARD + arg : arg;
  });
}

/** A parsed value (string, list or object) without the marks. */
export function unguard<T>(value: T): T {
  if (typeof value === 'string') return (value.startsWith(GUARD) ? value.slice(1) : value) as T;
  if (Array.isArray(value)) return value.map(unguard) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unguard(inner)])) as T;
  }
  return value;
}

/** An option that may be given once or several times, as a list. */
export function list(value: string | readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : [...value];
}

/** An option that may be given once; of several the last counts. */
export function last(value: string | readonly string[] | undefined): string | undefined {
  return list(value).at(-1);
}
