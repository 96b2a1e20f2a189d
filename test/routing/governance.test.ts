import { describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Put } from '@nestjs/common';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from '../../lib/index.js';
import { arriving, govern, ORIGINS, problemsWith, summary } from './governed.js';

const { A, B, C } = ORIGINS;

@Controller('plain')
class Plain {
  @Get() list() {}
  @Get(':id') one() {}
}

@Controller('cats')
@AllowOrigin(B)
class Cats {
  @Get() list() {}
  @Get('closed') @NoCors() closed() {}
  @Put(':id') @Preflight({ maxAge: 5 }) put() {}
}

@Controller()
class CatchAll {
  @Get('{*path}') rest() {}
  @Put('{*path}') @AllowOrigin(B) put() {}
}

@Controller(['first', 'second'])
class Twice {
  @Get() list() {}
}

/** What governs a route for a request. */
function ruled(
  { governance, at }: ReturnType<typeof govern>,
  where: string | undefined,
  path: string | undefined,
  isRewritten = false,
): string {
  const route = where === undefined ? undefined : at(where);
  const arrival = { ...arriving(path), isRewritten };
  const policy = governance.policyOf(route, arrival);
  expect(governance.rulingOf(route, arrival).policy).toBe(policy);
  return summary(policy);
}

describe('without entries', () => {
  const app = govern({ origin: A }, [Plain, Cats]);

  it.each([
    ['Plain#list', 'A'],
    ['Cats#list', 'B'],
    ['Cats#closed', 'nobody'],
    ['Cats#put', 'B'],
    [undefined, 'A'],
  ])('%s: %s, whatever its path looks like', (where, expected) => {
    for (const path of ['/x', '/a/../b', '//x', '/%70', '/A']) {
      expect(ruled(app, where, path)).toBe(expected);
      expect(ruled(app, where, path, true)).toBe(expected);
    }
  });

  it('what has no policy is closed', () => {
    const nothing = govern({}, [Plain, Cats]);
    expect(ruled(nothing, 'Plain#list', '/plain')).toBe('nobody');
    expect(ruled(nothing, undefined, '/x')).toBe('nobody');
    expect(ruled(nothing, 'Cats#list', '/cats')).toBe('B');
    expect(nothing.governance.policyOf(undefined, arriving('/x'))?.closed).toBe(true);
    expect(ruled(govern({ enforce: true }, [Plain]), 'Plain#list', '/plain')).toBe('nobody!');
    expect(ruled(govern({ enforce: 'unsafe' }, [Plain]), 'Plain#list', '/plain')).toBe('nobody?');
  });
});

describe('a target without a path', () => {
  it.each([
    [{ origin: A }, 'nobody'],
    [{ origin: A, routes: [{ path: '/', unmanaged: true }] }, 'nobody'],
    [{ origin: A, routes: [{ path: '/x', policy: { enforce: true } }] }, 'nobody!'],
    [{ enforce: true }, 'nobody!'],
    [{ enforce: 'unsafe' }, 'nobody?'],
    [{ enforce: 'unsafe', routes: [{ path: '/x', policy: { enforce: true } }] }, 'nobody!'],
  ])('is closed: %j', (options, expected) => {
    expect(ruled(govern(options), undefined, undefined)).toBe(expected);
  });

  it('is so for a route as well, where nobody knows what it has been asked for', () => {
    const app = govern({ origin: A, routes: [{ path: '/x', policy: false }] }, [Plain]);
    expect(ruled(app, 'Plain#list', undefined)).toBe('nobody');
  });
});

