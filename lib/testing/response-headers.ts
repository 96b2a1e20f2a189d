import { isForbiddenResponseHeader, isSafelistedResponseHeader, isToken } from '../protocol/names.js';
import { elementEnd, elementStart } from '../protocol/ascii.js';
import type { Header, HeaderList } from './header-list.js';
import { splitHeaderValue } from './header-value.js';
import type { CredentialsMode } from './page-fetch-init.js';

/**
 * A header whose value is a list of tokens; no header is an empty list.
 *
 * @see Fetch, Headers: "extract header list values"; RFC 9110, 5.6.1.2
 * @returns the elements, as they were sent; `undefined` if one of them is no token, which spoils them all
 */
export function tokenList(headers: HeaderList, name: string): readonly string[] | undefined {
  const list = headers.get(name) ?? '';
  const elements: string[] = [];
  let start = elementStart(list, 0);
  while (start < list.length) {
    const end = elementEnd(list, start);
    elements.push(list.slice(start, end));
    start = elementStart(list, end);
  }
  return elements.every(isToken) ? elements : undefined;
}

/**
 * The headers that script sees of a response from another origin.
 *
 * @see Fetch, Main fetch (CORS-exposed header-name list) and Responses: "CORS filtered response"
 */
export function exposedHeaders(headers: HeaderList, credentials: CredentialsMode): readonly Header[] {
  const listed = tokenList(headers, 'Access-Control-Expose-Headers') ?? [];
  const all = credentials !== 'include' && listed.includes('*');
  const exposed = new Set(listed.map((name) => name.toLowerCase()));
  return ownHeaders(headers).filter(
    ([name]) => all || isSafelistedResponseHeader(name) || exposed.has(name.toLowerCase()),
  );
}

/** The headers that script sees of a response from its own origin. @see Fetch, Responses: "basic filtered response" */
export function ownHeaders(headers: HeaderList): readonly Header[] {
  return [...headers].filter(([name]) => !isForbiddenResponseHeader(name));
}

/** Whether Resource Timing may show the details of a response. @see Fetch, "TAO check" */
export function passesTimingCheck(headers: HeaderList, origin: string, basic: boolean): boolean {
  const values = splitHeaderValue(headers.get('Timing-Allow-Origin') ?? '');
  return values.includes('*') || values.includes(origin) || basic;
}
