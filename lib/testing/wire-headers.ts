import { asStandard, type Departs } from './departures.js';
import type { Header } from './header-list.js';
import type { RequestBody } from './request-body.js';
import { fetchSite, isTrustworthy, originHeader, type OriginFacts } from './request-origin.js';

/** A request that names itself, for servers that look at it. */
const USER_AGENT = 'Mozilla/5.0 (compatible; nestjs-cors/testing)';

/** What of a request decides its header lines. */
export interface WireHeaderFacts extends OriginFacts {
  /** Those of the request itself. */
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  /** As main fetch has determined it. */
  readonly referrer: string | undefined;
  readonly cookie?: string | undefined;
  /** The request origin, where that of a preflight is another one than the request's. */
  readonly preflightOrigin?: string | undefined;
  /** Whether it comes from no page, but from an extension. */
  readonly extension?: boolean | undefined;
}

/**
 * All header lines of a request, in about the order in which Chromium sends them.
 *
 * @see Fetch, "HTTP-network-or-cache fetch", and Fetch Metadata, "Set the Fetch metadata headers for a request"
 */
export function wireHeaders(facts: WireHeaderFacts, departs: Departs = asStandard): readonly Header[] {
  const { urls, method, mode, headers, body, cookie, referrer } = facts;
  const url = urls.at(-1) as URL;
  const lines: Header[] = [
    ['Host', url.host],
    // One connection for each request, so that none outlives the test.
    ['Connection', 'close'],
  ];
  if (body?.stream !== undefined) lines.push(['Transfer-Encoding', 'chunked']);
  else if (body?.bytes !== undefined) lines.push(['Content-Length', String(body.bytes.byteLength)]);
  else if (method === 'POST' || method === 'PUT') lines.push(['Content-Length', '0']);
  lines.push(...headers);
  const sentOrigin = facts.preflightOrigin ?? originHeader(facts, departs);
  if (sentOrigin !== undefined) lines.push(['Origin', sentOrigin]);
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted);
  if (!has('user-agent')) lines.push(['User-Agent', USER_AGENT]);
  if (isTrustworthy(url.origin)) {
    const site = facts.extension === true ? 'none' : fetchSite(facts);
    const destination = mode === 'navigate' ? 'document' : 'empty';
    lines.push(['Sec-Fetch-Site', site], ['Sec-Fetch-Mode', mode], ['Sec-Fetch-Dest', destination]);
  } else if (facts.preflightOrigin !== undefined && departs('preflight-tells-mode-over-http')) {
    lines.push(['Sec-Fetch-Mode', mode]);
  }
  if (referrer !== undefined) lines.push(['Referer', referrer]);
  // A part of something compressed is of no use.
  if (has('range')) lines.push(['Accept-Encoding', 'identity']);
  if (cookie !== undefined) lines.push(['Cookie', cookie]);
  return lines;
}
