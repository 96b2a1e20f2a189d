import { isOptionsObject } from './options-object.js';
import { readLayer, type ReadLayer } from './read-layer.js';
import type { ResolveSource } from './read-source.js';

/** How deep values are looked into: options, their lists or objects, and the elements of these. */
const DEPTH = 3;

/**
 * Reads layers while the app starts. Hundreds of decorators often say the same, each in an object of its own: what two
 * of them say in the same words is read once, and shared.
 */
export class LayerReader {
  private readonly known = new Map<string, ReadLayer>();
  private readonly ids = new Map<unknown, number>();

  constructor(private readonly resolveSource: ResolveSource) {}

  /**
   * Reads one layer; see {@link readLayer}.
   *
   * @returns layers whose `fields` are the same object where they were written the same
   */
  read(raw: unknown, where: string, known: readonly string[]): ReadLayer {
    const key = `${known.length} ${this.keyOf(raw, DEPTH)}`;
    const read = this.known.get(key);
    if (read !== undefined) return movedTo(where, read);
    const fresh = readLayer(raw, where, known, this.resolveSource);
    this.known.set(key, fresh);
    return fresh;
  }

  /** Equal for values that read alike: text by its characters, lists and objects of options by what is in them. */
  private keyOf(value: unknown, depth: number): string {
    if (typeof value === 'string') return `${value.length}"${value}`;
    if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) {
      return `${typeof value} ${String(value)}`;
    }
    if (depth > 0 && Array.isArray(value)) {
      let key = '[';
      for (const element of value) key += `${this.keyOf(element, depth - 1)},`;
      return `${key}]`;
    }
    if (depth > 0 && isOptionsObject(value)) {
      let key = '{';
      for (const [name, inner] of Object.entries(value)) {
        key += `${name.length}"${name}:${this.keyOf(inner, depth - 1)},`;
      }
      return `${key}}`;
    }
    const id = this.ids.get(value) ?? this.ids.size;
    this.ids.set(value, id);
    return `#${id}`;
  }
}

function movedTo(where: string, { layer, problems }: ReadLayer): ReadLayer {
  return {
    layer: { ...layer, where },
    problems: problems.map((problem) => ({ ...problem, where })),
  };
}
