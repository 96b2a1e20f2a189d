import { describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Post, Put, type Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express } from 'express';
import { ExpressMatcher } from '../../lib/routing/express-matcher.js';
import type { CorsRoute } from '../../lib/routing/cors-route.js';
import { expressRoutes, type ExpressRoute } from '../../lib/routing/nest-internals.js';
import { matchingOptions } from '../../lib/routing/nest/route-matching.js';
import type { PlatformRequest } from '../../lib/routing/route-matcher.js';
import { routesOf } from './governed.js';

@Controller('cats')
class Cats {
  @Get() list() {}
  @Get(':id') one() {}
  @Put(':id') put() {}
}

@Controller('cats')
class Again {
  @Get() list() {}
  @Post() add() {}
}

@Controller('all')
class Every {
  @All() all() {}
}

const answer = (_request: unknown, response: { end(): void }): void => response.end();
const passOn = (_request: unknown, _response: unknown, next: () => void): void => next();

/** An app of Express: what somebody registers at each moment, and the routes of controllers as Nest registers them. */
interface Stacked {
  readonly controllers?: readonly Type[];
  /** Whether Nest registers it: under a conflict policy it drops the later of two equal routes. */
  readonly registers?: (route: CorsRoute, index: number) => boolean;
  /** Before the routes are known. */
  readonly early?: (app: Express) => unknown;
  /** Between that and the routes of Nest. */
  readonly before?: (app: Express) => unknown;
  /** Between two routes of Nest. */
  readonly between?: (app: Express) => unknown;
  readonly behind?: (app: Express) => unknown;
}

function stacked({ controllers = [Cats], registers = () => true, early, before, between, behind }: Stacked) {
  const app = express();
  const adapter = new ExpressAdapter(app);
  const matcher = new ExpressMatcher(adapter, matchingOptions(adapter), () => undefined);
  early?.(app);
  const routes = routesOf(controllers, adapter);
  matcher.setRoutes(routes);
  before?.(app);
  const own: ExpressRoute[] = [];
  for (const [index, route] of routes.entries()) {
    if (!registers(route, index)) continue;
    const verbs = adapter as unknown as Record<string, (path: string, handler: unknown) => void>;
    // Nest's handlers take three arguments.
    verbs[route.method.toLowerCase()]?.(route.path, passOn);
    own.push(expressRoutes(adapter).at(-1) as ExpressRoute);
    if (index === 0) between?.(app);
  }
  behind?.(app);
  const request = (method: string, url: string, reached?: ExpressRoute): PlatformRequest => ({
    method,
    url,
    headers: {},
    ...(reached !== undefined && { route: reached, params: {} }),
  });
  return {
    own,
    stack: expressRoutes(adapter),
    foreign: () => matcher.foreignRoutes().map(({ methods, path }) => `${methods.join()} ${path}`),
    targets: (method: string, url: string) =>
      matcher.targetsOf(request('OPTIONS', url), method).map(({ where }) => where),
    others: (method: string, url: string) =>
      matcher.othersAt(request('OPTIONS', url), method).map(({ where }) => where),
    routeOf: (method: string, url: string, reached?: ExpressRoute) =>
      matcher.routeOf({ request: request(method, url, reached), url })?.where,
    isElsewhere: (reached: ExpressRoute | undefined) =>
      matcher.isElsewhere({ request: request('GET', '/', reached), url: '/' }),
    reachedBy: (reached: ExpressRoute | undefined) => matcher.reachedBy(request('GET', '/', reached))?.where,
  };
}

const CATS = ['Cats#list', 'Cats#one', 'Cats#put'];

