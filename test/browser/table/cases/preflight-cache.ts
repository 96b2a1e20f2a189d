import {
  APP,
  asked,
  OTHER_RAW,
  RAW,
  read,
  refused,
  sent,
  type Answer,
  type Call,
  type TableCase,
  type Wire,
  PREFLIGHT_REFUSED,
} from '../case.js';

const PUT = { method: 'PUT' } as const;
const OK = read('ok');
const MINE = { 'Access-Control-Allow-Origin': APP };
const ANSWER: Answer = { headers: MINE, body: 'ok' };
const WITH_CREDENTIALS = { ...MINE, 'Access-Control-Allow-Credentials': 'true' };

/** Two calls or more against a server whose preflight answers say so much of how long they count. */
function maxAge(id: string, value: string | undefined, again: boolean, wait?: number): TableCase {
  const put: readonly Wire[] = [sent('PUT', '/a')];
  return {
    id: `preflight-cache/max-age/${id}`,
    does: [{ fetch: '/a', ...PUT }, ...(wait === undefined ? [] : [{ wait }]), { fetch: '/a', ...PUT }],
    sees: [OK, OK],
    server: [asked('PUT', '/a'), ...put, ...(again ? [asked('PUT', '/a')] : []), ...put],
    answers: {
      'OPTIONS /a': {
        headers: {
          ...MINE,
          'Access-Control-Allow-Methods': 'PUT',
          ...(value !== undefined && { 'Access-Control-Max-Age': value }),
        },
      },
      'PUT /a': ANSWER,
    },
  };
}

/** What a server's answer to the first call's preflight is worth to the second call. */
function kept(
  id: string,
  calls: readonly Call[],
  server: readonly Wire[],
  preflight: Answer,
  more: Partial<TableCase> = {},
): TableCase {
  return {
    id: `preflight-cache/${id}`,
    does: calls,
    sees: calls.map(() => OK),
    server,
    answers: {
      'OPTIONS /a': { ...preflight, headers: { 'Access-Control-Max-Age': '600', ...preflight.headers } },
      'OPTIONS /b': { ...preflight, headers: { 'Access-Control-Max-Age': '600', ...preflight.headers } },
      'PUT /a': { headers: WITH_CREDENTIALS, body: 'ok' },
      'PUT /b': { headers: WITH_CREDENTIALS, body: 'ok' },
      'DELETE /a': { headers: WITH_CREDENTIALS, body: 'ok' },
      'GET /a': { headers: WITH_CREDENTIALS, body: 'ok' },
    },
    ...more,
  };
}

const ONE = { headers: { 'x-one': '1' } } as const;
const TWO = { headers: { 'x-two': '2' } } as const;

