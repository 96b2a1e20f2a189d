import { isOptionsObject } from './options-object.js';
import { readLayer, type ReadLayer } from './read-layer.js';
import type { ResolveSource } from './read-source.js';
import { ValuePath } from './value-path.js';

/** How deep values are looked into: options, their lists or objects, and the elements of these. */
const DEPTH = 3;

/**
 * Reads layers while the app starts. Hundreds of decorators often say the same, each in an object of its own: what two
 * of them say in the same words is read once, and shared.
 */
export class LayerReader {
  private readonly layers = new ValuePath<ReadLayer>();
  /** Where the elements of lists lead to, and the names and values of options. */
  private readonly lists = new ValuePath<never>();
  private readonly options = new ValuePath<never>();
  /** What stands for lists that have been gone through: decorators often share a constant. */
  private readonly known = new Map<readonly unknown[], unknown>();

  constructor(private readonly resolveSource: ResolveSource) {}

  /**
   * Reads one layer; see {@link readLayer}.
   *
   * @param known - the options that may stand there: the same list wherever they are the same
   * @returns layers whose `fields` are the same object where they were written the same
   */
  read(raw: unknown, where: string, known: readonly string[]): ReadLayer {
    const place = this.layers.to(known).to(this.standIn(raw, DEPTH));
    if (place.found !== undefined) return movedTo(where, place.found);
    place.found = readLayer(raw, where, known, this.resolveSource);
    return place.found;
  }

  /** The same for values that read alike: lists and objects of options are gone through, as deep as they count. */
  private standIn(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null || depth === 0) return value;
    if (Array.isArray(value)) return this.known.get(value) ?? this.standInForList(value, depth);
    if (!isOptionsObject(value)) return value;
    let place = this.options;
    for (const name of Object.keys(value)) place = place.to(name).to(this.standIn(value[name], depth - 1));
    return place;
  }

  private standInForList(list: readonly unknown[], depth: number): unknown {
    let place = this.lists;
    for (const element of list) place = place.to(this.standIn(element, depth - 1));
    this.known.set(list, place);
    return place;
  }
}

function movedTo(where: string, { layer, problems }: ReadLayer): ReadLayer {
  return {
    layer: {
      ...layer,
      where,
      ...(layer.reportOnly && { reportOnly: { ...layer.reportOnly, where } }),
    },
    problems: problems.length === 0 ? problems : problems.map((problem) => ({ ...problem, where })),
  };
}
