import {
  APP,
  asked,
  EVIL,
  PREFLIGHT_REFUSED,
  read,
  refused,
  sent,
  type Answer,
  type TableCase,
} from '../case.js';

const MINE = { 'Access-Control-Allow-Origin': APP };

/** A server that answers with this `Access-Control-Allow-Origin` (Fetch, "CORS check"). */
function allowOrigin(
  id: string,
  value: string | readonly string[] | undefined,
  sees: TableCase['sees'],
  more: Partial<TableCase> = {},
): TableCase {
  return {
    id: `cors-check/allow-origin/${id}`,
    does: { fetch: '/a' },
    sees,
    server: [sent('GET', '/a')],
    answers: {
      'GET /a': {
        headers: { ...(value !== undefined && { 'Access-Control-Allow-Origin': value }) },
        body: 'ok',
      },
    },
    ...more,
  };
}

/** A server that answers a preflight for DELETE in this way. */
function preflight(id: string, answer: Answer, sees: TableCase['sees']): TableCase {
  const isRead = typeof sees === 'object' && 'status' in sees;
  return {
    id: `cors-check/preflight/${id}`,
    does: { fetch: '/a', method: 'DELETE' },
    sees,
    server: [asked('DELETE', '/a'), ...(isRead ? [sent('DELETE', '/a')] : [])],
    answers: {
      'OPTIONS /a': { ...answer, headers: { 'Access-Control-Allow-Methods': 'DELETE', ...answer.headers } },
      'DELETE /a': { headers: { 'Access-Control-Allow-Origin': APP }, body: 'ok' },
      'OPTIONS /b': {
        status: 204,
        headers: { 'Access-Control-Allow-Origin': APP, 'Access-Control-Allow-Methods': '*' },
      },
    },
  };
}

/** What servers get wrong (Fetch, "CORS check" and "CORS-preflight fetch"). */
export const CORS_CHECK_CASES: readonly TableCase[] = [
  allowOrigin('exact', APP, read('ok')),
  allowOrigin('any', '*', read('ok')),
  allowOrigin('missing', undefined, refused('allow-origin-missing')),
  allowOrigin('empty', '', refused('allow-origin-mismatch')),
  allowOrigin('another', EVIL, refused('allow-origin-mismatch')),
  allowOrigin('another-scheme', 'https://app.shop.example.com', refused('allow-origin-mismatch')),
  allowOrigin('default-port', `${APP}:80`, refused('allow-origin-mismatch')),
  allowOrigin('trailing-slash', `${APP}/`, refused('allow-origin-mismatch')),
  allowOrigin('upper-case', 'http://App.shop.example.com', refused('allow-origin-mismatch')),
  allowOrigin('a-pattern', 'http://*.shop.example.com', refused('allow-origin-mismatch')),
  allowOrigin('the-word-null', 'null', refused('allow-origin-mismatch')),
  allowOrigin('the-word-true', 'true', refused('allow-origin-mismatch')),
  allowOrigin('a-list', `${APP}, ${EVIL}`, refused('allow-origin-multiple')),
  allowOrigin('a-list-with-spaces', `${APP} ${EVIL}`, refused('allow-origin-multiple')),
  allowOrigin('twice', [APP, APP], refused('allow-origin-multiple')),
  allowOrigin('twice-any', ['*', '*'], refused('allow-origin-multiple')),
  allowOrigin('any-and-mine', ['*', APP], refused('allow-origin-multiple')),
  allowOrigin('surrounding-space', ` ${APP}\t`, read('ok')),
  allowOrigin('quoted', `"${APP}"`, refused('allow-origin-mismatch')),

  preflight('204', { status: 204, headers: MINE }, read('ok')),
  preflight('299', { status: 299, headers: MINE }, read('ok')),
  preflight('200-with-a-body', { status: 200, headers: MINE, body: 'a body' }, read('ok')),
  preflight('301', { status: 301, headers: { ...MINE, Location: '/b' } }, refused('preflight-status')),
  preflight('307', { status: 307, headers: { ...MINE, Location: '/b' } }, refused('preflight-status')),
  preflight('304', { status: 304, headers: MINE }, refused('preflight-status')),
  preflight('401', { status: 401, headers: MINE }, refused('preflight-status')),
  preflight('404', { status: 404, headers: MINE }, refused('preflight-status')),
  preflight('500', { status: 500, headers: MINE }, refused('preflight-status')),
  preflight('403-without-cors', { status: 403 }, PREFLIGHT_REFUSED),
  preflight('204-without-cors', { status: 204 }, refused('allow-origin-missing')),
  preflight(
    'another-origin',
    { status: 204, headers: { 'Access-Control-Allow-Origin': EVIL } },
    refused('allow-origin-mismatch'),
  ),
  {
    ...preflight('approved-but-the-response-is-not', { status: 204, headers: MINE }, read('ok')),
    sees: refused('allow-origin-missing'),
    answers: {
      'OPTIONS /a': { status: 204, headers: { ...MINE, 'Access-Control-Allow-Methods': 'DELETE' } },
      'DELETE /a': { body: 'ok' },
    },
  },
];
