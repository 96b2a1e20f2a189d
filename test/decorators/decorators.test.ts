import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { applyDecorators, Controller, Get, type Type } from '@nestjs/common';
import { decoratedMethods, decoratedPlaces } from '../../lib/decorators/decorated-places.js';
import {
  isDecorated,
  readMetadata,
  type CorsMetadata,
  type Decorated,
} from '../../lib/decorators/cors-metadata.js';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from '../../lib/index.js';

const NOTHING: CorsMetadata = { allowOrigin: [], preflight: [], noCors: [], policies: [] };
const A = 'https://a.example';
const B = 'https://b.example';

/** What decorators leave on a class, written from the top to the bottom. */
function metadataOf(...decorators: readonly ClassDecorator[]): CorsMetadata {
  class Cats {}
  for (const decorate of decorators.toReversed()) decorate(Cats);
  return readMetadata(Cats);
}

/** A class's own methods, in order, but for the one that asks for the module, of which the tests of the module know. */
function methodsOf(type: Type): readonly Decorated[] {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(type.prototype as object);
  return Object.entries(methods).flatMap(([name, { value }]) =>
    name.startsWith('nestjs-cors:') ? [] : [value as Decorated],
  );
}

/** Calls a decorator as JavaScript may. */
function loose(decorator: (...args: never[]) => unknown, ...args: readonly unknown[]): ClassDecorator {
  return decorator(...(args as never[])) as ClassDecorator;
}

describe('@AllowOrigin', () => {
  class Source {
    allows(): boolean {
      return true;
    }
  }
  const fn = (): boolean => true;
  const source = new Source();
  const named = { allows: fn, timeout: 5 };

  it.each<[title: string, args: readonly unknown[], raw: object]>([
    ['an origin', [A], { origin: [A] }],
    ['origins', [A, B], { origin: [A, B] }],
    ["'*'", ['*'], { origin: ['*'] }],
    ['a class', [Source], { origin: [Source] }],
    ['a function', [fn], { origin: [fn] }],
    ['a source', [source], { origin: [source] }],
    ['a source behind an origin, which is no object of options', [A, named], { origin: [A, named] }],
    ['a source and options', [named, { enforce: true }], { origin: [named], enforce: true }],
    ['a RegExp', [/a/], { origin: [/a/] }],
    ['origins and options', [A, B, { credentials: true }], { origin: [A, B], credentials: true }],
    ['options alone', [{ origin: A, enforce: true }], { origin: A, enforce: true }],
    ['options without an origin', [{ credentials: true }], { credentials: true }],
    ['no options', [{}], {}],
    ['options without a prototype', [A, Object.create(null)], { origin: [A] }],
    // What the types refuse is not lost on its way to the start-up check.
    ['nothing', [], { origin: [] }],
    ['undefined', [undefined], { origin: [undefined] }],
    ['null', [null], { origin: [null] }],
    ['a list', [[A, B]], { origin: [[A, B]] }],
    ['a Set', [new Set([A])], { origin: [new Set([A])] }],
    ['a URL', [new URL(A)], { origin: [new URL(A)] }],
    ['options in front', [{ credentials: true }, A], { origin: [{ credentials: true }, A] }],
    ['an origin in the options as well', [A, { origin: B, maxAge: 1 }], { origin: [A, B], maxAge: 1 }],
    ['origins in the options as well', [A, { origin: [B] }], { origin: [A, B] }],
    ['no origin in the options', [A, { origin: undefined }], { origin: [A] }],
  ])('%s', (_, args, raw) => {
    expect(metadataOf(loose(AllowOrigin, ...args)).allowOrigin).toEqual([raw]);
  });

  it('leaves the options as they are', () => {
    const options = Object.freeze({ credentials: true });
    metadataOf(AllowOrigin(A, options as { credentials: true }));
    expect(options).toEqual({ credentials: true });
  });
});

describe('decorators', () => {
  it('each leave their own', () => {
    expect(metadataOf()).toEqual(NOTHING);
    expect(metadataOf(NoCors())).toEqual({ ...NOTHING, noCors: [true] });
    expect(metadataOf(UseCorsPolicy('partners'))).toEqual({ ...NOTHING, policies: ['partners'] });
    expect(metadataOf(Preflight({ maxAge: 5 }))).toEqual({ ...NOTHING, preflight: [{ maxAge: 5 }] });
    expect(metadataOf(loose(Preflight))).toEqual({ ...NOTHING, preflight: [undefined] });
  });

  it('that stand there twice are both kept, in order', () => {
    expect(metadataOf(AllowOrigin(A), AllowOrigin(B)).allowOrigin).toEqual([
      { origin: [A] },
      { origin: [B] },
    ]);
  });

  it('compose', () => {
    const Open = (): ClassDecorator & MethodDecorator =>
      applyDecorators(AllowOrigin('*'), Preflight({ allowedHeaders: 'x-a' }));
    @Open()
    class Cats {
      @Open()
      list(): void {}
    }
    const expected = { ...NOTHING, allowOrigin: [{ origin: ['*'] }], preflight: [{ allowedHeaders: 'x-a' }] };
    expect(readMetadata(Cats)).toEqual(expected);
    expect(methodsOf(Cats).map(readMetadata)).toEqual([expected]);
  });

  it('on a method say nothing of the class or of its other methods', () => {
    class Cats {
      @AllowOrigin(A)
      list(): void {}
      other(): void {}
    }
    expect([Cats, ...methodsOf(Cats)].map(isDecorated)).toEqual([false, true, false]);
  });

  it('on a method of a plain object, as in JavaScript, leave all other objects alone', () => {
    const cats = { list(): void {} };
    AllowOrigin(A)(cats, 'list', Object.getOwnPropertyDescriptor(cats, 'list') ?? {});
    expect(Object.getOwnPropertyNames(Object.prototype).filter((name) => name.includes('cors'))).toEqual([]);
  });
});

