import { FetchError } from './fetch-error.js';
import { withoutFragment } from './exchange-log.js';
import { Fetching, type Client, type FetchContext, type Outcome } from './fetching.js';
import { FetchResult } from './fetch-result.js';
import type { PageFetchInit, ReferrerPolicy } from './page-fetch-init.js';
import { makeRequest, type PageRequest } from './page-request.js';
import { exposedHeaders, ownHeaders } from './response-headers.js';

/** What else is known of a page. */
export interface PageOptions {
  /** The policy of the document. Default: `strict-origin-when-cross-origin`, as in browsers. */
  readonly referrerPolicy?: ReferrerPolicy | undefined;
}

/** A page, as `browser.page()` makes it. */
export interface PageSettings extends Client {
  /** What URLs without scheme and host are relative to. */
  readonly base: string;
  readonly referrerPolicy: ReferrerPolicy;
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
    let fetching: Fetching | undefined;
    try {
      const request = await makeRequest(input, init, this.#settings.base, this.#settings);
      fetching = new Fetching(request, this.#settings, this.#context);
      return resultOf(request, fetching, await fetching.run());
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      const { exchanges = [], preflight = 'none' } = fetching ?? {};
      return new FetchResult({ type: 'error', failure: error.failure, exchanges, preflight });
    }
  }
}

/** Filters a response for script. @see Fetch, Main fetch, and Responses: "filtered response" */
function resultOf(request: PageRequest, fetching: Fetching, { response, manual }: Outcome): FetchResult {
  const { exchanges, preflight, tainting, timingAllowed, urls, method } = fetching;
  const { status, headers } = response;
  const shared = { exchanges, preflight, timingAllowed };
  const url = withoutFragment(fetching.currentUrl);
  if (manual || tainting === 'opaque') {
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
