import { decodedPath, withoutDotSegments } from './request-path.js';

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

/** More readings than any path has that somebody meant. */
const MAX_READINGS = 48;

/** How many characters all readings of a path may have: it comes from anybody with a socket, and each of them takes time. */
const MAX_CHARACTERS = 100_000;

/**
 * The paths that servers may make of a path, each as its segments without the empty one behind a trailing slash; first as it
 * was sent. What stands between a browser and a handler takes these steps in any order, and leaves any of them out: it
 * decodes, once or twice, all of it or all but what would end a segment, takes backslashes for slashes and repeated slashes for one, resolves dot segments, and drops what
 * stands behind a semicolon.
 *
 * A file server reads `/public/..%2fprivate/x` as `/private/x`, a router as a name below `/public`; whoever gives one of
 * the two a policy must know of both (CVE-2020-25032, CVE-2019-18978).
 *
 * @returns `undefined` if there are too many to go through
 * @see RFC 3986, section 6.2.2
 */
export function pathReadings(path: string): readonly (readonly string[])[] | undefined {
  const readings = new Set([path, path.replace(HOST, '')]);
  const most = Math.min(MAX_READINGS, MAX_CHARACTERS / path.length);
  let before: ReadonlySet<string> = new Set();
  for (let times = 0; times <= MAX_DECODING; times++) {
    if (times > 0) {
      for (const reading of before) readings.add(decodedPath(reading)).add(decodedSegments(reading));
    }
    // A set that grows while it is gone through hands out what has been added as well.
    for (const reading of readings) {
      if (before.has(reading)) continue;
      for (const step of STEPS) readings.add(step(reading));
      if (readings.size > most) return undefined;
    }
    before = new Set(readings);
  }
  return [...readings].map(segmentsOf);
}

/** As Fastify's router decodes: what would end a segment, or be an escape once more, stays as it was sent. */
function decodedSegments(path: string): string {
  return path
    .split(SEPARATORS)
    .map((part, index) => (index % 2 === 0 ? decodedPath(part) : part))
    .join('');
}

const SEPARATORS = /(%(?:2f|3b|5c|25))/i;

/** What servers do with a path beside decoding it. */
const STEPS: readonly ((path: string) => string)[] = [
  (path) => path.replaceAll('\\', '/'),
  (path) => path.replaceAll(/\/{2,}/g, '/'),
  withoutDotSegments,
  // As Fastify's router, for which a semicolon ends the path.
  (path) => path.split(';', 1)[0] as string,
  // As many an upstream, for which it ends a segment.
  (path) => path.replaceAll(/;[^/]*/g, ''),
];

/**
 * What a URL parser takes for a host where a path begins with two slashes: `new URL('//host/chat', base)`, which is how
 * servers of WebSockets find out what is asked for, has the path `/chat`.
 *
 * @see URL standard, "relative slash state"
 */
const HOST = /^[/\\]{2,}[^/\\]*/;

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
