import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Module,
  Patch,
  Post,
  Put,
  Scope,
  SetMetadata,
  UseGuards,
  type DynamicModule,
  type Type,
  type WebSocketAdapter,
} from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { REQUEST } from '@nestjs/core';
import { MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsProblemCode,
  type OriginSource,
  type OriginSourceAfterGuards,
} from '../../lib/index.js';
import { CORS_PROBLEM_CODES } from '../../lib/policy/cors-problem.js';
import { PLATFORMS, startApp, type Platform, type StartOptions } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { controllerOf, FAULTY_SURROUNDINGS, mendRuntime, moduleOf, untyped } from '../support/faulty-apps.js';
import { send } from '../support/http.js';

const A = 'https://a.example';

/** The error with which an app fails to start; anything else fails the test. */
async function startError(
  platform: Platform,
  module: DynamicModule,
  options?: StartOptions,
): Promise<CorsConfigurationError> {
  const started = await startApp(platform, module, options).catch((error: unknown) => error);
  if (started instanceof CorsConfigurationError) return started;
  if (started instanceof Error) throw started;
  await (started as Awaited<ReturnType<typeof startApp>>).app.close();
  throw new Error('the app has started');
}

/** A home-made decorator that puts a method of its own around another one. */
function wrapping({ copies = false } = {}): MethodDecorator {
  return (_target, _key, descriptor) => {
    const inner = descriptor.value as (this: unknown) => unknown;
    const wrapper = function (this: unknown): unknown {
      return inner.call(this);
    };
    for (const key of copies ? Reflect.getMetadataKeys(inner) : []) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, inner), wrapper);
    }
    descriptor.value = wrapper as never;
  };
}

/** For gateways in an app without a package for sockets. */
function withoutSockets(): WebSocketAdapter & { dispose(): void } {
  return {
    create: () => new EventEmitter(),
    bindClientConnect() {},
    bindClientDisconnect() {},
    bindMessageHandlers() {},
    close() {},
    dispose() {},
  };
}

/** As `@Resolver()` of `@nestjs/graphql` marks a class. */
const Resolver = (): ClassDecorator => SetMetadata('graphql:resolver_type', undefined);

