import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, type INestApplication, type Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import Fastify from 'fastify';
import { AllowOrigin, CorsModule, CorsService, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { openToAll, type Answer } from '../support/foreign.js';
import { preflightHeaders, send, sendLines } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

@Controller('cats')
@AllowOrigin(PAGE)
class CatsController {
  @Get() list() {
    return 'cats';
  }
  @Put() put() {
    return 'put';
  }
}

function moduleOf(options: CorsModuleOptions): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers: [CatsController] })
  class AppModule {}
  return AppModule;
}

/** The requests that somebody in front of the framework has seen. */
const seen: string[] = [];

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** What to do with requests for a path and below it. */
type TakeOver = (server: Server, path: string, answer: Answer) => void;

/**
 * The ways in which libraries answer some requests in front of a framework. Socket.io, for its polling requests, takes all
 * listeners away and calls them itself; a listener that is put in front of the others is the simple way.
 */
const WAYS: readonly (readonly [way: string, takeOver: TakeOver, only?: Platform])[] = [
  [
    'takes the others away',
    (server, path, answer) => {
      const others = server.listeners('request') as Listener[];
      server.removeAllListeners('request');
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        if (isBelow(request, path)) answer(request, response);
        else for (const listener of others) listener.call(server, request, response);
      });
    },
  ],
  [
    'wraps the others',
    (server, path, answer) => {
      for (const listener of server.listeners('request') as Listener[]) {
        server.removeListener('request', listener);
        server.addListener('request', (request: IncomingMessage, response: ServerResponse) => {
          if (isBelow(request, path)) answer(request, response);
          else listener.call(server, request, response);
        });
      }
    },
  ],
  [
    'stands in front, and the framework finds the response ended',
    (server, path, answer) => {
      server.prependListener('request', (request, response) => {
        if (isBelow(request, path)) answer(request, response);
      });
    },
    // Express sets a header on it.
    'fastify',
  ],
];

function waysOn(platform: Platform): typeof WAYS {
  return WAYS.filter(([, , only = platform]) => only === platform);
}

function isBelow({ url = '' }: IncomingMessage, path: string): boolean {
  seen.push(url);
  return url.startsWith(path);
}

function serverOf(app: INestApplication): Server {
  return app.getHttpServer() as Server;
}

describe.each(PLATFORMS)('what another listener of the server answers, on %s', (platform) => {
  const startApp = appsOfTest();
  beforeEach(() => {
    seen.length = 0;
  });

  describe.each(waysOn(platform))('which %s', (_, takeOver) => {
    describe.each(['before the app starts', 'when it has started'])('%s', (moment) => {
      async function start(options: CorsModuleOptions, answer: Answer = openToAll): Promise<number> {
        const isEarly = moment === 'before the app starts';
        const { app, port } = await startApp(platform, moduleOf(options), {
          prepare: (created) => {
            if (isEarly) takeOver(serverOf(created), '/polling', answer);
          },
        });
        if (!isEarly) takeOver(serverOf(app), '/polling', answer);
        return port;
      }

      it('has the default policy, whatever the listener sets', async () => {
        const port = await start({ origin: PAGE, methods: 'PUT' });
        for (const path of ['/polling', '/polling/?transport=polling']) {
          expect(await reach(port, path, PAGE, { method: 'PUT' })).toEqual(open(PAGE, 'PUT'));
          expect(await reach(port, path, OTHER, { method: 'PUT' })).toEqual(REFUSED);
        }
        const { status, body } = await send(port, { path: '/polling', headers: { origin: OTHER } });
        expect([status, body]).toEqual([200, 'by itself']);
      });

      it('has the entry for its path', async () => {
        const port = await start({ origin: '*', routes: [{ path: '/polling', policy: false }] });
        expect(await reach(port, '/polling', OTHER)).toEqual(CLOSED);
        expect(await reach(port, '/nowhere', OTHER)).toEqual(open('*'));
        expect(await reach(port, '/cats', PAGE)).toEqual(open(PAGE));
      });

      it('is left alone on an unmanaged path', async () => {
        const port = await start({ origin: PAGE, routes: [{ path: '/polling', unmanaged: true }] });
        expect(await reach(port, '/polling', OTHER)).toEqual({
          response: expected({ acao: OTHER, acac: 'true' }),
          preflight: [204, expected({ acao: OTHER, acac: 'true', acam: 'PUT, DELETE' })],
        });
      });

      it('is refused in front of it where the policy says enforce', async () => {
        const port = await start({ origin: PAGE, enforce: true });
        const ask = async (origin: string): Promise<number> =>
          (await send(port, { method: 'POST', path: '/polling', headers: { origin } })).status;
        expect([await ask(OTHER), seen]).toEqual([403, []]);
        expect([await ask(PAGE), seen]).toEqual([200, ['/polling']]);
      });

      it('leaves the app as it was', async () => {
        const port = await start({});
        expect(await reach(port, '/cats', PAGE, { method: 'PUT' })).toEqual(open(PAGE, 'PUT'));
        expect(await reach(port, '/cats', OTHER, { method: 'PUT' })).toEqual(REFUSED);
        expect(await reach(port, '/polling', PAGE)).toEqual(CLOSED);
      });
    });
  });
});

