import { API, RAW, type TableCase } from './case.js';

/*
 * Each run of a case has a token in the query of all its URLs. It tells the servers whose request it is, and keeps what
 * browsers remember by URL (preflights, responses) from one run to the next.
 */

const PARAMETER = 'case';

/** A place that is only there to parse paths against. */
const ANYWHERE = 'http://anywhere.invalid';

/** Gives a URL or a path a token. What is no http URL is returned as it is. */
export function withToken(url: string, token: string): string {
  if (!URL.canParse(url, ANYWHERE)) return url;
  const parsed = new URL(url, ANYWHERE);
  if (!parsed.protocol.startsWith('http')) return url;
  parsed.searchParams.set(PARAMETER, token);
  return parsed.origin === ANYWHERE ? parsed.pathname + parsed.search : parsed.href;
}

/** What a token looks like where it is the whole query. */
export function tokenText(token: string): string {
  return `?${PARAMETER}=${token}`;
}

/** Takes the token out of the target of a request. */
export function takeToken(target: string): { readonly token: string | undefined; readonly target: string } {
  const parsed = new URL(target, ANYWHERE);
  const token = parsed.searchParams.get(PARAMETER) ?? undefined;
  parsed.searchParams.delete(PARAMETER);
  return { token, target: decodeURIComponent(parsed.pathname + parsed.search) };
}

/** The origin that the paths of a case belong to. */
export function baseOf({ answers }: TableCase): string {
  return answers ? RAW : API;
}