describe('an entry', () => {
  const entry = (path: string, policy: unknown, exact = false) => ({ path, policy, exact });
  const app = govern(
    {
      origin: A,
      policies: { partners: { origin: C } },
      routes: [
        entry('/plain', { origin: C }),
        entry('/plain/7', false),
        entry('/cats', false),
        entry('/second', 'partners'),
        entry('/exact', { origin: B }, true),
      ],
    },
    [Plain, Cats, Twice],
  );

  it.each([
    ['Plain#list', '/plain', 'C'],
    ['Plain#list', '/plain/', 'C'],
    // One handler, and two places.
    ['Plain#one', '/plain/8', 'C'],
    ['Plain#one', '/plain/7', 'nobody'],
    // What a decorator opens below it is open.
    ['Cats#list', '/cats', 'B'],
    ['Cats#closed', '/cats/closed', 'nobody'],
    ['Cats#put', '/cats/7', 'B'],
    [undefined, '/cats/7/8', 'nobody'],
    [undefined, '/plain/x/y', 'C'],
    [undefined, '/plain/7/8', 'nobody'],
    [undefined, '/second/x', 'C'],
    [undefined, '/other', 'A'],
    [undefined, '/exact', 'B'],
    [undefined, '/exact/', 'B'],
    [undefined, '/exact/x', 'A'],
  ])('%s at %s: %s', (where, path, expected) => {
    expect(ruled(app, where, path)).toBe(expected);
  });

  it('is a layer of each path of a handler', () => {
    const [first, second] = app.routes.filter(({ where }) => where === 'Twice#list');
    expect(summary(app.governance.policyOf(first, arriving('/first')))).toBe('A');
    expect(summary(app.governance.policyOf(second, arriving('/second')))).toBe('C');
  });

  it('is the layer between the options and the decorators', () => {
    const layers = (where: string): unknown => {
      const { governed } = app.governance.routes[app.at(where).index] ?? {};
      return governed?.layers.map((layer) => layer.where);
    };
    expect(layers('Plain#list')).toEqual(['options', 'options.routes[0].policy']);
    expect(layers('Cats#put')).toEqual(['options', 'options.routes[2].policy', 'Cats', 'Cats#put']);
  });

  it('gives a handler that others are below a policy for each of them', () => {
    const { home, governed, elsewhere } = app.governance.routes[app.at('Plain#one').index] ?? {};
    expect(home?.path).toBe('/plain');
    expect(summary(governed?.policy)).toBe('C');
    expect([...(elsewhere ?? [])].map(([{ path }, other]) => [path, summary(other?.policy)])).toEqual([
      ['/plain/7', 'nobody'],
    ]);
  });

  it('counts for a catch-all, with the decorators of the handler on top', () => {
    const everywhere = govern(
      {
        origin: A,
        routes: [entry('/closed', false), entry('/open', { origin: C }), { path: '/own', unmanaged: true }],
      },
      [CatchAll],
    );
    const both = (path: string): readonly string[] => [
      ruled(everywhere, 'CatchAll#rest', path),
      ruled(everywhere, 'CatchAll#put', path),
    ];
    expect(both('/x')).toEqual(['A', 'B']);
    expect(both('/closed/x')).toEqual(['nobody', 'B']);
    expect(both('/open')).toEqual(['C', 'B']);
    expect(both('/own/x')).toEqual(['unmanaged', 'unmanaged']);
  });
});

