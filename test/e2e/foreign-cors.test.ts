import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Req, Res, type INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyCors from '@fastify/cors';
import cors from 'cors';
import express from 'express';
import Fastify from 'fastify';
import { AllowOrigin, CorsModule, NoCors, type CorsModuleOptions } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type Platform, type StartOptions } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { openToAll, says, serve } from '../support/foreign.js';
import { send } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfTest } from '../support/suites.js';
import { Warnings } from '../support/warnings.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

/** A response of either platform. */
interface AnyResponse {
  readonly raw?: { setHeader(name: string, value: string): void };
  setHeader?(name: string, value: string): void;
}

@Controller()
class CatsController {
  @Get('governed') @AllowOrigin(APP) governed() {
    return 'governed';
  }
  @Get('closed') @NoCors() closed() {
    return 'closed';
  }
  @Get('free') free() {
    return 'free';
  }
  @Get('own/:name') @AllowOrigin(APP) own(
    @Req() { params: { name = '' } }: { params: Record<string, string> },
    @Res({ passthrough: true }) response: AnyResponse,
  ) {
    (response.raw ?? (response as Required<AnyResponse>)).setHeader(name, '*');
    return 'own';
  }
}

function moduleOf(options: CorsModuleOptions = {}): object {
  @Module({ imports: [CorsModule.forRoot(options)], controllers: [CatsController] })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)('a forgotten enableCors() on %s', (platform) => {
  const startApp = appsOfTest();

  /** Starts an app with a logger, and gives what it has warned of so far. */
  async function start(options: StartOptions): Promise<readonly [port: number, warnings: readonly string[]]> {
    const logger = new Warnings();
    const { port } = await startApp(platform, moduleOf(), { logger, ...options });
    return [port, [...logger.all]];
  }

  async function expectGovernedAlone(port: number): Promise<void> {
    expect(await reach(port, '/governed', APP)).toEqual(open(APP));
    expect(await reach(port, '/governed', EVIL)).toEqual(REFUSED);
    for (const path of ['/closed', '/free', '/nowhere']) {
      const { response, preflight } = await reach(port, path, EVIL);
      expect([path, preflight]).toEqual([path, CLOSED.preflight]);
      // The packages say what their own answers would vary on.
      expect(['{}', '{"vary":"Origin"}']).toContain(JSON.stringify(response));
    }
  }

  it.each([
    ['without options', undefined],
    ['with an origin', { origin: EVIL, credentials: true }],
  ])('%s opens nothing, and is reported', async (_, options) => {
    const [port, warnings] = await start({ prepare: (app) => app.enableCors(options) });
    await expectGovernedAlone(port);
    const [line, ...others] = warnings.filter((warning) => warning.includes('enableCors()'));
    expect([line, others]).toEqual([
      'enableCors() is on beside CorsModule, which alone decides who may read what: no field that it sets is sent. ' +
        'Remove it, or the `cors` option of NestFactory.create(), and give CorsModule the policy.',
      [],
    ]);
  });

  it("as NestFactory's option is reported", async () => {
    const [port, warnings] = await start({ cors: true });
    await expectGovernedAlone(port);
    expect(warnings.filter((line) => line.includes('enableCors()'))).toHaveLength(1);
  });

  it('on the adapter, before the app exists, opens nothing, and is reported', async () => {
    const adapter = createAdapter(platform);
    (adapter as AbstractHttpAdapter).enableCors({ origin: EVIL });
    const [port, warnings] = await start({ adapter });
    await expectGovernedAlone(port);
    // On Express it is the package, and no longer to be told from one that somebody has used himself.
    const reported =
      platform === 'fastify' ? /^enableCors\(\) is on/ : /^cors is in the app beside CorsModule/;
    expect(warnings).toEqual([expect.stringMatching(reported)]);
  });

  it('is not reported where nobody called it', async () => {
    const [port, warnings] = await start({});
    await expectGovernedAlone(port);
    expect(warnings).toEqual([]);
  });
});

/** As these packages are mostly used. */
const REFLECT = { origin: true, credentials: true };

async function useCors(app: INestApplication, platform: Platform): Promise<void> {
  if (platform === 'express') app.use(cors(REFLECT));
  else await (app as NestFastifyApplication).register(fastifyCors, REFLECT);
}

describe.each(PLATFORMS)(
  'what does CORS beside the module is reported when the app starts, on %s',
  (platform) => {
    const startApp = appsOfTest();
    const name = platform === 'fastify' ? '@fastify/cors' : 'cors';

    async function warningsOf(options: StartOptions): Promise<readonly string[]> {
      const logger = new Warnings();
      await startApp(platform, moduleOf(), { logger, ...options });
      return logger.all;
    }

    it('the usual package, with the ways out', async () => {
      expect(await warningsOf({ prepare: (app) => useCors(app, platform) })).toEqual([
        `${name} is in the app beside CorsModule, which alone decides who may read what: no field that it sets is sent. ` +
          'Remove it, or leave its paths to it with { path, unmanaged: true } in routes.',
      ]);
    });

    it('hooks and middlewares on an instance that was given to the adapter, by their names', async () => {
      const [line, ...others] = await warningsOf({ adapter: adapterWith(platform) });
      expect([line, others]).toEqual([
        `${platform === 'fastify' ? 'Hooks' : 'Middlewares'} run in front of Nest, because they were put on the instance ` +
          'before it was given to the adapter: tracing, one without a name. They see a request before enforce can refuse ' +
          "it where only the route decides. Put them into the app, behind Nest's own.",
        [],
      ]);
    });

    it('nothing, where there is nothing', async () => {
      expect(await warningsOf({ prepare: (app) => serve(app, platform, '/x', says('x')) })).toEqual([]);
    });
  },
);

