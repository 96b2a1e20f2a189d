import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Put, type DynamicModule } from '@nestjs/common';
import type { AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { AllowOrigin, CorsModule, CorsService, NoCors } from '../../lib/index.js';
import { CorsInspectorModule } from '../../lib/inspector/index.js';
import { PLATFORMS } from '../support/apps.js';
import { send } from '../support/http.js';
import { appsOfSuite, startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const APP = 'https://www.shop.example.com';
const NEAR = 'https://shop.example.com';

@Controller('orders')
@AllowOrigin(APP, 'https://old.example.com', { credentials: true, reportOnly: { origin: APP } })
class OrdersController {
  @Get() @AllowOrigin('*', { credentials: false }) list(): void {}
  @Put(':id') change(): void {}
  @Delete(':id') @NoCors() remove(): void {}
}

/** Compared with what its app was before, under a prefix. */
async function shopOf(
  start: ReturnType<typeof appsOfSuite>,
  platform: (typeof PLATFORMS)[number],
): Promise<number> {
  const module = (origin: `https://${string}`, manifest?: object): DynamicModule => ({
    module: class AppModule {},
    imports: [
      CorsModule.forRoot({ origin, maxAge: 20_000 }),
      CorsInspectorModule.forRoot({ manifest: manifest as never }),
    ],
    controllers: [OrdersController],
  });
  const prefixed = {
    prepare: (app: { setGlobalPrefix(prefix: string): unknown }) => void app.setGlobalPrefix('api'),
  };
  const before = await start(platform, module('https://a.example.com'), prefixed);
  const manifest = await before.app.get(CorsService).manifest();
  const { port } = await start(platform, module('https://*.example.com', manifest), {
    prepare: (app) => {
      prefixed.prepare(app);
      app.enableCors();
    },
  });
  return port;
}

class Everybody {
  canActivate(): boolean {
    return true;
  }
}

/** The views, each with something in it. */
const VIEWS = [
  '',
  '?q=orders&only=open',
  '?view=explain',
  `?view=explain&origin=${NEAR}&method=PUT&path=/api/orders/7&headers=x-a,x-b&engine=webkit`,
  '?view=explain&path=nonsense&method=A%20B',
  '?view=refusals',
  '?view=differences',
];

declare const axe: { run(): Promise<AxeResults> };
declare const document: {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
  readonly body: object;
  querySelectorAll(name: 'details'): { forEach(each: (one: { open: boolean }) => void): void };
  readonly activeElement: { readonly tagName: string; readonly textContent: string };
};
declare function getComputedStyle(element: object): { readonly backgroundColor: string };

describe.each(PLATFORMS)('the inspector in Chromium, on %s', (platform) => {
  const own = startedBySuite();
  const start = appsOfSuite();
  let browser: TestBrowser;
  let port: number;
  let url: string;
  beforeAll(async () => {
    [browser, port] = await Promise.all([
      own(startBrowser(), (started) => started.close()),
      shopOf(start, platform),
    ]);
    url = `http://localhost:${port}/api/_cors`;
    await refuse();
  });

  /** An app whose guard lets everybody in. */
  async function openToAll(): Promise<number> {
    const imports = [CorsModule.forRoot({}), CorsInspectorModule.forRoot({ guard: Everybody })];
    const running = await start(platform, { module: class AppModule {}, imports });
    return running.port;
  }

  /** Has the app refuse something, and report something else. */
  async function refuse(origin: string = NEAR): Promise<void> {
    await send(port, { method: 'PUT', path: '/api/orders/7', headers: { origin } });
    await send(port, {
      method: 'PUT',
      path: '/api/orders/7',
      headers: { origin: 'https://old.example.com' },
    });
  }

  /** Opens a view, and notes what Chromium complains about. */
  async function open(query: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.open('http://page.example');
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => {
      // A stream that is closed has not failed.
      if (!request.url().endsWith('/events')) complaints.push(`${request.url()} failed`);
    });
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin)
        complaints.push(`${request.url()} is elsewhere`);
    });
    await page.goto(`${url}${query}`);
    return { page, complaints };
  }

  describe.each(['light', 'dark'] as const)('in %s colors', (colorScheme) => {
    it.each(VIEWS)('is for everybody, and within its security policy: %s', async (query) => {
      const { page, complaints } = await open(query);
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      await page.evaluate(AXE);
      const { violations, passes } = await page.evaluate(() => axe.run());
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
      expect(complaints).toEqual([]);
      await page.context().close();
    });
  });

  it('is dark where that is preferred', async () => {
    const { page } = await open('');
    const backgroundIn = async (colorScheme: 'light' | 'dark'): Promise<string> => {
      await page.emulateMedia({ colorScheme });
      return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    };
    expect([await backgroundIn('light'), await backgroundIn('dark')]).toEqual([
      'rgb(246, 247, 249)',
      'rgb(18, 21, 27)',
    ]);
  });

  it.each(VIEWS)('fits 390 pixels: %s', async (query) => {
    const { page } = await open(query);
    await page.setViewportSize({ width: 390, height: 800 });
    await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
    const width = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    expect(width).toEqual({ scrollWidth: 390, clientWidth: 390 });
    await page.context().close();
  });

  it('finds routes while one types, and says how many', async () => {
    const { page, complaints } = await open('');
    await page.getByLabel('Search').pressSequentially('delete orders');
    await page.getByRole('status').getByText(/^1 of/).waitFor();
    expect(await page.locator('#live summary').allInnerTexts()).toEqual([
      expect.stringMatching(/^DELETE \/api\/orders\/:id\s+closed/),
    ]);
    expect(new URL(page.url()).searchParams.get('q')).toBe('delete orders');
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Show').selectOption('open to everybody');
    await page.getByRole('status').getByText(/^1 of/).waitFor();
    await page.locator('#live').getByText('GET /api/orders').waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows refusals as they happen, with their hints, until it is told to pause', async () => {
    const { page, complaints } = await open('?view=refusals');
    await page.getByText('Live.').waitFor();
    const rows = page.locator('#live .card');
    await refuse('http://www.shop.example.com');
    const row = rows.filter({ hasText: 'http://www.shop.example.com' });
    await row.getByText('once').waitFor();
    expect(await row.innerText()).toContain(APP);
    await rows.filter({ hasText: 'would be refused' }).first().waitFor();
    // Where the focus is, it stays, whatever else comes.
    await row.getByRole('link').focus();
    await refuse('http://www.shop.example.com');
    await row.getByText('2 times').waitFor();
    expect(await row.getByRole('link').evaluate((one) => one === (document.activeElement as object))).toBe(
      true,
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused.').waitFor();
    await refuse('https://paused.example');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Live.').waitFor();
    await rows.filter({ hasText: 'https://paused.example' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads from a refusal to its explanation by keyboard alone', async () => {
    const { page } = await open('?view=refusals');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    const link = page.locator('#live a').first();
    for (
      let step = 0;
      step < 5 && !(await link.evaluate((one) => one === (document.activeElement as object)));
      step++
    ) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Actual request not readable/ }).waitFor();
  });

  it('runs nothing of what strangers send', async () => {
    const { page, complaints } = await open('?view=refusals');
    await page.getByText('Live.').waitFor();
    await refuse(`https://x/"><img src=x onerror=alert(1)><script>alert(1)</script>`);
    await page.locator('#live .card', { hasText: 'onerror=alert(1)' }).waitFor();
    expect(await page.locator('#live img, #live script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('cannot be framed, nor read by another page', async () => {
    const page = await browser.open('http://evil.example');
    const seen = await page.evaluate(async (target) => {
      const answers = [];
      for (const credentials of ['omit', 'include'] as const) {
        answers.push(await fetch(target, { credentials }).then(() => 'read', String));
      }
      return answers;
    }, url);
    expect(seen).toEqual(['TypeError: Failed to fetch', 'TypeError: Failed to fetch']);
    // Without a guard another page gets nothing to frame.
    const framed = page.waitForResponse(url);
    await page.setContent(`<iframe src="${url}"></iframe>`);
    expect((await framed).status()).toBe(403);
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.setContent(`<iframe src="http://localhost:${await openToAll()}/_cors"></iframe>`);
    await refused;
  });

  describe('without scripts', () => {
    let context: BrowserContext;
    let page: Page;
    beforeAll(async () => {
      const any = await browser.open('http://page.example');
      context = await (
        any.context().browser() as NonNullable<ReturnType<BrowserContext['browser']>>
      ).newContext({
        javaScriptEnabled: false,
      });
      page = await context.newPage();
    });

    it('searches, explains, and shows all there is', async () => {
      await page.goto(url);
      await page.getByLabel('Search').fill('put');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('PUT /api/orders/:id').waitFor();
      await page.locator('summary').first().click();
      await page.getByText('The policy of OrdersController#change').waitFor({ timeout: 5000 });
      await page.getByRole('link', { name: 'Explain' }).click();
      await page.getByLabel('Origin of the page').fill(NEAR);
      await page.getByLabel('Path').fill('/api/orders/7');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByRole('heading', { name: 'Actual request not readable' }).waitFor();
      await page.getByRole('link', { name: 'Refusals' }).click();
      await page.locator('#live .card', { hasText: NEAR }).first().waitFor();
      await page.getByText('Reload the page').waitFor();
      expect(await page.getByRole('button').count()).toBe(0); // none that does nothing
      await page.getByRole('link', { name: 'Differences' }).click();
      await page.getByText('https://*.example.com may now read it, before https://a.example.com').waitFor();
    });
  });
});
