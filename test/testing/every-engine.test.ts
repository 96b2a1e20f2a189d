import { AssertionError } from 'node:assert';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Header,
  Module,
  Options,
  Post,
  Query,
  Redirect,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CorsModule, NoCors, Preflight } from '../../lib/index.js';
import {
  expectCors,
  VirtualBrowser,
  type EngineResults,
  type PageExpectation,
} from '../../lib/testing/index.js';
import { createAdapter, PLATFORMS } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';

const SHOP = 'https://shop.example.com';
const JSON_POST = { headers: { 'content-type': 'application/json' }, body: '{}' };

@Controller('orders')
class OrdersController {
  static posted = 0;

  @Post()
  @Redirect('/orders/7', 303)
  create(): void {
    OrdersController.posted++;
  }

  @Get('7')
  @Preflight({ allowedHeaders: ['x-a'] })
  @Header('x-total-count', '1')
  one(): string {
    return 'seven';
  }

  @Get('moved')
  @Redirect()
  @Preflight({ allowedHeaders: 'x-a' })
  moved(@Query('to') url: string): object {
    return { url, statusCode: 302 };
  }

  @Get('closed')
  @NoCors()
  closed(): string {
    return 'closed';
  }
}

/** What others have written by hand. */
@Controller('star')
class StarController {
  @Options()
  @Header('Access-Control-Allow-Origin', '*')
  @Header('Access-Control-Allow-Headers', '*')
  ask(): void {}

  @Get()
  @Header('Access-Control-Allow-Origin', '*')
  @Header('x-total-count', '1')
  @Header('Access-Control-Expose-Headers', '*')
  get(): string {
    return 'star';
  }
}

@Module({
  imports: [CorsModule.forRoot({ origin: SHOP, routes: [{ path: '/star', unmanaged: true }] })],
  controllers: [OrdersController, StarController],
})
class AppModule {}

