import type { Platform } from '../../support/apps.js';
import type { WireRequest } from '../../support/http.js';
import { MAKE } from './app.js';

/** A kind of response. */
export interface ResponseKind {
  readonly name: string;
  readonly request: WireRequest;
  /** One for both platforms, or one for each; `undefined` where a platform has no such response. */
  readonly status: number | Readonly<Partial<Record<Platform, number>>>;
  /** What the platform itself says that the response varies on. */
  readonly vary?: Readonly<Partial<Record<Platform, string>>>;
  /** Whether the app has thrown away every header set so far. */
  readonly cleared?: true;
}

function get(path: string, headers: Record<string, string> = {}): WireRequest {
  return { path, headers };
}

function post(body: string, contentType = 'application/json'): WireRequest {
  const headers = { 'content-type': contentType, 'content-length': String(body.length) };
  return { method: 'POST', path: '/things', headers, body };
}

/** Above the limit of either body parser, see {@link BODY_LIMIT}. */
const LARGE_BODY = JSON.stringify({ text: 'x'.repeat(150_000) });

/** Express has this limit by itself. */
export const BODY_LIMIT = 100 * 1024;

/** Responses that belong to a route, from wherever they come. */
export const ROUTE_RESPONSES: readonly ResponseKind[] = [
  { name: '200 JSON', request: get('/things'), status: 200 },
  { name: '200 with a query', request: get('/things?a=/b'), status: 200 },
  { name: '201', request: post('{}'), status: 201 },
  { name: '302 by @Redirect()', request: get('/things/redirect'), status: 302, vary: { express: 'Accept' } },
  {
    name: '303 by response.redirect()',
    request: get('/things/res-redirect'),
    status: 303,
    vary: { express: 'Accept' },
  },
  { name: '304 by the handler', request: get('/things/not-modified'), status: 304 },
  { name: '304 by ETag', request: get('/things', { 'if-none-match': '*' }), status: { express: 304 } },
  { name: 'HEAD of a GET route', request: { method: 'HEAD', path: '/things' }, status: 200 },
  { name: 'StreamableFile', request: get('/things/file'), status: 200 },
  { name: 'a stream', request: get('/things/stream'), status: 200 },
  { name: '@Sse()', request: get('/things/sse'), status: 200 },
  { name: 'raw end()', request: get('/things/raw-end'), status: 200 },
  { name: 'raw write()', request: get('/things/raw-write'), status: 200 },
  { name: 'raw flushHeaders()', request: get('/things/raw-flush'), status: 200 },
  { name: 'raw writeHead(object)', request: get('/things/raw-head'), status: 200 },
  { name: 'raw writeHead(reason, object)', request: get('/things/raw-head-reason'), status: 200 },
  { name: 'raw writeHead(list)', request: get('/things/raw-head-list'), status: 200 },
  { name: 'raw writeHead(reason, list)', request: get('/things/raw-head-reason-list'), status: 200 },
  { name: 'hijacked reply', request: get('/things/hijack'), status: { fastify: 200 } },
  { name: 'pipe 400', request: get('/things/numbers/one'), status: 400 },
  { name: "a method's guard 401", request: get('/things/login'), status: 401 },
  { name: "a method's guard 403", request: get('/things/closed'), status: 403 },
  { name: "a class's guard 403", request: get('/guarded'), status: 403 },
  { name: 'a request-scoped guard 403', request: get('/scoped-guard'), status: 403 },
  { name: "the root module's APP_GUARD 403", request: get('/things', { [MAKE]: 'root-guard' }), status: 403 },
  { name: 'useGlobalGuards() 403', request: get('/things', { [MAKE]: 'global-guard' }), status: 403 },
  { name: "a filter's 418", request: get('/things/teapot'), status: 418 },
  {
    name: 'a filter that clears all headers',
    request: get('/things/cleared'),
    status: 500,
    cleared: true,
  },
  { name: "an interceptor's 502", request: get('/things/intercepted'), status: 502 },
  { name: 'uncaught 500', request: get('/things/uncaught'), status: 500 },
  { name: 'rejected 500', request: get('/things/rejected'), status: 500 },
  { name: 'malformed JSON 400', request: post('{'), status: 400 },
  { name: 'too large 413', request: post(LARGE_BODY), status: 413 },
  { name: 'unsupported media type 415', request: post('x', 'application/x-y'), status: { fastify: 415 } },
  { name: '429 by a hook or middleware', request: get('/things', { [MAKE]: 'rate-limit' }), status: 429 },
  {
    name: 'ended by Nest middleware',
    request: get('/things', { [MAKE]: 'middleware-ends' }),
    status: 202,
  },
  {
    name: 'thrown by Nest middleware',
    request: get('/things', { [MAKE]: 'middleware-throws' }),
    status: 403,
  },
  { name: 'ended by app.use()', request: get('/things', { [MAKE]: 'use-ends' }), status: 203 },
  { name: 'thrown by app.use()', request: get('/things', { [MAKE]: 'use-throws' }), status: 403 },
  { name: 'a constructor that throws 500', request: get('/unbuildable'), status: 500 },
  { name: 'its version', request: get('/things/versions', { 'x-version': '1' }), status: 200 },
  { name: 'its host', request: get('/hosted', { host: 'api.example.com' }), status: 200 },
];

