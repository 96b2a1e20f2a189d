/** Names with more edits between them than this are not confused with each other. */
const MAX_EDITS = 2;

/**
 * The candidate that was probably meant by `name`, if any: the first of those that are the fewest edits away, or equal
 * but for case. Short names need to be closer, since any two of them are a few edits apart.
 */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let limit = Math.min(MAX_EDITS, Math.floor(name.length / 2)) + 1;
  for (const candidate of candidates) {
    // Their lengths alone tell most names apart, however long they are.
    if (Math.abs(candidate.length - name.length) >= limit) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance >= limit) continue;
    best = candidate;
    limit = distance;
  }
  return best;
}

/** The Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
