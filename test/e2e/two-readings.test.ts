import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type INestApplication, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyStatic from '@fastify/static';
import express from 'express';
import { AllowOrigin, CorsModule, CorsService, type CorsModuleOptions } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { sendLines } from '../support/http.js';
import { CLOSED, open, reach } from '../support/reach.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

@Controller('private')
class PrivateController {
  @Get('report') report() {
    return 'report';
  }
}

function moduleOf(options: CorsModuleOptions, ...controllers: Type[]): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers })
  class AppModule {}
  return AppModule;
}

/** Serves a folder with a field of its own on each file, in each platform's way. */
async function serveFiles(app: INestApplication, platform: Platform, root: string): Promise<void> {
  if (platform === 'express') {
    app.use(
      express.static(root, { setHeaders: (response) => response.set('access-control-allow-origin', '*') }),
    );
    return;
  }
  await (app as NestFastifyApplication).register(fastifyStatic, {
    root,
    setHeaders: (response) => void response.header('access-control-allow-origin', '*'),
  });
}

describe.each(PLATFORMS)('a path that can be read in two ways, on %s', (platform) => {
  const startApp = appsOfSuite();
  const root = mkdtempSync(join(tmpdir(), 'two-readings-'));
  afterAll(() => rmSync(root, { recursive: true }));

  let running: RunningApp;
  beforeAll(async () => {
    for (const folder of ['private', 'public']) {
      mkdirSync(join(root, folder));
      writeFileSync(join(root, folder, 'x.txt'), folder);
    }
    const options: CorsModuleOptions = { origin: PAGE, routes: [{ path: '/private/*path', policy: false }] };
    running = await startApp(platform, moduleOf(options, PrivateController), {
      prepare: (app) => serveFiles(app, platform, root),
    });
  });

  it.each([
    '/private/x.txt',
    '/%70rivate/x.txt',
    '/%2570rivate/x.txt',
    '//private/x.txt',
    '///private//x.txt',
    '/private%2fx.txt',
    '/private%2Fx.txt',
    '/private%5cx.txt',
    '/private;v=1/x.txt',
    '/public;/../private/x.txt',
    '/public/..%2fprivate/x.txt',
    '/public/../private/x.txt',
    '/public/%2e%2e/private/x.txt',
    '/public/.%2E/private/x.txt',
    '/./private/x.txt',
    '/private/%ff',
    '/private/report',
    '/%70rivate/report',
    '//private/report',
    '/%70rivate/none',
  ])('is closed where the readings have different policies: %s', async (path) => {
    for (const origin of [PAGE, OTHER]) {
      const { response, preflight } = await reach(running.port, path, origin);
      const { vary: _, ...fields } = response as Record<string, unknown>;
      expect([fields, preflight]).toEqual([CLOSED.response, CLOSED.preflight]);
    }
  });

  it.each([
    '/public/x.txt',
    '/public/%78.txt',
    '//public/x.txt',
    '/public/./x.txt',
    '/private/../public/x.txt',
  ])('is not closed for want of one reading, where all have one policy: %s', async (path) => {
    const isOpen = !path.startsWith('/private');
    expect(await reach(running.port, path, PAGE)).toEqual(isOpen ? open(PAGE) : CLOSED);
  });

  it('is explained so', async () => {
    const { reason, fields } = await running.app
      .get(CorsService)
      .explain({ method: 'GET', url: '/public/..%2fprivate/x.txt', headers: { origin: PAGE } });
    expect([reason, fields]).toEqual(['path-ambiguous', {}]);
  });

  it('is none in the absolute form', async () => {
    const ask = async (path: string): Promise<object> => {
      const line = `GET http://api.example.com${path} HTTP/1.1`;
      return corsHeaders(await sendLines(running.port, line, 'Host: api.example.com', `Origin: ${PAGE}`));
    };
    expect(await ask('/public/x.txt')).toEqual(open(PAGE).response);
    expect(await ask('/%70rivate/x.txt')).not.toHaveProperty('access-control-allow-origin');
    expect(await ask('/private/x.txt')).not.toHaveProperty('access-control-allow-origin');
  });
});

@Controller('Private')
@AllowOrigin(PAGE)
class UpperCaseController {
  @Get() read() {
    return 'another folder to some, the same to others';
  }
}

describe('the case of a path', () => {
  const startApp = appsOfTest();
  const options: CorsModuleOptions = { origin: PAGE, routes: [{ path: '/private', policy: false }] };

  it('is no difference where the router ignores it', async () => {
    const { port } = await startApp('express', moduleOf(options, PrivateController));
    for (const path of ['/Private/report', '/PRIVATE/none']) {
      expect([path, await reach(port, path, PAGE)]).toEqual([path, CLOSED]);
    }
    expect(await reach(port, '/Public', PAGE)).toEqual(open(PAGE));
  });

  it('is a difference where the router minds it', async () => {
    const { port } = await startApp('fastify', moduleOf(options, PrivateController, UpperCaseController));
    expect(await reach(port, '/Private', PAGE)).toEqual(open(PAGE));
    expect(await reach(port, '/private', PAGE)).toEqual(CLOSED);
  });

  it('is none where Fastify is told to ignore it', async () => {
    const adapter = createAdapter('fastify', { routerOptions: { caseSensitive: false } });
    const { port } = await startApp('fastify', moduleOf(options, PrivateController), { adapter });
    expect(await reach(port, '/Private/report', PAGE)).toEqual(CLOSED);
  });
});
