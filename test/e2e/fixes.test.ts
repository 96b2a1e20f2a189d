import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Scope, type DynamicModule } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  fromEnableCors,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsProblem,
  type CorsProblemCode,
  type OriginSourceAfterGuards,
} from '../../lib/index.js';
import { CORS_PROBLEM_CODES } from '../../lib/policy/cors-problem.js';
import { PLATFORMS, startApp, type Platform } from '../support/apps.js';
import { controllerOf, FAULTY_SURROUNDINGS, mendRuntime, moduleOf } from '../support/faulty-apps.js';

/*
 * Does what a message says, and starts the app with it. What a message shows is read out of it and written where the fault was;
 * what it says in words has been done by hand, beside the words.
 */

const A = 'https://a.example';
const B = 'https://b.example';

type Options = Readonly<Record<string, unknown>>;

/** The problems with which an app does not start; none if it does. */
async function problemsOf(platform: Platform, module: DynamicModule): Promise<readonly CorsProblem[]> {
  try {
    const { app } = await startApp(platform, module);
    await app.close();
    return [];
  } catch (error) {
    if (error instanceof CorsConfigurationError) return error.problems;
    throw error;
  }
}

/** Options with one fault, whose message shows what to write. */
const SHOWN: readonly (readonly [code: CorsProblemCode, options: Options])[] = [
  ['origin-empty', { origin: '' }],
  ['origin-empty', { origin: [A, ' '] }],
  ['origin-empty', { publicOrigins: [''] }],
  ['origin-invalid', { origin: `${A},${B}` }],
  ['origin-invalid', { origin: `${A}; b.example` }],
  ['origin-invalid', { origin: [`${A} ${B}`, 'https://c.example'] }],
  ['origin-invalid', { origin: '^https://.*\\.example\\.com$' }],
  ['origin-invalid', { origin: `'${A}'` }],
  ['origin-invalid', { origin: `https://${'a'.repeat(5000)}` }],
  ['origin-scheme-missing', { origin: 'example.com' }],
  ['origin-scheme-missing', { origin: 'localhost:3000' }],
  ['origin-scheme-missing', { origin: 'everybody' }],
  ['origin-scheme-missing', { origin: /example\.com$/ }],
  ['origin-scheme-missing', { origin: /\.example\.com$/ }],
  ['origin-scheme-missing', { origin: /^(?:www\.)?example\.com$/ }],
  ['origin-scheme-missing', { origin: /foo\.com|bar\.com/ }],
  ['origin-scheme', { origin: 'https://http://example.com' }],
  ['origin-scheme', { origin: 'data:text/html,hello' }],
  ['origin-scheme', { origin: '1https://example.com' }],
  ['origin-whitespace', { origin: ` ${A}` }],
  ['origin-userinfo', { origin: 'https://me:secret@example.com' }],
  ['origin-path', { origin: `${A}/` }],
  ['origin-path', { origin: `${A}/callback?x=1` }],
  ['origin-case', { origin: 'HTTPS://Example.com' }],
  ['origin-case', { origin: 'NULL', dangerously: { nullOrigin: true } }],
  ['origin-unicode', { origin: 'https://bücher.example' }],
  ['origin-host', { origin: 'https://example..com' }],
  ['origin-ip', { origin: 'http://127.1:3999' }],
  ['origin-ip', { origin: 'http://::1:3000' }],
  ['origin-ip', { origin: 'http://1.2.3.400' }],
  ['origin-ip', { origin: 'http://192.168.0.0/16' }],
  ['origin-wildcard', { origin: 'http://192.168.1.*:*' }],
  ['origin-port', { origin: `${A}:0` }],
  ['origin-default-port', { origin: `${A}:443` }],
  ['origin-wildcard', { origin: 'https://app-*.example.com' }],
  ['origin-wildcard', { origin: 'https://*' }],
  ['origin-wildcard', { origin: '*://example.com' }],
  ['origin-public-suffix', { origin: 'https://*.github.io' }],
  ['origin-public-suffix', { origin: 'https://**.co.uk' }],
  ['origin-insecure-with-credentials', { origin: 'http://example.com', credentials: true }],
  ['origin-regexp-matches-any', { origin: /^https:\/\/.*example\.com$/ }],
  ['origin-regexp-matches-any', { origin: /^http:\/\/localhost.*/ }],
  ['origin-regexp-matches-any', { origin: /^https:\/\/.*$/ }],
  ['origin-regexp-matches-nothing', { origin: /^https:\/\/example\.com\/$/ }],
  ['origin-regexp-matches-nothing', { origin: /^https:\/\/App\.example\.com$/ }],
  ['origin-regexp-matches-nothing', { origin: /^https:\/\/user@example\.com$/ }],
  ['origin-regexp-unescaped-dot', { origin: /^https:\/\/app.example\.com$/ }],
  ['origin-regexp-unsafe', { origin: /^https:\/\/(a+)+\.example\.com$/ }],
  [
    'origin-callback-style',
    {
      origin: (origin: string, callback: (error: null, allows: boolean) => void) =>
        callback(null, origin === 'a'),
    },
  ],
  ['method-invalid', { methods: 'GET,PUT' }],
  ['method-case', { methods: 'patch' }],
  ['header-invalid', { allowedHeaders: 'x-one, x-two' }],
  ['max-age-invalid', { maxAge: '600' }],
  ['max-age-invalid', { maxAge: 100_000 }],
  ['status-invalid', { optionsSuccessStatus: '200' }],
  ['status-invalid', { optionsSuccessStatus: 302 }],
  ['option-unknown', { orgin: A }],
  ['option-type', { credentials: 'true' }],
  ['option-type', { origin: new URL('https://a.example/x') }],
  ['option-type', { merge: 'union' }],
  ['option-type', { policies: { partners: { origin: A } }, routes: { '/graphql': 'partners' } }],
  ['option-type', { policies: [] }],
  ['option-type', { publicOrigins: 'https://*.example.com' }],
  ['policy-unknown', { policies: { partners: { origin: A } }, routes: [{ path: '/a', policy: 'partner' }] }],
  ['route-path-invalid', { routes: [{ path: 'graphql', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/admin/(.*)', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/users/:id(\\d+)', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/users/:id?', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/files/*', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/files{/:name}', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/a/../b', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: '/v:major', policy: false }] }],
  ['route-path-invalid', { routes: [{ path: 7, policy: false }] }],
];

