import { isSafelistedMethod } from '../protocol/names.js';
import type { Cookies } from './cookies.js';
import { corsCheck } from './cors-check.js';
import { fetchData } from './data-url.js';
import type { Exchange } from './exchange.js';
import { ExchangeLog } from './exchange-log.js';
import { FetchError } from './fetch-error.js';
import type { PreflightUse } from './fetch-result.js';
import type { Header } from './header-list.js';
import { responseTainting } from './main-fetch.js';
import type { Network } from './network.js';
import type { PageRequest } from './page-request.js';
import { preflightHeaders, readPreflightAnswer } from './preflight.js';
import type { PreflightCache, PreflightCacheKey } from './preflight-cache.js';
import { isRedirectStatus, locationUrl, redirectRequest } from './redirect.js';
import { determineReferrer, pageReferrer, redirectedPolicy } from './referrer.js';
import type { RequestBody } from './request-body.js';
import { unsafeHeaderNames } from './request-headers.js';
import { serializedRequestOrigin, type Tainting } from './request-origin.js';
import { resourcePolicyCheck } from './resource-policy.js';
import { passesTimingCheck } from './response-headers.js';
import type { WireHeaderFacts } from './wire-headers.js';
import type { WireResponse } from './wire.js';

/** What the fetches of a browser share. */
export interface FetchContext {
  readonly network: Network;
  readonly preflights: PreflightCache;
  readonly cookies: Cookies;
  /** Aborted when the browser is closed. */
  readonly closed: AbortSignal;
}

/** The page that a request comes from. */
export interface Client {
  /** Serialized; `null` for an opaque one. */
  readonly origin: string;
  /** The network partition key. */
  readonly partition: string;
}

/** A response before it is filtered for script. */
export interface Outcome {
  readonly response: WireResponse;
  /** Whether it is a redirect that `redirect: 'manual'` has stopped at. */
  readonly manual: boolean;
}

/**
 * One fetch on its way: the algorithms of the Fetch standard that send something, under their own names. What they
 * decide is decided by pure functions elsewhere.
 *
 * @see Fetch, Fetching
 */
export class Fetching {
  preflight: PreflightUse = 'none';
  tainting: Tainting = 'basic';
  timingAllowed = true;
  /** @see Fetch, Requests: "URL list" */
  urls: readonly URL[];
  method: string;
  private readonly log: ExchangeLog;
  private headers: readonly Header[];
  private body: RequestBody | undefined;
  private referrer: string | undefined;
  private referrerPolicy: PageRequest['referrerPolicy'];

  constructor(
    private readonly request: PageRequest,
    private readonly client: Client,
    private readonly context: FetchContext,
  ) {
    const signals = request.signal === undefined ? [] : [request.signal];
    this.log = new ExchangeLog(context.network, AbortSignal.any([context.closed, ...signals]));
    this.urls = [request.url];
    this.method = request.method;
    this.body = request.body;
    this.referrer = pageReferrer(client.origin);
    this.referrerPolicy = request.referrerPolicy;
    // Fetch, "fetch": what script has left out is there before anything is decided.
    const accepted = request.headers.some(([name]) => name.toLowerCase() === 'accept');
    this.headers = accepted ? request.headers : [...request.headers, ['Accept', '*/*']];
  }

  /**
   * Fetches, and follows redirects.
   *
   * @throws FetchError for a network error
   */
  async run(): Promise<Outcome> {
    try {
      return await this.follow();
    } catch (error) {
      // Fetch, "Main fetch": what a preflight has allowed is not trusted any longer.
      if (this.preflight !== 'none') this.context.preflights.clear(this.cacheKey());
      throw error;
    }
  }

  private async follow(): Promise<Outcome> {
    const response = await this.mainFetch();
    if (!isRedirectStatus(response.status)) return { response, manual: false };
    if (this.request.redirect === 'manual') return { response, manual: true };
    if (!this.redirectFetch(response)) return { response, manual: false };
    response.discard();
    return await this.follow();
  }

  /** What was really sent, in order. */
  get exchanges(): readonly Exchange[] {
    return this.log.exchanges;
  }

  /** The URL that is fetched now. */
  get currentUrl(): URL {
    return this.urls.at(-1) as URL;
  }

  /** @see Fetch, "Main fetch" */
  private async mainFetch(): Promise<WireResponse> {
    const url = this.currentUrl;
    this.referrer = determineReferrer(this.referrer, this.referrerPolicy, url.origin);
    if (url.protocol === 'data:') return await fetchData(url);
    const { mode, redirect } = this.request;
    const { tainting } = this;
    const decided = responseTainting({ origin: this.client.origin, mode, redirect, tainting }, url);
    if (typeof decided === 'object') throw FetchError.at('main-fetch', decided);
    this.tainting = decided;
    if (decided === 'cors') await this.askFirst();
    return await this.httpFetch();
  }

