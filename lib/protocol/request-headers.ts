import { COMMA, compareParts, elementEnd, elementStart, isOneOf, isUpperCode } from './ascii.js';
import { isForbiddenRequestHeaderPart, isTokenPart } from './names.js';

/*
 * `Access-Control-Request-Headers` (Fetch, HTTP requests) comes from browsers as one line, in lower case, sorted,
 * unique and without a space (Fetch, CORS-preflight fetch): here called canonical. What stands between a browser and a
 * server may split it into lines, pad it or add empty elements, as AWS API Gateway does, and RFC 9110 (5.3, 5.6.1.2)
 * asks to bear with it. It also comes from anybody with a socket, so nothing here costs more than the policy is long.
 */

/** How often an approved name may stand in the value: once as the browser sent it, once by some other hand. */
const REPEATS = 2;

/** The comma and the white space to bear with per element. `", "` is what Node puts between lines. */
const PADDING_PER_NAME = 5;

/** Room for empty elements, of no use to anybody but seen: 64 empty lines, as Node joins them. */
const SPARE_LENGTH = 128;

/**
 * The longest value looked at under `'*'`, which has no names to measure. 200 names of 38 characters fit with their
 * separators, and it is half of what Node accepts as a whole header section by default.
 */
const ANY_MAX_LENGTH = 8192;

/** What `'*'` leaves out besides the forbidden names, sorted. */
const NOT_COVERED_BY_ANY = [
  // A token by RFC 9110, but a wildcard once it stands in `Access-Control-Allow-Headers`.
  '*',
  // The CORS non-wildcard request-header name (Fetch, Headers): it must be listed by name.
  'authorization',
];

/** How much of a refused name is repeated to the developer; the rest could be anything. */
const SHOWN_LENGTH = 64;

/** The allowed request-header names of a policy, ready to be asked. Frozen. */
export interface RequestHeaderRule {
  /** Whether `'*'` was listed: any name but `authorization` and those a page cannot set. */
  readonly any: boolean;
  /** The allowed names, in lower case, sorted, unique; with {@link any} only those that it does not cover. */
  readonly names: readonly string[];
  /** A longer value is refused unread. */
  readonly maxLength: number;
}

/** Why a preflight's request headers are refused. */
export interface RefusedRequestHeader {
  readonly reason: 'header-not-allowed' | 'headers-too-long' | 'header-malformed';
  /**
   * The element at fault, as it was sent, but at most 64 characters of it and `?` for all that is not visible ASCII,
   * so that it can stand in a log. Empty if the whole is at fault.
   */
  readonly name: string;
}

/**
 * Makes the rule of a list of names.
 *
 * @param allowed - header names, in any case, order and number; `'*'` for any. They are taken to be valid.
 */
export function compileRequestHeaders(allowed: readonly string[]): RequestHeaderRule {
  const listed = [...new Set(allowed.map((name) => name.toLowerCase()))].toSorted();
  const any = listed.includes('*');
  const names = any ? listed.filter((name) => name === 'authorization') : listed;
  return Object.freeze({
    any,
    names: Object.freeze(names),
    maxLength: any ? ANY_MAX_LENGTH : maxLength(names),
  });
}

/**
 * Decides the value of `Access-Control-Request-Headers`: all of it or nothing, as a browser will.
 *
 * @param value - the header, several lines joined by commas; `undefined` if it was not sent
 * @returns the value for `Access-Control-Allow-Headers`, `''` if no header was asked for (then it is best left out), or
 *   `undefined` if anything is refused. A canonical value comes back as it is, without anything being allocated.
 */
export function approveRequestHeaders(
  rule: RequestHeaderRule,
  value: string | undefined,
): string | undefined {
  if (value === undefined) return '';
  if (value.length > rule.maxLength) return undefined;
  if (isSubsequence(value, rule.names)) return value;
  let start = elementStart(value, 0);
  while (start < value.length) {
    const end = elementEnd(value, start);
    if (!isAllowed(rule, value, start, end)) return undefined;
    start = elementStart(value, end);
  }
  return isCanonical(value) ? value : canonical(value);
}

/**
 * Says what {@link approveRequestHeaders} refused; `undefined` if it refuses nothing. For messages: it prefers to name
 * an element, so it reads into values that are refused for their length too. Not for the hot path.
 */
export function refusedRequestHeader(
  rule: RequestHeaderRule,
  value: string | undefined,
): RefusedRequestHeader | undefined {
  if (value === undefined) return undefined;
  let start = elementStart(value, 0);
  while (start < value.length && start < ANY_MAX_LENGTH) {
    const end = elementEnd(value, start);
    if (!isAllowed(rule, value, start, end)) {
      const reason = isTokenPart(value, start, end) ? 'header-not-allowed' : 'header-malformed';
      return { reason, name: shown(value, start, end) };
    }
    start = elementStart(value, end);
  }
  return value.length > rule.maxLength ? { reason: 'headers-too-long', name: '' } : undefined;
}

/** The longest value in which only the names can stand, with generous disorder. */
function maxLength(names: readonly string[]): number {
  let length = SPARE_LENGTH;
  for (const name of names) length += REPEATS * (name.length + PADDING_PER_NAME);
  return length;
}

/**
 * Whether a value is canonical and names only what is listed, as nearly every approved one does and is. Both lists
 * ascend, so one walk along both decides.
 */
function isSubsequence(value: string, names: readonly string[]): boolean {
  let start = 0;
  // Not `for … of`, which allocates until it has been optimised.
  for (let at = 0; at < names.length; at++) {
    const name = names[at]!;
    if (!value.startsWith(name, start)) continue;
    const end = start + name.length;
    if (end === value.length) return true;
    if (value.charCodeAt(end) === COMMA) start = end + 1;
  }
  return false;
}

function isAllowed(rule: RequestHeaderRule, value: string, start: number, end: number): boolean {
  return (
    isOneOf(rule.names, value, start, end) ||
    (rule.any &&
      isTokenPart(value, start, end) &&
      !isOneOf(NOT_COVERED_BY_ANY, value, start, end) &&
      !isForbiddenRequestHeaderPart(value, start, end))
  );
}

/** Whether an approved value is what a browser would have sent: strictly ascending, lower case, nothing but commas. */
function isCanonical(value: string): boolean {
  let previousStart = 0;
  let previousEnd = 0;
  for (let start = 0; start < value.length; start = previousEnd + 1) {
    const end = elementEnd(value, start);
    if (elementStart(value, start) !== start || hasUpperCase(value, start, end)) return false;
    if (start > 0 && compareParts(value, previousStart, previousEnd, value, start, end) >= 0) return false;
    previousStart = start;
    previousEnd = end;
  }
  // Behind the last element stands nothing, not even the comma that the loop stepped over.
  return previousEnd === value.length;
}

function hasUpperCase(value: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isUpperCode(value.charCodeAt(at))) return true;
  return false;
}

/** The canonical form of an approved value: one answer for one set of names, however it was asked for. */
function canonical(value: string): string {
  const names = new Set<string>();
  let start = elementStart(value, 0);
  while (start < value.length) {
    const end = elementEnd(value, start);
    names.add(value.slice(start, end).toLowerCase());
    start = elementStart(value, end);
  }
  return [...names].toSorted().join(',');
}

function shown(value: string, start: number, end: number): string {
  const name = value.slice(start, Math.min(end, start + SHOWN_LENGTH));
  return Array.from(name, (character) => (character > ' ' && character <= '~' ? character : '?')).join('');
}
