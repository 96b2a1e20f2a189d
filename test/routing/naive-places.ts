import type { Place } from '../../lib/routing/places.js';
import { pathReadings, writtenSegment } from '../../lib/routing/path-readings.js';

/** Whether an entry covers a path, by what it says and without a line of the library's look-up. */
export function covers({ segments, exact }: Place, path: readonly string[], caseSensitive: boolean): boolean {
  const same = (a: string, b: string): boolean =>
    caseSensitive
      ? writtenSegment(a) === writtenSegment(b)
      : writtenSegment(a).toLowerCase() === writtenSegment(b).toLowerCase();
  if (exact ? path.length !== segments.length : path.length < segments.length) return false;
  return segments.every((segment, index) => {
    const asked = path[index] as string;
    return segment === undefined ? asked !== '' : same(segment, asked);
  });
}

/** The kinds of an entry's segments, one letter each; a text comes before a parameter. */
function kindsOf({ segments }: Place): string {
  return segments.map((segment) => (segment === undefined ? 'p' : 'a')).join('');
}

/** Whether one of two entries that cover the same path counts, by the words of the documentation. */
function isMoreSpecific(a: Place, b: Place): boolean {
  const [one, other] = [kindsOf(a), kindsOf(b)];
  if (one === other) return a.exact && !b.exact;
  if (one.startsWith(other)) return true;
  return !other.startsWith(one) && one < other;
}

/** The most specific of the entries that cover a path: all are walked. */
export function naiveFind<P extends Place>(
  places: readonly P[],
  elsewhere: P,
  path: readonly string[],
  caseSensitive: boolean,
): P {
  let found = elsewhere;
  for (const place of places) {
    if (!covers(place, path, caseSensitive)) continue;
    if (found === elsewhere || isMoreSpecific(place, found)) found = place;
  }
  return found;
}

/** The places of all readings of a path, with and without case; the router's reading of what was sent first. */
export function naivePlaces<P extends Place>(
  places: readonly P[],
  elsewhere: P,
  path: string,
  caseSensitive: boolean,
): ReadonlySet<P> {
  const cases = caseSensitive ? [true] : [false, true];
  const readings = pathReadings(path);
  if (readings === undefined) return new Set([elsewhere, ...places]);
  return new Set(
    readings.flatMap((reading) => cases.map((one) => naiveFind(places, elsewhere, reading, one))),
  );
}
