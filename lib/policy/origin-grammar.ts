import { domainToUnicode } from 'node:url';
import {
  NOT_PLAIN,
  PLAIN_ORIGIN,
  PLAIN_PATTERN_MANY,
  plainKindOf,
  TextBuffer,
} from '../protocol/plain-origin.js';
import {
  FILE_ORIGIN,
  hostEndOf,
  hostStartOf,
  isSerializedOrigin,
  MAX_ORIGIN_LENGTH,
  OPAQUE_ORIGIN,
  schemeEndOf,
} from '../protocol/serialized-origin.js';
import type { AnyOrigin, ExactOrigin, OriginPattern, WildcardLabels } from './origin-entry.js';

/** The entries that are written as a string. */
export type WrittenOrigin = AnyOrigin | ExactOrigin | OriginPattern;

/** How a pattern writes its wildcard labels. */
const WILDCARD_PREFIX: Readonly<Record<WildcardLabels, string>> = { none: '', one: '*.', many: '**.' };

/** How a pattern writes "any port, including none". */
export const ANY_PORT = '*';

/** Stands where a pattern has its wildcard labels: what holds for it holds for every label. */
export const SAMPLE_LABEL = 'x.';

/**
 * Schemes that never stand in a serialized origin, but for {@link FILE_ORIGIN}: the URL standard ("origin of a URL")
 * gives `file` and everything without a host an opaque origin, and `blob` and `filesystem` that of the URL inside.
 */
export const ORIGINLESS_SCHEMES: ReadonlySet<string> = new Set([
  'about',
  'blob',
  'data',
  'file',
  'filesystem',
  'javascript',
]);

/** URL standard, "ends in a number checker": such a host is an IPv4 address or invalid. */
const NUMERIC_END = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i;

/** Whether a host is an IP address, or would be one without the labels in front of it. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || NUMERIC_END.test(host);
}

/**
 * Reads `'*'`, `'null'`, `'file://'`, a serialized origin or a pattern; `undefined` for anything else. The one definition of what is
 * legal: diagnosing a mistake and mending it is done elsewhere, and checked against this.
 */
export function readWrittenOrigin(text: string): WrittenOrigin | undefined {
  return readPlainOrigin(text) ?? readByParser(text);
}

/**
 * Reads what nearly all lists consist of, which needs no URL parser: plain origins, and wildcard labels in front of them.
 *
 * @returns what {@link readByParser} does, or `undefined`, which says nothing
 */
export function readPlainOrigin(text: string): ExactOrigin | OriginPattern | undefined {
  const { read, written } = encoder.encodeInto(text, scratch.bytes);
  return read === text.length ? plainOrigin(text, plainKindOf(scratch.view, 0, written)) : undefined;
}

/** @param kind - the text's, as `plainKindOf` has found it */
export function plainOrigin(text: string, kind: number): ExactOrigin | OriginPattern | undefined {
  if (kind === NOT_PLAIN) return undefined;
  if (kind === PLAIN_ORIGIN) return text;
  const labels = kind === PLAIN_PATTERN_MANY ? 'many' : 'one';
  // The same strings for all, of which there may be many.
  const scheme = text.startsWith('https') ? 'https' : 'http';
  const host = text.slice(plainHostStart(scheme === 'https', kind));
  return { kind: 'pattern', text, scheme, labels, host, port: '' };
}

/**
 * Where the host of a plain pattern begins, behind its wildcard labels.
 *
 * @param isHttps - whether its scheme is that, or `http`
 * @param kind - the text's, as `plainKindOf` has found it
 */
export function plainHostStart(isHttps: boolean, kind: number): number {
  const labels = kind === PLAIN_PATTERN_MANY ? 'many' : 'one';
  return hostStartOf(isHttps ? 'https'.length : 'http'.length) + WILDCARD_PREFIX[labels].length;
}

const encoder = new TextEncoder();
/** The longest origin, and wildcard labels. */
const scratch = new TextBuffer(MAX_ORIGIN_LENGTH + '**.'.length);

