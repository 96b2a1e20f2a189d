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
import { isCoveredBy, ManifestPlaces } from './manifest-places.js';
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
  const pattern = path.replaceAll(/:[\p{ID_Start}$_][\p{ID_Continue}$]*/gu, ':');
  return JSON.stringify([path === '*' ? '' : pattern, method, kind, exact, below, version, hosts]);
}

class Comparison {
  private readonly before: Side;
  private readonly after: Side;
  /** The routes of today with their segments, for what is gone. */
  private routes:
    readonly { readonly line: ManifestLine; readonly segments: readonly RouteSegment[] }[] | undefined;

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
    for (const one of changes) yield changeOf(subject, one);
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

  /** A route that is new is wider if anybody may read it; an entry if it is wider than what governed its paths before. */
  private *added(line: ManifestLine): Iterable<ManifestChange> {
    const subject = subjectOf(line);
    const place = this.before.places.at(line.below ?? line.path);
    const changes = this.between(place, line);
    if (line.kind === 'entry') {
      yield* this.replaced(subject, 'is new', place, changes);
      return;
    }
    const is = this.after.lists.governed(line);
    if (is === undefined || !isClosed(is)) {
      const what = `it is new, and ${is === undefined ? 'unmanaged' : readersOf(is)}`;
      yield changeOf(subject, { effect: 'wider', field: 'route', what });
      return;
    }
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
    const path = line.below ?? line.path;
    const place = this.after.places.at(path);
    if (line.kind === 'entry') {
      yield* this.replaced(subject, 'is gone', place, this.between(line, place));
      return;
    }
    const was = this.before.lists.governed(line);
    const isOpen = was === undefined || !isClosed(was);
    yield changeOf(subject, { effect: isOpen ? 'narrower' : 'neutral', field: 'route', what: 'it is gone' });
    for (const heir of [place, ...this.heirsOf(line)]) {
      for (const one of this.between(line, heir)) {
        if (!READERS.has(one.field) || (one.effect !== 'wider' && one.effect !== 'undecidable')) continue;
        yield changeOf(subject, { ...one, what: `it is gone, and under ${subjectOf(heir)} ${one.what}` });
      }
    }
  }

  private *replaced(
    subject: string,
    state: string,
    place: ManifestLine,
    changes: readonly PolicyChange[],
  ): Iterable<ManifestChange> {
    const other = subjectOf(place);
    if (changes.length === 0) {
      const what = `it ${state}, and says the same as ${other}`;
      yield changeOf(subject, { effect: 'neutral', field: 'route', what });
    }
    for (const one of changes) {
      const what = `it ${state}, and compared with ${other} ${one.what}`;
      yield changeOf(subject, { ...one, what });
    }
  }

  /** The routes that serve all paths of one that is gone. */
  private heirsOf({ method, path }: ManifestLine): readonly ManifestLine[] {
    const segments = routeSegments(path);
    this.routes ??= this.current.routes
      .filter(({ kind }) => kind === 'route')
      .map((line) => ({ line, segments: routeSegments(line.path) }));
    return this.routes
      .filter(({ line }) => line.method === method || line.method === 'ALL')
      .filter((other) => isCoveredBy(segments, other.segments))
      .map(({ line }) => line);
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
    if (!this.current.routes.some(({ policy }) => policy?.enforce === true)) return 'neutral';
    if (is === null) return 'wider';
    if (was === null) return 'undecidable';
    return is.every((origin) => was.includes(origin)) ? 'narrower' : 'wider';
  }
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
