import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { applyDecorators, Controller, Get, type Type } from '@nestjs/common';
import fc from 'fast-check';
import { decoratedPlaces, isLost, placeName } from '../../lib/decorators/decorated-places.js';
import { readMetadata, type CorsMetadata, type Decorated } from '../../lib/decorators/cors-metadata.js';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from '../../lib/index.js';
import { seed } from '../protocol/seed.js';

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

/** The places of decorators in a class and in what it inherits. */
function placesOf(type: Type): readonly string[] {
  return decoratedPlaces(type).map(placeName);
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
    expect(metadataOf(NoCors())).toEqual({ ...NOTHING, noCors: [{}] });
    expect(metadataOf(NoCors({ enforce: false }))).toEqual({ ...NOTHING, noCors: [{ enforce: false }] });
    expect(metadataOf(loose(NoCors, null))).toEqual({ ...NOTHING, noCors: [null] });
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
    expect([Cats, ...methodsOf(Cats)].map(readMetadata)).toEqual([
      NOTHING,
      { ...NOTHING, allowOrigin: [{ origin: [A] }] },
      NOTHING,
    ]);
    expect(placesOf(Cats)).toEqual(['Cats#list']);
  });

  it('on a method of a plain object, as in JavaScript, leave all other objects alone', () => {
    const cats = { list(): void {} };
    AllowOrigin(A)(cats, 'list', Object.getOwnPropertyDescriptor(cats, 'list') ?? {});
    expect(Object.getOwnPropertyNames(Object.prototype).filter((name) => name.includes('cors'))).toEqual([]);
    expect(placesOf(class Other {})).toEqual([]);
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
    ['a closed class', [NoCors()], [], { ...NOTHING, noCors: [{}] }],
    // Nobody could end what a base class says otherwise: both together are a conflict.
    ['a class that is closed below', [a, short, partners], [NoCors()], { ...NOTHING, noCors: [{}] }],
    ['a class that is opened below', [NoCors()], [b], { ...NOTHING, allowOrigin: [{ origin: [B] }] }],
    ['a class that a policy opens below', [NoCors()], [guests], { ...NOTHING, policies: ['guests'] }],
    [
      'a closed class with a preflight',
      [NoCors()],
      [long],
      { ...NOTHING, noCors: [{}], preflight: [{ maxAge: 2 }] },
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
    expect(placesOf(Cats).toSorted()).toEqual(['Base#inherited', 'Cats', 'Cats#list']);
    expect(placesOf(class Plain {})).toEqual([]);
    expect(placesOf((() => undefined) as unknown as Type)).toEqual([]);
  });

  it('are those of one function once, however many decorators it has', () => {
    class Cats {
      @AllowOrigin(A)
      @Preflight({ maxAge: 5 })
      list(): void {}
    }
    expect(placesOf(Cats)).toEqual(['Cats#list']);
  });

  it('are not inherited with a method that is overridden', () => {
    class Base {
      @AllowOrigin(A)
      list(): void {}
      @AllowOrigin(A)
      other(): void {}
    }
    class Middle extends Base {
      override list(): void {}
    }
    class Cats extends Middle {}
    expect([Base, Middle, Cats].map(placesOf)).toEqual([
      ['Base#list', 'Base#other'],
      ['Base#other'],
      ['Base#other'],
    ]);
  });

  const odd = Symbol('odd');

  it.each<[title: string, place: string, controller: () => Type]>([
    [
      'an accessor',
      'Cats#odd',
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
      'Cats#odd',
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
      'Cats#odd',
      () => {
        class Cats {}
        decorate(Cats.prototype, 'odd');
        return Cats;
      },
    ],
    [
      'a method whose name is a symbol',
      'Cats#Symbol(odd)',
      () => {
        class Cats {
          @AllowOrigin(A)
          [odd](): void {}
        }
        return Cats;
      },
    ],
  ])('where a decorator has no effect are not forgotten: %s', (_, place, make) => {
    const controller = make();
    expect(placesOf(controller)).toEqual([place]);
    expect(readMetadata(controller)).toEqual(NOTHING);
    class Derived extends controller {}
    expect(placesOf(Derived)).toEqual([place]);
  });
});

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Puts a method around another one, as home-made decorators do. */
function wrapped(method: Method): Method {
  return function (...args) {
    return method.apply(this, args);
  };
}