  /** @see Fetch, "HTTP fetch": makeCORSPreflight, and the conditions for it in "Main fetch" */
  private async askFirst(): Promise<void> {
    const unsafeNames = unsafeHeaderNames(this.headers);
    const safelisted = isSafelistedMethod(this.method);
    if (!this.request.forced && safelisted && unsafeNames.length === 0) return;
    const key = this.cacheKey();
    const { preflights } = this.context;
    const methodKnown = preflights.hasMethod(key, this.method) || (safelisted && !this.request.forced);
    if (methodKnown && unsafeNames.every((name) => preflights.hasHeader(key, name))) {
      if (this.preflight === 'none') this.preflight = 'cached';
      return;
    }
    this.preflight = 'sent';
    await this.preflightFetch(unsafeNames, key);
  }

  /** @see Fetch, "CORS-preflight fetch" */
  private async preflightFetch(unsafeNames: readonly string[], key: PreflightCacheKey): Promise<void> {
    const { credentials, forced } = this.request;
    const response = await this.send('preflight', {
      method: 'OPTIONS',
      headers: preflightHeaders(this.method, unsafeNames),
      mode: 'cors',
      body: undefined,
    });
    response.discard();
    const { origin } = key;
    const question = { origin, credentials, method: this.method, unsafeNames, forced };
    const answer = readPreflightAnswer(question, response.status, response.headers);
    if ('reason' in answer) throw FetchError.at('preflight', answer);
    this.context.preflights.store(key, answer);
  }

  /** @see Fetch, "HTTP fetch" and "HTTP-network-or-cache fetch", without the cache */
  private async httpFetch(): Promise<WireResponse> {
    const { credentials, mode } = this.request;
    const { origin } = this.client;
    const url = this.currentUrl;
    const cookies = credentials === 'include' || (credentials === 'same-origin' && this.tainting === 'basic');
    const cookie = cookies ? this.context.cookies.header(url, origin) : undefined;
    const response = await this.send('request', {
      method: this.method,
      headers: this.headers,
      mode,
      body: this.body,
      cookie,
    });
    // Also if what follows fails: script will not know, but the server has logged in or out.
    if (cookies) this.context.cookies.store(url, origin, response.headers);
    const serialized = serializedRequestOrigin({ origin, urls: this.urls });
    const failure = this.sharingFailure(response, serialized);
    if (failure !== undefined) {
      response.discard();
      throw failure;
    }
    this.timingAllowed &&= passesTimingCheck(response.headers, serialized, this.tainting === 'basic');
    return response;
  }

  /** Whether the page may have the response. */
  private sharingFailure({ headers }: WireResponse, serialized: string): FetchError | undefined {
    if (this.tainting === 'cors') {
      const { credentials } = this.request;
      const failure = corsCheck({ origin: serialized, credentials }, headers, 'the response');
      return failure && FetchError.at('cors-check', failure);
    }
    if (this.tainting !== 'opaque') return undefined;
    const failure = resourcePolicyCheck(headers, this.client.origin, this.currentUrl);
    return failure && FetchError.at('resource-policy', failure);
  }

  /** Whether there is a redirect to follow. @see Fetch, "HTTP-redirect fetch" */
  private redirectFetch(response: WireResponse): boolean {
    const { status, headers } = response;
    const location = locationUrl(headers, this.currentUrl);
    if (this.request.redirect === 'error') {
      response.discard();
      const message = `the response is a redirect (${status}), and redirect is 'error'`;
      throw new FetchError('redirect', 'redirect-not-expected', message, 'HTTP fetch');
    }
    if (location === undefined) return false;
    const { method, urls, body, tainting } = this;
    const facts = { origin: this.client.origin, mode: this.request.mode, tainting, method, urls, body };
    const next = redirectRequest({ ...facts, headers: this.headers }, status, location);
    if ('reason' in next) {
      response.discard();
      throw FetchError.at('redirect', next);
    }
    ({ method: this.method, headers: this.headers, body: this.body, urls: this.urls } = next);
    this.referrerPolicy = redirectedPolicy(this.referrerPolicy, headers);
    return true;
  }

  private async send(
    kind: Exchange['kind'],
    parts: Pick<WireHeaderFacts, 'method' | 'mode' | 'headers' | 'body' | 'cookie'>,
  ): Promise<WireResponse> {
    const { origin } = this.client;
    const { tainting, referrer, referrerPolicy, urls } = this;
    return await this.log.send(kind, { ...parts, origin, tainting, referrer, referrerPolicy, urls });
  }

  private cacheKey(): PreflightCacheKey {
    const { origin, partition } = this.client;
    return {
      partition,
      origin: serializedRequestOrigin({ origin, urls: this.urls }),
      url: this.currentUrl.href,
      credentials: this.request.credentials,
    };
  }
}
