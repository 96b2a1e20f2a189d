import fc from 'fast-check';
import type { WireRequest } from '../../support/http.js';
import { ADMIN, APP } from './app.js';

const ORIGINS = [
  APP,
  ADMIN,
  'https://www.shop.example.com',
  'https://shop.example.com',
  'http://app.example.com',
  'https://default.example.com',
  'https://acme.example.com',
  'https://x.preview.example.com',
  'https://abc.example.org',
  'http://localhost:5173',
  'http://api.example.com',
  'https://api.example.com',
  'https://evil.net',
  'null',
  `${APP}/`,
  'HTTPS://APP.EXAMPLE.COM',
  '',
  'x'.repeat(400),
];

const PATHS = [
  '/orders',
  '/orders/',
  '/Orders',
  '/orders/special',
  '/orders/7',
  '/orders/7?full=1',
  '/orders/a%2Fb',
  '/orders/enforced/1',
  '/orders/open/all',
  '/orders/closed/one',
  '/asked',
  '/asked/broken',
  '/asked/regexp',
  '/failing',
  '/failing/junk',
  '/versions',
  '/overlapping/special',
  '/versions/7',
  '/v1/versions',
  '/v2/versions/7',
  '/v3/versions',
  '/v4/versions/7',
  '/hosted',
  '/plain',
  '/plain/all',
  '/graphql',
  '/files/a/b',
  '/files/..%2fshut%2fx',
  '/shut/x',
  '/nowhere',
  '/',
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ANNOUNCED = [...METHODS, 'patch', 'TRACE', 'BREW', '*', ''];

const REQUEST_HEADERS = [
  'content-type',
  'content-type,x-csrf-token',
  'X-CSRF-Token , content-type',
  'x-reason',
  'x-one',
  'x-two',
  'authorization',
  'x-anything',
  'cookie',
  'a b',
  ',,',
  '',
  'x-csrf-token,'.repeat(100),
];

const origin = fc.oneof(
  { arbitrary: fc.constantFrom(...ORIGINS), weight: 20 },
  { arbitrary: fc.constant([APP, APP]), weight: 1 },
);

/** Headers of which any may be missing. */
const context = fc.record(
  {
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none', ''),
    'x-tenant': fc.constantFrom('acme', 'app'),
    'x-version': fc.constantFrom('1', '2', '3', '4', '5', ''),
    accept: fc.constantFrom('application/json;v=1', 'text/html, */*;v=2', '*/*;q=0.1;v="4"', '*/*'),
  },
  { requiredKeys: [] },
);
const host = fc.constantFrom(
  'api.example.com',
  'api.example.com:80',
  'API.example.com:443',
  '[::1]:3000',
  'localhost:3000',
);

/** Any request that Node's client can send: about half are preflights. */
export const anyRequest: fc.Arbitrary<Required<Pick<WireRequest, 'method' | 'path' | 'headers'>>> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...METHODS),
      fc.constantFrom(...PATHS),
      context,
      host,
      fc.option(origin, { nil: undefined }),
    )
    .map(([method, path, headers, name, from]) => ({
      method,
      path,
      headers: defined({ ...headers, host: name, origin: from }),
    })),
  fc
    .tuple(
      fc.constantFrom(...ANNOUNCED),
      fc.constantFrom(...PATHS),
      context,
      host,
      origin,
      fc.option(fc.constantFrom<string | string[]>(...REQUEST_HEADERS, ['content-type', 'x-csrf-token']), {
        nil: undefined,
      }),
    )
    .map(([method, path, headers, name, from, asked]) => ({
      method: 'OPTIONS',
      path,
      headers: defined({
        ...headers,
        host: name,
        origin: from,
        'access-control-request-method': method,
        'access-control-request-headers': asked,
      }),
    })),
);

function defined(
  headers: Record<string, string | readonly string[] | undefined>,
): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
