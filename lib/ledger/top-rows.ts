/** Something that has been seen, with how often. */
export interface Row<T> {
  readonly key: string;
  readonly value: T;
  /** How many bytes the key and the value take, about. */
  readonly size: number;
  /** How often, at most: see {@link Row.excess}. */
  count: number;
  /** How many of {@link Row.count} may have been others, whose row this one has taken over. */
  readonly excess: number;
  /** When it was first and last seen, since it has the row; in milliseconds of the epoch. */
  readonly first: number;
  last: number;
  /** Its place in the heap. */
  at: number;
}

/** How much rows may take. */
export interface RowLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** What a row takes beside its texts, in bytes: two objects, a place in the heap and one in the map. */
export const ROW_BYTES = 400;

/**
 * Counts what is seen most often, in a memory that does not grow with how many different ones there are: a new one takes over
 * the row of the one that was seen least, and its count with it. So whatever is seen more often than that row's count is there.
 *
 * @see Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams" (Space-Saving)
 */
export class TopRows<T> {
  private readonly byKey = new Map<string, Row<T>>();
  /** A heap, with the row that was seen least at its root. */
  private readonly heap: Row<T>[] = [];
  private size = 0;

  constructor(private readonly limits: RowLimits) {}

  /** How many bytes the rows take, about. */
  get bytes(): number {
    return this.size;
  }

  /** The rows, those that were seen most often first. */
  get rows(): readonly Readonly<Row<T>>[] {
    return this.heap.toSorted((a, b) => b.count - a.count || b.last - a.last);
  }

  /**
   * Counts one.
   *
   * @param now - in milliseconds of the epoch
   * @param make - makes what is kept of it, if it has no row yet, with the bytes that its texts take
   */
  add(key: string, now: number, make: () => { readonly value: T; readonly bytes: number }): void {
    const row = this.byKey.get(key);
    if (row === undefined) {
      this.insert(key, now, make());
      return;
    }
    row.count++;
    row.last = now;
    this.sink(row.at);
  }

  private insert(
    key: string,
    now: number,
    { value, bytes }: { readonly value: T; readonly bytes: number },
  ): void {
    const size = ROW_BYTES + key.length + bytes;
    const { heap, limits } = this;
    let excess = 0;
    while (heap.length > 0 && (heap.length >= limits.rows || this.size + size > limits.bytes)) {
      const least = heap[0] as Row<T>;
      excess = least.count;
      this.byKey.delete(least.key);
      this.size -= least.size;
      if (this.size + size <= limits.bytes) {
        this.take({ key, value, size, count: excess + 1, excess, first: now, last: now, at: 0 });
        this.sink(0);
        return;
      }
      const last = heap.pop() as Row<T>;
      if (last === least) break;
      this.put(0, last);
      this.sink(0);
    }
    const at = heap.length;
    this.take({ key, value, size, count: excess + 1, excess, first: now, last: now, at });
    this.rise(at);
  }

  private take(row: Row<T>): void {
    this.heap[row.at] = row;
    this.byKey.set(row.key, row);
    this.size += row.size;
  }

  private rise(from: number): void {
    const row = this.heap[from] as Row<T>;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.heap[above] as Row<T>;
      if (other.count <= row.count) break;
      this.put(at, other);
      at = above;
    }
    this.put(at, row);
  }

  private sink(from: number): void {
    const { heap } = this;
    const row = heap[from] as Row<T>;
    let at = from;
    for (;;) {
      const left = at * 2 + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const isRight = right < heap.length && (heap[right] as Row<T>).count < (heap[left] as Row<T>).count;
      const below = isRight ? right : left;
      const other = heap[below] as Row<T>;
      if (other.count >= row.count) break;
      this.put(at, other);
      at = below;
    }
    this.put(at, row);
  }

  private put(at: number, row: Row<T>): void {
    this.heap[at] = row;
    row.at = at;
  }
}
