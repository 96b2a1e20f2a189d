import {
  APP,
  asked,
  invalid,
  RAW,
  read,
  refused,
  sent,
  type Answer,
  type TableCase,
  PREFLIGHT_REFUSED,
} from '../case.js';

/** A method that the app's own answer decides. */
function approved(method: string, url: string, body: string): TableCase {
  return {
    id: `methods/approved/${method}${url}`,
    does: { fetch: url, method },
    sees: read(body),
    server: [asked(method, url), sent(method, url)],
  };
}

function isRefused(method: string, url: string): TableCase {
  return {
    ...approved(method, url, ''),
    id: `methods/refused/${method}${url}`,
    sees: PREFLIGHT_REFUSED,
    server: [asked(method, url)],
  };
}

function isForbidden(method: string): TableCase {
  return {
    id: `methods/forbidden/${method}`,
    does: { fetch: '/origins/any', method },
    sees: invalid('method-forbidden'),
    server: [],
  };
}

/** A server that answers a preflight for PUT with this `Access-Control-Allow-Methods`. */
function allowMethods(
  id: string,
  value: string | readonly string[] | undefined,
  sees: TableCase['sees'],
  method = 'PUT',
  more: Partial<TableCase> = {},
): TableCase {
  const origin: Answer = { headers: { 'Access-Control-Allow-Origin': APP } };
  const isRead = typeof sees === 'object' && 'status' in sees;
  return {
    id: `methods/allow-methods/${id}`,
    does: { fetch: '/a', method },
    sees,
    server: [asked(method, '/a'), ...(isRead ? [sent(method, '/a')] : [])],
    answers: {
      'OPTIONS /a': {
        status: 204,
        headers: { ...origin.headers, ...(value !== undefined && { 'Access-Control-Allow-Methods': value }) },
      },
      [`${method} /a`]: { ...origin, body: 'ok' },
    },
    ...more,
  };
}

/** Methods: which are asked about, and which answers approve them. */
export const METHOD_CASES: readonly TableCase[] = [
  ...['GET', 'POST'].map((method): TableCase => ({
    id: `methods/safelisted/${method}`,
    does: { fetch: '/items/7', method },
    sees: read(method === 'GET' ? 'got' : 'posted', undefined, method === 'GET' ? 200 : 201),
    server: [sent(method, '/items/7')],
  })),
  {
    id: 'methods/safelisted/HEAD',
    does: { fetch: '/items/7', method: 'HEAD' },
    sees: read(''),
    server: [sent('HEAD', '/items/7')],
  },
  {
    id: 'methods/normalized/get-and-put',
    does: [
      { fetch: '/items/7', method: 'get' },
      { fetch: '/methods/put-only', method: 'pUt' },
    ],
    sees: [read('got'), read('put')],
    server: [sent('GET', '/items/7'), asked('PUT', '/methods/put-only'), sent('PUT', '/methods/put-only')],
  },
  approved('PUT', '/methods/put-only', 'put'),
  approved('PATCH', '/items/7', 'patched'),
  approved('DELETE', '/items/7', 'removed'),
  approved('OPTIONS', '/items/7', 'options'),
  approved('PUT', '/methods/any', 'any'),
  approved('PUT', '/methods/status-200', 'put'),
  isRefused('DELETE', '/methods/put-only'),
  isRefused('DELETE', '/methods/get-only'),
  isRefused('DELETE', '/methods/internal'),
  isRefused('DELETE', '/nowhere'),
  {
    id: 'methods/patch-in-lower-case/is-another-method',
    does: { fetch: '/items/7', method: 'patch' },
    sees: PREFLIGHT_REFUSED,
    server: [asked('patch', '/items/7')],
  },
  // Node's server answers these itself, with 400, before anybody else has the request.
  ...['patch', 'Patch', 'BREW'].map((method) =>
    allowMethods(`as-written/${method}`, method, refused('allow-origin-missing'), method),
  ),
  {
    id: 'methods/patch-in-lower-case/at-home',
    page: RAW,
    does: { fetch: '/a', method: 'patch' },
    sees: { status: 400, type: 'basic', headers: { connection: 'close' }, body: '' },
    server: [],
    answers: {},
  },
  ...['CONNECT', 'TRACE', 'TRACK', 'trace'].map(isForbidden),
  {
    id: 'methods/no-token',
    does: { fetch: '/origins/any', method: 'GET /' },
    sees: invalid('method-invalid'),
    server: [],
  },
  {
    id: 'methods/no-cors-is-for-safelisted-ones',
    does: { fetch: '/items/7', method: 'PUT', mode: 'no-cors' },
    sees: invalid('method-not-safelisted'),
    server: [],
  },
  {
    id: 'methods/body-with-get',
    does: { fetch: '/origins/any', method: 'GET', body: 'x' },
    sees: invalid('body-not-allowed'),
    server: [],
  },
  {
    id: 'methods/xhr/delete',
    does: { xhr: '/items/7', method: 'DELETE' },
    sees: read('removed'),
    server: [asked('DELETE', '/items/7'), sent('DELETE', '/items/7')],
  },
  {
    id: 'methods/xhr/forbidden',
    does: { xhr: '/items/7', method: 'TRACE' },
    sees: invalid('method-forbidden'),
    server: [],
  },
  allowMethods('exact', 'PUT', read('ok')),
  allowMethods('listed-with-others', 'GET, PUT , DELETE', read('ok')),
  allowMethods('on-two-lines', ['DELETE', 'PUT'], read('ok')),
  allowMethods('empty-elements', ',,PUT,', read('ok')),
  allowMethods('any', '*', read('ok')),
  allowMethods('lower-case-does-not-match', 'put', refused('method-not-allowed')),
  allowMethods('another', 'DELETE', refused('method-not-allowed')),
  allowMethods('missing', undefined, refused('method-not-allowed')),
  allowMethods('empty', '', refused('method-not-allowed')),
  allowMethods('no-token', 'PUT, GET POST', refused('allow-methods-malformed')),
  allowMethods('semicolon', 'PUT; DELETE', refused('allow-methods-malformed')),
  allowMethods('custom', 'REPORT', read('ok'), 'REPORT'),
  allowMethods('custom-in-another-case', 'report', refused('method-not-allowed'), 'REPORT'),
  allowMethods('safelisted-need-no-listing', 'DELETE', read('ok'), 'POST', {
    does: { fetch: '/a', method: 'POST', headers: { 'x-one': '1' } },
    server: [asked('POST', '/a', 'x-one'), sent('POST', '/a')],
    answers: {
      'OPTIONS /a': {
        headers: {
          'Access-Control-Allow-Origin': APP,
          'Access-Control-Allow-Methods': 'DELETE',
          'Access-Control-Allow-Headers': 'x-one',
        },
      },
      'POST /a': { headers: { 'Access-Control-Allow-Origin': APP }, body: 'ok' },
    },
  }),
  allowMethods('any-with-credentials', '*', refused('method-not-allowed'), 'PUT', {
    does: { fetch: '/a', method: 'PUT', credentials: 'include' },
    answers: {
      'OPTIONS /a': {
        headers: {
          'Access-Control-Allow-Origin': APP,
          'Access-Control-Allow-Credentials': 'true',
          'Access-Control-Allow-Methods': '*',
        },
      },
    },
  }),
];
