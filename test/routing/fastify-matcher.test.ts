import { describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Head, Put } from '@nestjs/common';
import { FastifyAdapter, RouteConstraints } from '@nestjs/platform-fastify';
import fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify';
import { FastifyMatcher } from '../../lib/routing/fastify-matcher.js';
import type { CorsRoute } from '../../lib/routing/cors-route.js';
import { fastifyConstraints } from '../../lib/routing/nest-internals.js';
import type { ArrivedRequest } from '../../lib/routing/route-matcher.js';
import { routesOf } from './governed.js';

const MATCHING = { caseSensitive: true, ignoreTrailingSlash: false };

@Controller('cats')
class Cats {
  @Get() list() {}
  // Behind it Fastify would have added one to the other route.
  @Head('own') headOwn() {}
  @Get('own') getOwn() {}
  @All('all') all() {}
  @Put(':id') put() {}
  @Get('hosted') @RouteConstraints({ host: 'a.example' }) inside() {}
}

const answer = async (): Promise<string> => 'an answer';

/** What stands on an instance beside the routes of Nest. */
interface Beside {
  readonly server?: FastifyServerOptions;
  /** On the instance before the module sees it. */
  readonly early?: (instance: FastifyInstance) => void;
  /** Before the routes of Nest. */
  readonly before?: (instance: FastifyInstance) => void;
  readonly behind?: (instance: FastifyInstance) => void;
  /** How Nest registers one of its routes. */
  readonly options?: (route: CorsRoute) => Partial<RouteOptions>;
}

interface Seen {
  /** The route of the request; `undefined` for none of Nest. */
  readonly route: string | undefined;
  readonly isElsewhere: boolean;
  /** The routes that a preflight finds. */
  readonly targets: readonly string[];
}

/** Asks an instance for URLs, and the matcher for what the requests are. */
async function seen(
  { server = {}, early, before, behind, options = () => ({}) }: Beside,
  ...requests: readonly (readonly [method: string, url: string, host?: string])[]
): Promise<readonly Seen[]> {
  const instance = fastify(server);
  early?.(instance);
  const matcher = new FastifyMatcher(instance, MATCHING, () => []);
  const routes = routesOf([Cats], new FastifyAdapter());
  matcher.setRoutes(routes);
  const found: Seen[] = [];
  instance.addHook('onRequest', async (request) => {
    const arrived: ArrivedRequest = { request: request, url: request.url };
    found.push({
      route: matcher.routeOf(arrived)?.where,
      isElsewhere: matcher.isElsewhere(arrived),
      targets: matcher.targetsOf(arrived.request, request.method).map(({ where }) => where),
    });
  });
  before?.(instance);
  for (const route of routes) {
    instance.route({
      method: route.method === 'ALL' ? instance.supportedMethods : route.method,
      url: route.path,
      handler: answer,
      constraints: fastifyConstraints(route.handler),
      ...options(route),
    });
  }
  behind?.(instance);
  try {
    for (const [method, url, host = 'app.example'] of requests) {
      await instance.inject({ method: method as 'GET', url, headers: { host } });
    }
    return found;
  } finally {
    await instance.close();
  }
}

const of = (route: string): Seen => ({ route, isElsewhere: false, targets: [route] });
const FOREIGN: Seen = { route: undefined, isElsewhere: true, targets: [] };
const NOBODYS: Seen = { route: undefined, isElsewhere: false, targets: [] };

/** As tracing does: each route gets a handler of its own, HEAD routes included. */
function wrapping(instance: FastifyInstance): void {
  instance.addHook('onRoute', (options) => {
    const { handler } = options;
    options.handler = function (...args) {
      return handler.apply(this, args);
    };
  });
}

