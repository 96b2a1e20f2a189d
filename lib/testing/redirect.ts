import type { CheckFailure } from './cors-check.js';
import { asStandard, type Departs } from './departures.js';
import type { FetchFailureReason } from './fetch-failure.js';
import type { Header, HeaderList } from './header-list.js';
import type { AnyRequestMode } from './page-fetch-init.js';
import type { RequestBody } from './request-body.js';
import { isBodyHeader, isNonWildcardHeader } from './request-headers.js';
import { isSameOrigin, type Tainting } from './request-origin.js';

/** @see Fetch, HTTP-redirect fetch */
const MAX_REDIRECTS = 20;

/** @see Fetch, Statuses: "redirect status" */
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What of a request a redirect looks at. */
export interface RedirectFacts {
  readonly origin: string;
  readonly mode: AnyRequestMode;
  readonly tainting: Tainting;
  readonly method: string;
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  /** Where the request has been, the URL that was answered last. */
  readonly urls: readonly URL[];
}

/** The parts of a request that a redirect changes. */
export type RedirectedRequest = Pick<RedirectFacts, 'method' | 'headers' | 'body' | 'urls'>;

/** Whether it is a redirect status. */
export function isRedirectStatus(status: number): boolean {
  return REDIRECT_STATUSES.has(status);
}

/**
 * Where a redirect leads; `undefined` if it says nothing, which makes it a response like any other.
 *
 * @see Fetch, Responses: "location URL"
 * @returns `'invalid'` if that is no URL, or there are several
 */
export function locationUrl(headers: HeaderList, current: URL): URL | 'invalid' | undefined {
  const [location, ...others] = headers.values('Location');
  if (location === undefined) return undefined;
  if (others.length > 0 || !URL.canParse(location, current.href)) return 'invalid';
  const url = new URL(location, current);
  if (url.hash === '') url.hash = current.hash;
  return url;
}

/**
 * The request that follows a redirect.
 *
 * @see Fetch, "HTTP-redirect fetch"
 */
export function redirectRequest(
  request: RedirectFacts,
  status: number,
  location: URL | 'invalid',
  departs: Departs = asStandard,
): RedirectedRequest | CheckFailure {
  const current = request.urls.at(-1) as URL;
  if (location === 'invalid') {
    return refusal('location-invalid', 'the redirect has a Location that is no URL, or more than one');
  }
  const failure = refuseLocation(request, location, departs);
  if (failure !== undefined) return failure;
  if (status !== 303 && request.body !== undefined && request.body.bytes === undefined) {
    return refusal(
      'body-not-replayable',
      `the redirect (${status}) asks for the body again, and a stream can be sent once`,
    );
  }
  const getting =
    ((status === 301 || status === 302) && request.method === 'POST') ||
    (status === 303 && request.method !== 'GET' && request.method !== 'HEAD');
  const leaving = !isSameOrigin(current.origin, location.origin);
  return {
    method: getting ? 'GET' : request.method,
    body: getting ? undefined : request.body,
    headers: request.headers.filter(
      ([name]) => !(getting && isBodyHeader(name)) && !(leaving && isNonWildcardHeader(name)),
    ),
    urls: [...request.urls, location],
  };
}

function refuseLocation(
  { origin, mode, tainting, urls }: RedirectFacts,
  location: URL,
  departs: Departs,
): CheckFailure | undefined {
  if (!/^https?:$/.test(location.protocol)) {
    return refusal('location-scheme', `the redirect leads to ${location.protocol}, not to http or https`);
  }
  if (urls.length > MAX_REDIRECTS) {
    return refusal('too-many-redirects', `there were more than ${MAX_REDIRECTS} redirects`);
  }
  const credentials = location.username !== '' || location.password !== '';
  if (credentials && (tainting === 'cors' || (mode === 'cors' && !isSameOrigin(origin, location.origin)))) {
    const message = 'the redirect leads to another origin, with a user name or password in the URL';
    return refusal('location-credentials', message);
  }
  if (credentials && mode !== 'navigate' && departs('credentials-in-subresource-urls-fail')) {
    const message =
      'the redirect leads to a URL with a user name or password, which this engine never follows';
    return refusal('location-credentials', message);
  }
  return undefined;
}

function refusal(reason: FetchFailureReason, message: string): CheckFailure {
  return { reason, message, section: 'HTTP-redirect fetch' };
}
