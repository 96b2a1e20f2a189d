import { MAX_ORIGIN_LENGTH } from '../protocol/serialized-origin.js';
import type { CorsVerdict } from '../verdicts/cors-verdict.js';

/** A request as it is kept: no more than what `explain()` needs for a hint. */
export interface SampleRequest {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Longer values of a request are cut. */
const MAX_TEXT = 200;

/** Longer values of `Host` are cut, and values of `Origin` that can be no origin. */
const MAX_SHORT_TEXT = 100;

/**
 * A text that nobody else has. V8 makes of a part of a text, or of several, one that keeps them all in memory; and a text of a
 * request can be as long as a server lets in.
 */
function ownText(text: string): string {
  return Buffer.from(text).toString();
}

/** A text that is not longer than `max`. */
export function cut(text: string, max: number): string {
  return text.length > max ? ownText(text.slice(0, max)) : text;
}

/** An origin as it is kept. None of a browser is longer than one can be. */
export function keptOrigin(origin: string): string {
  return origin.length > MAX_ORIGIN_LENGTH ? `${cut(origin, MAX_SHORT_TEXT)}…` : origin;
}

/**
 * Takes what is kept of a request.
 *
 * @param origin - as it is kept
 * @param versionHeader - the header with which versions are asked for, if they are
 */
export function sampleRequest(
  { method, url, host, headers: given }: CorsVerdict['request'],
  origin: string,
  versionHeader: string | undefined,
): SampleRequest {
  const fields = given as Readonly<Record<string, string | readonly string[] | undefined>>;
  const names = fields['access-control-request-headers'];
  const headers: Record<string, string | undefined> = {
    origin,
    'access-control-request-method': textOf(fields['access-control-request-method']),
    'access-control-request-headers': names === undefined ? undefined : wholeNames(String(names)),
    'sec-fetch-site': textOf(fields['sec-fetch-site']),
  };
  if (versionHeader !== undefined) headers[versionHeader] = textOf(fields[versionHeader]);
  const query = url.indexOf('?');
  return {
    method: cut(method, MAX_SHORT_TEXT),
    url: query === -1 ? cut(url, MAX_TEXT) : ownText(url.slice(0, Math.min(query, MAX_TEXT))),
    host: cut(host ?? String(fields['host'] ?? ''), MAX_SHORT_TEXT),
    headers,
  };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined
    ? undefined
    : cut(typeof value === 'string' ? value : value.join(), MAX_SHORT_TEXT);
}

/** Of a list that is cut, the names that are whole. */
function wholeNames(value: string): string {
  if (value.length <= MAX_TEXT) return value;
  const comma = value.lastIndexOf(',', MAX_TEXT);
  return cut(value, comma === -1 ? MAX_TEXT : comma);
}

/** The bytes that the texts of a request take, with that of a header of which only the app knows. */
export function sizeOf({ method, url, host, headers }: SampleRequest): number {
  let size = method.length + url.length + host.length + MAX_SHORT_TEXT;
  size += headers['access-control-request-method']?.length ?? 0;
  size += headers['access-control-request-headers']?.length ?? 0;
  return size + (headers['sec-fetch-site']?.length ?? 0);
}
