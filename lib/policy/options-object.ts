/** An object of options, before anything is known of them. */
export type OptionsObject = Readonly<Record<string, unknown>>;

/**
 * Whether a value can be an object of options. A promise that nobody awaited, a `Set` and a `URL` are objects as well,
 * and would read as options of which none is set: as a policy that inherits everything.
 */
export function isOptionsObject(value: unknown): value is OptionsObject {
  if (typeof value !== 'object' || value === null || isIterable(value) || isOriginSource(value)) return false;
  return Object.keys(value).length > 0 || isPlain(value);
}

/** Whether a value, by its looks, decides origins. Where options may stand as well, it is no object of them. */
export function isOriginSource(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && 'allows' in value && typeof value.allows === 'function'
  );
}

/** Arrays, boxed strings and most collections. */
function isIterable(value: object): boolean {
  return Symbol.iterator in value;
}

/** An object that was made by `{}`, in whatever realm, or without a prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
