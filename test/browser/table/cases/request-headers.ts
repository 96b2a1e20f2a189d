import {
  APP,
  asked,
  invalid,
  read,
  refused,
  sent,
  type BodySource,
  type Fetch,
  type TableCase,
  PREFLIGHT_REFUSED,
} from '../case.js';

type HeaderFields = NonNullable<Fetch['headers']>;

/** A GET with headers that need no preflight. */
function safe(id: string, headers: HeaderFields, more: Partial<TableCase> = {}): TableCase {
  return {
    id: `request-headers/safe/${id}`,
    does: { fetch: '/origins/any', headers },
    sees: read('ok'),
    server: [sent('GET', '/origins/any')],
    ...more,
  };
}

/** A GET with headers that need one, which is refused: the route allows none. */
function unsafe(id: string, headers: HeaderFields, names: string): TableCase {
  return {
    id: `request-headers/unsafe/${id}`,
    does: { fetch: '/headers/none', headers },
    sees: PREFLIGHT_REFUSED,
    server: [asked('GET', '/headers/none', names)],
  };
}

/** A GET whose preflight the route approves. */
function approved(route: string, headers: HeaderFields, names: string, authorization?: true): TableCase {
  return {
    id: `request-headers/approved/${route}/${names}`,
    does: { fetch: `/headers/${route}`, headers },
    sees: read('ok'),
    server: [
      asked('GET', `/headers/${route}`, names),
      sent('GET', `/headers/${route}`, { ...(authorization && { authorization }) }),
    ],
  };
}

function isRefused(route: string, headers: HeaderFields, names: string): TableCase {
  return {
    id: `request-headers/refused/${route}/${names}`,
    does: { fetch: `/headers/${route}`, headers },
    sees: PREFLIGHT_REFUSED,
    server: [asked('GET', `/headers/${route}`, names)],
  };
}

/** A POST whose content type needs no preflight. */
function simplePost(id: string, contentType: string | undefined, init: Partial<Fetch>): TableCase {
  return {
    id: `request-headers/simple-post/${id}`,
    does: { fetch: '/responses/upload', method: 'POST', ...init },
    sees: read('uploaded', undefined, 201),
    server: [sent('POST', '/responses/upload', { ...(contentType && { contentType }) })],
  };
}

/** A POST whose content type needs one. */
function preflightedPost(id: string, contentType: string, init: Partial<Fetch>): TableCase {
  return {
    ...simplePost(id, contentType, init),
    id: `request-headers/preflighted-post/${id}`,
    server: [
      asked('POST', '/responses/upload', 'content-type'),
      sent('POST', '/responses/upload', { contentType }),
    ],
  };
}

const JSON_BODY: BodySource = '{}';

/** A server that answers a preflight for `x-one` and what else there is with this `Access-Control-Allow-Headers`. */
function allowHeaders(
  id: string,
  value: string | readonly string[] | undefined,
  sees: TableCase['sees'],
  {
    headers = { 'X-One': '1' },
    names = 'x-one',
    ...more
  }: { headers?: HeaderFields; names?: string } & Partial<TableCase> = {},
): TableCase {
  const authorization = 'authorization' in headers;
  const get = sent('GET', '/a', { ...(authorization && { authorization }) });
  const isRead = typeof sees === 'object' && 'status' in sees;
  return {
    id: `request-headers/allow-headers/${id}`,
    does: { fetch: '/a', headers },
    sees,
    server: [asked('GET', '/a', names), ...(isRead ? [get] : [])],
    answers: {
      'OPTIONS /a': {
        status: 204,
        headers: {
          'Access-Control-Allow-Origin': APP,
          ...(value !== undefined && { 'Access-Control-Allow-Headers': value }),
        },
      },
      'GET /a': { headers: { 'Access-Control-Allow-Origin': APP }, body: 'ok' },
    },
    ...more,
  };
}

const TWO_NAMES = { headers: { 'X-Two': '2', 'X-One': '1' }, names: 'x-one,x-two' };
const AUTHORIZATION = { headers: { authorization: 'Bearer x' }, names: 'authorization' };

