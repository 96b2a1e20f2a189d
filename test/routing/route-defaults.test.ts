import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  Headers,
  Param,
  Post,
  Query,
  RawBody,
  RequestMethod,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { corsRoute, type CorsRoute } from '../../lib/routing/cors-route.js';
import { declaredHeaders, routeDefaults } from '../../lib/routing/route-defaults.js';

@Controller('cats')
class Cats {
  @Get() list(@Query() _query: unknown, @Headers() _all: unknown) {}
  @Post() add(@Body() _body: unknown) {}
  @Post('name') name(@Body('name') _name: unknown, @Headers('X-Request-Id') _id: string) {}
  @Post('raw') raw(@RawBody() _body: unknown) {}
  @Get(':id') one(
    @Param('id') _id: string,
    @Headers('x-tenant') _tenant: string,
    @Headers('X-TENANT') _again: string,
    @Headers('if-none-match') _tag: string,
    @Headers('cookie') _cookie: string,
    @Headers('Sec-Fetch-Site') _site: string,
    @Headers('host') _host: string,
    @Headers('no token') _junk: string,
    @Headers('*') _any: string,
    @Headers('Access-Control-Request-Method') _method: string,
    @Headers('authorization') _authorization: string,
  ) {}
}

function route(handlerName: keyof Cats, rest: Partial<CorsRoute> = {}): CorsRoute {
  const handler = Cats.prototype[handlerName];
  const made = corsRoute(
    {
      controller: Cats,
      handlerName,
      handler,
      decorated: handler,
      method: RequestMethod.GET,
      path: '/cats',
      version: undefined,
      hosts: [],
    },
    0,
  );
  return { ...made, ...rest };
}

const USUAL = ['authorization', 'content-type'];

const headersOf = (one: CorsRoute, versionHeader?: string): readonly string[] =>
  routeDefaults([one], versionHeader)(one).allowedHeaders;

describe('the headers that a route allows by itself', () => {
  it('are the usual ones, also for a handler that reads none by name and has no body', () => {
    expect(headersOf(route('list'))).toEqual(USUAL);
    expect(headersOf(route('add'))).toEqual(USUAL);
    expect(headersOf(route('raw'))).toEqual(USUAL);
  });

  it('and what it reads by name, each once, but for names that scripts may not set', () => {
    expect(headersOf(route('name'))).toEqual([...USUAL, 'x-request-id']);
    expect(headersOf(route('one')).toSorted()).toEqual([...USUAL, 'if-none-match', 'x-tenant']);
  });

  it('and the header for the version, where the route has a version', () => {
    const versioned = [...USUAL, 'x-version'];
    expect(headersOf(route('list', { version: '1' }), 'X-Version')).toEqual(versioned);
    expect(headersOf(route('list', { version: ['1', VERSION_NEUTRAL] }), 'X-Version')).toEqual(versioned);
    expect(headersOf(route('list'), 'X-Version')).toEqual(USUAL);
    expect(headersOf(route('list', { version: '1' }))).toEqual(USUAL);
    expect(headersOf(route('list', { version: '1' }), 'Sec-Version')).toEqual(USUAL);
  });
});

describe('the headers that a handler declares', () => {
  it.each<[handler: keyof Cats, headers: readonly string[]]>([
    ['list', []],
    ['add', ['content-type']],
    ['name', ['content-type', 'x-request-id']],
    ['raw', ['content-type']],
    ['one', ['x-tenant', 'if-none-match', 'authorization']],
  ])('%s: %j', (handler, headers) => {
    expect(declaredHeaders(route(handler)).toSorted()).toEqual(headers.toSorted());
  });
});

describe('the methods that a route allows by itself', () => {
  it('are those that the app serves at its path', () => {
    const routes = [
      route('list', { method: 'GET' }),
      route('add', { method: 'PUT' }),
      route('raw', { method: 'PATCH', path: '/cats/raw' }),
    ];
    const defaultsOf = routeDefaults(routes, undefined);
    expect(routes.map((one) => defaultsOf(one).methods)).toEqual([['GET', 'PUT'], ['GET', 'PUT'], ['PATCH']]);
  });

  it('are all of them under @All', () => {
    const routes = [route('list', { method: 'ALL' })];
    expect(routeDefaults(routes, undefined)(routes[0] as CorsRoute).methods).toEqual(['*']);
  });

  it('are none for a route that is not among them', () => {
    expect(routeDefaults([], undefined)(route('list')).methods).toEqual([]);
  });
});
