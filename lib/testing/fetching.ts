import { isSafelistedMethod } from '../protocol/names.js';
import type { EngineProfile } from '../engines/engine-profile.js';
import type { Cookies } from './cookies.js';
import { corsCheck, type CheckFailure } from './cors-check.js';
import { fetchData } from './data-url.js';
import type { Departs, Departures } from './departures.js';
import type { Exchange } from './exchange.js';
import { ExchangeLog } from './exchange-log.js';
import { FetchError } from './fetch-error.js';
import type { PreflightUse } from './fetch-result.js';
import type { Header } from './header-list.js';
import { lostHeaders, namesToAsk, type LostHeader } from './lost-headers.js';
import { responseTainting } from './main-fetch.js';
import type { Network } from './network.js';
import type { PageRequest } from './page-request.js';
import { preflightHeaders, readPreflightAnswer } from './preflight.js';
import type { PreflightCache, PreflightCacheKey } from './preflight-cache.js';
import { isRedirectStatus, locationUrl, redirectRequest } from './redirect.js';
import { determineReferrer, pageReferrer, redirectedPolicy } from './referrer.js';
import type { RequestBody } from './request-body.js';
import { unsafeHeaderNames } from './request-headers.js';
import {
  isAddress,
  isSameOrigin,
  preflightOrigin,
  serializedRequestOrigin,
  type Tainting,
} from './request-origin.js';
import { resourcePolicyCheck } from './resource-policy.js';
import { passesTimingCheck } from './response-headers.js';
import type { WireHeaderFacts } from './wire-headers.js';
import type { WireResponse } from './wire.js';

/** What the fetches of a browser share, as far as its pages are shown by the same engine. */
export interface FetchContext {
  readonly profile: EngineProfile;
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
  /** Whether the user has permitted it to reach the local network. */
  readonly localNetworkAccess: boolean;
  /** Whether it is an extension that may read from any host. */
  readonly extension: boolean;
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
  private lost: readonly LostHeader[] = [];
  /** That of the last redirect. */
  private redirectStatus = 0;
  private headers: readonly Header[];
  private body: RequestBody | undefined;
  private referrer: string | undefined;
  private referrerPolicy: PageRequest['referrerPolicy'];

