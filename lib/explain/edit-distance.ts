/**
 * The Levenshtein distance of two strings, or `undefined` if it is above a limit. The work grows with the length of the
 * strings and three to the power of the limit, and mostly ends after a few characters, so that a million hosts can be
 * compared with one.
 *
 * @param limit - a small number
 */
export function editDistance(a: string, b: string, limit: number): number | undefined {
  const distance = distanceFrom(a, 0, b, 0, limit);
  return distance > limit ? undefined : distance;
}

/**
 * The distance of what is left of two strings, or more than the limit. Where both go on alike, going along costs
 * nothing; where they don't, one of three edits has been made.
 */
function distanceFrom(a: string, aStart: number, b: string, bStart: number, limit: number): number {
  let i = aStart;
  let j = bStart;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(j)) {
    i++;
    j++;
  }
  const aRest = a.length - i;
  const bRest = b.length - j;
  if (aRest === 0 || bRest === 0) return aRest + bRest;
  if (limit === 0) return 1;
  if (aRest - bRest > limit || bRest - aRest > limit) return limit + 1;
  const change = distanceFrom(a, i + 1, b, j + 1, limit - 1);
  const removal = distanceFrom(a, i + 1, b, j, limit - 1);
  const addition = distanceFrom(a, i, b, j + 1, limit - 1);
  const best = change < removal ? change : removal;
  return 1 + (best < addition ? best : addition);
}
