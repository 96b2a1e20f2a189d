import type { ServerResponse } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { VersioningType, type INestApplication, type LoggerService } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { createAdapter, PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireRequest, type WireResponse } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import { APP, asked, AskingModule, FAILING, failingPath, FIXED } from './asked-origins/app.js';

const EVIL = 'https://evil.example.net';

class Errors implements LoggerService {
  readonly all: string[] = [];
  error(message: string): void {
    this.all.push(message);
  }
  warn(): void {}
  log(): void {}
}

function allowedFields(vary = 'Origin'): object {
  return expected({ acao: APP, vary });
}

describe.each(PLATFORMS.flatMap((platform) => [[platform, false] as const, [platform, true] as const]))(
  'origins that are asked for on %s, another request hook in the slot: %s',
  (platform, withOtherHook) => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    const logger = new Errors();
    beforeAll(async () => {
      const adapter = createAdapter(platform);
      if (withOtherHook) {
        (adapter as AbstractHttpAdapter).setOnRequestHook(
          (_request: unknown, _response: unknown, done: () => void) => {
            setImmediate(done);
          },
        );
      }
      running = await startApp(platform, AskingModule, { adapter, logger, prepare });
    });
    beforeEach(() => {
      asked.length = 0;
    });

    function prepare(app: INestApplication): void {
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
      app.use((request: { headers: object }, response: ServerResponse, next: () => void) => {
        if ('x-end' in request.headers) response.writeHead(202).end('by a middleware');
        else next();
      });
    }

    function get(path: string, origin?: string, headers: Record<string, string> = {}): Promise<WireResponse> {
      return send(running.port, { path, headers: { ...headers, ...(origin !== undefined && { origin }) } });
    }

    function preflight(path: string, method: string, origin = APP, headers?: WireRequest['headers']) {
      const own = preflightHeaders(origin, method);
      return send(running.port, { method: 'OPTIONS', path, headers: { ...own, ...headers } });
    }

    it.each(['sync', 'async', 'source'])('%s: is asked once, and its answer is what counts', async (name) => {
      expect(corsHeaders(await get(`/asked/${name}`, APP))).toEqual(allowedFields());
      expect(asked.map(({ by, origin }) => [by, origin])).toEqual([[name, APP]]);
      expect(corsHeaders(await get(`/asked/${name}`, EVIL))).toEqual(expected({ vary: 'Origin' }));
      expect(asked).toHaveLength(2);
    });

    it.each(['sync', 'async', 'source'])('%s: is asked once by a preflight', async (name) => {
      const approved = await preflight(`/asked/${name}`, 'GET');
      expect([approved.status, corsHeaders(approved)]).toEqual([204, allowedFields(PREFLIGHT_VARY)]);
      const refused = await preflight(`/asked/${name}`, 'GET', EVIL);
      expect([refused.status, corsHeaders(refused)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
      expect(asked.map(({ by, origin }) => [by, origin])).toEqual([
        [name, APP],
        [name, EVIL],
      ]);
    });

    it.each(['one', 'two', 'three'])('is asked once where a handler has several paths: %s', async (path) => {
      expect(corsHeaders(await get(`/asked/${path}`, APP))).toEqual(allowedFields());
      expect(asked).toHaveLength(1);
    });

    it('is asked once where a preflight has a route for each version', async () => {
      const response = await preflight('/asked/version', 'GET', EVIL);
      expect([response.status, asked.length]).toEqual([403, 1]);
    });

    it('is asked once where the version decides which route answers', async () => {
      const response = await get('/asked/version', APP, { 'x-version': '2' });
      expect([response.headers['access-control-expose-headers'], asked.length]).toEqual(['x-second', 1]);
    });

    it('are asked in order, until one allows', async () => {
      await get('/asked/several', APP);
      expect(asked.map(({ by }) => by)).toEqual(['sync']);
      asked.length = 0;
      await get('/asked/several', EVIL);
      expect(asked.map(({ by }) => by)).toEqual(['sync', 'async', 'source']);
    });

    it.each([
      ['without Origin', undefined],
      ['with null', 'null'],
      ['with an empty one', ''],
      ['with a slash', `${APP}/`],
      ['with two', `${APP}, ${APP}`],
      ['in upper case', APP.toUpperCase()],
      ['with junk', 'x'.repeat(5000)],
    ])('are never asked %s', async (_, origin) => {
      const response = await get('/asked/async', origin);
      expect([response.status, corsHeaders(response)]).toEqual([200, expected({ vary: 'Origin' })]);
      if (origin !== undefined) {
        expect((await preflight('/asked/async', 'GET', origin)).status).toBe(403);
      }
      expect(asked).toEqual([]);
    });

    it.each([FIXED, 'https://a.pattern.example.com'])(
      'are never asked where an entry allows: %s',
      async (origin) => {
        const response = await get('/asked/beside', origin);
        expect(corsHeaders(response)).toEqual(expected({ acao: origin, vary: 'Origin' }));
        expect((await preflight('/asked/beside', 'GET', origin)).status).toBe(204);
        expect(asked).toEqual([]);
      },
    );

    describe('63: that fail refuse, and fail nothing else', () => {
      it.each(Object.keys(FAILING))('%s', async (name) => {
        logger.all.length = 0;
        const path = failingPath(name);
        for (let count = 0; count < 3; count++) {
          const response = await get(path, APP);
          expect([response.status, response.body]).toEqual([200, 'still served']);
          expect(corsHeaders(response)).toEqual(expected({ vary: 'Origin' }));
        }
        expect((await preflight(path, 'GET')).status).toBe(403);
        expect(asked).toHaveLength(4);
        expect(logger.all).toEqual([expect.not.stringMatching(/[\r\n]/)]);
      });
    });

    describe('join what they read to Vary', () => {
      it('on responses', async () => {
        const allowed = await get('/asked/tenant', APP, { 'x-tenant': 'a' });
        const refused = await get('/asked/tenant', APP, { 'x-tenant': 'b' });
        expect(corsHeaders(allowed)).toEqual(allowedFields('Origin, x-tenant'));
        expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin, x-tenant' }));
      });

      it('each of them', async () => {
        const response = await get('/asked/cookie', APP, { 'x-tenant': 'b', cookie: 'tenant=a' });
        expect(corsHeaders(response)).toEqual(allowedFields('Origin, x-tenant, cookie'));
      });

      it('but not what nobody read', async () => {
        expect(corsHeaders(await get('/asked/tenant', EVIL))).toEqual(expected({ vary: 'Origin' }));
      });

      it('on preflights', async () => {
        const response = await preflight('/asked/tenant', 'GET');
        expect(corsHeaders(response)).toEqual(allowedFields(`${PREFLIGHT_VARY}, x-tenant`));
      });
    });

    describe('have answered before', () => {
      it.each([
        ['an error of the handler', { path: '/asked/fails' }, 418],
        [
          'an error of the body parser',
          {
            method: 'POST',
            path: '/asked/body',
            body: '{',
            headers: { 'content-type': 'application/json', 'content-length': '1' },
          },
          400,
        ],
        ['the end by a middleware', { path: '/asked/async', headers: { 'x-end': '1' } }, 202],
        ['a 404', { path: '/nowhere' }, 404],
        ["an entry's path", { path: '/entry' }, 404],
      ])('%s', async (_, request: WireRequest, status) => {
        const response = await send(running.port, {
          ...request,
          headers: { ...request.headers, origin: APP },
        });
        expect([response.status, corsHeaders(response)]).toEqual([status, allowedFields()]);
        expect(asked).toHaveLength(1);
      });

      it('a 404, which the default policy is asked about', async () => {
        await get('/nowhere', APP);
        expect(asked.map(({ by }) => by)).toEqual(['fallback']);
      });
    });

    it('with credentials, need dangerously.insecureOrigins for plain http', async () => {
      const origin = 'http://app.example.com';
      expect(corsHeaders(await get('/asked/credentialed', origin))).toEqual(expected({ vary: 'Origin' }));
      expect(asked).toEqual([]);
      expect(corsHeaders(await get('/asked/insecure', origin))).toEqual(
        expected({ acao: origin, acac: 'true', vary: 'Origin' }),
      );
      const local = 'http://localhost:3000';
      expect((await get('/asked/credentialed', local)).headers['access-control-allow-origin']).toBe(local);
    });

    describe('see', () => {
      it('an actual request', async () => {
        await get('/asked/sync?x=1', APP, { host: 'api.example.com:8080' });
        const [{ request }] = asked as [(typeof asked)[0]];
        expect([request.method, request.path, request.host, request.preflight]).toEqual([
          'GET',
          '/asked/sync',
          'api.example.com:8080',
          false,
        ]);
      });

      it('of a preflight, the request that is to follow', async () => {
        const response = await preflight('/asked/put?x=1', 'PUT', APP, { host: 'api.example.com' });
        expect(response.status).toBe(204);
        const [{ request }] = asked as [(typeof asked)[0]];
        expect([request.method, request.path, request.host, request.preflight]).toEqual([
          'PUT',
          '/asked/put',
          'api.example.com',
          true,
        ]);
      });

      it('headers in any case, several lines as one', async () => {
        await send(running.port, { path: '/asked/sync', headers: { origin: APP, 'x-many': ['a', 'b'] } });
        const [{ request }] = asked as [(typeof asked)[0]];
        expect([request.header('X-MANY'), request.header('x-none')]).toEqual(['a, b', undefined]);
      });
    });

    it('64: of many requests at once each gets its own answer', async () => {
      const origins = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? APP : EVIL));
      const responses = await Promise.all(origins.map((origin) => get('/asked/async', origin)));
      expect(responses.map(({ headers }) => headers['access-control-allow-origin'])).toEqual(
        origins.map((origin) => (origin === APP ? APP : undefined)),
      );
    });
  },
);
