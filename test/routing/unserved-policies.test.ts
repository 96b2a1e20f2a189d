import { describe, expect, it } from '@jest/globals';
import { All, Controller, Delete, Get, Options, Post, Put } from '@nestjs/common';
import { AllowOrigin, NoCors, Preflight } from '../../lib/index.js';
import type { Policy } from '../../lib/policy/policy.js';
import { arriving, govern, ORIGINS, summary, type GovernedControllers } from './governed.js';

const { A, B, C } = ORIGINS;

@Controller('cats')
class Cats {
  @Get() list() {}
  @Get('one') @AllowOrigin(A, B, { credentials: true, exposedHeaders: ['x-a', 'x-b'] }) one() {}
  @Post('one') @AllowOrigin(B, C, { credentials: true, exposedHeaders: 'x-b' }) add() {}
  @Put('one') @AllowOrigin(C) put() {}
  @Delete('one') @NoCors() remove() {}
  @Options('one') @AllowOrigin(A, B, C, { enforce: true }) options() {}
  @Get('lists')
  @AllowOrigin(A)
  @Preflight({ methods: ['PATCH', 'PUT'], allowedHeaders: ['x-a', 'x-b'] })
  lists() {}
  @Post('lists') @AllowOrigin(A) @Preflight({ methods: 'PATCH', allowedHeaders: ['x-b', 'x-c'] }) lists2() {}
  @Get('ages') @AllowOrigin(A) @Preflight({ maxAge: 600 }) ages() {}
  @Post('ages') @AllowOrigin(A) agesUnsaid() {}
  @Put('ages') @AllowOrigin(A) @Preflight({ maxAge: 3 }) agesShort() {}
  @Get(':id') @AllowOrigin(A) byId() {}
  @All('files/*path') @AllowOrigin(A) files() {}
  @Put('files/:name') @AllowOrigin(A) putFile() {}
}

/** Methods that Node knows. */
const KNOWN = { any: false, names: expect.arrayContaining(['DELETE', 'PATCH', 'PROPFIND']) };

/** The policy of a path whose routes serve other methods than the one that is asked for. */
function common(
  { governance, at }: GovernedControllers,
  path: string,
  ...handlers: readonly string[]
): Policy | undefined {
  const others = handlers.map((name) => at(`Cats#${name}`));
  return governance.policyOf(undefined, arriving(path, others));
}

describe('a method that no route of a path serves', () => {
  const app = govern({ origin: C, credentials: false }, [Cats]);

  it('is governed by the default where nobody serves the path at all', () => {
    expect(summary(common(app, '/nowhere'))).toBe('C');
    expect(common(app, '/nowhere')).toMatchObject({ methods: { any: false, names: [] } });
  });

  it.each<[handlers: readonly string[], expected: string]>([
    [['ages'], '600'],
    // Browsers keep for five seconds what does not say how long.
    [['ages', 'agesUnsaid'], ''],
    [['agesUnsaid', 'ages'], ''],
    [['agesShort', 'agesUnsaid'], '3'],
    [['agesUnsaid', 'ages', 'agesShort'], '3'],
  ])('may be kept as long as the shortest of %s', (handlers, maxAge) => {
    expect(common(app, '/cats/ages', ...handlers)).toMatchObject({ maxAge });
  });

  it.each<[handlers: readonly string[], expected: string]>([
    [['list'], 'C'],
    [['one'], 'AB'],
    [['one', 'add'], 'B'],
    [['add', 'one'], 'B'],
    [['one', 'put'], 'nobody'],
    [['one', 'put', 'add'], 'nobody'],
    [['one', 'remove'], 'nobody'],
    [['remove', 'one'], 'nobody'],
    // A wall around one of them is a wall around the path.
    [['options'], 'ABC!'],
    [['one', 'options'], 'AB!'],
    [['options', 'one'], 'AB!'],
    [['options', 'remove'], 'nobody!'],
  ])('is governed by what %j have in common: %s', (handlers, expected) => {
    expect(summary(common(app, '/cats/one', ...handlers))).toBe(expected);
  });

  it('may be read with what all of them let be read', () => {
    expect(common(app, '/cats/one', 'one', 'add')).toMatchObject({
      credentials: true,
      exposedHeaders: 'x-b',
    });
    expect(common(app, '/cats/one', 'one', 'byId')).toMatchObject({ credentials: false, exposedHeaders: '' });
  });

  it('may be asked for, whichever Node knows, where no layer lists methods', () => {
    const policy = common(app, '/cats/one', 'one', 'add');
    expect(policy).toMatchObject({
      methods: KNOWN,
      allowedHeaders: { names: ['authorization', 'content-type'] },
    });
    for (const method of ['patch', 'BREW', '*', 'TRACE', 'CONNECT']) {
      expect(policy?.methods.names).not.toContain(method);
    }
  });

  it('may be asked for where each list has it', () => {
    expect(common(app, '/cats/lists', 'lists')).toMatchObject({
      methods: { any: false, names: ['PATCH', 'PUT'] },
      allowedHeaders: { names: ['x-a', 'x-b'] },
    });
    expect(common(app, '/cats/lists', 'lists', 'lists2', 'byId')).toMatchObject({
      methods: { any: false, names: ['PATCH'] },
      allowedHeaders: { names: [] },
    });
    expect(common(app, '/cats/lists', 'lists', 'lists2')).toMatchObject({
      allowedHeaders: { names: ['x-b'] },
    });
  });

  // A wildcard is there for what it does not know: behind it, a middleware may serve the rest.
  it('may not be asked for where one of them has a wildcard', () => {
    expect(summary(common(app, '/cats/files/x', 'files'))).toBe('A');
    expect(common(app, '/cats/files/x', 'files')).toMatchObject({ methods: { any: false, names: [] } });
    expect(common(app, '/cats/files/x', 'putFile', 'files')).toMatchObject({
      methods: { any: false, names: [] },
    });
    expect(common(app, '/cats/files/x', 'putFile')).toMatchObject({ methods: KNOWN });
  });

  it('has the same policy whenever it is asked for', () => {
    const first = common(app, '/cats/one', 'one', 'add');
    expect(common(app, '/cats/two', 'one', 'add')).toBe(first);
    expect(common(app, '/cats/one', 'add')).not.toBe(first);
  });
});

