import type { Departs } from './departures.js';
import type { Header } from './header-list.js';
import { isBodyHeader, unsafeHeaderNames } from './request-headers.js';

/** A header that asked for a preflight, and that a redirect has deleted. */
export interface LostHeader {
  /** In lower case. */
  readonly name: string;
  /** That of the redirect. */
  readonly status: number;
}

/** What a redirect has deleted. @see Fetch, "HTTP-redirect fetch" */
export function lostHeaders(
  before: readonly Header[],
  after: readonly Header[],
  status: number,
): readonly LostHeader[] {
  if (before.length === after.length) return [];
  const left = new Set(after.map(([name]) => name.toLowerCase()));
  return unsafeHeaderNames(before)
    .filter((name) => !left.has(name))
    .map((name) => ({ name, status }));
}

/** The names that a preflight asks for, with those that are gone in an engine that takes no notice of it. */
export function namesToAsk(
  names: readonly string[],
  lost: readonly LostHeader[],
  method: string,
  departs: Departs,
): readonly string[] {
  const stillNamed = lost.filter(({ name, status }) => {
    if (names.includes(name)) return false;
    const quirk = isBodyHeader(name) ? 'lost-body-headers-still-named' : 'lost-authorization-still-named';
    return departs(quirk, { headers: name, method, status: String(status) });
  });
  return stillNamed.length === 0 ? names : [...names, ...stillNamed.map(({ name }) => name)].toSorted();
}
