import type { EntrySegment, RouteSegment } from './path-pattern.js';
import { isPlainPath, pathReadings, segmentsOf, writtenSegment } from './path-readings.js';

/** An entry of `routes` as a place: its path, and all below it unless it is `exact`. */
export interface Place {
  readonly segments: readonly EntrySegment[];
  readonly exact: boolean;
}

/** How the paths that a route serves lie to a place. */
export type Relation = 'inside' | 'overlapping' | 'disjoint';

/** How the platform's router reads paths. */
export interface PathSyntax {
  readonly caseSensitive: boolean;
}

/** The places below some segments. */
class PlaceNode<P extends Place> {
  readonly texts = new Map<string, PlaceNode<P>>();
  parameter: PlaceNode<P> | undefined = undefined;
  whole: P | undefined = undefined;
  exact: P | undefined = undefined;
}

/**
 * Finds the place of a path: of several that cover it the most specific, text before parameter, segment by segment, and
 * then the longer one; at its own path an exact place before the other one.
 */
class PlaceTree<P extends Place> {
  private readonly root = new PlaceNode<P>();

  /** @param write - makes one text of those that the router takes for the same */
  constructor(private readonly write: (segment: string) => string) {}

  /** @returns the place that has been there before, which is left there */
  add(place: P): P | undefined {
    let node = this.root;
    for (const segment of place.segments) {
      if (segment === undefined) {
        node = node.parameter ??= new PlaceNode();
        continue;
      }
      const key = this.write(segment);
      const known: PlaceNode<P> = node.texts.get(key) ?? new PlaceNode();
      node.texts.set(key, known);
      node = known;
    }
    const kind = place.exact ? 'exact' : 'whole';
    const before = node[kind];
    if (before === undefined) node[kind] = place;
    return before;
  }

  find(segments: readonly string[]): P | undefined {
    return findBelow(this.root, segments.map(this.write), 0);
  }
}

function findBelow<P extends Place>(
  node: PlaceNode<P> | undefined,
  segments: readonly string[],
  from: number,
): P | undefined {
  if (node === undefined) return undefined;
  const segment = segments[from];
  if (segment === undefined) return node.exact ?? node.whole;
  const below =
    findBelow(node.texts.get(segment), segments, from + 1) ??
    // No parameter is empty.
    (segment === '' ? undefined : findBelow(node.parameter, segments, from + 1));
  return below ?? node.whole;
}

/** All places of an app. Whoever wants to know the place of a path asks here, so that all read it in the same way. */
export class Places<P extends Place> {
  private readonly all: P[] = [];
  private readonly trees: readonly PlaceTree<P>[];
  private readonly routers: PlaceTree<P>;
  /** Whether even a path in lower case has two readings: the router ignores case, and a place has letters in upper case. */
  private isCased = false;

  /**
   * @param elsewhere - the place of all paths that no other one covers
   */
  constructor(
    readonly elsewhere: P,
    private readonly syntax: PathSyntax,
  ) {
    const asWritten = new PlaceTree<P>(writtenSegment);
    this.routers = syntax.caseSensitive ? asWritten : new PlaceTree<P>(inLowerCase);
    this.trees = syntax.caseSensitive ? [asWritten] : [this.routers, asWritten];
  }

  /** Whether all paths have one place. */
  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** The places but {@link Places.elsewhere}. */
  get list(): readonly P[] {
    return this.all;
  }

  /** @returns the place with the same path, of which the new one would be a repetition; then nothing is added */
  add(place: P): P | undefined {
    const before = this.routers.add(place);
    if (before !== undefined) return before;
    for (const tree of this.trees) if (tree !== this.routers) tree.add(place);
    this.isCased ||= !this.syntax.caseSensitive && place.segments.some(hasUpperCase);
    this.all.push(place);
    return undefined;
  }

  /** The place of a path, if whoever reads it finds the same one; else the places of all its readings. */
  placesOf(path: string): readonly [P, ...P[]] {
    if (this.isEmpty) return [this.elsewhere];
    if (this.isPlain(path)) {
      return [this.routers.find(segmentsOf(path)) ?? this.elsewhere];
    }
    const readings = pathReadings(path);
    // Any of them, for all that is known of such a path.
    if (readings === undefined) return [this.elsewhere, ...this.all];
    const places = new Set<P>();
    for (const segments of readings) {
      for (const tree of this.trees) places.add(tree.find(segments) ?? this.elsewhere);
    }
    return [...places] as unknown as [P, ...P[]];
  }

  /** Whether a path has one reading only, so that a route which is inside of a place is so for this path as well. */
  isPlain(path: string): boolean {
    return !this.isCased && isPlainPath(path, this.syntax.caseSensitive);
  }

  /**
   * The most specific place that has all paths of a route, and those that have some of them and would win there.
   */
  locate(route: readonly RouteSegment[]): { readonly home: P; readonly others: readonly P[] } {
    const related = this.all.map((place) => ({ place, relation: this.relate(route, place) }));
    const inside = related.flatMap(({ place, relation }) => (relation === 'inside' ? [place] : []));
    const [home = this.elsewhere] = inside.toSorted(bySpecificity);
    const isWinning = (place: P): boolean => home === this.elsewhere || bySpecificity(place, home) < 0;
    const others = related.flatMap(({ place, relation }) =>
      relation === 'overlapping' && isWinning(place) ? [place] : [],
    );
    return { home, others };
  }

  /** How the paths of a route lie to a place. What is not sure is `overlapping`. */
  relate(route: readonly RouteSegment[], { segments, exact }: Place): Relation {
    const write = this.syntax.caseSensitive ? writtenSegment : inLowerCase;
    let relation: Relation = 'inside';
    for (const [index, segment] of segments.entries()) {
      const own = route[index];
      if (own === undefined) return 'disjoint';
      if (own === 'rest') return 'overlapping';
      if (segment === undefined) continue;
      if (own === 'one') relation = 'overlapping';
      else if (write(own.text) !== write(segment)) return 'disjoint';
    }
    const next = route[segments.length];
    if (!exact || next === undefined) return relation;
    return next === 'rest' ? 'overlapping' : 'disjoint';
  }
}

/**
 * Which of two places counts for a path that both cover, as {@link PlaceTree} finds it.
 *
 * @returns below zero if it is the first
 */
export function bySpecificity(a: Place, b: Place): number {
  const length = Math.min(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const kind = Number(a.segments[index] === undefined) - Number(b.segments[index] === undefined);
    if (kind !== 0) return kind;
  }
  return b.segments.length - a.segments.length || Number(b.exact) - Number(a.exact);
}

/** Apart from escapes, which are always written so. */
function hasUpperCase(segment: EntrySegment): boolean {
  return segment !== undefined && writtenSegment(segment.toLowerCase()) !== segment;
}

function inLowerCase(segment: string): string {
  return writtenSegment(segment).toLowerCase();
}
