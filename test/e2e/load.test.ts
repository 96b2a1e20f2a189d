import { EventEmitter } from 'node:events';
import { Agent, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext, runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, StreamableFile } from '@nestjs/common';
import { AllowOrigin, CorsModule, Preflight } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { appsOfSuite } from '../support/suites.js';
import { APP, sendNumber } from './load/traffic.js';

const CONNECTIONS = 50;
const REQUESTS = 20_000;

/** Until caches are filled and functions optimized, memory grows. */
const WARM_UP = 4000;

/**
 * How much the heap may grow over all requests: some 250 bytes for each. Whoever keeps a request, a response or what
 * belongs to them keeps ten times as much.
 */
const MAX_GROWTH = 5 * 1024 * 1024;

/** The real one. Jest hands out a copy, whose listeners are others. */
const realProcess = runInThisContext('process') as NodeJS.Process;

async function later(milliseconds: number): Promise<boolean> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
  return true;
}

@Controller('cats')
@AllowOrigin(APP)
@Preflight({ allowedHeaders: 'content-type' })
class CatsController {
  @Get() list() {
    return [{ id: 1 }];
  }
  @Put() put() {}
  @Get('enforced') @AllowOrigin({ enforce: true }) enforced() {}
  @Get('fails') fails() {
    throw new Error('uncaught');
  }
  @Get('stream') stream() {
    return new StreamableFile(Readable.from(['a', 'stream']));
  }
  @Get('slow') slow() {
    return later(20);
  }
}

@Controller('asked')
@AllowOrigin((origin) => Promise.resolve(origin === APP))
class AskedController {
  @Get() list() {
    return [{ id: 1 }];
  }
  @Get('slow') @AllowOrigin(() => later(20)) slow() {}
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController, AskedController] })
class AppModule {}

/** Sends so many requests over the connections, and says what went wrong. */
async function load(count: number, port: number): Promise<readonly string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const wrong: string[] = [];
  let next = 0;
  const connection = async (): Promise<void> => {
    while (next < count) {
      const problem = await sendNumber(next++, port, agent);
      if (problem !== undefined) wrong.push(problem);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
  return wrong;
}

/** The bytes in use, after all garbage has been collected. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  for (let count = 0; count < 3; count++) {
    await later(100);
    collect();
  }
  return realProcess.memoryUsage().heapUsed;
}

function listeners(emitter: EventEmitter): Record<string, number> {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}

/** The most listeners that a connection has for any one event, after each request on it. */
function watchSockets(server: Server): () => number {
  let most = 0;
  server.on('request', (request: { readonly socket: Socket }) => {
    most = Math.max(most, ...Object.values(listeners(request.socket)));
  });
  return () => most;
}

describe.each(PLATFORMS)('%s under load', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  beforeAll(async () => {
    realProcess.on('warning', onWarning);
    running = await startApp(platform, AppModule);
  });
  afterAll(() => void realProcess.off('warning', onWarning));

  it(`answers ${REQUESTS} requests on ${CONNECTIONS} connections, and keeps nothing of them`, async () => {
    const server = running.app.getHttpServer() as Server;
    const mostListeners = watchSockets(server);
    const allListeners = () => [listeners(realProcess), listeners(server), mostListeners()];

    expect(await load(WARM_UP, running.port)).toEqual([]);
    const before = { listeners: allListeners(), bytes: await usedBytes() };
    expect(await load(REQUESTS, running.port)).toEqual([]);
    expect((await usedBytes()) - before.bytes).toBeLessThan(MAX_GROWTH);
    expect(allListeners()).toEqual(before.listeners);
    expect(warnings).not.toContain('MaxListenersExceededWarning');
  }, 120_000);
});