/** What a message shows: values to write, or an option to set beside the value. */
interface Shown {
  readonly values: readonly unknown[];
  readonly name: string | undefined;
}

const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** Reads what a fix shows first. */
function shownIn(fix: string): Shown {
  const [, text = ''] =
    /(?:write|as in|such as) (?:one string for each: |one such as |one as browsers see it, as in |a number such as |one, as in |a name such as )?(.+)$/.exec(
      fix,
    ) ?? [];
  const regexp = /^\/(.+)\/([a-z]*)$/.exec(text) ?? /(?:as in|such as) \/(.+)\/([a-z]*)$/.exec(fix);
  if (regexp !== null) return { values: [new RegExp(regexp[1] as string, regexp[2])], name: undefined };
  if (/^\(\w+\) =>/.test(text)) return { values: [evaluated(text)], name: undefined };
  if (/^[[{]/.test(text)) return { values: [evaluated(text)], name: undefined };
  const [literal] = /^(?:\d+|true|false|'[^']*')/.exec(text) ?? [];
  if (literal !== undefined) return { values: [evaluated(literal)], name: undefined };
  const listed = /^"(?:[^"\\]|\\.)*"(?:(?:, | and )"(?:[^"\\]|\\.)*")*/.exec(text)?.[0];
  const strings = (listed ?? fix.match(QUOTED)?.[0])?.match(QUOTED)?.map((one) => JSON.parse(one) as unknown);
  if (strings !== undefined) return { values: strings, name: undefined };
  const [name] = /^\w+$/.exec(text) ?? [];
  if (name !== undefined) return { values: [], name };
  throw new Error(`"${fix}" shows nothing`);
}

function evaluated(source: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- what a user would paste
  return (new Function(`return (${source})`) as () => unknown)();
}

/** Writes what is shown where the problem is. */
function mended(options: Options, { where, field, fix }: CorsProblem): unknown {
  const { values, name } = shownIn(fix);
  const copy = structuredCloneOf(options) as Record<string, unknown>;
  const places = [...`${where}.${field}`.replace(/^options\.?/, '').matchAll(/[^.[\]]+/g)].map(
    ([place]) => place,
  );
  const last = places.pop() as string;
  const holder = places.reduce<Record<string, unknown>>((inner, place) => inner[place] as never, copy);
  if (name !== undefined) {
    holder[name] = holder[last];
    delete holder[last];
  } else if (Array.isArray(holder)) {
    holder.splice(Number(last), 1, ...values);
  } else {
    holder[last] = values.length === 1 ? values[0] : values;
  }
  return copy;
}

/** A deep copy of lists and plain objects; all else is the same. */
function structuredCloneOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, structuredCloneOf(inner)]));
}