/** Responses of a path that a route serves, but not in this way: what its routes have in common governs them. */
export const UNSERVED_RESPONSES: readonly ResponseKind[] = [
  {
    name: 'a method that the path does not serve',
    request: { method: 'PATCH', path: '/things' },
    status: 404,
  },
  {
    name: 'a version that nothing serves',
    request: get('/things/versions', { 'x-version': '2' }),
    status: 404,
  },
  { name: 'OPTIONS without a route', request: { method: 'OPTIONS', path: '/things' }, status: 404 },
];

/** Responses below the path of a controller that belong to no route. */
export const BELOW_RESPONSES: readonly ResponseKind[] = [
  { name: 'a host that nothing serves', request: get('/hosted', { host: 'www.example.com' }), status: 404 },
  { name: 'an empty parameter', request: get('/things/numbers/'), status: 404 },
];

/** Responses that belong to no route. */
export const OTHER_RESPONSES: readonly ResponseKind[] = [
  { name: '404', request: get('/nowhere'), status: 404 },
  { name: 'a static file', request: get('/static/hello.txt'), status: 200 },
  { name: 'HEAD of a static file', request: { method: 'HEAD', path: '/static/hello.txt' }, status: 200 },
  { name: 'a static 404', request: get('/static/missing.txt'), status: 404 },
  { name: "another plugin's route", request: get('/plugin'), status: 200 },
  { name: "the platform's own route", request: get('/raw'), status: 200 },
  { name: 'a mounted middleware', request: get('/mounted/below'), status: 200 },
  { name: '429 on no route', request: get('/nowhere', { [MAKE]: 'rate-limit' }), status: 429 },
  {
    name: 'ended by Nest middleware on no route',
    request: get('/nowhere', { [MAKE]: 'middleware-ends' }),
    status: 202,
  },
];

/** Responses at a path that an entry of `routes` is for. */
export const ENTRY_RESPONSES: readonly ResponseKind[] = [
  { name: "a plugin's stream at an entry's path", request: get('/entry/plugin'), status: 200 },
  {
    name: "429 at an entry's path",
    request: get('/entry/plugin', { [MAKE]: 'rate-limit' }),
    status: 429,
  },
];

export const ALL_RESPONSES: readonly ResponseKind[] = [
  ...ROUTE_RESPONSES,
  ...UNSERVED_RESPONSES,
  ...BELOW_RESPONSES,
  ...OTHER_RESPONSES,
  ...ENTRY_RESPONSES,
];

/** The status of a kind of response on a platform; `undefined` if it has none. */
export function statusOn({ status }: ResponseKind, platform: Platform): number | undefined {
  return typeof status === 'number' ? status : status[platform];
}
