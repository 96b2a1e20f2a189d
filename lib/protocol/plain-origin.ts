import { MAX_HOST_LENGTH, MAX_LABEL_LENGTH } from './serialized-origin.js';

const DASH = 0x2d;
const DOT = 0x2e;
const LOWER_X = 0x78;
const LOWER_N = 0x6e;

/**
 * Whether a string is certainly a serialized origin that every URL parser leaves as it is, by the look of it: `https://`
 * or `http://` and a host name in lower-case ASCII, without a port. That is what nearly all origins are, and a list may
 * hold a million of them, for which the parser takes seconds.
 *
 * `false` says nothing. The parser has to be asked about all that it might change or refuse: labels in punycode, a last
 * label that begins like a number (URL standard, "ends in a number checker"), a dot at the end, an address, a port; and
 * about underscores, since it is not asked here which of them have forbidden code points.
 *
 * @param start - where the host begins, behind the wildcard of a pattern; behind the scheme if it is left out
 */
export function isPlainOrigin(text: string, start = hostStartOfHttp(text)): boolean {
  const end = text.length;
  if (start === 0 || end - start > MAX_HOST_LENGTH) return false;
  let labelStart = start;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (isLowerAlpha(code) || isDigit(code) || code === DASH) continue;
    if (code !== DOT || !isPlainLabel(text, labelStart, at)) return false;
    labelStart = at + 1;
  }
  return isPlainLabel(text, labelStart, end) && isLowerAlpha(text.charCodeAt(labelStart));
}

/** Where the host begins behind `https://` or `http://`; 0 where neither stands. */
export function hostStartOfHttp(text: string): number {
  if (text.startsWith('https://')) return 'https://'.length;
  return text.startsWith('http://') ? 'http://'.length : 0;
}

function isPlainLabel(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length === 0 || length > MAX_LABEL_LENGTH) return false;
  return !(
    text.charCodeAt(start) === LOWER_X &&
    text.charCodeAt(start + 1) === LOWER_N &&
    text.charCodeAt(start + 2) === DASH &&
    text.charCodeAt(start + 3) === DASH
  );
}

function isLowerAlpha(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
