import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  HttpException,
  Injectable,
  Module,
  Post,
  UseGuards,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import fc from 'fast-check';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type OriginSourceAfterGuards,
} from '../../lib/index.js';
import { seed } from '../protocol/seed.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { preflightHeaders, send, sendLines } from '../support/http.js';
import { inOwnProcess } from '../support/own-process.js';
import { appsOfSuite } from '../support/suites.js';
import { verdictsOfTest, writtenVerdicts } from '../support/verdicts.js';
import { DefaultModule, StrictModule } from './explain/app.js';
import { anyRequest } from './explain/requests.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';
const TENANT = 'https://tenant.example.com';

/** Lets in whoever names a tenant. */
@Injectable()
class TenantGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; tenant?: string }>();
    request.tenant = request.headers['x-tenant'] as string;
    return request.tenant !== undefined;
  }
}

@Injectable()
class TenantOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';
  allows(origin: string, context: ExecutionContext): boolean {
    const { tenant } = context.switchToHttp().getRequest<{ tenant?: string }>();
    return origin === `https://${tenant}.example.com`;
  }
  mayAllow(origin: string): Promise<boolean> {
    return Promise.resolve(origin.endsWith('.example.com'));
  }
}

@Controller('orders')
@AllowOrigin(APP)
@Preflight({ allowedHeaders: ['x-key'] })
class OrdersController {
  @Get(':id') read(): string {
    return 'read';
  }
  @Post() @AllowOrigin({ enforce: true }) write(): string {
    return 'written';
  }
  @Get('internal/:id') @NoCors() internal(): string {
    return 'internal';
  }
  @Get('failing/source') @AllowOrigin(() => Promise.reject(new Error('down'))) failing(): string {
    return 'failing';
  }
  @Get('async/source') @AllowOrigin((origin) => Promise.resolve(origin === TENANT)) asked(): string {
    return 'asked';
  }
  @Get('fails/itself') fails(): never {
    throw new HttpException('teapot', 418);
  }
}

@Controller('tenants')
@AllowOrigin(TenantOrigins)
@UseGuards(TenantGuard)
class TenantsController {
  @Get() list(): string {
    return 'tenants';
  }
}

@Controller('partners')
@UseCorsPolicy('partners')
class PartnersController {
  @Get() list(): string {
    return 'partners';
  }
}

@Module({
  imports: [
    CorsModule.forRoot({
      policies: { partners: { origin: '*' } },
      routes: [
        { path: '/files', policy: { origin: APP, enforce: true } },
        { path: '/graphql', policy: 'partners' },
        { path: '/auth', unmanaged: true },
      ],
    }),
  ],
  controllers: [OrdersController, TenantsController, PartnersController],
  providers: [TenantOrigins],
})
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const answer = (_request: unknown, response: ServerResponse): void => void response.end('ended');
    consumer.apply(answer).forRoutes('/ended/{*path}');
  }
}

