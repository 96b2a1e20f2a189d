import { beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Delete, Get, Module, Post, VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsRouteReport,
} from '../../lib/index.js';
import type { RunningApp } from '../support/apps.js';
import { appsOfSuite } from '../support/suites.js';

const APP = 'https://app.example.com';

const isPartner = (origin: string): boolean => origin.endsWith('.partner.example');

@Controller({ path: 'reports', version: ['1', VERSION_NEUTRAL], host: ['a.example', /^b\d$/] })
@AllowOrigin(APP, /https:\/\/[a-z]{2}\.example\.com/, isPartner, { credentials: true })
class Reports {
  @Get() list() {}
  @Post() @Preflight({ maxAge: 86_400 }) add(@Body() body: unknown) {
    return body;
  }
  @Delete() @NoCors() remove() {}
  @Get('dangerous')
  @AllowOrigin('http://legacy.example.com', { dangerously: { insecureOrigins: true }, merge: 'extend' })
  dangerous() {}
  @Get('partners') @UseCorsPolicy('partners') partners() {}
}

@Controller('plain')
class Plain {
  @Get() list() {}
}

@Module({
  imports: [
    CorsModule.forRoot({
      exposedHeaders: ['x-request-id'],
      policies: { partners: { origin: 'https://partner.example', allowedHeaders: ['x-api-key'] } },
      routes: [
        { path: '/graphql', policy: 'partners' },
        { path: '/closed', policy: false },
      ],
    }),
  ],
  controllers: [Reports, Plain],
})
class AppModule {}

describe('CorsService.routes()', () => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  const report = (): readonly CorsRouteReport[] => running.app.get(CorsService).routes();
  const of = (where: string): CorsRouteReport | undefined => report().find((route) => route.where === where);

  beforeAll(async () => {
    running = await startApp('fastify', AppModule, {
      prepare: (app) => void app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
    });
  });

  it('lists the routes, the entries of `routes`, and the default, in this order', () => {
    expect(report().map(({ where, method, path }) => `${where} ${method} ${path}`)).toEqual([
      'Reports#list GET /reports',
      'Reports#add POST /reports',
      'Reports#remove DELETE /reports',
      'Reports#dangerous GET /reports/dangerous',
      'Reports#partners GET /reports/partners',
      'Plain#list GET /plain',
      'options.routes[0] ALL /graphql',
      'options.routes[1] ALL /closed',
      'options ALL *',
    ]);
  });

  it('shows a policy whole, with the layers that its fields came from', () => {
    expect(of('Reports#add')).toEqual({
      where: 'Reports#add',
      method: 'POST',
      path: '/reports',
      below: undefined,
      version: ['1', 'neutral'],
      hosts: ['a.example', String.raw`/^b\d$/`],
      policy: {
        origin: [APP, String.raw`/https:\/\/[a-z]{2}\.example\.com/`, 'isPartner'],
        credentials: true,
        exposedHeaders: ['x-request-id'],
        enforce: false,
        methods: ['GET', 'POST', 'DELETE'],
        allowedHeaders: ['authorization', 'content-type', 'x-version'],
        maxAge: 86_400,
        optionsSuccessStatus: 204,
        dangerously: [],
      },
      from: {
        origin: ['Reports'],
        credentials: ['Reports'],
        exposedHeaders: ['options'],
        enforce: [],
        methods: [],
        allowedHeaders: [],
        maxAge: ['Reports#add'],
        optionsSuccessStatus: [],
        dangerously: [],
      },
      notes: ['maxAge: Chromium keeps a preflight for 7200 seconds at most'],
    });
  });

  it('shows both layers of a merged field, and what is dangerous', () => {
    expect(of('Reports#dangerous')).toMatchObject({
      policy: { dangerously: ['insecureOrigins'] },
      from: { origin: ['Reports', 'Reports#dangerous'] },
      notes: ['dangerously: insecureOrigins is set'],
    });
  });

  it('shows the layer of a named policy', () => {
    expect(of('Reports#partners')?.from).toMatchObject({
      origin: ['options.policies.partners'],
      credentials: ['Reports'],
    });
  });

  it('shows of what is closed that it allows nobody, and who says so', () => {
    expect(of('Plain#list')).toMatchObject({
      policy: { origin: [], exposedHeaders: ['x-request-id'] },
      from: { origin: [], exposedHeaders: ['options'] },
      version: [],
      hosts: [],
      notes: [],
    });
    expect(of('Reports#remove')).toMatchObject({
      policy: { origin: [], credentials: false, exposedHeaders: [] },
      from: { origin: ['Reports#remove'], credentials: [], exposedHeaders: [] },
    });
    expect(of('options.routes[1]')).toMatchObject({
      policy: { origin: [] },
      from: { origin: ['options.routes[1].policy'] },
    });
    expect(of('options')).toMatchObject({ policy: { origin: [] }, from: { origin: [] } });
  });

  it('is a copy: nobody changes a policy through it', () => {
    const { policy } = of('Reports#list') as unknown as {
      policy: { origin: string[]; exposedHeaders: string[] };
    };
    policy.origin.push('https://evil.example');
    policy.exposedHeaders.push('x-evil');
    expect(of('Reports#list')?.policy).toMatchObject({ exposedHeaders: ['x-request-id'] });
    expect(JSON.stringify(of('Reports#list'))).not.toContain('evil');
  });
});
