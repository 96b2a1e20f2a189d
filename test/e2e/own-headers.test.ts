import type { ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Res, type INestApplication, type Type } from '@nestjs/common';
import { AllowOrigin, CorsModule, NoCors } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';
import {
  FOREIGN,
  foreignController,
  rawOf,
  SHARED_FIELDS,
  SHARED_LIST,
  writePairs,
  type AnyResponse,
} from './own-headers/controller.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

/** Every handler, with the status and the `Vary` that it sets itself. */
const HANDLERS = [
  { path: 'reply' },
  { path: 'decorator' },
  { path: 'set-header' },
  { path: 'set-headers' },
  { path: 'append' },
  { path: 'write-head' },
  { path: 'write-head-reason' },
  { path: 'write-head-over' },
  { path: 'write-head-list' },
  { path: 'write-head-pairs' },
  { path: 'filter', status: 418 },
  { path: 'twice', status: 500 },
  { path: 'bad-status', status: 500 },
  { path: 'throws-late', status: 500, own: undefined },
  { path: 'shared', own: ['Accept-Encoding', 'X-Tenant'] },
  { path: 'shared-list', own: ['Accept-Encoding', 'X-Tenant'] },
].map((handler) => ({ status: 200, own: 'X-Tenant', ...handler }));

/** The `Vary` of the app, and what is added to it, on one line. */
function oneLine(...names: readonly (string | readonly string[] | undefined)[]): string {
  return names.flatMap((name) => name ?? []).join(', ');
}

function moduleOf(...controllers: Type[]): Type {
  @Module({ imports: [CorsModule.forRoot({})], controllers })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)("the app's own headers on %s", (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const controllers = [
      foreignController('restricted', AllowOrigin(APP, { exposedHeaders: 'x-total' })),
      foreignController('any', AllowOrigin('*')),
      foreignController('closed', NoCors()),
      foreignController('free', () => undefined),
    ];
    running = await startApp(platform, moduleOf(...controllers));
  });

  function get(path: string, origin?: string): Promise<WireResponse> {
    return send(running.port, { path, headers: { ...(origin !== undefined && { origin }) } });
  }

  describe.each(HANDLERS)('set by $path', ({ path, status, own }) => {
    it('give way to a restricted policy', async () => {
      const allowed = await get(`/restricted/${path}`, APP);
      const refused = await get(`/restricted/${path}`, EVIL);
      const vary = oneLine(own, 'Origin');
      const wanted = expected({ acao: APP, aceh: 'x-total', vary });
      expect([allowed.status, corsHeaders(allowed)]).toEqual([status, wanted]);
      expect([refused.status, corsHeaders(refused)]).toEqual([status, expected({ vary })]);
    });

    it("give way to '*'", async () => {
      const wanted = expected({ acao: '*', ...(own !== undefined && { vary: oneLine(own) }) });
      expect(corsHeaders(await get(`/any/${path}`))).toEqual(wanted);
    });

    it('give way to nothing under @NoCors()', async () => {
      const wanted = expected(own === undefined ? {} : { vary: oneLine(own) });
      expect(corsHeaders(await get(`/closed/${path}`, APP))).toEqual(wanted);
    });
  });

  it('a shared constant is not changed, and its other fields are sent as without the library', async () => {
    const before = structuredClone([SHARED_FIELDS, SHARED_LIST]);
    const othersOf = async (path: string): Promise<unknown> => {
      const { headers } = await get(path, APP);
      return [headers['x-own'], headers['set-cookie']];
    };
    for (const path of ['shared', 'shared-list', 'shared']) {
      expect(await othersOf(`/restricted/${path}`)).toEqual(await othersOf(`/free/${path}`));
    }
    expect([SHARED_FIELDS, SHARED_LIST]).toEqual(before);
  });

  it('what a prototype lends to the fields is no header, as with Node', async () => {
    const response = await get('/restricted/inherited', APP);
    expect([response.headers['x-own'], response.headers['x-inherited']]).toEqual(['own', undefined]);
    expect(corsHeaders(response)).toEqual(expected({ acao: APP, aceh: 'x-total', vary: 'Origin' }));
  });
});

/** What an app may have for a `Vary`, and what goes out: one line, since many caches read only one. */
const VARIES: readonly (readonly [set: string | readonly string[], sent: string])[] = [
  ['Accept-Encoding', 'Accept-Encoding, Origin'],
  ['Origin', 'Origin'],
  ['origin', 'origin'],
  ['ORIGIN, Accept', 'ORIGIN, Accept'],
  ['Accept,Origin', 'Accept,Origin'],
  ['X-Origin', 'X-Origin, Origin'],
  ['Origin-Agent', 'Origin-Agent, Origin'],
  ['b, a, c', 'b, a, c, Origin'],
  [' a ,, b , ', 'a ,, b , , Origin'],
  ['a,,', 'a,,, Origin'],
  ['*', '*'],
  ['Accept, *', 'Accept, *, Origin'],
  [['*'], '*'],
  [['a', 'b'], 'a, b, Origin'],
  [['a', 'origin'], 'a, origin'],
  [['origin', 'a, ORIGIN'], 'origin, a, ORIGIN'],
  [['a', '*'], 'a, *, Origin'],
  [['a, b', ''], 'a, b, Origin'],
];