describe('the routes of Nest among those of Express', () => {
  it.each<[title: string, stack: Stacked, foreign: readonly string[]]>([
    ['alone', {}, []],
    ['behind one that was there', { early: (app) => app.get('/x', answer) }, ['GET /x']],
    ['behind one that a module has added', { before: (app) => app.get('/x', answer) }, ['GET /x']],
    ['in front of one', { behind: (app) => app.get('/x', answer) }, ['GET /x']],
    [
      'among others',
      {
        early: (app) => app.get('/a', answer),
        before: (app) => app.post('/b', answer),
        behind: (app) => app.route('/c').get(answer).put(answer),
      },
      ['GET /a', 'POST /b', 'GET,PUT /c'],
    ],
    // The last place where they fit.
    ['behind one for the same', { before: (app) => app.get('/cats', answer) }, ['GET /cats']],
    [
      'behind the same, all of them',
      {
        before: (app) =>
          app.get('/cats', answer) && app.get('/cats/:id', answer) && app.put('/cats/:id', answer),
      },
      ['GET /cats', 'GET /cats/:id', 'PUT /cats/:id'],
    ],
    [
      'with others that look like the first of them',
      { early: (app) => app.get('/cats', answer), before: (app) => app.get('/cats', answer) },
      ['GET /cats', 'GET /cats'],
    ],
    ['of all methods', { controllers: [Every], before: (app) => app.all('/all', answer) }, ['ALL /all']],
    ['with several paths', { behind: (app) => app.get(['/a', '/b'], answer) }, ['GET /a', 'GET /b']],
    ['with an expression', { behind: (app) => app.get(/^\/x/, answer) }, [String.raw`GET /^\/x/`]],
    // What Nest answers to what it does not serve at a path without the global prefix.
    ['with the answer of Nest behind', { behind: (app) => app.all('/cats/:id', passOn) }, []],
    [
      'one behind for a path that they serve',
      { behind: (app) => app.delete('/cats/:id', answer) },
      ['DELETE /cats/:id'],
    ],
  ])('%s', (_, stack, foreign) => {
    const app = stacked(stack);
    expect(app.foreign()).toEqual(foreign);
    expect(app.own.map(app.reachedBy)).toEqual(stack.controllers === undefined ? CATS : ['Every#all']);
    for (const route of app.stack) if (!app.own.includes(route)) expect(app.reachedBy(route)).toBeUndefined();
    expect(app.reachedBy(undefined)).toBeUndefined();
  });

  it('are found where a conflict policy has dropped the later of two', () => {
    const app = stacked({
      controllers: [Cats, Again],
      registers: (_, index) => index !== 3,
      before: (instance) => instance.get('/cats', answer),
      behind: (instance) => instance.get('/x', answer),
    });
    expect(app.own.map(app.reachedBy)).toEqual([...CATS, 'Again#add']);
    expect(app.foreign()).toEqual(['GET /cats', 'GET /x']);
  });

  it('are found where Express keeps both of two equal ones', () => {
    const app = stacked({ controllers: [Cats, Again] });
    expect(app.own.map(app.reachedBy)).toEqual([...CATS, 'Again#list', 'Again#add']);
  });

  it('are taken by their looks where somebody has changed the list', () => {
    const app = stacked({
      early: (one) => one.get('/early', answer),
      between: (one) => one.get('/between', answer),
    });
    expect(app.own.map(app.reachedBy)).toEqual(CATS);
    expect(app.foreign()).toEqual(['GET /early', 'GET /between']);
  });

  it('may be none', () => {
    const app = stacked({ controllers: [], behind: (one) => one.get('/x', answer) });
    expect(app.foreign()).toEqual(['GET /x']);
    expect(app.targets('GET', '/x')).toEqual([]);
  });
});

describe('a route that is not Nest’s', () => {
  it.each<[title: string, stack: Stacked, targets: readonly string[]]>([
    ['in front takes what it gets', { before: (app) => app.get('/cats/:x', answer) }, []],
    ['that was there takes it', { early: (app) => app.all('/cats/*path', answer) }, []],
    ['in front that may pass on does not', { before: (app) => app.get('/cats/:x', passOn) }, ['Cats#one']],
    ['behind gets nothing', { behind: (app) => app.get('/cats/:x', answer) }, ['Cats#one']],
    ['for another method does not', { before: (app) => app.post('/cats/:x', answer) }, ['Cats#one']],
    ['for another path does not', { before: (app) => app.get('/dogs/:x', answer) }, ['Cats#one']],
  ])('%s', (_, stack, targets) => {
    const app = stacked(stack);
    expect(app.targets('GET', '/cats/7')).toEqual(targets);
    expect(app.targets('HEAD', '/cats/7')).toEqual(targets);
    expect(app.routeOf('GET', '/cats/7')).toBe(targets[0]);
  });

  it('serves what no route of Nest does, so that these have nothing to say of it', () => {
    const app = stacked({
      before: (one) => one.post('/cats/7', answer),
      behind: (one) => one.delete('/cats/:id', answer),
    });
    expect(app.others('POST', '/cats/7')).toEqual([]);
    expect(app.others('DELETE', '/cats/7')).toEqual([]);
    expect(app.others('PATCH', '/cats/7')).toEqual(['Cats#one', 'Cats#put']);
    expect(app.others('POST', '/cats/8')).toEqual(['Cats#one', 'Cats#put']);
    expect(app.others('POST', '/nowhere')).toEqual([]);
    expect(app.others('POST', '*')).toEqual([]);
  });

  it('has a request by now if it keeps what it gets', () => {
    const router = express.Router();
    router.get('/cats/7', answer);
    router.all('/cats/8', passOn);
    const [mounted, passing] = router.stack.flatMap(({ route }) => (route ?? []) as unknown as ExpressRoute);
    const app = stacked({
      before: (one) => one.get('/cats/7', answer) && one.get('/cats/8', passOn),
      behind: (one) => one.all('/cats/:id', passOn),
    });
    const [inFront, middleware] = app.stack;
    const notFound = app.stack.at(-1);
    expect([inFront, mounted].map(app.isElsewhere)).toEqual([true, true]);
    expect([middleware, passing, notFound, app.own[0], undefined].map(app.isElsewhere)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
    // What a middleware answers in front of a route of Nest is that route's.
    expect(app.routeOf('GET', '/cats/8', middleware)).toBe('Cats#one');
    expect(app.routeOf('GET', '/cats/7', inFront)).toBeUndefined();
    expect(app.routeOf('GET', '/cats/8', mounted)).toBeUndefined();
  });
});
