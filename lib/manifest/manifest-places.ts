import { bySpecificity, type Place } from '../routing/places.js';
import { routeSegments, type RouteSegment } from '../routing/path-pattern.js';
import type { CorsManifest, ManifestLine } from './cors-manifest.js';

/** The places of a manifest: its entries, and the default for all that no entry covers. */
export class ManifestPlaces {
  private readonly places: readonly (Place & { readonly line: ManifestLine })[];
  readonly elsewhere: ManifestLine;

  constructor({ routes }: CorsManifest) {
    this.places = routes
      .filter(({ kind }) => kind === 'entry')
      .map((line) => ({ line, segments: entrySegments(line.path), exact: line.exact }))
      .toSorted(bySpecificity);
    this.elsewhere = routes.find(({ kind }) => kind === 'default') as ManifestLine;
  }

  /** The entry that governs all of the paths of a pattern, where no route serves them; else the default. */
  at(path: string): ManifestLine {
    const segments = routeSegments(path);
    return this.places.find((place) => isInside(segments, place))?.line ?? this.elsewhere;
  }
}

/** The segments of the path of an entry, of which the parameters are any one segment. */
export function entrySegments(path: string): Place['segments'] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith(':') ? undefined : segment));
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
