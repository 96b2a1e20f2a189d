/*
 * Looking at parts of strings in place. `value[start, end)` stands for a part of a header value; nothing here cuts it
 * out, so checking a request allocates nothing. Header names are ASCII, hence `toLowerCase`, which knows Unicode and
 * would take the Kelvin sign for a `k`, is not what is meant by "byte-case-insensitive" anyway.
 */

/** The character code of what stands between elements. */
export const COMMA = 0x2c;
const SPACE = 0x20;
const TAB = 0x09;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
/** The bit by which an ASCII letter differs between its cases. */
const CASE_BIT = 0x20;

/** The character code of an ASCII letter in lower case; any other code as it is. */
function lowerCode(code: number): number {
  return isUpperCode(code) ? code | CASE_BIT : code;
}

/** Whether a character code is an ASCII letter in upper case. */
export function isUpperCode(code: number): boolean {
  return code >= UPPER_A && code <= UPPER_Z;
}

/** Orders `a[aStart, aEnd)` and `b[bStart, bEnd)` by bytes, both folded to lower case: negative, zero or positive. */
export function compareParts(
  a: string,
  aStart: number,
  aEnd: number,
  b: string,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const common = Math.min(aLength, bLength);
  for (let at = 0; at < common; at++) {
    const difference = lowerCode(a.charCodeAt(aStart + at)) - lowerCode(b.charCodeAt(bStart + at));
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/**
 * Whether `value[start, end)` is one of the names, in any case. A binary search: its cost grows with the length of the
 * part and the logarithm of the number of names, however many of them look alike.
 *
 * @param sorted - names in lower case, sorted by bytes
 */
export function isOneOf(sorted: readonly string[], value: string, start = 0, end = value.length): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const name = sorted[middle]!;
    const order = compareParts(value, start, end, name, 0, name.length);
    if (order === 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}

/** Whether `value[start, end)` begins with the prefix, in any case. */
export function startsWith(prefix: string, value: string, start = 0, end = value.length): boolean {
  const prefixEnd = start + prefix.length;
  return prefixEnd <= end && compareParts(value, start, prefixEnd, prefix, 0, prefix.length) === 0;
}

/**
 * Where the next element of a comma-separated list starts: behind commas and optional white space, since recipients
 * ignore empty elements (RFC 9110, 5.6.1.2). The list's length if there is none.
 *
 * @param from - where to look: 0, or the end of the element before
 */
export function elementStart(list: string, from: number): number {
  let at = from;
  while (at < list.length) {
    const code = list.charCodeAt(at);
    if (code !== COMMA && code !== SPACE && code !== TAB) return at;
    at++;
  }
  return at;
}

/** Where the element that starts at `start` ends, the white space behind it not counted. */
export function elementEnd(list: string, start: number): number {
  let end = start;
  for (let at = start; at < list.length; at++) {
    const code = list.charCodeAt(at);
    if (code === COMMA) return end;
    if (code !== SPACE && code !== TAB) end = at + 1;
  }
  return end;
}
