import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import {
  buildSamples,
  deadLinksOf,
  endWhileConnected,
  startSample,
  type RunningSample,
  type SampleBuild,
} from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';

const APP = 'https://app.example.com';
const BETA = 'https://beta.example.com';

/** The file as it is at first. */
const INITIAL = { CORS_ORIGINS: APP, CORS_CREDENTIALS: 'true', CORS_MAX_AGE: '60' };

/** What `GET /settings` says. */
interface Status {
  readonly settings: object;
  readonly inForce: object;
  readonly file: string;
  readonly refusalOfFile: string;
}

function envOf(settings: object): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

describe('sample/04-config', () => {
  const ownFiles = startedBySuite();
  let build: SampleBuild;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    build = await ownFiles(buildSamples(), (built) => built.remove());
    folder = await ownFiles(mkdtempSync(join(tmpdir(), 'nestjs-cors-config-')), (path) =>
      rmSync(path, { recursive: true, force: true }),
    );
    file = join(folder, 'cors.env');
    writeFileSync(file, envOf(INITIAL));
  });

  const start = (env: NodeJS.ProcessEnv = {}): Promise<RunningSample> =>
    startSample(build, '04-config', { CORS_FILE: file, ...env });

  describe('while it runs', () => {
    const ownSample = startedBySuite();
    let sample: RunningSample;
    let port: number;
    let dashboard: URL;

    beforeAll(async () => {
      sample = await ownSample(start(), (running) => running.stop());
      port = Number(new URL(String(sample.urls['API'])).port);
      dashboard = new URL(String(sample.urls['Dashboard']));
    });

    beforeEach(() => operate('PUT', INITIAL));

    it('prints nothing that is not there', async () => {
      expect(await deadLinksOf(sample)).toEqual([]);
    });

    const ask = (origin: string): Promise<WireResponse> =>
      send(port, {
        method: 'OPTIONS',
        path: '/reports/1',
        headers: preflightHeaders(origin, 'PUT', 'content-type'),
      });

    const put = (origin: string): Promise<WireResponse> =>
      send(port, {
        method: 'PUT',
        path: '/reports/1',
        headers: { origin, 'content-type': 'application/json' },
        body: '{"title":"Sales in April"}',
      });

    const operate = (
      method: string,
      settings?: object,
      word = dashboard.hash.slice(1),
    ): Promise<WireResponse> =>
      send(port, {
        method,
        path: '/settings',
        headers: {
          origin: dashboard.origin,
          authorization: `Bearer ${word}`,
          'content-type': 'application/json',
        },
        ...(settings !== undefined && { body: JSON.stringify(settings) }),
      });

    const status = async (): Promise<Status> => JSON.parse((await operate('GET')).body) as Status;

    /** Waits for the watch on the file to have noticed. */
    async function untilStatus(isThere: (now: Status) => boolean): Promise<Status> {
      for (let waited = 0; ; waited += 50) {
        const now = await status();
        if (isThere(now)) return now;
        if (waited > 5000) throw new Error(`The file was not taken on: ${JSON.stringify(now)}`);
        await pause(50);
      }
    }

    async function expectAllowed(
      origin: string,
      { acac, acma }: { acac?: string; acma?: string },
    ): Promise<void> {
      const own = { acao: origin, ...(acac !== undefined && { acac }) };
      const [preflight, actual] = [await ask(origin), await put(origin)];
      expect(preflight.status).toBe(204);
      expect(corsHeaders(preflight)).toEqual(
        expected({
          ...own,
          acam: 'PUT',
          acah: 'content-type',
          ...(acma !== undefined && { acma }),
          vary: PREFLIGHT_VARY,
        }),
      );
      expect([actual.status, corsHeaders(actual)]).toEqual([200, expected({ ...own, vary: 'Origin' })]);
    }

    async function expectRefused(origin: string): Promise<void> {
      const [preflight, actual] = [await ask(origin), await put(origin)];
      expect(preflight.status).toBe(403);
      expect(corsHeaders(preflight)).toEqual(expected({ vary: PREFLIGHT_VARY }));
      expect([actual.status, corsHeaders(actual)]).toEqual([200, expected({ vary: 'Origin' })]);
    }

    it('takes the options from ConfigService when it starts', async () => {
      await expectAllowed(APP, { acac: 'true', acma: '60' });
      await expectRefused(BETA);
      expect(await status()).toEqual({
        settings: INITIAL,
        inForce: { origin: [APP], credentials: true, maxAge: 60 },
        file,
        refusalOfFile: '',
      });
    });

    it('takes on a change by the admin route, all of it at once', async () => {
      const settings = {
        CORS_ORIGINS: `${BETA}, https://*.preview.example.com`,
        CORS_CREDENTIALS: 'false',
        CORS_MAX_AGE: '',
      };
      const response = await operate('PUT', settings);
      expect(response.status).toBe(200);
      expect(JSON.parse(response.body)).toMatchObject({
        settings,
        inForce: { origin: [BETA, 'https://*.preview.example.com'], credentials: false },
      });
      await expectAllowed(BETA, {});
      await expectAllowed('https://pr-7.preview.example.com', {});
      await expectRefused(APP);
    });

    it('takes numbers and booleans for what they say, and refuses what is neither', async () => {
      await operate('PUT', { CORS_ORIGINS: BETA, CORS_CREDENTIALS: true, CORS_MAX_AGE: 0 });
      await expectAllowed(BETA, { acac: 'true', acma: '0' });
      const response = await operate('PUT', { ...INITIAL, CORS_ORIGINS: [APP] });
      expect([response.status, response.body]).toEqual([400, expect.stringContaining('options, origin[0]')]);
    });

    it('takes on everybody, and nobody', async () => {
      await operate('PUT', { ...INITIAL, CORS_ORIGINS: '*', CORS_CREDENTIALS: 'false' });
      expect(corsHeaders(await put(BETA))).toEqual(expected({ acao: '*' }));
      await operate('PUT', { ...INITIAL, CORS_ORIGINS: '' });
      const [preflight, actual] = [await ask(APP), await put(APP)];
      expect([preflight.status, corsHeaders(preflight)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
      expect(corsHeaders(actual)).toEqual({});
    });

    it('refuses an invalid change with everything that is wrong, and changes nothing', async () => {
      const before = await status();
      const response = await operate('PUT', {
        CORS_ORIGINS: `${BETA}/, partner.example.com`,
        CORS_CREDENTIALS: 'yes',
        CORS_MAX_AGE: 'an hour',
      });
      expect(response.status).toBe(400);
      expect(corsHeaders(response)).toEqual(expected({ acao: dashboard.origin, vary: 'Origin' }));
      const { message, problems } = JSON.parse(response.body) as {
        message: string;
        problems: { code: string; field: string; value: string }[];
      };
      expect(problems.map(({ code, field, value }) => [code, field, value])).toEqual([
        ['origin-path', 'origin[0]', `${BETA}/`],
        ['origin-scheme-missing', 'origin[1]', 'partner.example.com'],
        ['option-type', 'credentials', 'yes'],
        ['max-age-invalid', 'maxAge', 'an hour'],
      ]);
      expect(message).toContain('The CORS configuration has 4 problems:');
      expect(message).toContain(`write "${BETA}"`);

      expect(await status()).toEqual(before);
      await expectAllowed(APP, { acac: 'true', acma: '60' });
      await expectRefused(BETA);
    });

    it('refuses settings that are wrong only together', async () => {
      const response = await operate('PUT', { ...INITIAL, CORS_ORIGINS: '*' });
      expect([response.status, response.body]).toEqual([
        400,
        expect.stringContaining('origin-any-with-credentials'),
      ]);
      await expectAllowed(APP, { acac: 'true', acma: '60' });
    });

    it('takes on the file whenever it is saved, and goes on with what was in force if it is refused', async () => {
      writeFileSync(file, envOf({ ...INITIAL, CORS_ORIGINS: BETA }));
      await untilStatus(({ inForce }) => JSON.stringify(inForce).includes(BETA));
      await expectAllowed(BETA, { acac: 'true', acma: '60' });
      await expectRefused(APP);

      writeFileSync(file, envOf({ ...INITIAL, CORS_ORIGINS: `${APP}/reports` }));
      const refused = await untilStatus(({ refusalOfFile }) => refusalOfFile !== '');
      expect(refused).toMatchObject({
        settings: { ...INITIAL, CORS_ORIGINS: BETA },
        inForce: { origin: [BETA] },
        refusalOfFile: expect.stringContaining(`"${APP}/reports" has a path: write "${APP}". [origin-path]`),
      });
      await expectAllowed(BETA, { acac: 'true', acma: '60' });
      await expectRefused(APP);

      writeFileSync(file, envOf(INITIAL));
      await untilStatus(({ refusalOfFile }) => refusalOfFile === '');
      await expectAllowed(APP, { acac: 'true', acma: '60' });
    });

    it('finishes a request under the settings that were in force when it came in', async () => {
      const get = (origin: string): Promise<WireResponse> =>
        send(port, { path: '/reports/slow', headers: { origin } });
      const earlier = [get(APP), get(BETA)];
      await pause(300);
      expect((await operate('PUT', { ...INITIAL, CORS_ORIGINS: BETA })).status).toBe(200);
      const later = [get(APP), get(BETA)];
      const allowed = (origin: string): object => expected({ acao: origin, acac: 'true', vary: 'Origin' });
      expect((await Promise.all(earlier)).map(corsHeaders)).toEqual([
        allowed(APP),
        expected({ vary: 'Origin' }),
      ]);
      expect((await Promise.all(later)).map(corsHeaders)).toEqual([
        expected({ vary: 'Origin' }),
        allowed(BETA),
      ]);
    });

    it('leaves alone what decorators say', async () => {
      await operate('PUT', { ...INITIAL, CORS_ORIGINS: BETA });
      expect(corsHeaders(await send(port, { path: '/reports/public', headers: { origin: APP } }))).toEqual(
        expected({ acao: '*' }),
      );
    });

    it('lets only the operator change anything', async () => {
      const settings = { ...INITIAL, CORS_ORIGINS: BETA };
      expect((await operate('PUT', settings, 'no')).status).toBe(401);
      const elsewhere = await send(port, {
        method: 'OPTIONS',
        path: '/settings',
        headers: preflightHeaders(APP, 'PUT', 'authorization,content-type'),
      });
      expect([elsewhere.status, corsHeaders(elsewhere)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
      await expectRefused(BETA);
    });
  });

  it('lets the environment go before the file', async () => {
    const sample = await start({ CORS_ORIGINS: BETA });
    const port = Number(new URL(String(sample.urls['API'])).port);
    const response = await send(port, { path: '/reports/slow', headers: { origin: BETA } });
    expect(corsHeaders(response)).toEqual(expected({ acao: BETA, acac: 'true', vary: 'Origin' }));
    await sample.stop();
  });

  it('does not start with an invalid configuration', async () => {
    await expect(start({ CORS_MAX_AGE: 'never' })).rejects.toThrow('max-age-invalid');
  });

  it('comes with a file that allows the pages of the app, wherever they are served', async () => {
    const sample = await startSample(build, '04-config');
    const own = join(build.folder, '04-config/assets/cors.env');
    expect(sample.output).toContain(own);
    expect(readFileSync(own, 'utf8')).toContain('CORS_ORIGINS=');
    const [port, app, beta] = ['API', 'App page', 'Beta page'].map(
      (name) => new URL(String(sample.urls[name])),
    );
    for (const { origin, allowed } of [
      { origin: String(app?.origin), allowed: true },
      { origin: String(beta?.origin), allowed: false },
    ]) {
      const response = await send(Number(port?.port), { path: '/reports/slow', headers: { origin } });
      expect(corsHeaders(response)).toEqual(expected({ ...(allowed && { acao: origin }), vary: 'Origin' }));
    }
    await sample.stop();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s, even with connections open',
    async (signal) => {
      const sample = await start();
      expect(await endWhileConnected(sample, signal)).toEqual({ code: 0, signal: null, errors: '' });
    },
  );
});