async function outcome(assertion: Promise<unknown>): Promise<string> {
  try {
    await assertion;
    return 'passed';
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
}

describe.each(PLATFORMS)('expectCors().inEveryEngine() on %s', (platform) => {
  const ownApp = startedBySuite();
  let app: INestApplication;
  let shop: PageExpectation<EngineResults>;

  beforeAll(async () => {
    const creating = NestFactory.create(AppModule, createAdapter(platform) as never, { logger: false });
    app = await ownApp(creating, (created) => created.close());
    shop = expectCors(app).inEveryEngine().from(SHOP);
  });

  it('asks once for each engine, and hands their results on', async () => {
    const results = await shop.toRead('GET /orders/7');
    expect(Object.keys(results)).toEqual(['standard', 'chromium', 'firefox', 'webkit']);
    for (const [engine, result] of Object.entries(results)) {
      expect(result).toMatchObject({ engine, quirks: [], readable: true });
      expect(await result.text()).toBe('seven');
    }
    const before = OrdersController.posted;
    await outcome(shop.toRead('POST /orders', JSON_POST));
    expect(OrdersController.posted - before).toBe(4);
  });

  it('passes where all agree', async () => {
    await shop.toNeedPreflight('DELETE /orders/7');
    await shop.toNeedNoPreflight('GET /orders/7');
    await shop.toBeRefused('GET /orders/closed');
    await shop.toHide('GET /orders/7', 'x-total-count');
    await expectCors(app).inEveryEngine().from('null').toExpose('GET /star', 'x-total-count');
  });

  it.each<[what: string, assertion: () => Promise<unknown>, message: string]>([
    [
      'toRead, and what is named',
      () => shop.toRead('POST /orders', JSON_POST),
      `POST /orders from ${SHOP} is readable in Chromium and Firefox; WebKit names content-type in the preflight of the GET after the 303, which OrdersController#one does not allow`,
    ],
    [
      'toRead, where the standard is alone',
      () => shop.toRead('GET /star', { headers: { authorization: 'x' } }),
      `GET /star from ${SHOP} is readable in Chromium, Firefox and WebKit; the standard wants Authorization listed by name, and it is refused: the preflight's answer does not name authorization, which * never covers: it has Access-Control-Allow-Headers: * (which the standard alone refuses: each of Chromium, Firefox and WebKit lets * in Access-Control-Allow-Headers cover Authorization)`,
    ],
    [
      'toBeRefused, where the standard is alone',
      () => shop.toBeRefused('GET /star', { headers: { authorization: 'x' } }),
      `GET /star from ${SHOP} is refused in the standard alone, and in no engine that ships; each of Chromium, Firefox and WebKit lets * in Access-Control-Allow-Headers cover Authorization, and script can read it: the response (200) has Access-Control-Allow-Origin: *`,
    ],
    [
      'toNeedPreflight',
      () => shop.toNeedPreflight('GET /orders/7', { headers: { 'save-data': 'on' } }),
      `GET /orders/7 from ${SHOP} needs a preflight in Firefox and WebKit; Chromium does not ask for the client hint save-data, and it needs no preflight: its method and headers are CORS-safelisted`,
    ],
    [
      'toNeedNoPreflight',
      () => shop.toNeedNoPreflight('GET /orders/7', { headers: { accept: 'é' } }),
      `GET /orders/7 from ${SHOP} needs no preflight in Chromium and WebKit; Firefox asks for accept with a byte beyond ASCII, and it needs a preflight for the headers accept`,
    ],
    [
      'toRead of two engines, each with its reason',
      () =>
        shop.toRead('GET /orders/7', {
          headers: [
            ['accept', 'é'],
            ['accept', 'a'.repeat(128)],
          ],
        }),
      `GET /orders/7 from ${SHOP} is readable in the standard alone, and in no engine that ships; each of Chromium and WebKit joins the lines of accept before it measures them, which OrdersController#one does not allow; Firefox asks for accept with a byte beyond ASCII, which OrdersController#one does not allow`,
    ],
    [
      'toExpose',
      () => shop.toExpose('GET /star', 'x-total-count', { headers: { authorization: 'x' } }),
      `GET /star from ${SHOP} shows script x-total-count in Chromium, Firefox and WebKit; the standard wants Authorization listed by name, and it is refused: `,
    ],
    [
      'toHide',
      () => shop.toHide('GET /orders/7', 'x-total-count', { headers: { 'user-agent': 'mine' } }),
      `GET /orders/7 from ${SHOP} hides x-total-count from script in Chromium; each of the standard, Firefox and WebKit sends a User-Agent that script sets, and asks for it, which OrdersController#one does not allow`,
    ],
    [
      'what engines have nothing to do with',
      () => shop.toRead('GET /orders/closed'),
      `GET /orders/closed from ${SHOP} is refused: the response has no Access-Control-Allow-Origin`,
    ],
  ])('fails, and says of %s', async (_, assertion, message) => {
    expect(await outcome(assertion())).toContain(message);
  });

  it('takes over the origins of a browser, and not its engine, cookies, caches and time', async () => {
    const api = 'https://api.example.com';
    const browser = await VirtualBrowser.for(app, { origin: api, engine: 'webkit' });
    const page = browser.page(SHOP);
    expect((await page.fetch('/star', { headers: { 'x-a': '1' } })).preflight).toBe('sent');
    const results = await expectCors(browser)
      .inEveryEngine()
      .from(SHOP)
      .toRead('GET /star', { headers: { 'x-a': '1' } });
    for (const [engine, result] of Object.entries(results)) {
      expect(result).toMatchObject({ engine, preflight: 'sent', url: `${api}/star` });
    }
    expect((await page.fetch('/star', { headers: { 'x-a': '1' } })).preflight).toBe('cached');
  });

  it('takes an app without an origin for one on the internet, and one with for what it says', async () => {
    await shop.toRead('GET /orders/7');
    const { port } = new URL((await shop.toRead('GET /orders/7')).standard.url);
    const local = await VirtualBrowser.for(app, { origin: `http://localhost:${port}` });
    expect(await outcome(expectCors(local).inEveryEngine().from(SHOP).toRead('GET /orders/7'))).toBe(
      `GET /orders/7 from ${SHOP} is readable in the standard alone, and in no engine that ships; each of Chromium and Firefox sends nothing from a public page to http://localhost:${port} before the user has permitted it, and it is never sent: a public page cannot call http://localhost:${port} unless the user permits it the local network; WebKit sends nothing from a page on https to http://localhost:${port}: mixed content, and it is never sent: a page on https cannot call http://localhost:${port}`,
    );
    await expectCors(local).inEveryEngine().from('http://localhost:5173').toBeRefused('GET /orders/7');
  });

  it('tells the quirk in one engine as well', async () => {
    const webkit = await VirtualBrowser.for(app, { engine: 'webkit' });
    expect(await outcome(expectCors(webkit).from(SHOP).toRead('POST /orders', JSON_POST))).toBe(
      `POST /orders from ${SHOP} is refused: the preflight answered 403, because the policy of OrdersController#one (allowedHeaders from OrdersController#one) does not allow the request header content-type (WebKit names content-type in the preflight of the GET after the 303)`,
    );
    const options = { engine: 'chromium' } as const;
    await expectCors(webkit).from(SHOP, options).toRead('POST /orders', JSON_POST);
    await expectCors(app)
      .from(SHOP, { quirks: ['star-covers-authorization'] })
      .toRead('GET /star', {
        headers: { authorization: 'x' },
      });
  });

  it('says what is wrong with the assertion itself', async () => {
    await expect(shop.toRead('orders')).rejects.toThrow(TypeError);
    await expect(shop.toExpose('GET /star', [])).rejects.toThrow('no header is named');
    await expect(
      expectCors(app).inEveryEngine().from('https://shop.example.com/').toRead('/star'),
    ).rejects.toThrow('page: "https://shop.example.com/"');
  });
});