/** Ways to answer a preflight, each with fields that nobody may see. */
const ANSWERS: readonly (readonly [how: string, answer: Answer])[] = [
  ['without a body', openToAll],
  [
    'with a body',
    (request, response) => {
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
      response.setHeader('content-length', '4');
      response.end('fine');
    },
  ],
  [
    'piece by piece',
    (_request, response) => {
      response.writeHead(200, { 'access-control-allow-origin': '*', 'transfer-encoding': 'chunked' });
      response.write('all ');
      response.write(Buffer.from('is '));
      response.end('fine', 'utf8', () => undefined);
    },
  ],
  [
    'with a list of fields, and a reason',
    (_request, response) => {
      response.writeHead(200, 'Fine', [
        'Access-Control-Allow-Origin',
        '*',
        'Access-Control-Allow-Methods',
        'PUT',
      ]);
      response.end();
    },
  ],
  ['with an error', (_request, response) => response.writeHead(500).end('an error')],
];

describe.each(PLATFORMS)('a preflight that somebody answers in front of the framework, on %s', (platform) => {
  const startApp = appsOfTest();

  async function ask(port: number, path: string, origin: string): Promise<readonly unknown[]> {
    const headers = preflightHeaders(origin, 'PUT', 'content-type');
    const response = await send(port, { method: 'OPTIONS', path, headers });
    const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
    return [response.status, response.body, length, encoding, corsHeaders(response)];
  }

  const approved = expected({
    acao: PAGE,
    acam: 'PUT',
    acah: 'content-type',
    vary: PREFLIGHT_VARY,
  });

  describe.each(ANSWERS)('%s', (_, answer) => {
    it.each(['a listener of the server', 'the instance that was given to the adapter'])(
      'is answered by the policy of its target: %s',
      async (who) => {
        const isListener = who === 'a listener of the server';
        const { port } = await startApp(platform, moduleOf({}), {
          ...(!isListener && { adapter: adapterWith(platform, answer) }),
          prepare: (app) => {
            if (isListener) takeOptions(serverOf(app), answer);
          },
        });
        expect(await ask(port, '/cats', PAGE)).toEqual([204, '', undefined, undefined, approved]);
        for (const [path, origin] of [
          ['/cats', OTHER],
          ['/nowhere', PAGE],
        ] as const) {
          const refused = [403, '', '0', undefined, expected({ vary: PREFLIGHT_VARY })];
          expect(await ask(port, path, origin)).toEqual(refused);
        }
      },
    );
  });

  it('is refused where a source would have to be waited for', async () => {
    const { app, port } = await startApp(platform, moduleOf({}), {
      prepare: (created) => takeOptions(serverOf(created), openToAll),
    });
    await app
      .get(CorsService)
      .update({ origin: (origin) => Promise.resolve(origin === PAGE), methods: 'PUT' });
    expect(await ask(port, '/nowhere', PAGE)).toEqual([
      403,
      '',
      '0',
      undefined,
      expected({ vary: PREFLIGHT_VARY }),
    ]);
    // Its target can be read all the same, and so can what has a policy that waits for nobody.
    const { response } = await reach(port, '/nowhere', PAGE);
    expect(response).toEqual(open(PAGE).response);
    expect((await ask(port, '/cats', PAGE))[0]).toBe(204);
  });

  it('keeps its connection in order: the next answer is the next', async () => {
    const { port } = await startApp(platform, moduleOf({}), {
      prepare: (app) => takeOptions(serverOf(app), (_request, response) => void response.end('a body')),
    });
    const lines = ['Host: a', `Origin: ${PAGE}`, 'Access-Control-Request-Method: PUT', '', ''];
    const preflight = ['OPTIONS /cats HTTP/1.1', ...lines].join('\r\n');
    const { status, body } = await sendLines(
      port,
      `${preflight}GET /cats HTTP/1.1`,
      'Host: a',
      `Origin: ${PAGE}`,
    );
    expect([status, body]).toEqual([204, expect.stringMatching(/^HTTP\/1\.1 200 OK[^]*cats$/)]);
  });
});

function takeOptions(server: Server, answer: Answer): void {
  const others = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'OPTIONS') answer(request, response);
    else for (const listener of others) listener.call(server, request, response);
  });
}

