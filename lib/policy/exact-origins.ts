import { ADDED, MAX_WAITING, OriginArena, REPEATED } from './origin-arena.js';

/**
 * From so many origins on they are packed. A `Set` of fewer answers faster, since it fits into the processor's caches, but
 * takes more memory and longer to copy.
 */
const MIN_PACKED = 30_000;

/** What may stand beside those that are packed, as a share of them, before it pays to pack all anew. */
const MAX_BESIDE = 1 / 8;

/** Which exact origins are allowed. */
export interface ExactRule {
  /** Whether an origin is one of them, byte for byte. */
  has(origin: string): boolean;
}

/**
 * Exact origins, as many as there may be. Of many, most are packed; what has come and gone since is beside them.
 */
export class ExactOrigins implements ExactRule {
  /**
   * @param packed - `undefined` where there are few
   * @param added - those that are not packed
   * @param removed - those that are packed, but no longer among them
   */
  constructor(
    private packed: OriginArena | undefined,
    private added: Set<string>,
    private removed: Set<string>,
  ) {}

  /** How many there are. */
  get size(): number {
    return (this.packed?.size ?? 0) + this.added.size - this.removed.size;
  }

  /** Whether so many have come and gone, with so many more, that all should be packed anew. */
  isWorn(more: number): boolean {
    const beside = this.added.size + this.removed.size + more;
    return beside > Math.max((this.packed?.size ?? 0) * MAX_BESIDE, MIN_PACKED);
  }

  has(origin: string): boolean {
    if (this.packed !== undefined && this.packed.has(origin)) {
      return this.removed.size === 0 || !this.removed.has(origin);
    }
    return this.added.size !== 0 && this.added.has(origin);
  }

  /** Adds an origin that is not among them. */
  add(origin: string): void {
    if (!this.removed.delete(origin)) this.added.add(origin);
  }

  /** Removes an origin that is among them. */
  remove(origin: string): void {
    if (!this.added.delete(origin)) this.removed.add(origin);
  }

  /** The same ones, apart: what becomes of one is nothing to the other. Takes no longer than what is beside the packed. */
  copy(): ExactOrigins {
    return new ExactOrigins(this.packed, new Set(this.added), new Set(this.removed));
  }

  /** Becomes the same as another, in one step. */
  become({ packed, added, removed }: ExactOrigins): void {
    this.packed = packed;
    this.added = added;
    this.removed = removed;
  }
}

/** Collects the exact origins of a list. */
export class ExactOriginsCollector {
  private readonly few = new Set<string>();
  /** Not before there is one: a list may be of nothing but patterns. */
  private packing: Packing | undefined;

  /**
   * @param list - where the origins stand
   * @param repeated - the places of those that repeat an earlier one are added
   */
  constructor(
    private readonly list: readonly unknown[],
    private readonly repeated = new Set<number>(),
    private readonly isPacked = list.length >= MIN_PACKED,
  ) {}

  /** @param place - where it stands in the list */
  add(origin: string, place: number): void {
    const packing = this.packingOf();
    if (packing?.arena.append(origin) === true) this.wait(packing, place);
    else this.addFew(place);
  }

  /** The same for a plain origin in a buffer. */
  addPlain(text: DataView, start: number, end: number, hasHttps: boolean, place: number): void {
    const packing = this.packingOf();
    if (packing?.arena.appendPlain(text, start, end, hasHttps) === true) this.wait(packing, place);
    else this.addFew(place);
  }

  collected(): ExactOrigins {
    if (this.packing !== undefined) this.settle(this.packing);
    return new ExactOrigins(this.packing?.arena, this.few, new Set());
  }

  private packingOf(): Packing | undefined {
    if (!this.isPacked) return undefined;
    return (this.packing ??= {
      arena: new OriginArena(this.list.length),
      waiting: new Int32Array(MAX_WAITING),
    });
  }

  private wait(packing: Packing, place: number): void {
    const { arena, waiting } = packing;
    waiting[arena.waiting - 1] = place;
    if (arena.waiting === MAX_WAITING) this.settle(packing);
  }

  private settle({ arena, waiting }: Packing): void {
    const count = arena.waiting;
    arena.settle();
    for (let index = 0; index < count; index++) {
      const outcome = arena.outcomes[index];
      if (outcome === ADDED) continue;
      const place = waiting[index]!;
      if (outcome === REPEATED) this.repeated.add(place);
      else this.addFew(place);
    }
  }

  private addFew(place: number): void {
    const origin = this.list[place] as string;
    if (this.few.has(origin)) this.repeated.add(place);
    else this.few.add(origin);
  }
}

interface Packing {
  readonly arena: OriginArena;
  /** The places of those that wait. */
  readonly waiting: Int32Array;
}