  constructor(
    private readonly request: PageRequest,
    private readonly client: Client,
    private readonly context: FetchContext,
    private readonly departures: Departures,
  ) {
    const signals = request.signal === undefined ? [] : [request.signal];
    this.log = new ExchangeLog(
      context.network,
      AbortSignal.any([context.closed, ...signals]),
      departures.departs,
    );
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
      this.distrust();
      throw error;
    }
  }

  /** What a preflight has allowed is not trusted any longer. @see Fetch, "Main fetch" */
  private distrust(): void {
    if (this.preflight === 'none') return;
    const { preflights, profile } = this.context;
    // This sends nothing, so that it says nothing of what the engine does with the origin.
    const key = this.cacheKey(profile.has.bind(profile));
    if (preflights.hasAny(key) && this.departures.departs('preflights-kept-after-failure')) return;
    preflights.clear(key);
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
    const { origin, localNetworkAccess } = this.client;
    const standIn = this.context.network.isStandIn(url);
    const facts = { origin, mode, redirect, tainting, localNetworkAccess, standIn };
    const decided = this.skipsCors() ? 'basic' : responseTainting(facts, url, this.departures.departs);
    if (typeof decided === 'object') throw FetchError.at('main-fetch', decided);
    this.tainting = decided;
    if (decided === 'cors') await this.askFirst();
    return await this.httpFetch();
  }

  /** Whether the request is one of an extension that the user has given the host to. */
  private skipsCors(): boolean {
    const { extension, origin } = this.client;
    return extension && this.departures.departs('extensions-skip-cors', { origin });
  }

  /** @see Fetch, "HTTP fetch": makeCORSPreflight, and the conditions for it in "Main fetch" */
  private async askFirst(): Promise<void> {
    const { departs } = this.departures;
    const unsafeNames = namesToAsk(unsafeHeaderNames(this.headers, departs), this.lost, this.method, departs);
    const safelisted = isSafelistedMethod(this.method);
    const asks = this.request.forced || !safelisted || unsafeNames.length > 0;
    if (!asks && !this.asksAgain()) return;
    const key = this.cacheKey(departs);
    const { preflights } = this.context;
    const methodKnown =
      (safelisted && (asks ? !this.request.forced : preflights.hasAny(key, departs))) ||
      preflights.hasMethod(key, this.method, departs);
    if (methodKnown && unsafeNames.every((name) => preflights.hasHeader(key, name, departs))) {
      if (this.preflight === 'none') this.preflight = 'cached';
      return;
    }
    this.preflight = 'sent';
    await this.preflightFetch(unsafeNames, key);
  }

  /** Whether there is a preflight though nothing asks for it, because there has been one before a redirect. */
  private asksAgain(): boolean {
    if (this.preflight === 'none') return false;
    const facts = { method: this.method, status: String(this.redirectStatus) };
    return this.departures.departs('redirects-ask-again', facts);
  }

  /** @see Fetch, "CORS-preflight fetch" */
  private async preflightFetch(unsafeNames: readonly string[], key: PreflightCacheKey): Promise<void> {
    const { credentials, forced } = this.request;
    const response = await this.send('preflight', {
      method: 'OPTIONS',
      headers: preflightHeaders(this.method, unsafeNames),
      mode: 'cors',
      body: undefined,
      preflightOrigin: key.origin,
    });
    response.discard();
    const { origin } = key;
    const question = { origin, credentials, method: this.method, unsafeNames, forced };
    const { departs } = this.departures;
    const answer = readPreflightAnswer(question, response.status, response.headers, departs);
    if ('reason' in answer) throw FetchError.at('preflight', answer);
    this.context.preflights.store(key, answer, [this.method, ...unsafeNames], departs);
  }

  /** @see Fetch, "HTTP fetch" and "HTTP-network-or-cache fetch", without the cache */
  private async httpFetch(): Promise<WireResponse> {
    const { credentials, mode } = this.request;
    const { origin, extension } = this.client;
    const url = this.currentUrl;
    // An extension is of the site that it calls.
    const site = extension ? url.origin : origin;
    const cookies = credentials === 'include' || (credentials === 'same-origin' && this.tainting === 'basic');
    const cookie = cookies ? this.context.cookies.header(url, site) : undefined;
    // What ends TLS speaks HTTP/2, as nearly all servers do; without TLS no browser does.
    const isPlain = url.protocol === 'http:';
    if (this.body?.stream !== undefined && isPlain && this.departures.departs('streams-need-http2')) {
      const message = 'this engine streams a body over HTTP/2 only, and over plain http there is none';
      throw new FetchError('network', 'stream-needs-http2', message, 'HTTP-network fetch');
    }
    const response = await this.send('request', {
      method: this.method,
      headers: this.headers,
      mode,
      body: this.body,
      cookie,
    });
    // Also if what follows fails: script will not know, but the server has logged in or out.
    if (cookies) this.context.cookies.store(url, site, response.headers);
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
  private sharingFailure(response: WireResponse, serialized: string): FetchError | undefined {
    const { headers } = response;
    if (this.tainting === 'cors') {
      const { credentials } = this.request;
      const subject = 'the response';
      const failure =
        corsCheck({ origin: serialized, credentials }, headers, subject) ??
        this.credentialsFailure(
          response,
          corsCheck({ origin: serialized, credentials: 'include' }, headers, subject),
        );
      return failure && FetchError.at('cors-check', failure);
    }
    if (this.tainting !== 'opaque') return undefined;
    const failure = resourcePolicyCheck(headers, this.client.origin, this.currentUrl);
    return failure && FetchError.at('resource-policy', failure);
  }

  /**
   * Whether one more redirect is checked as if the request, which has begun on its own origin and with what belongs to that,
   * still included credentials.
   *
   * @param failure - what is wrong with the redirect then
   */
  private credentialsFailure(
    { status }: WireResponse,
    failure: CheckFailure | undefined,
  ): CheckFailure | undefined {
    const begunAtHome = isSameOrigin((this.urls[0] as URL).origin, this.client.origin);
    if (failure === undefined || !begunAtHome || this.request.credentials === 'omit') return undefined;
    if (!isRedirectStatus(status)) return undefined;
    const facts = { status: String(status) };
    return this.departures.departs('second-redirect-wants-credentials', facts) ? failure : undefined;
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
    const { departs } = this.departures;
    const next = redirectRequest({ ...facts, headers: this.headers }, status, location, departs);
    if ('reason' in next) {
      response.discard();
      throw FetchError.at('redirect', next);
    }
    this.redirectStatus = status;
    this.lost = [...this.lost, ...lostHeaders(this.headers, next.headers, status)];
    ({ method: this.method, headers: this.headers, body: this.body, urls: this.urls } = next);
    this.referrerPolicy = redirectedPolicy(this.referrerPolicy, headers);
    return true;
  }

  private async send(
    kind: Exchange['kind'],
    parts: Pick<WireHeaderFacts, 'method' | 'mode' | 'headers' | 'body' | 'cookie' | 'preflightOrigin'>,
  ): Promise<WireResponse> {
    const { origin, extension } = this.client;
    const { tainting, referrer, referrerPolicy, urls } = this;
    const facts = { ...parts, origin, extension, tainting, referrer, referrerPolicy, urls };
    return await this.log.send(kind, facts);
  }

  private cacheKey(departs: Departs): PreflightCacheKey {
    const { origin, partition } = this.client;
    const url = this.currentUrl;
    return {
      partition,
      origin: preflightOrigin({ origin, urls: this.urls }, departs),
      url: url.href,
      credentials: this.request.credentials,
      address: isAddress(url) && !this.context.network.isStandIn(url),
    };
  }
}
