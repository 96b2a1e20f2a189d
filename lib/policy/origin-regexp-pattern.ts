import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import { readWrittenOrigin } from './origin-grammar.js';
import { publicSuffixProblem } from './origin-syntax.js';

/** A host at the end of an expression, with or without backslashes, and what stands for a port behind it. */
const HOST_AT_END =
  /(?<host>(?:[a-z0-9-]+\\?\.)+[a-z][a-z0-9-]*|localhost)(?<port>\(?(?:\?:)?:(?:\\d[+*]?|\\d\{[\d,]+\}|\[0-9\][+*]?|\.[+*])\)?\??)?\$?$/;

/** The same for a host that nothing has to end: `/^https?:\/\/localhost/`. */
const LOCALHOST = /:\\?\/\\?\/(?<host>localhost|127\\?\.0\\?\.0\\?\.1)/;

/**
 * The patterns that an expression was most likely meant for: the domain at its end, and what is below it, so far as the
 * expression lets it in: nothing that it does not. Most expressions that are refused are of this kind: `/example\.com$/`.
 *
 * @returns none where it would be guessing
 */
export function patternsInstead({ source, flags }: RegExp): readonly string[] {
  // What belongs to which alternative is anybody's guess.
  if (/\||\(\?[=!<]/.test(source)) return [];
  const found = HOST_AT_END.exec(source) ?? LOCALHOST.exec(source);
  const host = found?.groups?.['host']?.replaceAll('\\', '');
  if (host === undefined) return [];
  const isOwn = !isInsecureOrigin(`http://${host}`);
  const port = isOwn || found?.groups?.['port'] !== undefined ? ':*' : '';
  const loose = new RegExp(source, flags.replace(/[gy]/g, ''));
  const lets = (scheme: string, below: string): boolean =>
    ['', ':8080'].some((behind) => loose.test(`${scheme}://${below}${host}${behind}`));
  for (const scheme of isOwn ? ['http', 'https'] : ['https', 'http']) {
    const isOneLabel = !isOwn && ['one.', 'a-1.'].every((below) => lets(scheme, below));
    const wildcard = isOneLabel && lets(scheme, 'two.one.') ? '**.' : '*.';
    const patterns = [
      ...(lets(scheme, '') ? [`${scheme}://${host}${port}`] : []),
      ...(isOneLabel ? [`${scheme}://${wildcard}${host}${port}`] : []),
    ];
    if (patterns.length > 0) return patterns.every(isSafe) ? patterns : [];
  }
  return [];
}

function isSafe(pattern: string): boolean {
  const read = readWrittenOrigin(pattern);
  if (read === undefined) return false;
  return typeof read === 'string' || (read.kind === 'pattern' && publicSuffixProblem(read) === undefined);
}
