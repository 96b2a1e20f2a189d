import { isOptionsObject } from './options-object.js';

/** How deep options go: `options.routes[0].policy.origin[0]`. */
const DEPTH = 5;

/**
 * A deep, frozen copy of the module's options, of which nothing follows when somebody changes the original. Functions,
 * regular expressions, classes and sources are the same in the copy; so is what is no options at all, for the check to
 * report it as it was given. Only what is read is copied: own, enumerable properties, and of lists the elements.
 */
export function copyOptions(options: unknown): unknown {
  return copy(options, DEPTH);
}

function copy(value: unknown, depth: number): unknown {
  if (depth === 0) return value;
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (element: unknown) => copy(element, depth - 1)));
  }
  if (!isOptionsObject(value)) return value;
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner, depth - 1)])),
  );
}
