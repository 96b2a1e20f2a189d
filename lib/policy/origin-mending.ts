import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import type { WildcardLabels } from './origin-entry.js';
import { ANY_PORT, isAddress, parseUrl, patternText, readWrittenOrigin } from './origin-grammar.js';

/** A refused string, cut where a forgiving reader would cut it. */
export interface OriginPieces {
  /** The schemes in front of the last one, as in `blob:https://…`, or `''`. */
  readonly outer: string;
  /** As it was written; `''` if there is none. */
  readonly scheme: string;
  /** What stands between scheme and host: `://` where nothing is wrong. */
  readonly separator: string;
  /** Up to and with the last `@`, or `''`. */
  readonly userinfo: string;
  /** With its wildcards. */
  readonly host: string;
  /** Behind the host's colon; `undefined` if there is none. */
  readonly port: string | undefined;
  /** From the first slash, backslash, question mark or number sign on. */
  readonly tail: string;
}

/** Quotation marks around a value that came from an environment file. */
const QUOTES = /^["'`]+|["'`]+$/g;

/** White space, and the characters without width that come along when text is copied. */
export const WHITE_SPACE = /[\s\u200b-\u200d\u2060\ufeff]/;

const OUTER_SCHEMES = /^(?:[a-z][a-z0-9+.-]*:[\\/]*)+(?=[a-z][a-z0-9+.-]*:\/\/)/i;

/** A scheme whatever it holds, if it is followed by `://`. */
const SCHEME = /^([^:\\/?#@]*)(:[\\/]{2,})/;

/** Without `://` only a scheme that everybody knows is one: in `localhost:3000` the word before the colon is none. */
const KNOWN_SCHEME = /^(https?|wss?|ftp|file|data|blob|about|javascript)(:[\\/]?|[\\/]{2,})/i;

/** An IPv6 address without its brackets. */
const BARE_ADDRESS = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:]*$/i;

/** The text without quotation marks around and white space in it. */
export function bareText(text: string): string {
  return text.replace(new RegExp(WHITE_SPACE, 'g'), '').replace(QUOTES, '');
}

/** Cuts a string into the pieces of an origin. Never fails; what it can't place ends up in the host. */
export function dissect(text: string): OriginPieces {
  const bare = bareText(text);
  const outer = OUTER_SCHEMES.exec(bare)?.[0] ?? '';
  const inner = bare.slice(outer.length);
  const [start = '', scheme = '', separator = ''] = SCHEME.exec(inner) ?? KNOWN_SCHEME.exec(inner) ?? [];
  const rest = inner.slice(start.length).replace(scheme === '' ? /^[\\/]+/ : '', '');
  const authorityEnd = rest.search(/[\\/?#]|$/);
  const userinfoEnd = rest.lastIndexOf('@', authorityEnd - 1) + 1;
  const [host, port] = splitPort(rest.slice(userinfoEnd, authorityEnd));
  const userinfo = rest.slice(0, userinfoEnd);
  return { outer, scheme, separator, userinfo, host, port, tail: rest.slice(authorityEnd) };
}

/**
 * The value that the author most likely meant, with all its mistakes mended; `undefined` where that would be guessing
 * (`https://example.*`, a port out of range), or where the guess would allow more than what was written.
 */
export function mendOrigin(text: string): string | undefined {
  const word = bareText(text).toLowerCase();
  if (readWrittenOrigin(word) !== undefined) return word;
  const pieces = dissect(text);
  const hostless = hostlessOrigin(pieces);
  if (hostless !== undefined) return hostless;
  const wildcard = splitWildcard(pieces.host);
  const host = canonicalHost(wildcard.host.replace(/\.{2,}/g, '.').replace(/^\./, ''));
  if (host === undefined || (pieces.scheme === '' && isLoneWord(pieces, host))) return undefined;
  const labels = isAddress(host) ? 'none' : wildcard.labels;
  const scheme = /^$|\*/.test(pieces.scheme) ? likelyScheme(host) : pieces.scheme.toLowerCase();
  const mended = patternText(scheme, labels, host, mendPort(scheme, pieces.port));
  return readWrittenOrigin(mended) === undefined ? undefined : mended;
}

/** The origin of a scheme whose pages have no host, or a dot for one: `app://.`; `undefined` if the pieces are of no such. */
export function hostlessOrigin({ scheme, host, port }: OriginPieces): string | undefined {
  const origin = `${scheme.toLowerCase()}://${host}`;
  const isHostless = port === undefined && /^\.?$/.test(host);
  return isHostless && readWrittenOrigin(origin) !== undefined ? origin : undefined;
}

/** The host as the URL parser writes it: lower case, punycode, canonical addresses; `undefined` where it fails. */
export function canonicalHost(host: string): string | undefined {
  const withoutZone = host.replace(/^\[([^%\]]*)%[^\]]*\]$/, '[$1]');
  return parseUrl(`http://${withoutZone}`)?.hostname;
}

/** The wildcard in front of a host, also where only its dot is missing or where there is one per label. */
export function splitWildcard(host: string): { readonly labels: WildcardLabels; readonly host: string } {
  const written = /^(?:\*+\.)*\*+\.?/.exec(host)?.[0] ?? '';
  // A trailing wildcard says "whatever follows"; an origin ends with its host and port, so nothing is lost with it.
  const rest = host.slice(written.length).replace(/(?<=[^.*])\*+$/, '');
  if (written === '') return { labels: 'none', host: rest };
  return { labels: /^\*\.?$/.test(written) ? 'one' : 'many', host: rest };
}

function splitPort(authority: string): readonly [string, string | undefined] {
  if (BARE_ADDRESS.test(authority)) return [`[${authority}]`, undefined];
  const opened = authority.indexOf('[');
  const closed = authority.lastIndexOf(']');
  // No colon of an address starts a port, nor does one of what was meant to be an address.
  const colon = opened > closed ? -1 : authority.indexOf(':', Math.max(closed, 0));
  return colon < 0 ? [authority, undefined] : [authority.slice(0, colon), authority.slice(colon + 1)];
}

/** Pages on the developer's own machine are rarely served over TLS, all others should be. */
function likelyScheme(host: string): string {
  return isInsecureOrigin(`http://${host}`) ? 'https' : 'http';
}

/** A word such as `true` or `any`, which is no host that somebody forgot the scheme of. */
function isLoneWord(pieces: OriginPieces, host: string): boolean {
  return pieces.port === undefined && !host.includes('.') && likelyScheme(host) === 'https';
}

/** A port without leading zeros, and none where it is empty or the scheme's default. */
function mendPort(scheme: string, port: string | undefined): string {
  if (port === undefined || port === '' || port === ANY_PORT) return port ?? '';
  const digits = port.replace(/^0+(?=\d)/, '');
  const url = parseUrl(`${scheme}://x:${digits}`);
  return url?.port === '' && /^\d+$/.test(digits) ? '' : digits;
}
