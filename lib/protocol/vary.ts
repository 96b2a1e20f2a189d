import { compareParts, elementEnd, elementStart } from './ascii.js';

/** A header's value as Node keeps it: several lines are an array. */
type HeaderValue = number | string | readonly string[];

/**
 * Adds field names to a response's `Vary` (RFC 9110, 12.5.5; Fetch, CORS protocol and HTTP caches). What is there
 * stays as it is and in front, and a name that is there already, in any case, is not added again. Nothing is added to a
 * lone `*`, which says all there is to say; caches do not look for one among other names.
 *
 * @param current - the value so far; `undefined` if there is none. It is not changed.
 * @param names - the field name to add, or several: `Origin, Access-Control-Request-Method`
 * @returns the new value, on one line: many caches read only the first line, or only the last
 */
export function addVary(current: HeaderValue | undefined, names: string): string {
  if (current === undefined || current === '') return names;
  const list = typeof current === 'string' ? current : oneLine(current);
  const missing = missingFrom(list, names);
  if (missing === '') return list;
  return list === '' ? missing : `${list}, ${missing}`;
}

/** The value of a field that was sent on several lines (RFC 9110, 5.3). A line without a name says nothing. */
function oneLine(value: number | readonly string[]): string {
  return typeof value === 'number' ? String(value) : value.filter((line) => line !== '').join(', ');
}

/** The names that do not stand in the list, as one string; none if the list is `*`. */
function missingFrom(list: string, names: string): string {
  if (list.trim() === '*') return '';
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
