import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import express from 'express';
import { AllowOrigin, cachedOrigins, CorsModule } from '../../lib/index.js';
import { createAdapter, PLATFORMS, startApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { has } from '../support/nest-11.js';

const A = 'https://a.example';

/** What has happened, in order. */
const events: string[] = [];

/** Answers at once, and notes how often the event loop has gone round since. */
const counted = cachedOrigins(
  async (origin) => {
    events.push('asked');
    setImmediate(() => {
      events.push('first turn');
      setImmediate(() => events.push('second turn'));
    });
    return Promise.resolve(origin === A);
  },
  { ttl: 60_000 },
);

@Controller('cats')
class CatsController {
  @Get('counted') @AllowOrigin(counted) counted() {
    events.push('handler');
    return 'cats';
  }
  @Get(':id') @AllowOrigin(async (origin) => Promise.resolve(origin === A)) one() {
    events.push('handler');
    return 'cat';
  }
}

@Module({
  imports: [CorsModule.forRoot({ origin: async () => Promise.resolve(false) })],
  controllers: [CatsController],
})
class CatsModule {}

let running: INestApplication | undefined;
afterEach(async () => {
  events.length = 0;
  await running?.close();
});

describe('where a source is asynchronous', () => {
  it.each(PLATFORMS)('another hook in the slot runs as it does without us, on %s', async (platform) => {
    const adapter = createAdapter(platform);
    const { app, port } = await startApp(platform, CatsModule, { adapter });
    running = app;
    const called = new Promise<void>((resolve) => {
      adapter.setOnRequestHook(async (_request: unknown, _response: unknown, done: () => void) => {
        events.push('hook');
        setTimeout(() => {
          events.push('done');
          done();
          resolve();
        }, 30);
      });
    });
    const response = await send(port, { path: '/cats/tom', headers: { origin: A } });
    expect([response.status, corsHeaders(response)]).toEqual([200, expected({ acao: A, vary: 'Origin' })]);
    await called;
    // Fastify's adapter lets a request go on when the hook's promise resolves; Express's waits for `done`.
    const readsPromise = platform === 'fastify' && has('hookPromises');
    expect(events).toEqual(readsPromise ? ['hook', 'handler', 'done'] : ['hook', 'done', 'handler']);
  });

  it.each(PLATFORMS)(
    'a request waits for no more than one turn of the event loop of ours, on %s',
    async (platform) => {
      counted.invalidate();
      const { app, port } = await startApp(platform, CatsModule);
      running = app;
      const response = await send(port, { path: '/cats/counted', headers: { origin: A } });
      expect([response.status, corsHeaders(response)]).toEqual([200, expected({ acao: A, vary: 'Origin' })]);
      const since = events.slice(events.indexOf('asked'), events.indexOf('handler'));
      expect(since).toContain('asked');
      expect(since).not.toContain('second turn');
    },
  );

  it("what one policy's source allowed says nothing for another policy", async () => {
    const router = express.Router();
    router.get('/tom', (_request, response) => void response.send('not a cat of Nest'));
    const { app, port } = await startApp('express', CatsModule, {
      prepare: (started) => void started.use('/cats', router),
    });
    running = app;
    // The hook has asked for the route of Nest, but a router in front of it answers: the default governs that.
    const response = await send(port, { path: '/cats/tom', headers: { origin: A } });
    expect([response.body, corsHeaders(response)]).toEqual([
      'not a cat of Nest',
      expected({ vary: 'Origin' }),
    ]);
  });
});