describe.each(PLATFORMS)('verdicts on %s', (platform) => {
  const startApp = appsOfSuite();
  const verdicts = verdictsOfTest();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, AppModule);
  });

  const shown = () => writtenVerdicts(verdicts, running.app);
  const none = { policy: undefined, reportOnly: undefined, status: undefined };

  it('tell an actual request with its route pattern', async () => {
    await send(running.port, { path: '/orders/7?full=1', headers: { origin: APP } });
    await send(running.port, { path: '/orders/7', headers: { origin: EVIL } });
    const at = { route: '/orders/:id', where: 'OrdersController#read', method: 'GET', kind: 'actual' };
    expect(shown()).toEqual([
      { ...none, ...at, origin: APP, outcome: 'allowed', reason: 'origin-allowed' },
      { ...none, ...at, origin: EVIL, outcome: 'refused', reason: 'origin-not-allowed' },
    ]);
  });

  it('have the request, which explain() takes, and the service that explains it', async () => {
    await send(running.port, { path: '/orders/7', headers: { origin: EVIL } });
    const [verdict] = verdicts;
    expect(verdict?.service).toBe(running.app.get(CorsService));
    const explanation = await verdict?.service.explain(verdict.request);
    expect(explanation).toMatchObject({ reason: verdict?.reason, route: { where: verdict?.where } });
  });

  it('tell nothing of a request without Origin', async () => {
    await send(running.port, { path: '/orders/7' });
    await send(running.port, { path: '/orders/7', method: 'OPTIONS' });
    expect(verdicts).toEqual([]);
  });

  it('tell a preflight, with what it asks for', async () => {
    const path = '/orders/7';
    for (const headers of [
      preflightHeaders(APP, 'GET', 'x-key'),
      preflightHeaders(APP, 'GET', 'x-other'),
      preflightHeaders(APP, 'CONNECT'),
      preflightHeaders(EVIL, 'GET'),
      preflightHeaders('junk', 'GET'),
    ]) {
      await send(running.port, { method: 'OPTIONS', path, headers });
    }
    expect(
      shown().map(({ kind, method, outcome, reason, status }) => [kind, method, outcome, reason, status]),
    ).toEqual([
      ['preflight', 'GET', 'allowed', 'preflight-approved', 204],
      ['preflight', 'GET', 'refused', 'headers-not-allowed', 403],
      ['preflight', 'CONNECT', 'refused', 'method-not-allowed', 403],
      ['preflight', 'GET', 'refused', 'origin-not-allowed', 403],
      ['preflight', 'GET', 'refused', 'origin-malformed', 403],
    ]);
  });

  it('tell what enforce has refused, in front of the handler', async () => {
    await send(running.port, { method: 'POST', path: '/orders', headers: { origin: EVIL } });
    await send(running.port, {
      method: 'POST',
      path: '/orders',
      headers: { origin: EVIL, 'sec-fetch-site': 'same-origin' },
    });
    expect(shown().map(({ outcome, reason, status, where }) => [outcome, reason, status, where])).toEqual([
      ['refused', 'origin-not-allowed', 403, 'OrdersController#write'],
      ['allowed', 'same-origin', undefined, 'OrdersController#write'],
    ]);
  });

  it('tell what is closed on purpose, what nobody has opened, and what is left alone', async () => {
    for (const path of ['/orders/internal/7', '/nowhere', '/auth/login', '/%61uth/login']) {
      await send(running.port, { path, headers: { origin: EVIL } });
    }
    await send(running.port, {
      method: 'OPTIONS',
      path: '/auth/login',
      headers: preflightHeaders(EVIL, 'PUT'),
    });
    expect(
      shown().map(({ kind, outcome, reason, route, method }) => [kind, outcome, reason, route, method]),
    ).toEqual([
      ['actual', 'refused', 'no-cors', '/orders/internal/:id', 'GET'],
      ['actual', 'refused', 'no-policy', '*', 'GET'],
      ['actual', 'unmanaged', 'unmanaged', '/auth', 'GET'],
      ['actual', 'refused', 'path-ambiguous', undefined, 'GET'],
      ['preflight', 'unmanaged', 'unmanaged', '/auth', 'PUT'],
    ]);
  });

  it('name the policy that an entry or a route uses', async () => {
    await send(running.port, { path: '/graphql/x', headers: { origin: EVIL } });
    await send(running.port, { path: '/partners', headers: { origin: EVIL } });
    expect(shown().map(({ reason, route, where, policy }) => [reason, route, where, policy])).toEqual([
      ['any-origin', '/graphql', 'options.routes[1]', 'partners'],
      ['any-origin', '/partners', 'PartnersController#list', 'partners'],
    ]);
  });

  it('wait for sources, and tell which have failed', async () => {
    await send(running.port, { path: '/orders/async/source', headers: { origin: TENANT } });
    await send(running.port, { path: '/orders/async/source', headers: { origin: EVIL } });
    await send(running.port, { path: '/orders/failing/source', headers: { origin: EVIL } });
    await send(running.port, {
      method: 'OPTIONS',
      path: '/orders/async/source',
      headers: preflightHeaders(TENANT, 'GET'),
    });
    await send(running.port, {
      method: 'OPTIONS',
      path: '/orders/failing/source',
      headers: preflightHeaders(TENANT, 'GET'),
    });
    expect(shown().map(({ kind, outcome, reason }) => [kind, outcome, reason])).toEqual([
      ['actual', 'allowed', 'origin-allowed'],
      ['actual', 'refused', 'origin-not-allowed'],
      ['actual', 'refused', 'source-failed'],
      ['preflight', 'allowed', 'preflight-approved'],
      ['preflight', 'refused', 'source-failed'],
    ]);
  });

  it('tell what was decided after the guards', async () => {
    const path = '/tenants';
    for (const headers of [
      { origin: TENANT, 'x-tenant': 'tenant' },
      { origin: TENANT, 'x-tenant': 'other' },
      { origin: TENANT },
      { origin: EVIL, 'x-tenant': 'tenant' },
    ]) {
      await send(running.port, { path, headers });
    }
    expect(shown().map(({ outcome, reason, status }) => [outcome, reason, status])).toEqual([
      ['allowed', 'origin-allowed', undefined],
      ['refused', 'origin-not-allowed', 403],
      // The guard's own 403, which every tenant's pages may read.
      ['allowed', 'origin-may-be-allowed', undefined],
      ['refused', 'origin-not-allowed', 403],
    ]);
  });

  it('tell responses that a middleware, a filter or nobody sends, once each', async () => {
    for (const path of ['/ended/early', '/orders/fails/itself', '/files/none', '/orders/%zz']) {
      await send(running.port, { path, headers: { origin: APP } });
    }
    expect(shown().map(({ outcome, route }) => [outcome, route])).toEqual([
      ['refused', '*'],
      ['allowed', '/orders/fails/itself'],
      ['allowed', '/files'],
      platform === 'fastify' ? ['refused', '*'] : ['allowed', '/orders/:id'],
    ]);
  });

  it('tell handshakes of WebSockets', async () => {
    const shake = (target: string, origin: string) =>
      sendLines(
        running.port,
        `GET ${target} HTTP/1.1`,
        'Host: api.example.com',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        `Origin: ${origin}`,
      );
    const welcome = (_: IncomingMessage, socket: { end(text: string): void }): void =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    const server = running.app.getHttpServer();
    server.on('upgrade', welcome);
    try {
      await shake('/files/socket', APP);
      await shake('/files/socket', EVIL);
      await shake('/socket', EVIL);
      await shake('/auth/socket', EVIL);
    } finally {
      server.off('upgrade', welcome);
    }
    expect(
      shown().map(({ kind, outcome, reason, route, status }) => [kind, outcome, reason, route, status]),
    ).toEqual([
      ['upgrade', 'allowed', 'origin-allowed', '/files', undefined],
      ['upgrade', 'refused', 'origin-not-allowed', '/files', 403],
      ['upgrade', 'allowed', 'enforce-off', '*', undefined],
      ['upgrade', 'unmanaged', 'unmanaged', '/auth', undefined],
    ]);
  });
});

