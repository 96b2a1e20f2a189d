import { OriginPacker, type OriginArena } from './origin-arena.js';
import type { Sliced } from './slices.js';

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

/** Exact origins, and which of those that were given stand for another. */
export interface CollectedOrigins {
  readonly exact: ExactOrigins;
  /** The places of those that repeat an earlier one. */
  readonly repeated: ReadonlySet<number>;
}

/** Collects the exact origins of a list. */
export class ExactOriginsCollector {
  private readonly few = new Set<string>();
  private readonly packer: OriginPacker | undefined;
  private readonly repeated = new Set<number>();

  /**
   * @param list - where the origins stand
   * @param most - how many there may be
   */
  constructor(
    private readonly list: readonly unknown[],
    most = list.length,
  ) {
    this.packer = most < MIN_PACKED ? undefined : new OriginPacker();
  }

  /** @param place - where it stands in the list */
  add(origin: string, place: number): void {
    if (this.packer === undefined || !this.packer.add(origin, place)) this.addFew(origin, place);
  }

  /** The same for a plain origin in a buffer. */
  addPlain(bytes: Uint8Array, start: number, end: number, place: number): void {
    if (this.packer === undefined || !this.packer.addPlain(bytes, start, end, place)) {
      this.addFew(this.list[place] as string, place);
    }
  }

  *collect(): Sliced<CollectedOrigins> {
    const { few, repeated } = this;
    if (this.packer === undefined) return { exact: new ExactOrigins(undefined, few, new Set()), repeated };
    const packed = yield* this.packer.pack();
    for (const place of packed.repeated) repeated.add(place);
    for (const place of packed.left) this.addFew(this.list[place] as string, place);
    return { exact: new ExactOrigins(packed.arena, few, new Set()), repeated };
  }

  private addFew(origin: string, place: number): void {
    if (this.few.has(origin)) this.repeated.add(place);
    else this.few.add(origin);
  }
}
