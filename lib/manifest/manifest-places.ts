import { bySpecificity, Places, type Place } from '../routing/places.js';
import { routeSegments, type RouteSegment } from '../routing/path-pattern.js';
import { writtenSegment } from '../routing/path-readings.js';
import type { CorsManifest, ManifestLine } from './cors-manifest.js';

/** An entry, or all paths that no entry covers, with the line that governs there. */
interface ManifestPlace extends Place {
  readonly line: ManifestLine;
}

/** The places of a manifest: its entries, and the default for all that no entry covers. */
export class ManifestPlaces {
  private readonly places: Places<ManifestPlace>;
  private readonly elsewhere: ManifestLine;
  /** The entries with all their paths, the most specific first. */
  private readonly entries: readonly (ManifestPlace & { readonly pattern: readonly RouteSegment[] })[];

  constructor({ routes }: CorsManifest) {
    this.elsewhere = routes.find(({ kind }) => kind === 'default') as ManifestLine;
    // Which letters are the same depends on the platform, of which a manifest knows nothing.
    this.places = new Places({ line: this.elsewhere, segments: [], exact: false }, { caseSensitive: true });
    this.entries = routes
      .filter(({ kind }) => kind === 'entry')
      .map((line) => ({ line, ...placeOf(line, line.path) }))
      .map((place) => ({ ...place, pattern: patternOf(place) }))
      .toSorted(bySpecificity);
    for (const place of this.entries) this.places.add(place);
  }

  /** What governs a request for a path that no route serves: one line, or those of all its readings. */
  ofRequest(path: string): readonly ManifestLine[] {
    return this.places.placesOf(path).map(({ line }) => line);
  }

  /** What governs the paths of a route, or those that it has in an entry, where no route serves them. */
  ofRoute({ path, below, exact }: ManifestLine): readonly ManifestLine[] {
    const route = routeSegments(path);
    const pattern = below === null ? route : patternOf(placeOf({ exact }, below));
    return this.at(pattern, (place) => overlaps(route, place.pattern));
  }

  /**
   * What governs where an entry would, if it were not there: of all its paths, and of some of them, where that is less specific
   * than the entry. What is more specific governs either way.
   */
  behind(entry: ManifestLine): readonly ManifestLine[] {
    const own = placeOf(entry, entry.path);
    return this.at(patternOf(own), (place) => bySpecificity(own, place) < 0);
  }

  /** What governs all paths of a pattern, and in front of it what governs some of them and is wanted. */
  private at(
    pattern: readonly RouteSegment[],
    isWanted: (place: (typeof this.entries)[number]) => boolean,
  ): readonly ManifestLine[] {
    const lines: ManifestLine[] = [];
    for (const place of this.entries) {
      if (!overlaps(pattern, place.pattern)) continue;
      if (isInside(pattern, place)) return [place.line, ...lines];
      if (isWanted(place)) lines.push(place.line);
    }
    return [this.elsewhere, ...lines];
  }
}

function placeOf({ exact }: Pick<ManifestLine, 'exact'>, path: string): Place {
  return { segments: entrySegments(path), exact };
}

/** All paths of a place. */
function patternOf({ segments, exact }: Place): readonly RouteSegment[] {
  const pattern = segments.map((text): RouteSegment => (text === undefined ? 'one' : { text }));
  return exact ? pattern : [...pattern, 'rest'];
}

/** The segments of the path of an entry, of which the parameters are any one segment. */
export function entrySegments(path: string): Place['segments'] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith(':') ? undefined : writtenSegment(segment)));
}

/** Whether all that a pattern matches is in a place. */
export function isInside(pattern: readonly RouteSegment[], { segments, exact }: Place): boolean {
  if (exact && pattern.length !== segments.length) return false;
  return segments.every((segment, index) => {
    const own = pattern[index];
    if (own === undefined || own === 'rest') return false;
    return segment === undefined || (own !== 'one' && own.text === segment);
  });
}

/** Whether all that a pattern matches is matched by another. */
export function isCoveredBy(pattern: readonly RouteSegment[], other: readonly RouteSegment[]): boolean {
  const rest = other.indexOf('rest');
  if (rest === -1 ? pattern.length !== other.length : pattern.length < rest) return false;
  return other.slice(0, rest === -1 ? undefined : rest).every((segment, index) => {
    const own = pattern[index] as RouteSegment;
    if (own === 'rest') return false;
    return segment === 'one' || (own !== 'one' && segment !== 'rest' && own.text === segment.text);
  });
}

/** Whether some path is matched by both patterns. */
export function overlaps(one: readonly RouteSegment[], other: readonly RouteSegment[]): boolean {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const a = one[index];
    const b = other[index];
    if (a === 'rest' || b === 'rest') return true;
    if (a === undefined || b === undefined) return false;
    if (a !== 'one' && b !== 'one' && a.text !== b.text) return false;
  }
  return true;
}

/**
 * Which of two routes is more specific: text before parameter before wildcard, segment by segment.
 *
 * @returns below zero if it is the first
 */
export function compareSegments(a: readonly RouteSegment[], b: readonly RouteSegment[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = rankOf(a[index]) - rankOf(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankOf(segment: RouteSegment | undefined): number {
  if (segment === 'rest') return 2;
  return segment === 'one' ? 1 : 0;
}