/** The preflight cache (Fetch, "CORS-preflight cache"): what saves a preflight, and what does not. */
export const PREFLIGHT_CACHE_CASES: readonly TableCase[] = [
  {
    id: 'preflight-cache/app/600',
    does: [
      { fetch: '/max-age/600', ...PUT, ...ONE },
      { fetch: '/max-age/600', ...PUT, ...ONE },
      { fetch: '/max-age/600', ...PUT },
    ],
    sees: [read('put'), read('put'), read('put')],
    server: [
      asked('PUT', '/max-age/600', 'x-one'),
      sent('PUT', '/max-age/600'),
      sent('PUT', '/max-age/600'),
      sent('PUT', '/max-age/600'),
    ],
  },
  {
    id: 'preflight-cache/app/0',
    does: [
      { fetch: '/max-age/0', ...PUT },
      { fetch: '/max-age/0', ...PUT },
    ],
    sees: [read('put'), read('put')],
    server: [
      asked('PUT', '/max-age/0'),
      sent('PUT', '/max-age/0'),
      asked('PUT', '/max-age/0'),
      sent('PUT', '/max-age/0'),
    ],
  },
  {
    id: 'preflight-cache/app/1-expires',
    does: [{ fetch: '/max-age/1', ...PUT }, { wait: 1200 }, { fetch: '/max-age/1', ...PUT }],
    sees: [read('put'), read('put')],
    server: [
      asked('PUT', '/max-age/1'),
      sent('PUT', '/max-age/1'),
      asked('PUT', '/max-age/1'),
      sent('PUT', '/max-age/1'),
    ],
  },
  {
    id: 'preflight-cache/app/another-method',
    does: [
      { fetch: '/max-age/600', ...PUT },
      { fetch: '/max-age/600', method: 'DELETE' },
    ],
    sees: [read('put'), read('removed')],
    server: [
      asked('PUT', '/max-age/600'),
      sent('PUT', '/max-age/600'),
      asked('DELETE', '/max-age/600'),
      sent('DELETE', '/max-age/600'),
    ],
  },
  {
    id: 'preflight-cache/app/unset-counts-for-5-seconds-and-600-for-more',
    does: [
      { fetch: '/max-age/unset', ...PUT },
      { fetch: '/max-age/unset', ...PUT },
      { fetch: '/max-age/600', ...PUT },
      { wait: 5200 },
      { fetch: '/max-age/unset', ...PUT },
      { fetch: '/max-age/600', ...PUT },
    ],
    sees: [read('put'), read('put'), read('put'), read('put'), read('put')],
    server: [
      asked('PUT', '/max-age/unset'),
      sent('PUT', '/max-age/unset'),
      sent('PUT', '/max-age/unset'),
      asked('PUT', '/max-age/600'),
      sent('PUT', '/max-age/600'),
      asked('PUT', '/max-age/unset'),
      sent('PUT', '/max-age/unset'),
      sent('PUT', '/max-age/600'),
    ],
  },
  maxAge('1-expires', '1', true, 1200),
  maxAge('600', '600', false),
  maxAge('0', '0', true),
  maxAge('unset', undefined, false),
  maxAge('junk-is-as-if-unset', 'soon', false),
  maxAge('empty-is-as-if-unset', '', false),
  maxAge('huge', '99999999999999999999', false),
  {
    ...maxAge('negative-is-as-if-unset', '-1', false),
  },
  kept(
    'another-url',
    [
      { fetch: '/a', ...PUT },
      { fetch: '/b', ...PUT },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/b'), sent('PUT', '/b')],
    { headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT' } },
  ),
  kept(
    'another-query',
    [
      { fetch: '/a?x=1', ...PUT },
      { fetch: '/a?x=2', ...PUT },
    ],
    [asked('PUT', '/a?x=1'), sent('PUT', '/a?x=1'), asked('PUT', '/a?x=2'), sent('PUT', '/a?x=2')],
    {},
    {
      answers: Object.fromEntries(
        ['1', '2'].flatMap((x) => [
          [
            `OPTIONS /a?x=${x}`,
            { headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Max-Age': '600' } },
          ],
          [`PUT /a?x=${x}`, ANSWER],
        ]),
      ),
    },
  ),
  kept(
    'another-fragment',
    ['/a#one', '/a#one', '/a#two', '/a'].map((url) => ({ fetch: url, ...PUT })),
    [
      asked('PUT', '/a'),
      sent('PUT', '/a'),
      sent('PUT', '/a'),
      asked('PUT', '/a'),
      sent('PUT', '/a'),
      asked('PUT', '/a'),
      sent('PUT', '/a'),
    ],
    { headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT' } },
  ),
  kept(
    'another-host',
    [
      { fetch: `${RAW}/a`, ...PUT },
      { fetch: `${OTHER_RAW}/a`, ...PUT },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', `${OTHER_RAW}/a`), sent('PUT', `${OTHER_RAW}/a`)],
    { headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT' } },
  ),
  kept(
    'another-method-that-the-answer-named',
    [
      { fetch: '/a', ...PUT },
      { fetch: '/a', method: 'DELETE' },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a'), sent('DELETE', '/a')],
    { headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT, DELETE' } },
  ),
  kept(
    'any-covers-another-method',
    [
      { fetch: '/a', ...PUT },
      { fetch: '/a', method: 'DELETE' },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a'), sent('DELETE', '/a')],
    { headers: { ...MINE, 'Access-Control-Allow-Methods': '*' } },
  ),
  kept(
    'another-header-that-the-answer-named',
    [
      { fetch: '/a', ...ONE },
      { fetch: '/a', ...TWO },
    ],
    [asked('GET', '/a', 'x-one'), sent('GET', '/a'), sent('GET', '/a')],
    { headers: { ...MINE, 'Access-Control-Allow-Headers': 'X-One, X-Two' } },
  ),
  kept(
    'another-header-that-it-did-not',
    [
      { fetch: '/a', ...ONE },
      { fetch: '/a', ...TWO },
    ],
    [asked('GET', '/a', 'x-one'), sent('GET', '/a'), asked('GET', '/a', 'x-two'), sent('GET', '/a')],
    {},
    {
      answers: {
        'OPTIONS /a': ['x-one', 'x-two'].map((name) => ({
          headers: { ...MINE, 'Access-Control-Allow-Headers': name, 'Access-Control-Max-Age': '600' },
        })),
        'GET /a': ANSWER,
      },
    },
  ),
  kept(
    'any-covers-another-header',
    [
      { fetch: '/a', ...ONE },
      { fetch: '/a', ...TWO },
    ],
    [asked('GET', '/a', 'x-one'), sent('GET', '/a'), sent('GET', '/a')],
    { headers: { ...MINE, 'Access-Control-Allow-Headers': '*' } },
  ),
  kept(
    'without-credentials-does-not-serve-with',
    [
      { fetch: '/a', ...PUT },
      { fetch: '/a', ...PUT, credentials: 'include' },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a', { cookie: true })],
    { headers: { ...WITH_CREDENTIALS, 'Access-Control-Allow-Methods': 'PUT' } },
  ),
  kept(
    'with-credentials-serves-without',
    [
      { fetch: '/a', ...PUT, credentials: 'include' },
      { fetch: '/a', ...PUT },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a', { cookie: true }), sent('PUT', '/a')],
    { headers: { ...WITH_CREDENTIALS, 'Access-Control-Allow-Methods': 'PUT' } },
  ),
  kept(
    'a-refusal-leaves-nothing',
    [
      { fetch: '/a', ...PUT },
      { fetch: '/a', ...PUT },
    ],
    [asked('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a')],
    {},
    {
      sees: [PREFLIGHT_REFUSED, OK],
      answers: {
        'OPTIONS /a': [
          { status: 403, headers: { 'Access-Control-Max-Age': '600' } },
          { headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Max-Age': '600' } },
        ],
        'PUT /a': ANSWER,
      },
    },
  ),
  kept(
    'a-refused-response-clears-it',
    [
      { fetch: '/a', ...PUT },
      { fetch: '/a', ...PUT },
      { fetch: '/a', ...PUT },
    ],
    [asked('PUT', '/a'), sent('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a')],
    {},
    {
      sees: [OK, refused('allow-origin-missing'), OK],
      answers: {
        'OPTIONS /a': {
          headers: { ...MINE, 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Max-Age': '600' },
        },
        'PUT /a': [ANSWER, { body: 'no headers' }, ANSWER],
      },
    },
  ),
];