describe('a route of Nest', () => {
  const ALL: readonly (readonly [method: string, url: string, expected: Seen])[] = [
    ['GET', '/cats', of('Cats#list')],
    ['HEAD', '/cats', of('Cats#list')],
    ['GET', '/cats/own', of('Cats#getOwn')],
    ['HEAD', '/cats/own', of('Cats#headOwn')],
    ['GET', '/cats/all', of('Cats#all')],
    ['HEAD', '/cats/all', of('Cats#all')],
    ['DELETE', '/cats/all', of('Cats#all')],
    ['PUT', '/cats/7', of('Cats#put')],
    ['POST', '/cats/7', NOBODYS],
    ['GET', '/nowhere', NOBODYS],
  ];

  it.each<[title: string, beside: Beside]>([
    ['alone', {}],
    ['wrapped by a hook in front', { early: wrapping }],
    ['wrapped by a hook behind', { before: wrapping }],
    ['wrapped twice', { early: wrapping, before: wrapping }],
    ['beside one that was there', { early: (instance) => instance.get('/early', answer) }],
    ['wrapped beside one that was there', { early: (instance) => wrapping(instance.get('/early', answer)) }],
    ['with HEAD routes that each asks for', { server: { exposeHeadRoutes: false }, options: asking }],
    [
      'that asks for what it would get',
      { options: ({ method }) => (method === 'GET' ? { exposeHeadRoute: true } : {}) },
    ],
    ['with a configuration of its own', { options: () => ({ config: { mine: true } }) }],
  ])('is known: %s', async (_, beside) => {
    const found = await seen(beside, ...ALL.map(([method, url]) => [method, url] as const));
    expect(found).toEqual(ALL.map(([, , expected]) => expected));
  });

  function asking({ method }: CorsRoute): Partial<RouteOptions> {
    return method === 'GET' ? { exposeHeadRoute: true } : {};
  }

  it('with constraints is told from one without', async () => {
    const beside: Beside = {
      before: (instance) => instance.get('/cats/hosted', answer),
      behind: (instance) => instance.get('/cats/hosted', { constraints: { host: 'b.example' } }, answer),
    };
    for (const method of ['GET', 'HEAD']) {
      expect(
        await seen(
          beside,
          [method, '/cats/hosted', 'a.example'],
          [method, '/cats/hosted', 'b.example'],
          [method, '/cats/hosted'],
        ),
      ).toEqual([of('Cats#inside'), FOREIGN, FOREIGN]);
    }
  });
});

describe('a HEAD route', () => {
  it.each<[title: string, beside: Beside, expected: Seen]>([
    ['that Fastify adds', {}, of('Cats#list')],
    ['of somebody else in front', { before: (instance) => instance.head('/cats', answer) }, FOREIGN],
    [
      'of somebody else in front, wrapped',
      { early: wrapping, before: (instance) => instance.head('/cats', answer) },
      FOREIGN,
    ],
    [
      'of somebody else behind',
      { server: { exposeHeadRoutes: false }, behind: (instance) => instance.head('/cats', answer) },
      FOREIGN,
    ],
    [
      'of somebody else behind one that asks for none',
      { behind: (instance) => instance.head('/cats', answer), options: hidden },
      FOREIGN,
    ],
    [
      'of somebody else behind one that asks for none, wrapped',
      { before: wrapping, behind: (instance) => instance.head('/cats', answer), options: hidden },
      FOREIGN,
    ],
    ['that nobody has', { options: hidden }, NOBODYS],
    ['that nobody has, on the whole instance', { server: { exposeHeadRoutes: false } }, NOBODYS],
    [
      'in a list of methods of somebody else, in front',
      {
        before: (instance) => instance.route({ method: ['HEAD', 'POST'], url: '/cats', handler: answer }),
      },
      FOREIGN,
    ],
    ['that was there before', { early: (instance) => instance.head('/cats', answer) }, FOREIGN],
  ])('%s', async (_, beside, expected) => {
    const [get, head] = await seen(beside, ['GET', '/cats'], ['HEAD', '/cats']);
    expect(get).toEqual(of('Cats#list'));
    expect(head).toEqual(expected);
  });

  /** Without the HEAD route of the list. */
  function hidden(route: CorsRoute): Partial<RouteOptions> {
    return route.where === 'Cats#list' ? { exposeHeadRoute: false } : {};
  }

  it('of Nest in front of its GET route is its own, and so where Fastify adds none', async () => {
    const requests = [
      ['HEAD', '/cats/own'],
      ['GET', '/cats/own'],
    ] as const;
    const known = [of('Cats#headOwn'), of('Cats#getOwn')];
    const asked = (route: CorsRoute): Partial<RouteOptions> =>
      route.method === 'GET' ? { exposeHeadRoute: false } : {};
    expect(await seen({}, ...requests)).toEqual(known);
    expect(await seen({ early: wrapping }, ...requests)).toEqual(known);
    expect(await seen({ server: { exposeHeadRoutes: false } }, ...requests)).toEqual(known);
    expect(await seen({ options: asked }, ...requests)).toEqual(known);
  });

  it('of a plugin’s GET route is the plugin’s', async () => {
    const beside: Beside = {
      before: (instance) =>
        void instance.register(async (child) => void child.get('/', answer), { prefix: '/plugin' }),
    };
    expect(await seen(beside, ['HEAD', '/plugin'], ['HEAD', '/plugin/'], ['GET', '/plugin/'])).toEqual([
      FOREIGN,
      FOREIGN,
      FOREIGN,
    ]);
  });
});