@Injectable({ scope: Scope.REQUEST })
class ScopedOrigins {
  allows(): boolean {
    return true;
  }
}

@Injectable()
class SingleOrigins {
  allows(): boolean {
    return true;
  }
}

@Injectable()
class LateOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';
  allows(): boolean {
    return true;
  }
  mayAllow(): boolean {
    return true;
  }
}

class LostOrigins extends SingleOrigins {}

const wrapping: MethodDecorator = (_target, _key, descriptor) => {
  const inner = descriptor.value as unknown as (this: unknown) => unknown;
  descriptor.value = function (this: unknown): unknown {
    return inner.call(this);
  } as never;
};

/** What is wrong, what the message says to do in words, and each way of doing so. */
interface Told {
  readonly code: CorsProblemCode;
  readonly fault: () => DynamicModule;
  readonly fix: string;
  readonly ways: readonly (() => DynamicModule)[];
}

/** A fault of options, and other options. */
function told(code: CorsProblemCode, fault: Options, fix: string, ...ways: readonly Options[]): Told {
  return { code, fault: () => moduleOf(fault), fix, ways: ways.map((options) => () => moduleOf(options)) };
}

/** A fault of decorators on a handler, and other decorators there. */
function decorated(
  code: CorsProblemCode,
  fault: readonly MethodDecorator[],
  fix: string,
  ...ways: readonly (readonly MethodDecorator[])[]
): Told {
  const options = { origin: A, policies: { partners: {} } };
  const made = (decorators: readonly MethodDecorator[]) => (): DynamicModule =>
    moduleOf(options, [controllerOf(decorators)]);
  return { code, fault: made(fault), fix, ways: ways.map(made) };
}

