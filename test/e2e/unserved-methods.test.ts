import { beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Module, Post, Put, type Type } from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  type CorsModuleOptions,
} from '../../lib/index.js';
import { PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { says } from '../support/foreign.js';
import { preflightHeaders, send } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfSuite } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example.com';
const ADMIN = 'https://admin.example.com';
const OTHER = 'https://other.example.net';

/**
 * As servers of the Model Context Protocol over HTTP are: clients in browsers try GET, and DELETE at the end, and go on when
 * they can read that these are answered 404 or 405.
 */
@Controller('mcp')
@AllowOrigin(PAGE, { exposedHeaders: 'mcp-session-id' })
class McpController {
  @Post() call() {
    return 'called';
  }
}

@Controller('shared')
class SharedController {
  @Get() @AllowOrigin(PAGE, PARTNER) read() {
    return 'read';
  }
  @Put() @AllowOrigin(PAGE, ADMIN, { credentials: true }) @Preflight({ allowedHeaders: 'x-a' }) write() {
    return 'written';
  }
}

@Controller('listed')
@AllowOrigin(PAGE)
@Preflight({ methods: 'PUT' })
class ListedController {
  @Put() write() {
    return 'written';
  }
}

@Controller('half-closed')
class HalfClosedController {
  @Get() @AllowOrigin(PAGE) read() {
    return 'read';
  }
  @Post() @NoCors() write() {
    return 'written';
  }
}

@Controller('entry')
@AllowOrigin(PARTNER)
class EntryController {
  @Get() read() {
    return 'read';
  }
}

function moduleOf(platform: Platform): Type {
  @Controller('pages')
  @AllowOrigin(PAGE)
  class PagesController {
    @Get(platform === 'fastify' ? '*' : '*path') page() {
      return 'page';
    }
  }
  @Controller('all')
  @AllowOrigin(PAGE)
  class AllController {
    @All() all() {
      return 'all';
    }
  }
  const options: CorsModuleOptions = { routes: [{ path: '/entry', policy: { origin: PAGE } }] };
  @Module({
    imports: [CorsModule.forRoot(options)],
    controllers: [
      McpController,
      SharedController,
      ListedController,
      HalfClosedController,
      EntryController,
      PagesController,
      AllController,
    ],
  })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)('a method that no route of the path serves, on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, moduleOf(platform), {
      prepare: (app) => void app.use('/mounted', says('mounted')),
    });
  });

  it.each(['GET', 'DELETE', 'PUT'])('is readable where the path has a policy: %s /mcp', async (method) => {
    const { response, preflight } = await reach(running.port, '/mcp', PAGE, { method });
    expect(response).toEqual(expected({ acao: PAGE, aceh: 'mcp-session-id', vary: 'Origin' }));
    expect(preflight).toEqual(open(PAGE, method).preflight);
    expect(await reach(running.port, '/mcp', OTHER, { method })).toEqual(REFUSED);
    const { status } = await send(running.port, { path: '/mcp', method, headers: { origin: PAGE } });
    expect(status).toBe(404);
  });

  it.each(['patch', 'BREW', 'TRACE', '*', ''])(
    'is not approved where it could not get here: %j',
    async (method) => {
      const headers = { origin: PAGE, 'access-control-request-method': method };
      const preflight = await send(running.port, { method: 'OPTIONS', path: '/mcp', headers });
      expect([preflight.status, corsHeaders(preflight)]).toEqual(REFUSED.preflight);
    },
  );

  it('is explained by its case, where that is why', async () => {
    const { allowed, hint } = await running.app.get(CorsService).explain({
      method: 'OPTIONS',
      url: '/mcp',
      headers: preflightHeaders(PAGE, 'delete'),
    });
    // Browsers send `delete` in upper case, and `patch` as it was written.
    expect([allowed, hint]).toEqual([false, expect.objectContaining({ code: 'method-case' })]);
  });

  it('is approved with the headers that every client sends', async () => {
    const headers = preflightHeaders(PAGE, 'DELETE', 'authorization,content-type');
    const { status } = await send(running.port, { method: 'OPTIONS', path: '/mcp', headers });
    expect(status).toBe(204);
  });

  it('has what the routes of the path have in common', async () => {
    const method = 'DELETE';
    expect(await reach(running.port, '/shared', PAGE, { method })).toEqual(open(PAGE, method));
    for (const origin of [PARTNER, ADMIN, OTHER])
      expect(await reach(running.port, '/shared', origin, { method })).toEqual(REFUSED);
    const asked = { method: 'OPTIONS', path: '/shared', headers: preflightHeaders(PAGE, method, 'x-a') };
    expect((await send(running.port, asked)).status).toBe(403);
  });

  it('is not approved where a layer lists methods, and readable all the same', async () => {
    const { response, preflight } = await reach(running.port, '/listed', PAGE, { method: 'DELETE' });
    expect([response, preflight]).toEqual([open(PAGE).response, REFUSED.preflight]);
    expect(await reach(running.port, '/listed', PAGE)).toEqual(open(PAGE));
  });

  it('is closed where one of the routes is', async () => {
    expect(await reach(running.port, '/half-closed', PAGE, { method: 'DELETE' })).toEqual(CLOSED);
    expect(await reach(running.port, '/half-closed', PAGE)).toEqual(open(PAGE));
  });

  it('has the entry that covers the path, and not the decorators of its routes', async () => {
    const method = 'DELETE';
    expect(await reach(running.port, '/entry', PAGE, { method })).toEqual(open(PAGE, method));
    expect(await reach(running.port, '/entry', PARTNER, { method })).toEqual(REFUSED);
    expect(await reach(running.port, '/entry', PARTNER)).toEqual(open(PARTNER));
  });

  it('is not approved below a wildcard, behind which somebody else may serve it', async () => {
    const { response, preflight } = await reach(running.port, '/pages/a', PAGE, { method: 'DELETE' });
    expect([response, preflight]).toEqual([open(PAGE).response, REFUSED.preflight]);
  });

  it('is no method of a middleware, which sees of the path only what is below it', async () => {
    const { body } = await send(running.port, { method: 'DELETE', path: '/mounted/mcp' });
    expect(body).toBe('mounted');
    expect(await reach(running.port, '/mounted/mcp', PAGE, { method: 'DELETE' })).toEqual(CLOSED);
  });

  it('is none where a route serves all', async () => {
    expect(await reach(running.port, '/all', PAGE, { method: 'DELETE' })).toEqual(open(PAGE, 'DELETE'));
  });

  it('is explained', async () => {
    const cors = running.app.get(CorsService);
    const request = { url: '/mcp', headers: { origin: PAGE } };
    const actual = await cors.explain({ method: 'DELETE', ...request });
    expect([actual.allowed, actual.route?.policy?.origin]).toEqual([true, [PAGE]]);
    const preflight = await cors.explain({
      method: 'OPTIONS',
      url: '/mcp',
      headers: preflightHeaders(PAGE, 'DELETE'),
    });
    expect([preflight.allowed, preflight.status]).toEqual([true, 204]);
  });
});
