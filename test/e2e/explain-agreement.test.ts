import { beforeAll, describe, expect, it } from '@jest/globals';
import { VersioningType, type VersioningOptions } from '@nestjs/common';
import fc from 'fast-check';
import { CorsService } from '../../lib/index.js';
import { seed } from '../protocol/seed.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import { DefaultModule, StrictModule } from './explain/app.js';
import { anyRequest } from './explain/requests.js';

/** A request as `extractor` gets it on both platforms. */
interface Versioned {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const VERSIONINGS: readonly (readonly [name: string, options: VersioningOptions])[] = [
  ['versions in the path', { type: VersioningType.URI }],
  ['versions in a header', { type: VersioningType.HEADER, header: 'X-Version' }],
  ['versions in the media type', { type: VersioningType.MEDIA_TYPE, key: 'v=' }],
  [
    'versions found by a function',
    {
      type: VersioningType.CUSTOM,
      extractor: (request: unknown) => {
        const version = (request as Versioned).headers['x-version'];
        return version === undefined ? ['3', '1'] : version;
      },
    },
  ],
];

const MODULES = [StrictModule, DefaultModule] as const;

describe.each(PLATFORMS)('explain() on %s', (platform) => {
  describe.each(VERSIONINGS)('with %s', (_, versioning) => {
    describe.each(MODULES)('and %p', (module) => {
      const startApp = appsOfSuite();
      let running: RunningApp;
      beforeAll(async () => {
        running = await startApp(platform, module, {
          prepare: (app) => void app.enableVersioning(versioning),
        });
      });

      it(`says of every request what the server answers (seed ${seed})`, async () => {
        const service = running.app.get(CorsService);
        const reasons = new Set<string>();
        await fc.assert(
          fc.asyncProperty(anyRequest, async ({ method, path, headers }) => {
            const explanation = await service.explain({ method, url: path, headers });
            reasons.add(explanation.reason);
            const response = await send(running.port, { method, path, headers });
            const fields = Object.entries(explanation.fields).map(([name, value]) => [
              name.toLowerCase(),
              value,
            ]);
            expect([explanation.message, Object.fromEntries(fields)]).toEqual([
              explanation.message,
              corsHeaders(response),
            ]);
            expect([explanation.message, response.status]).toEqual([
              explanation.message,
              explanation.status ?? statusOfApp(response.status),
            ]);
          }),
          { seed, numRuns: 300 },
        );
        expect(reasons.size).toBeGreaterThan(6);
      });
    });
  });
});

/** Nothing of the app itself answers 403. */
function statusOfApp(status: number): number | string {
  return status === 403 ? 'another status' : status;
}
