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
}

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
}

/** What approved preflights said, until it expires. @see Fetch, "CORS-preflight cache" */
export class PreflightCache {
  #entries: CacheEntry[] = [];

  /**
   * @param now - the clock, in milliseconds
   * @param maxAge - the longest time that an entry is kept, in seconds
   */
  constructor(
    private readonly now: () => number,
    private readonly maxAge: number,
  ) {}

  /** Whether a preflight has allowed the method. @see "method cache entry match" */
  hasMethod(key: PreflightCacheKey, method: string): boolean {
    return this.#matching(key, 'method').some(({ name }) => matchesMethod(name, method));
  }

  /** Whether a preflight has allowed the header name. @see "header-name cache entry match" */
  hasHeader(key: PreflightCacheKey, headerName: string): boolean {
    return this.#matching(key, 'header').some(({ name }) => matchesHeader(name, headerName.toLowerCase()));
  }

  /** Keeps what a preflight has allowed, or renews what is there. @see "CORS-preflight fetch" */
  store(key: PreflightCacheKey, { methods, headerNames, maxAge }: PreflightApproval): void {
    const expires = this.now() + Math.min(maxAge, this.maxAge) * 1000;
    for (const method of methods) this.#keep(key, 'method', method, expires);
    for (const name of headerNames) this.#keep(key, 'header', name.toLowerCase(), expires);
  }

  /** Drops what is known of an origin and a URL, whatever the credentials. @see "clear cache entries" */
  clear(key: PreflightCacheKey): void {
    const dropped = serialized(key);
    this.#entries = this.#entries.filter((entry) => entry.key !== dropped);
  }

  /** Drops everything. */
  clearAll(): void {
    this.#entries = [];
  }

  #keep(key: PreflightCacheKey, kind: CacheEntry['kind'], name: string, expires: number): void {
    const matches = kind === 'method' ? matchesMethod : matchesHeader;
    const known = this.#matching(key, kind).filter((entry) => matches(entry.name, name));
    for (const entry of known) entry.expires = expires;
    if (known.length > 0) return;
    const credentials = key.credentials === 'include';
    this.#entries.push({ key: serialized(key), credentials, kind, name, expires });
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

function matchesMethod(entry: string, method: string): boolean {
  return entry === method || entry === '*';
}

function matchesHeader(entry: string, name: string): boolean {
  return entry === name || (entry === '*' && !isNonWildcardHeader(name));
}

function serialized({ partition, origin, url }: PreflightCacheKey): string {
  return JSON.stringify([partition, origin, url]);
}
