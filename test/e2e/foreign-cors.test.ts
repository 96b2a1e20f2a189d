import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type LoggerService } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { AllowOrigin, CorsModule, NoCors } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

@Controller()
class CatsController {
  @Get('governed') @AllowOrigin(APP) governed() {
    return 'governed';
  }
  @Get('closed') @NoCors() closed() {
    return 'closed';
  }
  @Get('free') free() {
    return 'free';
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
class AppModule {}

/** A logger that keeps its warnings. */
class Warnings implements LoggerService {
  readonly all: string[] = [];
  warn(message: string): void {
    this.all.push(message);
  }
  log(): void {}
  error(): void {}
}

describe.each(PLATFORMS)('a forgotten enableCors() on %s', (platform) => {
  let running: RunningApp;
  const startApp = appsOfTest();

  async function expectGovernedAlone(): Promise<void> {
    const { port } = running;
    const governed = await send(port, { path: '/governed', headers: { origin: APP } });
    const refused = await send(port, { path: '/governed', headers: { origin: EVIL } });
    const closed = await send(port, { path: '/closed', headers: { origin: APP } });
    expect(corsHeaders(governed)).toEqual(expected({ acao: APP, vary: 'Origin' }));
    expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));
    expect(Object.keys(corsHeaders(closed))).toEqual(closed.headers.vary === undefined ? [] : ['vary']);
    const headers = preflightHeaders(EVIL, 'GET');
    const preflight = await send(port, { method: 'OPTIONS', path: '/governed', headers });
    expect([preflight.status, corsHeaders(preflight)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
  }

  it.each([
    ['without options', undefined, '*'],
    ['with an origin', { origin: EVIL, credentials: true }, EVIL],
  ])('%s leaves governed routes alone, opens others, and is reported', async (_, options, opened) => {
    const logger = new Warnings();
    running = await startApp(platform, AppModule, { logger, prepare: (app) => app.enableCors(options) });
    await expectGovernedAlone();
    const free = await send(running.port, { path: '/free', headers: { origin: EVIL } });
    expect(free.headers['access-control-allow-origin']).toBe(opened);
    expect(logger.all.filter((line) => line.includes('enableCors()'))).toHaveLength(1);
  });

  it("as NestFactory's option is reported", async () => {
    const logger = new Warnings();
    running = await startApp(platform, AppModule, { logger, cors: true });
    await expectGovernedAlone();
    expect(logger.all.filter((line) => line.includes('enableCors()'))).toHaveLength(1);
  });

  it('on the adapter, before the app exists, leaves governed routes alone', async () => {
    const adapter = createAdapter(platform);
    (adapter as AbstractHttpAdapter).enableCors({ origin: EVIL });
    running = await startApp(platform, AppModule, { adapter });
    await expectGovernedAlone();
  });

  it('is not reported where nobody called it', async () => {
    const logger = new Warnings();
    running = await startApp(platform, AppModule, { logger });
    await expectGovernedAlone();
    expect(logger.all).toEqual([]);
  });
});
