import { isOptionsObject } from './options-object.js';

/** How deep options go: `options.routes[0].policy.reportOnly.origin[0]`. */
const DEPTH = 6;

/** The options that are lists of values, in which no options stand. They may be long. */
const LISTS_OF_VALUES: ReadonlySet<string> = new Set(['origin', 'publicOrigins']);

/** The lists of values that were copied here, which nobody can change. */
const copies = new WeakSet<readonly unknown[]>();

/** Whether a list is a copy that was made here, of which nobody has the original. */
export function isOwnCopy(list: readonly unknown[]): boolean {
  return copies.has(list);
}

/** A frozen copy of a list of values, which is the list itself where it is one already. */
export function copyValues(list: readonly unknown[]): readonly unknown[] {
  if (copies.has(list)) return list;
  // A hole becomes an element, as it does for all who go through the list.
  return ownCopy([...list]);
}

/** Makes a list that nobody else has a copy that was made here. */
export function ownCopy<T>(list: readonly T[]): readonly T[] {
  copies.add(Object.freeze(list));
  return list;
}

/**
 * A deep, frozen copy of the module's options, of which nothing follows when somebody changes the original. Functions,
 * regular expressions, classes and sources are the same in the copy; so is what is no options at all, for the check to
 * report it as it was given. Only what is read is copied: own, enumerable properties, and of lists the elements.
 */
export function copyOptions(options: unknown): unknown {
  return copy(options, DEPTH);
}

function copy(value: unknown, depth: number, name?: string): unknown {
  if (depth === 0) return value;
  if (Array.isArray(value)) {
    if (name !== undefined && LISTS_OF_VALUES.has(name)) return copyValues(value);
    return Object.freeze(Array.from(value, (element: unknown) => copy(element, depth - 1)));
  }
  if (!isOptionsObject(value)) return value;
  return Object.freeze(
    Object.fromEntries(
      Object.entries(value).map(([option, inner]) => [option, copy(inner, depth - 1, option)]),
    ),
  );
}
