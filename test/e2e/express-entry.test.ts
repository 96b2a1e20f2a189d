import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Delete, Get, Logger, Module, Res, type INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import type { StartOptions } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { inOwnProcess } from '../support/own-process.js';
import { appsOfTest } from '../support/suites.js';

const A = 'https://a.example';

@Controller({ path: 'cats', host: 'cats.example' })
@AllowOrigin(A)
class CatsController {
  @Get() list() {
    return 'cats';
  }
  @Delete() remove() {}
}

/** Waits for a source, which is asked in the hook. */
@Controller('asked')
@AllowOrigin(async (origin, { host }) => {
  await Promise.resolve();
  return origin === A && host === 'asked.example';
})
class AskedController {
  @Get() list() {
    return 'asked';
  }
  @Delete() remove() {}
}

@Controller('locals')
class LocalsController {
  @Get() show(@Res({ passthrough: true }) { locals }: express.Response) {
    return { inherits: Object.getPrototypeOf(locals) !== null, locals };
  }
}

@Module({
  imports: [CorsModule.forRoot({})],
  controllers: [CatsController, AskedController, LocalsController],
})
class AppModule {}

const APPROVED = [204, expected({ acao: A, acam: 'DELETE', vary: PREFLIGHT_VARY })];

describe('requests in front of Express', () => {
  let app: INestApplication;
  let port: number;
  const startApp = appsOfTest();
  afterEach(() => void jest.restoreAllMocks());

  async function start(options?: StartOptions): Promise<void> {
    ({ app, port } = await startApp('express', AppModule, options));
  }

  const preflight = (path: string, host: string): Promise<WireResponse> =>
    send(port, { method: 'OPTIONS', path, headers: { ...preflightHeaders(A, 'DELETE'), host } });
  const get = (path: string, host: string): Promise<WireResponse> =>
    send(port, { path, headers: { origin: A, host } });

  /** An instance in whose router something stands in front of Nest's first layer. */
  const withMiddleware = (): ExpressAdapter => {
    const instance = express();
    instance.use((_request, _response, next) => next());
    return new ExpressAdapter(instance);
  };

  it.each([
    ['an app of its own: Express has not seen the preflight', () => new ExpressAdapter(), undefined],
    ['an app with a middleware in front: it has had its turn', withMiddleware, 'Express'],
  ])('%s', async (_, adapter, poweredBy) => {
    await start({ adapter: adapter() });
    for (const [path, host] of [
      ['/cats', 'cats.example'],
      ['/asked', 'asked.example'],
    ] as const) {
      const answer = await preflight(path, host);
      expect([answer.status, corsHeaders(answer)]).toEqual(APPROVED);
      expect(answer.headers['x-powered-by']).toBe(poweredBy);
      const actual = await get(path, host);
      expect([actual.status, corsHeaders(actual)]).toEqual([200, expected({ acao: A, vary: 'Origin' })]);
      // The host counts, as Express tells it.
      expect(corsHeaders(await preflight(path, 'other.example'))).not.toHaveProperty(
        'access-control-allow-origin',
      );
    }
  });

  it("trusts a proxy where Express does: the forwarded host is the request's", async () => {
    await start({
      prepare: (created) => void created.getHttpAdapter().getInstance().set('trust proxy', true),
    });
    const answer = await send(port, {
      method: 'OPTIONS',
      path: '/cats',
      headers: { ...preflightHeaders(A, 'DELETE'), 'x-forwarded-host': 'cats.example' },
    });
    expect([answer.status, corsHeaders(answer)]).toEqual(APPROVED);
  });

  it('tells the response hook of a preflight, with what Express adds to a request', async () => {
    await start();
    const seen = new Promise<unknown>((resolve) => {
      (app.getHttpAdapter() as AbstractHttpAdapter).setOnResponseHook(
        (request: express.Request, response: express.Response) => {
          resolve([request.path, request.get('origin'), response.statusCode]);
        },
      );
    });
    await preflight('/cats', 'cats.example');
    expect(await seen).toEqual(['/cats', A, 204]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('hook failed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('hook failed'))],
  ])('logs a response hook that %s', async (_, hook) => {
    const logged = new Promise<unknown>((resolve) => {
      jest.spyOn(Logger.prototype, 'error').mockImplementation((message: unknown) => resolve(message));
    });
    await start();
    (app.getHttpAdapter() as AbstractHttpAdapter).setOnResponseHook(hook);
    expect((await preflight('/cats', 'cats.example')).status).toBe(204);
    expect(await logged).toEqual(new Error('hook failed'));
  });

  it('survives somebody who has answered a preflight already', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await start({
      prepare: (created) => {
        (created.getHttpServer() as Server).prependListener('request', (_request, response) => {
          response.writeHead(418);
          response.write('mine');
        });
      },
    });
    await expect(preflight('/cats', 'cats.example')).rejects.toThrow();
    await expect(preflight('/asked', 'asked.example')).rejects.toThrow();
    expect(errors.mock.calls).toHaveLength(2);
  });

  it('leaves V8 one shape for all responses: each access would cost several times as much', async () => {
    const compared = await inOwnProcess(new URL('express-entry/shapes.ts', import.meta.url));
    expect(compared).toEqual({ first: true, second: true, other: false, added: [] });
  });

  it('gives a response the locals that Express would, and keeps those of an app around', async () => {
    await start();
    const own = await get('/locals', 'cats.example');
    expect(JSON.parse(own.body)).toEqual({ inherits: false, locals: {} });

    const around = express();
    around.use((_request, { locals }, next) => {
      locals['user'] = 'ada';
      next();
    });
    around.use(app.getHttpAdapter().getInstance() as express.Express);
    const server = createServer(around).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port: mounted } = server.address() as AddressInfo;
      const answer = await send(mounted, { path: '/locals', headers: { origin: A } });
      expect(JSON.parse(answer.body)).toEqual({ inherits: false, locals: { user: 'ada' } });
    } finally {
      server.close();
    }
  });
});
