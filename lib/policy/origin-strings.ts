import { isHttps, NOT_PLAIN, PLAIN_ORIGIN, plainKindOf } from '../protocol/plain-origin.js';
import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import { ExactOriginsCollector, type ExactOrigins } from './exact-origins.js';
import type { OriginPattern } from './origin-entry.js';
import { plainOrigin, readWrittenOrigin, type WrittenOrigin } from './origin-grammar.js';
import { OriginPatternIndex } from './origin-pattern-index.js';
import { DIAGNOSIS, publicSuffixProblem, type Parsed } from './origin-syntax.js';
import type { ResolveSource } from './read-source.js';
import { ELEMENTS_AT_ONCE, type Sliced } from './slices.js';
import { BATCH, StringBatch } from './string-batch.js';

/** An element of a list that is no exact origin. */
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
  /** The places of exact origins and patterns that repeat an earlier one. */
  readonly repeated: ReadonlySet<number>;
  /** The other elements that are no exact origins, in their order. */
  readonly others: readonly OtherElement[];
  /** Whether all of these are patterns. */
  readonly isPatterns: boolean;
  /** The patterns among them; `undefined` if there are none. */
  readonly patterns: OriginPatternIndex | undefined;
  /** Those of them whose wildcard stands right before a public suffix. */
  readonly atSuffixes: readonly OriginPattern[];
  readonly mayBeInsecure: boolean;
}

/** From so many elements on, what was read of a list is kept for as long as the list. */
export const MIN_KEPT = 1000;

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
export function* readStrings(list: readonly unknown[]): Sliced<ReadStrings> {
  const reader = new StringsReader(list);
  for (let from = 0; from < list.length; from += BATCH) {
    reader.read(from, Math.min(from + BATCH, list.length));
    yield;
  }
  const exact = reader.exact.collected();
  const { repeated, others, isPatterns, patterns, atSuffixes, mayBeInsecure } = reader;
  return { takers: new Map(), exact, repeated, others, isPatterns, patterns, atSuffixes, mayBeInsecure };
}

class StringsReader {
  readonly exact: ExactOriginsCollector;
  readonly repeated = new Set<number>();
  readonly others: OtherElement[] = [];
  isPatterns = true;
  readonly atSuffixes: OriginPattern[] = [];
  patterns: OriginPatternIndex | undefined = undefined;
  mayBeInsecure = false;

  /** Not for short lists, of which an app may have many. */
  private readonly batch: StringBatch | undefined;

  constructor(private readonly list: readonly unknown[]) {
    this.exact = new ExactOriginsCollector(list, this.repeated);
    this.batch = list.length < MIN_BATCHED ? undefined : new StringBatch();
  }

  read(from: number, to: number): void {
    const { batch } = this;
    if (batch?.write(this.list, from, to) === true) this.readBatch(batch, from, to);
    else for (let place = from; place < to; place++) this.readElement(place);
  }

  private readBatch({ bytes, ends }: StringBatch, from: number, to: number): void {
    const { list, exact } = this;
    let start = 0;
    for (let place = from; place < to; place++) {
      const end = ends[place - from]!;
      const kind = plainKindOf(bytes, start, end);
      if (kind === NOT_PLAIN) {
        this.readElement(place);
      } else if (kind === PLAIN_ORIGIN) {
        const hasHttps = isHttps(bytes, start);
        exact.addPlain(bytes, start, end, hasHttps, place);
        this.mayBeInsecure ||= !hasHttps;
      } else {
        this.readPattern(plainOrigin(list[place] as string, kind) as OriginPattern, place);
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

  private readPattern(entry: OriginPattern, place: number): void {
    this.patterns ??= new OriginPatternIndex();
    if (!this.patterns.add(entry)) {
      this.repeated.add(place);
      return;
    }
    this.others.push({ place, read: { entry } });
    if (publicSuffixProblem(entry) !== undefined) this.atSuffixes.push(entry);
  }

  private addOther(place: number, read: OtherElement['read']): void {
    this.others.push({ place, read });
    this.isPatterns = false;
  }
}

/**
 * Reads the strings of a list that is mostly like another one, in the same order: only what is new in it is read.
 *
 * @param before - the other list
 * @param known - what was read of it
 * @returns `undefined` where the list differs by more than exact origins that have come and gone
 */
export function* readChanged(
  list: readonly unknown[],
  before: readonly unknown[],
  known: ReadStrings,
): Sliced<ReadStrings | undefined> {
  if (known.repeated.size > 0) return undefined;
  const reader = new ChangeReader(list, before, known);
  for (let from = 0; from < list.length; from += ELEMENTS_AT_ONCE) {
    if (!reader.read(from, Math.min(from + ELEMENTS_AT_ONCE, list.length))) return undefined;
    yield;
  }
  return reader.finish();
}

/** Goes through two lists side by side. */
class ChangeReader {
  private readonly others: OtherElement[] = [];
  private readonly added = new Set<string>();
  private readonly removed: string[] = [];
  private mayBeInsecure: boolean;
  /** How much of the list before has been passed. */
  private passed = 0;

  constructor(
    private readonly list: readonly unknown[],
    private readonly before: readonly unknown[],
    private readonly known: ReadStrings,
  ) {
    this.mayBeInsecure = known.mayBeInsecure;
  }

  /** @returns whether the lists are alike so far */
  read(from: number, to: number): boolean {
    const { list, before } = this;
    for (let place = from; place < to; place++) {
      const element = list[place];
      if (this.passed < before.length && element === before[this.passed]) this.pass(place);
      else if (typeof element !== 'string' || !this.readNew(element, place)) return false;
    }
    return true;
  }

  finish(): ReadStrings | undefined {
    const { known, others, added, removed, mayBeInsecure } = this;
    if (!this.removeUpTo(this.before.length) || this.isTooMuch()) return undefined;
    const exact = known.exact.copy();
    for (const origin of removed) exact.remove(origin);
    for (const origin of added) exact.add(origin);
    return { ...known, takers: new Map(), exact, others, mayBeInsecure };
  }

  /** Passes an element that is in both. */
  private pass(place: number): void {
    const other = this.nextOther();
    if (other?.place === this.passed) this.others.push({ place, read: other.read });
    this.passed++;
  }

  private readNew(element: string, place: number): boolean {
    const { known, added } = this;
    if (known.exact.has(element)) {
      // It stands further on, and those between are gone; unless it has only been moved.
      const found = this.before.indexOf(element, this.passed);
      if (found === -1 || !this.removeUpTo(found)) return false;
      this.pass(place);
      return !this.isTooMuch();
    }
    if (added.has(element) || readWrittenOrigin(element) !== element) return false;
    added.add(element);
    this.mayBeInsecure ||= isInsecureOrigin(element);
    return !this.isTooMuch();
  }

  /** @returns whether all of them are exact origins */
  private removeUpTo(end: number): boolean {
    const { before, removed } = this;
    if ((this.nextOther()?.place ?? end) < end) return false;
    while (this.passed < end) removed.push(before[this.passed++] as string);
    return true;
  }

  /** The next element before that is no exact origin. */
  private nextOther(): OtherElement | undefined {
    return this.known.others[this.others.length];
  }

  private isTooMuch(): boolean {
    return this.known.exact.isWorn(this.added.size + this.removed.length);
  }
}
