import type { EngineName, QuirkName } from '../engines/quirks.js';
import { Departures, type Departs } from './departures.js';
import { FetchError } from './fetch-error.js';
import { withoutFragment } from './exchange-log.js';
import { Fetching, type Client, type FetchContext, type Outcome } from './fetching.js';
import { FetchResult, type FetchResultParts } from './fetch-result.js';
import type { FormFields, PageFetchInit, ReferrerPolicy } from './page-fetch-init.js';
import { makeRequest, makeSubmission, type PageRequest } from './page-request.js';
import { exposedHeaders, ownHeaders } from './response-headers.js';

/** What else is known of a page. */
export interface PageOptions {
  /** The policy of the document. Default: `strict-origin-when-cross-origin`, as in browsers. */
  readonly referrerPolicy?: ReferrerPolicy | undefined;
  /**
   * The engine that shows the page; another one than the browser's is another browser, with a preflight cache and cookies of
   * its own. Default: that of the browser.
   */
  readonly engine?: EngineName | undefined;
  /** Single quirks that are switched on beside those of the engine. Default: those of the browser, unless `engine` is said. */
  readonly quirks?: readonly QuirkName[] | undefined;
  /**
   * Whether the user has permitted the page to reach the local network, as Chromium and Firefox ask before a public page
   * calls `http://localhost:3000` or `http://192.168.0.2`. Default: `false`.
   */
  readonly localNetworkAccess?: boolean | undefined;
  /**
   * Whether the browser was started with access to files (`--allow-file-access-from-files` of Chromium), for a page in a
   * file. Default: `false`.
   */
  readonly fileAccess?: boolean | undefined;
}

/** A page, as `browser.page()` makes it. */
export interface PageSettings extends Client {
  /** What URLs without scheme and host are relative to. */
  readonly base: string;
  readonly referrerPolicy: ReferrerPolicy;
  /** What the engine has done otherwise when the page was opened. */
  readonly opened?: Departures;
}

/** Statuses without a body. @see Fetch, Statuses: "null body status" */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** A document or worker in the `VirtualBrowser`, of which only the origin matters. */
export class VirtualPage {
  readonly #settings: PageSettings;
  readonly #context: FetchContext;

  /** @internal Pages are made by `browser.page()`. */
  constructor(settings: PageSettings, context: FetchContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** The serialized origin; `null` for an opaque one. */
  get origin(): string {
    return this.#settings.origin;
  }

  /**
   * What `fetch()` does on this page. An HTTP cache, service workers and HTTP authentication are left out.
   *
   * @param input - a URL; one without scheme and host is the app's, whatever the page's origin is
   * @param init - as for `fetch()`
   * @returns the result, also where script's promise is rejected: see {@link FetchResult.failure}
   * @throws Error if nothing is known to serve the URL, or the one that a redirect leads to: see
   *   `VirtualBrowserOptions.origins`
   */
  async fetch(input: string | URL, init: PageFetchInit = {}): Promise<FetchResult> {
    const { base } = this.#settings;
    return await this.#run((departs) => makeRequest(input, init, base, this.#settings, departs));
  }

  /**
   * Sends a form of this page with the method POST, as a click of the user does: without CORS and with cookies. What comes
   * back is another document, of which this page's script sees nothing; `result.exchanges` has it.
   *
   * @param action - a URL; one without scheme and host is the app's
   * @param fields - by default none
   * @example
   * ```ts
   * const page = browser.page(browser.origin, { referrerPolicy: 'no-referrer' }); // as Helmet has it by default
   * const { exchanges } = await page.submit('/login', { user: 'ada' });
   * exchanges[0].headers.get('Origin'); // 'null', in every engine
   * ```
   */
  async submit(action: string | URL, fields: FormFields = {}): Promise<FetchResult> {
    const { base } = this.#settings;
    return await this.#run(() => makeSubmission(action, fields, base, this.#settings));
  }

  async #run(make: (departs: Departs) => Promise<PageRequest>): Promise<FetchResult> {
    let fetching: Fetching | undefined;
    const departures = new Departures(this.#context.profile, this.#settings.opened);
    const { engine } = this.#context.profile;
    try {
      const request = await make(departures.departs);
      fetching = new Fetching(request, this.#settings, this.#context, departures);
      const outcome = await fetching.run();
      return resultOf(request, fetching, outcome, { engine, departures });
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      const { exchanges = [], preflight = 'none' } = fetching ?? {};
      const { failure } = error;
      return new FetchResult({ type: 'error', failure, exchanges, preflight, engine, departures });
    }
  }
}

/** Filters a response for script. @see Fetch, Main fetch, and Responses: "filtered response" */
function resultOf(
  request: PageRequest,
  fetching: Fetching,
  { response, manual }: Outcome,
  engine: Pick<FetchResultParts, 'engine' | 'departures'>,
): FetchResult {
  const { exchanges, preflight, tainting, timingAllowed, urls, method } = fetching;
  const { status, headers } = response;
  const shared = { ...engine, exchanges, preflight, timingAllowed };
  const url = withoutFragment(fetching.currentUrl);
  if (manual || tainting === 'opaque' || request.mode === 'navigate') {
    response.discard();
    return new FetchResult(
      manual ? { ...shared, type: 'opaqueredirect', url } : { ...shared, type: 'opaque' },
    );
  }
  const bodiless = method === 'HEAD' || NULL_BODY_STATUSES.has(status);
  if (bodiless) response.discard();
  return new FetchResult({
    ...shared,
    type: tainting,
    status,
    url,
    redirected: urls.length > 1,
    headers: tainting === 'cors' ? exposedHeaders(headers, request.credentials) : ownHeaders(headers),
    body: bodiless ? undefined : response.body(),
  });
}