/** An adapter with an instance that has two hooks or middlewares already. */
function adapterWith(platform: Platform): FastifyAdapter | ExpressAdapter {
  if (platform === 'express') {
    const instance = express();
    instance.use(function tracing(_request, _response, next) {
      next();
    });
    instance.use((_request, _response, next) => next());
    return new ExpressAdapter(instance);
  }
  const instance = Fastify();
  instance.addHook('onRequest', async function tracing() {
    await Promise.resolve();
  });
  instance.addHook('onRequest', (_request, _reply, done) => done());
  return new FastifyAdapter(instance as never);
}

describe.each(PLATFORMS)("somebody else's field that is not sent, on %s", (platform) => {
  const startApp = appsOfTest();

  async function start(options: CorsModuleOptions = {}): Promise<readonly [port: number, logger: Warnings]> {
    const logger = new Warnings();
    const { port } = await startApp(platform, moduleOf(options), {
      logger,
      prepare: (app) => {
        serve(app, platform, '/legacy', openToAll);
        app.use('/reflected', says('nothing of CORS'));
      },
    });
    return [port, logger];
  }

  it('is said once for a path, with the path, the field and the ways out', async () => {
    const [port, logger] = await start();
    for (let count = 0; count < 3; count++)
      await send(port, { path: '/legacy/x?q=1', headers: { origin: APP } });
    expect(logger.all).toEqual([
      'GET /legacy/x: somebody has set access-control-allow-origin, which is not sent: CorsModule alone decides who may ' +
        'read what. Give the path a policy by a decorator or an entry of routes, or leave it alone with ' +
        '{ path, unmanaged: true }; or remove whoever sets the field',
    ]);
    await send(port, { path: '/legacy/y', headers: { origin: APP } });
    expect(logger.about('/legacy/y')).toHaveLength(1);
  });

  it.each(['access-control-allow-origin', 'Access-Control-Expose-Headers', 'access-control-anything'])(
    'is said where a policy governs as well, which has its own: %s',
    async (field) => {
      const [port, logger] = await start();
      const response = await send(port, { path: `/own/${field}`, headers: { origin: APP } });
      expect(corsHeaders(response)).toEqual(expected({ acao: APP, vary: 'Origin' }));
      expect(logger.all).toEqual([
        expect.stringContaining(
          `GET /own/${field}: somebody has set ${field.toLowerCase()}, which is not sent`,
        ),
      ]);
    },
  );

  it('is not said of an unmanaged path, of Vary, nor of what has set none', async () => {
    const [port, logger] = await start({ origin: APP, routes: [{ path: '/legacy', unmanaged: true }] });
    for (const path of ['/legacy', '/own/vary', '/own/access-controls', '/governed', '/free', '/reflected'])
      await send(port, { path, headers: { origin: APP } });
    expect(logger.all).toEqual([]);
  });

  it('is said of a hundred paths at most: anybody can ask for more', async () => {
    const [port, logger] = await start();
    for (let count = 0; count < 120; count++)
      await send(port, { path: `/legacy/${count}`, headers: { origin: APP } });
    expect(logger.all).toHaveLength(100);
    // Nobody loses a response for it.
    const response = await send(port, { path: '/legacy/119', headers: { origin: APP } });
    expect([response.status, corsHeaders(response)]).toEqual([200, {}]);
  });

  it('is said on one line that can be read, whatever the path is', async () => {
    const [port, logger] = await start();
    await send(port, { path: `/legacy/%0a%1b[31m${'x'.repeat(5000)}`, headers: { origin: APP } });
    const [line = '', ...others] = logger.all;
    expect([line, others]).toEqual([expect.stringMatching(/^GET \/legacy\/[\x20-\x7e…]+$/), []]);
    expect(line.length).toBeLessThan(500);
  });

  it('is said by each app for itself', async () => {
    for (let count = 0; count < 2; count++) {
      const [port, logger] = await start();
      await send(port, { path: '/legacy', headers: { origin: APP } });
      expect(logger.all).toHaveLength(1);
    }
  });

  it('is no reason to lose a response, should the logger throw', async () => {
    const logger = new Warnings();
    logger.warn = () => {
      throw new Error('the disk is full');
    };
    const { port } = await startApp(platform, moduleOf(), {
      logger,
      prepare: (app) => serve(app, platform, '/legacy', openToAll),
    });
    const response = await send(port, { path: '/legacy', headers: { origin: APP } });
    expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'by itself', {}]);
  });
});
