import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Fastify, { type FastifyInstance, type HTTPMethods, type RouteOptions } from 'fastify';
import { printedRoutes } from '../../lib/routing/fastify-printed-routes.js';
import type { MirroredRoute } from '../../lib/routing/fastify-mirror.js';

const seed = Number(process.env['FC_SEED'] ?? Date.now() & 0x7fffffff);

type Registered = Pick<RouteOptions, 'method' | 'url' | 'constraints'>;

/** The routes of an instance as it tells of them when they are registered, each with each of its methods. */
function watched(instance: FastifyInstance): string[] {
  const routes: string[] = [];
  instance.addHook('onRoute', ({ method, url, constraints = {} }) => {
    // A parameter that may be missing makes two.
    const urls = url.endsWith('?') ? [url.replace(/\/:\w+\?$/, ''), url.slice(0, -1)] : [url];
    for (const one of [method].flat())
      for (const served of urls) routes.push(written({ method: one, url: served, constraints }));
  });
  return routes;
}

/** One text for a route, in which a parameter has no name: of several only one is printed. */
function written({ method, url, constraints }: Omit<MirroredRoute, 'isHeadOfGet'>): string {
  const nameless = url.replaceAll('::', '\0').replaceAll(/:\w+/g, ':').replaceAll('\0', '::');
  const sorted = Object.entries(constraints)
    .map(([name, value]) => `${name}=${String(value)}`)
    .toSorted();
  return [String(method), nameless, ...sorted].join(' ');
}

function read(instance: FastifyInstance): readonly string[] {
  return printedRoutes(instance.printRoutes()).flatMap((route) =>
    [route.method].flat().map((method) => written({ ...route, method })),
  );
}

/** Registers routes, and says which of them were taken. Fastify rejects what it has already. */
function register(instance: FastifyInstance, routes: readonly Registered[]): readonly Registered[] {
  return routes.filter((route) => {
    try {
      instance.route({ ...route, handler: () => '' });
      return true;
    } catch {
      return false;
    }
  });
}

describe('printedRoutes', () => {
  it.each<[title: string, routes: readonly Registered[]]>([
    ['none', []],
    ['one', [{ method: 'GET', url: '/users' }]],
    ['the root', [{ method: 'GET', url: '/' }]],
    ['everything', [{ method: 'GET', url: '*' }]],
    [
      'one below another',
      [
        { method: 'GET', url: '/a' },
        { method: 'PUT', url: '/a/b' },
      ],
    ],
    [
      'several methods',
      [
        { method: ['GET', 'POST'], url: '/a' },
        { method: 'DELETE', url: '/a' },
      ],
    ],
    [
      'parameters',
      [
        { method: 'GET', url: '/:a/x/:b' },
        { method: 'GET', url: '/:c/y' },
      ],
    ],
    ['a parameter that may be missing', [{ method: 'GET', url: '/a/:b?' }]],
    ['several in one segment', [{ method: 'GET', url: '/:a-:b.:c' }]],
    [
      'expressions',
      [
        { method: 'GET', url: '/:a(^\\d+$)' },
        { method: 'GET', url: '/:a(^(?:x|y)$)/z' },
      ],
    ],
    [
      'wildcards',
      [
        { method: 'GET', url: '/files/*' },
        { method: 'GET', url: '/*' },
      ],
    ],
    [
      'a colon in text',
      [
        { method: 'GET', url: '/a::b' },
        { method: 'POST', url: '/a::b/c' },
      ],
    ],
    [
      'white space and brackets',
      [
        { method: 'GET', url: '/a (b)/c d' },
        { method: 'GET', url: '/a (c)' },
      ],
    ],
    ['no ASCII', [{ method: 'GET', url: '/ü/ö' }]],
    [
      'constraints',
      [
        { method: 'GET', url: '/a', constraints: { version: '1.0.0' } },
        { method: 'GET', url: '/a', constraints: { version: '2.0.0', host: 'a.example' } },
        { method: 'PUT', url: '/a', constraints: { host: /^b\.example$/i } },
        { method: 'GET', url: '/a' },
      ],
    ],
  ])('reads %s', (_, routes) => {
    const instance = Fastify();
    const seen = watched(instance);
    expect(register(instance, routes)).toEqual(routes);
    expect(new Set(read(instance))).toEqual(new Set(seen));
  });

  it(`reads whatever Fastify has (seed ${seed})`, () => {
    const segment = fc.constantFrom('a', 'ab', 'b', 'x::y', ':p', ':q', ':p(^\\d+$)', ':p-:q', 'é', 'a b');
    const url = fc
      .tuple(fc.array(segment, { maxLength: 4 }), fc.boolean())
      .map(([segments, isOpen]) => `/${[...segments, ...(isOpen ? ['*'] : [])].join('/')}`);
    const route = fc.record({
      method: fc.constantFrom<HTTPMethods>('GET', 'HEAD', 'PUT', 'DELETE'),
      url,
      constraints: fc.constantFrom<object[]>({}, {}, { version: '1.0.0' }, { host: 'a.example' }),
    });
    fc.assert(
      fc.property(fc.array(route, { maxLength: 12 }), (routes) => {
        const instance = Fastify();
        const seen = watched(instance);
        const taken = register(instance, routes as readonly Registered[]);
        const found = read(instance);
        // What was taken is there, and nothing is there that was not told of.
        for (const one of taken) expect(found).toContain(written(one as never));
        for (const one of found) expect(seen).toContain(one);
      }),
      { seed, numRuns: 300 },
    );
  });
});