describe.each(PLATFORMS)('start-up checks on %s', (platform) => {
  it('an app that is right starts, and its policies do not follow what they were made of (C32)', async () => {
    const origin = [A];
    const methods = ['PUT'];
    const list = controllerOf([Preflight({ methods, merge: 'extend' })]);
    const { app, port } = await startApp(
      platform,
      moduleOf({ origin, policies: { p: { maxAge: 5 } } }, [list]),
    );
    try {
      const before = JSON.stringify(app.get(CorsService).routes());
      origin.push('https://evil.example');
      methods.push('DELETE');
      const [route] = app.get(CorsService).routes();
      if (!route?.from || route.policy === undefined) throw new Error('no policy');
      (route.policy.origin as string[]).push('*');
      (route.policy.methods as string[]).push('*');
      (route.from.origin as string[]).push('nowhere');
      expect(JSON.stringify(app.get(CorsService).routes())).toBe(before);
      const refused = await send(port, { path: '/cats', headers: { origin: 'https://evil.example' } });
      expect([refused.status, corsHeaders(refused)]).toEqual([200, expected({ vary: 'Origin' })]);
      const allowed = await send(port, { path: '/cats', headers: { origin: A } });
      expect(corsHeaders(allowed)).toEqual(expected({ acao: A, vary: 'Origin' }));
    } finally {
      await app.close();
    }
  });

  it('all problems of all layers come at once, each with its place, its value, its reason and its fix', async () => {
    @Controller('reports')
    @AllowOrigin(untyped('https://app.example.com/app'), { credentials: true })
    @Preflight({ allowedHeaders: ['content-type', 'X CSRF'], maxAge: 100_000 })
    class ReportsController {
      @Get()
      list(): string {
        return '';
      }

      @Get('public')
      @AllowOrigin('*')
      open(): string {
        return '';
      }

      @Delete(':id')
      @UseCorsPolicy('partner')
      remove(): void {}

      @Post()
      @NoCors()
      @Preflight({ methods: 'patch' })
      create(): void {}

      @AllowOrigin(A)
      helper(): void {}
    }

    @Controller('orders')
    @UseCorsPolicy('partners')
    class OrdersController {
      @Get()
      list(): void {}

      @Put()
      put(): void {}

      @Patch()
      @AllowOrigin(A, { merge: 'restrict' })
      patch(): void {}
    }

    const options = {
      orgin: A,
      credentials: 'true',
      policies: {
        partners: { origin: 'http://partner.example', credentials: true },
        unused: { exposedHeaders: ['set-cookie'] },
      },
      routes: [
        { path: '/graphql', policy: 'partner' },
        { path: '/orders', policy: { methods: ['CONNECT'] } },
        { path: '/orders/*path', policy: 'partners' },
      ],
    };
    const error = await startError(platform, moduleOf(options, [ReportsController, OrdersController]));
    expect(error.message.split('\n')).toEqual([
      'The CORS configuration has 16 problems:',
      '  1. options, orgin: is no option here (did you mean origin?): write origin. [option-unknown]',
      '  2. options, credentials: "true" is no boolean: write true, without quotes. [option-type]',
      '  3. options.policies.unused, exposedHeaders[0]: "set-cookie" is a forbidden response-header name, which no ' +
        'script can read: leave it out. [header-forbidden]',
      '  4. options.routes[0].policy: "partner" names no policy: write "partners". [policy-unknown]',
      '  5. options.routes[1].policy, methods[0]: "CONNECT" is a forbidden method, which no browser sends for a ' +
        'script: leave it out. [method-forbidden]',
      // Three routes and an entry of `routes` use the policy.
      '  6. options.policies.partners, origin: "http://partner.example" can be impersonated by whoever controls the ' +
        'network, and would get the cookies with credentials: true: write "https://partner.example", or set ' +
        'dangerously: { insecureOrigins: true }. [origin-insecure-with-credentials]',
      '  7. options.routes[2], path: "/orders/*path" is the path of options.routes[1] as well, so it can never ' +
        'apply: remove one of the two entries, or put both into options.routes[1]. [route-path-repeated]',
      '  8. ReportsController, origin[0]: "https://app.example.com/app" has a path: write ' +
        '"https://app.example.com". [origin-path]',
      '  9. ReportsController, allowedHeaders[1]: "X CSRF" is no header name (a token of RFC 9110): write the ' +
        "header's name, or leave it out. [header-invalid]",
      '  10. ReportsController, maxAge: 100000 is no whole number from 0 to 86400: write a number such as 600. ' +
        '[max-age-invalid]',
      '  11. ReportsController#open, origin[0]: "*" lets every site act with the cookies of its visitors, together with ' +
        'credentials: true (credentials comes from ReportsController): name the origins, or set credentials: ' +
        'false. [origin-any-with-credentials]',
      '  12. ReportsController#remove: "partner" names no policy: write "partners". [policy-unknown]',
      '  13. ReportsController#create: @NoCors stands beside a decorator that sets a policy: remove one of them. ' +
        '[decorator-conflict]',
      '  14. ReportsController#create, methods: "patch" is no method that browsers ask for, methods are ' +
        'case-sensitive (did you mean PATCH?): write "PATCH". [method-case]',
      '  15. OrdersController#patch, origin: ["https://a.example"] has no origin in common with ' +
        "options.policies.partners: name an origin that the outer layer allows, or leave merge: 'restrict' out. " +
        '[restrict-leaves-nothing]',
      '  16. ReportsController#helper: has a decorator of nestjs-cors, but serves no route: add @Get(), @Post() or ' +
        'another method decorator of Nest, or remove it. [decorator-without-route]',
      'See https://github.com/nestjs-cors/nestjs-cors/blob/main/docs/start-up-errors.md',
    ]);
  });

  it('options that come late are checked in the same way', async () => {
    const error = await startError(platform, {
      module: class AppModule {},
      imports: [
        CorsModule.forRootAsync({
          imports: [
            ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ ORIGINS: `${A}, ${A}/` })] }),
          ],
          inject: [ConfigService],
          useFactory: (config: ConfigService) =>
            untyped({ origin: config.get('ORIGINS'), maxAge: config.get('AGE') }),
        }),
      ],
    });
    expect(error.problems).toMatchObject([
      { code: 'origin-invalid', where: 'options', field: 'origin', value: `${A}, ${A}/` },
    ]);
  });

  it('a factory that forgets to return is told so', async () => {
    const error = await startError(platform, {
      module: class AppModule {},
      imports: [CorsModule.forRootAsync({ useFactory: () => untyped(undefined) })],
    });
    expect(error.problems).toMatchObject([{ code: 'module-without-options' }]);
  });

  it.each<[title: string, decorator: unknown, where: string, code: CorsProblemCode]>([
    ['@AllowOrigin()', (AllowOrigin as () => unknown)(), 'Cats, origin', 'origin-empty'],
    ['@AllowOrigin(undefined)', AllowOrigin(untyped(undefined)), 'Cats, origin[0]', 'option-type'],
    ['@AllowOrigin([…])', AllowOrigin(untyped([A])), 'Cats, origin[0]', 'option-type'],
    ['@AllowOrigin(new Set())', AllowOrigin(untyped(new Set([A]))), 'Cats, origin[0]', 'option-type'],
    ['@AllowOrigin(true)', AllowOrigin(untyped(true)), 'Cats, origin[0]', 'option-type'],
    ['@AllowOrigin(…, { maxAge })', AllowOrigin(A, untyped({ maxAge: 5 })), 'Cats, maxAge', 'option-unknown'],
    ['@AllowOrigin(…, { merge })', AllowOrigin(A, untyped({ merge: 'union' })), 'Cats, merge', 'option-type'],
    ['@Preflight()', Preflight(untyped(undefined)), 'Cats', 'option-type'],
    ["@Preflight('PUT')", Preflight(untyped('PUT')), 'Cats', 'option-type'],
    ["@Preflight(['PUT'])", Preflight(untyped(['PUT'])), 'Cats', 'option-type'],
    ['@Preflight({ origin })', Preflight(untyped({ origin: A })), 'Cats, origin', 'option-unknown'],
    ['@UseCorsPolicy()', UseCorsPolicy(untyped(undefined)), 'Cats', 'policy-unknown'],
    ['@UseCorsPolicy({ … })', UseCorsPolicy(untyped({ origin: A })), 'Cats', 'policy-unknown'],
  ])('%s is refused', async (_, decorator, place, code) => {
    const { problems } = await startError(
      platform,
      moduleOf({ origin: 'https://outer.example' }, [controllerOf([], decorator as ClassDecorator)]),
    );
    expect(
      problems.map(({ where, field, ...rest }) => [field === '' ? where : `${where}, ${field}`, rest.code]),
    ).toEqual([[place, code]]);
  });

  it('a decorator is not idle because the policy that it adds to could not be read', async () => {
    const controller = controllerOf([Preflight({ maxAge: 5 })], UseCorsPolicy('partners'));
    const { problems } = await startError(platform, moduleOf({ policies: { partners: 5 } }, [controller]));
    expect(problems.map(({ code, where }) => [code, where])).toEqual([
      ['option-type', 'options.policies.partners'],
    ]);
  });

  it('a base class and a subclass that opens or closes it are no conflict', async () => {
    @NoCors()
    class Internal {
      @Get()
      list(): string {
        return 'cats';
      }
    }
    @Controller('open')
    @AllowOrigin(A)
    class Open extends Internal {}
    @Controller('closed')
    @NoCors()
    class Closed extends Open {}
    const { app } = await startApp(platform, moduleOf({}, [Open, Closed]));
    const reports = app.get(CorsService).routes();
    await app.close();
    expect(reports.map(({ where, policy }) => [where, policy])).toEqual([
      ['Open#list', expect.objectContaining({ origin: [A] })],
      ['Closed#list', expect.objectContaining({ origin: [] })],
      ['options', expect.objectContaining({ origin: [] })],
    ]);
  });
});

