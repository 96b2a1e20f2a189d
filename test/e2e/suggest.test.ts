import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Controller, Get, Put, type Type } from '@nestjs/common';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsChange,
} from '../../lib/index.js';
import { PLATFORMS, startApp as start, type Platform } from '../support/apps.js';
import { moduleOf, untyped } from '../support/faulty-apps.js';
import { preflightHeaders, send, type WireRequest } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';
import { seed } from '../protocol/seed.js';

/** Apps that start, of which each is started again as suggested. */
const RUNS = 60;

const APP = 'https://app.example.com';
const NEW = 'https://new.example.com';

/** An app as source text: its options, and the decorators of its one controller and of its handlers. */
interface Source {
  readonly options: string;
  readonly decorators: Readonly<Record<string, readonly string[]>>;
}

/** What is known to source text. */
const KNOWN = { AllowOrigin, NoCors, Preflight, UseCorsPolicy, fromDatabase: () => false };

function evaluate(code: string): unknown {
  // oxlint-disable-next-line no-implied-eval -- what is suggested is code
  return (new Function(...Object.keys(KNOWN), `return (${code});`) as (...known: unknown[]) => unknown)(
    ...Object.values(KNOWN),
  );
}

function build({ options, decorators }: Source): object {
  class Cats {
    list(): string {
      return 'cats';
    }
    write(): string {
      return 'written';
    }
  }
  for (const [name, route] of [
    ['list', Get()],
    ['write', Put(':id')],
  ] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(Cats.prototype, name) as PropertyDescriptor;
    const own = (decorators[`Cats#${name}`] ?? []).map((code) => evaluate(code.slice(1)) as MethodDecorator);
    for (const decorate of [...own, route]) decorate(Cats.prototype, name, descriptor);
  }
  for (const code of decorators['Cats'] ?? []) (evaluate(code.slice(1)) as ClassDecorator)(Cats);
  Controller('cats')(Cats);
  const given = { ...(evaluate(options) as object), refusals: true };
  return moduleOf(untyped(given), [Cats as Type]);
}

/** Pastes what is suggested where it says, as its reader would. */
function apply(source: Source, { where, field, how, code }: CorsChange): Source {
  if (!where.startsWith('options')) {
    const [name] = /^@\w+/.exec(code) as RegExpExecArray;
    const before = (source.decorators[where] ?? []).filter((one) => how === 'add' || !one.startsWith(name));
    return { ...source, decorators: { ...source.decorators, [where]: [...before, code] } };
  }
  const options = JSON.parse(JSON.stringify(evaluate(source.options))) as Record<string, unknown>;
  if (where === 'options.routes') {
    const routes = (options['routes'] ?? []) as readonly unknown[];
    return { ...source, options: JSON.stringify({ ...options, routes: [...routes, evaluate(code)] }) };
  }
  let target = options;
  const path = [...where.split(/[.[\]]+/).slice(1), ...field.split('.').slice(0, -1)].filter(
    (key) => key !== '',
  );
  for (const key of path) target = target[key] as Record<string, unknown>;
  const name = field.split('.').at(-1) as string;
  if (how === 'add') target[name] = [target[name] ?? [], evaluate(code)].flat();
  else Object.assign(target, evaluate(`{ ${code} }`));
  return { ...source, options: JSON.stringify(options) };
}

const READ: WireRequest = { path: '/cats', headers: { origin: NEW } };
const WRITE = (headers?: string): WireRequest => ({
  method: 'OPTIONS',
  path: '/cats/7',
  headers: preflightHeaders(NEW, 'PUT', headers),
});

