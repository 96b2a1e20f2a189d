import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsModuleOptions,
  type CorsOptionsFactory,
  type CorsProblem,
  type OriginString,
} from '../../lib/index.js';
import { createAdapter, PLATFORMS, startApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';

const ORIGIN = 'https://app.example.com';
const ALLOWED = expected({ acao: ORIGIN, vary: 'Origin' });

@Controller('plain')
class Plain {
  @Get() list() {
    return [];
  }
}

@Controller('decorated')
@AllowOrigin(ORIGIN)
class Decorated {
  @Get() list() {
    return [];
  }
  @Post() @Preflight({ maxAge: 5 }) add() {}
  @Get('closed') @NoCors() closed() {}
  @Get('partners') @UseCorsPolicy('partners') partners() {}
}

@Controller('other')
class OtherDecorated {
  @Get() @AllowOrigin(ORIGIN) list() {}
}

/** An app of some modules and controllers. */
function appOf(
  imports: readonly (Type | DynamicModule | Promise<DynamicModule>)[],
  controllers: readonly Type[] = [Plain],
): Type {
  @Module({ imports: [...imports], controllers: [...controllers] })
  class AppModule {}
  return AppModule;
}

/** The problems with which something fails. */
async function problemsOf(start: Promise<unknown>): Promise<readonly CorsProblem[]> {
  const error: unknown = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CorsConfigurationError);
  return (error as CorsConfigurationError).problems;
}

@Injectable()
class FromConfig implements CorsOptionsFactory {
  constructor(private readonly config: ConfigService) {}
  async createCorsOptions(): Promise<CorsModuleOptions> {
    return { origin: this.config.getOrThrow<OriginString[]>('cors.origins') };
  }
}
Reflect.defineMetadata('design:paramtypes', [ConfigService], FromConfig);

@Injectable()
class Fixed implements CorsOptionsFactory {
  createCorsOptions(): CorsModuleOptions {
    return { origin: ORIGIN };
  }
}

@Module({ providers: [Fixed], exports: [Fixed] })
class FixedModule {}

const Config = ConfigModule.forRoot({
  ignoreEnvFile: true,
  load: [() => ({ cors: { origins: [ORIGIN] } })],
});

const GlobalConfig = ConfigModule.forRoot({
  isGlobal: true,
  ignoreEnvFile: true,
  load: [() => ({ cors: { origins: [ORIGIN] } })],
});

const readOrigins = (config: ConfigService): CorsModuleOptions => ({
  origin: config.getOrThrow<OriginString[]>('cors.origins'),
});

