import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const APP = 'https://app.example.com';
const ADMIN = 'https://admin.example.com';
const PREVIEW = 'https://x.preview.example.com';
const PARTNER = 'https://shop.partner.example';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Writes the files of README's first example into a folder where they find the library's sources, and git looks away. */
function writeExample(): string {
  mkdirSync(join(root, 'dist-sample'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist-sample/readme-'));
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  for (const [, name, code] of readme.matchAll(/^```ts\n\/\/ ([\w.]+)\.ts\n([^]*?)^```$/gm)) {
    writeFileSync(
      join(folder, `${name}.ts`),
      (code as string).replace("from 'nestjs-cors'", "from '../../lib/index.js'"),
    );
  }
  return folder;
}

describe("README's first example", () => {
  const folder = writeExample();
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(PLATFORMS)('on %s', (platform) => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      const { AppModule } = (await import(pathToFileURL(join(folder, 'app.module.ts')).href)) as {
        AppModule: Type;
      };
      running = await startApp(platform, AppModule);
    });

    async function ask(method: string, path: string, origin: string) {
      const response = await send(running.port, { method, path, headers: { origin } });
      return corsHeaders(response);
    }

    async function preflight(method: string, path: string, origin: string, headers?: string) {
      const response = await send(running.port, {
        method: 'OPTIONS',
        path,
        headers: preflightHeaders(origin, method, headers),
      });
      return [response.status, corsHeaders(response)];
    }

    const refused = [403, expected({ vary: PREFLIGHT_VARY })];

    it("has the policies of README's table", async () => {
      const own = { vary: 'Origin', acac: 'true', aceh: 'x-request-id' };
      expect(await ask('GET', '/reports', APP)).toEqual(expected({ acao: APP, ...own }));
      expect(await ask('GET', '/reports', PREVIEW)).toEqual(expected({ vary: 'Origin' }));
      expect(await ask('GET', '/reports/public', ADMIN)).toEqual(
        expected({ acao: '*', aceh: 'x-request-id' }),
      );
      expect(await ask('DELETE', '/reports/7', ADMIN)).toEqual(expected({ acao: ADMIN, ...own }));
      expect(await ask('DELETE', '/reports/7', APP)).toEqual(expected({ vary: 'Origin' }));
      expect(await ask('POST', '/reports/internal', APP)).toEqual({});
    });

    it('answers preflights by the route that they are for', async () => {
      const approval = { acac: 'true', acma: '3600', vary: PREFLIGHT_VARY };
      expect(await preflight('DELETE', '/reports/7', ADMIN)).toEqual([
        204,
        expected({ acao: ADMIN, acam: 'DELETE', ...approval }),
      ]);
      expect(await preflight('DELETE', '/reports/7', APP)).toEqual(refused);
      expect(await preflight('GET', '/reports', APP, 'content-type,x-csrf-token')).toEqual([
        204,
        expected({ acao: APP, acah: 'content-type,x-csrf-token', ...approval }),
      ]);
      expect(await preflight('POST', '/reports/internal', APP)).toEqual(refused);
    });

    it('lets a GraphQL client of a partner send JSON, a bearer token and a key', async () => {
      const headers = 'authorization,content-type,x-api-key';
      const approved = [
        204,
        expected({ acao: PARTNER, acac: 'true', acah: headers, acma: '600', vary: PREFLIGHT_VARY }),
      ];
      expect(await preflight('POST', '/graphql', PARTNER, headers)).toEqual(approved);
      expect(await preflight('POST', '/graphql/batch', PARTNER, headers)).toEqual(approved);
      expect(await preflight('POST', '/graphql', APP, headers)).toEqual(refused);
    });

    it('closes what no decorator opens below an entry that says so', async () => {
      expect(await ask('GET', '/admin/users', APP)).toEqual({});
      expect(await preflight('GET', '/admin', APP, 'content-type')).toEqual(refused);
      // The options govern what is nowhere else.
      expect(await ask('GET', '/elsewhere', PREVIEW)).toEqual(
        expected({ acao: PREVIEW, vary: 'Origin', acac: 'true', aceh: 'x-request-id' }),
      );
    });
  });
});
