import { METHODS } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { CorsService } from '../cors.service.js';
import type { CorsExplanation } from '../explain/cors-explanation.js';
import { checkOrigin } from './check-origin.js';
import { Cookies } from './cookies.js';
import type { Exchange } from './exchange.js';
import type { FetchContext } from './fetching.js';
import { appEndpoint, isApp, Network, servedUrl, type Endpoint, type Served } from './network.js';
import { PreflightCache } from './preflight-cache.js';
import { DEFAULT_REFERRER_POLICY } from './referrer.js';
import { siteOf } from './request-origin.js';
import { VirtualPage, type PageOptions } from './virtual-page.js';

/** How long Chromium keeps an answer to a preflight at most, in seconds. */
const CHROMIUM_MAX_AGE = 7200;

/** Settings of a {@link VirtualBrowser}. */
export interface VirtualBrowserOptions {
  /**
   * The origin at which pages know the app, as it is in production: `https://api.example.com`. Requests are sent to
   * where the app listens, with the `Host` of this origin; those to https as well, as behind a proxy that ends TLS.
   * Default: `http://localhost:<port>`, or the origin of the base URL.
   */
  readonly origin?: string | undefined;
  /**
   * Other origins that pages call or are redirected to, and what serves them: `{ 'https://files.example.com': filesApp,
   * 'http://bar.other': 'http://127.0.0.1:3001' }`. Loopback addresses and `localhost` need no entry.
   */
  readonly origins?: Readonly<Record<string, Served>> | undefined;
  /** The longest time that an answer to a preflight is kept, in seconds. Default: 7200, as in Chromium. */
  readonly maxPreflightAge?: number | undefined;
}

/**
 * The client half of the Fetch standard: what does page script on some origin see if it calls this app? It talks to the
 * app over real HTTP on this machine, and to nothing else.
 *
 * It follows the standard where Chromium departs from it (`*` in `Access-Control-Allow-Headers` does not cover
 * `Authorization`), and leaves out HTTP/2, the HTTP cache, service workers and HTTP authentication.
 *
 * @example
 * ```ts
 * const browser = await VirtualBrowser.for(app);
 * const page = browser.page('https://shop.example.com');
 * const result = await page.fetch('/orders/7', { method: 'DELETE', credentials: 'include' });
 * result.readable; // whether script got the response
 * result.failure; // why not
 * result.exchanges; // what was really sent, the preflight first
 * ```
 */
export class VirtualBrowser {
  /** The origin at which pages know the app. */
  readonly origin: string;
  readonly #base: string;
  readonly #context: FetchContext;
  readonly #closing = new AbortController();
  #elapsed = 0;
  #opaquePages = 0;

  private constructor(base: string, network: Network, maxPreflightAge: number) {
    const now = (): number => Date.now() + this.#elapsed;
    this.origin = new URL(base).origin;
    this.#base = base;
    this.#context = {
      network,
      preflights: new PreflightCache(now, maxPreflightAge),
      cookies: new Cookies(now),
      closed: this.#closing.signal,
    };
  }

  /**
   * A browser with empty caches and no cookies, in front of an app.
   *
   * @param app - an app, which starts to listen on a free port of loopback if it does not listen yet; or the URL of one
   * @throws TypeError if an option is wrong; the message shows the mended value
   */
  static async for(app: Served, options: VirtualBrowserOptions = {}): Promise<VirtualBrowser> {
    const { origins = {}, maxPreflightAge = CHROMIUM_MAX_AGE } = options;
    const network = new Network();
    // One after the other: an app that serves two origins must not be told to listen twice.
    // oxlint-disable-next-line no-await-in-loop
    for (const [origin, served] of Object.entries(origins)) await network.serve(origin, served);
    const base = new URL(isApp(app) ? defaultOrigin(await appEndpoint(app)) : servedUrl(app));
    const origin = options.origin ?? base.origin;
    // A base URL may be known by `origins`, too.
    if (options.origin !== undefined || isApp(app))
      await network.serve(origin, isApp(app) ? app : base.origin);
    network.endpoint(new URL(origin));
    return new VirtualBrowser(origin + base.pathname, network, maxPreflightAge);
  }

  /**
   * Opens a page.
   *
   * @param origin - the page's origin; `null` for an opaque one: a sandboxed frame, a `data:` document
   * @throws TypeError if that is no serialized origin; the message shows the mended value
   */
  page(origin: string, { referrerPolicy = DEFAULT_REFERRER_POLICY }: PageOptions = {}): VirtualPage {
    checkOrigin(origin, 'page');
    // No two opaque origins are the same, so no two such pages share what preflights have allowed.
    const partition = origin === 'null' ? `null ${++this.#opaquePages}` : siteOf(origin);
    return new VirtualPage({ origin, partition, base: this.#base, referrerPolicy }, this.#context);
  }

  /** Lets time pass for the preflight cache and the cookies. */
  advance(seconds: number): void {
    this.#elapsed += seconds * 1000;
  }

  /** Empties the preflight cache. */
  clearPreflightCache(): void {
    this.#context.preflights.clearAll();
  }

  /** Forgets all cookies. */
  clearCookies(): void {
    this.#context.cookies.clear();
  }

  /**
   * Asks the server why: browsers hide it, the app need not.
   *
   * @param exchange - one of a result's `exchanges`
   * @returns what `CorsService.explain()` says of the request; `undefined` if there is nobody to ask: an app without
   *   `CorsModule`, just a URL, or a method that Node refuses before any app sees the request
   */
  async explain({ method, url, headers }: Exchange): Promise<CorsExplanation | undefined> {
    const app = this.#context.network.app(new URL(url));
    if (app === undefined || !METHODS.includes(method)) return undefined;
    return await (await corsServiceOf(app))?.explain({ method, url, headers });
  }

  /** Ends what is still arriving, such as an event stream, so that the app can be closed. The browser is of no use then. */
  close(): void {
    this.#closing.abort();
  }
}

/** What pages call an app whose name nobody has said. */
function defaultOrigin({ port, tls }: Endpoint): string {
  return `${tls ? 'https' : 'http'}://localhost:${port}`;
}

/**
 * The service of an app that imports the module.
 *
 * Nest has nothing to ask first. `get()` would throw where there is none, and an app of `NestFactory` ends the process
 * when a method of it throws (`abortOnError`); one that rejects does not.
 */
async function corsServiceOf(app: INestApplication): Promise<CorsService | undefined> {
  return await app.resolve(CorsService).catch(() => undefined);
}
