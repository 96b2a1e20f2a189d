import type { CheckFailure } from './cors-check.js';
import { asStandard, type Departs } from './departures.js';
import type { FetchFailureReason } from './fetch-failure.js';
import type { RedirectMode, AnyRequestMode } from './page-fetch-init.js';
import {
  isLocalNetwork,
  isPublicPage,
  isSameOrigin,
  isTrustworthy,
  type Tainting,
} from './request-origin.js';

/** What main fetch looks at. */
export interface MainFetchFacts {
  /** The page's origin. */
  readonly origin: string;
  readonly mode: AnyRequestMode;
  readonly redirect: RedirectMode;
  /** So far: a request that has been elsewhere stays tainted. */
  readonly tainting: Tainting;
  /** Whether the user has permitted the page to reach the local network. */
  readonly localNetworkAccess?: boolean;
  /** Whether the URL only says where the app of a test listens, and stands for one on the internet. */
  readonly standIn?: boolean;
}

/**
 * How script will see a response from a URL: `basic` for its own origin, `cors` if that response allows it, `opaque`.
 *
 * @see Fetch, "Main fetch"
 * @returns a failure where nothing may be sent
 */
export function responseTainting(
  facts: MainFetchFacts,
  url: URL,
  departs: Departs = asStandard,
): Tainting | CheckFailure {
  const { origin, mode, redirect, tainting } = facts;
  if (mode === 'navigate') return 'basic';
  if (origin.startsWith('https:') && url.protocol === 'http:' && isMixedContent(facts, url, departs)) {
    return refusal('mixed-content', `a page on https cannot call ${url.origin}`);
  }
  // Asked before the origin, since that of a blob: URL is the page's, though no server has what it stands for.
  if (!/^https?:$/.test(url.protocol)) {
    return refusal('scheme-not-http', `${url.protocol} is neither http nor https`);
  }
  if (needsPermission(facts, url) && departs('local-network-needs-permission', { origin: url.origin })) {
    const message = `a public page cannot call ${url.origin} unless the user permits it the local network`;
    return refusal('local-network-not-permitted', message);
  }
  if (isSameOrigin(url.origin, origin) && tainting === 'basic') return 'basic';
  if (mode === 'same-origin')
    return refusal('not-same-origin', `mode same-origin does not go to ${url.origin}`);
  if (mode === 'no-cors' && redirect !== 'follow') {
    return refusal('redirect-mode-not-allowed', `mode no-cors does not take redirect: '${redirect}'`);
  }
  return mode === 'no-cors' ? 'opaque' : 'cors';
}

/** Mixed Content, 4.4: whether a page on https may not call a URL of http. */
function isMixedContent(
  { localNetworkAccess, standIn }: MainFetchFacts,
  url: URL,
  departs: Departs,
): boolean {
  const facts = { origin: url.origin };
  if (isTrustworthy(url.origin)) return standIn !== true && departs('localhost-is-mixed-content', facts);
  const permitted = localNetworkAccess === true && isLocalNetwork(url.hostname);
  return !(permitted && departs('permitted-local-network-is-no-mixed-content', facts));
}

/** Local Network Access: whether a page that is on the internet calls a machine that is not. */
function needsPermission(
  { origin, localNetworkAccess, standIn }: MainFetchFacts,
  { hostname }: URL,
): boolean {
  if (standIn === true || !isLocalNetwork(hostname) || !isPublicPage(origin)) return false;
  // Pages that anybody on the way can have changed cannot be permitted anything.
  return localNetworkAccess !== true || (origin.startsWith('http:') && !isTrustworthy(origin));
}

function refusal(reason: FetchFailureReason, message: string): CheckFailure {
  return { reason, message, section: 'Main fetch' };
}