const TOLD: readonly Told[] = [
  told(
    'origin-empty',
    { origin: [] },
    'name at least one, leave the option out, or put @NoCors() on the route',
    { origin: [A] },
    {},
  ),
  told(
    'origin-null',
    { origin: 'null' },
    'leave it out, or set dangerously: { nullOrigin: true }',
    {},
    { origin: 'null', dangerously: { nullOrigin: true } },
  ),
  told(
    'origin-file',
    { origin: 'file://' },
    'serve the page from a scheme of its own, such as "app://.", or set dangerously: { fileOrigin: true }',
    { origin: 'app://.' },
    { origin: 'file://', dangerously: { fileOrigin: true } },
  ),
  told(
    'origin-any-in-list',
    { origin: ['*', A] },
    "write '*' alone, or leave it out",
    { origin: '*' },
    { origin: [A] },
  ),
  told(
    'origin-any-with-credentials',
    { origin: '*', credentials: true },
    'name the origins, or set credentials: false',
    { origin: A, credentials: true },
    { origin: '*', credentials: false },
  ),
  told(
    'origin-insecure-with-credentials',
    { origin: 'http://example.com', credentials: true },
    'write "https://example.com", or set dangerously: { insecureOrigins: true }',
    { origin: 'http://example.com', credentials: true, dangerously: { insecureOrigins: true } },
  ),
  told(
    'origin-callback-style',
    {
      origin: (origin: string, callback: (error: null, allows: boolean) => void) => {
        const allows = origin === A;
        callback(null, allows);
      },
    },
    'write (origin) => …, which returns what the callback is given, or a promise of it; until then, fromEnableCors({ origin: … }).origin',
    { origin: (origin: string) => origin === A },
    {
      origin: fromEnableCors({
        origin: (origin, callback) => callback(null, origin === A),
      }).origin,
    },
  ),
  {
    code: 'origin-source-missing',
    fault: () => moduleOf({ origin: LostOrigins }),
    fix: 'add LostOrigins to the providers of a module that the app imports',
    ways: [() => moduleOf({ origin: LostOrigins }, [], { providers: [LostOrigins] })],
  },
  {
    code: 'origin-source-scoped',
    fault: () => moduleOf({ origin: ScopedOrigins }, [], { providers: [ScopedOrigins] }),
    fix: 'give ScopedOrigins and all that it injects the default scope',
    ways: [() => moduleOf({ origin: SingleOrigins }, [], { providers: [SingleOrigins] })],
  },
  {
    code: 'origin-source-after-guards',
    fault: () =>
      moduleOf({ routes: [{ path: '/files', policy: { origin: LateOrigins } }] }, [], {
        providers: [LateOrigins],
      }),
    fix: 'give its policy another origin',
    ways: [() => moduleOf({ routes: [{ path: '/files', policy: { origin: A } }] })],
  },
  told(
    'method-invalid',
    { methods: ['PUT', 'a b'] },
    "write the method's name, or leave it out",
    { methods: ['PUT', 'PATCH'] },
    { methods: ['PUT'] },
  ),
  told('method-forbidden', { methods: ['TRACE', 'PUT'] }, 'leave it out', { methods: ['PUT'] }),
  told('header-forbidden', { allowedHeaders: ['cookie', 'x-a'] }, 'leave it out', {
    allowedHeaders: ['x-a'],
  }),
  told('header-forbidden', { exposedHeaders: ['set-cookie', 'x-a'] }, 'leave it out', {
    exposedHeaders: ['x-a'],
  }),
  told(
    'header-invalid',
    { allowedHeaders: ['content type', 'x-a'] },
    "write the header's name, or leave it out",
    { allowedHeaders: ['content-type', 'x-a'] },
    { allowedHeaders: ['x-a'] },
  ),
  told(
    'exposed-any-with-credentials',
    { exposedHeaders: '*', credentials: true },
    'name the headers, or set credentials: false',
    { exposedHeaders: 'x-a', credentials: true },
    { exposedHeaders: '*', credentials: false },
  ),
  told(
    'option-type',
    { origin: true },
    "name the origins, or write '*' for everybody without credentials",
    { origin: A },
    { origin: '*' },
  ),
  told('option-type', { origin: false }, 'leave the option out, or put @NoCors() on the route', {}),
  told(
    'option-conflict',
    { routes: [{ path: '/auth', unmanaged: true, policy: false }] },
    'remove policy, or unmanaged: true',
    { routes: [{ path: '/auth', unmanaged: true }] },
    { routes: [{ path: '/auth', policy: false }] },
  ),
  told(
    'option-conflict',
    { routes: [{ path: '/files/*path', policy: false, exact: true }] },
    'remove the wildcard, or exact: true',
    { routes: [{ path: '/files', policy: false, exact: true }] },
    { routes: [{ path: '/files/*path', policy: false }] },
  ),
  told(
    'policy-unknown',
    { routes: [{ path: '/a', policy: 'partners' }] },
    'add it to policies (there are none yet)',
    { policies: { partners: { origin: A } }, routes: [{ path: '/a', policy: 'partners' }] },
  ),
  told(
    'route-path-repeated',
    {
      routes: [
        { path: '/files', policy: { origin: A } },
        { path: '/files', policy: { maxAge: 5 } },
      ],
    },
    'remove one of the two entries, or put both into options.routes[0]',
    { routes: [{ path: '/files', policy: { origin: A } }] },
    { routes: [{ path: '/files', policy: { origin: A, maxAge: 5 } }] },
  ),
  decorated(
    'restrict-leaves-nothing',
    [AllowOrigin(B, { merge: 'restrict' })],
    "name an origin that the outer layer allows, or leave merge: 'restrict' out",
    [AllowOrigin(A, { merge: 'restrict' })],
    [AllowOrigin(B)],
  ),
  decorated('policy-unknown', [UseCorsPolicy('partner')], 'write "partners"', [UseCorsPolicy('partners')]),
  decorated(
    'decorator-repeated',
    [AllowOrigin(A), AllowOrigin(B)],
    'keep one @AllowOrigin with everything in it',
    [AllowOrigin(A, B)],
  ),
  decorated(
    'decorator-conflict',
    [AllowOrigin(A), NoCors()],
    'remove one of them',
    [AllowOrigin(A)],
    [NoCors()],
  ),
  decorated(
    'decorator-lost',
    [NoCors(), wrapping],
    'write the decorator above the one that wraps, or copy the metadata to the wrapper',
    [wrapping, NoCors()],
  ),
  decorated(
    'enforce-idle',
    [AllowOrigin('*', { enforce: true })],
    'name the origins, or leave enforce out',
    [AllowOrigin(A, { enforce: true })],
    [AllowOrigin('*')],
  ),
  {
    code: 'preflight-without-origin',
    fault: () => moduleOf({}, [controllerOf([Preflight({ maxAge: 5 })])]),
    fix: 'add @AllowOrigin(…)',
    ways: [() => moduleOf({}, [controllerOf([Preflight({ maxAge: 5 }), AllowOrigin(A)])])],
  },
  {
    code: 'decorator-without-route',
    fault: () => {
      class Cats {
        @AllowOrigin(A)
        list(): void {}
      }
      Controller('cats')(Cats);
      return moduleOf({}, [Cats]);
    },
    fix: 'add @Get(), @Post() or another method decorator of Nest, or remove it',
    ways: [() => moduleOf({}, [controllerOf([AllowOrigin(A)])]), () => moduleOf({}, [controllerOf([])])],
  },
  {
    code: 'decorator-unmanaged',
    fault: () => moduleOf({ routes: [{ path: '/cats', unmanaged: true }] }, [controllerOf([AllowOrigin(A)])]),
    fix: 'remove the decorator, or give options.routes[0] a policy',
    ways: [
      () => moduleOf({ routes: [{ path: '/cats', unmanaged: true }] }, [controllerOf([])]),
      () => moduleOf({ routes: [{ path: '/cats', policy: {} }] }, [controllerOf([AllowOrigin(A)])]),
    ],
  },
  {
    code: 'module-not-imported',
    fault: () => ({ module: class AppModule {}, controllers: [controllerOf([AllowOrigin(A)])] }),
    fix: 'add CorsModule.forRoot({ … }) to the imports of the root module',
    ways: [() => moduleOf({}, [controllerOf([AllowOrigin(A)])])],
  },
  {
    code: 'module-imported-twice',
    fault: () => moduleOf({}, [], { imports: [CorsModule.forRoot({ origin: A })] }),
    fix: 'import it once, in the root module; it is global',
    ways: [() => moduleOf({ origin: A })],
  },
  {
    code: 'module-without-options',
    fault: () => ({ module: class AppModule {}, imports: [CorsModule] }),
    fix: 'write CorsModule.forRoot({ … }) or CorsModule.forRootAsync({ … })',
    ways: [
      () => moduleOf({}),
      () => ({ module: class AppModule {}, imports: [CorsModule.forRootAsync({ useFactory: () => ({}) })] }),
    ],
  },
  {
    code: 'module-scoped',
    fault: () => ({
      module: class AppModule {},
      imports: [CorsModule.forRootAsync({ inject: [REQUEST], useFactory: () => ({ origin: A }) })],
    }),
    fix: 'inject providers of the default scope; for what depends on the request, give a function or an OriginSource in origin',
    ways: [
      () => ({
        module: class AppModule {},
        imports: [
          CorsModule.forRootAsync({
            inject: [SingleOrigins],
            useFactory: () => ({ origin: (origin, { path }) => path === '/' && origin === A }),
            provideInjectionTokensFrom: [SingleOrigins],
          }),
        ],
      }),
    ],
  },
];