describe('a path that can be read in several ways', () => {
  const options = (policy: unknown, base: object = { origin: A }) => ({
    ...base,
    routes: [{ path: '/private', ...(policy === undefined ? { unmanaged: true } : { policy }) }],
  });

  it.each([
    ['another policy', { origin: C }, 'nobody'],
    ['a closed one', false, 'nobody'],
    ['an unmanaged path', undefined, 'nobody'],
    ['a wall', { enforce: true }, 'nobody!'],
    ['a wall, with credentials', { origin: C, enforce: true, credentials: true }, 'nobody!'],
  ])('is closed: %s', (_, policy, expected) => {
    const app = govern(options(policy), [Plain, CatchAll]);
    for (const path of ['/%70rivate/x', '/x/..%2fprivate', '//private', '/private;/x', '/private/../x']) {
      expect(ruled(app, undefined, path)).toBe(expected);
      expect(ruled(app, 'CatchAll#rest', path)).toBe(expected);
      expect(app.governance.rulingOf(undefined, arriving(path))).toMatchObject({
        isAmbiguous: true,
        governed: undefined,
      });
    }
  });

  it('keeps the wall of whichever reading has one', () => {
    const inside = govern(options({ enforce: false, origin: C }, { origin: A, enforce: true }));
    expect(ruled(inside, undefined, '/%70rivate')).toBe('nobody!');
    expect(ruled(inside, undefined, '/private/..')).toBe('nobody!');
  });

  it('is not, where all have the same policy', () => {
    const app = govern({ ...options(false), origin: undefined }, [Plain, Cats]);
    expect(ruled(app, undefined, '/x/%2e%2e/y')).toBe('nobody');
    const open = govern({ origin: A, routes: [{ path: '/private', policy: { origin: C } }] }, [Plain, Cats]);
    expect(ruled(open, undefined, '/x/%2e%2e/y')).toBe('A');
    expect(ruled(open, undefined, '/private/a//b%20c')).toBe('C');
    expect(open.governance.rulingOf(undefined, arriving('/private//x'))).toMatchObject({
      isAmbiguous: false,
      place: { path: '/private' },
    });
    const [one, other] = [
      { path: '/a', policy: 'p' },
      { path: '/b', policy: 'p' },
    ];
    const named = govern({ policies: { p: { origin: B } }, routes: [one, other] });
    expect(ruled(named, undefined, '/a/../b')).toBe('B');
  });

  it('is closed for a route that is reached by a reading which nobody else has', () => {
    const app = govern({ origin: A, routes: [{ path: '/cats', policy: { origin: C } }] }, [Plain, Cats]);
    // Some router may find the route there, and some server nothing below the entry.
    expect(ruled(app, 'Cats#closed', '/%65lsewhere')).toBe('nobody');
    // A decorator that says the same at both makes no difference of it.
    expect(ruled(app, 'Cats#list', '/%65lsewhere')).toBe('B');
    expect(ruled(app, 'Plain#list', '/cats/%78')).toBe('nobody');
  });

  it('is found by case on a router that ignores it', () => {
    const app = govern(options(false), [Plain, CatchAll], { pathSyntax: { caseSensitive: false } });
    expect(ruled(app, undefined, '/PRIVATE')).toBe('nobody');
    expect(ruled(app, 'CatchAll#rest', '/Private/x')).toBe('nobody');
    expect(ruled(app, undefined, '/Other')).toBe('A');
  });
});

describe('a path that a middleware has changed', () => {
  @Controller('cookies')
  class Cookies {
    @Get() @AllowOrigin({ credentials: true }) list() {}
  }
  const app = govern(
    {
      origin: A,
      routes: [
        { path: '/cats', policy: { origin: C, enforce: true } },
        { path: '/shut', policy: false },
        { path: '/any', policy: { origin: '*' } },
        { path: '/own', unmanaged: true },
      ],
    },
    [Plain, Cats, CatchAll, Cookies],
  );

  it.each([
    ['Plain#list', '/old', 'A'],
    // The place is that of the path that was asked for, and the handler's decorators count there as well.
    ['Plain#list', '/cats/old', 'C!'],
    ['Plain#list', '/shut', 'nobody'],
    ['Plain#list', '/any', '*'],
    ['Plain#list', '/own', 'unmanaged'],
    ['Cats#list', '/old', 'B'],
    ['Cats#list', '/cats/old', 'B!'],
    ['Cats#list', '/any', 'B'],
    ['Cats#list', '/own', 'unmanaged'],
    ['Cats#closed', '/old', 'nobody'],
    ['Cats#closed', '/cats/old', 'nobody!'],
    ['Cats#closed', '/any', 'nobody'],
    ['CatchAll#rest', '/shut', 'nobody'],
    ['CatchAll#put', '/shut', 'B'],
    // Fine alone, and wrong together.
    ['Cookies#list', '/old', 'A'],
    ['Cookies#list', '/any', 'nobody'],
    // Two readings: it does not help that a handler is known.
    ['Plain#list', '/%61ny', 'nobody'],
    ['Cats#list', '/%61ny', 'B'],
    ['Cats#list', '/c%61ts', 'nobody!'],
  ])('%s by %s: %s', (where, path, expected) => {
    expect(ruled(app, where, path, true)).toBe(expected);
    expect(ruled(app, where, path, true)).toBe(expected);
  });
});

