import { isOptionsObject } from './options-object.js';
import { readLayer, type ReadLayer } from './read-layer.js';
import type { ResolveSource } from './read-source.js';
import { ValuePath } from './value-path.js';

/** How deep values are looked into: options, their lists or objects, and the elements of these. */
const DEPTH = 3;

/** Where lists and objects of options begin and end on the way through a value. */
const LIST = Symbol('list');
const OPTIONS = Symbol('options');
const END = Symbol('end');

/**
 * Reads layers while the app starts. Hundreds of decorators often say the same, each in an object of its own: what two
 * of them say in the same words is read once, and shared.
 */
export class LayerReader {
  private readonly start = new ValuePath<ReadLayer>();

  constructor(private readonly resolveSource: ResolveSource) {}

  /**
   * Reads one layer; see {@link readLayer}.
   *
   * @param known - the options that may stand there: the same list wherever they are the same
   * @returns layers whose `fields` are the same object where they were written the same
   */
  read(raw: unknown, where: string, known: readonly string[]): ReadLayer {
    const place = through(this.start.to(known), raw, DEPTH);
    if (place.found !== undefined) return movedTo(where, place.found);
    place.found = readLayer(raw, where, known, this.resolveSource);
    return place.found;
  }
}

/** The same place for values that read alike: lists and objects of options are gone through, as deep as they count. */
function through<T>(from: ValuePath<T>, value: unknown, depth: number): ValuePath<T> {
  if (typeof value !== 'object' || value === null || depth === 0) return from.to(value);
  if (Array.isArray(value)) {
    let place = from.to(LIST);
    for (const element of value) {
      // What lists have most of, and may have thousands of.
      place = typeof element === 'string' ? place.to(element) : through(place, element, depth - 1);
    }
    return place.to(END);
  }
  if (!isOptionsObject(value)) return from.to(value);
  let place = from.to(OPTIONS);
  for (const name of Object.keys(value)) place = through(place.to(name), value[name], depth - 1);
  return place.to(END);
}

function movedTo(where: string, { layer: { merge, fields, unread }, problems }: ReadLayer): ReadLayer {
  return {
    layer: { where, merge, fields, unread },
    problems: problems.length === 0 ? problems : problems.map((problem) => ({ ...problem, where })),
  };
}