describe('a method that no route of a path below an entry serves', () => {
  const app = govern(
    {
      origin: C,
      routes: [
        { path: '/cats', policy: { origin: A } },
        { path: '/cats/lists', policy: { origin: B, methods: 'PATCH' } },
        { path: '/cats/files', policy: false },
        { path: '/cats/one', unmanaged: true, exact: true },
      ],
    },
    [CatsBelow()],
  );

  /** Without decorators, which would have no effect on what is left alone. */
  function CatsBelow() {
    @Controller('cats')
    // oxlint-disable-next-line no-shadow -- its routes are found by the same names
    class Cats {
      @Get() list() {}
      @Get('one') one() {}
      @Get('lists') @AllowOrigin(C) lists() {}
      @Get(':id') @AllowOrigin(C) byId() {}
      @Get('files/*path') files() {}
    }
    return Cats;
  }

  it.each<[path: string, handlers: readonly string[], expected: string, methods: object]>([
    // What the routes there say does not count: the entry is about all that is there.
    ['/cats/7', ['byId'], 'A', KNOWN],
    ['/cats', ['list'], 'A', KNOWN],
    ['/cats/7/8', [], 'A', { any: false, names: [] }],
    ['/cats/lists', ['lists', 'byId'], 'B', { any: false, names: ['PATCH'] }],
    ['/cats/files/x', ['files'], 'nobody', { any: false, names: [] }],
  ])('%s: %j', (path, handlers, expected, methods) => {
    const policy = common(app, path, ...handlers);
    expect(summary(policy)).toBe(expected);
    expect(policy).toMatchObject({ methods });
  });

  it('is left alone where the entry leaves the path alone', () => {
    expect(common(app, '/cats/one', 'one', 'byId')).toBeUndefined();
    expect(common(app, '/cats/one')).toBeUndefined();
  });

  it('is closed where the path can be read in several ways', () => {
    expect(summary(common(app, '/cats/%6Fne', 'byId'))).toBe('nobody');
    expect(summary(common(app, '/x/../cats', 'list'))).toBe('nobody');
  });

  it('outside of it has the default where one of them is known by its place below the entry only', () => {
    // A reading that leads to no place of the route says nothing of what it would allow there.
    expect(summary(common(app, '/dogs', 'byId'))).toBe('C');
    expect(common(app, '/dogs', 'byId')).toMatchObject({ methods: { any: false, names: [] } });
  });
});
