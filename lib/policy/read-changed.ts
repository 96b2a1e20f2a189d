import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import { readWrittenOrigin } from './origin-grammar.js';
import type { OtherElement, ReadStrings } from './origin-strings.js';
import { ELEMENTS_AT_ONCE, type Sliced } from './slices.js';

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
    const { before, known, removed } = this;
    if ((this.nextOther()?.place ?? end) < end) return false;
    while (this.passed < end) {
      const origin = before[this.passed++] as string;
      // All that are left are strings; this one is a plain pattern.
      if (!known.exact.has(origin)) return false;
      removed.push(origin);
    }
    return true;
  }

  /** The next of the others before. */
  private nextOther(): OtherElement | undefined {
    return this.known.others[this.others.length];
  }

  private isTooMuch(): boolean {
    return this.known.exact.isWorn(this.added.size + this.removed.length);
  }
}