/** An adapter with an instance on which somebody answers OPTIONS in front of Nest. */
function adapterWith(platform: Platform, answer: Answer): FastifyAdapter | ExpressAdapter {
  if (platform === 'express') {
    const instance = express();
    instance.use((request, response, next) => {
      if (request.method === 'OPTIONS') answer(request, response);
      else next();
    });
    return new ExpressAdapter(instance);
  }
  const instance = Fastify();
  instance.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'OPTIONS') return done();
    reply.hijack();
    answer(request.raw, reply.raw);
  });
  return new FastifyAdapter(instance as never);
}

describe.each(PLATFORMS)('the door of the server on %s', (platform) => {
  const startApp = appsOfTest();
  beforeEach(() => {
    seen.length = 0;
  });

  it('hides nothing from a listener that only watches, preflights included', async () => {
    const { app, port } = await startApp(platform, moduleOf({}));
    const watched: unknown[] = [];
    serverOf(app).prependListener('request', ({ method }: IncomingMessage, response: ServerResponse) => {
      response.on('finish', () => watched.push([method, response.statusCode]));
    });
    await reach(port, '/cats', PAGE, { method: 'PUT' });
    await reach(port, '/cats', OTHER, { method: 'PUT' });
    expect(watched).toEqual([
      ['PUT', 200],
      ['OPTIONS', 204],
      ['PUT', 200],
      ['OPTIONS', 403],
    ]);
  });

  it('stands in front of whoever answers Expect, too', async () => {
    const { app, port } = await startApp(platform, moduleOf({ origin: PAGE, enforce: true }));
    const answer: Listener = (request, response) => {
      seen.push(request.url ?? '');
      openToAll(request, response);
    };
    serverOf(app).on('checkContinue', answer).on('checkExpectation', answer);
    for (const expectation of ['100-continue', 'something-else']) {
      const ask = (origin: string) =>
        sendLines(
          port,
          'POST /x HTTP/1.1',
          'Host: api.example.com',
          `Origin: ${origin}`,
          `Expect: ${expectation}`,
        );
      const refused = await ask(OTHER);
      expect([refused.status, corsHeaders(refused), seen.splice(0)]).toEqual([403, REFUSED.response, []]);
      const allowed = await ask(PAGE);
      expect([allowed.status, corsHeaders(allowed), seen.splice(0)]).toEqual([
        200,
        open(PAGE).response,
        ['/x'],
      ]);
    }
  });

  it('waits for a source in front of whoever stands there', async () => {
    const options: CorsModuleOptions = {
      origin: async (origin) => {
        await Promise.resolve();
        return origin === PAGE;
      },
      enforce: true,
    };
    const { app, port } = await startApp(platform, moduleOf(options));
    WAYS[0]?.[1](serverOf(app), '/polling', openToAll);
    const ask = async (origin: string): Promise<readonly unknown[]> => {
      const response = await send(port, { path: '/polling', headers: { origin } });
      return [response.status, corsHeaders(response)];
    };
    expect(await ask(OTHER)).toEqual([403, REFUSED.response]);
    expect(seen).toEqual([]);
    expect(await ask(PAGE)).toEqual([200, open(PAGE).response]);
  });

  it('leaves other events of the server alone', async () => {
    const { app } = await startApp(platform, moduleOf({ origin: PAGE, enforce: true }));
    const server = serverOf(app);
    const events: unknown[] = [];
    server.on('own', (...args: unknown[]) => events.push(args));
    expect([server.emit('own', 1, 2, 3), server.emit('nobody')]).toEqual([true, false]);
    expect(events).toEqual([[1, 2, 3]]);
  });
});

describe('a request that is rewritten behind the door, on fastify', () => {
  const startApp = appsOfTest();

  it('is refused by the policy of what it becomes, also where somebody stands in front', async () => {
    const { port } = await startApp(
      'fastify',
      moduleOf({ origin: '*', routes: [{ path: '/walled', policy: { origin: PAGE, enforce: true } }] }),
      {
        adapter: new FastifyAdapter({ rewriteUrl: ({ url = '' }) => url.replace('/api', '') }),
        prepare: (app) => void app.getHttpServer().on('request', () => undefined),
      },
    );
    for (const path of ['/walled', '/api/walled']) {
      expect((await send(port, { path, headers: { origin: OTHER } })).status).toBe(403);
      expect((await send(port, { path, headers: { origin: PAGE } })).status).toBe(404);
    }
  });

  it('has no body of whoever answers it without a head, if it is a preflight', async () => {
    const { port } = await startApp('fastify', moduleOf({}), {
      adapter: new FastifyAdapter({
        serverFactory: (handler: RequestListener) =>
          createServer((request, response) => {
            if (request.url === '/health') response.end('healthy');
            else handler(request, response);
          }),
      }),
    });
    const { status, body } = await sendLines(
      port,
      'OPTIONS /health HTTP/1.1',
      'Host: a.example',
      `Origin: ${OTHER}`,
      'Access-Control-Request-Method: GET',
    );
    expect([status, body]).toEqual([403, '']);
    expect((await send(port, { path: '/health' })).body).toBe('healthy');
  });
});
