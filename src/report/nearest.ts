/** What was probably meant. */

/** The candidate with the fewest typing errors, if they are few for its length; ties go to the first. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Infinity;
  for (const candidate of candidates) {
    const errors = typingErrors(word.toLowerCase().slice(0, 100), candidate.toLowerCase());
    if (errors < fewest && errors <= Math.max(1, Math.floor(candidate.length / 2))) {
      best = candidate;
      fewest = errors;
    }
  }
  return best;
}

/** Levenshtein distance: characters put in, left out or changed. */
function typingErrors(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
