/** Name and value of one header line. */
export type Header = readonly [name: string, value: string];

/**
 * A header list: lines of name and value, in order, a name as often as it was sent. Iterating gives the lines; nothing
 * changes it.
 *
 * @see Fetch, Headers: "header list"
 * @example
 * ```ts
 * const [preflight] = result.exchanges;
 * preflight.headers.get('access-control-request-method'); // 'DELETE'
 * preflight.response?.headers.get('access-control-allow-origin'); // undefined
 * ```
 */
export class HeaderList implements Iterable<Header> {
  /** The lines, in order. */
  readonly lines: readonly Header[];

  /** @param lines - in order; they are copied */
  constructor(lines: Iterable<Header> = []) {
    this.lines = Object.freeze(Array.from(lines, ([name, value]): Header => [name, value]));
  }

  /** All values of that name, in any case, in order and joined by `, `; `undefined` if there is none. */
  get(name: string): string | undefined {
    const values = this.values(name);
    return values.length === 0 ? undefined : values.join(', ');
  }

  /** The values of that name, in any case, one for each line. */
  values(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.lines.filter(([present]) => present.toLowerCase() === wanted).map(([, value]) => value);
  }

  /** Whether there is a line with that name, in any case. */
  has(name: string): boolean {
    return this.values(name).length > 0;
  }

  /** The lines, in order. */
  [Symbol.iterator](): IterableIterator<Header> {
    return this.lines.values();
  }
}
