/* The wire table: what a request comes back with, on whichever runtime. */

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

const OWN = {
  'access-control-allow-origin': PAGE,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'x-total',
  vary: 'Origin',
};

/** An actual request. */
function get(path, status, fields, { origin = PAGE, method = 'GET', body } = {}) {
  return {
    name: `${method} ${path}${origin === undefined ? '' : ` from ${origin}`}`,
    request: { method, path, headers: origin === null ? {} : { origin } },
    status,
    fields,
    body,
  };
}

function preflight(path, method, status, fields, { origin = PAGE, headers } = {}) {
  return {
    name: `preflight for ${method} ${path} from ${origin}${headers === undefined ? '' : ` with ${headers}`}`,
    request: {
      method: 'OPTIONS',
      path,
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers !== undefined && { 'access-control-request-headers': headers }),
      },
    },
    status,
    fields: { ...fields, vary: PREFLIGHT_VARY },
    body: '',
  };
}

/** What the app finds wrong with origins that it is given. */
export const PROBLEMS = ['origin-host', 'origin-host', 'origin-unicode'];

export const TABLE = [
  get('/cats', 200, OWN, { body: 'list' }),
  get('/cats', 200, OWN, { method: 'HEAD', body: '' }),
  get('/cats', 200, { vary: 'Origin' }, { origin: OTHER }),
  get('/cats', 200, { vary: 'Origin' }, { origin: 'null' }),
  get('/cats', 200, { vary: 'Origin' }, { origin: `${PAGE}/` }),
  get('/cats', 200, { vary: 'Origin' }, { origin: null }),
  get('/cats/json', 200, OWN, { body: '{"cats":1}' }),
  // Streams, and whoever writes to the response of the runtime.
  get('/cats/events', 200, OWN),
  get('/cats/file', 200, OWN, { body: 'cats' }),
  get('/cats/end', 200, OWN, { body: 'ended' }),
  get('/cats/write', 200, OWN, { body: 'written' }),
  get('/cats/flush', 200, OWN, { body: 'flushed' }),
  get('/cats/pipe', 200, OWN, { body: 'piped' }),
  get('/cats/head', 201, { ...OWN, vary: 'Accept, Origin' }, { body: 'head' }),
  get('/cats/write', 200, { vary: 'Origin' }, { origin: OTHER, body: 'written' }),
  // Errors and redirects.
  get('/cats/fail', 500, OWN),
  get('/cats/teapot', 418, OWN),
  { ...get('/cats/moved', 302, OWN), express: { vary: 'Accept, Origin' } },
  get('/nowhere', 404, {}),
  // Other policies.
  get('/cats/any', 200, { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-total' }),
  get(
    '/cats/any',
    200,
    { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-total' },
    { origin: null },
  ),
  get('/cats/enforced', 200, OWN),
  get('/cats/enforced', 403, { vary: 'Origin' }, { origin: OTHER }),
  get('/cats/enforced', 200, { vary: 'Origin' }, { origin: null }),
  get('/cats/closed', 200, {}, { body: 'closed' }),
  get('/shut/x', 404, {}),
  get('/left', 200, { 'access-control-allow-origin': '*' }, { body: 'left' }),
  get('/files/table.mjs', 200, { 'access-control-allow-origin': PAGE, vary: 'Origin' }),
  get('/files/none.mjs', 404, { 'access-control-allow-origin': PAGE, vary: 'Origin' }),
  // An OPTIONS request that is no preflight.
  get('/cats/7', 200, OWN, { method: 'OPTIONS', body: 'own' }),
  preflight('/cats/7', 'PUT', 204, {
    'access-control-allow-origin': PAGE,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'PUT',
    'access-control-max-age': '600',
  }),
  preflight(
    '/cats/7',
    'PUT',
    204,
    {
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type,x-token',
      'access-control-max-age': '600',
    },
    { headers: 'content-type,x-token' },
  ),
  preflight('/cats/7', 'PUT', 403, {}, { headers: 'content-type,x-other' }),
  preflight('/cats/7', 'PUT', 403, {}, { origin: OTHER }),
  preflight('/cats/7', 'put', 403, {}),
  preflight('/cats/closed', 'GET', 403, {}),
  preflight('/nowhere', 'GET', 403, {}),
  preflight(
    '/cats/any',
    'GET',
    204,
    { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' },
    { origin: OTHER, headers: 'authorization' },
  ),
];
