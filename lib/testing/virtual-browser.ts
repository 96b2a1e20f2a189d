import { METHODS } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { CorsService } from '../cors.service.js';
import { profileOf, titlesOf, type EngineProfile } from '../engines/engine-profile.js';
import { QUIRKS, type EngineName, type QuirkName } from '../engines/quirks.js';
import type { CorsExplanation } from '../explain/cors-explanation.js';
import { Departures } from './departures.js';
import { Cookies } from './cookies.js';
import type { Exchange } from './exchange.js';
import type { FetchContext } from './fetching.js';
import { appEndpoint, isApp, Network, servedUrl, type Endpoint, type Served } from './network.js';
import { extensionOrigin, pageOrigin } from './page-origin.js';
import { PreflightCache } from './preflight-cache.js';
import { DEFAULT_REFERRER_POLICY } from './referrer.js';
import { siteOf } from './request-origin.js';
import { VirtualPage, type PageOptions } from './virtual-page.js';

/** Settings of a {@link VirtualBrowser}. */
export interface VirtualBrowserOptions {
  /**
   * The origin at which pages know the app, as it is in production: `https://api.example.com`. Requests are sent to
   * where the app listens, with the `Host` of this origin; those to https as well, as behind a proxy that ends TLS.
   * Default: `http://localhost:<port>`, or the origin of the base URL, which no engine then takes for the user's own
   * machine.
   */
  readonly origin?: string | undefined;
  /**
   * Other origins that pages call or are redirected to, and what serves them: `{ 'https://files.example.com': filesApp,
   * 'http://bar.other': 'http://127.0.0.1:3001' }`. Loopback addresses and `localhost` need no entry.
   */
  readonly origins?: Readonly<Record<string, Served>> | undefined;
  /**
   * The longest time that an answer to a preflight is kept, in seconds. Default: that of the engine, 7200 in Chromium, 86400
   * in Firefox and 600 in WebKit; of the standard, which names none, 7200.
   */
  readonly maxPreflightAge?: number | undefined;
  /** Whose browser it is. Default: `standard`, the Fetch standard to the letter, which no engine follows everywhere. */
  readonly engine?: EngineName | undefined;
  /** Single quirks that are switched on beside those of the engine, such as `['star-covers-authorization']`. Default: none. */
  readonly quirks?: readonly QuirkName[] | undefined;
}

/** What an extension can say of itself. */
export type ExtensionOptions = Pick<PageOptions, 'engine' | 'quirks'>;

