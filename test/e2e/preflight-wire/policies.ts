import type { CorsPolicyOptions } from '../../../lib/index.js';

export const APP = 'https://app.example.com';
export const ADMIN = 'https://admin.example.com';

/** Ten origins with one suffix in common, more than any list that is searched one by one should have. */
export const CATS = ['bat', 'cat', 'fat', 'hat', 'mat', 'meerkat', 'oat', 'pat', 'rat', 'sat'] as const;

/** As many names as in jub0bs/cors#15, sorted. */
export const SEVEN_HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'x-auth',
  'x-client',
  'x-custom-header',
  'x-date',
] as const;

/** The policies of the cases, each at a controller's path and at a path that no controller serves. */
export const POLICIES = {
  any: { origin: '*', methods: 'PUT' },
  'any-exposed': { origin: '*', exposedHeaders: '*' },
  one: { origin: APP },
  list: { origin: [APP, ADMIN], credentials: true },
  credentialed: {
    origin: APP,
    credentials: true,
    exposedHeaders: 'x-total',
    methods: ['PUT', 'DELETE'],
    allowedHeaders: ['content-type', 'x-csrf-token'],
    maxAge: 600,
  },
  'foo-bar': { origin: ['https://foo.com', 'https://bar.com'] },
  exact: { origin: 'https://example.com' },
  'one-label': { origin: 'https://*.example.com' },
  'any-depth': { origin: 'https://**.example.com' },
  'any-port': { origin: 'http://**.example.com:*' },
  cats: { origin: CATS.map((name) => `https://${name}.example.com` as const) },
  interleaved: {
    origin: ['net', 'org', 'com'].flatMap(
      (tld) => [`https://*.example.${tld}`, `https://example.${tld}:8080`] as const,
    ),
  },
  kin: { origin: ['https://*.kin', 'https://a.kin', 'https://*.kin:1'] },
  cat: { origin: ['https://cat', 'https://cat:*', 'https://kin'] },
  regexp: { origin: /https:\/\/[a-z]+\.example\.com/g },
  'put-patch': {
    origin: APP,
    methods: ['PUT', 'PATCH'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Foo'],
  },
  seven: { origin: APP, allowedHeaders: SEVEN_HEADERS },
  'three-headers': { origin: APP, allowedHeaders: ['header1', 'header2', 'header3'] },
  'any-method': { origin: APP, methods: '*' },
  'any-method-credentialed': { origin: APP, credentials: true, methods: '*' },
  'any-header': { origin: '*', allowedHeaders: '*' },
  'any-header-credentialed': { origin: APP, credentials: true, allowedHeaders: '*' },
  'any-header-authorization': { origin: APP, allowedHeaders: ['*', 'Authorization'] },
  'no-age': { origin: APP, maxAge: 0 },
  'status-200': { origin: APP, optionsSuccessStatus: 200 },
} as const satisfies Record<string, CorsPolicyOptions>;

export type PolicyName = keyof typeof POLICIES;
