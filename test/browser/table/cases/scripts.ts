import { APP, asked, EVIL, PREFLIGHT_REFUSED, read, refused, sent, type TableCase } from '../case.js';

const FORM = { contentType: 'text/plain' };

/** Other ways to make a request than `fetch()` in a page. */
export const SCRIPT_CASES: readonly TableCase[] = [
  {
    id: 'xhr/get',
    does: { xhr: '/origins/list' },
    sees: read('ok'),
    server: [sent('GET', '/origins/list')],
  },
  {
    id: 'xhr/hidden',
    page: EVIL,
    does: { xhr: '/origins/list' },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', '/origins/list')],
  },
  {
    id: 'xhr/upload/without-listener',
    does: { xhr: '/responses/upload', method: 'POST', body: 'x' },
    sees: read('uploaded', undefined, 201),
    server: [sent('POST', '/responses/upload', FORM)],
  },
  {
    id: 'xhr/upload/with-listener',
    does: { xhr: '/responses/upload', method: 'POST', body: 'x', uploadListener: true },
    sees: read('uploaded', undefined, 201),
    server: [asked('POST', '/responses/upload'), sent('POST', '/responses/upload', FORM)],
  },
  {
    id: 'xhr/upload/with-listener-and-a-header',
    does: {
      xhr: '/responses/upload',
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
      uploadListener: true,
    },
    sees: read('uploaded', undefined, 201),
    server: [
      asked('POST', '/responses/upload', 'content-type'),
      sent('POST', '/responses/upload', { contentType: 'application/json' }),
    ],
  },
  {
    id: 'xhr/upload/with-listener-from-a-refused-origin',
    page: EVIL,
    does: { xhr: '/responses/upload', method: 'POST', body: 'x', uploadListener: true },
    sees: PREFLIGHT_REFUSED,
    server: [asked('POST', '/responses/upload')],
  },
  {
    id: 'xhr/upload/with-listener-is-approved-without-allow-methods',
    does: { xhr: '/a', method: 'POST', body: 'x', uploadListener: true },
    sees: read('ok'),
    server: [asked('POST', '/a'), sent('POST', '/a', FORM)],
    answers: {
      'OPTIONS /a': { status: 204, headers: { 'Access-Control-Allow-Origin': APP } },
      'POST /a': { headers: { 'Access-Control-Allow-Origin': APP }, body: 'ok' },
    },
  },
  {
    id: 'xhr/upload/with-listener-the-preflight-counts-again',
    does: [
      { xhr: '/a', method: 'POST', body: 'x', uploadListener: true },
      { xhr: '/a', method: 'POST', body: 'x', uploadListener: true },
    ],
    sees: [read('ok'), read('ok')],
    server: [asked('POST', '/a'), sent('POST', '/a', FORM), sent('POST', '/a', FORM)],
    answers: {
      'OPTIONS /a': {
        status: 204,
        headers: { 'Access-Control-Allow-Origin': APP, 'Access-Control-Max-Age': '600' },
      },
      'POST /a': { headers: { 'Access-Control-Allow-Origin': APP }, body: 'ok' },
    },
  },
  {
    id: 'xhr/header-set-twice-is-joined',
    does: { xhr: '/headers/listed', headers: { 'X-One': '1', 'x-one': '2' } },
    sees: read('ok'),
    server: [asked('GET', '/headers/listed', 'x-one'), sent('GET', '/headers/listed')],
  },

  {
    id: 'event-source/readable',
    does: { eventSource: '/events' },
    sees: { events: ['one', 'two'] },
    server: [sent('GET', '/events')],
  },
  {
    id: 'event-source/hidden',
    page: EVIL,
    does: { eventSource: '/events' },
    sees: refused('allow-origin-missing'),
    server: [sent('GET', '/events')],
  },
  {
    id: 'event-source/any',
    page: EVIL,
    does: { eventSource: '/events/any' },
    sees: { events: ['one'] },
    server: [sent('GET', '/events/any')],
  },
  {
    id: 'event-source/any-with-credentials',
    does: { eventSource: '/events/any', withCredentials: true },
    sees: refused('allow-origin-wildcard'),
    server: [sent('GET', '/events/any', { cookie: true })],
  },
  {
    id: 'event-source/with-credentials',
    does: { eventSource: '/account/events', withCredentials: true },
    sees: { events: ['sid=1'] },
    server: [sent('GET', '/account/events', { cookie: true })],
  },
  {
    id: 'event-source/without-credentials',
    does: { eventSource: '/account/events' },
    sees: { events: ['no cookie'] },
    server: [sent('GET', '/account/events')],
  },
  {
    id: 'event-source/policy-without-credentials',
    does: { eventSource: '/events', withCredentials: true },
    sees: refused('allow-credentials-missing'),
    server: [sent('GET', '/events', { cookie: true })],
  },
  {
    id: 'event-source/empty-stream',
    does: { eventSource: '/events/none' },
    sees: { events: [] },
    server: [sent('GET', '/events/none')],
  },
  {
    id: 'event-source/no-such-route',
    does: { eventSource: '/nowhere' },
    sees: { fails: 'network error' },
    server: [sent('GET', '/nowhere')],
  },
  {
    id: 'event-source/as-a-fetched-stream',
    does: { fetch: '/events', headers: { Accept: 'text/event-stream' } },
    sees: {
      status: 200,
      headers: {
        // As Nest sends them with every event stream.
        'cache-control': 'private, no-cache, no-store, must-revalidate, max-age=0, no-transform',
        expires: '0',
        pragma: 'no-cache',
      },
    },
    server: [sent('GET', '/events')],
  },

  {
    id: 'streams/upload',
    does: { fetch: '/responses/upload', method: 'POST', body: { stream: 'x' } },
    sees: read('uploaded', undefined, 201),
    server: [asked('POST', '/responses/upload'), sent('POST', '/responses/upload')],
  },
  {
    id: 'streams/upload/from-a-refused-origin',
    page: EVIL,
    does: { fetch: '/responses/upload', method: 'POST', body: { stream: 'x' } },
    sees: PREFLIGHT_REFUSED,
    server: [asked('POST', '/responses/upload')],
  },

  {
    id: 'beacon/text',
    does: { beacon: '/responses/upload', body: 'x' },
    sees: 'queued',
    server: [sent('POST', '/responses/upload', { ...FORM, cookie: true })],
  },
  {
    id: 'beacon/from-a-refused-origin',
    page: EVIL,
    does: { beacon: '/responses/upload', body: 'x' },
    sees: 'queued',
    server: [sent('POST', '/responses/upload', FORM)],
  },
  {
    id: 'beacon/json-is-preflighted-with-credentials',
    does: { beacon: '/account/log', body: { blob: '{}', type: 'application/json' } },
    sees: 'queued',
    server: [
      asked('POST', '/account/log', 'content-type'),
      sent('POST', '/account/log', { cookie: true, contentType: 'application/json' }),
    ],
  },
  {
    id: 'beacon/json-policy-without-credentials',
    does: { beacon: '/responses/upload', body: { blob: '{}', type: 'application/json' } },
    sees: 'queued',
    server: [asked('POST', '/responses/upload', 'content-type')],
  },
];
