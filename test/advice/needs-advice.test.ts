import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Redirect, type Type } from '@nestjs/common';
import { KEPT_BY_ALL, needsAdvice } from '../../lib/advice/needs-advice.js';
import { ENGINES } from '../../lib/engines/quirks.js';
import { AllowOrigin, Preflight } from '../../lib/index.js';
import { govern } from '../routing/governed.js';

const APP = 'https://app.example.com';

@Controller()
class Plain {
  @Get() @AllowOrigin(APP) get() {}
}

@Controller()
class Long {
  @Get() @AllowOrigin(APP) @Preflight({ maxAge: KEPT_BY_ALL + 1 }) get() {}
}

@Controller()
class Redirecting {
  @Post() @AllowOrigin(APP) @Redirect('/done') send() {}
}

@Controller()
class Dynamic {
  @Post() @AllowOrigin(APP) @Redirect() send() {}
}

@Controller('files/:name')
class Below {
  @Get() @AllowOrigin(APP) get() {}
}

const NULL = { origin: 'null', dangerously: { nullOrigin: true } };
const LONG = { maxAge: KEPT_BY_ALL + 1 };

describe('needsAdvice()', () => {
  it('looks for what the engine with the shortest memory forgets', () => {
    expect(KEPT_BY_ALL).toBe(
      Math.min(...Object.values(ENGINES).map(({ maxPreflightAge }) => maxPreflightAge)),
    );
  });

  it.each([
    ['nothing', {}, Plain, false],
    ['as long as all keep it', { maxAge: KEPT_BY_ALL }, Plain, false],
    ['longer, in the options', LONG, Plain, true],
    ['longer, on a handler', {}, Long, true],
    [
      'longer, in an entry',
      { routes: [{ path: '/graphql', policy: { ...LONG, origin: APP } }] },
      Plain,
      true,
    ],
    ['longer, where nobody may read', { routes: [{ path: '/graphql', policy: LONG }] }, Plain, false],
    ['longer, below an entry', { routes: [{ path: '/files/a', exact: true, policy: LONG }] }, Below, true],
    ['an opaque origin', NULL, Plain, true],
    ['an opaque origin that may not', { ...NULL, origin: APP }, Plain, false],
    ['any origin', { origin: '*' }, Plain, false],
    ['unmanaged', { routes: [{ path: '/graphql', unmanaged: true }] }, Plain, false],
    ['a redirect', {}, Redirecting, true],
    ['a redirect that only the handler knows', {}, Dynamic, false],
  ] as const)('%s', (_, options, controller: Type, expected) => {
    const { routes, governance } = govern(options, [controller]);
    expect(needsAdvice(routes, governance)).toBe(expected);
  });
});