/** The lines of `Vary`, which a list may name in any case. */
function linesOf(vary: string | readonly string[]): readonly (readonly [string, string])[] {
  return [vary].flat().map((line, index) => [index % 2 === 0 ? 'Vary' : 'vary', line]);
}

@Controller('vary')
@AllowOrigin(APP)
class VaryController {
  static vary: string | readonly string[];

  @Get('raw') raw(@Res() response: AnyResponse) {
    rawOf(response).setHeader('Vary', VaryController.vary).end();
  }
  @Get('head') head(@Res() response: AnyResponse) {
    rawOf(response)
      .writeHead(200, { vary: VaryController.vary as string })
      .end();
  }
  @Get('list') list(@Res() response: AnyResponse) {
    rawOf(response).writeHead(200, linesOf(VaryController.vary).flat()).end();
  }
  @Get('pairs') pairs(@Res() response: AnyResponse) {
    writePairs(response, linesOf(VaryController.vary)).end();
  }
  @Get('reply') reply(@Res({ passthrough: true }) response: AnyResponse) {
    if ('raw' in response) response.header('vary', VaryController.vary);
    else response.header('vary', VaryController.vary as string);
  }
}

describe.each(PLATFORMS)('Vary on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, moduleOf(VaryController));
  });

  it.each(VARIES)('40, C44: keeps %j', async (set, sent) => {
    VaryController.vary = set;
    for (const path of ['raw', 'head', 'list', 'pairs', 'reply']) {
      const response = await send(running.port, { path: `/vary/${path}`, headers: { origin: APP } });
      expect([path, corsHeaders(response)]).toEqual([path, expected({ acao: APP, vary: sent })]);
    }
  });

  it('43, GHSA-q7jf-gf43-6x6p: the Vary of a request is not copied to the response', async () => {
    VaryController.vary = 'X-Own';
    const headers = { origin: APP, vary: 'X-Injected' };
    const response = await send(running.port, { path: '/vary/raw', headers });
    expect(corsHeaders(response)).toEqual(expected({ acao: APP, vary: 'X-Own, Origin' }));
    const preflight = await send(running.port, {
      method: 'OPTIONS',
      path: '/vary/raw',
      headers: { ...preflightHeaders(APP, 'GET'), vary: 'X-Injected' },
    });
    expect(corsHeaders(preflight)).toEqual(expected({ acao: APP, vary: PREFLIGHT_VARY }));
  });
});

@Controller('names')
@AllowOrigin(APP)
class NamesController {
  @Get('set') set(@Res() response: AnyResponse) {
    rawOf(response).setHeader('__proto__', 'own').setHeader('Set-Cookie', ['a=1', 'b=2']).end();
  }
  @Get('object') object(@Res() response: AnyResponse) {
    // As a key that is computed it is a property like any other.
    const fields = { ['__proto__']: 'own', 'Set-Cookie': ['a=1', 'b=2'] };
    rawOf(response).writeHead(200, fields).end();
  }
  @Get('no-prototype') noPrototype(@Res() response: AnyResponse) {
    const fields = Object.create(null) as Record<string, string | string[]>;
    Object.assign(fields, { 'Set-Cookie': ['a=1', 'b=2'] });
    fields['__proto__'] = 'own';
    rawOf(response).writeHead(200, fields).end();
  }
  @Get('list') list(@Res() response: AnyResponse) {
    rawOf(response)
      .writeHead(200, ['__proto__', 'own', 'Set-Cookie', ['a=1', 'b=2']])
      .end();
  }
  @Get('pairs') pairs(@Res() response: AnyResponse) {
    writePairs(response, [
      ['Set-Cookie', 'a=1'],
      ['__proto__', 'own'],
      ['set-cookie', 'b=2'],
    ]).end();
  }
}