/** A source, a request that it refuses, and what is to be written where. */
const CASES: readonly (readonly [
  name: string,
  source: Source,
  request: WireRequest,
  changes: readonly string[],
])[] = [
  [
    'the options',
    { options: `{ origin: '${APP}' }`, decorators: {} },
    READ,
    [`options: origin: ['${APP}', '${NEW}']`],
  ],
  [
    'a decorator of the class',
    { options: '{}', decorators: { Cats: [`@AllowOrigin('${APP}', { credentials: true })`] } },
    READ,
    [`Cats: @AllowOrigin('${APP}', '${NEW}', { credentials: true })`],
  ],
  [
    'a decorator of the handler',
    {
      options: `{ origin: '${APP}' }`,
      decorators: { 'Cats#list': [`@AllowOrigin({ origin: /https:\\/\\/[ab]\\.example/ })`] },
    },
    READ,
    [`Cats#list: @AllowOrigin(/https:\\/\\/[ab]\\.example/, '${NEW}')`],
  ],
  [
    'a named policy',
    {
      options: `{ policies: { partners: { origin: ['${APP}'] } } }`,
      decorators: { Cats: ["@UseCorsPolicy('partners')"] },
    },
    READ,
    [`options.policies.partners: origin: ['${APP}', '${NEW}']`],
  ],
  [
    'an entry',
    {
      options: `{ routes: [{ path: '/cats', policy: { origin: '${APP}', merge: 'extend' } }] }`,
      decorators: {},
    },
    READ,
    [`options.routes[0].policy: origin: ['${APP}', '${NEW}']`],
  ],
  [
    'a handler that nobody has opened',
    { options: '{}', decorators: {} },
    READ,
    [`Cats#list: @AllowOrigin('${NEW}')`],
  ],
  [
    'a decorator that names no origin',
    {
      options: `{ routes: [{ path: '/dogs', policy: { origin: '${APP}' } }] }`,
      decorators: { 'Cats#list': ['@AllowOrigin({ enforce: true })'] },
    },
    READ,
    [`Cats#list: @AllowOrigin('${NEW}', { enforce: true })`],
  ],
  [
    'a path that no route serves',
    { options: '{}', decorators: {} },
    { path: '/files/a.js', headers: { origin: NEW } },
    [`options.routes: { path: '/files/a.js', exact: true, policy: { origin: ['${NEW}'] } }`],
  ],
  [
    'both lists, where the inner one restricts the outer',
    {
      options: `{ origin: ['${APP}', 'https://b.example'] }`,
      decorators: { Cats: [`@AllowOrigin('${APP}', { merge: 'restrict' })`] },
    },
    READ,
    [
      `options: origin: ['${APP}', 'https://b.example', '${NEW}']`,
      `Cats: @AllowOrigin('${APP}', '${NEW}', { merge: 'restrict' })`,
    ],
  ],
  [
    'only the list that lacks it, where one restricts the other',
    {
      options: `{ origin: ['https://*.example.com'] }`,
      decorators: { Cats: [`@AllowOrigin('${APP}', { merge: 'restrict' })`] },
    },
    READ,
    [`Cats: @AllowOrigin('${APP}', '${NEW}', { merge: 'restrict' })`],
  ],
  [
    'origin, method and headers of a preflight',
    {
      options: `{ origin: '${APP}' }`,
      decorators: { 'Cats#write': ["@Preflight({ methods: 'PATCH', allowedHeaders: ['x-a'], maxAge: 5 })"] },
    },
    WRITE('x-a,x-b'),
    [
      `options: origin: ['${APP}', '${NEW}']`,
      `Cats#write: @Preflight({ methods: ['PATCH', 'PUT'], allowedHeaders: ['x-a', 'x-b'], maxAge: 5 })`,
    ],
  ],
  [
    'headers that are only there by default, beside a decorator',
    { options: `{ origin: '${NEW}' }`, decorators: { 'Cats#write': ['@Preflight({ maxAge: 5 })'] } },
    WRITE('x-key'),
    ["Cats#write: @Preflight({ maxAge: 5, allowedHeaders: ['authorization', 'content-type', 'x-key'] })"],
  ],
  [
    'headers that are only there by default',
    { options: `{ origin: '${NEW}' }`, decorators: {} },
    WRITE('x-key'),
    ["Cats#write: @Preflight({ allowedHeaders: ['x-key'], merge: 'extend' })"],
  ],
];

