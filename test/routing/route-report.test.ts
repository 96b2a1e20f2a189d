import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Module,
  Post,
  VERSION_NEUTRAL,
  VersioningType,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsRouteReport,
} from '../../lib/index.js';
import { reportRoutes } from '../../lib/routing/route-report.js';
import type { ForeignRoute } from '../../lib/routing/route-matcher.js';
import type { RunningApp } from '../support/apps.js';
import { appsOfSuite } from '../support/suites.js';
import { govern } from './governed.js';

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
      notes: [
        'maxAge: WebKit keeps a preflight for 600 seconds at most, Chromium for 7200, Firefox for 86400',
      ],
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

describe('a report', () => {
  const A = 'https://a.example';
  const B = 'https://b.example';

  @Controller('cats')
  class Cats {
    @Get() list() {}
    @Get(':id') @AllowOrigin(B) one() {}
    @Get('files/*path') files() {}
  }
  @Controller()
  class CatchAll {
    @Get('*path') rest() {}
  }

  /** The lines of a report in short: place, method, path and what it holds below, then the origins. */
  function lines(
    options: object,
    controllers: Parameters<typeof govern>[1],
    foreign: readonly ForeignRoute[] = [],
  ): readonly string[] {
    const { routes, governance } = govern(options, controllers);
    return reportRoutes(routes, governance, foreign, 'fastify').map(
      ({ where, method, path, below, policy, from }) => {
        expect(from === undefined).toBe(policy === undefined);
        const place = below === undefined ? path : `${path} below ${below}`;
        return `${where} ${method} ${place}: ${policy === undefined ? 'unmanaged' : policy.origin.join(' ') || 'nobody'}`;
      },
    );
  }

  it('has a line for each entry that covers some of the paths of a route', () => {
    expect(
      lines(
        {
          origin: A,
          routes: [
            { path: '/cats/files', policy: false },
            { path: '/cats/7', policy: { origin: '*' } },
            { path: '/own', unmanaged: true },
          ],
        },
        [Cats, CatchAll],
      ),
    ).toEqual([
      'Cats#list GET /cats: https://a.example',
      'Cats#one GET /cats/:id: https://b.example',
      'Cats#one GET /cats/:id below /cats/files: https://b.example',
      'Cats#one GET /cats/:id below /cats/7: https://b.example',
      'Cats#files GET /cats/files/*path: nobody',
      'CatchAll#rest GET /*path: https://a.example',
      'CatchAll#rest GET /*path below /cats/files: nobody',
      'CatchAll#rest GET /*path below /cats/7: *',
      'CatchAll#rest GET /*path below /own: unmanaged',
      'options.routes[0] ALL /cats/files: nobody',
      'options.routes[1] ALL /cats/7: *',
      'options.routes[2] ALL /own: unmanaged',
      'options ALL *: https://a.example',
    ]);
  });

  it('has no line for an entry that a more specific one leaves nothing of the route', () => {
    const routes = [
      { path: '/', policy: { origin: B } },
      { path: '/cats', policy: { origin: '*' } },
    ];
    expect(lines({ origin: A, routes }, [Cats]).filter((line) => line.startsWith('Cats#list'))).toEqual([
      'Cats#list GET /cats: *',
    ]);
  });

  it('has what others have registered with the platform, with the policy of its place, behind all else', () => {
    const foreign = [
      { methods: ['GET', 'POST'], path: '/graphql' },
      { methods: ['ALL'], path: '/own/*' },
      { methods: ['OPTIONS'], path: '*' },
      { methods: ['GET'], path: '/:file' },
    ];
    const routes = [
      { path: '/graphql', policy: { origin: B } },
      { path: '/own', unmanaged: true },
    ];
    expect(lines({ origin: A, routes }, [], foreign).slice(3)).toEqual([
      'fastify GET /graphql: https://b.example',
      'fastify POST /graphql: https://b.example',
      'fastify ALL /own/*: unmanaged',
      'fastify OPTIONS *: https://a.example',
      'fastify OPTIONS * below /graphql: https://b.example',
      'fastify OPTIONS * below /own: unmanaged',
      'fastify GET /:file: https://a.example',
      'fastify GET /:file below /graphql: https://b.example',
      'fastify GET /:file below /own: unmanaged',
    ]);
  });

  it('of a place has the same as of its routes, but for hosts and versions', () => {
    const { routes, governance } = govern({ origin: A, routes: [{ path: '/x', policy: { maxAge: 5 } }] });
    const [entry, rest] = reportRoutes(routes, governance, [], 'express');
    expect(entry).toEqual({
      ...rest,
      where: 'options.routes[0]',
      path: '/x',
      policy: expect.anything(),
      from: expect.anything(),
    });
    expect(entry).toMatchObject({
      version: [],
      hosts: [],
      below: undefined,
      policy: { origin: [A], methods: [], allowedHeaders: ['authorization', 'content-type'], maxAge: 5 },
      from: { origin: ['options'], maxAge: ['options.routes[0].policy'] },
    });
  });

  it('notes what is legal but worth knowing', () => {
    @Controller('noted')
    class Noted {
      @Post() @Preflight({ allowedHeaders: 'x-a' }) add(
        @Body() _body: unknown,
        @Headers('x-tenant') _tenant: string,
      ) {}
      @Get() @Preflight({ allowedHeaders: '*' }) all(
        @Headers('x-tenant') _x: string,
        @Headers('authorization') _y: string,
      ) {}
      @Get('safe') @Preflight({ allowedHeaders: 'x-a' }) safe(@Headers('accept') _accept: string) {}
      @Get('closed') @NoCors() closed(@Headers('x-tenant') _tenant: string) {}
      @Get('any') @AllowOrigin('*') any() {}
      @Get('null')
      @AllowOrigin('null', { dangerously: { nullOrigin: true } })
      @Preflight({ maxAge: 7201 })
      opaque() {}
      @Get('none') none(@Headers('x-tenant') _tenant: string) {}
    }
    const { routes, governance } = govern({ origin: A, enforce: true, maxAge: 7200 }, [Noted]);
    const notes = reportRoutes(routes, governance, [], 'express').map((line) => [line.where, ...line.notes]);
    expect(notes).toEqual([
      [
        'Noted#add',
        'allowedHeaders: leaves out content-type, x-tenant, which the handler declares that it reads',
      ],
      ['Noted#all', 'allowedHeaders: leaves out authorization, which the handler declares that it reads'],
      ['Noted#safe'],
      ['Noted#closed'],
      ['Noted#any', "enforce: it refuses nobody, since '*' allows every origin"],
      ['Noted#opaque', 'dangerously: nullOrigin is set'],
      ['Noted#none'],
      ['options'],
    ]);
  });
});