/**
 * The client half of the Fetch standard: what does page script on some origin see if it calls this app? It talks to the
 * app over real HTTP on this machine, and to nothing else.
 *
 * It follows the standard, or with the option `engine` Chromium, Firefox or WebKit where they depart from it (`*` in
 * `Access-Control-Allow-Headers` covers `Authorization`, for instance), and leaves out HTTP/2, the HTTP cache, service
 * workers and HTTP authentication.
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
  readonly #network: Network;
  readonly #profile: EngineProfile;
  readonly #maxPreflightAge: number | undefined;
  /** One for each engine that shows a page. */
  readonly #contexts = new Map<string, FetchContext>();
  readonly #closing = new AbortController();
  #elapsed = 0;
  #opaquePages = 0;

  private constructor(
    base: string,
    network: Network,
    profile: EngineProfile,
    maxPreflightAge: number | undefined,
  ) {
    this.origin = new URL(base).origin;
    this.#base = base;
    this.#network = network;
    this.#profile = profile;
    this.#maxPreflightAge = maxPreflightAge;
  }

  /**
   * A browser with empty caches and no cookies, in front of an app.
   *
   * @param app - an app, which starts to listen on a free port of loopback if it does not listen yet; or the URL of one
   * @throws TypeError if an option is wrong; the message shows the mended value
   */
  static async for(app: Served, options: VirtualBrowserOptions = {}): Promise<VirtualBrowser> {
    const { origins = {}, maxPreflightAge, engine = 'standard', quirks } = options;
    const profile = profileOf(engine, quirks);
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
    if (options.origin === undefined) network.standIn(origin);
    return new VirtualBrowser(origin + base.pathname, network, profile, maxPreflightAge);
  }

  /**
   * Opens a page.
   *
   * @param written - the page's origin; `null` for an opaque one: a sandboxed frame, a `data:` document; or the URL of a page
   *   in a file (`file:///home/me/index.html`) or in an app shell (`app:///index.html`, `qrc:/main.html`)
   * @throws TypeError if that is no serialized origin; the message shows the mended value
   */
  page(written: string, options: PageOptions = {}): VirtualPage {
    const {
      referrerPolicy = DEFAULT_REFERRER_POLICY,
      localNetworkAccess = false,
      fileAccess = false,
    } = options;
    const context = this.#contextOf(this.#profileOf(options));
    const opened = new Departures(context.profile);
    const origin = pageOrigin(written, fileAccess, opened.departs);
    // No two opaque origins are the same, so no two such pages share what preflights have allowed.
    const partition = origin === 'null' ? `null ${++this.#opaquePages}` : siteOf(origin);
    // A page in a file is on this machine already.
    const isLocal = localNetworkAccess || written.startsWith('file:');
    const client = { origin, partition, localNetworkAccess: isLocal, extension: false };
    return new VirtualPage({ ...client, base: this.#base, referrerPolicy, opened }, context);
  }

  /**
   * The background of an extension that the user has given the app to (`host_permissions`). CORS does not apply to it:
   * it reads everything, with its own `Origin` where it does not only ask for something, and `Sec-Fetch-Site: none`. One
   * without the permission is a page like others: `browser.page('chrome-extension://…')`.
   *
   * @param id - its 32 letters from a to p
   * @param options - the engine is `chromium` by default, whatever that of the browser is
   * @throws TypeError if there is no such identifier, or where it is not known what extensions of the engine send
   */
  extension(id: string, { engine = 'chromium', quirks }: ExtensionOptions = {}): VirtualPage {
    const origin = extensionOrigin(id);
    const profile = profileOf(engine, quirks);
    if (!profile.has('extensions-skip-cors')) {
      const known = QUIRKS['extensions-skip-cors'].engines;
      throw new TypeError(
        `extension: what an extension sends is known of ${titlesOf(known)}, not of ${profile.title}: write ` +
          known.map((one) => `{ engine: '${one}' }`).join(' or '),
      );
    }
    const client = { origin, partition: origin, localNetworkAccess: true, extension: true };
    const page = { base: this.#base, referrerPolicy: DEFAULT_REFERRER_POLICY };
    return new VirtualPage({ ...client, ...page }, this.#contextOf(profile));
  }

  /** Lets time pass for the preflight cache and the cookies. */
  advance(seconds: number): void {
    this.#elapsed += seconds * 1000;
  }

  /** Empties the preflight cache. */
  clearPreflightCache(): void {
    for (const { preflights } of this.#contexts.values()) preflights.clearAll();
  }

  /** Forgets all cookies. */
  clearCookies(): void {
    for (const { cookies } of this.#contexts.values()) cookies.clear();
  }

  /**
   * Asks the server why: browsers hide it, the app need not.
   *
   * @param exchange - one of a result's `exchanges`
   * @returns what `CorsService.explain()` says of the request; `undefined` if there is nobody to ask: an app without
   *   `CorsModule`, just a URL, or a method that Node refuses before any app sees the request
   */
  async explain({ method, url, headers }: Exchange): Promise<CorsExplanation | undefined> {
    const app = this.#network.app(new URL(url));
    if (app === undefined || !METHODS.includes(method)) return undefined;
    return await (await corsServiceOf(app))?.explain({ method, url, headers });
  }

  /** Ends what is still arriving, such as an event stream, so that the app can be closed. The browser is of no use then. */
  close(): void {
    this.#closing.abort();
  }

  /** @internal A new browser of another engine on the same network: nothing in its caches, no cookies, no time passed. */
  anew(engine: EngineName): VirtualBrowser {
    return new VirtualBrowser(this.#base, this.#network, profileOf(engine), this.#maxPreflightAge);
  }

  #profileOf({ engine, quirks }: PageOptions): EngineProfile {
    if (engine === undefined && quirks === undefined) return this.#profile;
    return profileOf(engine ?? this.#profile.engine, quirks);
  }

  #contextOf(profile: EngineProfile): FetchContext {
    const key = `${profile.engine} ${profile.quirks.join(' ')}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const now = (): number => Date.now() + this.#elapsed;
    const context: FetchContext = {
      profile,
      network: this.#network,
      preflights: new PreflightCache(now, this.#maxPreflightAge ?? profile.maxPreflightAge),
      cookies: new Cookies(now),
      closed: this.#closing.signal,
    };
    this.#contexts.set(key, context);
    return context;
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
