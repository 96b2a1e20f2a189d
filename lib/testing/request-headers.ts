import { CLIENT_HINTS } from '../engines/client-hints.js';
import { MIMEType } from 'node:util';
import { isForbiddenMethod, isForbiddenRequestHeader } from '../protocol/names.js';
import { asStandard, type Departs } from './departures.js';
import type { Header } from './header-list.js';
import { splitHeaderValue } from './header-value.js';

/*
 * The header names of Fetch, Headers. Values are byte strings: one character, one byte.
 */

/** The longest value of a CORS-safelisted request-header, in bytes. */
const MAX_SAFELISTED_VALUE = 128;

/** The longest sum of all CORS-safelisted values, in bytes. */
const MAX_SAFELISTED_SUM = 1024;

/** CORS-unsafe request-header bytes. A tab and everything from 0x80 on are fine. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const UNSAFE_BYTE = /[\u0000-\u0008\u000a-\u001f"():<>?@[\\\]{}\u007f]/;

/** Bytes beyond ASCII. */
const BEYOND_ASCII = /[\u0080-\u00ff]/;

/** What the value of `Accept-Language` and `Content-Language` may hold. */
const LANGUAGE_VALUE = /^[0-9A-Za-z *,\-.;=]*$/;

/** "Parse a single range header value", without white space and with a start. */
const SIMPLE_RANGE = /^bytes=(\d+)-(\d*)$/;

const SAFELISTED_CONTENT_TYPES: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
]);

/** No-CORS-safelisted request-header names: all that a no-cors request may have. */
const NO_CORS_NAMES: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-language',
  'content-type',
]);

/** Headers by which some servers let a POST be another method; forbidden with some values only. */
const METHOD_OVERRIDES: ReadonlySet<string> = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

/** Whether browsers drop a header that script sets. @see Fetch, Headers: "forbidden request-header" */
export function isForbiddenHeader(name: string, value: string): boolean {
  if (isForbiddenRequestHeader(name)) return true;
  return METHOD_OVERRIDES.has(name.toLowerCase()) && splitHeaderValue(value).some(isForbiddenMethod);
}

/** Whether a header may go to another origin without asking. @see Fetch, Headers: "CORS-safelisted request-header" */
export function isSafelistedHeader(name: string, value: string, departs = asStandard): boolean {
  if (value.length > MAX_SAFELISTED_VALUE) return false;
  const header = name.toLowerCase();
  const isAscii = (): boolean =>
    !(BEYOND_ASCII.test(value) && departs('bytes-beyond-ascii-unsafe', { header }));
  switch (header) {
    case 'accept':
      return !UNSAFE_BYTE.test(value) && isAscii();
    case 'accept-language':
    case 'content-language':
      return LANGUAGE_VALUE.test(value);
    case 'content-type':
      return !UNSAFE_BYTE.test(value) && SAFELISTED_CONTENT_TYPES.has(mimeEssence(value)) && isAscii();
    case 'range':
      return isSimpleRange(value);
    default:
      return CLIENT_HINTS.get(header)?.test(value) === true && departs('client-hints-safelisted', { header });
  }
}

/** Whether a no-cors request may have a header. @see Fetch, Headers: "no-CORS-safelisted request-header" */
export function isNoCorsSafelistedHeader(name: string, value: string, departs = asStandard): boolean {
  return NO_CORS_NAMES.has(name.toLowerCase()) && isSafelistedHeader(name, value, departs);
}

/**
 * The names that another origin has to be asked about, as `Access-Control-Request-Headers` has them: in lower case,
 * sorted, unique. @see Fetch, Headers: "CORS-unsafe request-header names"
 */
export function unsafeHeaderNames(
  headers: readonly Header[],
  departs: Departs = asStandard,
): readonly string[] {
  const names = measuredNames(headers, departs);
  const header = repeatedName(headers);
  if (header === undefined) return names;
  const joined = joinedLines(headers);
  return measuredNames(joined, asStandard).join() !== names.join() &&
    departs('lines-measured-together', { header })
    ? measuredNames(joined, departs)
    : names;
}

function measuredNames(headers: readonly Header[], departs: Departs): readonly string[] {
  const unsafe = new Set<string>();
  const safe = new Set<string>();
  let sum = 0;
  for (const [name, value] of headers) {
    if (isSafelistedHeader(name, value, departs)) {
      safe.add(name.toLowerCase());
      sum += value.length;
    } else {
      unsafe.add(name.toLowerCase());
    }
  }
  const all = sum > MAX_SAFELISTED_SUM && !departs('values-together-unmeasured');
  return [...new Set(all ? [...unsafe, ...safe] : unsafe)].toSorted();
}

/** One line for each name, with all of its values. */
function joinedLines(headers: readonly Header[]): readonly Header[] {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name.toLowerCase());
    values.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return [...values];
}

/** The first name that is there twice. */
function repeatedName(headers: readonly Header[]): string | undefined {
  const names = new Set<string>();
  for (const [name] of headers) {
    const header = name.toLowerCase();
    if (names.has(header)) return header;
    names.add(header);
  }
  return undefined;
}

/** Header names that a wildcard never covers. @see Fetch, Headers: "CORS non-wildcard request-header name" */
export function isNonWildcardHeader(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}

/** Headers that go with the body. @see Fetch, Headers: "request-body-header name" */
export function isBodyHeader(name: string): boolean {
  return /^content-(?:encoding|language|location|type)$/i.test(name);
}

/** Type and subtype (MIME Sniffing, "parse a MIME type"), `''` if the whole value is none. */
function mimeEssence(value: string): string {
  try {
    return new MIMEType(value).essence;
  } catch {
    return '';
  }
}

function isSimpleRange(value: string): boolean {
  const [, start, end = ''] = SIMPLE_RANGE.exec(value) ?? [];
  return start !== undefined && (end === '' || BigInt(start) <= BigInt(end));
}
