import { routeSegments, type RouteSegment } from '../routing/path-pattern.js';
import { listed } from '../explain/words.js';
import type { CorsManifest, ManifestLine } from './cors-manifest.js';
import {
  OriginLists,
  policyChanges,
  restated,
  type Governed,
  type PolicyChange,
} from './compare-policies.js';
import type { ManifestChange, ManifestComparison, ManifestEffect } from './manifest-comparison.js';
import { compareSegments, isCoveredBy, ManifestPlaces, overlaps } from './manifest-places.js';
import { audience, sentence, subjectOf } from './manifest-words.js';
import { readManifest } from './read-manifest.js';

const ORDER: readonly ManifestEffect[] = ['wider', 'undecidable', 'narrower', 'neutral'];

/** What says who may read and who is refused. */
const READERS: ReadonlySet<string> = new Set(['policy', 'origin', 'credentials', 'enforce']);

/** Compares what may be manifests. @throws ManifestError if one of them is none */
export function compareChecked(before: unknown, after: unknown): ManifestComparison {
  const changes = [...new Comparison(readNamed(before, 'before'), readNamed(after, 'after')).changes()];
  return {
    isWider: changes.some(({ effect }) => effect === 'wider' || effect === 'undecidable'),
    // Sorting keeps the order of subjects, which is that of the manifests.
    changes: changes.toSorted((a, b) => ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect)),
  };
}

