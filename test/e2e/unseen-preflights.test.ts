import { Agent, type IncomingMessage, type Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, type INestApplication } from '@nestjs/common';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { corsHeaders, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireRequest } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';

/** What Express's instance is to the server. */
interface HandlingApp {
  handle: (request: IncomingMessage, ...others: readonly unknown[]) => void;
}

/** Two ends of one promise. */
class Signal {
  give: () => void = () => {};
  readonly given = new Promise<void>((resolve) => (this.give = resolve));
}

const arrived = new Signal();
const released = new Signal();

@Controller('cats')
@AllowOrigin(PAGE)
class CatsController {
  @Put() put() {
    return 'put';
  }
  @Get('slow') async slow() {
    arrived.give();
    await released.given;
    return 'slow';
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
class AppModule {}

const PREFLIGHT: WireRequest = { method: 'OPTIONS', path: '/cats', headers: preflightHeaders(PAGE, 'PUT') };
const APPROVED = {
  'access-control-allow-origin': PAGE,
  'access-control-allow-methods': 'PUT',
  vary: PREFLIGHT_VARY,
};

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

/** Who wants to be told of every request that Fastify answers. */
interface Watcher {
  readonly options?: (tell: (what: string) => void) => object;
  readonly watch?: (
    instance: FastifyInstance,
    tell: (what: string) => void,
    app: INestApplication,
  ) => Promise<void> | void;
}

const WATCHERS: readonly (readonly [name: string, watcher: Watcher])[] = [
  [
    'a hook of the app',
    { watch: (instance, tell) => void instance.addHook('onResponse', async ({ url }) => tell(url)) },
  ],
  [
    "a hook in Nest's slot",
    {
      watch: (_, tell, app) => {
        const adapter = app.getHttpAdapter() as unknown as FastifyAdapter;
        adapter.setOnResponseHook((request: { url: string }, _reply: unknown, done: () => void) => {
          tell(request.url);
          done();
        });
      },
    },
  ],
  [
    'a hook of a plugin around a route of all methods',
    {
      watch: (instance, tell) =>
        void instance.register(async (plugin) => {
          plugin.addHook('onResponse', async ({ url }) => tell(url));
          plugin.options('/cats', async () => 'not Nest');
        }),
    },
  ],
  [
    'a hook of a route',
    {
      watch: (instance, tell) =>
        void instance.options('/cats', { onResponse: async ({ url }) => tell(url) }, async () => 'not Nest'),
    },
  ],
  [
    'a log of requests',
    {
      options: (tell) => ({
        logger: {
          stream: {
            write: (line: string) => {
              const { msg, req } = JSON.parse(line) as { msg: string; req?: { url: string } };
              if (msg === 'incoming request') tell(String(req?.url));
            },
          },
        },
      }),
    },
  ],
  [
    'what rewrites targets',
    {
      options: (tell) => ({
        rewriteUrl: ({ url = '' }: { url?: string }) => {
          tell(url);
          return url;
        },
      }),
    },
  ],
];

describe('a preflight on Fastify', () => {
  const startApp = appsOfTest();

  it.each(WATCHERS)('is made known to %s', async (_, { options, watch }) => {
    const told: string[] = [];
    const tell = (what: string): void => void told.push(what);
    const { port } = await startApp('fastify', AppModule, {
      adapter: new FastifyAdapter(options?.(tell) as never),
      prepare: (app) => watch?.(app.getHttpAdapter().getInstance(), tell, app),
    });
    const answer = await send(port, PREFLIGHT);
    expect([answer.status, corsHeaders(answer)]).toEqual([204, APPROVED]);
    expect(told).toEqual(['/cats']);
  });

  it('costs no request of Fastify where nobody is told', async () => {
    const made: string[] = [];
    const { port } = await startApp('fastify', AppModule, {
      adapter: new FastifyAdapter({
        genReqId: ({ method = '', url = '' }) => {
          made.push(`${method} ${url}`);
          return '1';
        },
      }),
    });
    const answer = await send(port, PREFLIGHT);
    expect([answer.status, answer.body, corsHeaders(answer)]).toEqual([204, '', APPROVED]);
    const refused = await send(port, { ...PREFLIGHT, headers: preflightHeaders('https://x.example', 'PUT') });
    expect([refused.status, refused.body, corsHeaders(refused)]).toEqual([403, '', { vary: PREFLIGHT_VARY }]);
    expect(made).toEqual([]);
    await send(port, { method: 'PUT', path: '/cats' });
    expect(made).toEqual(['PUT /cats']);
  });

  it('keeps no connection open while Fastify closes', async () => {
    const { app, port } = await startApp('fastify', AppModule);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const slow = send(port, { path: '/cats/slow', agent });
    // Waits in the agent for the one connection, on which it arrives when the app is about to close.
    const preflight = send(port, { ...PREFLIGHT, agent });
    await arrived.given;
    const closed = app.close();
    while (app.getHttpServer().listening) await pause();
    released.give();
    expect((await slow).status).toBe(200);
    const answer = await preflight;
    expect([answer.status, answer.headers.connection, corsHeaders(answer)]).toEqual([204, 'close', APPROVED]);
    await closed;
    agent.destroy();
  });
});

describe('a preflight on Express', () => {
  const startApp = appsOfTest();

  /** Who wants to be told of every request that Express gets. */
  const watchers: readonly (readonly [
    name: string,
    watch: (app: INestApplication, tell: (what: string) => void) => void,
  ])[] = [
    [
      "a hook in Nest's slot",
      (app, tell) => {
        const adapter = app.getHttpAdapter() as unknown as ExpressAdapter;
        adapter.setOnResponseHook(({ url }: { url: string }) => tell(url));
      },
    ],
    [
      "a function around Express's own",
      (app, tell) => {
        const instance = app.getHttpAdapter().getInstance() as HandlingApp;
        const { handle } = instance;
        instance.handle = function (request, ...others) {
          tell(String(request.url));
          handle.call(this, request, ...others);
        };
      },
    ],
    [
      'a listener of the server',
      (app, tell) => {
        app.getHttpServer().prependListener('request', ({ url }: { url: string }) => tell(url));
      },
    ],
  ];

  it.each(watchers)('is made known to %s', async (_, watch) => {
    const told: string[] = [];
    const { port } = await startApp('express', AppModule, {
      prepare: (app) => watch(app, (what) => void told.push(what)),
    });
    const answer = await send(port, PREFLIGHT);
    expect([answer.status, corsHeaders(answer)]).toEqual([204, APPROVED]);
    // The hook hears of it when it has been sent.
    while (told.length === 0) await pause();
    expect(told).toEqual(['/cats']);
  });

  it('gets to no listener of the server where nobody is told', async () => {
    const handled: string[] = [];
    const { port } = await startApp('express', AppModule, {
      prepare: (app) => {
        const server = app.getHttpServer() as Server;
        const emit: (event: string, ...args: readonly unknown[]) => boolean = server.emit;
        // Before the door of the module is put in front of it.
        server.emit = function (this: Server, event: string, ...args: readonly unknown[]) {
          if (event === 'request') handled.push(String((args[0] as IncomingMessage).method));
          return emit.call(this, event, ...args);
        } as Server['emit'];
      },
    });
    const answer = await send(port, PREFLIGHT);
    expect([answer.status, answer.body, corsHeaders(answer)]).toEqual([204, '', APPROVED]);
    const refused = await send(port, { ...PREFLIGHT, headers: preflightHeaders('https://x.example', 'PUT') });
    expect([refused.status, refused.body, corsHeaders(refused)]).toEqual([403, '', { vary: PREFLIGHT_VARY }]);
    expect(handled).toEqual([]);
    await send(port, { method: 'PUT', path: '/cats' });
    expect(handled).toEqual(['PUT']);
  });
});
