import { MIMEType } from 'node:util';
import { isForbiddenMethod, isForbiddenRequestHeader } from '../protocol/names.js';
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
export function isSafelistedHeader(name: string, value: string): boolean {
  if (value.length > MAX_SAFELISTED_VALUE) return false;
  switch (name.toLowerCase()) {
    case 'accept':
      return !UNSAFE_BYTE.test(value);
    case 'accept-language':
    case 'content-language':
      return LANGUAGE_VALUE.test(value);
    case 'content-type':
      return !UNSAFE_BYTE.test(value) && SAFELISTED_CONTENT_TYPES.has(mimeEssence(value));
    case 'range':
      return isSimpleRange(value);
    default:
      return false;
  }
}

/** Whether a no-cors request may have a header. @see Fetch, Headers: "no-CORS-safelisted request-header" */
export function isNoCorsSafelistedHeader(name: string, value: string): boolean {
  return NO_CORS_NAMES.has(name.toLowerCase()) && isSafelistedHeader(name, value);
}

/**
 * The names that another origin has to be asked about, as `Access-Control-Request-Headers` has them: in lower case,
 * sorted, unique. @see Fetch, Headers: "CORS-unsafe request-header names"
 */
export function unsafeHeaderNames(headers: Iterable<Header>): readonly string[] {
  const unsafe = new Set<string>();
  const safe = new Set<string>();
  let sum = 0;
  for (const [name, value] of headers) {
    if (isSafelistedHeader(name, value)) {
      safe.add(name.toLowerCase());
      sum += value.length;
    } else {
      unsafe.add(name.toLowerCase());
    }
  }
  const names = sum > MAX_SAFELISTED_SUM ? [...unsafe, ...safe] : unsafe;
  return [...new Set(names)].toSorted();
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