function readNamed(value: unknown, name: string): CorsManifest {
  try {
    return readManifest(value);
  } catch (error) {
    throw new TypeError(`compareManifests(): ${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** One of the two manifests. */
interface Side {
  readonly lists: OriginLists;
  readonly places: ManifestPlaces;
  /** The lines by what they are about; several routes can be about the same, of which the first one answers. */
  readonly lines: ReadonlyMap<string, ManifestLine>;
}

function sideOf(manifest: CorsManifest): Side {
  const lines = new Map<string, ManifestLine>();
  for (const line of manifest.routes) {
    let key = keyOf(line);
    while (lines.has(key)) key += ' again';
    lines.set(key, line);
  }
  return { lists: new OriginLists(manifest), places: new ManifestPlaces(manifest), lines };
}

/** The same for a line whose parameters have been renamed, or whose handler is another one. */
function keyOf({ kind, method, path, exact, below, version, hosts }: ManifestLine): string {
  return JSON.stringify([unnamed(path), method, kind, exact, below && unnamed(below), version, hosts]);
}

/** A path without the names of its parameters. */
function unnamed(path: string): string {
  return path.replaceAll(/:[\p{ID_Start}$_][\p{ID_Continue}$]*/gu, ':');
}

class Comparison {
  private readonly before: Side;
  private readonly after: Side;
  /** The routes of either with their segments, for what is new, and for what is gone. */
  private readonly routes = new Map<CorsManifest, readonly RouteLine[]>();

  constructor(
    private readonly old: CorsManifest,
    private readonly current: CorsManifest,
  ) {
    this.before = sideOf(old);
    this.after = sideOf(current);
  }

  *changes(): Iterable<ManifestChange> {
    yield* this.publicOrigins();
    for (const [key, line] of this.after.lines) {
      const known = this.before.lines.get(key);
      yield* known === undefined ? this.added(line) : this.changed(known, line);
    }
    for (const [key, line] of this.before.lines) {
      if (!this.after.lines.has(key)) yield* this.gone(line);
    }
  }

  private *changed(before: ManifestLine, after: ManifestLine): Iterable<ManifestChange> {
    const changes = this.between(before, after);
    const subject = subjectOf(after);
    for (const one of [...changes, ...this.reported(before, after)]) yield changeOf(subject, one);
    const names = [
      ...restated('path', before.path, after.path),
      ...restated('where', before.where, after.where),
    ];
    for (const one of names) yield changeOf(subject, one);
    const fields = new Set([...Object.keys(before.from ?? {}), ...Object.keys(after.from ?? {})]);
    for (const { field } of changes) fields.delete(field);
    const sources = [...fields].flatMap((field) => {
      const [was, is] = [layersOf(before, field), layersOf(after, field)];
      return was === is ? [] : [`${field} comes from ${is} now, before from ${was}`];
    });
    if (before.policy === null || after.policy === null || sources.length === 0) return;
    yield changeOf(subject, { effect: 'neutral', field: 'from', what: sources.join('; ') });
  }

  /** What governs a line compared with what governed another one. */
  private between(before: ManifestLine, after: ManifestLine): readonly PolicyChange[] {
    const was = this.before.lists.governed(before);
    const is = this.after.lists.governed(after);
    if (was === undefined && is === undefined) return [];
    const field = 'policy';
    if (is === undefined) {
      return [
        {
          effect: 'wider',
          field,
          what: 'it is unmanaged now: who may read it is left to what answers there',
        },
      ];
    }
    if (was !== undefined) return policyChanges(was, is);
    const what = `${readersOf(is)}, and before it was unmanaged: who could read it then is undecidable`;
    return [{ effect: isClosed(is) ? 'narrower' : 'undecidable', field, what }];
  }

  /** What is only reported lets nobody do more: a policy to come, whose changes are told apart from those in force. */
  private reported(before: ManifestLine, after: ManifestLine): readonly PolicyChange[] {
    const was = this.before.lists.reported(before);
    const is = this.after.lists.reported(after);
    const neutral = { effect: 'neutral', field: 'reportOnly' } as const;
    if (is === undefined)
      return was === undefined ? [] : [{ ...neutral, what: 'no policy to come is reported any more' }];
    if (was === undefined)
      return [{ ...neutral, what: `a policy to come is reported now: under it ${readersOf(is)}` }];
    return policyChanges(was, is).map(({ what }) => ({
      ...neutral,
      what: `under the policy to come ${what}`,
    }));
  }

  /**
   * A route that is new is wider if anybody may read it. An entry, and what a route is below one, is if it is wider than what
   * governed these paths before.
   */
  private *added(line: ManifestLine): Iterable<ManifestChange> {
    const subject = subjectOf(line);
    const replaced = replacedBy(line, this.before);
    if (replaced !== undefined) {
      yield* this.replaced(subject, 'is new', replaced, (other) => this.between(other, line));
      return;
    }
    const is = this.after.lists.governed(line);
    if (is === undefined || !isClosed(is)) {
      const what = `it is new, and ${is === undefined ? 'unmanaged' : readersOf(is)}`;
      yield changeOf(subject, { effect: 'wider', field: 'route', what });
      return;
    }
    const replacing = [...this.before.places.ofRoute(line), ...routesBehind(line, this.routesOf(this.old))];
    const changes = replacing.flatMap((other) => this.between(other, line));
    const wall = changes.find(({ field, effect }) => field === 'enforce' && effect === 'wider');
    const what = `it is new, and nobody may read it`;
    yield changeOf(
      subject,
      wall === undefined
        ? { effect: 'neutral', field: 'route', what }
        : { effect: 'wider', field: 'route', what: `${what}, but requests of other origins reach it` },
    );
  }

  /** What answers where a route or an entry was is another route, or whatever there is under the policy of its place. */
  private *gone(line: ManifestLine): Iterable<ManifestChange> {
    const subject = subjectOf(line);
    const replacing = replacedBy(line, this.after);
    if (replacing !== undefined) {
      yield* this.replaced(subject, 'is gone', replacing, (other) => this.between(line, other));
      return;
    }
    const was = this.before.lists.governed(line);
    const isOpen = was === undefined || !isClosed(was);
    yield changeOf(subject, { effect: isOpen ? 'narrower' : 'neutral', field: 'route', what: 'it is gone' });
    for (const heir of [...this.placesOf(line), ...routesBehind(line, this.routesOf(this.current))]) {
      for (const one of this.between(line, heir)) {
        if (!READERS.has(one.field) || (one.effect !== 'wider' && one.effect !== 'undecidable')) continue;
        yield changeOf(subject, { ...one, what: `it is gone, and under ${subjectOf(heir)} ${one.what}` });
      }
    }
  }

  private *replaced(
    subject: string,
    state: string,
    others: readonly ManifestLine[],
    changesOf: (other: ManifestLine) => readonly PolicyChange[],
  ): Iterable<ManifestChange> {
    for (const other of others) {
      const changes = changesOf(other);
      if (changes.length === 0) {
        const what = `it ${state}, and says the same as ${subjectOf(other)}`;
        yield changeOf(subject, { effect: 'neutral', field: 'route', what });
      }
      for (const one of changes) {
        const what = `it ${state}, and compared with ${subjectOf(other)} ${one.what}`;
        yield changeOf(subject, { ...one, what });
      }
    }
  }

  /** What governs the paths of a route that is gone; entries below which it had another policy are compared with that. */
  private placesOf(gone: ManifestLine): readonly ManifestLine[] {
    return this.after.places
      .ofRoute(gone)
      .filter(
        ({ kind, path, exact }) =>
          gone.below !== null ||
          kind === 'default' ||
          !this.before.lines.has(keyOf({ ...gone, below: path, exact })),
      );
  }

  private routesOf(manifest: CorsManifest): readonly RouteLine[] {
    const known = this.routes.get(manifest);
    if (known !== undefined) return known;
    const found = manifest.routes
      .filter(({ kind }) => kind === 'route')
      .map((line) => ({ line, segments: routeSegments(line.path) }));
    this.routes.set(manifest, found);
    return found;
  }

  private *publicOrigins(): Iterable<ManifestChange> {
    const [was, is] = [this.old.publicOrigins, this.current.publicOrigins];
    if (JSON.stringify(was) === JSON.stringify(is)) return;
    const field = 'publicOrigins';
    const what = `publicOrigins is ${publicText(is)} now, before ${publicText(was)}`;
    yield changeOf(field, { field, effect: this.publicEffect(was, is), what });
  }

  /** It says which requests `enforce` takes for those of the app itself; without it, their `Host` does. */
  private publicEffect(was: readonly string[] | null, is: readonly string[] | null): ManifestEffect {
    if (!this.current.routes.some(({ policy }) => (policy?.enforce ?? false) !== false)) return 'neutral';
    if (is === null) return 'wider';
    if (was === null) return 'undecidable';
    return is.every((origin) => was.includes(origin)) ? 'narrower' : 'wider';
  }
}

/** What governs, on one side, where a line does on the other; `undefined` if that is a whole route, which is not there. */
function replacedBy(line: ManifestLine, { lines, places }: Side): readonly ManifestLine[] | undefined {
  if (line.kind === 'entry') return places.behind(line);
  const whole = lines.get(keyOf({ ...line, below: null, exact: false }));
  return whole && [whole];
}

/** A route with its segments. */
interface RouteLine {
  readonly line: ManifestLine;
  readonly segments: readonly RouteSegment[];
}

/** The routes that serve all paths of one, or some of them, and are less specific, so that it is in front of them where it is. */
function routesBehind(front: ManifestLine, routes: readonly RouteLine[]): readonly ManifestLine[] {
  const segments = routeSegments(front.path);
  return routes
    .filter(({ line }) => hasMethodOf(line, front) && hasSelectorsOf(line, front))
    .filter(
      (other) =>
        isCoveredBy(segments, other.segments) ||
        (overlaps(segments, other.segments) && compareSegments(segments, other.segments) < 0),
    )
    .map(({ line }) => line);
}

/** Whether a route answers what another one did, as far as the method tells: one for GET serves HEAD as well. */
function hasMethodOf(route: ManifestLine, gone: ManifestLine): boolean {
  return (
    route.method === gone.method ||
    [route.method, gone.method].includes('ALL') ||
    (gone.method === 'HEAD' && route.method === 'GET')
  );
}

/** The same, as far as versions and hosts tell. */
function hasSelectorsOf(route: ManifestLine, gone: ManifestLine): boolean {
  return meet(route.version, gone.version) && meet(route.hosts, gone.hosts);
}

function meet(some: readonly string[], others: readonly string[]): boolean {
  const isAny = [some, others].some((list) => list.length === 0 || list.includes('neutral'));
  return isAny || some.some((one) => others.includes(one));
}

function changeOf(subject: string, { effect, field, what }: PolicyChange): ManifestChange {
  return { effect, subject, field, message: sentence(subject, effect, what) };
}

function publicText(origins: CorsManifest['publicOrigins']): string {
  return origins === null ? 'not said' : listed(origins);
}

function isClosed({ origins }: Governed): boolean {
  return origins.origins.length === 0;
}

function readersOf({ origins, policy }: Governed): string {
  return `${audience(origins.origins)} may read it${policy.credentials ? ' with credentials' : ''}`;
}

function layersOf({ from }: ManifestLine, field: string): string {
  return from?.[field]?.join(' and ') ?? 'the default';
}
