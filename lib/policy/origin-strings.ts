import {
  isPlainHttps,
  NOT_PLAIN,
  PLAIN_ORIGIN,
  PLAIN_PATTERN_MANY,
  plainKindOf,
} from '../protocol/plain-origin.js';
import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import { ExactOriginsCollector, type ExactOrigins } from './exact-origins.js';
import type { OriginPattern } from './origin-entry.js';
import { plainHostStart, plainOrigin, readWrittenOrigin, type WrittenOrigin } from './origin-grammar.js';
import { OriginPatternIndex } from './origin-pattern-index.js';
import { isInsecure } from './origin-risks.js';
import { DIAGNOSIS, publicSuffixProblem, type Parsed } from './origin-syntax.js';
import { ParentDomains } from './parent-domains.js';
import type { ResolveSource } from './read-source.js';
import type { Sliced } from './slices.js';
import { BATCH, StringBatch } from './string-batch.js';

/** An element of a list that is neither an exact origin nor a plain pattern. */
export interface OtherElement {
  readonly place: number;
  /** What was read of a string; `undefined` for what is none, which is read for each layer that it stands in. */
  readonly read: Parsed<WrittenOrigin> | undefined;
}

/** The strings of a list, read: nearly all of most lists, and the same whatever layer the list is in. */
export interface ReadStrings {
  /**
   * The places of the layers that have taken it, by what resolves sources for them, of which every app has its own: where it
   * is one, what becomes of its exact origins is nobody else's business.
   */
  readonly takers: Map<ResolveSource, Set<string>>;
  readonly exact: ExactOrigins;
  /**
   * How many plain patterns there are, as plain as exact origins mostly are. Of a long list nothing is kept of them but what
   * is looked up.
   */
  readonly plainPatterns: number;
  /** The places of exact origins and patterns that repeat an earlier one. */
  readonly repeated: ReadonlySet<number>;
  /** The other elements, in their order. */
  readonly others: readonly OtherElement[];
  /** Whether all of these are patterns. */
  readonly isPatterns: boolean;
  /** All patterns, plain ones and others; `undefined` if there are none. */
  readonly patterns: OriginPatternIndex | undefined;
  /** Those of them whose wildcard stands right before a public suffix. */
  readonly atSuffixes: readonly OriginPattern[];
  /** Whether an exact origin or a pattern may be insecure. */
  readonly mayBeInsecure: boolean;
}

/** From so many elements on, what was read of a list is kept for as long as the list. */
export const MIN_KEPT = 1000;

/** Room for so many patterns is made at once where a list may have them: it takes 5 MB, mostly where one comes to be used. */
const MAX_EXPECTED = 150_000;

/** From so many elements on, it pays to have a buffer. */
const MIN_BATCHED = 256;

const readings = new WeakMap<readonly unknown[], ReadStrings>();

/** What was read of a list that cannot change, if that was kept. */
export function readingOf(list: readonly unknown[]): ReadStrings | undefined {
  return readings.get(list);
}

/** Keeps what was read of a list that cannot change. */
export function keepReading(list: readonly unknown[], read: ReadStrings): void {
  if (list.length >= MIN_KEPT) readings.set(list, read);
}

/** Forgets what was read of a list: it has become what another one says. */
export function forgetReading(list: readonly unknown[]): void {
  readings.delete(list);
}

/** Reads the strings of a list. */
export function* readStrings(
  list: readonly unknown[],
  isBatched = list.length >= MIN_BATCHED,
): Sliced<ReadStrings> {
  const reader = new StringsReader(list, isBatched);
  for (let from = 0; from < list.length; from += BATCH) {
    reader.read(from, Math.min(from + BATCH, list.length));
    yield;
  }
  const exact = reader.exact.collected();
  const { plainPatterns, repeated, others, isPatterns, patterns, atSuffixes, mayBeInsecure } = reader;
  return {
    takers: new Map(),
    exact,
    plainPatterns,
    repeated,
    others,
    isPatterns,
    patterns,
    atSuffixes,
    mayBeInsecure,
  };
}

