import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Next, type INestApplication } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { createAdapter, PLATFORMS, startApp, type Platform, type StartOptions } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';

const A = 'https://a.example';
const B = 'https://b.example';

@Controller('cats')
class CatsController {
  @Get('first') @AllowOrigin(A) first(@Next() next: () => void) {
    next();
  }
  @Get(':id') @AllowOrigin(B, { enforce: true }) one() {
    return 'cats';
  }
}

@Module({ imports: [CorsModule.forRoot({ origin: A })], controllers: [CatsController] })
class CatsModule {}

@Module({ imports: [CorsModule.forRoot({ origin: '*' })] })
class OuterModule {}

const apps: INestApplication[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function start(platform: Platform, module = CatsModule, options?: StartOptions): Promise<number> {
  const { app, port } = await startApp(platform, module, options);
  apps.push(app);
  return port;
}

/** What `path` answers to each of the two origins. */
async function answers(port: number, path: string): Promise<readonly unknown[]> {
  const responses = [A, B].map(async (origin) => {
    const response = await send(port, { path, headers: { origin } });
    return [response.status, corsHeaders(response)];
  });
  return Promise.all(responses);
}

/** What the policy of `:id` says to them, wherever the hook took the request to go. */
const OF_THE_HANDLER = [
  [403, expected({ vary: 'Origin' })],
  [200, expected({ acao: B, vary: 'Origin' })],
];

/** As if somebody had taken the slot over without `setOnRequestHook()`. */
function throwHookOut(adapter: AbstractHttpAdapter): void {
  (adapter as unknown as { onRequestHook: undefined }).onRequestHook = undefined;
}

describe('the guard pins the policy of the handler that Nest calls', () => {
  it('behind a middleware of Express that rewrites the URL', async () => {
    const port = await start('express', CatsModule, {
      prepare: (app) => {
        app.use((request: { url: string }, _response: unknown, next: () => void) => {
          request.url = request.url.replace('/old', '/cats');
          next();
        });
      },
    });
    expect(await answers(port, '/old/tom')).toEqual(OF_THE_HANDLER);
  });

  it('behind a handler on Express that passes the request on', async () => {
    const port = await start('express');
    const [first, second] = await answers(port, '/cats/first');
    // A is allowed by the first handler, and refused by the second one, which would have answered.
    expect([first, second]).toEqual(OF_THE_HANDLER);
  });
});

describe('the guard does without the request hook', () => {
  it.each(PLATFORMS)('where it was thrown out, on %s', async (platform) => {
    const adapter = createAdapter(platform);
    const port = await start(platform, CatsModule, { adapter });
    throwHookOut(adapter);
    expect(await answers(port, '/cats/tom')).toEqual(OF_THE_HANDLER);
  });

  it('where the request brings the exchange of an app around this one', async () => {
    const adapter = new ExpressAdapter();
    const cats = await NestFactory.create(CatsModule, adapter, { logger: false });
    await cats.init();
    apps.push(cats);
    throwHookOut(adapter);
    const port = await start('express', OuterModule, {
      prepare: (app) => void app.use('/in', adapter.getInstance()),
    });
    expect(await answers(port, '/in/cats/tom')).toEqual(OF_THE_HANDLER);
  });
});