describe.each(PLATFORMS)('decorators without effect on %s', (platform) => {
  it.each<[title: string, decorator: MethodDecorator]>([
    ['@NoCors()', NoCors()],
    ['@AllowOrigin()', AllowOrigin('https://admin.example', { enforce: true })],
    ['@Preflight()', Preflight({ maxAge: 5 })],
    ['@UseCorsPolicy()', UseCorsPolicy('partners')],
  ])('%s below a wrapping decorator is lost, and the app does not start', async (_, decorator) => {
    const options = { origin: A, policies: { partners: { maxAge: 5 } } };
    const { message } = await startError(
      platform,
      moduleOf(options, [controllerOf([decorator, wrapping()])]),
    );
    expect(message.split('\n').slice(1)).toEqual([
      '  1. Cats#list: has lost a decorator of nestjs-cors to a wrapper that does not have its metadata: write the ' +
        'decorator above the one that wraps, or copy the metadata to the wrapper. [decorator-lost]',
      'See https://github.com/nestjs-cors/nestjs-cors/blob/main/docs/start-up-errors.md#decorator-lost',
    ]);
  });

  it.each<[title: string, onHandler: readonly MethodDecorator[]]>([
    ['above a wrapping decorator', [wrapping(), NoCors()]],
    ['below one that copies the metadata', [NoCors(), wrapping({ copies: true })]],
    ['below one that is wrapped itself', [NoCors(), wrapping({ copies: true }), wrapping({ copies: true })]],
  ])('a decorator %s has its effect', async (_, onHandler) => {
    const { app, port } = await startApp(platform, moduleOf({ origin: A }, [controllerOf(onHandler)]));
    try {
      const response = await send(port, { path: '/cats', headers: { origin: A } });
      expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'cats', expected({})]);
    } finally {
      await app.close();
    }
  });

  it('a method that is replaced while the app runs is no reason to refuse other options', async () => {
    const Cats = controllerOf([NoCors()]);
    const { app } = await startApp(platform, moduleOf({ origin: A }, [Cats]));
    Object.assign(Cats.prototype, { list: () => 'replaced' });
    await app.get(CorsService).update({ origin: 'https://b.example' });
    const [route] = app.get(CorsService).routes();
    await app.close();
    expect(route).toMatchObject({ where: 'Cats#list', policy: { origin: [] } });
  });

  /** A base class that only its subclasses bring into an app. */
  abstract class Decorated {
    @AllowOrigin(A)
    run(): void {}
  }
  NoCors()(Decorated as Type);

  it.each<[title: string, places: readonly string[], more: () => Partial<DynamicModule>]>([
    [
      'a provider, its base class and its methods',
      ['Decorated#run', 'Decorated', 'Cats'],
      () => {
        @Injectable()
        @Preflight({ maxAge: 5 })
        class Cats extends Decorated {}
        return { providers: [Cats] };
      },
    ],
    [
      'what a class provider is made of',
      ['Cats'],
      () => {
        @NoCors()
        class Cats {}
        return { providers: [{ provide: 'cats', useClass: Cats }] };
      },
    ],
    [
      'what a factory makes, as its token tells',
      ['Cats'],
      () => {
        @NoCors()
        class Cats {}
        return { providers: [{ provide: Cats, useFactory: () => new Cats() }] };
      },
    ],
    [
      'a provider of an imported module, and that module',
      ['FeatureModule', 'Cats'],
      () => {
        @NoCors()
        class Cats {}
        @Module({ providers: [Cats] })
        @NoCors()
        class FeatureModule {}
        return { imports: [FeatureModule] };
      },
    ],
    [
      'a guard of a controller',
      ['CatsGuard'],
      () => {
        @NoCors()
        class CatsGuard {
          canActivate(): boolean {
            return true;
          }
        }
        return { controllers: [controllerOf([UseGuards(CatsGuard)])] };
      },
    ],
    [
      'a gateway and its messages',
      ['Cats#ping', 'Cats'],
      () => {
        @WebSocketGateway()
        @NoCors()
        class Cats {
          @SubscribeMessage('ping')
          @UseCorsPolicy('partners')
          ping(): void {}
        }
        return { providers: [Cats] };
      },
    ],
    [
      'a resolver',
      ['Cats'],
      () => {
        @Resolver()
        @NoCors()
        class Cats {}
        return { providers: [Cats] };
      },
    ],
    [
      'a controller of messages only',
      ['Cats#ping', 'Cats'],
      () => {
        @Controller()
        @NoCors()
        class Cats {
          @MessagePattern('ping')
          @AllowOrigin(A)
          ping(): void {}
        }
        return { controllers: [Cats] };
      },
    ],
    [
      'a controller without routes',
      ['Cats#help', 'Cats'],
      () => {
        @Controller()
        @AllowOrigin(A)
        class Cats {
          @Preflight({ maxAge: 5 })
          help(): void {}
        }
        return { controllers: [Cats] };
      },
    ],
    [
      'a message beside a route',
      ['Cats#ping'],
      () => {
        @Controller()
        class Cats {
          @Get('cats')
          @NoCors()
          list(): void {}
          @MessagePattern('ping')
          @NoCors()
          ping(): void {}
        }
        return { controllers: [Cats] };
      },
    ],
  ])('%s: decorators there are errors', async (_, places, more) => {
    const options = { origin: A, policies: { partners: { maxAge: 5 } } };
    const { controllers = [], ...rest } = more();
    const { problems } = await startError(platform, moduleOf(options, controllers, rest), {
      prepare: (app) => void app.useWebSocketAdapter(withoutSockets()),
    });
    expect(problems.map(({ code, where }) => `${where} ${code}`).toSorted()).toEqual(
      places.map((place) => `${place} decorator-without-route`).toSorted(),
    );
  });

  it('a decorator stands for the route of a controller that has messages, too, and of a base class that is a provider', async () => {
    @Injectable()
    @NoCors()
    class Base {
      @Get('inherited')
      @NoCors()
      list(): void {}
    }
    @Controller('cats')
    class Cats extends Base {
      @MessagePattern('ping')
      ping(): void {}
    }
    const { app } = await startApp(
      platform,
      moduleOf({ origin: A }, [Cats], { providers: [Base, { provide: 'cats', useValue: new Cats() }] }),
    );
    const [route] = app.get(CorsService).routes();
    await app.close();
    expect(route).toMatchObject({ where: 'Cats#list', policy: { origin: [] } });
  });
});

