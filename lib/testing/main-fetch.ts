import type { CheckFailure } from './cors-check.js';
import type { FetchFailureReason } from './fetch-failure.js';
import type { RedirectMode, RequestMode } from './page-fetch-init.js';
import { isSameOrigin, isTrustworthy, type Tainting } from './request-origin.js';

/** What main fetch looks at. */
export interface MainFetchFacts {
  /** The page's origin. */
  readonly origin: string;
  readonly mode: RequestMode;
  readonly redirect: RedirectMode;
  /** So far: a request that has been elsewhere stays tainted. */
  readonly tainting: Tainting;
}

/**
 * How script will see a response from a URL: `basic` for its own origin, `cors` if that response allows it, `opaque`.
 *
 * @see Fetch, "Main fetch"
 * @returns a failure where nothing may be sent
 */
export function responseTainting(facts: MainFetchFacts, url: URL): Tainting | CheckFailure {
  const { origin, mode, redirect, tainting } = facts;
  // Mixed Content, 4.4. Pages on http://localhost are let off, as browsers do.
  if (origin.startsWith('https:') && url.protocol === 'http:' && !isTrustworthy(url.origin)) {
    return refusal('mixed-content', `a page on https cannot call ${url.origin}`);
  }
  // Asked before the origin, since that of a blob: URL is the page's, though no server has what it stands for.
  if (!/^https?:$/.test(url.protocol)) {
    return refusal('scheme-not-http', `${url.protocol} is neither http nor https`);
  }
  if (isSameOrigin(url.origin, origin) && tainting === 'basic') return 'basic';
  if (mode === 'same-origin')
    return refusal('not-same-origin', `mode same-origin does not go to ${url.origin}`);
  if (mode === 'no-cors' && redirect !== 'follow') {
    return refusal('redirect-mode-not-allowed', `mode no-cors does not take redirect: '${redirect}'`);
  }
  return mode === 'no-cors' ? 'opaque' : 'cors';
}

function refusal(reason: FetchFailureReason, message: string): CheckFailure {
  return { reason, message, section: 'Main fetch' };
}