describe('inheritance', () => {
  function derived(base: readonly ClassDecorator[], own: readonly ClassDecorator[]): CorsMetadata {
    class Base {}
    class Cats extends Base {}
    for (const decorate of base) decorate(Base);
    for (const decorate of own) decorate(Cats);
    return readMetadata(Cats);
  }
  const a = AllowOrigin(A, { credentials: true });
  const b = AllowOrigin(B);
  const short = Preflight({ maxAge: 1 });
  const long = Preflight({ maxAge: 2 });
  const partners = UseCorsPolicy('partners');
  const guests = UseCorsPolicy('guests');
  const inherited = {
    ...NOTHING,
    allowOrigin: [{ origin: [A], credentials: true }],
    preflight: [{ maxAge: 1 }],
    policies: ['partners'],
  };

  it.each<[title: string, base: ClassDecorator[], own: ClassDecorator[], result: CorsMetadata]>([
    ['everything', [a, short, partners], [], inherited],
    ['nothing of its own kind', [a, short, partners], [b], { ...inherited, allowOrigin: [{ origin: [B] }] }],
    ['another preflight', [a, short], [long], { ...inherited, preflight: [{ maxAge: 2 }], policies: [] }],
    ['a closed class', [NoCors()], [], { ...NOTHING, noCors: [true] }],
    // Nobody could end what a base class says otherwise: both together are a conflict.
    ['a class that is closed below', [a, short, partners], [NoCors()], { ...NOTHING, noCors: [true] }],
    ['a class that is opened below', [NoCors()], [b], { ...NOTHING, allowOrigin: [{ origin: [B] }] }],
    ['a class that a policy opens below', [NoCors()], [guests], { ...NOTHING, policies: ['guests'] }],
    [
      'a closed class with a preflight',
      [NoCors()],
      [long],
      { ...NOTHING, noCors: [true], preflight: [{ maxAge: 2 }] },
    ],
    // A named policy is used, and not covered by what a base class says.
    ['a named policy below', [a, short, partners], [guests], { ...NOTHING, policies: ['guests'] }],
  ])('%s', (_, base, own, result) => {
    expect(derived(base, own)).toEqual(result);
  });

  it('goes over several classes', () => {
    @AllowOrigin(A)
    class Base {}
    class Middle extends Base {}
    class Cats extends Middle {}
    expect(readMetadata(Cats).allowOrigin).toEqual([{ origin: [A] }]);
    expect(readMetadata(class {})).toEqual(NOTHING);
  });

  it('does not change the base class', () => {
    @AllowOrigin(A)
    class Base {}
    @AllowOrigin(B)
    class Cats extends Base {}
    expect([Base, Cats].map((type) => readMetadata(type).allowOrigin)).toEqual([
      [{ origin: [A] }],
      [{ origin: [B] }],
    ]);
  });
});

describe('places', () => {
  const decorate: (...args: readonly unknown[]) => void = loose(AllowOrigin, A) as never;

  it('are classes and their methods, inherited ones included', () => {
    class Base {
      @NoCors()
      inherited(): void {}
    }
    @Controller()
    @AllowOrigin(A)
    class Cats extends Base {
      @Get()
      @AllowOrigin(B)
      list(): void {}
      plain(): void {}
    }
    expect(decoratedPlaces(Cats)).toEqual(['Cats', 'Cats#list', 'Cats#inherited']);
    expect(decoratedPlaces(class Plain {})).toEqual([]);
  });

  it.each<[title: string, controller: () => Type]>([
    [
      'an accessor',
      () => {
        class Cats {
          @AllowOrigin(A)
          get odd(): string {
            return '';
          }
        }
        return Cats;
      },
    ],
    [
      'a static method',
      () => {
        class Cats {
          @AllowOrigin(A)
          static odd(): void {}
          list(): void {}
        }
        return Cats;
      },
    ],
    [
      'a property, from JavaScript',
      () => {
        class Cats {}
        decorate(Cats.prototype, 'odd');
        return Cats;
      },
    ],
  ])('where a decorator has no effect are not forgotten: %s', (_, make) => {
    const controller = make();
    expect(decoratedMethods(controller)).toEqual(['odd']);
    expect(isDecorated(controller)).toBe(false);
    class Derived extends controller {}
    expect(decoratedMethods(Derived)).toEqual(['odd']);
  });
});
