/** The number of single-character edits between two words (Levenshtein's distance, by Wagner and Fischer's table). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

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
