import {
  API,
  asked,
  EVIL,
  MIRROR,
  OTHER_RAW,
  RAW,
  refused,
  sent,
  type Answer,
  type TableCase,
  PREFLIGHT_REFUSED,
} from '../case.js';

const ANY = { 'Access-Control-Allow-Origin': '*' };
const FINAL: Answer = { headers: ANY, body: 'final' };

/** A response after a redirect. */
const ARRIVED = { status: 200, body: 'final', redirected: true } as const;

function moved(to: string, status: 301 | 302 | 303 | 307 | 308 = 302): string {
  return `/moved?to=${to}&status=${status}`;
}

function redirect(location: string, status = 302, headers: Answer['headers'] = ANY): Answer {
  return { status, headers: { ...headers, Location: location } };
}

/** A GET of the raw server's `/a`, which redirects. */
function raw(
  id: string,
  location: string,
  sees: TableCase['sees'],
  more: Partial<TableCase> = {},
): TableCase {
  return {
    id: `redirects/${id}`,
    does: { fetch: '/a' },
    sees,
    server: [sent('GET', '/a')],
    answers: { 'GET /a': redirect(location), 'GET /final': FINAL },
    ...more,
  };
}

/** Redirects (Fetch, "HTTP-redirect fetch"): what is followed, as whom, and with what. */
export const REDIRECT_CASES: readonly TableCase[] = [
  {
    id: 'redirects/app/within',
    does: { fetch: moved('/origins/list') },
    sees: { status: 200, body: 'ok', redirected: true },
    server: [sent('GET', moved('/origins/list')), sent('GET', '/origins/list')],
  },
  {
    id: 'redirects/app/within-with-cookies',
    does: { fetch: moved('/account/me'), credentials: 'include' },
    sees: refused('allow-credentials-missing'),
    server: [sent('GET', moved('/account/me'), { cookie: true })],
  },
  {
    id: 'redirects/app/target-refuses',
    does: { fetch: moved('/origins/https') },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', moved('/origins/https')), sent('GET', '/origins/https')],
  },
  {
    id: 'redirects/app/redirect-itself-refuses',
    does: { fetch: '/moved/closed?to=/origins/any&status=302' },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', '/moved/closed?to=/origins/any&status=302')],
  },
  {
    id: 'redirects/app/to-another-host/taints-the-origin',
    does: { fetch: moved(`${MIRROR}/origins/list`) },
    sees: refused('allow-origin-missing'),
    server: [
      sent('GET', moved(`${MIRROR}/origins/list`)),
      sent('GET', `${MIRROR}/origins/list`, { origin: 'null' }),
    ],
  },
  {
    id: 'redirects/app/to-another-host/any',
    does: { fetch: moved(`${MIRROR}/origins/any`) },
    sees: { status: 200, body: 'ok', redirected: true },
    server: [
      sent('GET', moved(`${MIRROR}/origins/any`)),
      sent('GET', `${MIRROR}/origins/any`, { origin: 'null' }),
    ],
  },
  {
    id: 'redirects/app/to-another-host/null-is-admitted',
    does: { fetch: moved(`${MIRROR}/origins/null`) },
    sees: { status: 200, body: 'ok', redirected: true },
    server: [
      sent('GET', moved(`${MIRROR}/origins/null`)),
      sent('GET', `${MIRROR}/origins/null`, { origin: 'null' }),
    ],
  },
  {
    id: 'redirects/app/from-own-host/is-not-tainted',
    page: MIRROR,
    does: { fetch: `${MIRROR}${moved(`${API}/origins/label`)}` },
    sees: { status: 200, body: 'ok', redirected: true },
    server: [
      sent('GET', `${MIRROR}${moved(`${API}/origins/label`)}`, { origin: 'none', cookie: true }),
      sent('GET', '/origins/label'),
    ],
  },
  {
    id: 'redirects/app/same-origin',
    page: API,
    does: { fetch: moved('/origins/internal') },
    sees: { status: 200, type: 'basic', body: 'ok', redirected: true },
    server: [
      sent('GET', moved('/origins/internal'), { origin: 'none', cookie: true }),
      sent('GET', '/origins/internal', { origin: 'none', cookie: true }),
    ],
  },
  {
    id: 'redirects/app/preflighted-307-is-preflighted-again',
    does: {
      fetch: moved('/items/7', 307),
      method: 'PUT',
      headers: { 'x-csrf-token': 't' },
    },
    sees: { status: 200, body: 'put with t', redirected: true },
    server: [
      asked('PUT', moved('/items/7', 307), 'x-csrf-token'),
      sent('PUT', moved('/items/7', 307)),
      asked('PUT', '/items/7', 'x-csrf-token'),
      sent('PUT', '/items/7'),
    ],
  },
  {
    id: 'redirects/app/preflighted-307-to-a-route-that-refuses',
    does: { fetch: moved('/methods/get-only', 307), method: 'PUT' },
    sees: PREFLIGHT_REFUSED,
    server: [
      asked('PUT', moved('/methods/get-only', 307)),
      sent('PUT', moved('/methods/get-only', 307)),
      asked('PUT', '/methods/get-only'),
    ],
  },
  {
    id: 'redirects/app/json-post-turns-simple',
    does: {
      fetch: moved('/origins/list'),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    },
    sees: { status: 200, body: 'ok', redirected: true },
    server: [
      asked('POST', moved('/origins/list'), 'content-type'),
      sent('POST', moved('/origins/list'), { contentType: 'application/json' }),
      sent('GET', '/origins/list'),
    ],
  },
  {
    id: 'redirects/app/json-post-307-is-preflighted-again',
    does: {
      fetch: moved('/responses/upload', 307),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    },
    sees: { status: 201, body: 'uploaded', redirected: true },
    server: [
      asked('POST', moved('/responses/upload', 307), 'content-type'),
      sent('POST', moved('/responses/upload', 307), { contentType: 'application/json' }),
      asked('POST', '/responses/upload', 'content-type'),
      sent('POST', '/responses/upload', { contentType: 'application/json' }),
    ],
  },
  {
    id: 'redirects/mode-error',
    does: { fetch: moved('/origins/list'), redirect: 'error' },
    sees: refused('redirect-not-expected'),
    server: [sent('GET', moved('/origins/list'))],
  },
  {
    id: 'redirects/mode-manual',
    does: { fetch: moved('/origins/list'), redirect: 'manual' },
    sees: { status: 0, type: 'opaqueredirect', body: '' },
    server: [sent('GET', moved('/origins/list'))],
  },
  {
    id: 'redirects/mode-same-origin-to-another-origin',
    page: RAW,
    does: { fetch: '/a', mode: 'same-origin' },
    sees: refused('not-same-origin'),
    server: [sent('GET', '/a', { origin: 'none', cookie: true })],
    answers: { 'GET /a': redirect(`${API}/origins/any`) },
  },
  raw('allow-origin-missing-on-the-redirect', '/final', refused('allow-origin-missing'), {
    answers: { 'GET /a': redirect('/final', 302, {}), 'GET /final': FINAL },
  }),
  raw(
    'no-location',
    '/final',
    { status: 302, body: 'here' },
    {
      answers: { 'GET /a': { status: 302, headers: ANY, body: 'here' } },
    },
  ),
  raw(
    '300-is-none',
    '/final',
    { status: 300, body: '' },
    {
      answers: { 'GET /a': redirect('/final', 300), 'GET /final': FINAL },
    },
  ),
  raw('invalid-location', 'http://:0/', refused('location-invalid')),
  raw('two-locations', '/final', refused('location-invalid'), {
    answers: {
      'GET /a': { status: 302, headers: { ...ANY, Location: ['/final', '/other'] } },
      'GET /final': FINAL,
    },
  }),
  raw('to-data', 'data:text/plain,x', refused('location-scheme')),
  raw('to-ftp', 'ftp://raw.shop.example.com/', refused('location-scheme')),
  raw(
    'credentials-in-location/same-origin-as-the-page',
    `http://user:secret@raw.shop.example.com/final`,
    { ...ARRIVED, type: 'basic', headers: { 'access-control-allow-origin': '*' } },
    {
      page: RAW,
      server: [
        sent('GET', '/a', { origin: 'none', cookie: true }),
        // Without Authorization: nobody has asked for it yet (Fetch, "HTTP-network-or-cache fetch").
        sent('GET', '/final', { origin: 'none', cookie: true }),
      ],
    },
  ),
  raw(
    'credentials-in-location/another-origin',
    `http://user:secret@raw.shop.example.com/final`,
    refused('location-credentials'),
  ),
  raw('chain-to-the-same-origin', '/b', ARRIVED, {
    server: [sent('GET', '/a'), sent('GET', '/b'), sent('GET', '/final')],
    answers: { 'GET /a': redirect('/b'), 'GET /b': redirect('/final', 301), 'GET /final': FINAL },
  }),
  raw('taint-stays', `${OTHER_RAW}/b`, ARRIVED, {
    server: [
      sent('GET', '/a'),
      sent('GET', `${OTHER_RAW}/b`, { origin: 'null' }),
      sent('GET', `${OTHER_RAW}/final`, { origin: 'null' }),
    ],
    answers: { 'GET /a': redirect(`${OTHER_RAW}/b`), 'GET /b': redirect('/final'), 'GET /final': FINAL },
  }),
  raw('back-to-the-page', `${RAW}/final`, refused('allow-origin-mismatch'), {
    page: RAW,
    does: { fetch: `${OTHER_RAW}/a` },
    server: [sent('GET', `${OTHER_RAW}/a`), sent('GET', '/final', { origin: 'null' })],
    answers: {
      'GET /a': redirect(`${RAW}/final`),
      'GET /final': { headers: { 'Access-Control-Allow-Origin': RAW }, body: 'final' },
    },
  }),
  raw('back-to-the-page/any', `${RAW}/final`, ARRIVED, {
    page: RAW,
    does: { fetch: `${OTHER_RAW}/a` },
    server: [sent('GET', `${OTHER_RAW}/a`), sent('GET', '/final', { origin: 'null' })],
  }),
  raw('20-hops', '/1', ARRIVED, {
    server: [
      sent('GET', '/a'),
      ...Array.from({ length: 19 }, (_, index) => sent('GET', `/${index + 1}`)),
      sent('GET', '/final'),
    ],
    answers: hops(20),
  }),
  raw('21-hops', '/1', refused('too-many-redirects'), {
    server: [sent('GET', '/a'), ...Array.from({ length: 20 }, (_, index) => sent('GET', `/${index + 1}`))],
    answers: hops(21),
  }),
  {
    id: 'redirects/no-cors/is-followed-opaquely',
    page: EVIL,
    does: { fetch: '/a', mode: 'no-cors' },
    sees: { status: 0, type: 'opaque', body: '' },
    server: [sent('GET', '/a', { origin: 'none' }), sent('GET', '/final', { origin: 'none' })],
    answers: { 'GET /a': redirect('/final', 302, {}), 'GET /final': { body: 'final' } },
  },
];

/** So many redirects, from `/a` over `/1`, `/2` and so on to `/final`. */
function hops(count: number): Readonly<Record<string, Answer>> {
  const stops = ['/a', ...Array.from({ length: count - 1 }, (_, index) => `/${index + 1}`), '/final'];
  return Object.fromEntries([
    ...stops
      .slice(0, -1)
      .map((stop, index) => [`GET ${stop}`, redirect(stops[index + 1] as string)] as const),
    ['GET /final', FINAL] as const,
  ]);
}