/** Reads what {@link readWrittenOrigin} does, with a URL parser like that of browsers. */
export function readByParser(text: string): WrittenOrigin | undefined {
  if (text === '*') return { kind: 'any' };
  if (text === OPAQUE_ORIGIN || text === FILE_ORIGIN) return text;
  const schemeEnd = schemeEndOf(text);
  const scheme = text.slice(0, Math.max(schemeEnd, 0));
  const written = text.slice(hostStartOf(schemeEnd));
  const labels = wildcardOf(written);
  const anyPort = written.endsWith(`:${ANY_PORT}`);
  const authority = written.slice(WILDCARD_PREFIX[labels].length, anyPort ? -1 - ANY_PORT.length : undefined);
  const sample = text.slice(0, hostStartOf(schemeEnd)) + (labels === 'none' ? '' : SAMPLE_LABEL) + authority;
  if (!isSerializedOrigin(sample) || ORIGINLESS_SCHEMES.has(scheme) || !isCanonical(sample)) return undefined;
  const tail = sample.slice(hostEndOf(sample));
  const host = authority.slice(0, authority.length - tail.length);
  if (anyPort && (tail !== '' || host === '' || host === '.')) return undefined;
  if (labels === 'none' && !anyPort) return text;
  if (labels !== 'none' && (host === '' || isAddress(host))) return undefined;
  return { kind: 'pattern', text, scheme, labels, host, port: anyPort ? ANY_PORT : tail.slice(1) };
}

/** Writes a pattern, or an exact origin, from its parts. */
export function patternText(scheme: string, labels: WildcardLabels, host: string, port: string): string {
  return `${scheme}://${WILDCARD_PREFIX[labels]}${host}${port === '' ? '' : `:${port}`}`;
}

/** The pattern, or the exact origin if nothing in it is left open. */
export function makePattern(
  scheme: string,
  labels: WildcardLabels,
  host: string,
  port: string,
): OriginPattern | ExactOrigin {
  const text = patternText(scheme, labels, host, port);
  if (labels === 'none' && port !== ANY_PORT) return text;
  return { kind: 'pattern', text, scheme, labels, host, port };
}

/**
 * One of the origins that a pattern allows. What a rule says of it (is it insecure, is it loopback?) it says of them all.
 */
export function sampleOrigin(pattern: OriginPattern): string {
  const label = pattern.labels === 'none' ? '' : SAMPLE_LABEL;
  const port = pattern.port === '' || pattern.port === ANY_PORT ? '' : `:${pattern.port}`;
  return `${pattern.scheme}://${label}${pattern.host}${port}`;
}

/** The URL, or `undefined` where the parser of a browser fails. */
export function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.origin === 'null' || !url.hostname.includes('xn--');
  return isPlain || url.hostname.split('.').every(isLabel) ? url : undefined;
}

/**
 * Whether a label in punycode, if it is that, stands for anything: some text that is not all ASCII. The parser of Node 24 and
 * 26 leaves a broken one as it is, where browsers and Node 22 find no URL.
 *
 * @see Unicode Technical Standard 46, section 4, "Processing": labels that start with `xn--`
 */
function isLabel(label: string): boolean {
  return !label.startsWith('xn--') || NOT_ASCII.test(domainToUnicode(label));
}

/** But for the character that stands where a decoder has given up. */
const NOT_ASCII = /[^\0-\x7f\ufffd]/;

function wildcardOf(host: string): WildcardLabels {
  if (host.startsWith(WILDCARD_PREFIX.many)) return 'many';
  return host.startsWith(WILDCARD_PREFIX.one) ? 'one' : 'none';
}

/**
 * Whether the URL parser leaves an origin as it is. It has no origin for a scheme that is not special
 * (`capacitor://localhost`), but it writes such a URL without a path, so that the whole can be compared.
 */
function isCanonical(origin: string): boolean {
  const url = parseUrl(origin);
  return url !== undefined && (url.origin === origin || url.href === origin);
}
