import { MAX_HOST_LENGTH, MAX_LABEL_LENGTH } from './serialized-origin.js';

const ASTERISK = 0x2a;
const DOT = 0x2e;

/** Four characters as they stand in a word, the first of them in its lowest byte. */
const HTTP = 0x70747468;
/** `s://`. */
const SECURE = 0x2f2f3a73;
/** `://`, which is three. */
const INSECURE = 0x2f2f3a;
const THREE = 0xffffff;
/** `xn--`, in front of a label in punycode. */
const PUNYCODE = 0x2d2d6e78;

/** What {@link plainKindOf} finds. */
export const NOT_PLAIN = 0;
export const PLAIN_ORIGIN = 1;
/** With one wildcard label in front of the host: `*.`, which is as long as its number says. */
export const PLAIN_PATTERN_ONE = 2;
/** With wildcard labels in front of the host: `**.`, as above. */
export const PLAIN_PATTERN_MANY = 3;

/** The highest bit of each byte of a word. */
const HIGHEST = 0x80808080 | 0;

/** A buffer for text of which four bytes are read at a time: behind its end there is room for as many. */
export class TextBuffer {
  readonly view: DataView;
  /** The same, without what is behind the end. */
  readonly bytes: Uint8Array<ArrayBuffer>;

  /** @param length - of the longest text, in bytes */
  constructor(length: number) {
    const buffer = new ArrayBuffer(length + Int32Array.BYTES_PER_ELEMENT);
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer, 0, length);
  }
}

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
 * @param text - the text in UTF-8, from `start` to `end`; that of a {@link TextBuffer}
 */
export function plainKindOf(text: DataView, start: number, end: number): number {
  let hostStart = hostStartOfHttp(text, start, end);
  if (hostStart === 0) return NOT_PLAIN;
  let kind = PLAIN_ORIGIN;
  let maxLength = MAX_HOST_LENGTH;
  if (text.getUint8(hostStart) === ASTERISK) {
    kind = text.getUint8(hostStart + 1) === ASTERISK ? PLAIN_PATTERN_MANY : PLAIN_PATTERN_ONE;
    hostStart += kind;
    if (hostStart > end || text.getUint8(hostStart - 1) !== DOT) return NOT_PLAIN;
    // What stands in place of the wildcard counts as well.
    maxLength -= SAMPLE_LENGTH;
  }
  return isPlainHost(text, hostStart, end, maxLength) ? kind : NOT_PLAIN;
}

/** Whether what is plain, and begins at `start`, has the scheme `https`: it has no other than that and `http`. */
export function isPlainHttps(text: DataView, start: number): boolean {
  return text.getInt32(start + 4, true) === SECURE;
}

/** Where the host begins behind `https://` or `http://`; 0 where neither stands. */
function hostStartOfHttp(text: DataView, start: number, end: number): number {
  if (end - start < 8 || text.getInt32(start, true) !== HTTP) return 0;
  const next = text.getInt32(start + 4, true);
  if (next === SECURE) return start + 8;
  return (next & THREE) === INSECURE ? start + 7 : 0;
}

function isPlainHost(text: DataView, start: number, end: number, maxLength: number): boolean {
  if (end - start > maxLength) return false;
  let labelStart = start;
  for (;;) {
    const labelEnd = labelEndOf(text, labelStart, end);
    if (!isPlainLabel(text, labelStart, labelEnd)) return false;
    if (labelEnd === end) return isLowerAlpha(text.getUint8(labelStart));
    if (text.getUint8(labelEnd) !== DOT) return false;
    labelStart = labelEnd + 1;
  }
}

/** Where the characters of a label end. */
function labelEndOf(text: DataView, start: number, end: number): number {
  for (let at = start; at < end; at += 4) {
    const others = othersIn(text.getInt32(at, true));
    // The lowest bit that is set says which byte is the first of them.
    if (others !== 0) return Math.min(at + ((31 - Math.clz32(others & -others)) >> 3), end);
  }
  return end;
}

/**
 * Which of four bytes are not those of a label: the highest bit of each. Of the bytes behind the first of them it may say
 * anything, if that is no ASCII.
 *
 * To a byte below 0x80, a number is added that makes it 0x80 or more if it is at least what is looked for.
 */
function othersIn(word: number): number {
  const isLetter = (word + 0x1f1f1f1f) & ~(word + 0x05050505);
  const isDigit = (word + 0x50505050) & ~(word + 0x46464646);
  const isDash = ~((word ^ 0x2d2d2d2d) + 0x7f7f7f7f);
  return (word | ~(isLetter | isDigit | isDash)) & HIGHEST;
}

/** Whether a label is not too long, nor in punycode. */
function isPlainLabel(text: DataView, start: number, end: number): boolean {
  const length = end - start;
  if (length === 0 || length > MAX_LABEL_LENGTH) return false;
  return !(length >= 4 && text.getInt32(start, true) === PUNYCODE);
}

function isLowerAlpha(byte: number): boolean {
  return byte >= 0x61 && byte <= 0x7a;
}
