import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AllowOrigin, CorsModule, CorsService, type OriginString } from '../../lib/index.js';
import { expectManifest } from '../../lib/testing/index.js';
import { createAdapter, PLATFORMS } from '../support/apps.js';
import { startedByTest } from '../support/suites.js';

const here = mkdtempSync(join(tmpdir(), 'nestjs-cors-manifest-'));
const file = join(here, 'deep/cors.manifest.json');

const { CI, UPDATE_CORS_MANIFEST } = process.env;

beforeEach(() => {
  delete process.env['CI'];
  delete process.env['UPDATE_CORS_MANIFEST'];
  rmSync(join(here, 'deep'), { recursive: true, force: true });
});

afterEach(() => {
  if (CI !== undefined) process.env['CI'] = CI;
  if (UPDATE_CORS_MANIFEST !== undefined) process.env['UPDATE_CORS_MANIFEST'] = UPDATE_CORS_MANIFEST;
});

afterAll(() => rmSync(here, { recursive: true, force: true }));

const APP = 'https://app.example.com';
const ALL = 'https://*.example.com';

function moduleFor(origin: OriginString): object {
  @Controller('orders')
  @AllowOrigin(origin)
  class OrdersController {
    @Delete(':id') remove() {}
  }

  @Module({ imports: [CorsModule.forRoot({})], controllers: [OrdersController] })
  class AppModule {}
  return AppModule;
}

const UPDATE = 'run the tests with UPDATE_CORS_MANIFEST=1, and commit the file.';

describe.each(PLATFORMS)('expectManifest() on %s', (platform) => {
  const own = startedByTest();

  /** An app that is not initialized. */
  async function appFor(origin: OriginString): Promise<INestApplication> {
    const creating = NestFactory.create(moduleFor(origin), createAdapter(platform) as never, {
      logger: false,
    });
    return own(creating, (app) => app.close());
  }

  const messageOf = (asserted: Promise<void>): Promise<string> =>
    asserted.then(
      () => 'nothing',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('writes the file if there is none, one field on a line, and nothing beside it', async () => {
    await expectManifest(await appFor(APP)).toMatchFile(file);
    expect(readFileSync(file, 'utf8')).toBe(`{
  "schema": 1,
  "publicOrigins": null,
  "lists": {},
  "routes": [
    {
      "kind": "default",
      "method": "ALL",
      "path": "*",
      "exact": false,
      "below": null,
      "version": [],
      "hosts": [],
      "where": "options",
      "policy": {
        "origin": [],
        "credentials": false,
        "exposedHeaders": [],
        "enforce": false,
        "methods": [],
        "allowedHeaders": ["authorization", "content-type"],
        "maxAge": null,
        "optionsSuccessStatus": 204,
        "dangerously": []
      },
      "from": {},
      "reportOnly": null
    },
    {
      "kind": "route",
      "method": "DELETE",
      "path": "/orders/:id",
      "exact": false,
      "below": null,
      "version": [],
      "hosts": [],
      "where": "OrdersController#remove",
      "policy": {
        "origin": ["https://app.example.com"],
        "credentials": false,
        "exposedHeaders": [],
        "enforce": false,
        "methods": ["DELETE"],
        "allowedHeaders": ["authorization", "content-type"],
        "maxAge": null,
        "optionsSuccessStatus": 204,
        "dangerously": []
      },
      "from": {
        "origin": ["OrdersController"]
      },
      "reportOnly": null
    }
  ]
}
`);
    expect(readdirSync(join(here, 'deep'))).toEqual(['cors.manifest.json']);
  });

  it('holds for a file that says the same, however it is formatted', async () => {
    const app = await appFor(APP);
    await expectManifest(app).toMatchFile(file);
    await expectManifest(app).toMatchFile(pathToFileURL(file));
    const flat = JSON.stringify(await app.get(CorsService).manifest());
    writeFileSync(file, flat);
    await expectManifest(app).toMatchFile(file);
    expect(readFileSync(file, 'utf8')).toBe(flat);
  });

  it('says what the difference means, and changes nothing', async () => {
    await expectManifest(await appFor(APP)).toMatchFile(file);
    const text = readFileSync(file, 'utf8');
    expect(await messageOf(expectManifest(await appFor(ALL)).toMatchFile(file))).toBe(
      [
        `AssertionError: The CORS policy is wider than ${file}:`,
        `  DELETE /orders/:id is wider: ${ALL} may now read it, before ${APP}`,
        `If that is meant, ${UPDATE}`,
      ].join('\n'),
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('writes the file anew where that is asked for', async () => {
    await expectManifest(await appFor(APP)).toMatchFile(file);
    process.env['UPDATE_CORS_MANIFEST'] = '1';
    const app = await appFor(ALL);
    await expectManifest(app).toMatchFile(file);
    delete process.env['UPDATE_CORS_MANIFEST'];
    await expectManifest(app).toMatchFile(file);
    expect(await messageOf(expectManifest(await appFor(APP)).toMatchFile(file))).toBe(
      [
        `AssertionError: The CORS policy is not that of ${file}:`,
        `  DELETE /orders/:id is narrower: ${ALL} may no longer read it, now ${APP}`,
        `If that is meant, ${UPDATE}`,
      ].join('\n'),
    );
  });

  it('fails where a file is missing and nobody would see it written', async () => {
    process.env['CI'] = 'true';
    const app = await appFor(APP);
    expect(await messageOf(expectManifest(app).toMatchFile(file))).toBe(
      `AssertionError: There is no ${file}, and CI is set, so it is not written: ${UPDATE}`,
    );
    expect(readdirSync(here)).toEqual([]);
    process.env['CI'] = 'false';
    await expectManifest(app).toMatchFile(file);
    process.env['CI'] = 'true';
    await expectManifest(app).toMatchFile(file);
  });

  it('says what is wrong with a file that cannot be compared', async () => {
    const app = await appFor(APP);
    await expectManifest(app).toMatchFile(file);
    const cases = [
      ['{"schema": 2}', 'its schema 2 is newer than 1: use the nestjs-cors that wrote it, or a newer one'],
      ['<<<<<<< HEAD', 'it is no JSON: '],
    ] as const;
    for (const [text, message] of cases) {
      writeFileSync(file, text);
      const said = await messageOf(expectManifest(app).toMatchFile(file));
      expect(said).toContain(`AssertionError: ${file} cannot be compared: ${message}`);
      expect(said).toContain(`To write it anew, ${UPDATE}`);
    }
    await expect(expectManifest(app).toMatchFile(here)).rejects.toThrow('EISDIR');
  });

  it('takes an app that imports the module', async () => {
    class Without {}
    Module({})(Without);
    const creating = NestFactory.create(Without, createAdapter(platform) as never, { logger: false });
    const app = await own(creating, (one) => one.close());
    await expect(expectManifest(app).toMatchFile(file)).rejects.toThrow(
      new TypeError('expectManifest() takes an app that imports CorsModule: this one has no CorsService'),
    );
    expect(() => expectManifest('http://127.0.0.1' as never)).toThrow(
      new TypeError('expectManifest() takes an app: write expectManifest(app)'),
    );
  });
});
