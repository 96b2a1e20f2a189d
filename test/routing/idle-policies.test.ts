import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, type Type } from '@nestjs/common';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from '../../lib/index.js';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import { providing, type ShortProblem } from '../policy/configurations.js';
import { govern, ORIGINS, problemsWith } from './governed.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

const { A, B } = ORIGINS;

type Decorators = readonly (ClassDecorator & MethodDecorator)[];

/** A controller `Cats` with a handler `Cats#list` at `/cats`. */
function cats(ofClass: Decorators = [], ofHandler: Decorators = [], path = 'cats'): Type {
  class Cats {
    list(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Cats.prototype, 'list') as PropertyDescriptor;
  for (const decorate of [Get(), ...ofHandler]) decorate(Cats.prototype, 'list', descriptor);
  for (const decorate of [Controller(path), ...ofClass]) decorate(Cats);
  return Cats;
}

const entry = (path: string, policy: unknown) => ({ path, policy });
const leave = (path: string, exact = false) => ({ path, unmanaged: true, exact });

describe('a decorator on what is left alone', () => {
  it.each<[title: string, routes: readonly object[], controller: Type, problems: readonly ShortProblem[]]>([
    ['none', [leave('/cats')], cats(), []],
    ['on the class', [leave('/cats')], cats([AllowOrigin(A)]), [['decorator-unmanaged', 'Cats']]],
    ['on the handler', [leave('/cats')], cats([], [AllowOrigin(A)]), [['decorator-unmanaged', 'Cats#list']]],
    // The nearest is named: what stands on the class may count for its other handlers.
    ['on both', [leave('/cats')], cats([AllowOrigin(A)], [NoCors()]), [['decorator-unmanaged', 'Cats#list']]],
    ['@NoCors() as well', [leave('/cats')], cats([NoCors()]), [['decorator-unmanaged', 'Cats']]],
    [
      '@UseCorsPolicy() as well',
      [leave('/cats')],
      cats([UseCorsPolicy('p')]),
      [['decorator-unmanaged', 'Cats']],
    ],
    [
      'above the path',
      [leave('/')],
      cats([], [Preflight({ maxAge: 1 })]),
      [['decorator-unmanaged', 'Cats#list']],
    ],
    ['the path alone', [leave('/cats', true)], cats([NoCors()]), [['decorator-unmanaged', 'Cats']]],
    ['below the path', [leave('/cats/x')], cats([NoCors()]), []],
    ['only one of its paths', [leave('/cats/x')], cats([NoCors()], [], 'cats/:id'), []],
    [
      'all its paths, one by one',
      [leave('/cats'), leave('/cats/x')],
      cats([NoCors()], [], 'cats/:id'),
      [['decorator-unmanaged', 'Cats']],
    ],
    [
      'but for one of its paths',
      [leave('/cats'), entry('/cats/x', false)],
      cats([AllowOrigin(A)], [], 'cats/:id'),
      [],
    ],
    ['opened again by a nearer entry', [leave('/'), entry('/cats', {})], cats([AllowOrigin(A)]), []],
    // What is wrong with it would hide what it is.
    [
      'which is wrong',
      [leave('/cats')],
      cats([AllowOrigin('x' as never)]),
      [['origin-scheme-missing', 'Cats, origin', 'x']],
    ],
  ])('%s', (_, routes, controller, problems) => {
    const found = problemsWith({ policies: { p: { origin: B } }, routes }, [controller]);
    expect(found.map(([code, place]) => [code, place.replace('origin[0]', 'origin')])).toEqual(
      problems.map(([code, place]) => [code, place]),
    );
  });

  it('is said in one line, with the entry that leaves it alone', () => {
    const start = (): unknown => govern({ routes: [leave('/api')] }, [cats([NoCors()], [], 'api/cats')]);
    expect(start).toThrow(
      'Cats: has a decorator of nestjs-cors, but lies at or below /api, which options.routes[0] leaves unmanaged: ' +
        'remove the decorator, or give options.routes[0] a policy. [decorator-unmanaged]',
    );
    expect(start).toThrow(CorsConfigurationError);
  });
});

describe('a decorator where no layer names an origin', () => {
  const without = (where: string): readonly ShortProblem[] => [['preflight-without-origin', where]];

  it.each<[title: string, options: object, controller: Type, problems: readonly ShortProblem[]]>([
    ['none', {}, cats(), []],
    ['@Preflight', {}, cats([], [Preflight({ maxAge: 1 })]), without('Cats#list')],
    ['@Preflight of the class', {}, cats([Preflight({ maxAge: 1 })]), without('Cats')],
    ['@AllowOrigin with options alone', {}, cats([AllowOrigin({ credentials: true })]), without('Cats')],
    ['the nearest', {}, cats([Preflight({ maxAge: 1 })], [Preflight({ maxAge: 2 })]), without('Cats#list')],
    ['the module names one', { origin: A }, cats([Preflight({ maxAge: 1 })]), []],
    ['an entry names one', { routes: [entry('/cats', { origin: A })] }, cats([Preflight({ maxAge: 1 })]), []],
    [
      'an entry for one of its paths',
      { routes: [entry('/cats/x', { origin: A })] },
      cats([Preflight({ maxAge: 1 })], [], 'cats/:id'),
      [],
    ],
    [
      'an entry closes',
      { origin: A, routes: [entry('/', false)] },
      cats([Preflight({ maxAge: 1 })]),
      without('Cats'),
    ],
    [
      'a named policy names one',
      { policies: { p: { origin: A } } },
      cats([UseCorsPolicy('p')], [Preflight({ maxAge: 1 })]),
      [],
    ],
    [
      'a named policy names none',
      { policies: { p: { maxAge: 1 } } },
      cats([UseCorsPolicy('p')], [Preflight({ maxAge: 1 })]),
      without('Cats#list'),
    ],
    [
      'a named policy alone, of a handler',
      { policies: { p: { maxAge: 1 } } },
      cats([], [UseCorsPolicy('p')]),
      without('Cats#list'),
    ],
    [
      'a named policy alone, of a class',
      { policies: { p: { maxAge: 1 } } },
      cats([UseCorsPolicy('p')]),
      without('Cats'),
    ],
    [
      'a named policy with a wall alone',
      { policies: { p: { enforce: true } } },
      cats([UseCorsPolicy('p')]),
      [],
    ],
    ['@NoCors()', { origin: A }, cats([], [NoCors()]), []],
    [
      '@NoCors() of the class',
      { origin: A },
      cats([NoCors()], [Preflight({ maxAge: 1 })]),
      without('Cats#list'),
    ],
    [
      'inside of @NoCors() what is around it is closed on purpose',
      {},
      cats([Preflight({ maxAge: 1 })], [NoCors()]),
      [],
    ],
    // A wall around nobody refuses everybody, which is what it is for.
    ['enforce alone', {}, cats([AllowOrigin({ enforce: true })]), []],
    ['enforce: false alone', { enforce: true }, cats([], [AllowOrigin({ enforce: false })]), []],
    [
      'enforce beside another decorator',
      {},
      cats([AllowOrigin({ enforce: true })], [Preflight({ maxAge: 1 })]),
      without('Cats#list'),
    ],
    [
      'origins that could not be read',
      {},
      cats([AllowOrigin('x' as never)], [Preflight({ maxAge: 1 })]),
      [['origin-scheme-missing', 'Cats, origin[0]']],
    ],
    [
      'origins of the module that could not be read',
      { origin: 'x' },
      cats([Preflight({ maxAge: 1 })]),
      [['origin-scheme-missing', 'options, origin']],
    ],
    [
      'origins that restrict has left nothing of',
      { origin: A },
      cats([AllowOrigin(B, { merge: 'restrict' })]),
      [['restrict-leaves-nothing', 'Cats, origin']],
    ],
  ])('%s', (_, options, controller, problems) => {
    expect(problemsWith(options, [controller]).map(([code, place]) => [code, place])).toEqual(problems);
  });
});

describe('enforce beside *', () => {
  const idle = (where: string): readonly ShortProblem[] => [['enforce-idle', `${where}, enforce`, true]];
  const walled = { origin: '*', enforce: true };

  it.each<[title: string, options: object, controllers: readonly Type[], problems: readonly ShortProblem[]]>([
    ['on a handler', {}, [cats([], [AllowOrigin('*', { enforce: true })])], idle('Cats#list')],
    ['on a class', {}, [cats([AllowOrigin('*', { enforce: true })])], idle('Cats')],
    [
      'for some methods',
      {},
      [cats([AllowOrigin('*', { enforce: 'unsafe' })])],
      [['enforce-idle', 'Cats, enforce', 'unsafe']],
    ],
    ['of an entry', { routes: [entry('/x', walled)] }, [], idle('options.routes[0].policy')],
    [
      'of a named policy',
      { policies: { p: walled } },
      [cats([UseCorsPolicy('p')])],
      idle('options.policies.p'),
    ],
    [
      'of a named policy of an entry',
      { policies: { p: walled }, routes: [entry('/x', 'p')] },
      [],
      idle('options.policies.p'),
    ],
    [
      'of an entry over controllers',
      { routes: [entry('/cats', walled)] },
      [cats()],
      idle('options.routes[0].policy'),
    ],
    // The module's options are there for what is added later.
    ['of the module', walled, [cats()], []],
    ['of the module, where a layer names any origin', { enforce: true }, [cats([AllowOrigin('*')])], []],
    ['some origins', {}, [cats([AllowOrigin(A, { enforce: true })])], []],
    ['some origins, with any around', { origin: '*' }, [cats([AllowOrigin(A, { enforce: true })])], []],
    ['another layer allows any', {}, [cats([AllowOrigin({ enforce: true })], [AllowOrigin('*')])], []],
    [
      'where it refuses somebody elsewhere',
      { routes: [entry('/cats', walled)] },
      [cats([AllowOrigin(A)])],
      [],
    ],
    ['of a class, one of whose handlers names origins', {}, [classWithOrigins()], []],
    [
      'that a nearer layer lifts',
      { routes: [entry('/x', walled), entry('/cats', { enforce: false })] },
      [cats([AllowOrigin('*', { enforce: true })], [AllowOrigin({ enforce: false })])],
      idle('options.routes[0].policy'),
    ],
  ])('%s', (_, options, controllers, problems) => {
    expect(problemsWith(options, controllers)).toEqual(problems);
  });

  function classWithOrigins(): Type {
    @Controller('dogs')
    @AllowOrigin('*', { enforce: true })
    class Dogs {
      @Get() list() {}
      @Post() @AllowOrigin(A) add() {}
    }
    return Dogs;
  }
});

describe('a source that waits for the guards, taken on while the app runs', () => {
  const isKnown = (): boolean => true;
  class Tenants {
    readonly after = 'guards';
    allows = isKnown;
    mayAllow = isKnown;
  }
  const start = (
    options: object,
    controllers: readonly Type[],
    canAskAfterGuards: boolean,
  ): readonly ShortProblem[] =>
    problemsWith(options, controllers, { canAskAfterGuards, resolveSource: providing(new Tenants()) });

  it.each<[title: string, options: object, controller: Type, where: readonly string[]]>([
    ['of a route', {}, cats([AllowOrigin(Tenants as never)]), ['Cats#list']],
    ['of the module', { origin: Tenants }, cats(), ['Cats#list']],
    ['of an entry with a route', { routes: [entry('/cats', { origin: Tenants })] }, cats(), ['Cats#list']],
    [
      'of an entry for one of its paths',
      { routes: [entry('/cats/x', { origin: Tenants })] },
      cats([], [], 'cats/:id'),
      ['Cats#list'],
    ],
  ])('%s', (_, options, controller, where) => {
    expect(start(options, [controller], false)).toEqual(
      where.map((place) => ['origin-source-after-guards', `${place}, origin`]),
    );
    expect(start(options, [controller], true)).toEqual([]);
  });

  it('is asked in vain of an entry that no route has, whenever that is', () => {
    const options = {
      policies: { p: { origin: Tenants } },
      routes: [entry('/x', { origin: Tenants }), entry('/y', 'p')],
    };
    for (const canAskAfterGuards of [true, false]) {
      expect(start(options, [cats()], canAskAfterGuards)).toEqual([
        ['origin-source-after-guards', 'options.routes[0], origin'],
        ['origin-source-after-guards', 'options.routes[1], origin'],
      ]);
    }
    expect(start({ routes: [entry('/*all', { origin: Tenants })] }, [cats()], true)).toEqual([]);
  });
});
