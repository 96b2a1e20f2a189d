import type { PlatformRequest } from '../routing/route-matcher.js';

/**
 * Whether a request comes from the app's own origin, as far as a server can tell: the browser says so in
 * `Sec-Fetch-Site`; where it does not send that, the host in `Origin` is compared with the request's authority. The
 * scheme is not, as long as it is one of HTTP: behind a proxy that ends TLS the app does not know which.
 *
 * @see Fetch Metadata, "The Sec-Fetch-Site HTTP Request Header"
 */
export function isSameOrigin({ headers, host }: PlatformRequest, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
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
