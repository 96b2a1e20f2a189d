import { APP, asked, read, refused, sent, type Seen, type TableCase } from '../case.js';

/** The head of an answer that any page may read, with these lines besides. */
function head(lines: readonly string[], status = 'HTTP/1.1 200 OK'): string {
  return [
    status,
    'Access-Control-Allow-Origin: *',
    ...lines,
    'Content-Length: 2',
    'Connection: close',
    '',
    '',
  ].join('\r\n');
}

/** A response that is nothing but bytes. */
function answer(id: string, bytes: string, sees: Seen, more: Partial<TableCase> = {}): TableCase {
  return {
    id: `odd-answers/${id}`,
    does: { fetch: '/a' },
    sees,
    server: [sent('GET', '/a')],
    answers: { 'GET /a': { bytes } },
    ...more,
  };
}

/** A response with a header value that script may see. */
function value(id: string, sentValue: string, seenValue: string = sentValue): TableCase {
  const bytes = head(['Access-Control-Expose-Headers: x-odd', `X-Odd: ${sentValue}`]);
  return answer(`value/${id}`, `${bytes}ok`, read('ok', { 'x-odd': seenValue }));
}

/** A response that is refused for one header line. */
function line(id: string, text: string, sees: Seen): TableCase {
  return answer(id, `HTTP/1.1 200 OK\r\n${text}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`, sees);
}

/** An answer to a preflight for PUT with `x-one` that says so. */
function preflight(id: string, lines: readonly string[], sees: Seen): TableCase {
  const isRead = typeof sees === 'object' && 'status' in sees;
  return {
    id: `odd-answers/preflight/${id}`,
    does: { fetch: '/a', method: 'PUT', headers: { 'x-one': '1' } },
    sees,
    server: [asked('PUT', '/a', 'x-one'), ...(isRead ? [sent('PUT', '/a')] : [])],
    answers: { 'OPTIONS /a': { bytes: `${head(lines)}ok` }, 'PUT /a': { bytes: `${head([])}ok` } },
  };
}

const ALLOW_METHODS = 'Access-Control-Allow-Methods: PUT';
const ALLOW_HEADERS = 'Access-Control-Allow-Headers: x-one';
const NO_RESPONSE = refused('connection-failed');

/**
 * Answers that no server of Node writes, but something behind an app may: a header value is any bytes but NUL, LF and CR
 * (Fetch, Headers), and spaces and tabs are all that is taken from its ends.
 */
export const ODD_ANSWER_CASES: readonly TableCase[] = [
  ...[0x01, 0x08, 0x09, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0xff].map((code) =>
    value(code.toString(16), `a${String.fromCharCode(code)}b`),
  ),
  value('nothing-but-a-control-character', '\u0001'),
  value('at-both-ends', '\u000b\u007fa\u0001\u000c'),
  value('tabs-and-spaces-at-both-ends', '\t a\t ', 'a'),
  value('folded', 'a\r\n b', 'a b'),
  value('folded-at-lf', 'a\n b', 'a b'),
  value('100-kilobytes', 'a'.repeat(100_000)),
  answer('300-kilobytes', `${head([`X-Odd: ${'a'.repeat(300_000)}`])}ok`, NO_RESPONSE),
  answer('lf-ends-lines', `${head([]).replaceAll('\r\n', '\n')}ok`, read('ok')),
  answer('lone-cr-in-a-value', `${head(['X-Odd: a\rb'])}ok`, NO_RESPONSE),
  answer('nul-in-a-value', `${head(['X-Odd: a\0b'])}ok`, NO_RESPONSE),
  answer('nul-in-a-name', `${head(['X-O\0dd: a'])}ok`, NO_RESPONSE),
  answer('nul-in-the-status-line', `${head([], 'HTTP/1.1 200 O\0K')}ok`, NO_RESPONSE),
  answer('control-character-in-the-status-line', `${head([], 'HTTP/1.1 200 O\u0001K')}ok`, read('ok')),
  answer(
    'early-hints-with-a-control-character',
    `HTTP/1.1 103 Early\r\nX: \u0001\r\n\r\n${head([])}ok`,
    read('ok'),
  ),
  answer('switching-protocols', head([], 'HTTP/1.1 101 Switching Protocols'), NO_RESPONSE),
  answer('two-different-lengths', `${head(['Content-Length: 1'])}ok`, NO_RESPONSE),
  answer(
    'exposed-headers-with-a-control-character',
    `${head(['Access-Control-Expose-Headers: x-odd\u0001', 'X-Odd: a'])}ok`,
    read('ok'),
  ),
  line('allow-origin/any', 'Access-Control-Allow-Origin: *\u0001', refused('allow-origin-mismatch')),
  line('allow-origin/one', `Access-Control-Allow-Origin: ${APP}\u007f`, refused('allow-origin-mismatch')),
  line('allow-origin/form-feed', 'Access-Control-Allow-Origin: \u000c*', refused('allow-origin-mismatch')),
  line('allow-origin/folded', `Access-Control-Allow-Origin:\r\n ${APP}`, read('ok')),
  line(
    'allow-origin/folded-twice',
    `Access-Control-Allow-Origin: ${APP}\r\n ${APP}`,
    refused('allow-origin-multiple', 'allow-origin-mismatch'),
  ),
  preflight(
    'tabs',
    ['Access-Control-Allow-Methods: \tPUT\t', 'Access-Control-Allow-Headers:x-one'],
    read('ok'),
  ),
  preflight('folded', ['Access-Control-Allow-Methods: GET,\r\n PUT', ALLOW_HEADERS], read('ok')),
  preflight(
    'methods',
    ['Access-Control-Allow-Methods: PUT\u0001', ALLOW_HEADERS],
    refused('allow-methods-malformed'),
  ),
  preflight(
    'methods-vertical-tab',
    ['Access-Control-Allow-Methods: GET,\u000bPUT', ALLOW_HEADERS],
    refused('allow-methods-malformed'),
  ),
  preflight(
    'headers',
    [ALLOW_METHODS, 'Access-Control-Allow-Headers: x-one, x-two\u007f'],
    refused('allow-headers-malformed'),
  ),
  preflight('nul', [ALLOW_METHODS, ALLOW_HEADERS, 'X-Odd: \0'], NO_RESPONSE),
];
