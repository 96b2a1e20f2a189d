import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, SetMetadata, type Type } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from '../../lib/index.js';
import { idleDecorators } from '../../lib/routing/idle-decorators.js';
import type { Handler } from '../../lib/routing/nest-internals.js';

const A = 'https://a.example';

/** A class with one method, under these decorators, in the order in which they are applied. */
function classOf(onClass: readonly ClassDecorator[], onMethod: readonly MethodDecorator[] = []): Type {
  class Cats {
    list(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Cats.prototype, 'list') as PropertyDescriptor;
  for (const decorate of onMethod) decorate(Cats.prototype, 'list', descriptor);
  Object.defineProperty(Cats.prototype, 'list', descriptor);
  for (const decorate of onClass) decorate(Cats);
  return Cats;
}

/** An app: its classes, and the handlers of its controllers. */
interface App {
  readonly controllers?: readonly Type[];
  readonly providers?: readonly Type[];
  readonly routes?: readonly (readonly [controller: Type, handlerName: string])[];
}

function problemsOf({ controllers = [], providers = [], routes = [] }: App): readonly string[] {
  const classes = { controllers: new Set(controllers), providers: new Set(providers) };
  const served = routes.map(([controller, handlerName]) => ({
    controller,
    handlerName,
    decorated: (controller.prototype as Record<string, Handler>)[handlerName] as Handler,
  }));
  return idleDecorators(classes, served).map(({ code, where, fix }) => `${code} ${where}: ${fix}`);
}

const ADD_METHOD = 'add a method with @Get(), @Post() or another method decorator of Nest, or remove it';
const ADD = 'add @Get(), @Post() or another method decorator of Nest, or remove it';
const ENTRY_FOR_GATEWAY = 'remove it, and give the path of the gateway a policy by an entry of routes';
const ENTRY_FOR_RESOLVER =
  'remove it, and give the path of the GraphQL server a policy by an entry of routes';
const ELSEWHERE = 'put it on a controller that serves routes, or remove it';
const NO_MESSAGES = 'remove it: messages take no part in CORS';

/** As `@Resolver()` and `@Query()` of `@nestjs/graphql` mark classes and methods. */
const Resolver = (type?: string): ClassDecorator & MethodDecorator =>
  SetMetadata('graphql:resolver_type', type);

describe('a decorator that no route reads', () => {
  it.each<[title: string, place: string, fix: string, app: App]>([
    ['a provider', 'Cats', ELSEWHERE, { providers: [classOf([Injectable(), NoCors()])] }],
    ['a method of a provider', 'Cats#list', ELSEWHERE, { providers: [classOf([], [AllowOrigin(A)])] }],
    ['a gateway', 'Cats', ENTRY_FOR_GATEWAY, { providers: [classOf([WebSocketGateway(), NoCors()])] }],
    [
      'a message of a gateway',
      'Cats#list',
      ENTRY_FOR_GATEWAY,
      { providers: [classOf([WebSocketGateway()], [SubscribeMessage('ping'), UseCorsPolicy('partners')])] },
    ],
    [
      'a message of a class that is no gateway',
      'Cats#list',
      ENTRY_FOR_GATEWAY,
      { providers: [classOf([], [SubscribeMessage('ping'), NoCors()])] },
    ],
    ['a resolver', 'Cats', ENTRY_FOR_RESOLVER, { providers: [classOf([Resolver(), NoCors()])] }],
    [
      'a query of a resolver',
      'Cats#list',
      ENTRY_FOR_RESOLVER,
      { providers: [classOf([], [Resolver('Query'), Preflight({ maxAge: 5 })])] },
    ],
    ['a controller without routes', 'Cats', ADD_METHOD, { controllers: [classOf([Controller(), NoCors()])] }],
    ['a method without a route', 'Cats#list', ADD, { controllers: [classOf([Controller()], [NoCors()])] }],
    [
      'a controller of messages only',
      'Cats',
      ADD_METHOD,
      { controllers: [classOf([Controller(), NoCors()], [MessagePattern('ping')])] },
    ],
    [
      'a message of a controller',
      'Cats#list',
      NO_MESSAGES,
      { controllers: [classOf([Controller()], [MessagePattern('ping'), NoCors()])] },
    ],
    [
      'an event of a controller',
      'Cats#list',
      NO_MESSAGES,
      { controllers: [classOf([Controller()], [EventPattern('ping') as MethodDecorator, NoCors()])] },
    ],
  ])('is found on %s', (_, place, fix, app) => {
    expect(problemsOf(app)).toEqual([`decorator-without-route ${place}: ${fix}`]);
  });

  it('is found in what a provider inherits', () => {
    class Cats extends classOf([NoCors()], [AllowOrigin(A)]) {}
    expect(problemsOf({ providers: [Cats] }).toSorted()).toEqual([
      `decorator-without-route Cats#list: ${ELSEWHERE}`,
      `decorator-without-route Cats: ${ELSEWHERE}`,
    ]);
  });

  it('is found on the static method of a name that a handler has, too', () => {
    class Cats {
      @NoCors() static list(): void {}
      @Get() list(): void {}
    }
    expect(problemsOf({ controllers: [Cats], routes: [[Cats, 'list']] })).toEqual([
      `decorator-without-route Cats#list: ${ADD}`,
    ]);
  });

  it('is found on the method of a base class that every controller overrides, if the base class is contained', () => {
    const Base = classOf([NoCors()], [NoCors()]);
    class Cats extends Base {
      list(): void {}
    }
    const app: App = { controllers: [Cats], routes: [[Cats, 'list']] };
    expect(problemsOf(app)).toEqual([]);
    expect(problemsOf({ ...app, providers: [Base] })).toEqual([
      `decorator-without-route Cats#list: ${ELSEWHERE}`,
    ]);
  });
});

describe('a decorator that a route reads', () => {
  const Base = classOf([NoCors()], [Get(), AllowOrigin(A)]);
  class Cats extends Base {}

  it.each<[title: string, app: App]>([
    ['on a controller and its handler', { controllers: [Base], routes: [[Base, 'list']] }],
    [
      'on a controller that is a provider as well',
      { controllers: [Base], providers: [Base], routes: [[Base, 'list']] },
    ],
    ['on a base class that is not contained', { controllers: [Cats], routes: [[Cats, 'list']] }],
    [
      'on a base class that is a provider',
      { controllers: [Cats], providers: [Base], routes: [[Cats, 'list']] },
    ],
    [
      'on the base class of a controller and of a provider',
      { controllers: [Cats], providers: [class extends Base {}], routes: [[Cats, 'list']] },
    ],
    [
      'on the base class of a controller with routes and of one without',
      { controllers: [Cats, class extends Base {}], routes: [[Cats, 'list']] },
    ],
    ['on a controller, whose handler is not its own', { controllers: [Cats], routes: [[Cats, 'list']] }],
  ])('is not idle %s', (_, app) => {
    expect(problemsOf(app)).toEqual([]);
  });

  it('leaves one beside it idle that no route reads', () => {
    class Mixed {
      @Get() @NoCors() get(): void {}
      @MessagePattern('ping') @NoCors() ping(): void {}
    }
    Preflight({ maxAge: 5 })(Mixed);
    expect(problemsOf({ controllers: [Mixed], routes: [[Mixed, 'get']] })).toEqual([
      `decorator-without-route Mixed#ping: ${NO_MESSAGES}`,
    ]);
  });

  it('is not found where there is none', () => {
    const providers = Array.from({ length: 3 }, () => classOf([Injectable()]));
    const factory = (() => undefined) as unknown as Type;
    expect(problemsOf({ controllers: [classOf([])], providers: [...providers, factory] })).toEqual([]);
  });
});

describe('a decorator that is lost', () => {
  const FIX = 'write the decorator above the one that wraps, or copy the metadata to the wrapper';
  const Wrapping: MethodDecorator = (_target, _key, descriptor) => {
    const method = descriptor.value as unknown as () => unknown;
    descriptor.value = (() => method()) as never;
  };

  it.each<[title: string, lost: boolean, onMethod: readonly MethodDecorator[]]>([
    ['below a wrapper', true, [NoCors(), Wrapping, Get()]],
    ['above a wrapper', false, [Wrapping, NoCors(), Get()]],
  ])('is found on a handler: %s, %s', (_, lost, onMethod) => {
    const Cats = classOf([Controller()], onMethod);
    expect(problemsOf({ controllers: [Cats], routes: [[Cats, 'list']] })).toEqual(
      lost ? [`decorator-lost Cats#list: ${FIX}`] : [],
    );
  });

  it('is found where it stands', () => {
    class Derived extends classOf([], [NoCors(), Wrapping, Get()]) {}
    expect(problemsOf({ controllers: [Derived], routes: [[Derived, 'list']] })).toEqual([
      `decorator-lost Cats#list: ${FIX}`,
    ]);
  });

  it('is found where the decorator that made the method a handler is lost with it', () => {
    const Cats = classOf([Controller()], [NoCors(), Get(), Wrapping]);
    expect(problemsOf({ controllers: [Cats] })).toEqual([`decorator-lost Cats#list: ${FIX}`]);
  });

  it.each<[title: string, fix: string, controllers: readonly Type[], providers: readonly Type[]]>([
    ['on a provider', ELSEWHERE, [], [classOf([Injectable()], [NoCors(), Wrapping])]],
    [
      'on a message of a controller',
      NO_MESSAGES,
      [classOf([Controller()], [NoCors(), Wrapping, MessagePattern('ping')])],
      [],
    ],
  ])('needs another place than above the wrapper %s', (_, fix, controllers, providers) => {
    expect(problemsOf({ controllers, providers })).toEqual([`decorator-without-route Cats#list: ${fix}`]);
  });

  it('is found on a class', () => {
    const Cats = new Proxy(classOf([NoCors()], [Get()]), {});
    Controller()(Cats);
    expect(problemsOf({ controllers: [Cats], routes: [[Cats, 'list']] })).toEqual([
      `decorator-lost Cats: ${FIX}`,
    ]);
  });
});
