import { API, APP, EVIL, OTHER_RAW, RAW, read, refused, sent, type TableCase } from '../case.js';

const MINE = { 'Access-Control-Allow-Origin': APP };

/** A no-cors load of what says who may embed it (Fetch, "Cross-Origin-Resource-Policy header"). */
function embedded(id: string, page: string, policy: string | readonly string[], allowed: boolean): TableCase {
  return {
    id: `embedding/resource-policy/${id}`,
    page,
    does: { fetch: '/a', mode: 'no-cors' },
    sees: allowed ? { status: 0, type: 'opaque', body: '' } : refused('resource-policy-blocked'),
    server: [sent('GET', '/a', { origin: 'none' })],
    answers: { 'GET /a': { headers: { 'Cross-Origin-Resource-Policy': policy }, body: 'ok' } },
  };
}

/** A fetch of what says who may know how long it took (Fetch, "TAO check"). */
function timed(id: string, value: string | readonly string[] | undefined, isTimed: boolean): TableCase {
  return {
    id: `embedding/timing/${id}`,
    does: { fetch: '/a', timing: true },
    sees: { ...read('ok'), timed: isTimed },
    server: [sent('GET', '/a')],
    answers: {
      'GET /a': {
        headers: { ...MINE, ...(value !== undefined && { 'Timing-Allow-Origin': value }) },
        body: 'ok',
      },
    },
  };
}

/** What stands beside CORS in the standard: who may embed a response, and who may time it. */
export const EMBEDDING_CASES: readonly TableCase[] = [
  embedded('same-origin', EVIL, 'same-origin', false),
  embedded('same-origin-is-not-for-the-same-site', APP, 'same-origin', false),
  embedded('same-site', APP, 'same-site', true),
  embedded('same-site-is-not-for-another', EVIL, 'same-site', false),
  embedded('cross-origin', EVIL, 'cross-origin', true),
  embedded('in-another-case-is-none', EVIL, 'Same-Origin', true),
  embedded('twice-is-none', EVIL, ['same-origin', 'same-origin'], true),
  {
    ...embedded('does-not-count-with-cors', APP, 'same-origin', true),
    does: { fetch: '/a' },
    sees: read('ok'),
    server: [sent('GET', '/a')],
    answers: {
      'GET /a': { headers: { ...MINE, 'Cross-Origin-Resource-Policy': 'same-origin' }, body: 'ok' },
    },
  },
  timed('unset', undefined, false),
  timed('any', '*', true),
  timed('exact', APP, true),
  timed('one-of-a-list', `${EVIL}, ${APP}`, true),
  timed('on-two-lines', [EVIL, APP], true),
  timed('another', EVIL, false),
  timed('in-another-case', 'http://App.shop.example.com', false),
  {
    id: 'embedding/timing/same-origin',
    page: API,
    does: { fetch: '/origins/internal', timing: true },
    sees: { ...read('ok'), type: 'basic', timed: true },
    server: [sent('GET', '/origins/internal', { origin: 'none', cookie: true })],
  },
  {
    id: 'embedding/timing/one-refusal-in-a-chain-is-enough',
    does: { fetch: '/a', timing: true },
    sees: { ...read('ok'), redirected: true, timed: false },
    server: [sent('GET', '/a'), sent('GET', '/b')],
    answers: {
      'GET /a': { status: 302, headers: { ...MINE, Location: '/b' } },
      'GET /b': { headers: { ...MINE, 'Timing-Allow-Origin': '*' }, body: 'ok' },
    },
  },
  {
    id: 'embedding/timing/allowed-by-a-whole-chain',
    does: { fetch: '/a', timing: true },
    sees: { ...read('ok'), redirected: true, timed: true },
    server: [sent('GET', '/a'), sent('GET', '/b')],
    answers: {
      'GET /a': { status: 302, headers: { ...MINE, 'Timing-Allow-Origin': '*', Location: '/b' } },
      'GET /b': { headers: { ...MINE, 'Timing-Allow-Origin': '*' }, body: 'ok' },
    },
  },
  {
    id: 'embedding/timing/refused-where-a-redirect-from-the-own-origin-ends',
    page: RAW,
    does: { fetch: '/a', timing: true },
    sees: { status: 200, body: 'ok', redirected: true, timed: false },
    server: [sent('GET', '/a', { origin: 'none', cookie: true }), sent('GET', `${OTHER_RAW}/b`)],
    answers: {
      'GET /a': { status: 302, headers: { Location: `${OTHER_RAW}/b` } },
      'GET /b': { headers: { 'Access-Control-Allow-Origin': '*' }, body: 'ok' },
    },
  },
];