class StringsReader {
  readonly exact: ExactOriginsCollector;
  plainPatterns = 0;
  readonly repeated = new Set<number>();
  readonly others: OtherElement[] = [];
  isPatterns = true;
  readonly atSuffixes: OriginPattern[] = [];
  patterns: OriginPatternIndex | undefined = undefined;
  mayBeInsecure = false;

  /** Not for short lists, of which an app may have many. */
  private readonly batch: StringBatch | undefined;
  private parents: ParentDomains | undefined = undefined;

  constructor(
    private readonly list: readonly unknown[],
    isBatched: boolean,
  ) {
    this.exact = new ExactOriginsCollector(list, this.repeated);
    this.batch = isBatched ? new StringBatch() : undefined;
  }

  read(from: number, to: number): void {
    const { batch } = this;
    if (batch?.write(this.list, from, to) === true) this.readBatch(batch, from, to);
    else for (let place = from; place < to; place++) this.readElement(place);
  }

  private readBatch(batch: StringBatch, from: number, to: number): void {
    const { exact } = this;
    const { view, ends } = batch;
    let start = 0;
    for (let place = from; place < to; place++) {
      const end = ends[place - from]!;
      const kind = plainKindOf(view, start, end);
      if (kind === NOT_PLAIN) {
        this.readElement(place);
      } else if (kind === PLAIN_ORIGIN) {
        const hasHttps = isPlainHttps(view, start);
        exact.addPlain(view, start, end, hasHttps, place);
        this.mayBeInsecure ||= !hasHttps;
      } else {
        this.readPlainPattern(batch, start, end, kind, place);
      }
      start = end;
    }
  }

  private readElement(place: number): void {
    const element = this.list[place];
    if (typeof element !== 'string') {
      this.addOther(place, undefined);
      return;
    }
    const entry = readWrittenOrigin(element);
    if (typeof entry === 'string') {
      this.exact.add(entry, place);
      this.mayBeInsecure ||= isInsecureOrigin(entry);
    } else if (entry?.kind === 'pattern') {
      this.readPattern(entry, place);
    } else {
      this.addOther(
        place,
        entry === undefined ? { problem: DIAGNOSIS.get().diagnoseOrigin(element) } : { entry },
      );
    }
  }

  private readPlainPattern(
    batch: StringBatch,
    start: number,
    end: number,
    kind: number,
    place: number,
  ): void {
    const { view } = batch;
    const hasHttps = isPlainHttps(view, start);
    const hostStart = start + plainHostStart(hasHttps, kind);
    const text = this.list[place] as string;
    const parents = (this.parents ??= new ParentDomains());
    parents.read(text, batch, hostStart, end);
    this.patterns ??= new OriginPatternIndex(Math.min(this.list.length - place, MAX_EXPECTED));
    if (
      !this.patterns.addPlain(view, hostStart, end, parents.labels, hasHttps, kind === PLAIN_PATTERN_MANY)
    ) {
      this.repeated.add(place);
      return;
    }
    this.plainPatterns++;
    this.mayBeInsecure ||= !hasHttps;
    if (!parents.isBelowSuffix) this.noteSuffix(plainOrigin(text, kind) as OriginPattern);
  }

  private readPattern(entry: OriginPattern, place: number): void {
    this.patterns ??= new OriginPatternIndex();
    if (!this.patterns.add(entry)) {
      this.repeated.add(place);
      return;
    }
    this.others.push({ place, read: { entry } });
    this.mayBeInsecure ||= isInsecure(entry);
    this.noteSuffix(entry);
  }

  private noteSuffix(pattern: OriginPattern): void {
    if (publicSuffixProblem(pattern) !== undefined) this.atSuffixes.push(pattern);
  }

  private addOther(place: number, read: OtherElement['read']): void {
    this.others.push({ place, read });
    this.isPatterns = false;
  }
}