describe.each(PLATFORMS)(
  'a name that is no property of its own accord, and a name twice, on %s',
  (platform) => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      running = await startApp(platform, moduleOf(NamesController));
    });

    it.each(['set', 'object', 'no-prototype', 'list', 'pairs'])(
      '__proto__ and two cookies survive the seal: %s',
      async (path) => {
        const response = await send(running.port, { path: `/names/${path}`, headers: { origin: APP } });
        const own = response.lines.filter(([name]) => /^(?:__proto__|set-cookie)$/i.test(name));
        expect(own.map(([name, value]) => `${name.toLowerCase()}: ${value}`).toSorted()).toEqual([
          '__proto__: own',
          'set-cookie: a=1',
          'set-cookie: b=2',
        ]);
        expect(corsHeaders(response)).toEqual(expected({ acao: APP, vary: 'Origin' }));
      },
    );
  },
);

@Controller('cats')
@AllowOrigin(APP)
class CatsController {
  @Get() list() {
    return [];
  }
  @Get('fail') fail() {
    throw new Error('uncaught');
  }
}

type Middleware = (
  request: { headers: Record<string, string | undefined> },
  response: ServerResponse,
  next: () => void,
) => void;

describe.each(PLATFORMS)('middlewares on %s', (platform) => {
  const startApp = appsOfTest();
  let running: RunningApp;

  async function get(path: string, middleware: Middleware, origin = APP): Promise<WireResponse> {
    running = await startApp(platform, moduleOf(CatsController), {
      prepare: (app: INestApplication) => void app.use(middleware),
    });
    return send(running.port, { path, headers: { origin } });
  }

  const ALLOWED = expected({ acao: APP, vary: 'Origin' });

  it('CVE-2023-35943: may delete Origin mid-flight', async () => {
    const response = await get('/cats', (request, _, next) => {
      delete request.headers['origin'];
      next();
    });
    expect([response.status, corsHeaders(response)]).toEqual([200, ALLOWED]);
  });

  it('may not turn one origin into another', async () => {
    const response = await get(
      '/cats',
      (request, _, next) => {
        request.headers['origin'] = APP;
        next();
      },
      EVIL,
    );
    expect(corsHeaders(response)).toEqual(expected({ vary: 'Origin' }));
  });

  it('may rewrite the URL after the request came in', async () => {
    const response = await get('/cats', (request, _, next) => {
      Object.assign(request, { url: '/cats?rewritten' });
      next();
    });
    expect([response.status, corsHeaders(response)]).toEqual([200, ALLOWED]);
  });

  it.each(['/cats', '/cats/fail', '/nowhere'])('may set headers as helmet does: %s', async (path) => {
    const response = await get(path, (_request, raw, next) => {
      raw.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
      raw.setHeader('X-Frame-Options', 'SAMEORIGIN');
      raw.removeHeader('X-Powered-By');
      next();
    });
    expect(response.headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(corsHeaders(response)).toEqual(path === '/nowhere' ? {} : ALLOWED);
  });

  it.each(['/cats', '/cats/fail'])('may wrap writeHead as on-headers does, twice: %s', async (path) => {
    const response = await get(path, (_request, raw, next) => {
      for (const name of ['first', 'second']) {
        const before = raw.writeHead.bind(raw) as (...args: unknown[]) => ServerResponse;
        raw.writeHead = (...args: unknown[]) => {
          raw.setHeader(`x-${name}`, 'set late');
          raw.setHeader('Access-Control-Allow-Origin', `https://${name}.example.com`);
          raw.appendHeader('vary', `X-${name}`);
          return before(...args);
        };
      }
      next();
    });
    expect([response.headers['x-first'], response.headers['x-second']]).toEqual(['set late', 'set late']);
    expect(corsHeaders(response)).toEqual(expected({ acao: APP, vary: 'X-second, X-first, Origin' }));
  });

  it.each([APP, EVIL, 'null', `${APP}/`])(
    "8, GHSA-88fw-hqm2-52qc: nobody's reflection gets past a policy: %s",
    async (origin) => {
      const response = await get(
        '/cats',
        (request, raw, next) => {
          raw.setHeader('Access-Control-Allow-Origin', request.headers['origin'] ?? '*');
          raw.setHeader('Access-Control-Allow-Credentials', 'true');
          next();
        },
        origin,
      );
      expect(corsHeaders(response)).toEqual(origin === APP ? ALLOWED : expected({ vary: 'Origin' }));
    },
  );

  it('what an outer middleware does to one response does not touch the next (C74)', async () => {
    const first = await get('/cats', (_request, raw, next) => {
      const before = raw.writeHead.bind(raw) as (...args: unknown[]) => ServerResponse;
      raw.writeHead = (...args: unknown[]) => {
        for (const fields of args) if (typeof fields === 'object') Object.assign(fields as object, FOREIGN);
        return before(...args);
      };
      next();
    });
    const second = await send(running.port, { path: '/cats', headers: { origin: APP } });
    expect([corsHeaders(first), corsHeaders(second)]).toEqual([ALLOWED, ALLOWED]);
  });
});
