import { getDomain } from 'tldts';
import { isInsecureOrigin, OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import { asStandard, type Departs } from './departures.js';
import type { AnyRequestMode, ReferrerPolicy } from './page-fetch-init.js';

/*
 * Origins are strings here: serialized, and `null` for every opaque one, which is the same as none, not even itself.
 */

/** How script may see a response. @see Fetch, Requests: "response tainting" */
export type Tainting = 'basic' | 'cors' | 'opaque';

/** What of a request decides its `Origin`. */
export interface OriginFacts {
  /** The page's origin. */
  readonly origin: string;
  /** Where the request has been sent so far, and where it goes now. @see Fetch, Requests: "URL list" */
  readonly urls: readonly URL[];
  readonly method: string;
  readonly mode: AnyRequestMode;
  readonly tainting: Tainting;
  readonly referrerPolicy: ReferrerPolicy;
}

/** @see HTML, "same origin" */
export function isSameOrigin(a: string, b: string): boolean {
  return a === b && a !== OPAQUE_ORIGIN;
}

/** @see HTML, "same site", with the schemes */
export function isSameSite(a: string, b: string): boolean {
  return isSchemelesslySameSite(a, b) && schemeOf(a) === schemeOf(b);
}

/** @see HTML, "schemelessly same site" */
export function isSchemelesslySameSite(a: string, b: string): boolean {
  if (a === OPAQUE_ORIGIN || b === OPAQUE_ORIGIN) return false;
  return siteHost(a) === siteHost(b);
}

/** The site of a page, as a key. @see HTML, "obtain a site" */
export function siteOf(origin: string): string {
  return origin === OPAQUE_ORIGIN ? OPAQUE_ORIGIN : `${schemeOf(origin)}//${siteHost(origin)}`;
}

/** Whether no one on the way can read or change what goes there. @see Secure Contexts, 3.1 */
export function isTrustworthy(origin: string): boolean {
  return schemeOf(origin) === 'http:' ? !isInsecureOrigin(origin) : schemeOf(origin) === 'https:';
}

/** Loopback and private addresses (RFC 1918, 3927, 4193, 6598), and names that stand for them. */
const LOCAL_HOST =
  /^(?:(?:10|127)\.[\d.]+|192\.168\.[\d.]+|169\.254\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.[\d.]+|\[(?:::1|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)\]|(?:.+\.)?local(?:host)?\.?)$/;

/** Whether a host, as a URL has it, is this machine or one of its own network. @see Local Network Access, 2.1 */
export function isLocalNetwork(hostname: string): boolean {
  return LOCAL_HOST.test(hostname);
}

/** Whether a page comes from the internet: one of another scheme comes from an app on this machine. */
export function isPublicPage(origin: string): boolean {
  if (origin === OPAQUE_ORIGIN) return true;
  const { protocol, hostname } = new URL(origin);
  return /^https?:$/.test(protocol) && !isLocalNetwork(hostname);
}

/** Whether a URL names its host by an IP address. */
export function isAddress({ hostname }: URL): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}

/** Whether a redirect has lost the page's origin. @see Fetch, Requests: "redirect-taint" */
export function isTainted({ origin, urls }: Pick<OriginFacts, 'origin' | 'urls'>): boolean {
  return urls.some((url, at) => {
    const last = urls[at - 1];
    return last !== undefined && !isSameOrigin(url.origin, last.origin) && !isSameOrigin(origin, last.origin);
  });
}

/** @see Fetch, Requests: "serializing a request origin" */
export function serializedRequestOrigin(facts: Pick<OriginFacts, 'origin' | 'urls'>): string {
  return isTainted(facts) ? OPAQUE_ORIGIN : facts.origin;
}

/**
 * The request origin that a preflight is sent for, and that its answer is kept for.
 *
 * @see Fetch, "CORS-preflight fetch"
 */
export function preflightOrigin(facts: Pick<OriginFacts, 'origin' | 'urls'>, departs: Departs): string {
  const { origin } = facts;
  const serialized = serializedRequestOrigin(facts);
  return serialized !== origin && departs('preflight-shows-tainted-origin', { origin }) ? origin : serialized;
}

/** The value of `Origin`, `undefined` if it is not sent. @see Fetch, "append a request `Origin` header" */
export function originHeader(facts: OriginFacts, departs: Departs = asStandard): string | undefined {
  const { origin, urls, method, mode, tainting, referrerPolicy } = facts;
  if (tainting === 'cors') return serializedRequestOrigin(facts);
  if (method === 'GET' || method === 'HEAD') return undefined;
  const target = (urls.at(-1) as URL).origin;
  const serialized = serializedRequestOrigin(facts);
  const hidden =
    mode !== 'cors' &&
    serialized !== OPAQUE_ORIGIN &&
    hidesOrigin(referrerPolicy, origin, target) &&
    // Forms are not what engines differ about.
    !(mode !== 'navigate' && departs('referrer-policy-leaves-origin', { origin, policy: referrerPolicy }));
  return hidden ? OPAQUE_ORIGIN : serialized;
}

/** @see Fetch Metadata, "The Sec-Fetch-Site HTTP Request Header" */
export function fetchSite({ origin, urls }: Pick<OriginFacts, 'origin' | 'urls'>): string {
  const others = urls.filter((url) => !isSameOrigin(url.origin, origin));
  if (others.length === 0) return 'same-origin';
  return others.every((url) => isSameSite(url.origin, origin)) ? 'same-site' : 'cross-site';
}

function hidesOrigin(policy: ReferrerPolicy, origin: string, target: string): boolean {
  switch (policy) {
    case 'no-referrer':
      return true;
    case 'no-referrer-when-downgrade':
    case 'strict-origin':
    case 'strict-origin-when-cross-origin':
      return schemeOf(origin) === 'https:' && schemeOf(target) !== 'https:';
    case 'same-origin':
      return !isSameOrigin(origin, target);
    case 'origin':
    case 'origin-when-cross-origin':
    case 'unsafe-url':
      return false;
  }
}

/** The registrable domain, or the host where there is none: an address, `localhost`, a public suffix. */
function siteHost(origin: string): string {
  const { hostname } = new URL(origin);
  const options = { allowPrivateDomains: true, extractHostname: false, validateHostname: false };
  return getDomain(hostname, options) ?? hostname;
}

function schemeOf(origin: string): string {
  return origin === OPAQUE_ORIGIN ? '' : new URL(origin).protocol;
}
