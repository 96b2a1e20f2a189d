import { ownCopy } from './copy-options.js';
import type { ExactOrigins } from './exact-origins.js';
import type { OriginEntry } from './origin-entry.js';
import { forgetReading, keepReading, readingOf, type ReadStrings } from './origin-strings.js';
import { forgetSummary, keepSummary, summaryOf, type OriginSummary } from './origin-summary.js';
import type { PolicyLayer } from './policy-fields.js';
import { entriesOf, type OpenEntry } from './written-entries.js';

/** Exact origins that come, or go. Plain https ones or the like, about which no rule has anything to say. */
export interface OriginChange {
  /** In a list, and not yet there; or there, and no longer. */
  readonly origins: readonly string[];
  readonly isAddition: boolean;
}

/**
 * The list of origins of the module's options, as it is in force: where it is long, origins come and go without anything
 * being compiled anew. All policies that have the very list share what it is compiled to, and so the change.
 *
 * The list itself is made when somebody wants to see it.
 */
export class LiveOrigins {
  private readonly added = new Set<string>();
  private readonly removed = new Set<string>();
  private readonly summary: OriginSummary;

  private constructor(
    fields: PolicyLayer['fields'],
    /** The list as it was given, and last made; what was read of it. */
    private list: readonly unknown[],
    private read: ReadStrings,
    private entries: readonly OriginEntry[],
  ) {
    this.summary = summaryOf(entries);
    Object.defineProperty(fields, 'origin', { enumerable: true, get: () => this.made().entries });
  }

  /**
   * The list of a layer; `undefined` if it is short or none, or if others have it as well.
   *
   * @param base - the layer of the module's options, all policies of which have been composed
   */
  static of({ fields, raw }: PolicyLayer): LiveOrigins | undefined {
    const list = raw['origin'];
    const read = Array.isArray(list) ? readingOf(list) : undefined;
    if (read === undefined || fields.origin === undefined || summaryOf(fields.origin).exact !== read.exact) {
      return undefined;
    }
    return new LiveOrigins(fields, list as readonly unknown[], read, fields.origin);
  }

  /** The exact origins in force. */
  get exact(): ExactOrigins {
    return this.read.exact;
  }

  /** How many layers have the list: as many as there are apps of the module, or it belongs to others as well. */
  get taken(): number {
    let taken = 0;
    for (const { size } of this.read.takers.values()) taken += size;
    return taken;
  }

  private get isChanged(): boolean {
    return this.added.size > 0 || this.removed.size > 0;
  }

  /** The list as the module's options would have it. */
  get origin(): readonly unknown[] {
    return this.made().list;
  }

  /** Notes a change, which the exact origins have made. */
  change({ origins, isAddition }: OriginChange): void {
    if (!this.isChanged) {
      // From now on, what is known of them is no longer so of these lists.
      forgetReading(this.list);
      forgetSummary(this.entries);
    }
    const [now, before] = isAddition ? [this.added, this.removed] : [this.removed, this.added];
    // One that has been removed and comes back stands at the end, and not where it was.
    for (const origin of origins) {
      if (isAddition || !before.delete(origin)) now.add(origin);
    }
  }

  private made(): { readonly list: readonly unknown[]; readonly entries: readonly OriginEntry[] } {
    if (this.isChanged) this.make();
    const { list, entries } = this;
    // Also where what has come has gone again, so that the lists say what they said.
    keepReading(list, this.read);
    keepSummary(entries, this.summary);
    return { list, entries };
  }

  private make(): void {
    const { list, added, removed, read } = this;
    const isGone = (element: unknown): boolean => removed.has(element as string);
    const others = [...read.others];
    let next = 0;
    const left: unknown[] = removed.size === 0 ? [...list] : [];
    if (removed.size > 0) {
      for (let place = 0; place < list.length; place++) {
        if (read.repeated.size > 0 && read.repeated.has(place)) continue;
        const other = others[next];
        if (other?.place === place) others[next++] = { ...other, place: left.length };
        else if (isGone(list[place])) continue;
        left.push(list[place]);
      }
    }
    for (const origin of added) left.push(origin);
    this.list = ownCopy(left);
    this.read = { ...read, others, repeated: removed.size === 0 ? read.repeated : NONE };
    this.entries =
      others.length === 0
        ? entriesOf(this.list, this.read, NO_OTHERS)
        : Object.freeze([...this.entries.filter((entry) => !isGone(entry)), ...added]);
    added.clear();
    removed.clear();
  }
}

const NONE: ReadonlySet<number> = new Set();
const NO_OTHERS: ReadonlyMap<number, OpenEntry> = new Map();
