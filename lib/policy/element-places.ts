/**
 * The places of the elements of a list, as they are written in messages: `origin[1]`.
 *
 * @param value - what the option was given, perhaps no list
 * @returns the places by the elements, regular expressions by their text; of elements that repeat the first one's
 */
export function placesOf(value: unknown, option: string): ReadonlyMap<unknown, string> {
  const places = new Map<unknown, string>();
  if (!Array.isArray(value)) return places;
  for (const [index, element] of value.entries()) {
    const key: unknown = element instanceof RegExp ? String(element) : element;
    if (!places.has(key)) places.set(key, `${option}[${index}]`);
  }
  return places;
}
