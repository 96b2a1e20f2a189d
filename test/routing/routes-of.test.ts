import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, type Type } from '@nestjs/common';
import type { Handler } from '../../lib/routing/nest-internals.js';
import { RouteTable } from '../../lib/routing/route-table.js';
import { routesOf } from './governed.js';

abstract class Lists {
  @Get() list(): void {}
  @Get('more') more(): void {}
}

@Controller('cats')
class Cats extends Lists {
  @Post(['a', 'b']) add(): void {}
  helper(): void {}
}

@Controller('dogs')
class Dogs extends Lists {
  override more(): void {}
}

@Controller('birds')
class Birds {
  constructor() {
    this.list = this.list.bind(this);
  }
  @Get() list(): void {}
}

function tableOf(...controllers: readonly Type[]): RouteTable {
  const table = new RouteTable();
  table.setRoutes(routesOf(controllers));
  return table;
}

/** The routes that a guard finds, by their methods and paths. */
function found(table: RouteTable, controller: Type, handler: unknown): readonly string[] | undefined {
  return table.routesOf(controller, handler as Handler)?.map(({ method, path }) => `${method} ${path}`);
}

/** As tracing does: a function of its own, with the metadata of what it wraps. */
function wrapped(handler: Handler, name = 'wrapped'): Handler {
  const wrapper: Handler = (...args) => handler(...args);
  Object.defineProperty(wrapper, 'name', { value: name });
  for (const key of Reflect.getMetadataKeys(handler) as string[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapper);
  }
  return wrapper;
}

describe('the routes of a handler', () => {
  const table = tableOf(Cats, Dogs, Birds);

  it.each<[title: string, controller: Type, handler: unknown, routes: readonly string[] | undefined]>([
    ['its own', Cats, Cats.prototype.list, ['GET /cats']],
    ['one for each path', Cats, Cats.prototype.add, ['POST /cats/a', 'POST /cats/b']],
    ['of the class that is called, where two inherit it', Dogs, Dogs.prototype.list, ['GET /dogs']],
    ['none of a method that serves nothing', Cats, Cats.prototype.helper, []],
    ['none of a function that nobody knows', Cats, () => undefined, []],
    ['not said of a class without a route', class {}, Cats.prototype.list, undefined],
    ['not said of a base class', Lists as Type, Lists.prototype.list, undefined],
    ['none of a handler of another class', Birds, Cats.prototype.add, []],
    // An overridden method has lost the decorators of Nest, so that it serves nothing.
    ['none of an overridden one', Dogs, Dogs.prototype.more, []],
  ])('%s', (_, controller, handler, routes) => {
    expect(found(table, controller, handler)).toEqual(routes);
  });

  it('are those of what a wrapper with its metadata wraps, whatever the wrapper is called', () => {
    expect(found(table, Cats, wrapped(Cats.prototype.list))).toEqual(['GET /cats']);
    expect(found(table, Cats, wrapped(Cats.prototype.list, 'add'))).toEqual(['GET /cats']);
    expect(found(table, Cats, wrapped(wrapped(Cats.prototype.add)))).toEqual([
      'POST /cats/a',
      'POST /cats/b',
    ]);
    expect(found(table, Dogs, wrapped(Cats.prototype.list))).toEqual(['GET /dogs']);
    expect(found(table, Birds, wrapped(Cats.prototype.list))).toEqual([]);
  });

  it('are those of the method of the same name, where a wrapper has no metadata', () => {
    const named = (name: string): Handler => Object.defineProperty(() => undefined, 'name', { value: name });
    expect(found(table, Cats, named('list'))).toEqual(['GET /cats']);
    expect(found(table, Cats, named('add'))).toEqual(['POST /cats/a', 'POST /cats/b']);
    expect(found(table, Dogs, named('list'))).toEqual(['GET /dogs']);
    expect(found(table, Cats, named('helper'))).toEqual([]);
    expect(found(table, Cats, named(''))).toEqual([]);
    expect(found(table, Cats, named('toString'))).toEqual([]);
  });

  it('are those of a bound method, also of an instance for each request', () => {
    expect(found(table, Cats, Cats.prototype.list.bind(undefined as never))).toEqual(['GET /cats']);
    expect(found(table, Birds, new Birds().list)).toEqual(['GET /birds']);
    expect(found(table, Birds, new Birds().list)).toEqual(found(table, Birds, Birds.prototype.list));
  });

  it('do not change with metadata that somebody else has put there', () => {
    const wrapper: Handler = () => undefined;
    Reflect.defineMetadata('nestjs-cors:handler', 'list', wrapper);
    expect(found(table, Cats, wrapper)).toEqual([]);
  });

  it('are apart in two tables of one class', () => {
    const other = tableOf(Cats);
    expect(table.routesOf(Cats, Cats.prototype.list)?.[0]).not.toBe(
      other.routesOf(Cats, Cats.prototype.list)?.[0],
    );
    expect(found(other, Cats, wrapped(Cats.prototype.list))).toEqual(['GET /cats']);
    expect(found(other, Dogs, Dogs.prototype.list)).toBeUndefined();
  });

  it('are none in an app without any', () => {
    expect(found(new RouteTable(), Cats, Cats.prototype.list)).toBeUndefined();
    expect(new RouteTable().routes).toEqual([]);
  });
});

describe('a table', () => {
  it('has the routes by their index, and knows of hosts', () => {
    @Controller({ path: 'hosted', host: 'a.example' })
    class Hosted {
      @Get() list(): void {}
    }
    const table = tableOf(Cats, Hosted);
    expect(table.routes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4].slice(0, table.routes.length));
    expect([table.isHostBound, tableOf(Cats).isHostBound]).toEqual([true, false]);
  });
});