describe.each(PLATFORMS)('CorsService.suggest() on %s', (platform) => {
  const startApp = appsOfTest();

  async function ask(source: Source, request: WireRequest, on: Platform = platform) {
    const { app, port } = await startApp(on, build(source));
    const response = await send(port, request);
    const suggestions = await app.get(CorsService).suggest(request.headers?.['origin'] as string);
    return { allowed: response.headers['access-control-allow-origin'], suggestions };
  }

  it.each(CASES)(
    'names the place for %s, and what it says admits the origin',
    async (_, source, request, changes) => {
      const { allowed, suggestions } = await ask(source, request);
      expect(allowed).toBeUndefined();
      expect(suggestions).toHaveLength(1);
      expect(suggestions[0]?.obstacle).toBeUndefined();
      const found = suggestions[0]?.changes ?? [];
      expect(found.map(({ where, code }) => `${where}: ${code}`)).toEqual(changes);
      const changed = found.reduce(apply, source);
      const after = await ask(changed, request);
      expect([after.allowed, after.suggestions]).toEqual([NEW, []]);
    },
  );

  it('adds to lists that cannot be written out', async () => {
    const source = { options: '{ origin: [() => false] }', decorators: {} };
    const { suggestions } = await ask(source, READ);
    expect(suggestions[0]?.changes).toEqual([
      { where: 'options', field: 'origin', how: 'add', code: `'${NEW}'` },
    ]);
  });

  it.each<readonly [string, Source, string, RegExp]>([
    [
      'plain http with credentials',
      { options: `{ origin: '${APP}', credentials: true }`, decorators: {} },
      'http://a.example',
      /can be impersonated/,
    ],
    [
      'the opaque origin',
      { options: `{ origin: '${APP}' }`, decorators: {} },
      'null',
      /is the origin of every sandboxed frame/,
    ],
    [
      'what is no origin',
      { options: `{ origin: '${APP}' }`, decorators: {} },
      `${NEW}/`,
      /has a (path|trailing slash)/,
    ],
    [
      'what is closed on purpose',
      { options: `{ origin: '${APP}' }`, decorators: { Cats: ['@NoCors()'] } },
      NEW,
      /closed on purpose/,
    ],
  ])('suggests nothing for %s, and says why', async (_, source, origin, obstacle) => {
    const { suggestions } = await ask(source, { path: '/cats', headers: { origin } });
    expect(suggestions.map(({ changes }) => changes)).toEqual([[]]);
    expect(suggestions[0]?.obstacle).toMatch(obstacle);
  });

  it.each<readonly [string, WireRequest]>([
    ['a request', { ...READ, method: 'DELETE' }],
    [
      'a preflight',
      { ...READ, method: 'OPTIONS', headers: preflightHeaders('https://a.example', 'DELETE', 'x-a') },
    ],
  ])(
    'does not take what the routes of a path have in common for a decorator: %s that none serves',
    async (_, request) => {
      const source: Source = { options: '{}', decorators: { 'Cats#list': [`@AllowOrigin('${APP}')`] } };
      const { suggestions } = await ask(source, request);
      expect(suggestions).toMatchObject([{ changes: [], obstacle: expect.stringContaining('Cats#list') }]);
    },
  );

  it('does not suggest what another route with the same layer could not have', async () => {
    const source: Source = {
      options: `{ origin: '${APP}' }`,
      decorators: { 'Cats#write': [`@AllowOrigin({ credentials: true })`] },
    };
    const { suggestions } = await ask(source, { path: '/cats', headers: { origin: 'http://a.example' } });
    expect(suggestions[0]).toMatchObject({
      changes: [],
      obstacle: expect.stringContaining('can be impersonated'),
    });
  });

  it('suggests what fields to come would have to name', async () => {
    const source: Source = {
      options: `{ origin: ['${APP}', '${NEW}'], reportOnly: { origin: '${APP}' } }`,
      decorators: {},
    };
    const { allowed, suggestions } = await ask(source, READ);
    expect(allowed).toBe(NEW);
    expect(suggestions[0]?.changes).toEqual([
      { where: 'options', field: 'reportOnly.origin', how: 'replace', code: `origin: ['${APP}', '${NEW}']` },
    ]);
    const after = await ask((suggestions[0]?.changes ?? []).reduce(apply, source), READ);
    expect(after.suggestions).toEqual([]);
  });
});

/** Values of options as they are written. */
const some = (...values: readonly string[]): fc.Arbitrary<string | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined });

const LAYER = fc.record({
  origin: some(`'${APP}'`, `['${APP}', 'https://*.b.example']`, `'${NEW}'`, "'https://*.example.com'"),
  credentials: some('true', 'false'),
  methods: some("'PUT'", "['PATCH']"),
  allowedHeaders: some("'x-a'", "['x-a', 'x-b']", "'*'"),
  merge: fc.constantFrom("'extend'", "'extend'", "'restrict'", undefined, undefined),
});

