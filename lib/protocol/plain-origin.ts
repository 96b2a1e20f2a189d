import { MAX_HOST_LENGTH, MAX_LABEL_LENGTH } from './serialized-origin.js';

const ASTERISK = 0x2a;
const DASH = 0x2d;
const DOT = 0x2e;

/** What {@link plainKindOf} finds. */
export const NOT_PLAIN = 0;
export const PLAIN_ORIGIN = 1;
/** With one wildcard label in front of the host: `*.`, which is as long as its number says. */
export const PLAIN_PATTERN_ONE = 2;
/** With wildcard labels in front of the host: `**.`, as above. */
export const PLAIN_PATTERN_MANY = 3;

/** Which bytes are not those of a label: 1, and for those that are 0. */
const OUTSIDE = new Uint8Array(256).fill(1);
for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789-') OUTSIDE[character.charCodeAt(0)] = 0;

/** A label that stands in place of a wildcard, and its dot. */
const SAMPLE_LENGTH = 2;

/**
 * Whether some text is certainly a serialized origin that every URL parser leaves as it is, by the look of it: `https://` or
 * `http://` and a host name in lower-case ASCII, without a port; or a pattern of such origins. That is what nearly all
 * origins are, and a list may hold a million of them, for which the parser takes seconds.
 *
 * {@link NOT_PLAIN} says nothing. The parser has to be asked about all that it might change or refuse: labels in punycode, a
 * last label that begins like a number (URL standard, "ends in a number checker"), a dot at the end, an address, a port.
 *
 * Bytes, since many strings are looked at fastest when they are written to one buffer.
 *
 * @param bytes - the text in UTF-8, from `start` to `end`
 */
export function plainKindOf(bytes: Uint8Array, start: number, end: number): number {
  let hostStart = hostStartOfHttp(bytes, start, end);
  if (hostStart === 0) return NOT_PLAIN;
  let kind = PLAIN_ORIGIN;
  let maxLength = MAX_HOST_LENGTH;
  if (bytes[hostStart] === ASTERISK) {
    kind = bytes[hostStart + 1] === ASTERISK ? PLAIN_PATTERN_MANY : PLAIN_PATTERN_ONE;
    hostStart += kind;
    if (hostStart > end || bytes[hostStart - 1] !== DOT) return NOT_PLAIN;
    // What stands in place of the wildcard counts as well.
    maxLength -= SAMPLE_LENGTH;
  }
  return isPlainHost(bytes, hostStart, end, maxLength) ? kind : NOT_PLAIN;
}

/** Whether what is plain, and begins at `start`, has the scheme `https`: it has no other than that and `http`. */
export function isPlainHttps(bytes: Uint8Array, start: number): boolean {
  return bytes[start + 4] === 0x73;
}

/** Whether what begins at `start` is `https://`. */
function isHttps(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start] === 0x68 &&
    bytes[start + 1] === 0x74 &&
    bytes[start + 2] === 0x74 &&
    bytes[start + 3] === 0x70 &&
    bytes[start + 4] === 0x73 &&
    bytes[start + 5] === 0x3a &&
    bytes[start + 6] === 0x2f &&
    bytes[start + 7] === 0x2f
  );
}

/** Where the host begins behind `https://` or `http://`; 0 where neither stands. */
function hostStartOfHttp(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 8 && isHttps(bytes, start)) return start + 8;
  const isHttp =
    end - start > 7 &&
    bytes[start] === 0x68 &&
    bytes[start + 1] === 0x74 &&
    bytes[start + 2] === 0x74 &&
    bytes[start + 3] === 0x70 &&
    bytes[start + 4] === 0x3a &&
    bytes[start + 5] === 0x2f &&
    bytes[start + 6] === 0x2f;
  return isHttp ? start + 7 : 0;
}

function isPlainHost(bytes: Uint8Array, start: number, end: number, maxLength: number): boolean {
  if (end - start > maxLength) return false;
  let labelStart = start;
  for (;;) {
    const labelEnd = labelEndOf(bytes, labelStart, end);
    if (!isPlainLabel(bytes, labelStart, labelEnd)) return false;
    if (labelEnd === end) return isLowerAlpha(bytes[labelStart]!);
    if (bytes[labelEnd] !== DOT) return false;
    labelStart = labelEnd + 1;
  }
}

/** Where the characters of a label end, four of which are looked at together. */
function labelEndOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (
    at + 3 < end &&
    (OUTSIDE[bytes[at]!]! |
      OUTSIDE[bytes[at + 1]!]! |
      OUTSIDE[bytes[at + 2]!]! |
      OUTSIDE[bytes[at + 3]!]!) ===
      0
  ) {
    at += 4;
  }
  while (at < end && OUTSIDE[bytes[at]!] === 0) at++;
  return at;
}

/** Whether a label is not too long, nor `xn--` in front, which is punycode. */
function isPlainLabel(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length === 0 || length > MAX_LABEL_LENGTH) return false;
  return !(
    length >= 4 &&
    bytes[start] === 0x78 &&
    bytes[start + 1] === 0x6e &&
    bytes[start + 2] === DASH &&
    bytes[start + 3] === DASH
  );
}

function isLowerAlpha(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}