/** `bytes` characters that are safe in every header. */
function long(bytes: number): string {
  return 'a'.repeat(bytes);
}

/** Request headers: which are asked about, how, and which answers approve them. */
export const REQUEST_HEADER_CASES: readonly TableCase[] = [
  safe('accept', { Accept: 'application/json;q=0.9, */*' }),
  safe('accept-beyond-ascii', { Accept: 'té' }),
  unsafe('accept-with-an-unsafe-byte', { Accept: 'a(b)' }, 'accept'),
  safe('accept-language', { 'Accept-Language': 'en-GB, en;q=0.5' }),
  unsafe('accept-language-with-an-underscore', { 'Accept-Language': 'en_GB' }, 'accept-language'),
  safe('content-language', { 'Content-Language': 'de' }),
  unsafe('content-language-with-a-slash', { 'Content-Language': 'de/at' }, 'content-language'),
  safe('128-bytes', { Accept: long(128) }),
  unsafe('129-bytes', { Accept: long(129) }, 'accept'),
  safe('repeated/1024-bytes-together', repeated(8), {}),
  unsafe('repeated/together-above-1024-bytes', repeated(9), 'accept'),
  safe('range', { Range: 'bytes=0-10' }),
  safe('range-open', { Range: 'bytes=5-' }),
  unsafe('range-suffix', { Range: 'bytes=-5' }, 'range'),
  unsafe('range-backwards', { Range: 'bytes=10-5' }, 'range'),
  unsafe('range-of-two', { Range: 'bytes=0-1,3-4' }, 'range'),
  unsafe('range-with-a-space', { Range: 'bytes= 0-1' }, 'range'),
  safe('forbidden-ones-are-dropped', {
    'Accept-Encoding': 'x',
    'Access-Control-Request-Method': 'PUT',
    Connection: 'close',
    DNT: '1',
    'Proxy-Authorization': 'x',
    'Sec-Fetch-Site': 'same-origin',
    Via: 'x',
    'X-HTTP-Method-Override': 'TRACE',
  }),
  unsafe('method-override', { 'X-HTTP-Method-Override': 'PUT' }, 'x-http-method-override'),
  unsafe('cache-control', { 'Cache-Control': 'no-cache' }, 'cache-control'),
  unsafe('if-none-match', { 'If-None-Match': '"1"' }, 'if-none-match'),
  unsafe('an-empty-value', { 'X-Empty': '' }, 'x-empty'),
  {
    id: 'request-headers/no-token',
    does: { fetch: '/origins/any', headers: { 'x y': '1' } },
    sees: invalid('header-invalid'),
    server: [],
  },
  {
    id: 'request-headers/line-break-in-a-value',
    does: { fetch: '/origins/any', headers: { 'x-one': 'a\nb' } },
    sees: invalid('header-invalid'),
    server: [],
  },
  approved('listed', { 'X-ONE': '1' }, 'x-one'),
  approved('listed', { 'x-two': '2', 'X-One': '1' }, 'x-one,x-two'),
  approved('any', { 'X-Zeta': '1', 'x-alpha': '2', 'X-Mid': '3' }, 'x-alpha,x-mid,x-zeta'),
  approved('authorization', { Authorization: 'Bearer x' }, 'authorization', true),
  approved('any-and-authorization', { Authorization: 'Bearer x', 'X-One': '1' }, 'authorization,x-one', true),
  isRefused('listed', { 'X-One': '1', 'X-Debug': '1' }, 'x-debug,x-one'),
  isRefused('any', { Authorization: 'Bearer x' }, 'authorization'),
  {
    id: 'request-headers/approved/declared-by-the-handler',
    does: {
      fetch: '/items/7',
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': 't' },
      body: JSON_BODY,
    },
    sees: read('put with t'),
    server: [
      asked('PUT', '/items/7', 'content-type,x-csrf-token'),
      sent('PUT', '/items/7', { contentType: 'application/json' }),
    ],
  },
  {
    id: 'request-headers/safe/128-bytes-of-each-that-takes-as-many',
    does: {
      fetch: '/a',
      method: 'POST',
      headers: allOf128(),
    },
    sees: read('ok'),
    server: [sent('POST', '/a', { contentType: 'text/plain' })],
    answers: { 'POST /a': { headers: { 'Access-Control-Allow-Origin': '*' }, body: 'ok' } },
  },
  simplePost('string', 'text/plain', { body: 'x' }),
  simplePost('url-search-params', 'application/x-www-form-urlencoded', { body: { params: { a: '1' } } }),
  simplePost('form-data', 'multipart/form-data', { body: { form: { a: '1' } } }),
  simplePost('blob-without-a-type', undefined, { body: { blob: 'x', type: '' } }),
  simplePost('blob-of-text', 'text/plain', { body: { blob: 'x', type: 'text/plain' } }),
  simplePost('text-plain-with-a-parameter', 'text/plain', {
    headers: { 'Content-Type': 'Text/Plain;charset=latin1' },
    body: 'x',
  }),
  preflightedPost('json', 'application/json', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON_BODY,
  }),
  preflightedPost('blob-of-json', 'application/json', { body: { blob: '{}', type: 'application/json' } }),
  preflightedPost('text-xml', 'text/xml', { headers: { 'Content-Type': 'text/xml' }, body: '<a/>' }),
  preflightedPost('parameter-with-an-unsafe-byte', 'text/plain', {
    headers: { 'Content-Type': 'text/plain;charset="utf-8"' },
    body: 'x',
  }),
  allowHeaders('exact', 'x-one', read('ok')),
  allowHeaders('in-another-case', 'X-ONE', read('ok')),
  allowHeaders('with-others-and-space', 'x-a ,\tX-One, x-b', read('ok')),
  allowHeaders('on-two-lines', ['x-two', 'x-one'], read('ok'), TWO_NAMES),
  allowHeaders('empty-elements', ',x-one,,', read('ok')),
  allowHeaders('missing', undefined, refused('header-not-allowed')),
  allowHeaders('empty', '', refused('header-not-allowed')),
  allowHeaders('one-of-two', 'x-one', refused('header-not-allowed'), TWO_NAMES),
  allowHeaders('no-token', 'x-one, x two', refused('allow-headers-malformed')),
  allowHeaders('any', '*', read('ok'), TWO_NAMES),
  allowHeaders('any-beside-others', 'x-a, *', read('ok'), TWO_NAMES),
  allowHeaders('authorization-by-name', 'Authorization', read('ok'), AUTHORIZATION),
  allowHeaders('any-and-authorization-by-name', '*, authorization', read('ok'), AUTHORIZATION),
  allowHeaders('any-does-not-cover-authorization', '*', refused('authorization-not-listed'), {
    ...AUTHORIZATION,
  }),
  allowHeaders('any-with-credentials', '*', refused('header-not-allowed'), {
    does: { fetch: '/a', headers: { 'x-one': '1' }, credentials: 'include' },
    answers: {
      'OPTIONS /a': {
        headers: {
          'Access-Control-Allow-Origin': APP,
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Allow-Headers': '*',
        },
      },
    },
  }),
  {
    id: 'request-headers/client-hints',
    does: { fetch: '/headers/none', headers: { 'Save-Data': 'on' } },
    sees: PREFLIGHT_REFUSED,
    server: [asked('GET', '/headers/none', 'save-data')],
  },
];

/** A field of 128 bytes as often as wanted, which a script can give as a list of pairs. */
function repeated(times: number): HeaderFields {
  return Array.from({ length: times }, () => ['Accept', long(128)] as const);
}

/** All CORS-safelisted request-headers but `Range`, as long as they may be. */
function allOf128(): HeaderFields {
  return {
    Accept: long(128),
    'Accept-Language': long(128),
    'Content-Language': long(128),
    'Content-Type': `text/plain;${long(117)}`,
  };
}
