import type { INestApplication } from '@nestjs/common';
import { CorsService } from '../cors.service.js';
import { LatePart } from '../late-part.js';
import { isApp } from './network.js';

/** What reads, compares and writes the file. */
const FILE = new LatePart(() => import('./manifest-file.js'));

/** Assertions on the whole policy of an app. */
export interface ManifestExpectation {
  /**
   * The policy of the app means what the file says, however that is formatted. If there is none, it is written, and with
   * `UPDATE_CORS_MANIFEST=1` in the environment it is written anew: keep it with the sources, so that each change of the
   * policy is a change of one file that a reviewer sees. Where `CI` is set in the environment, a file that is missing is not
   * written, since nobody would see it there.
   *
   * Rejects with an `AssertionError` that says in words what the difference means: what is wider, narrower or neither.
   *
   * @param file - the path, from the working folder, or a URL of the scheme `file:`
   */
  toMatchFile(file: string | URL): Promise<void>;
}

/**
 * Starts an assertion on what `CorsService.manifest()` says. It is of no test runner.
 *
 * @param app - an app that imports `CorsModule`; it is initialized if it is not yet, and need not listen
 * @throws TypeError if it is no app
 *
 * @example
 * ```ts
 * test('the CORS policy is the reviewed one', async () => {
 *   await expectManifest(app).toMatchFile('cors.manifest.json');
 * });
 * ```
 */
export function expectManifest(app: INestApplication): ManifestExpectation {
  if (!isApp(app)) throw new TypeError('expectManifest() takes an app: write expectManifest(app)');
  return {
    toMatchFile: async (file) => {
      await app.init();
      const manifest = await (await corsServiceOf(app)).manifest();
      const { matchFile } = await FILE.load();
      await matchFile(manifest, file, process.env);
    },
  };
}

/** `get()` would end the process where there is none, as `NestFactory` makes apps: see `abortOnError`. */
async function corsServiceOf(app: INestApplication): Promise<CorsService> {
  return await app.resolve(CorsService).catch(() => {
    throw new TypeError('expectManifest() takes an app that imports CorsModule: this one has no CorsService');
  });
}
