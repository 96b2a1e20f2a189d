import { APP, asked, OTHER_RAW, sent, type Answer, type TableCase } from '../case.js';

const ANY = { 'Access-Control-Allow-Origin': '*' };
const MINE = { 'Access-Control-Allow-Origin': APP };
const FINAL: Answer = { headers: ANY, body: 'final' };

/** A response after a redirect. */
const ARRIVED = { status: 200, body: 'final', redirected: true } as const;

function redirect(location: string, status = 302, headers: Answer['headers'] = ANY): Answer {
  return { status, headers: { ...headers, Location: location } };
}

/** A POST that becomes a GET or stays what it is. */
function afterPost(status: number, method: 'GET' | 'POST'): TableCase {
  return {
    id: `redirects/post/${status}`,
    does: { fetch: '/a', method: 'POST', body: 'x' },
    sees: ARRIVED,
    server: [
      sent('POST', '/a', { contentType: 'text/plain' }),
      sent(method, '/final', { ...(method === 'POST' && { contentType: 'text/plain' }) }),
    ],
    answers: { 'POST /a': redirect('/final', status), 'GET /final': FINAL, 'POST /final': FINAL },
  };
}

/** An approval of whatever is asked for. */
const APPROVED: Answer = {
  status: 204,
  headers: {
    ...ANY,
    'Access-Control-Allow-Methods': 'PUT, DELETE',
    'Access-Control-Allow-Headers': 'content-type, x-one, authorization',
  },
};

/** What a request becomes on its way (Fetch, "HTTP-redirect fetch", 11 to 14). */
export const REDIRECTED_REQUEST_CASES: readonly TableCase[] = [
  afterPost(301, 'GET'),
  afterPost(302, 'GET'),
  afterPost(303, 'GET'),
  afterPost(307, 'POST'),
  afterPost(308, 'POST'),
  {
    id: 'redirects/put/303',
    does: { fetch: '/a', method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' },
    sees: ARRIVED,
    server: [
      asked('PUT', '/a', 'content-type'),
      sent('PUT', '/a', { contentType: 'application/json' }),
      sent('GET', '/final'),
    ],
    answers: { 'OPTIONS /a': APPROVED, 'PUT /a': redirect('/final', 303), 'GET /final': FINAL },
  },
  {
    id: 'redirects/put/302-stays',
    does: { fetch: '/a', method: 'PUT' },
    sees: ARRIVED,
    server: [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/final'), sent('PUT', '/final')],
    answers: {
      'OPTIONS /a': APPROVED,
      'PUT /a': redirect('/final', 302),
      'OPTIONS /final': APPROVED,
      'PUT /final': FINAL,
    },
  },
  {
    id: 'redirects/authorization/same-origin-keeps-it',
    does: { fetch: '/a', headers: { authorization: 'Bearer x' } },
    sees: ARRIVED,
    server: [
      asked('GET', '/a', 'authorization'),
      sent('GET', '/a', { authorization: true }),
      asked('GET', '/final', 'authorization'),
      sent('GET', '/final', { authorization: true }),
    ],
    answers: {
      'OPTIONS /a': APPROVED,
      'GET /a': redirect('/final'),
      'OPTIONS /final': APPROVED,
      'GET /final': FINAL,
    },
  },
  {
    id: 'redirects/authorization/another-origin-drops-it',
    does: { fetch: '/a', method: 'PUT', headers: { authorization: 'Bearer x', 'x-one': '1' } },
    sees: ARRIVED,
    server: [
      asked('PUT', '/a', 'authorization,x-one'),
      sent('PUT', '/a', { authorization: true }),
      asked('PUT', `${OTHER_RAW}/final`, 'x-one', { origin: 'null' }),
      sent('PUT', `${OTHER_RAW}/final`, { origin: 'null' }),
    ],
    answers: {
      'OPTIONS /a': APPROVED,
      'PUT /a': redirect(`${OTHER_RAW}/final`, 307),
      'OPTIONS /final': APPROVED,
      'PUT /final': FINAL,
    },
  },
  {
    id: 'redirects/cookies/tainted-redirect-and-null-with-credentials',
    does: { fetch: '/a', credentials: 'include' },
    sees: ARRIVED,
    server: [
      sent('GET', '/a', { cookie: true }),
      sent('GET', `${OTHER_RAW}/final`, { cookie: true, origin: 'null' }),
    ],
    answers: {
      'GET /a': redirect(`${OTHER_RAW}/final`, 302, { ...MINE, 'Access-Control-Allow-Credentials': 'true' }),
      'GET /final': {
        headers: { 'Access-Control-Allow-Origin': 'null', 'Access-Control-Allow-Credentials': 'true' },
        body: 'final',
      },
    },
  },
];