/** Copies metadata from one function to another, as instrumentation does that knows Nest. */
function copying(from: Method, to: Method): Method {
  for (const key of Reflect.getMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
  return to;
}

/** A decorator that puts another method in place of one. */
function replacing(replace: (method: Method) => Method): MethodDecorator {
  return (_target, _key, descriptor) => ({
    ...descriptor,
    value: replace(descriptor.value as Method) as never,
  });
}

const Wrapping = replacing(wrapped);
const Copying = replacing((method) => copying(method, wrapped(method)));

/** A decorator that makes an accessor of a method, as those do that bind it. */
const Accessing = ((_target: object, _key: string | symbol, { value }: PropertyDescriptor) => ({
  configurable: true,
  get: () => value as unknown,
})) as MethodDecorator;

/** A class with one method under these decorators, written from the top to the bottom. */
function classWith(...decorators: readonly MethodDecorator[]): Type {
  class Cats {
    list(): void {}
  }
  const own = Object.getOwnPropertyDescriptor(Cats.prototype, 'list');
  const descriptor = Reflect.decorate([...decorators], Cats.prototype, 'list', own);
  Object.defineProperty(Cats.prototype, 'list', descriptor);
  return Cats;
}

/** Those places of a class whose decorators are lost. */
function lostIn(type: Type): readonly string[] {
  return [...new Set(decoratedPlaces(type).filter(isLost).map(placeName))];
}

describe('a decorator that is lost', () => {
  it.each<[title: string, lost: boolean, decorators: readonly MethodDecorator[]]>([
    ['no wrapper', false, [AllowOrigin(A)]],
    ['above a wrapper', false, [NoCors(), Wrapping]],
    ['below a wrapper', true, [Wrapping, NoCors()]],
    ['below and above a wrapper, of another kind', true, [Preflight({ maxAge: 5 }), Wrapping, NoCors()]],
    ['below and above a wrapper, with another value', true, [AllowOrigin(A), Wrapping, AllowOrigin(B)]],
    ['below a wrapper that copies', false, [Copying, NoCors()]],
    ['around a wrapper that copies', false, [AllowOrigin(A), Copying, Preflight({ maxAge: 5 })]],
    ['below a wrapper that copies, and one that does not', true, [Wrapping, Copying, NoCors()]],
    [
      'below a wrapper that inherits from the method',
      false,
      [replacing((method) => Object.setPrototypeOf(wrapped(method), method) as Method), NoCors()],
    ],
    ['below a wrapper that is a proxy', true, [replacing((method) => new Proxy(method, {})), NoCors()]],
    ['below a decorator that makes an accessor of the method', true, [Accessing, NoCors()]],
    [
      'among composed decorators, below one that changes the descriptor',
      true,
      [
        applyDecorators(
          NoCors(),
          (_target: object, _key: string | symbol, descriptor: PropertyDescriptor) => {
            descriptor.value = wrapped(descriptor.value as Method);
          },
          AllowOrigin(A),
        ),
      ],
    ],
  ])('%s: %s', (_, lost, decorators) => {
    expect(lostIn(classWith(...decorators))).toEqual(lost ? ['Cats#list'] : []);
  });

  it('is found with any wrappers in any order', () => {
    const step = fc.constantFrom('decorate', 'wrap', 'copy');
    const origin = fc.nat().map((port): MethodDecorator => AllowOrigin(`https://a.example:${port}`));
    fc.assert(
      fc.property(fc.array(fc.tuple(step, origin), { minLength: 1 }), (fromTheTop) => {
        const decorators = fromTheTop.map(([kind, decorator]) =>
          kind === 'decorate' ? decorator : kind === 'wrap' ? Wrapping : Copying,
        );
        const kinds = fromTheTop.map(([kind]) => kind);
        const wrapper = kinds.indexOf('wrap');
        const isLostThere = wrapper !== -1 && kinds.lastIndexOf('decorate') > wrapper;
        expect(lostIn(classWith(...decorators))).toEqual(isLostThere ? ['Cats#list'] : []);
      }),
      { seed },
    );
  });

  it('when the app has replaced the method later', () => {
    const Cats = classWith(NoCors(), Get());
    const prototype = Cats.prototype as { list?: Method };
    const method = prototype.list as Method;
    prototype.list = copying(method, wrapped(method));
    expect(lostIn(Cats)).toEqual([]);
    prototype.list = wrapped(method);
    expect(lostIn(Cats)).toEqual(['Cats#list']);
    delete prototype.list;
    expect(lostIn(Cats)).toEqual(['Cats#list']);
  });

  it('is looked for where it stands, also by a class that inherits it, unless that overrides the method', () => {
    const Base = classWith(Wrapping, NoCors());
    class Cats extends Base {}
    class Overriding extends Base {
      list(): void {}
    }
    expect([Cats, Overriding].map(lostIn)).toEqual([['Cats#list'], []]);
    expect(decoratedPlaces(Cats)[0]?.owner).toBe(Base);
  });

  it.each<[title: string, lost: boolean, wrap: (type: Type) => Type]>([
    ['a subclass', false, (type) => class extends type {}],
    ['a proxy', true, (type) => new Proxy(type, {})],
    [
      'a function with the prototype of the class',
      true,
      (type) => {
        function Wrapper(...args: unknown[]): unknown {
          return Reflect.construct(type, args);
        }
        Wrapper.prototype = type.prototype;
        return Wrapper as unknown as Type;
      },
    ],
  ])('because a decorator has put something else in place of the class: %s', (_, lost, wrap) => {
    class Cats {}
    NoCors()(Cats);
    const wrapper = wrap(Cats);
    expect(lostIn(wrapper)).toHaveLength(lost ? 1 : 0);
    NoCors()(wrapper);
    expect(lostIn(wrapper)).toEqual([]);
  });
});

describe('a decorator without parentheses', () => {
  class Cats {
    list(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Cats.prototype, 'list');

  // TypeScript refuses them; what only strips types does not, and then nothing would ever hear of the decorator.
  it.each([
    [NoCors, '@NoCors is written with parentheses: @NoCors()'],
    [Preflight, '@Preflight is written with parentheses: @Preflight({ maxAge: 600 })'],
    [UseCorsPolicy, "@UseCorsPolicy is written with parentheses: @UseCorsPolicy('partners')"],
    [AllowOrigin, "@AllowOrigin is written with parentheses: @AllowOrigin('https://app.example.com')"],
  ] as const)('is refused where it stands: %p', (decorator, message) => {
    const call =
      (...args: readonly unknown[]) =>
      () =>
        loose(decorator, ...args);
    expect(call(Cats.prototype, 'list', descriptor)).toThrow(new TypeError(message));
    // A class may be a source of origins.
    if (decorator !== AllowOrigin) expect(call(Cats)).toThrow(new TypeError(message));
  });
});