/** An app for each code of the closed set, so that none is a promise without a case. */
const FAULTS: Readonly<Record<CorsProblemCode, () => DynamicModule>> = {
  ...FAULTY_SURROUNDINGS,
  'origin-empty': () => moduleOf({ origin: [] }),
  'origin-invalid': () => moduleOf({ origin: `${A} ${A}` }),
  'origin-scheme-missing': () => moduleOf({ origin: 'example.com' }),
  'origin-scheme': () => moduleOf({ origin: 'file:///index.html' }),
  'origin-whitespace': () => moduleOf({ origin: ` ${A}` }),
  'origin-userinfo': () => moduleOf({ origin: 'https://me:secret@example.com' }),
  'origin-path': () => moduleOf({ origin: `${A}/` }),
  'origin-case': () => moduleOf({ origin: 'https://Example.com' }),
  'origin-unicode': () => moduleOf({ origin: 'https://résumé.com' }),
  'origin-host': () => moduleOf({ origin: 'https://example..com' }),
  'origin-ip': () => moduleOf({ origin: 'http://127.1:3999' }),
  'origin-port': () => moduleOf({ origin: `${A}:0` }),
  'origin-default-port': () => moduleOf({ origin: `${A}:443` }),
  'origin-wildcard': () => moduleOf({ origin: 'https://*' }),
  'origin-public-suffix': () => moduleOf({ origin: 'https://*.github.io' }),
  'origin-null': () => moduleOf({ origin: 'null' }),
  'origin-file': () => moduleOf({ origin: 'file://' }),
  'origin-any-in-list': () => moduleOf({ origin: ['*', A] }),
  'origin-any-with-credentials': () => moduleOf({ origin: '*', credentials: true }),
  'origin-insecure-with-credentials': () => moduleOf({ origin: 'http://example.com', credentials: true }),
  'origin-regexp-unsafe': () => moduleOf({ origin: /^https:\/\/(a+)+\.example\.com$/ }),
  'origin-regexp-matches-any': () => moduleOf({ origin: /^https:\/\/.*$/ }),
  'origin-regexp-matches-nothing': () => moduleOf({ origin: /^https:\/\/example\.com\/$/ }),
  'origin-regexp-unescaped-dot': () => moduleOf({ origin: /^https:\/\/app.example\.com$/ }),
  'origin-callback-style': () =>
    moduleOf({
      origin: (_: string, callback: (error: null, allows: boolean) => void) => callback(null, true),
    }),
  'origin-source-missing': () => moduleOf({ origin: class Partners {} }),
  'origin-source-scoped': () => {
    @Injectable({ scope: Scope.REQUEST })
    class Partners implements OriginSource {
      allows(): boolean {
        return true;
      }
    }
    return moduleOf({ origin: Partners }, [], { providers: [Partners] });
  },
  'origin-source-after-guards': () => {
    @Injectable()
    class Tenants implements OriginSourceAfterGuards {
      readonly after = 'guards';
      allows(): boolean {
        return true;
      }
      mayAllow(): boolean {
        return true;
      }
    }
    const routes = [{ path: '/graphql', policy: { origin: Tenants } }];
    return moduleOf({ routes }, [], { providers: [Tenants] });
  },
  'method-invalid': () => moduleOf({ methods: 'GET,PUT' }),
  'method-forbidden': () => moduleOf({ methods: 'TRACE' }),
  'method-case': () => moduleOf({ methods: 'patch' }),
  'header-invalid': () => moduleOf({ allowedHeaders: 'content type' }),
  'header-forbidden': () => moduleOf({ allowedHeaders: 'cookie' }),
  'exposed-any-with-credentials': () => moduleOf({ exposedHeaders: '*', credentials: true }),
  'max-age-invalid': () => moduleOf({ maxAge: '600' }),
  'status-invalid': () => moduleOf({ optionsSuccessStatus: 302 }),
  'option-unknown': () => moduleOf({ preflightContinue: true }),
  'option-type': () => moduleOf({ origin: true }),
  'policy-unknown': () => moduleOf({ origin: A }, [controllerOf([UseCorsPolicy('partners')])]),
  'restrict-leaves-nothing': () =>
    moduleOf({ origin: A }, [controllerOf([AllowOrigin('https://b.example', { merge: 'restrict' })])]),
  'decorator-repeated': () => moduleOf({}, [controllerOf([AllowOrigin(A), AllowOrigin(A)])]),
  'decorator-conflict': () => moduleOf({}, [controllerOf([AllowOrigin(A), NoCors()])]),
  'decorator-without-route': () => {
    class Cats {
      @AllowOrigin(A)
      list(): void {}
    }
    Controller('cats')(Cats);
    return moduleOf({}, [Cats]);
  },
  'option-conflict': () => moduleOf({ routes: [{ path: '/auth', unmanaged: true, policy: false }] }),
  'decorator-unmanaged': () =>
    moduleOf({ routes: [{ path: '/cats', unmanaged: true }] }, [controllerOf([AllowOrigin(A)])]),
  'enforce-idle': () => moduleOf({}, [controllerOf([AllowOrigin('*', { enforce: true })])]),
  'decorator-lost': () => moduleOf({ origin: A }, [controllerOf([NoCors(), wrapping()])]),
  'preflight-without-origin': () => moduleOf({}, [controllerOf([Preflight({ maxAge: 5 })])]),
  'route-path-invalid': () => moduleOf({ routes: [{ path: 'graphql', policy: false }] }),
  'route-path-repeated': () =>
    moduleOf({
      routes: [
        { path: '/files', policy: { origin: A } },
        { path: '/files', policy: false },
      ],
    }),
  'module-not-imported': () => ({
    module: class AppModule {},
    controllers: [controllerOf([AllowOrigin(A)])],
  }),
  'module-imported-twice': () => {
    @Module({ imports: [CorsModule.forRoot({ origin: A })] })
    class FeatureModule {}
    return moduleOf({}, [], { imports: [FeatureModule] });
  },
  'module-without-options': () => ({ module: class AppModule {}, imports: [CorsModule] }),
  'module-scoped': () => ({
    module: class AppModule {},
    imports: [CorsModule.forRootAsync({ inject: [REQUEST], useFactory: () => ({ origin: A }) })],
  }),
};

describe.each(PLATFORMS)('problem codes on %s', (platform) => {
  // What it has is inherited, but for the tests that change it.
  afterEach(mendRuntime);

  it.each(CORS_PROBLEM_CODES)('%s', async (code) => {
    const { problems, message } = await startError(platform, FAULTS[code]());
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    const [problem] = problems;
    expect(problem).toEqual({
      code,
      where: expect.stringMatching(/^\S/),
      field: expect.any(String),
      value: problem?.value,
      message: expect.stringMatching(/^\S.*[^.\s]$/),
      fix: expect.stringMatching(/^\S.*[^.\s]$/),
    });
    expect(message.split('\n')).toEqual([
      'The CORS configuration has a problem:',
      expect.stringMatching(`^  1\\. .* \\[${code}\\]$`),
      expect.stringMatching(`^See https:.*/docs/start-up-errors\\.md#${code}$`),
    ]);
  });
});