describe.each(PLATFORMS)('%s', (platform) => {
  it.each<[string, readonly (Type | DynamicModule | Promise<DynamicModule>)[]]>([
    ['forRoot()', [CorsModule.forRoot({ origin: ORIGIN })]],
    [
      'forRootAsync() with useFactory and the ConfigService of an imported module',
      [CorsModule.forRootAsync({ imports: [Config], inject: [ConfigService], useFactory: readOrigins })],
    ],
    [
      'forRootAsync() with useFactory and a global ConfigService',
      [GlobalConfig, CorsModule.forRootAsync({ inject: [ConfigService], useFactory: readOrigins })],
    ],
    [
      'forRootAsync() with an asynchronous useFactory',
      [CorsModule.forRootAsync({ useFactory: async () => ({ origin: ORIGIN }) })],
    ],
    ['forRootAsync() with useClass', [GlobalConfig, CorsModule.forRootAsync({ useClass: FromConfig })]],
    [
      'forRootAsync() with useExisting',
      [CorsModule.forRootAsync({ imports: [FixedModule], useExisting: Fixed })],
    ],
  ])('takes its options from %s', async (_name, imports) => {
    const { app, port } = await startApp(platform, appOf(imports));
    try {
      const response = await send(port, { path: '/plain', headers: { origin: ORIGIN } });
      expect([response.status, corsHeaders(response)]).toEqual([200, ALLOWED]);
    } finally {
      await app.close();
    }
  });

  it('works in an app of a testing module, and lets its provider be replaced by nothing but options', async () => {
    const compiled = await Test.createTestingModule({
      imports: [appOf([CorsModule.forRoot({ origin: ORIGIN })])],
    }).compile();
    const app: INestApplication = compiled.createNestApplication(createAdapter(platform) as never, {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    try {
      expect(app.get(CorsService).routes()).toMatchObject([
        { where: 'Plain#list', policy: { origin: [ORIGIN] } },
        { where: 'options' },
      ]);
    } finally {
      await app.close();
    }
  });

  it('says that the routes are not known before the app is initialized', async () => {
    const app = await NestFactory.create(
      appOf([CorsModule.forRoot({ origin: ORIGIN })]),
      createAdapter(platform) as never,
      { logger: false },
    );
    expect(() => app.get(CorsService).routes()).toThrow('after app.init()');
    await app.close();
  });

  it('refuses to be imported twice with different options', async () => {
    @Module({ imports: [CorsModule.forRoot({ origin: 'https://other.example.com' })] })
    class Feature {}
    @Module({})
    class Bystander {}
    const problems = await problemsOf(
      startApp(platform, appOf([CorsModule.forRoot({ origin: ORIGIN }), Feature, Bystander])),
    );
    expect(problems).toMatchObject([{ code: 'module-imported-twice', field: 'imports' }]);
    // Regression: the module is global, and so Nest has it imported by all modules, itself included.
    expect(problems[0]?.where).toBe('AppModule, Feature');
  });

  it('refuses to be imported as a bare class beside its options', async () => {
    @Module({ imports: [CorsModule] })
    class Feature {}
    const problems = await problemsOf(
      startApp(platform, appOf([CorsModule.forRoot({ origin: ORIGIN }), Feature])),
    );
    expect(problems.map(({ code }) => code)).toEqual(['module-imported-twice']);
  });

  it('refuses to be imported as a bare class', async () => {
    const problems = await problemsOf(startApp(platform, appOf([CorsModule])));
    expect(problems).toMatchObject([
      { code: 'module-without-options', where: 'AppModule', field: 'imports' },
    ]);
  });

  it.each([undefined, null])('refuses a factory that returns %s', async (nothing) => {
    const module = CorsModule.forRootAsync({ useFactory: () => nothing as never });
    const problems = await problemsOf(startApp(platform, appOf([module])));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.code).toBe(nothing === undefined ? 'module-without-options' : 'option-type');
  });

  it('reports all problems of options and decorators at once', async () => {
    @Controller('bad')
    @AllowOrigin('https://app.example.com/')
    class Bad {
      @Get() @UseCorsPolicy('nobody') list() {}
    }
    const module = CorsModule.forRoot({ origin: 'app.example.com' as never, maxAge: -1 });
    const problems = await problemsOf(startApp(platform, appOf([module], [Bad])));
    expect(problems.map(({ code, where }) => `${where} ${code}`).toSorted()).toEqual([
      'Bad origin-path',
      'Bad#list policy-unknown',
      'options max-age-invalid',
      'options origin-scheme-missing',
    ]);
  });

  it('refuses a decorator in an app that does not import the module, and names every place', async () => {
    const problems = await problemsOf(startApp(platform, appOf([], [Decorated, Plain, OtherDecorated])));
    expect(problems.map(({ code, where }) => `${where} ${code}`)).toEqual([
      'Decorated module-not-imported',
      'Decorated#add module-not-imported',
      'Decorated#closed module-not-imported',
      'Decorated#partners module-not-imported',
      'OtherDecorated#list module-not-imported',
    ]);
  });

  it('refuses a decorator on what serves no route in an app that does not import the module', async () => {
    @Injectable()
    class Service {
      @NoCors() run() {}
    }
    @NoCors()
    class Made {}
    const problems = await problemsOf(
      startApp(platform, {
        module: class AppModule {},
        providers: [Service, { provide: 'made', useClass: Made }],
      }),
    );
    expect(problems.map(({ code, where }) => `${where} ${code}`)).toEqual([
      'Service#run module-not-imported',
      'Made module-not-imported',
    ]);
  });

  it('refuses a decorator in an app without the module also where a wrapper has lost it', async () => {
    class Lost {
      list() {}
    }
    const inner = Object.getOwnPropertyDescriptor(Lost.prototype, 'list') as PropertyDescriptor;
    NoCors()(Lost.prototype, 'list', inner);
    Object.defineProperty(Lost.prototype, 'list', { ...inner, value: () => undefined });
    Get()(Lost.prototype, 'list', Object.getOwnPropertyDescriptor(Lost.prototype, 'list') as never);
    Controller('lost')(Lost);
    const problems = await problemsOf(startApp(platform, appOf([], [Lost])));
    expect(problems.map(({ where }) => where)).toEqual(['Lost#list']);
  });

  it('refuses a decorator that only a base class carries', async () => {
    @Controller('derived')
    class Derived extends Decorated {}
    const problems = await problemsOf(startApp(platform, appOf([], [Derived])));
    expect(problems.map(({ where }) => where)).toContain('Derived');
  });

  it('refuses the decorator that is left where a subclass overrides another one', async () => {
    class Base {
      @Get('first') @AllowOrigin(ORIGIN) first() {}
      @Get('second') @AllowOrigin(ORIGIN) second() {}
    }
    @Controller('derived')
    class Derived extends Base {
      @Get('first') override first() {}
    }
    const problems = await problemsOf(startApp(platform, appOf([], [Derived])));
    expect(problems.map(({ where }) => where)).toEqual(['Derived#second']);
  });

  it('starts without the module where a subclass overrides all that its base class had decorated', async () => {
    class Base {
      @Get() @AllowOrigin(ORIGIN) list() {}
    }
    @Controller('derived')
    class Derived extends Base {
      @Get() override list() {}
    }
    const { app } = await startApp(platform, appOf([], [Derived]));
    await app.close();
  });

  it('leaves no filter on a controller and its handlers: Nest would look it up again for every route', () => {
    for (const controller of [Decorated, OtherDecorated]) {
      const methods = Object.entries(Object.getOwnPropertyDescriptors(controller.prototype));
      const filtered = methods.filter(([, { value }]) => Reflect.hasMetadata('__exceptionFilters__', value));
      expect(filtered.map(([name]) => name)).toEqual(['nestjs-cors:module-check']);
      expect(Object.keys(controller.prototype)).toEqual([]);
    }
  });
});

describe('a controller with decorators where nobody can ask for CORS', () => {
  const open: { close(): Promise<unknown> }[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  it('compiles in a testing module without CorsModule', async () => {
    const compiled = await Test.createTestingModule({ controllers: [Decorated] }).compile();
    expect(compiled.get(Decorated).list()).toEqual([]);
  });

  it('fails in a testing app without CorsModule only when that is initialized', async () => {
    const compiled = await Test.createTestingModule({ controllers: [Decorated] }).compile();
    const app = compiled.createNestApplication(createAdapter('express') as never, { logger: false });
    const problems = await problemsOf(app.init());
    expect(problems[0]).toMatchObject({ code: 'module-not-imported', where: 'Decorated' });
  });

  it.each([
    ['without CorsModule', appOf([], [Decorated])],
    ['with CorsModule', appOf([CorsModule.forRoot({ origin: ORIGIN })], [Plain])],
  ])('starts in an application context %s', async (_name, module) => {
    const context = await NestFactory.createApplicationContext(module, {
      logger: false,
      abortOnError: false,
    });
    open.push(context);
    await expect(context.init()).resolves.toBe(context);
  });

  it.each([
    ['without CorsModule', appOf([], [Decorated])],
    ['with CorsModule', appOf([CorsModule.forRoot({ origin: ORIGIN })], [Plain])],
  ])('starts in a microservice %s', async (_name, module) => {
    const service = await NestFactory.createMicroservice(module, {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: 0 },
      logger: false,
      abortOnError: false,
    });
    open.push(service);
    await expect(service.listen()).resolves.not.toThrow();
  });

  it('lists no routes in an application context', async () => {
    const module = appOf([CorsModule.forRoot({ origin: ORIGIN })]);
    const context = await NestFactory.createApplicationContext(module, { logger: false });
    open.push(context);
    expect(context.get(CorsService).routes()).toEqual([]);
  });
});

describe('an error that stops the app', () => {
  it('says in its message what to do, for each problem', async () => {
    const error = await startApp('express', appOf([], [Decorated])).catch((reason: unknown) => reason);
    expect((error as Error).message).toBe(
      [
        'The CORS configuration has 4 problems:',
        ...['Decorated', 'Decorated#add', 'Decorated#closed', 'Decorated#partners'].map(
          (where, index) =>
            `  ${index + 1}. ${where}: has a decorator of nestjs-cors, but CorsModule is not imported: ` +
            'add CorsModule.forRoot({ … }) to the imports of the root module. [module-not-imported]',
        ),
        'See https://github.com/nestjs-cors/nestjs-cors/blob/main/docs/start-up-errors.md#module-not-imported',
      ].join('\n'),
    );
  });
});