describe.each(PLATFORMS)('a subscriber that throws on %s', (platform) => {
  it('breaks no response: its error is one of the process', async () => {
    const program = new URL('verdicts/throwing-subscriber.ts', import.meta.url);
    const { found, errors } = await inOwnProcess<{ found: unknown; errors: unknown }>(program, { platform });
    expect(found).toEqual([
      [200, APP],
      [204, APP],
      [403, ''],
    ]);
    expect(errors).toEqual(Array(3).fill('of a subscriber'));
  });
});

describe.each(PLATFORMS)('verdicts and explain() on %s', (platform) => {
  describe.each([
    ['versions in the path', { type: VersioningType.URI as const }],
    ['versions in a header', { type: VersioningType.HEADER as const, header: 'X-Version' }],
  ])('with %s', (_, versioning) => {
    describe.each([StrictModule, DefaultModule])('and %p', (module) => {
      const startApp = appsOfSuite();
      const verdicts = verdictsOfTest();
      let running: RunningApp;
      beforeAll(async () => {
        running = await startApp(platform, module, {
          prepare: (app) => void app.enableVersioning(versioning),
        });
      });

      it(`say the same of every request (seed ${seed})`, async () => {
        const service = running.app.get(CorsService);
        const reasons = new Set<string>();
        await fc.assert(
          fc.asyncProperty(anyRequest, async ({ method, path, headers }) => {
            const { origin, allowed, reason, route, kind, message, ...explained } = await service.explain({
              method,
              url: path,
              headers,
            });
            verdicts.length = 0;
            await send(running.port, { method, path, headers });
            reasons.add(reason);
            const expected = {
              message,
              kind,
              outcome: reason === 'unmanaged' ? reason : allowed ? 'allowed' : 'refused',
              reason,
              route: route?.path,
              where: route?.where,
              status: explained.status,
              method: explained.method,
            };
            const found = writtenVerdicts(verdicts, running.app).map(
              ({ policy: _policy, reportOnly: _reported, origin: _origin, ...verdict }) => ({
                message,
                ...verdict,
              }),
            );
            expect(found).toEqual(origin === undefined ? [] : [expected]);
          }),
          { seed, numRuns: 300 },
        );
        expect(reasons.size).toBeGreaterThan(6);
      });
    });
  });
});