/** What is mended around the app, by an app whose surroundings are as they are here. */
const AROUND: Readonly<Record<keyof typeof FAULTY_SURROUNDINGS, RegExp>> = {
  'adapter-unknown': /^use the FastifyAdapter of @nestjs\/platform-fastify or the ExpressAdapter of/,
  'adapter-missing': /^leave HttpAdapterHost to Nest/,
  'runtime-unsealable': /^use Node\.js, Bun or Deno in one of the versions/,
  'nest-copies': /^install one version of @nestjs\/core, in one place/,
  'nest-unsupported': /^install/,
  'inspector-unguarded': /^add guard: .*, or leave the module out in production$/,
};

describe.each(PLATFORMS)('the fix of a problem on %s', (platform: Platform) => {
  it.each(SHOWN.map(([code, options]) => ({ code, options, place: shortened(options) })))(
    '$code of $place is shown, and the app starts with it',
    async ({ code, options }) => {
      const [problem, ...others] = await problemsOf(platform, moduleOf(options));
      expect([problem?.code, others]).toEqual([code, []]);
      expect(await problemsOf(platform, moduleOf(mended(options, problem as CorsProblem)))).toEqual([]);
    },
  );

  it.each(TOLD)(
    '$code is told, and the app starts when that is done: $fix',
    async ({ code, fault, fix, ways }) => {
      const problems = await problemsOf(platform, fault());
      expect(problems.map((problem) => [problem.code, problem.fix])).toEqual([[code, fix]]);
      for (const way of ways) expect(await problemsOf(platform, way())).toEqual([]);
    },
  );
});

describe.each(PLATFORMS)('what is around an app on %s', (platform: Platform) => {
  afterEach(mendRuntime);

  it.each(Object.entries(AROUND))(
    '%s is told, and the app starts where that is done: %s',
    async (code, fix) => {
      const fault = FAULTY_SURROUNDINGS[code as keyof typeof FAULTY_SURROUNDINGS];
      const problems = await problemsOf(platform, fault());
      expect(problems.map((problem) => [problem.code, problem.fix])).toEqual([
        [code, expect.stringMatching(fix)],
      ]);
      mendRuntime();
      expect(await problemsOf(platform, moduleOf({ origin: A }))).toEqual([]);
    },
  );
});

describe('the fixes', () => {
  it('are of every code', () => {
    const codes = [...SHOWN.map(([code]) => code), ...TOLD.map(({ code }) => code), ...Object.keys(AROUND)];
    expect([...new Set(codes)].toSorted()).toEqual([...CORS_PROBLEM_CODES].toSorted());
  });
});

function shortened(options: Options): string {
  const text = JSON.stringify(options, (_, value: unknown) =>
    value instanceof RegExp || typeof value === 'function' ? String(value) : value,
  );
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
