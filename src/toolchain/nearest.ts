import { editDistance } from '../diagnostics/edit-distance.ts';

/** The member of `names` (not empty) with the fewest edits from `word`; the first of several. */
export function nearest(word: string, names: readonly string[]): string {
  let best = names[0]!;
  let distance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const d = editDistance(word.toLowerCase(), name.toLowerCase());
    if (d < distance) {
      best = name;
      distance = d;
    }
  }
  return best;
}
