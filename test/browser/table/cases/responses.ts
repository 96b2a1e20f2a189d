import { API, asked, EVIL, read, refused, sent, type TableCase } from '../case.js';

/** A GET of a route whose response is of some kind: readable on APP, and nothing but hidden elsewhere. */
function response(path: string, sees: TableCase['sees']): readonly TableCase[] {
  const id = path.replace('/responses/', '');
  return [
    { id: `responses/${id}`, does: { fetch: path }, sees, server: [sent('GET', path)] },
    {
      id: `responses/${id}/hidden`,
      page: EVIL,
      does: { fetch: path },
      sees: refused('allow-origin-missing'),
      server: [sent('GET', path)],
    },
  ];
}

function error(status: number, message: string, name?: string): TableCase['sees'] {
  // As Nest orders them.
  const body = name ? { message, error: name, statusCode: status } : { statusCode: status, message };
  return { status, body: JSON.stringify(body) };
}

/** Responses of every kind. */
export const RESPONSE_CASES: readonly TableCase[] = [
  ...response('/responses/empty', read('', undefined, 204)),
  ...response('/responses/login', error(401, 'not you', 'Unauthorized')),
  ...response('/responses/closed', error(403, 'closed', 'Forbidden')),
  ...response('/responses/missing', error(404, 'no such thing', 'Not Found')),
  ...response('/responses/teapot', error(418, 'short and stout')),
  ...response('/responses/bug', error(500, 'Internal server error')),
  ...response('/responses/busy', error(503, 'come back later', 'Service Unavailable')),
  ...response('/responses/stream', read('one, two')),
  ...response('/responses/raw', read('raw')),
  response('/responses/too-many', error(429, 'slow down'))[0] as TableCase,
  response(
    '/responses/numbers/x',
    error(400, 'Validation failed (numeric string is expected)', 'Bad Request'),
  )[0] as TableCase,
  {
    id: 'responses/no-such-route',
    does: { fetch: '/nowhere' },
    sees: error(404, 'Cannot GET /nowhere', 'Not Found'),
    server: [sent('GET', '/nowhere')],
  },
  {
    id: 'responses/no-such-route/hidden',
    page: EVIL,
    does: { fetch: '/nowhere' },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', '/nowhere')],
  },
  {
    id: 'responses/304-that-the-script-asked-for',
    does: { fetch: '/responses/not-modified', cache: 'no-store' },
    sees: read('', undefined, 304),
    server: [sent('GET', '/responses/not-modified')],
  },
  {
    id: 'responses/413',
    does: {
      fetch: '/responses/upload',
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: { bytes: 5000 },
    },
    sees: { status: 413 },
    server: [
      asked('POST', '/responses/upload', 'content-type'),
      sent('POST', '/responses/upload', { contentType: 'application/json' }),
    ],
  },
  {
    id: 'responses/400-malformed-json',
    does: {
      fetch: '/responses/upload',
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{',
    },
    sees: { status: 400 },
    server: [
      asked('POST', '/responses/upload', 'content-type'),
      sent('POST', '/responses/upload', { contentType: 'application/json' }),
    ],
  },
  {
    id: 'responses/enforced',
    does: { fetch: '/responses/enforced', method: 'POST' },
    sees: read('done', undefined, 201),
    server: [sent('POST', '/responses/enforced')],
  },
  {
    id: 'responses/enforced/hidden',
    page: EVIL,
    does: { fetch: '/responses/enforced', method: 'POST' },
    sees: refused('allow-origin-missing'),
    // Refused in front of all that could see it.
    server: [],
  },
  {
    id: 'responses/enforced/same-origin',
    page: API,
    does: { fetch: '/responses/enforced', method: 'POST' },
    sees: { status: 201, type: 'basic', body: 'done' },
    server: [sent('POST', '/responses/enforced', { cookie: true })],
  },
];
