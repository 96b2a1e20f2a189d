import { describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { hostOfSuite } from './support/beside.js';
import { OTHER, PAGE, PARTNER } from './support/observe.js';
import { DEFAULT, ENTRY, itObeysPolicies } from './support/policies.js';

const host = hostOfSuite();

describe.each(PLATFORMS)('@nestjs/serve-static', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'serve-static',
    path: '/files',
    probes: [{ path: '/files/hello.txt', ran: ['file'] }],
    setsFields: true,
  });
});

describe.each(PLATFORMS)('@nestjs/swagger', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'swagger',
    path: '/docs',
    probes: [
      { path: '/docs', ran: [] },
      { path: '/docs/swagger-ui-init.js', ran: [] },
      { path: '/docs/swagger-ui.css', ran: [] },
    ],
    setsFields: false,
  });
});

describe.each(PLATFORMS)('a single-page app', (platform) => {
  const asks = async (port: number, path: string, origin: string) => {
    const actual = await send(port, { path, headers: { origin } });
    const preflight = await send(port, {
      method: 'OPTIONS',
      path,
      headers: preflightHeaders(origin, 'GET'),
    });
    return [actual.status, corsHeaders(actual), preflight.status, corsHeaders(preflight)];
  };
  const OPEN = expected({ acao: PARTNER, aceh: 'x-default', vary: 'Origin' });

  it(`has the default policy, its API has its own, on ${platform}`, async () => {
    const { port } = await host.start('spa', platform, DEFAULT);
    for (const path of ['/', '/app.js', '/orders/7']) {
      expect(await asks(port, path, PAGE)).toEqual([
        200,
        expected({ acao: PAGE, aceh: 'x-default', vary: 'Origin' }),
        204,
        expected({ acao: PAGE, acma: '60', vary: PREFLIGHT_VARY }),
      ]);
      expect(await asks(port, path, PARTNER)).toEqual([
        200,
        expected({ vary: 'Origin' }),
        403,
        expected({ vary: PREFLIGHT_VARY }),
      ]);
    }
    expect(await asks(port, '/api/cats', PARTNER)).toEqual([
      200,
      OPEN,
      204,
      expected({ acao: PARTNER, acma: '60', vary: PREFLIGHT_VARY }),
    ]);
    expect((await asks(port, '/api/cats', PAGE))[2]).toBe(403);
  });

  it(`is closed as a whole, but for what a decorator opens, on ${platform}`, async () => {
    const { port } = await host.start('spa', platform, {
      ...DEFAULT,
      routes: [{ path: '/', policy: false }],
    });
    for (const path of ['/', '/app.js', '/orders/7']) {
      for (const origin of [PAGE, PARTNER]) {
        expect(await asks(port, path, origin)).toEqual([200, {}, 403, expected({ vary: PREFLIGHT_VARY })]);
      }
    }
    // Nothing of the layers outside is inherited.
    expect(await asks(port, '/api/cats', PARTNER)).toEqual([
      200,
      expected({ acao: PARTNER, vary: 'Origin' }),
      204,
      expected({ acao: PARTNER, vary: PREFLIGHT_VARY }),
    ]);
  });

  it(`has an entry for its deep links, on ${platform}`, async () => {
    const routes = [{ path: '/orders', policy: { ...ENTRY, enforce: true } }];
    const { port } = await host.start('spa', platform, { ...DEFAULT, routes });
    expect(await asks(port, '/orders/7', PARTNER)).toEqual([
      200,
      expected({ acao: PARTNER, acac: 'true', aceh: 'x-entry', vary: 'Origin' }),
      204,
      expected({ acao: PARTNER, acac: 'true', acma: '120', vary: PREFLIGHT_VARY }),
    ]);
    expect(await asks(port, '/orders/7', OTHER)).toEqual([
      403,
      expected({ vary: 'Origin' }),
      403,
      expected({ vary: PREFLIGHT_VARY }),
    ]);
    expect((await asks(port, '/app.js', OTHER))[0]).toBe(200);
  });
});
