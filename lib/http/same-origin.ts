import { isSafeMethod } from '../protocol/names.js';
import type { PlatformRequest } from '../routing/route-matcher.js';

/**
 * Whether a request comes from the app's own origin, as far as a server can tell. Where the app's origins are known, they
 * say it, and nothing else does: a stranger's host name can point at the app's address (DNS rebinding). Else the browser
 * says so in `Sec-Fetch-Site`; where it does not send that, the host in `Origin` is compared with the request's authority.
 * The scheme is not, as long as it is one of HTTP: behind a proxy that ends TLS the app does not know which.
 *
 * `none` says that no site has started the request, which is no more than if nothing were said: an extension can do that.
 *
 * Without `Origin`, a request is of the app itself, or of no browser, unless `Sec-Fetch-Site` names another site.
 *
 * @see Fetch Metadata, "The Sec-Fetch-Site HTTP Request Header"
 * @param origin - the value of `Origin`, `undefined` if it was not sent
 * @param publicOrigins - the app's own origins, `undefined` where nobody has said
 */
export function isSameOrigin(
  request: PlatformRequest,
  origin: string | undefined,
  publicOrigins: ReadonlySet<string> | undefined,
): boolean {
  if (origin === undefined) return !namesForeignSite(request);
  if (publicOrigins !== undefined) return publicOrigins.has(origin);
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') return site === 'same-origin';
  return isOwnHost(origin, request.host);
}

/** Whether the browser says that another site than the app's own has started a request. */
export function namesForeignSite({ headers }: PlatformRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'none' && site !== 'same-origin';
}

/**
 * Whether a request without `Origin` is to be kept out where others of another origin are: the browser says that it comes from
 * elsewhere, and no browser leaves `Origin` out of one that may change something. Others leave it out of most GET requests:
 * links, images, scripts.
 *
 * @see Fetch, "append a request `Origin` header"
 */
export function hasLostOrigin(request: PlatformRequest): boolean {
  return !isSafeMethod(request.method) && namesForeignSite(request);
}

/**
 * Whether the host is all that keeps an origin from being the app's own: nothing else has said, and it is another one. So
 * it is behind a proxy that rewrites `Host`.
 */
export function isForeignByHost(
  { headers }: PlatformRequest,
  origin: string,
  publicOrigins: ReadonlySet<string> | undefined,
): boolean {
  const site = headers['sec-fetch-site'];
  return publicOrigins === undefined && (site === undefined || site === 'none') && origin.startsWith('http');
}

function isOwnHost(origin: string, host: string | undefined): boolean {
  const schemeEnd = origin.indexOf('://');
  if (schemeEnd === -1 || host === undefined || host === '') return false;
  const scheme = origin.slice(0, schemeEnd);
  if (scheme !== 'http' && scheme !== 'https') return false;
  return origin.slice(schemeEnd + 3) === withoutDefaultPort(host.toLowerCase(), scheme);
}

function withoutDefaultPort(host: string, scheme: string): string {
  const port = scheme === 'https' ? ':443' : ':80';
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}
