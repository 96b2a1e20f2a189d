import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Module, Post, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { AllowOrigin, CorsModule, NoCors } from '../../lib/index.js';
import { startApp, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';

const A = 'https://a.example';
const ADMIN = 'https://admin.example';

@Controller('cats')
class CatsController {
  @Get() list() {
    return 'cats';
  }
  @Delete('admin') @AllowOrigin(ADMIN) remove() {}
  @Post('internal') @NoCors() internal() {}
}

@Module({ imports: [CorsModule.forRoot({ origin: A, methods: 'DELETE' })], controllers: [CatsController] })
class CatsModule {}

@Module({ imports: [CorsModule.forRoot({ origin: '*' })] })
class OuterModule {}

const apps: INestApplication[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function started(starting: Promise<RunningApp>): Promise<number> {
  const { app, port } = await starting;
  apps.push(app);
  return port;
}

/** The app with the cats, on Express, initialized but not listening. */
async function catsOnExpress(instance = express()): Promise<ReturnType<typeof express>> {
  const app = await NestFactory.create(CatsModule, new ExpressAdapter(instance), { logger: false });
  await app.init();
  apps.push(app);
  return instance;
}

describe('a response that comes by twice is sealed once, by the policy of the last app or route', () => {
  async function expectCats(port: number, path: string): Promise<void> {
    const allowed = await send(port, { path, headers: { origin: A } });
    expect([allowed.status, allowed.body]).toEqual([200, 'cats']);
    expect(corsHeaders(allowed)).toEqual(expected({ acao: A, vary: 'Origin' }));
    const refused = await send(port, { path, headers: { origin: ADMIN } });
    expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));
  }

  it('an app mounted in an app', async () => {
    const cats = await catsOnExpress();
    const outer = startApp('express', OuterModule, { prepare: (app) => void app.use('/in', cats) });
    const port = await started(outer);
    await expectCats(port, '/in/cats');
    const missing = await send(port, { path: '/in/dogs', headers: { origin: A } });
    expect([missing.status, corsHeaders(missing)]).toEqual([404, expected({ acao: A, vary: 'Origin' })]);
    const outside = await send(port, { path: '/dogs', headers: { origin: A } });
    expect([outside.status, corsHeaders(outside)]).toEqual([404, expected({ acao: '*' })]);
  });

  it('a request that Express is given again', async () => {
    const adapter = new ExpressAdapter();
    const again = adapter.getInstance<ReturnType<typeof express>>();
    const running = startApp('express', CatsModule, {
      adapter,
      prepare: (app) => {
        app.use((request: { url: string }, response: never, next: () => void) => {
          if (request.url !== '/old') return next();
          request.url = '/cats';
          again(request as never, response);
        });
      },
    });
    await expectCats(await started(running), '/old');
  });

  it('a request that Fastify is given again', async () => {
    const adapter = new FastifyAdapter();
    const instance = adapter.getInstance();
    const running = startApp('fastify', CatsModule, {
      adapter,
      prepare: () => {
        instance.get('/old', (request, reply) => {
          request.raw.url = '/cats';
          reply.hijack();
          instance.routing(request.raw, reply.raw);
        });
      },
    });
    await expectCats(await started(running), '/old');
  });
});

describe('an app that is mounted in a server without policies of its own', () => {
  @Module({})
  class PlainModule {}

  const mounted = async (): Promise<number> => {
    const cats = await catsOnExpress();
    return started(startApp('express', PlainModule, { prepare: (app) => void app.use('/api', cats) }));
  };

  /** Somebody takes the prefix off before Nest has the request. */
  const stripped = async (): Promise<number> => {
    const instance = express();
    instance.use((request, _response, next) => {
      request.url = request.url.replace(/^\/api/, '');
      next();
    });
    return started(startApp('express', CatsModule, { adapter: new ExpressAdapter(instance) }));
  };

  it.each([
    ['mounted', mounted],
    ['stripped', stripped],
  ])('decides by the paths of its own router: %s', async (_, start) => {
    const port = await start();
    const preflight = async (path: string, method: string, origin: string) => {
      const response = await send(port, {
        method: 'OPTIONS',
        path,
        headers: preflightHeaders(origin, method),
      });
      return [response.status, corsHeaders(response)];
    };
    const refused = [403, expected({ vary: PREFLIGHT_VARY })];
    expect(await preflight('/api/cats/admin', 'DELETE', A)).toEqual(refused);
    expect(await preflight('/api/cats/admin', 'DELETE', ADMIN)).toEqual([
      204,
      expected({ acao: ADMIN, acam: 'DELETE', vary: PREFLIGHT_VARY }),
    ]);
    expect(await preflight('/api/cats/internal', 'POST', A)).toEqual(refused);

    const headers = { origin: A, 'content-type': 'application/json' };
    const malformed = await send(port, { method: 'POST', path: '/api/cats/internal', headers, body: '{' });
    expect([malformed.status, corsHeaders(malformed)]).toEqual([400, {}]);
  });
});
