/** What makes a segment of a path more than its text in `path-to-regexp`, and letters that change their case oddly. */
const NOT_JUST_TEXT = /[{}()[\]+?!:*\\]|[^\0-\x7f]/;

/** An entry of a {@link PathIndex}, with its place among all entries. */
interface Placed<T> {
  readonly entry: T;
  readonly place: number;
}

/**
 * Finds what may match a path, by the whole segments of text that a pattern begins with, so that a look-up tries a few
 * of an app's patterns and not all.
 */
export class PathIndex<T> {
  private readonly byText = new Map<string, Placed<T>[]>();
  private size = 0;
  private depth = 0;

  /**
   * @param caseSensitive - how patterns are compared with paths
   */
  constructor(private readonly caseSensitive: boolean) {}

  /**
   * Adds an entry behind the others.
   *
   * @param pattern - in the syntax of `path-to-regexp`; `undefined` for other patterns, which may match any path
   */
  add(pattern: string | undefined, entry: T): void {
    const segments = pattern?.split('/').slice(1) ?? [];
    const end = segments.findIndex((segment) => segment === '' || NOT_JUST_TEXT.test(segment));
    const text = end === -1 ? segments : segments.slice(0, end);
    const key = this.key(text.map((segment) => `/${segment}`).join(''));
    const placed = this.byText.get(key) ?? [];
    this.byText.set(key, placed);
    placed.push({ entry, place: this.size++ });
    this.depth = Math.max(this.depth, text.length);
  }

  /** The entries that may match a path, in the order in which they were added. */
  candidates(path: string): readonly T[] {
    const found = [...(this.byText.get('') ?? [])];
    let end = 0;
    for (let depth = 0; depth < this.depth && end < path.length; depth++) {
      const next = path.indexOf('/', end + 1);
      end = next === -1 ? path.length : next;
      found.push(...(this.byText.get(this.key(path.slice(0, end))) ?? []));
    }
    return found.toSorted((a, b) => a.place - b.place).map(({ entry }) => entry);
  }

  private key(text: string): string {
    return this.caseSensitive ? text : text.toLowerCase();
  }
}
