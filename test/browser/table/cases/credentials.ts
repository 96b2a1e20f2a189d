import { API, APP, asked, EVIL, invalid, read, refused, sent, type TableCase } from '../case.js';

const INCLUDE = { credentials: 'include' } as const;

/** Cookies: when they go, and when script may read what came of it. */
export const CREDENTIALS_CASES: readonly TableCase[] = [
  {
    id: 'credentials/default-sends-none',
    does: { fetch: '/account/me' },
    sees: read('no cookie'),
    server: [sent('GET', '/account/me')],
  },
  {
    id: 'credentials/omit',
    does: { fetch: '/account/me', credentials: 'omit' },
    sees: read('no cookie'),
    server: [sent('GET', '/account/me')],
  },
  {
    id: 'credentials/include',
    does: { fetch: '/account/me', ...INCLUDE },
    sees: read('sid=1'),
    server: [sent('GET', '/account/me', { cookie: true })],
  },
  {
    id: 'credentials/include/from-a-refused-origin',
    page: 'http://www.app.shop.example.com',
    does: { fetch: '/account/me', ...INCLUDE },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', '/account/me', { cookie: true })],
  },
  {
    id: 'credentials/include/policy-without-credentials',
    does: { fetch: '/origins/default', ...INCLUDE },
    sees: refused('allow-credentials-missing'),
    server: [sent('GET', '/origins/default', { cookie: true })],
  },
  {
    id: 'credentials/include/any-is-not-enough',
    does: { fetch: '/origins/any', ...INCLUDE },
    sees: refused('allow-origin-wildcard'),
    server: [sent('GET', '/origins/any', { cookie: true })],
  },
  {
    id: 'credentials/include/without-a-cookie-any-is-not-enough-either',
    page: EVIL,
    freshProfile: true,
    does: { fetch: '/origins/any', ...INCLUDE },
    sees: refused('allow-origin-wildcard'),
    server: [sent('GET', '/origins/any')],
  },
  {
    id: 'credentials/include/preflight-has-no-cookie',
    does: {
      fetch: '/account/me',
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      ...INCLUDE,
    },
    sees: read('sid=1'),
    server: [
      asked('PUT', '/account/me', 'content-type'),
      sent('PUT', '/account/me', { cookie: true, contentType: 'application/json' }),
    ],
  },
  {
    id: 'credentials/include/preflight-without-allow-credentials',
    does: { fetch: '/items/7', method: 'DELETE', ...INCLUDE },
    sees: refused('allow-credentials-missing'),
    server: [asked('DELETE', '/items/7')],
  },
  {
    id: 'credentials/include/preflight-under-any',
    does: { fetch: '/methods/public', method: 'DELETE', ...INCLUDE },
    sees: refused('allow-origin-wildcard'),
    server: [asked('DELETE', '/methods/public')],
  },
  {
    id: 'credentials/include/any-header-is-answered-by-name',
    does: { fetch: '/account/any-header', headers: { 'x-a': '1', 'x-b': '2' }, ...INCLUDE },
    sees: read('sid=1'),
    server: [
      asked('GET', '/account/any-header', 'x-a,x-b'),
      sent('GET', '/account/any-header', { cookie: true }),
    ],
  },
  {
    id: 'credentials/include/an-error-is-readable-too',
    does: { fetch: '/account/fail', ...INCLUDE },
    sees: { status: 404, body: '{"message":"sid=1","error":"Not Found","statusCode":404}' },
    server: [sent('GET', '/account/fail', { cookie: true })],
  },
  {
    id: 'credentials/set-cookie-needs-include',
    freshProfile: true,
    does: [
      { fetch: '/account/login' },
      { fetch: '/account/me', ...INCLUDE },
      { fetch: '/account/login', ...INCLUDE },
      { fetch: '/account/me', ...INCLUDE },
    ],
    sees: [read('welcome'), read('no cookie'), read('welcome'), read('sid=1')],
    server: [
      sent('GET', '/account/login'),
      sent('GET', '/account/me'),
      sent('GET', '/account/login'),
      sent('GET', '/account/me', { cookie: true }),
    ],
  },
  {
    id: 'credentials/set-cookie-counts-in-a-response-that-is-refused',
    freshProfile: true,
    page: 'http://www.app.shop.example.com',
    does: [
      { fetch: '/account/login', ...INCLUDE },
      { fetch: '/account/me', ...INCLUDE },
    ],
    sees: [refused('allow-origin-missing'), refused('allow-origin-missing')],
    server: [sent('GET', '/account/login'), sent('GET', '/account/me', { cookie: true })],
  },
  {
    id: 'credentials/cookie-header-is-forbidden',
    does: { fetch: '/account/me', headers: { Cookie: 'sid=forged', Host: 'evil.example', Origin: EVIL } },
    sees: read('no cookie'),
    server: [sent('GET', '/account/me')],
  },
  {
    id: 'credentials/same-origin-sends-by-default',
    page: API,
    does: { fetch: '/account/me' },
    sees: { status: 200, type: 'basic', body: 'sid=1' },
    server: [sent('GET', '/account/me', { origin: 'none', cookie: true })],
  },
  {
    id: 'credentials/same-origin-omit',
    page: API,
    does: { fetch: '/account/me', credentials: 'omit' },
    sees: { status: 200, type: 'basic', body: 'no cookie' },
    server: [sent('GET', '/account/me', { origin: 'none' })],
  },
  {
    id: 'credentials/xhr/without',
    does: { xhr: '/account/me' },
    sees: read('no cookie'),
    server: [sent('GET', '/account/me')],
  },
  {
    id: 'credentials/xhr/with',
    does: { xhr: '/account/me', withCredentials: true },
    sees: read('sid=1'),
    server: [sent('GET', '/account/me', { cookie: true })],
  },
  {
    id: 'credentials/xhr/with-under-any',
    does: { xhr: '/origins/any', withCredentials: true },
    sees: refused('allow-origin-wildcard'),
    server: [sent('GET', '/origins/any', { cookie: true })],
  },
  {
    id: 'credentials/in-the-url',
    does: { fetch: 'http://user:secret@api.shop.example.com/origins/any' },
    sees: invalid('url-credentials'),
    server: [],
  },
  ...allowCredentials('true', read('ok')),
  ...allowCredentials('TRUE', refused('allow-credentials-missing')),
  ...allowCredentials('True', refused('allow-credentials-missing')),
  ...allowCredentials('1', refused('allow-credentials-missing')),
  ...allowCredentials('false', refused('allow-credentials-missing')),
  ...allowCredentials(['true', 'true'], refused('allow-credentials-missing')),
];

/** A server that spells `Access-Control-Allow-Credentials` in its own way (Fetch, "CORS check", 5). */
function allowCredentials(value: string | readonly string[], sees: TableCase['sees']): readonly TableCase[] {
  return [
    {
      id: `credentials/allow-credentials/${[value].flat().join('-and-')}`,
      does: { fetch: '/a', ...INCLUDE },
      sees,
      server: [sent('GET', '/a', { cookie: true })],
      answers: {
        'GET /a': {
          headers: { 'Access-Control-Allow-Origin': APP, 'Access-Control-Allow-Credentials': value },
          body: 'ok',
        },
      },
    },
  ];
}
