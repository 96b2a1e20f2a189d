import {
  API,
  APP,
  asked,
  EVIL,
  PREFLIGHT_REFUSED,
  read,
  refused,
  SECURE_API,
  SECURE_APP,
  SECURE_RAW,
  sent,
  type TableCase,
} from '../case.js';

const STREAM = { method: 'POST', body: { stream: 'x' } } as const;
const MINE = { 'Access-Control-Allow-Origin': SECURE_APP };
const APPROVED = { status: 204, headers: MINE };

/** A page on https calls the app over https, at a proxy that ends TLS. */
function secure(id: string, rest: Omit<TableCase, 'id'>): TableCase {
  return { id: `secure/${id}`, page: SECURE_APP, ...rest };
}

/** Over TLS, where pages and APIs live in production. */
export const SECURE_CASES: readonly TableCase[] = [
  secure('https-origin', {
    does: { fetch: `${SECURE_API}/origins/https` },
    sees: read('ok'),
    server: [sent('GET', `${SECURE_API}/origins/https`)],
  }),
  secure('the-same-host-on-http-is-another-origin', {
    does: { fetch: `${SECURE_API}/origins/list` },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', `${SECURE_API}/origins/list`)],
  }),
  secure('another-https-origin', {
    page: 'https://admin.shop.example.com',
    does: { fetch: `${SECURE_API}/origins/list` },
    sees: read('ok'),
    server: [sent('GET', `${SECURE_API}/origins/list`)],
  }),
  secure('mixed-content-is-never-sent', {
    does: { fetch: `${API}/origins/any` },
    sees: refused('mixed-content'),
    server: [],
  }),
  secure('a-page-on-http-may-call-https', {
    page: APP,
    does: { fetch: `${SECURE_API}/origins/list` },
    sees: read('ok'),
    server: [sent('GET', `${SECURE_API}/origins/list`)],
  }),
  secure('the-api-on-http-is-another-origin-to-its-own-page', {
    page: API,
    does: { fetch: `${SECURE_API}/origins/default` },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', `${SECURE_API}/origins/default`)],
  }),
  secure('cookies', {
    does: { fetch: `${SECURE_API}/secure/me`, credentials: 'include' },
    sees: read('sid=1'),
    server: [sent('GET', `${SECURE_API}/secure/me`, { cookie: true })],
  }),
  secure('preflight', {
    does: { fetch: `${SECURE_API}/secure/me`, method: 'DELETE', credentials: 'include' },
    sees: read('sid=1'),
    server: [
      asked('DELETE', `${SECURE_API}/secure/me`),
      sent('DELETE', `${SECURE_API}/secure/me`, { cookie: true }),
    ],
  }),
  secure('preflight/refused', {
    page: 'https://evil.example',
    does: { fetch: `${SECURE_API}/secure/me`, method: 'DELETE' },
    sees: PREFLIGHT_REFUSED,
    server: [asked('DELETE', `${SECURE_API}/secure/me`)],
  }),
  secure('enforced', {
    does: { fetch: `${SECURE_API}/secure/enforced`, method: 'POST' },
    sees: read('done', undefined, 201),
    server: [sent('POST', `${SECURE_API}/secure/enforced`)],
  }),
  secure('enforced/the-app-behind-its-proxy-is-the-same-origin', {
    page: SECURE_API,
    does: { fetch: `${SECURE_API}/secure/enforced`, method: 'POST' },
    sees: { status: 201, type: 'basic', body: 'done' },
    server: [sent('POST', `${SECURE_API}/secure/enforced`, { cookie: true })],
  }),
  secure('enforced/refused', {
    page: EVIL,
    does: { fetch: `${SECURE_API}/secure/enforced`, method: 'POST' },
    sees: refused('allow-origin-missing'),
    server: [],
  }),
  secure('upload-stream/is-preflighted-without-a-header', {
    does: { fetch: `${SECURE_API}/secure/upload`, ...STREAM },
    sees: read('uploaded', undefined, 201),
    server: [asked('POST', `${SECURE_API}/secure/upload`), sent('POST', `${SECURE_API}/secure/upload`)],
  }),
  secure('upload-stream/refused', {
    page: 'https://evil.example',
    does: { fetch: `${SECURE_API}/secure/upload`, ...STREAM },
    sees: PREFLIGHT_REFUSED,
    server: [asked('POST', `${SECURE_API}/secure/upload`)],
  }),
  secure('upload-stream/same-origin-needs-no-preflight', {
    page: SECURE_API,
    does: { fetch: `${SECURE_API}/secure/upload`, ...STREAM },
    sees: { status: 201, type: 'basic', body: 'uploaded' },
    server: [sent('POST', `${SECURE_API}/secure/upload`, { cookie: true })],
  }),
  secure('upload-stream/no-cors-is-not-possible', {
    does: { fetch: `${SECURE_API}/secure/upload`, mode: 'no-cors', ...STREAM },
    sees: { fails: 'type error', reasons: ['stream-not-allowed'] },
    server: [],
  }),
  secure('upload-stream/307-cannot-be-replayed', {
    does: { fetch: `${SECURE_RAW}/a`, ...STREAM },
    sees: refused('body-not-replayable'),
    server: [asked('POST', `${SECURE_RAW}/a`), sent('POST', `${SECURE_RAW}/a`)],
    answers: {
      'OPTIONS /a': APPROVED,
      'POST /a': { status: 307, headers: { ...MINE, Location: '/final' } },
    },
  }),
  secure('upload-stream/303-becomes-a-get', {
    does: { fetch: `${SECURE_RAW}/a`, ...STREAM },
    sees: { status: 200, body: 'final', redirected: true },
    server: [
      asked('POST', `${SECURE_RAW}/a`),
      sent('POST', `${SECURE_RAW}/a`),
      asked('GET', `${SECURE_RAW}/final`),
      sent('GET', `${SECURE_RAW}/final`),
    ],
    answers: {
      'OPTIONS /a': APPROVED,
      'POST /a': { status: 303, headers: { ...MINE, Location: '/final' } },
      'OPTIONS /final': APPROVED,
      'GET /final': { headers: MINE, body: 'final' },
    },
  }),
];
