import { API, APP, EVIL, read, sent, type TableCase } from '../case.js';

/** A server that exposes header fields in this way. */
function exposing(
  id: string,
  value: string | readonly string[],
  headers: Readonly<Record<string, string>>,
  credentials: 'include' | 'same-origin' = 'same-origin',
): TableCase {
  return {
    id: `exposed-headers/${id}`,
    does: { fetch: '/a', credentials },
    sees: read('ok', headers),
    server: [sent('GET', '/a', { ...(credentials === 'include' && { cookie: true }) })],
    answers: {
      'GET /a': {
        headers: {
          'Access-Control-Allow-Origin': APP,
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Expose-Headers': value,
          'X-One': '1',
          'X-Two': '2',
          'X-Many': ['a', 'b'],
          'Set-Cookie': 'seen=1',
        },
        body: 'ok',
      },
    },
  };
}

/** Which header fields script sees (Fetch, "CORS filtered response"). */
export const EXPOSED_HEADER_CASES: readonly TableCase[] = [
  {
    id: 'exposed-headers/none',
    does: { fetch: '/exposed/none' },
    sees: read('ok'),
    server: [sent('GET', '/exposed/none')],
  },
  {
    id: 'exposed-headers/one',
    does: { fetch: '/exposed/one' },
    sees: read('ok', { 'x-one': '1' }),
    server: [sent('GET', '/exposed/one')],
  },
  {
    id: 'exposed-headers/any',
    page: EVIL,
    does: { fetch: '/exposed/any' },
    sees: read('ok', {
      'x-one': '1',
      'x-two': '2',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*',
    }),
    server: [sent('GET', '/exposed/any')],
  },
  {
    id: 'exposed-headers/safelisted-need-no-exposing',
    does: { fetch: '/exposed/safelisted' },
    sees: read('ok', {
      'cache-control': 'no-store',
      'content-language': 'en',
      expires: '0',
      'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
      pragma: 'no-cache',
    }),
    server: [sent('GET', '/exposed/safelisted')],
  },
  {
    id: 'exposed-headers/never-set-cookie',
    freshProfile: true,
    does: { fetch: '/exposed/cookie', credentials: 'include' },
    sees: read('ok', { 'x-request-id': '7' }),
    server: [sent('GET', '/exposed/cookie')],
  },
  {
    id: 'exposed-headers/xhr',
    does: { xhr: '/exposed/one' },
    sees: read('ok', { 'x-one': '1' }),
    server: [sent('GET', '/exposed/one')],
  },
  {
    id: 'exposed-headers/same-origin-sees-all',
    page: API,
    does: { fetch: '/exposed/none' },
    sees: { status: 200, type: 'basic', body: 'ok', headers: { 'x-one': '1', 'x-two': '2' } },
    server: [sent('GET', '/exposed/none', { origin: 'none', cookie: true })],
  },
  exposing('in-another-case', 'X-ONE', { 'x-one': '1' }),
  exposing('on-two-lines', ['x-one', 'x-two'], { 'x-one': '1', 'x-two': '2' }),
  exposing('repeated-fields-are-joined', 'x-many', { 'x-many': 'a, b' }),
  exposing('set-cookie-by-name', 'set-cookie, x-one', { 'x-one': '1' }),
  exposing('no-token-in-the-list', 'x-one, x two', {}),
  exposing('any-with-credentials', '*', {}, 'include'),
  exposing('any-beside-a-name-with-credentials', '*, x-one', { 'x-one': '1' }, 'include'),
];
