import { isOneOf, startsWith } from './ascii.js';

/** The characters of a token besides letters and digits (RFC 9110, 5.6.2). */
const TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";
const ASCII_SIZE = 128;
/** 1 at the code of every character that may stand in a token: a look-up instead of a regular expression. */
const TOKEN_CODES = tokenCodes();

/** The methods that a browser writes in upper case for the page (Fetch, Methods: "normalize a method"), sorted. */
const NORMALIZED_METHODS = ['delete', 'get', 'head', 'options', 'post', 'put'];

/** Forbidden methods (Fetch, Methods), sorted. */
const FORBIDDEN_METHODS = ['connect', 'trace', 'track'];

/**
 * Forbidden request-headers (Fetch, Headers), sorted. A page cannot set them, so no preflight of a browser asks
 * for them. `X-HTTP-Method-Override` and its kin are missing on purpose: they are forbidden with some values only.
 */
const FORBIDDEN_REQUEST_HEADERS = [
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
];

/** The one header of the CORS protocol whose name does not begin with `access-control-`. */
const ORIGIN_HEADER = ['origin'];

/** Forbidden response-header names (Fetch, Headers), sorted. */
const FORBIDDEN_RESPONSE_HEADERS = ['set-cookie', 'set-cookie2'];

/** CORS-safelisted response-header names (Fetch, Headers), sorted. */
const SAFELISTED_RESPONSE_HEADERS = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
];

/** Whether the value is a token: what a method and a header name must be (RFC 9110, 5.6.2; Fetch, Methods and Headers). */
export function isToken(value: string): boolean {
  return isTokenPart(value, 0, value.length);
}

/** {@link isToken} for `value[start, end)`, without cutting it out. */
export function isTokenPart(value: string, start: number, end: number): boolean {
  // Codes beyond ASCII find `undefined`, not 1.
  for (let at = start; at < end; at++) if (TOKEN_CODES[value.charCodeAt(at)] !== 1) return false;
  return start < end;
}

/** Whether it is a CORS-safelisted method (Fetch, Methods), byte for byte: allowed everywhere, never listed. */
export function isSafelistedMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST';
}

/**
 * Whether a request with the method is not meant to change anything (RFC 9110, 9.2.1, "safe methods"), byte for byte: `get` is
 * another method than `GET`, and nobody has said that it is safe. `TRACE` is safe as well, but no page can send it.
 */
export function isSafeMethod(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Whether it is a forbidden method (Fetch, Methods), in any case: no page can send it. */
export function isForbiddenMethod(method: string): boolean {
  return isOneOf(FORBIDDEN_METHODS, method);
}

/**
 * The method as a browser sends it (Fetch, Methods: "normalize a method"): six names become upper case, every
 * other stays as the page wrote it, `patch` included.
 */
export function normalizeMethod(method: string): string {
  return isOneOf(NORMALIZED_METHODS, method) ? method.toUpperCase() : method;
}

/** Whether the name is that of a forbidden request-header (Fetch, Headers), in any case. */
export function isForbiddenRequestHeader(name: string): boolean {
  return isForbiddenRequestHeaderPart(name, 0, name.length);
}

/** {@link isForbiddenRequestHeader} for `value[start, end)`, without cutting it out. */
export function isForbiddenRequestHeaderPart(value: string, start: number, end: number): boolean {
  return (
    isOneOf(FORBIDDEN_REQUEST_HEADERS, value, start, end) ||
    startsWith('proxy-', value, start, end) ||
    startsWith('sec-', value, start, end)
  );
}

/** Whether it is a forbidden response-header name (Fetch, Headers), in any case: no page can ever read it. */
export function isForbiddenResponseHeader(name: string): boolean {
  return isOneOf(FORBIDDEN_RESPONSE_HEADERS, name);
}

/**
 * Whether it is a CORS-safelisted response-header name (Fetch, Headers), in any case: readable without being
 * exposed, so exposing it says nothing.
 */
export function isSafelistedResponseHeader(name: string): boolean {
  return isOneOf(SAFELISTED_RESPONSE_HEADERS, name);
}

/**
 * Whether the name belongs to the CORS protocol itself (Fetch, HTTP requests and HTTP responses), in any
 * case: `Origin` and all that begin with `Access-Control-`. None of them is meant to be allowed or exposed.
 */
export function isCorsHeader(name: string): boolean {
  return isOneOf(ORIGIN_HEADER, name) || startsWith('access-control-', name);
}

function tokenCodes(): Uint8Array {
  const codes = new Uint8Array(ASCII_SIZE);
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  for (const character of `0123456789${letters}${letters.toUpperCase()}${TOKEN_PUNCTUATION}`) {
    codes[character.charCodeAt(0)] = 1;
  }
  return codes;
}
