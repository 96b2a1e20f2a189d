import { createServer, type RequestListener, type Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AllowOrigin, CorsConfigurationError, CorsModule } from '../../lib/index.js';
import type { Platform } from '../support/apps.js';
import { open, reach } from '../support/reach.js';
import { appsOfTest, startedByTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';

@Controller('cats')
@AllowOrigin(PAGE)
class CatsController {
  @Get() list() {
    return 'cats';
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
class AppModule {}

const ignored = (): undefined => undefined;

/** An adapter that somebody has made over Node's own server. */
class PlainAdapter extends AbstractHttpAdapter<Server> {
  constructor() {
    super({});
    const registered = ['get', 'post', 'put', 'delete', 'patch', 'options', 'head', 'all', 'use', 'search'];
    for (const name of registered) Object.assign(this, { [name]: ignored });
  }
  override initHttpServer(): void {
    const answer: RequestListener = (_request, response) => response.end('plain');
    this.httpServer = createServer(answer);
  }
  override close(): void {}
  override getType(): string {
    return 'plain';
  }
  override createMiddlewareFactory(): never {
    return ignored as never;
  }
  override applyVersionFilter(handler: (...args: never[]) => unknown): never {
    return handler as never;
  }
  override render = ignored;
  override redirect = ignored;
  override setErrorHandler = ignored;
  override setNotFoundHandler = ignored;
  override useStaticAssets = ignored;
  override setViewEngine = ignored;
  override registerParserMiddleware = ignored;
  override enableCors = ignored;
  override setHeader = ignored;
  override getHeader = ignored;
  override appendHeader = ignored;
  override isHeadersSent = ignored;
  override reply = ignored;
  override status = ignored;
  override end = ignored;
  override getRequestMethod = ignored;
  override getRequestUrl = ignored;
  override getRequestHostname = ignored;
}

describe('an app on another adapter', () => {
  const own = startedByTest();

  it('does not start, and says on which ones it would', async () => {
    const starting = NestFactory.create(AppModule, new PlainAdapter(), {
      logger: false,
      abortOnError: false,
    });
    const app: INestApplication = await own(starting, (created) => created.close());
    const error: unknown = await app.init().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CorsConfigurationError);
    const { problems, message } = error as CorsConfigurationError;
    expect(problems.map(({ code, value }) => [code, value])).toEqual([['adapter-unknown', 'plain']]);
    expect(message).toMatch(/"plain" is the type of an HTTP adapter .* FastifyAdapter .* ExpressAdapter/);
  });

  it('starts without the module', async () => {
    @Module({})
    class PlainModule {}
    const starting = NestFactory.create(PlainModule, new PlainAdapter(), {
      logger: false,
      abortOnError: false,
    });
    const app: INestApplication = await own(starting, (created) => created.close());
    await expect(app.init()).resolves.toBeDefined();
  });
});

class OurFastify extends FastifyAdapter {}
class OurExpress extends ExpressAdapter {}

describe('an app on an adapter that extends', () => {
  const startApp = appsOfTest();

  it.each<[Platform, () => FastifyAdapter | ExpressAdapter]>([
    ['fastify', () => new OurFastify()],
    ['express', () => new OurExpress()],
  ])('that of %s is as good', async (platform, create) => {
    const { port } = await startApp(platform, AppModule, { adapter: create() });
    expect(await reach(port, '/cats', PAGE)).toEqual(open(PAGE));
  });
});