type Layer = Readonly<Record<string, string | undefined>>;

function written(fields: Layer): string {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `{ ${set.map(([name, value]) => `${name}: ${value}`).join(', ')} }`;
}

/** The decorators that say what a layer does. */
function decoratorsOf({ origin, credentials, methods, allowedHeaders, merge }: Layer): readonly string[] {
  return [
    ...((origin ?? credentials) === undefined
      ? []
      : [`@AllowOrigin(${written({ origin, credentials, merge })})`]),
    ...((methods ?? allowedHeaders) === undefined
      ? []
      : [`@Preflight(${written({ methods, allowedHeaders, merge })})`]),
  ];
}

const SOURCE: fc.Arbitrary<Source> = fc
  .record({
    base: LAYER,
    entry: fc.option(fc.tuple(fc.constantFrom('/cats', '/cats/:id', '/'), LAYER), { nil: undefined }),
    named: fc.option(LAYER, { nil: undefined }),
    cats: LAYER,
    list: LAYER,
    write: LAYER,
  })
  .map(({ base, entry, named, cats, list, write }) => ({
    options: written({
      ...base,
      policies: named && `{ partners: ${written(named)} }`,
      routes: entry && `[{ path: '${entry[0]}', policy: ${written(entry[1])} }]`,
    }),
    decorators: {
      Cats: [...(named === undefined ? [] : ["@UseCorsPolicy('partners')"]), ...decoratorsOf(cats)],
      'Cats#list': decoratorsOf(list),
      'Cats#write': decoratorsOf(write),
    },
  }));

const REQUESTS: readonly WireRequest[] = [
  READ,
  { ...READ, method: 'DELETE' },
  { ...READ, path: '/cats/7', method: 'PUT' },
  { ...READ, path: '/dogs/1' },
  WRITE(),
  WRITE('x-a,x-b'),
  WRITE('authorization,x-key'),
  { method: 'OPTIONS', path: '/cats', headers: preflightHeaders(NEW, 'DELETE') },
  { method: 'OPTIONS', path: '/cats', headers: preflightHeaders(NEW, 'GET', 'x-a') },
  { method: 'OPTIONS', path: '/dogs', headers: preflightHeaders(NEW, 'PUT', 'x-a') },
];

describe('what CorsService.suggest() suggests', () => {
  /** Whom an app allows, and what it suggests for the one who is new; `undefined` if it does not start. */
  async function ask(source: Source, request: WireRequest, platform: Platform) {
    const started = await start(platform, build(source)).catch((error: unknown) => {
      if (error instanceof CorsConfigurationError) return undefined;
      throw error;
    });
    if (started === undefined) return undefined;
    const { app, port } = started;
    try {
      const allows = async (origin: string): Promise<boolean> => {
        const { headers } = await send(port, { ...request, headers: { ...request.headers, origin } });
        return headers['access-control-allow-origin'] === origin;
      };
      const before = await allows(APP);
      return { app: before, new: await allows(NEW), suggestions: await app.get(CorsService).suggest(NEW) };
    } finally {
      await app.close();
    }
  }

  it(`admits whom it is for, locks nobody out, and starts, whatever the layers (seed ${seed})`, async () => {
    let suggested = 0;
    await fc.assert(
      fc.asyncProperty(
        SOURCE,
        fc.constantFrom(...REQUESTS),
        fc.constantFrom(...PLATFORMS),
        async (source, request, platform) => {
          const before = await ask(source, request, platform);
          fc.pre(before?.new === false);
          const [suggestion] = before?.suggestions ?? [];
          expect(suggestion).toBeDefined();
          if (suggestion?.changes.length === 0) {
            expect(suggestion.obstacle).toBeTruthy();
            return;
          }
          suggested++;
          const changed = suggestion?.changes.reduce(apply, source) as Source;
          const after = await ask(changed, request, platform);
          expect(after).toMatchObject({ new: true, suggestions: [] });
          if (before?.app) expect(after?.app).toBe(true);
        },
      ),
      { seed, numRuns: RUNS },
    );
    expect(suggested).toBeGreaterThan(RUNS / 2);
  });
});