it('an instance without a route says so in the words by which it is known', async () => {
  const instance = fastify();
  expect(instance.printRoutes()).toBe('(empty tree)');
  await instance.close();
});

describe('routes of others', () => {
  it('are listed, those that were there before as well', async () => {
    const instance = fastify();
    instance.get('/early', answer);
    const matcher = new FastifyMatcher(instance, MATCHING, () => []);
    const routes = routesOf([Cats], new FastifyAdapter());
    matcher.setRoutes(routes);
    instance.post('/cats', answer);
    for (const { method, path } of routes.slice(0, 1)) instance.route({ method, url: path, handler: answer });
    instance.route({ method: ['GET', 'PUT'], url: '/both', exposeHeadRoute: false, handler: answer });
    const listed = matcher.foreignRoutes().map(({ methods, path }) => `${methods.join()} ${path}`);
    expect(listed).toEqual(['GET,HEAD /early', 'POST /cats', 'GET,PUT /both']);
    await instance.close();
  });

  it('are found with a find-my-way of our own where the instance does not show the one that it has', async () => {
    const instance = fastify();
    // Shows what an instance shows, but for what is behind symbols of its own.
    const other = Object.create(instance) as FastifyInstance;
    const matcher = new FastifyMatcher(other, MATCHING, () => []);
    instance.delete('/cats', answer);
    const othersAt = (): unknown =>
      matcher.othersAt({ method: 'OPTIONS', url: '/cats', headers: {} }, 'DELETE');
    expect(othersAt).toThrow('before it was loaded');
    await matcher.load();
    expect(othersAt()).toEqual([]);
    await instance.close();
  });

  it('have the methods that they serve for themselves', async () => {
    const instance = fastify();
    const matcher = new FastifyMatcher(instance, MATCHING, () => []);
    const routes = routesOf([Cats], new FastifyAdapter());
    matcher.setRoutes(routes);
    for (const { method, path, where } of routes) {
      if (where === 'Cats#list' || where === 'Cats#put')
        instance.route({ method, url: path, handler: answer });
    }
    instance.delete('/cats', answer);
    const others = (method: string, url: string): readonly string[] =>
      matcher.othersAt({ method: 'OPTIONS', url, headers: {} }, method).map(({ where }) => where);
    expect(others('POST', '/cats')).toEqual(['Cats#list']);
    expect(others('DELETE', '/cats')).toEqual([]);
    expect(others('POST', '/cats/7')).toEqual(['Cats#put']);
    expect(others('POST', '/nowhere')).toEqual([]);
    await instance.close();
  });
});
