import { asStandard, type Departs } from './departures.js';
import type { CredentialsMode } from './page-fetch-init.js';
import type { PreflightApproval } from './preflight.js';
import { isNonWildcardHeader } from './request-headers.js';

/** What of a request decides which entries serve it. */
export interface PreflightCacheKey {
  /** The network partition key: the site of the page. */
  readonly partition: string;
  /** The serialized request origin. */
  readonly origin: string;
  /** The whole of it: its query counts, and so does its fragment, though no server ever sees that. */
  readonly url: string;
  readonly credentials: CredentialsMode;
  /** Whether the URL names an IP address. */
  readonly address?: boolean;
}

/** How often an engine asks an IP address before it keeps the answer. */
const ADDRESS_ASKED = 3;

/** @see Fetch, "CORS-preflight cache": "cache entry" */
interface CacheEntry {
  readonly key: string;
  /** Whether it was made for a request with credentials. */
  readonly credentials: boolean;
  readonly kind: 'method' | 'header';
  /** A method, or a header name in lower case; `*` possible. */
  readonly name: string;
  /** Milliseconds, on the cache's clock. */
  expires: number;
  /** The methods and header names that it was given for. */
  asked: readonly string[];
}

/** What approved preflights said, until it expires. @see Fetch, "CORS-preflight cache" */
export class PreflightCache {
  #entries: CacheEntry[] = [];
  /** How often addresses have been asked, by key. */
  readonly #asked = new Map<string, number>();

  /**
   * @param now - the clock, in milliseconds
   * @param maxAge - the longest time that an entry is kept, in seconds
   */
  constructor(
    private readonly now: () => number,
    private readonly maxAge: number,
  ) {}

  /** Whether a preflight has allowed the method. @see "method cache entry match" */
  hasMethod(key: PreflightCacheKey, method: string, departs: Departs = asStandard): boolean {
    const entries = this.#matching(key, 'method');
    return (
      serves(key, entries, ({ name }) => name === method, departs) || servesAny(key, entries, method, departs)
    );
  }

  /** Whether a preflight has allowed the header name. @see "header-name cache entry match" */
  hasHeader(key: PreflightCacheKey, headerName: string, departs: Departs = asStandard): boolean {
    const wanted = headerName.toLowerCase();
    const entries = this.#matching(key, 'header');
    return (
      serves(key, entries, ({ name }) => name === wanted, departs) ||
      (servesAny(key, entries, wanted, departs) &&
        (!isNonWildcardHeader(wanted) || departs('star-covers-authorization')))
    );
  }

  /** Whether a preflight has allowed anything. */
  hasAny(key: PreflightCacheKey, departs: Departs = asStandard): boolean {
    const entries = [...this.#matching(key, 'method'), ...this.#matching(key, 'header')];
    return serves(key, entries, () => true, departs);
  }

  /**
   * Keeps what a preflight has allowed, or renews what is there.
   *
   * @see "CORS-preflight fetch"
   * @param asked - the method and the header names that it was about
   */
  store(
    key: PreflightCacheKey,
    { methods, headerNames, maxAge }: PreflightApproval,
    asked: readonly string[] = [],
    departs: Departs = asStandard,
  ): void {
    if (key.address === true && this.#isAskedAgain(key, departs)) return;
    const expires = this.now() + Math.min(maxAge, this.maxAge) * 1000;
    for (const method of methods) this.#keep(key, { kind: 'method', name: method, expires, asked });
    for (const name of headerNames) {
      this.#keep(key, { kind: 'header', name: name.toLowerCase(), expires, asked });
    }
  }

  /** Drops what is known of an origin and a URL, whatever the credentials. @see "clear cache entries" */
  clear(key: PreflightCacheKey): void {
    const dropped = serialized(key);
    this.#entries = this.#entries.filter((entry) => entry.key !== dropped);
  }

  /** Drops everything. */
  clearAll(): void {
    this.#entries = [];
    this.#asked.clear();
  }

  /** Whether an address has not been asked often enough for its answer to be kept. */
  #isAskedAgain(key: PreflightCacheKey, departs: Departs): boolean {
    const asked = (this.#asked.get(serialized(key)) ?? 0) + 1;
    this.#asked.set(serialized(key), asked);
    return asked < ADDRESS_ASKED && departs('addresses-asked-three-times');
  }

  #keep(key: PreflightCacheKey, entry: Omit<CacheEntry, 'key' | 'credentials'>): void {
    const { kind, name, expires, asked } = entry;
    const matches = kind === 'method' ? matchesMethod : matchesHeader;
    const known = this.#matching(key, kind).filter((one) => matches(one.name, name));
    for (const one of known) {
      one.expires = expires;
      one.asked = [...new Set([...one.asked, ...asked])];
    }
    if (known.length > 0) return;
    const credentials = key.credentials === 'include';
    this.#entries.push({ ...entry, key: serialized(key), credentials });
  }

  /** @see "cache entry match" */
  #matching(key: PreflightCacheKey, kind: CacheEntry['kind']): readonly CacheEntry[] {
    const wanted = serialized(key);
    const now = this.now();
    this.#entries = this.#entries.filter(({ expires }) => expires > now);
    return this.#entries.filter(
      (entry) =>
        entry.kind === kind && entry.key === wanted && (entry.credentials || key.credentials !== 'include'),
    );
  }
}

/** Whether one of the entries is a `*`. */
function servesAny(
  key: PreflightCacheKey,
  entries: readonly CacheEntry[],
  wanted: string,
  departs: Departs,
): boolean {
  const stars = entries.filter(({ name }) => name === '*');
  if (!serves(key, stars, () => true, departs)) return false;
  return stars.some(({ asked }) => asked.includes(wanted)) || !departs('star-not-kept');
}

/** Whether one of the entries matches, where those that were made with credentials may serve requests without. */
function serves(
  { credentials }: PreflightCacheKey,
  entries: readonly CacheEntry[],
  matches: (entry: CacheEntry) => boolean,
  departs: Departs,
): boolean {
  const matching = entries.filter(matches);
  if (matching.length === 0) return false;
  const lent = credentials !== 'include' && matching.every((entry) => entry.credentials);
  return !(lent && departs('credentialed-preflights-apart'));
}

function matchesMethod(entry: string, method: string): boolean {
  return entry === method || entry === '*';
}

function matchesHeader(entry: string, name: string): boolean {
  return entry === name || (entry === '*' && !isNonWildcardHeader(name));
}

function serialized({ partition, origin, url }: PreflightCacheKey): string {
  return JSON.stringify([partition, origin, url]);
}
