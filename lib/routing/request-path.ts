/**
 * The path of a request target, still percent-encoded: `/a%20b` of `/a%20b?q#f`, and of `http://host/a%20b`, the form
 * in which proxies are asked. `undefined` for targets of another form, as the `*` of `OPTIONS *`.
 *
 * @see RFC 9112, section 3.2
 */
export function requestPath(target: string): string | undefined {
  const start = target.startsWith('/') ? 0 : pathStart(target);
  if (start === -1) return undefined;
  let end = start;
  while (end < target.length && target[end] !== '?' && target[end] !== '#') end++;
  return end === start ? '/' : target.slice(start, end);
}

/** Of any scheme: Express serves `ws://host/a` as it serves `http://host/a`. */
const AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/\\?#]*/i;

/** Where the path of an absolute-form target begins, or its end if the authority is all; -1 for other forms. */
function pathStart(target: string): number {
  return AUTHORITY.exec(target)?.[0].length ?? -1;
}

/** The one path that a server makes of another which can be read in several ways, if it goes all the way. */
export function canonicalPath(path: string): string {
  return withoutDotSegments(
    decodedPath(path)
      .replaceAll('\\', '/')
      .replaceAll(/\/{2,}/g, '/'),
  );
}

/** A path with its dot segments resolved. @see RFC 3986, section 5.2.4 */
export function withoutDotSegments(path: string): string {
  if (!path.includes('/.')) return path;
  const [first = '', ...segments] = path.split('/');
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  const last = segments.at(-1);
  if (last === '.' || last === '..') resolved.push('');
  return [first, ...resolved].join('/');
}

/** A path without escapes. Those that make no UTF-8 are decoded one by one: of `%70rivate%ff` no server makes less than `private`. */
export function decodedPath(path: string): string {
  return path.replaceAll(ESCAPES, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run.replaceAll(ESCAPE, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
    }
  });
}

const ESCAPE = /%[\da-f]{2}/gi;
const ESCAPES = /(?:%[\da-f]{2})+/gi;
