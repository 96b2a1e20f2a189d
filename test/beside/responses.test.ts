import { describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { describeOn12 } from '../support/nest-11.js';
import { hostOfSuite, startBefore } from './support/beside.js';
import { OTHER, PAGE, PARTNER } from './support/observe.js';
import { DEFAULT, itObeysPolicies } from './support/policies.js';

const host = hostOfSuite();

describe.each(PLATFORMS)('helmet and compression', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'hardened',
    path: '/reports',
    probes: [
      { path: '/reports', ran: ['reports'] },
      { path: '/reports?gzip', headers: { 'accept-encoding': 'gzip' }, ran: ['reports'] },
    ],
    setsFields: false,
  });

  describe(`under a policy on ${platform}`, () => {
    const app = startBefore(host, 'hardened', platform, DEFAULT);
    it('do what they are for', async () => {
      const headers = { origin: PAGE, 'accept-encoding': 'gzip' };
      const response = await send(app.port, { path: '/reports', headers });
      expect(response.headers).toMatchObject({
        'content-encoding': 'gzip',
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      });
      expect(String(response.headers.vary).toLowerCase()).toBe('accept-encoding, origin');
    });
  });
});

describe.each(PLATFORMS)('@nestjs/throttler', (platform) => {
  describe(`on ${platform}`, () => {
    const app = startBefore(host, 'throttler', platform, {
      origin: PAGE,
      exposedHeaders: 'retry-after',
      enforce: true,
    });
    const get = (origin: string) => send(app.port, { path: '/reports', headers: { origin } });

    it('counts no preflight, nobody whom `enforce` keeps out, and tells the page how long to wait', async () => {
      for (let count = 0; count < 5; count++) {
        const headers = preflightHeaders(PAGE, 'GET', 'content-type');
        const preflight = await send(app.port, { method: 'OPTIONS', path: '/reports', headers });
        expect([preflight.status, corsHeaders(preflight)]).toEqual([
          204,
          expected({ acao: PAGE, acah: 'content-type', vary: PREFLIGHT_VARY }),
        ]);
        expect((await get(OTHER)).status).toBe(403);
      }
      expect(await app.ran()).toEqual([]);
      for (const remaining of ['1', '0']) {
        expect((await get(PAGE)).headers['x-ratelimit-remaining']).toBe(remaining);
      }
      const limited = await get(PAGE);
      expect([limited.status, corsHeaders(limited)]).toEqual([
        429,
        expected({ acao: PAGE, aceh: 'retry-after', vary: 'Origin' }),
      ]);
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    });
  });
});

describeOn12('csrfProtection').each(PLATFORMS)("Nest's own CSRF protection", (platform) => {
  describe(`on ${platform}`, () => {
    const app = startBefore(host, 'csrf', platform, DEFAULT);
    const post = (origin: string, site = 'cross-site') =>
      send(app.port, { method: 'POST', path: '/orders', headers: { origin, 'sec-fetch-site': site } });

    it.each([
      [PAGE, expected({ acao: PAGE, aceh: 'x-default', vary: 'Origin' })],
      [OTHER, expected({ vary: 'Origin' })],
    ])('refuses %s, with the policy of the route', async (origin, cors) => {
      const response = await post(origin);
      expect([response.status, corsHeaders(response), await app.ran()]).toEqual([403, cors, []]);
      expect(response.body).toContain('Cross-origin request detected');
    });

    it('trusts whom it is told to trust, who may not read for that', async () => {
      const response = await post(PARTNER);
      expect([response.status, corsHeaders(response)]).toEqual([201, expected({ vary: 'Origin' })]);
      expect(await app.ran()).toEqual(['order']);
    });

    it('has no say in preflights', async () => {
      for (const [origin, status] of [
        [PAGE, 204],
        [PARTNER, 403],
        [OTHER, 403],
      ] as const) {
        const headers = { ...preflightHeaders(origin, 'POST'), 'sec-fetch-site': 'cross-site' };
        expect((await send(app.port, { method: 'OPTIONS', path: '/orders', headers })).status).toBe(status);
      }
    });
  });

  describe(`beside enforce on ${platform}`, () => {
    const app = startBefore(host, 'csrf', platform, { origin: [PAGE, PARTNER], enforce: true });
    it.each([
      ['trusted by both', PARTNER, 201, ['order']],
      ['allowed by the policy alone', PAGE, 403, []],
      ['trusted by neither', OTHER, 403, []],
      ['of the app itself', undefined, 201, ['order']],
    ])('needs both to agree: an origin %s', async (_, named, status, ran) => {
      const origin = named ?? `http://127.0.0.1:${app.port}`;
      const response = await send(app.port, { method: 'POST', path: '/orders', headers: { origin } });
      expect([response.status, await app.ran()]).toEqual([status, ran]);
    });
  });
});
