import { canonicalPath, decodedPath } from './request-path.js';

/** How often an escape may be escaped itself before a server that decodes twice no longer finds it. */
const MAX_DECODING = 2;

/**
 * Characters with which a path has one reading only, whatever reads it. An escape, a backslash, a semicolon, an empty
 * segment and one that begins with a dot are read in more than one way by some router, file server or upstream.
 */
const PLAIN_PATH = /^(?:\/[\w~!$&'()*+,=:@-][\w.~!$&'()*+,=:@-]*)*\/?$/;

const UPPER_CASE = /[A-Z]/;

/** Whether a path has one reading only. On routers that ignore case a path with upper case has two. */
export function isPlainPath(path: string, caseSensitive: boolean): boolean {
  return PLAIN_PATH.test(path) && (caseSensitive || !UPPER_CASE.test(path));
}

/**
 * The paths that servers may make of a path, each as its segments without the empty one behind a trailing slash: first
 * as it was sent, then decoded, as Fastify's router reads it, then with dot segments resolved and repeated slashes as one,
 * decoded once more, and without what stands behind a semicolon.
 *
 * A file server reads `/public/..%2fprivate/x` as `/private/x`, a router as a name below `/public`; whoever gives one of
 * the two a policy must know of both (CVE-2020-25032, CVE-2019-18978).
 *
 * @see RFC 3986, section 6.2.2
 */
export function pathReadings(path: string): readonly (readonly string[])[] {
  const readings = [path];
  const add = (reading: string): void => {
    if (!readings.includes(reading)) readings.push(reading);
  };
  const spellings = new Set([path, path.replace(HOST, ''), path.replaceAll(/\/{2,}/g, '/')]);
  for (const given of [...spellings].flatMap(withAndWithoutParameters)) {
    add(given);
    add(decodedPath(given));
    let canonical = given;
    for (let times = 0; times < MAX_DECODING; times++) add((canonical = canonicalPath(canonical)));
  }
  return readings.map(segmentsOf);
}

/**
 * What a URL parser takes for a host where a path begins with two slashes: `new URL('//host/chat', base)`, which is how
 * servers of WebSockets find out what is asked for, has the path `/chat`.
 *
 * @see URL standard, "relative slash state"
 */
const HOST = /^[/\\]{2,}[^/\\]*/;

/** And what is left where a semicolon ends the path, as for Fastify's router, or a segment, as for many an upstream. */
function withAndWithoutParameters(path: string): readonly string[] {
  return path.includes(';')
    ? [path, path.slice(0, path.indexOf(';')), path.replaceAll(/;[^/]*/g, '')]
    : [path];
}

/** The segments of a path: `['a', 'b']` of `/a/b` and of `/a/b/`. */
export function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

/**
 * A segment as URLs have it, so that the two spellings of a character that has to be escaped are one: `caf%C3%A9` of
 * `café`, `a%20b` of `a b`. What needs no escape stays as it was written.
 */
export function writtenSegment(segment: string): string {
  // Escapes are there already; what else they would make of a lone surrogate is not asked.
  const escaped = segment.replaceAll(/[^\x21-\x7e]|["#<>?^`{|}]/gu, encode);
  return escaped.replaceAll(/%[\da-f]{2}/gi, (escape) => escape.toUpperCase());
}

function encode(character: string): string {
  try {
    return encodeURIComponent(character);
  } catch {
    return character;
  }
}
