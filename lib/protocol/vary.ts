import { compareParts, elementEnd, elementStart } from './ascii.js';

/** A header's value as Node keeps it: several lines are an array. */
type HeaderValue = number | string | readonly string[];

/**
 * Adds field names to a response's `Vary` (RFC 9110, 12.5.5; Fetch, CORS protocol and HTTP caches). What is there
 * stays as it is and in front; a name that is there already, in any case, is not added again; a `*` among the elements
 * says all there is to say, so nothing is added.
 *
 * @param current - the value so far; `undefined` if there is none. It is not changed.
 * @param names - the field name to add, or several: `Origin, Access-Control-Request-Method`
 * @returns the new value, which is `current` or `names` itself where that is enough
 */
export function addVary(current: HeaderValue | undefined, names: string): string | readonly string[] {
  if (current === undefined || current === '') return names;
  if (typeof current === 'string') {
    const missing = missingFrom(current, names);
    return missing === '' ? current : `${current}, ${missing}`;
  }
  if (typeof current === 'number') return `${current}, ${names}`;
  return addVaryLine(current, names);
}

function addVaryLine(lines: readonly string[], names: string): string | readonly string[] {
  let missing = names;
  for (const line of lines) missing = missingFrom(line, missing);
  if (missing === '') return lines;
  return lines.length === 0 ? missing : [...lines, missing];
}

/** The names that do not stand in the list, as one string; none if the list has a `*`. */
function missingFrom(list: string, names: string): string {
  if (hasElement(list, '*', 0, 1)) return '';
  let missing = '';
  let start = elementStart(names, 0);
  while (start < names.length) {
    const end = elementEnd(names, start);
    if (!hasElement(list, names, start, end)) {
      const name = names.slice(start, end);
      missing = missing === '' ? name : `${missing}, ${name}`;
    }
    start = elementStart(names, end);
  }
  return missing;
}

/** Whether `name[nameStart, nameEnd)` is an element of the list, in any case. */
function hasElement(list: string, name: string, nameStart: number, nameEnd: number): boolean {
  let start = elementStart(list, 0);
  while (start < list.length) {
    const end = elementEnd(list, start);
    if (compareParts(list, start, end, name, nameStart, nameEnd) === 0) return true;
    start = elementStart(list, end);
  }
  return false;
}
