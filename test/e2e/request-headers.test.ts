import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Module,
  Post,
  Put,
  VersioningType,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  Preflight,
  UseCorsPolicy,
  type CorsExplanation,
  type CorsModuleOptions,
} from '../../lib/index.js';
import { PLATFORMS, startApp, type RunningApp } from '../support/apps.js';
import { preflightHeaders, send } from '../support/http.js';

const APP = 'https://app.example.com';

@Controller('orders')
class OrdersController {
  @Get() list(@Headers('accept-language') language: string) {
    return language;
  }
  @Post() create(@Body() body: unknown) {
    return body;
  }
  @Put(':id') put(
    @Headers('X-Tenant') tenant: string,
    @Headers('if-match') tag: string,
    @Headers('cookie') cookie: string,
    @Headers('origin') origin: string,
  ) {
    return [tenant, tag, cookie, origin];
  }
  @Delete(':id') @Preflight({ allowedHeaders: 'x-only' }) remove(@Headers('x-reason') reason: string) {
    return reason;
  }
  @Post('any') @Preflight({ allowedHeaders: '*' }) any(
    @Body() body: unknown,
    @Headers('x-tenant') tenant: string,
    @Headers('authorization') token: string,
  ) {
    return [body, tenant, token];
  }
}

@Controller({ path: 'partners', version: '1' })
@UseCorsPolicy('partners')
class PartnersController {
  @Get() list() {}
  @Post() @Preflight({ allowedHeaders: ['x-api-key', 'x-narrow'], merge: 'restrict' }) create() {}
}

@Controller('open')
@AllowOrigin(APP)
class OpenController {
  @Put() put(@Headers('x-tenant') tenant: string, @Headers('if-match') tag: string) {
    return [tenant, tag];
  }
}

const DEFAULT = ['authorization', 'content-type'];

