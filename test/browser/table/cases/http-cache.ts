import { APP, EVIL, read, refused, sent, type Answer, type TableCase } from '../case.js';

const SCRIPT = { 'Content-Type': 'text/javascript', 'Cache-Control': 'max-age=600' };
const NO_PART_OF_CORS = 'An HTTP cache is no part of CORS, and beyond the scope of the virtual browser.';

/** What a script element leaves in the cache, and what `fetch()` then finds there. */
function scriptThenFetch(
  id: string,
  answers: Answer | readonly Answer[],
  sees: TableCase['sees'],
  requests: 1 | 2,
): TableCase {
  return {
    id: `http-cache/${id}`,
    does: [{ element: 'script', src: '/a.js' }, { fetch: '/a.js' }],
    sees: ['loaded', ...[sees].flat()],
    server: [
      sent('GET', '/a.js', { origin: 'none', cookie: true }),
      ...(requests === 2 ? [sent('GET', '/a.js')] : []),
    ],
    answers: { 'GET /a.js': answers },
    realOnly: NO_PART_OF_CORS,
  };
}

/** Two fetches, of which the second is the browser's own question whether the response is still good. */
function revalidated(id: string, headers: Answer['headers'], sees: TableCase['sees']): TableCase {
  const stored = { 'Cache-Control': 'no-cache', ETag: '"1"', 'Access-Control-Allow-Origin': APP };
  return {
    id: `http-cache/revalidated/${id}`,
    does: [{ fetch: '/a' }, { fetch: '/a' }],
    sees: [read('stored', { 'cache-control': 'no-cache' }), ...[sees].flat()],
    server: [sent('GET', '/a'), sent('GET', '/a')],
    answers: {
      'GET /a': [
        { headers: stored, body: 'stored' },
        { status: 304, headers: { ETag: '"1"', ...headers } },
      ],
    },
    realOnly: NO_PART_OF_CORS,
  };
}

const CACHED = { 'cache-control': 'max-age=600' };

/** What `Vary` is for (Fetch, "CORS protocol and HTTP caches"). */
export const HTTP_CACHE_CASES: readonly TableCase[] = [
  {
    id: 'http-cache/app/one-origin-is-not-poisoned-by-a-script-element',
    does: [{ element: 'script', src: '/cached/one.js' }, { fetch: '/cached/one.js' }],
    sees: ['loaded', read('0', CACHED)],
    server: [sent('GET', '/cached/one.js', { origin: 'none', cookie: true }), sent('GET', '/cached/one.js')],
    realOnly: NO_PART_OF_CORS,
  },
  {
    id: 'http-cache/app/any-is-shared-with-a-script-element',
    does: [{ element: 'script', src: '/cached/any.js' }, { fetch: '/cached/any.js' }],
    sees: ['loaded', read('0', CACHED)],
    server: [sent('GET', '/cached/any.js', { origin: 'none', cookie: true })],
    realOnly: NO_PART_OF_CORS,
  },
  {
    id: 'http-cache/app/one-origin-is-not-poisoned-by-no-cors',
    does: [{ fetch: '/cached/one.js', mode: 'no-cors' }, { fetch: '/cached/one.js' }],
    sees: [{ status: 0, type: 'opaque', body: '' }, read('0', CACHED)],
    server: [sent('GET', '/cached/one.js', { origin: 'none' }), sent('GET', '/cached/one.js')],
    realOnly: NO_PART_OF_CORS,
  },
  {
    id: 'http-cache/app/a-second-fetch-is-served-from-it',
    does: [{ fetch: '/cached/one.js' }, { fetch: '/cached/one.js' }],
    sees: [read('0', CACHED), read('0', CACHED)],
    server: [sent('GET', '/cached/one.js')],
    realOnly: NO_PART_OF_CORS,
  },
  {
    id: 'http-cache/app/revalidation-with-304',
    does: [{ fetch: '/cached/etag.js' }, { fetch: '/cached/etag.js' }],
    sees: [read('0', { 'cache-control': 'no-cache' }), read('0', { 'cache-control': 'no-cache' })],
    server: [sent('GET', '/cached/etag.js'), sent('GET', '/cached/etag.js')],
    realOnly: NO_PART_OF_CORS,
  },
  scriptThenFetch(
    'allow-origin-without-vary-is-poisoned',
    [
      { headers: SCRIPT, body: '0' },
      { headers: { ...SCRIPT, 'Access-Control-Allow-Origin': APP }, body: '0' },
    ],
    refused('allow-origin-missing'),
    1,
  ),
  scriptThenFetch(
    'any-only-where-there-is-an-origin-is-poisoned',
    [
      { headers: SCRIPT, body: '0' },
      { headers: { ...SCRIPT, 'Access-Control-Allow-Origin': '*' }, body: '0' },
    ],
    refused('allow-origin-missing'),
    1,
  ),
  scriptThenFetch(
    'vary-keeps-them-apart',
    [
      { headers: { ...SCRIPT, Vary: 'Origin' }, body: '0' },
      { headers: { ...SCRIPT, Vary: 'Origin', 'Access-Control-Allow-Origin': APP }, body: '0' },
    ],
    read('0', CACHED),
    2,
  ),
  scriptThenFetch(
    'always-any-needs-no-vary',
    { headers: { ...SCRIPT, 'Access-Control-Allow-Origin': '*' }, body: '0' },
    read('0', CACHED),
    1,
  ),
  revalidated(
    '304-without-headers-keeps-the-stored-ones',
    {},
    read('stored', { 'cache-control': 'no-cache' }),
  ),
  revalidated(
    '304-with-another-origin-counts',
    { 'Access-Control-Allow-Origin': EVIL },
    refused('allow-origin-mismatch'),
  ),
];
