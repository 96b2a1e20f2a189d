/** A wildcard of Express, `*path` or `{*path}`, or of Fastify, `*`. */
const WILDCARD = /\{\*[^{}/]*\}|\*[^/{}]*/g;

/** A wildcard at the end of the path of an entry, which says what an entry says anyway. */
const LAST_WILDCARD = /\/(?:\{\*[^{}/]*\}|\*[^/]*)\/?$/;

/** The path of a route in one notation: platforms write wildcards differently, and Fastify's have no names. */
export function routePath(path: string): string {
  return path.replaceAll(WILDCARD, '*');
}

/** The path of an entry in one notation. */
export function entryPath(path: string): string {
  const written = path.replace(LAST_WILDCARD, '').replace(/(?<=.)\/$/, '');
  return written === '' ? '/' : written;
}
