import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  type CanActivate,
  type ExecutionContext,
  type INestApplicationContext,
} from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, NestFactory } from '@nestjs/core';
import { MessagePattern, Server, Transport, type CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { AllowOrigin, CorsModule, CorsService } from '../../lib/index.js';
import { PLATFORMS, startApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';

const APP = 'https://app.example.com';

@Controller('cats')
@AllowOrigin(APP, { enforce: true })
class CatsController {
  @Get() list() {
    return ['over HTTP'];
  }
  @MessagePattern('cats') cats() {
    return ['by message'];
  }
}

@Injectable()
class Guards {
  constructor(@Inject(ApplicationConfig) private readonly config: ApplicationConfig) {}
  get first(): CanActivate {
    return this.config.getGlobalGuards()[0] as CanActivate;
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController], providers: [Guards] })
class AppModule {}

/** A transport without a network: messages are handed over in the process. */
class InProcess extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    return undefined as T;
  }
  async receive(pattern: string): Promise<unknown> {
    const handler = this.getHandlerByPattern(pattern);
    if (handler === null) throw new Error(`nobody handles ${pattern}`);
    const answers: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      void handler(undefined, undefined).then((result) =>
        this.transformToObservable(result).subscribe({
          next: (value) => void answers.push(value),
          error: reject,
          complete: resolve,
        }),
      );
    });
    return answers;
  }
}

let context: INestApplicationContext | undefined;
afterEach(() => context?.close());

const silent = { logger: false, abortOnError: false } as const;

describe('without HTTP', () => {
  it('an application context starts, and has no routes', async () => {
    context = await NestFactory.createApplicationContext(AppModule, silent);
    expect(context.get(CorsService).routes()).toEqual([]);
  });

  it('a testing module that is no app has no routes', async () => {
    context = await Test.createTestingModule({ imports: [AppModule] }).compile();
    expect(context.get(CorsService).routes()).toEqual([]);
  });

  it('a microservice answers, whatever is enforced', async () => {
    const strategy = new InProcess();
    const microservice = await NestFactory.createMicroservice(AppModule, { ...silent, strategy });
    context = microservice;
    await microservice.listen();
    expect(await strategy.receive('cats')).toEqual([['by message']]);
    expect(microservice.get(CorsService).routes()).toEqual([]);
  });

  it('a microservice over TCP starts and stops', async () => {
    const options = { ...silent, transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;
    const microservice = await NestFactory.createMicroservice(AppModule, options);
    context = microservice;
    await expect(microservice.listen()).resolves.not.toThrow();
  });
});

describe.each(PLATFORMS)('a hybrid app on %s', (platform) => {
  it.each([true, false])('serves both, its configuration inherited: %s', async (inheritAppConfig) => {
    const strategy = new InProcess();
    const { app, port } = await startApp(platform, AppModule, {
      prepare: async (created) => {
        created.connectMicroservice({ strategy }, { inheritAppConfig });
        await created.startAllMicroservices();
      },
    });
    context = app;
    expect(await strategy.receive('cats')).toEqual([['by message']]);
    const response = await send(port, { path: '/cats', headers: { origin: APP } });
    expect([response.status, corsHeaders(response)]).toEqual([200, expected({ acao: APP, vary: 'Origin' })]);
    const refused = await send(port, { path: '/cats', headers: { origin: 'https://evil.example.net' } });
    expect(refused.status).toBe(403);
  });
});

describe.each(PLATFORMS)('what is no HTTP in an HTTP app on %s', (platform) => {
  const touched = (): never => {
    throw new Error('the guard has touched it');
  };

  /** A context of `type` with the given arguments. */
  function execution(type: string, getArgByIndex: (index: number) => unknown): ExecutionContext {
    return {
      getType: () => type,
      getClass: () => CatsController,
      getHandler: () => Reflect.get(CatsController.prototype, 'list') as () => unknown,
      getArgs: touched,
      getArgByIndex,
      switchToHttp: touched,
      switchToRpc: touched,
      switchToWs: touched,
    } as unknown as ExecutionContext;
  }

  it.each(['graphql', 'ws', 'rpc', 'telegraf'])(
    '%s passes the guard, which touches nothing of it',
    async (type) => {
      const { app } = await startApp(platform, AppModule);
      context = app;
      expect(app.get(Guards).first.canActivate(execution(type, touched))).toBe(true);
    },
  );

  it.each([undefined, null, 'response', {}, { raw: null }, { raw: {} }])(
    "'http' whose response is %j passes as well",
    async (response) => {
      const { app } = await startApp(platform, AppModule);
      context = app;
      const before = structuredClone(response);
      const args = ['request', response];
      expect(app.get(Guards).first.canActivate(execution('http', (index) => args[index]))).toBe(true);
      expect(response).toEqual(before);
    },
  );

  it('a handler that a library calls through ExternalContextCreator runs', async () => {
    const { app } = await startApp(platform, AppModule);
    context = app;
    const controller = app.get(CatsController);
    const external = app
      .get(ExternalContextCreator)
      .create(controller, Reflect.get(controller, 'list'), 'list');
    expect(await external()).toEqual(['over HTTP']);
    expect(await external('no request', { no: 'response' })).toEqual(['over HTTP']);
  });
});
