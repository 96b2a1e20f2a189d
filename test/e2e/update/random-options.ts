import fc from 'fast-check';
import type { CorsModuleOptions, OriginSource } from '../../../lib/index.js';

/** Origins that are asked about, and that random options are made of. */
export const ORIGINS = [
  'https://a.example',
  'https://b.example',
  'https://x.b.example',
  'https://x.y.b.example',
  'http://localhost:3000',
  'http://plain.example',
  'null',
];

/** A source by its class. */
export class LongOrigins implements OriginSource {
  allows(origin: string): boolean {
    return origin.length > 17;
  }
}

/** Sources of every kind, which stay what they are in a copy of the options. */
const SOURCES = [
  LongOrigins,
  Object.assign(new LongOrigins(), { timeout: 50, note: 'an own property' }),
  { allows: (origin: string) => Promise.resolve(origin.endsWith('b.example')) },
  (origin: string) => origin.length % 2 === 0,
  /^https:\/\/[a-z]\.example$/,
];

const entry = fc.oneof(
  fc.constantFrom(...ORIGINS.filter((origin) => !origin.startsWith('http://plain') && origin !== 'null')),
  fc.constantFrom('https://*.b.example', 'https://**.b.example', 'http://localhost:*'),
  fc.constantFrom(...SOURCES),
);
const dangerousEntry = fc.constantFrom('null', 'http://plain.example', ...SOURCES);
const origin = fc.oneof(
  { arbitrary: entry, weight: 2 },
  { arbitrary: fc.array(entry, { minLength: 1, maxLength: 4 }), weight: 3 },
);

const common = {
  methods: fc.oneof(fc.constant('*'), fc.uniqueArray(fc.constantFrom('PUT', 'PATCH', 'DELETE'))),
  allowedHeaders: fc.oneof(
    fc.constant('X-One'),
    fc.uniqueArray(fc.constantFrom('*', 'authorization', 'x-one', 'content-type')),
  ),
  maxAge: fc.constantFrom(undefined, 0, 5, 600, 86_400),
  optionsSuccessStatus: fc.constantFrom(200, 204),
  enforce: fc.boolean(),
};
const withoutRequired = { requiredKeys: [] };

const anonymous = fc.record(
  {
    ...common,
    origin: fc.oneof({ arbitrary: origin, weight: 3 }, { arbitrary: fc.constant('*'), weight: 1 }),
    exposedHeaders: fc.oneof(fc.constant('*'), fc.uniqueArray(fc.constantFrom('x-one', 'ETag'))),
    credentials: fc.constantFrom(undefined, false),
  },
  withoutRequired,
);
/** Says its own origin and exposed headers, so that no `*` of a layer around it meets its credentials. */
const credentialed = fc.record({
  origin,
  credentials: fc.constant(true),
  exposedHeaders: fc.uniqueArray(fc.constantFrom('x-one', 'ETag')),
  enforce: common.enforce,
});
const dangerous = fc.record({
  origin: fc.array(dangerousEntry, { minLength: 1, maxLength: 3 }),
  credentials: fc.constant(true),
  exposedHeaders: fc.constant('x-two'),
  dangerously: fc.constant({ insecureOrigins: true, nullOrigin: true, publicSuffixes: undefined }),
});
const policy: fc.Arbitrary<{ credentials?: boolean | undefined; origin?: unknown }> = fc.oneof(
  anonymous,
  credentialed,
  dangerous,
);

/** A layer that says who may read, and how: no layer around it can make it wrong. */
const closedPolicy = policy.map((layer) => ({
  ...layer,
  origin: layer.origin ?? 'https://a.example',
  credentials: layer.credentials ?? false,
}));

/** Options, nearly all of which are valid: two layers of theirs may still be wrong together. */
export const options: fc.Arbitrary<CorsModuleOptions> = fc
  .tuple(
    policy,
    fc.option(closedPolicy),
    fc.option(
      fc.tuple(
        fc.constantFrom('/files/*path', '/GraphQL', '/tiles/:z/:x'),
        fc.oneof(fc.constant<unknown>(false), closedPolicy),
      ),
    ),
  )
  .map(
    ([base, named, route]) =>
      ({
        ...base,
        policies: { cats: named ?? { origin: 'https://cats.example', maxAge: 7 } },
        ...(route !== null && { routes: [{ path: route[0], policy: route[1] }] }),
      }) as CorsModuleOptions,
  );
