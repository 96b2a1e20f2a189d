import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication, type Type } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Page } from 'playwright-core';
import { CorsModule } from '../../lib/index.js';
import { CorsIoAdapter } from '../../lib/socket.io/index.js';
import { CorsWsAdapter } from '../../lib/ws/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { appsOfSuite, startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';

const APP = 'http://app.chat.example';
const EVIL = 'http://evil.example';

/** The client of socket.io for pages. */
const CLIENT = fileURLToPath(
  new URL('../../node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url),
);

function moduleOf(path: string): Type {
  @WebSocketGateway({ path })
  class ChatGateway {
    @SubscribeMessage('greet') greet(): object {
      return { event: 'greeting', data: 'hello' };
    }
  }
  // Nobody says `enforce`.
  @Module({
    imports: [
      CorsModule.forRoot({
        routes: [
          { path, policy: { origin: APP, credentials: true, dangerously: { insecureOrigins: true } } },
        ],
      }),
    ],
    providers: [ChatGateway],
  })
  class AppModule {}
  return AppModule;
}

interface PageSocket {
  on(event: string, listener: (data: unknown) => void): void;
  emit(event: string): void;
  close(): void;
}
declare function io(url: string, options: object): PageSocket;

/** What a page is told over socket.io. */
async function greetIo(page: Page, port: number, transport: string): Promise<string> {
  await page.addScriptTag({ path: CLIENT });
  return page.evaluate(
    ([url, only]) =>
      new Promise<string>((resolve) => {
        const options = { transports: [only], reconnection: false, withCredentials: true, path: '/chat' };
        const socket = io(url as string, options);
        const done = (answer: unknown): void => {
          socket.close();
          resolve(String(answer));
        };
        socket.on('connect', () => socket.emit('greet'));
        socket.on('greeting', done);
        socket.on('connect_error', () => done('no connection'));
      }),
    [`http://127.0.0.1:${port}`, transport],
  );
}

declare class WebSocket {
  constructor(url: string);
  addEventListener(type: string, listener: (event: { data: string }) => void): void;
  send(text: string): void;
}

/** The same over a plain WebSocket. */
function greetWs(page: Page, port: number): Promise<string> {
  return page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.addEventListener('open', () => socket.send('{"event":"greet"}'));
        socket.addEventListener('message', ({ data }) =>
          resolve((JSON.parse(data) as { data: string }).data),
        );
        socket.addEventListener('error', () => resolve('no connection'));
      }),
    `ws://127.0.0.1:${port}/chat`,
  );
}

describe.each(PLATFORMS)('gateways in Chromium, on %s', (platform) => {
  const startApp = appsOfSuite();
  const own = startedBySuite();
  let browser: TestBrowser;
  let onIo: RunningApp;
  let onWs: RunningApp;
  beforeAll(async () => {
    browser = await own(startBrowser(), (started) => started.close());
    const use = (Adapter: typeof CorsIoAdapter | typeof CorsWsAdapter) => ({
      prepare: (app: INestApplication) => void app.useWebSocketAdapter(new Adapter(app)),
    });
    onIo = await startApp(platform, moduleOf('/chat'), use(CorsIoAdapter));
    onWs = await startApp(platform, moduleOf('/chat'), use(CorsWsAdapter));
  });
  afterEach(() => browser.closePages());

  it.each([
    [APP, 'hello'],
    [EVIL, 'no connection'],
  ])('a page of %s is told: %s', async (origin, answer) => {
    const page = await browser.open(origin);
    expect(await greetIo(page, onIo.port, 'polling')).toBe(answer);
    expect(await greetIo(page, onIo.port, 'websocket')).toBe(answer);
    expect(await greetWs(page, onWs.port)).toBe(answer);
  });
});