describe('an unmanaged path', () => {
  const app = govern(
    {
      origin: A,
      routes: [
        { path: '/plain', unmanaged: true },
        { path: '/plain/x', policy: { origin: B } },
        { path: '/one', unmanaged: true, exact: true },
      ],
    },
    [Plain],
  );

  it.each([
    ['Plain#list', '/plain', 'unmanaged'],
    ['Plain#one', '/plain/7', 'unmanaged'],
    ['Plain#one', '/plain/x', 'B'],
    [undefined, '/plain/y/z', 'unmanaged'],
    [undefined, '/plain/x/z', 'B'],
    [undefined, '/one', 'unmanaged'],
    [undefined, '/one/more', 'A'],
  ])('%s at %s: %s', (where, path, expected) => {
    expect(ruled(app, where, path)).toBe(expected);
  });

  it('may be everything', () => {
    const all = govern({ origin: A, enforce: true, routes: [{ path: '/', unmanaged: true }] }, [Plain]);
    expect([ruled(all, 'Plain#list', '/plain'), ruled(all, undefined, '/a/../b')]).toEqual([
      'unmanaged',
      'unmanaged',
    ]);
  });
});

describe('policyAt()', () => {
  it('asks no route', () => {
    const { governance } = govern(
      { origin: A, routes: [{ path: '/chat', policy: { origin: B, enforce: true } }] },
      [Plain],
    );
    expect(summary(governance.policyAt({ path: '/chat/room' }))).toBe('B!');
    expect(summary(governance.policyAt({ path: '/plain' }))).toBe('A');
    expect(summary(governance.policyAt({ path: '/%63hat' }))).toBe('nobody!');
    expect(summary(governance.policyAt({ path: undefined }))).toBe('nobody!');
  });
});

describe('a handler that nobody knows', () => {
  it('is closed, and behind the wall if there is one', () => {
    const { governance } = govern({ origin: A });
    const { elsewhere } = governance.places;
    expect(governance.closed(elsewhere, false, false)).toMatchObject({
      isAmbiguous: false,
      place: elsewhere,
    });
    expect(summary(governance.closed(elsewhere, false, false).policy)).toBe('nobody');
    expect(summary(governance.closed(elsewhere, true, true).policy)).toBe('nobody!');
    expect(governance.closed(elsewhere, true, true).policy?.closed).toBe(true);
  });
});

describe('@NoCors() and entries that close', () => {
  @Controller('shut')
  @NoCors()
  class Shut {
    @Get() list() {}
    @Get('open') @AllowOrigin(B) open() {}
    @Get('named') @UseCorsPolicy('partners') named() {}
    @Get('hook') @NoCors({ enforce: false }) hook() {}
    @Get('wall') @NoCors({ enforce: true }) wall() {}
  }
  @Controller('lifted')
  @AllowOrigin(B, { enforce: false })
  class Lifted {
    @All() all() {}
    @Get('shut') @NoCors() shut() {}
  }
  const policies = { partners: { origin: C } };

  it.each([
    [{}, ['nobody', 'B', 'C', 'nobody', 'nobody!', 'B', 'nobody']],
    [{ origin: A, credentials: true }, ['nobody', 'B', 'C', 'nobody', 'nobody!', 'B', 'nobody']],
    // A wall is no way in: it stays.
    [{ enforce: true }, ['nobody!', 'B!', 'C!', 'nobody', 'nobody!', 'B', 'nobody']],
    [{ origin: A, enforce: true }, ['nobody!', 'B!', 'C!', 'nobody', 'nobody!', 'B', 'nobody']],
    [
      { enforce: true, routes: [{ path: '/', policy: { enforce: false, origin: A } }] },
      ['nobody', 'B', 'C', 'nobody', 'nobody!', 'B', 'nobody'],
    ],
    [
      { origin: A, routes: [{ path: '/shut', policy: false }] },
      ['nobody', 'B', 'C', 'nobody', 'nobody!', 'B', 'nobody'],
    ],
    [
      { origin: A, enforce: true, routes: [{ path: '/', policy: false }] },
      ['nobody!', 'B!', 'C!', 'nobody', 'nobody!', 'B', 'nobody'],
    ],
  ])('%j', (options, expected) => {
    const { governance, routes } = govern({ ...options, policies }, [Shut, Lifted]);
    expect(routes.map((route) => summary(governance.policyOf(route, arriving(route.path))))).toEqual(
      expected,
    );
  });

  it('leave nothing of what stands outside', () => {
    const { governance, at } = govern({ origin: A, credentials: true, maxAge: 9, methods: 'PUT', policies }, [
      Shut,
    ]);
    const policyOf = (where: string) => governance.policyOf(at(where), arriving(at(where).path));
    expect(policyOf('Shut#open')).toMatchObject({ credentials: false, maxAge: '', methods: { names: [] } });
    expect(policyOf('Shut#list')).toMatchObject({ closed: true, credentials: false, maxAge: '' });
  });

  it('leave nothing to restrict', () => {
    @Controller('shut')
    @NoCors()
    class Restricting {
      @Get() @AllowOrigin(A, { merge: 'restrict' }) list() {}
    }
    @Controller('below')
    @AllowOrigin(A, { merge: 'restrict' })
    class Below {
      @Get() list() {}
    }
    expect(problemsWith({ origin: A }, [Restricting])).toEqual([
      ['restrict-leaves-nothing', 'Restricting#list, origin', [A]],
    ]);
    expect(problemsWith({ origin: A }, [Below])).toEqual([]);
    expect(problemsWith({ origin: A, routes: [{ path: '/below', policy: false }] }, [Below])).toEqual([
      ['restrict-leaves-nothing', 'Below, origin', [A]],
    ]);
  });
});