describe.each(PLATFORMS)('request headers on %s', (platform) => {
  let running: RunningApp;
  afterEach(() => running.app.close());

  async function start(
    options: CorsModuleOptions,
    controllers: Type[] = [OrdersController, PartnersController],
  ): Promise<void> {
    @Module({
      imports: [
        CorsModule.forRoot({
          origin: APP,
          policies: { partners: { allowedHeaders: 'x-api-key' } },
          ...options,
        }),
      ],
      controllers,
    })
    class AppModule {}
    const prepare = (app: INestApplication): void =>
      void app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' });
    running = await startApp(platform, AppModule, { prepare });
  }

  /** Of these names, those that a preflight approves, each asked for by itself and then all at once. */
  async function approved(line: string, names: readonly string[]): Promise<readonly string[]> {
    const [method = '', path = ''] = line.split(' ');
    const asks = async (asked: readonly string[]): Promise<boolean> => {
      const headers = preflightHeaders(APP, method, asked.toSorted().join(','));
      return (await send(running.port, { method: 'OPTIONS', path, headers })).status === 204;
    };
    const found: string[] = [];
    for (const name of names) if (await asks([name])) found.push(name);
    expect(await asks(found)).toBe(true);
    return found;
  }

  const ASKED = [
    ...DEFAULT,
    'x-tenant',
    'if-match',
    'x-only',
    'x-reason',
    'traceparent',
    'x-api-key',
    'x-version',
  ];

  async function expectApproved(table: Readonly<Record<string, readonly string[]>>): Promise<void> {
    for (const [line, names] of Object.entries(table)) {
      expect([line, (await approved(line, ASKED)).toSorted()]).toEqual([line, names.toSorted()]);
    }
  }

  it('are by default those of every API client, and what the handler declares', async () => {
    await start({ routes: [{ path: '/graphql', policy: {} }] });
    await expectApproved({
      'GET /orders': DEFAULT,
      'HEAD /orders': DEFAULT,
      'POST /orders': DEFAULT,
      'PUT /orders/7': [...DEFAULT, 'x-tenant', 'if-match'],
      'DELETE /orders/7': ['x-only'],
      'POST /graphql': DEFAULT,
      'POST /nowhere': DEFAULT,
      'GET /partners': ['x-api-key'],
    });
  });

  it('of the options take the place of the default', async () => {
    await start({ allowedHeaders: 'traceparent', policies: { partners: {} } });
    await expectApproved({
      'GET /orders': ['traceparent'],
      'PUT /orders/7': ['traceparent'],
      'DELETE /orders/7': ['x-only'],
      'POST /nowhere': ['traceparent'],
    });
  });

  it("of the options add to each route's own default under merge: 'extend'", async () => {
    await start({
      allowedHeaders: 'traceparent',
      merge: 'extend',
      policies: { partners: { allowedHeaders: 'x-api-key', merge: 'extend' } },
      routes: [
        { path: '/graphql', policy: {} },
        { path: '/tiles', policy: { allowedHeaders: 'x-only', merge: 'extend' } },
        { path: '/files', policy: { allowedHeaders: 'x-only' } },
      ],
    });
    await expectApproved({
      'GET /orders': [...DEFAULT, 'traceparent'],
      'PUT /orders/7': [...DEFAULT, 'traceparent', 'x-tenant', 'if-match'],
      'DELETE /orders/7': ['x-only'],
      'POST /graphql': [...DEFAULT, 'traceparent'],
      'GET /tiles': [...DEFAULT, 'traceparent', 'x-only'],
      'GET /files': ['x-only'],
      'POST /nowhere': [...DEFAULT, 'traceparent'],
      'GET /partners': [...DEFAULT, 'traceparent', 'x-api-key', 'x-version'],
      'POST /partners': ['x-api-key'],
    });
    await running.app
      .get(CorsService)
      .update({ origin: APP, allowedHeaders: 'x-only', merge: 'extend', policies: { partners: {} } });
    await expectApproved({ 'GET /orders': [...DEFAULT, 'x-only'] });
  });

  it("of the options narrow each route's own default under merge: 'restrict'", async () => {
    const lists = { allowedHeaders: ['content-type', 'x-tenant', 'x-only'], merge: 'restrict' } as const;
    const routes = [{ path: '/graphql', policy: { origin: APP } }] as const;
    await start({ ...lists, origin: undefined, routes }, [OpenController]);
    await expectApproved({ 'PUT /open': ['content-type', 'x-tenant'], 'POST /graphql': ['content-type'] });
  });

  it('that a list leaves out though the handler declares them are noted', async () => {
    const notesOf = (): unknown =>
      Object.fromEntries(
        running.app
          .get(CorsService)
          .routes()
          .flatMap(({ where, notes }) => (notes.length === 0 ? [] : [[where, notes]])),
      );
    const note = (names: string): readonly string[] => [
      `allowedHeaders: leaves out ${names}, which the handler declares that it reads`,
    ];
    const ownLists = {
      'OrdersController#remove': note('x-reason'),
      'OrdersController#any': note('authorization'),
    };
    await start({});
    expect(notesOf()).toEqual(ownLists);
    await running.app.close();
    await start({ allowedHeaders: 'x-tenant' });
    expect(notesOf()).toEqual({
      ...ownLists,
      'OrdersController#create': note('content-type'),
      'OrdersController#put': note('if-match'),
    });
  });

  describe('that are refused', () => {
    async function hintOf(line: string, headers: string): Promise<CorsExplanation['hint']> {
      const [method = '', url = ''] = line.split(' ');
      const request = { method: 'OPTIONS', url, headers: preflightHeaders(APP, method, headers) };
      return (await running.app.get(CorsService).explain(request)).hint;
    }

    it('are named with the layer whose list has to name them', async () => {
      await start({
        allowedHeaders: 'traceparent',
        merge: 'extend',
        policies: { partners: { allowedHeaders: ['x-api-key', 'x-narrow'] } },
        routes: [{ path: '/graphql', policy: {} }],
      });
      const missing = (message: string): CorsExplanation['hint'] => ({ code: 'header-missing', message });
      const hints: readonly (readonly [line: string, headers: string, hint: CorsExplanation['hint']])[] = [
        ['PUT /orders/7', 'x-a', missing('name x-a in allowedHeaders of options')],
        [
          'PUT /orders/7',
          'x-a,content-type,X-B,x-a',
          missing('name x-a and x-b in allowedHeaders of options'),
        ],
        [
          'DELETE /orders/7',
          'content-type',
          missing('name content-type in allowedHeaders of OrdersController#remove'),
        ],
        ['GET /partners', 'x-a', missing('name x-a in allowedHeaders of options.policies.partners')],
        [
          'POST /partners',
          'x-a',
          missing('name x-a in allowedHeaders of options.policies.partners and PartnersController#create'),
        ],
        ['POST /graphql', 'x-a', missing('name x-a in allowedHeaders of options')],
        // What no list may name has nowhere to be named.
        ['PUT /orders/7', 'cookie,*,x y', undefined],
        ['PUT /orders/7', 'cookie,x-a', missing('name x-a in allowedHeaders of options')],
        ['PUT /orders/7', 'x-tennant', { code: 'header-typo', message: 'it allows x-tenant' }],
      ];
      for (const [line, headers, hint] of hints)
        expect([line, headers, await hintOf(line, headers)]).toEqual([line, headers, hint]);
    });

    it('by default are named with the route or path', async () => {
      await start({ routes: [{ path: '/graphql', policy: {} }] });
      expect((await hintOf('PUT /orders/7', 'x-a'))?.message).toBe(
        "name x-a in allowedHeaders of OrdersController#put, with merge: 'extend', or in its @Headers()",
      );
      expect((await hintOf('POST /graphql', 'x-a'))?.message).toBe(
        "name x-a in allowedHeaders of options.routes[0], with merge: 'extend'",
      );
      expect((await hintOf('POST /nowhere', 'x-a'))?.message).toBe(
        "name x-a in allowedHeaders of options, with merge: 'extend'",
      );
    });
  });
});
