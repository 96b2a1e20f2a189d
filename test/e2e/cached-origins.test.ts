import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import {
  APP,
  CachedModule,
  OTHER,
  PartnerOrigins,
  PatientOrigins,
  Repository,
  TIMEOUT,
  TTL,
} from './cached-origins/app.js';

class Errors implements LoggerService {
  readonly all: string[] = [];
  error(message: string): void {
    this.all.push(message);
  }
  warn(): void {}
  log(): void {}
}

const ALLOWED = expected({ acao: APP, vary: 'Origin' });
const REFUSED = expected({ vary: 'Origin' });

async function untilStale(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, TTL + 10);
  });
}

describe.each(PLATFORMS)('cached origins on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  let repository: Repository;
  const logger = new Errors();
  beforeAll(async () => {
    running = await startApp(platform, CachedModule, { logger });
    repository = running.app.get(Repository);
  });
  beforeEach(() => {
    for (const source of [PartnerOrigins, PatientOrigins]) running.app.get(source).invalidate();
    repository.mode = 'answers';
    repository.asked.length = 0;
    repository.origins.clear();
    repository.origins.add(APP);
    logger.all.length = 0;
  });

  function get(path: string, headers: Record<string, string> = {}): Promise<WireResponse> {
    return send(running.port, { path: `/cached/${path}`, headers: { origin: APP, ...headers } });
  }

  describe('from a provider', () => {
    it('are asked about once, by whatever asks', async () => {
      expect(corsHeaders(await get('partners'))).toEqual(ALLOWED);
      expect(corsHeaders(await get('partners'))).toEqual(ALLOWED);
      const preflight = await send(running.port, {
        method: 'OPTIONS',
        path: '/cached/partners',
        headers: preflightHeaders(APP, 'GET'),
      });
      expect([preflight.status, corsHeaders(preflight)]).toEqual([
        204,
        expected({ acao: APP, vary: PREFLIGHT_VARY }),
      ]);
      expect(corsHeaders(await get('partners', { origin: OTHER }))).toEqual(REFUSED);
      expect(corsHeaders(await get('partners', { origin: OTHER }))).toEqual(REFUSED);
      expect(repository.asked).toEqual([APP, OTHER]);
    });

    it('are asked about once by many requests at the same time', async () => {
      repository.origins.add(`${APP} crowd.example`);
      const responses = await Promise.all(
        Array.from({ length: 200 }, () => get('hosts', { host: 'crowd.example' })),
      );
      for (const response of responses) expect(corsHeaders(response)).toEqual(ALLOWED);
      expect(repository.asked).toEqual([`${APP} crowd.example`]);
    });

    it('hold for the ttl', async () => {
      await get('partners');
      repository.origins.clear();
      expect(corsHeaders(await get('partners'))).toEqual(ALLOWED);
      await untilStale();
      expect(corsHeaders(await get('partners'))).toEqual(REFUSED);
    });

    it('are dropped by whoever has it injected', async () => {
      await get('partners');
      repository.origins.clear();
      expect(corsHeaders(await get('partners'))).toEqual(ALLOWED);
      await send(running.port, { method: 'DELETE', path: '/cached/partners/app.example.com' });
      expect(corsHeaders(await get('partners'))).toEqual(REFUSED);
    });
  });

  it.each(['direct', 'function'])('need no provider: %s', async (path) => {
    for (let count = 0; count < 2; count++) {
      expect(corsHeaders(await get(path))).toEqual(ALLOWED);
      expect(corsHeaders(await get(path, { origin: OTHER }))).toEqual(REFUSED);
    }
  });

  describe('by a key', () => {
    it('put the names of headers that it reads into Vary, also where nobody is asked', async () => {
      repository.origins.add(`${APP} acme`);
      for (let count = 0; count < 3; count++) {
        expect(corsHeaders(await get('tenants', { 'x-tenant': 'acme' }))).toEqual(
          expected({ acao: APP, vary: 'Origin, x-tenant' }),
        );
        expect(corsHeaders(await get('tenants', { 'x-tenant': 'other' }))).toEqual(
          expected({ vary: 'Origin, x-tenant' }),
        );
      }
      expect(repository.asked).toEqual([`${APP} acme`, `${APP} other`]);
    });

    it('do so on preflights, which know no tenant', async () => {
      for (let count = 0; count < 2; count++) {
        const response = await send(running.port, {
          method: 'OPTIONS',
          path: '/cached/tenants',
          headers: preflightHeaders(APP, 'GET', 'x-tenant'),
        });
        expect([response.status, corsHeaders(response)]).toEqual([
          403,
          expected({ vary: `${PREFLIGHT_VARY}, x-tenant` }),
        ]);
      }
      expect(repository.asked).toEqual([`${APP} undefined`]);
    });

    it('that is the host', async () => {
      repository.origins.add(`${APP} acme.example`);
      expect(corsHeaders(await get('hosts', { host: 'acme.example' }))).toEqual(ALLOWED);
      expect(corsHeaders(await get('hosts', { host: 'other.example' }))).toEqual(REFUSED);
      expect(corsHeaders(await get('hosts', { host: 'acme.example' }))).toEqual(ALLOWED);
      expect(repository.asked).toHaveLength(2);
    });

    it('are the same for all tenants without one, so the source cannot ask for the tenant', async () => {
      repository.origins.add(`${APP} acme`);
      expect(corsHeaders(await get('curious', { 'x-tenant': 'acme' }))).toEqual(REFUSED);
      expect(corsHeaders(await get('curious', { 'x-tenant': 'other' }))).toEqual(REFUSED);
      expect(repository.asked).toEqual([]);
      expect(logger.all).toEqual([
        expect.stringContaining(
          'request.header("x-tenant") is no part of what the verdict is cached by: read it in the key of cachedOrigins',
        ),
      ]);
    });
  });

  describe('of a source that fails', () => {
    it.each(['rejects', 'hangs'] as const)(
      'are refused in time, and the request is served: it %s',
      async (mode) => {
        repository.mode = mode;
        const before = performance.now();
        for (let count = 0; count < 2; count++) {
          const response = await get('partners');
          expect([response.status, corsHeaders(response)]).toEqual([200, REFUSED]);
        }
        expect(performance.now() - before).toBeLessThan(2 * TIMEOUT + 500);
        expect(repository.asked).toHaveLength(2);
      },
    );

    it.each(['rejects', 'hangs'] as const)(
      'are those from before with staleIfError, which is not cut short by the time that the app gives: it %s',
      async (mode) => {
        await get('patient');
        await untilStale();
        repository.mode = mode;
        for (let count = 0; count < 5; count++) {
          expect(corsHeaders(await get('patient'))).toEqual(ALLOWED);
        }
        expect(repository.asked).toHaveLength(6);
      },
    );
  });

  it('of a caller whom the guards know', async () => {
    repository.origins.add(`${APP} acme`);
    for (let count = 0; count < 2; count++) {
      const acme = await get('callers', { 'x-api-key': 'acme' });
      expect([acme.status, acme.body, corsHeaders(acme)]).toEqual([200, 'for a caller', ALLOWED]);
      const other = await get('callers', { 'x-api-key': 'other' });
      expect(other.status).toBe(403);
      const nobody = await get('callers');
      expect([nobody.status, corsHeaders(nobody)]).toEqual([403, ALLOWED]);
    }
    expect(repository.asked.toSorted()).toEqual([APP, `${APP} acme`, `${APP} other`]);
  });
});