describe('what the app has to be ready for', () => {
  const isKnown = (): boolean => true;
  const after = { allows: isKnown, mayAllow: isKnown, after: 'guards' as const };
  @Controller('asking')
  class Asking {
    @Get() @AllowOrigin(isKnown) list() {}
  }
  @Controller('tenants')
  class Tenants {
    @Get() @AllowOrigin(after) list() {}
  }
  @Controller('walled')
  class Walled {
    @Get(':id') @AllowOrigin(A, { enforce: true }) list() {}
  }

  it.each([
    ['nothing', {}, [Plain, Cats], [false, false, false]],
    ['a function', { origin: isKnown }, [], [true, false, false]],
    ['a function of a route', {}, [Asking], [true, false, false]],
    [
      'a function of an entry',
      { routes: [{ path: '/x', policy: { origin: isKnown } }] },
      [],
      [true, false, false],
    ],
    ['a source that waits for the guards of a route', {}, [Tenants], [true, false, true]],
    [
      'one of a route by the path of the request',
      { routes: [{ path: '/plain/7', policy: { origin: after } }] },
      [Plain],
      [true, false, true],
    ],
    ['a wall', { enforce: true }, [], [false, true, false]],
    ['a wall of a route', {}, [Walled], [false, true, false]],
    ['a wall of an entry', { routes: [{ path: '/x', policy: { enforce: true } }] }, [], [false, true, false]],
    [
      'a wall in front of a path that is unmanaged in part',
      { routes: [{ path: '/walled/7', unmanaged: true }] },
      [Walled],
      [false, true, false],
    ],
    [
      'no wall where all of it is unmanaged',
      { routes: [{ path: '/x', unmanaged: true }] },
      [],
      [false, false, false],
    ],
  ])('%s', (_, options, controllers, expected) => {
    const { governance } = govern(options, controllers);
    expect([governance.asks, governance.enforces, governance.asksAfterGuards]).toEqual(expected);
  });

  it('has the origins of the app', () => {
    expect(govern({ publicOrigins: A }).governance.publicOrigins).toEqual(new Set([A]));
    expect(govern({}).governance.publicOrigins).toBeUndefined();
  });

  it('has the module’s default last in force, and its entries in order', () => {
    const { places } = govern({
      origin: A,
      routes: [
        { path: '/b', policy: false },
        { path: '/a', unmanaged: true },
      ],
    }).governance;
    expect(places.list.map(({ where, path, own }) => [where, path, summary(own?.policy)])).toEqual([
      ['options.routes[0]', '/b', 'nobody'],
      ['options.routes[1]', '/a', 'unmanaged'],
    ]);
    expect(places.elsewhere).toMatchObject({ where: 'options', path: '*' });
  });
});
