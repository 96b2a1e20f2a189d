import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Module, Post, Query } from '@nestjs/common';
import type { Page } from 'playwright-core';
import type { Page as FirefoxPage } from 'puppeteer-core';
import { CorsModule, NoCors } from '../../lib/index.js';
import { PLATFORMS } from '../support/apps.js';
import { appsOfSuite, startedBySuite } from '../support/suites.js';
import { firefoxPath, startFirefox } from './support/firefox.js';
import { startBrowser } from './support/browser.js';

/*
 * `enforce: 'unsafe'` against what browsers really send: forms, fetches and navigations of pages of the same origin, the same
 * site and other sites. A browser is no more here than what opens a document: the document does the rest by itself.
 */

/** Opens one document after the other. */
interface Visitor {
  visit(url: string): Promise<void>;
  close(): Promise<void>;
}

const CHROMIUM = async (): Promise<Visitor> => {
  const browser = await startBrowser();
  const profile = await browser.newProfile();
  let last: Page | undefined;
  return {
    visit: async (url) => {
      await last?.close();
      // It may go elsewhere before it is loaded.
      last = await profile.open(url).catch(() => undefined);
    },
    close: () => browser.close(),
  };
};

const FIREFOX = async (): Promise<Visitor> => {
  const { browser, close } = await startFirefox();
  let last: FirefoxPage | undefined;
  return {
    visit: async (url) => {
      await last?.close();
      last = await browser.newPage();
      await last.goto(url).catch(() => undefined);
    },
    close,
  };
};

/** Where a page stands, in a world that browsers trust, and say `Sec-Fetch-Site` in, and in one that is plain HTTP. */
const WORLDS = {
  trustworthy: {
    own: 'api.shop.localhost',
    site: 'www.shop.localhost',
    other: 'evil.localhost',
    partner: 'app.partner.localhost',
  },
  plain: {
    own: 'api.shop.example',
    site: 'www.shop.example',
    other: 'evil.example',
    partner: 'app.partner.example',
  },
} as const;

type World = keyof typeof WORLDS;
type Where = keyof (typeof WORLDS)['plain'];

/** What a document does as soon as it is opened. */
const ACTIONS = {
  form: (url: string, method: string) =>
    `<form method="${method}" action="${url}"><input name="id" value="${new URL(url).searchParams.get('id')}"></form><script>document.forms[0].submit()</script>`,
  fetch: (url: string, method: string) =>
    `<script>fetch('${url}', { method: '${method}', mode: 'no-cors', credentials: 'include', body: 'a=b' })</script>`,
  link: (url: string) => `<a href="${url}">on</a><script>document.querySelector('a').click()</script>`,
  image: (url: string) => `<img src="${url}">`,
} as const;

type Action = keyof typeof ACTIONS;

/** A document that does what its query says; `hides` has it send no referrer, and so no origin. */
function documentOf(query: Readonly<Record<string, unknown>>): string {
  const { action, to, method, hides } = query as Record<string, string>;
  const act = ACTIONS[action as Action];
  const referrer = hides === undefined ? '' : '<meta name="referrer" content="no-referrer">';
  return `<!doctype html><title>A page</title>${referrer}<body>${act(to as string, method as string)}`;
}

/** What of the app has run. */
const ran: string[] = [];

@Controller()
class ShopController {
  @Get('page') @Header('content-type', 'text/html') page(@Query() query: Record<string, string>) {
    return documentOf(query);
  }
  @Get('orders') list() {
    ran.push('list');
    return 'list';
  }
  @Post('orders') order() {
    ran.push('order');
    return 'ordered';
  }
  @Post('callback') @NoCors({ enforce: false }) callback() {
    ran.push('callback');
    return 'called back';
  }
}

/** A request as it came in, and what became of it. */
interface Received {
  readonly url: string;
  readonly origin: string | undefined;
  readonly site: string | string[] | undefined;
  readonly status: number;
}

describe('cross-site requests of Chromium', () => behaveIn(CHROMIUM));

// `test/run.js` says loudly that it is left out.
(firefoxPath() === undefined ? describe.skip : describe)('cross-site requests of Firefox', () =>
  behaveIn(FIREFOX),
);

function behaveIn(start: () => Promise<Visitor>): void {
  const own = startedBySuite();
  let visitor: Visitor;
  let documents: number;
  const received: Received[] = [];

  const onFinish = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const { url = '', headers } = request;
    const site = headers['sec-fetch-site'];
    received.push({ url, origin: headers.origin, site, status: response.statusCode });
  };

  beforeAll(async () => {
    subscribe('http.server.response.finish', onFinish);
    visitor = await own(start(), (started) => started.close());
    const server = await own(serveDocuments(), (started) => {
      started.close();
      started.closeAllConnections();
    });
    documents = (server.address() as AddressInfo).port;
  }, 60_000);
  afterAll(() => void unsubscribe('http.server.response.finish', onFinish));
  beforeEach(() => {
    received.length = 0;
    ran.length = 0;
  });

  describe.each(PLATFORMS)('on %s', (platform) => {
    const startApp = appsOfSuite();
    let port: number;
    let times = 0;
    beforeAll(async () => {
      // Its own port is part of its partners' origins, and is known before it starts.
      const partners = Object.values(WORLDS).map(({ partner }) => `http://${partner}:${documents}` as const);
      @Module({
        imports: [CorsModule.forRoot({ origin: partners, enforce: 'unsafe' })],
        controllers: [ShopController],
      })
      class AppModule {}
      ({ port } = await startApp(platform, AppModule));
    });

    /** Has a page do something, and waits for what comes of it. */
    async function act(
      world: World,
      from: Where,
      action: Action,
      path: string,
      { method = 'POST', hides = false } = {},
    ): Promise<readonly [status: number, ran: readonly string[], site: unknown, origin: string | undefined]> {
      const names = WORLDS[world];
      const target = `${path}?id=${++times}`;
      const query = new URLSearchParams({
        action,
        to: `http://${names.own}:${port}${target}`,
        method,
        ...(hides && { hides: 'yes' }),
      });
      await visitor.visit(
        `http://${names[from]}:${from === 'own' ? port : documents}/page?${query.toString()}`,
      );
      const isIt = ({ url }: Received): boolean => url === target;
      const deadline = performance.now() + 20_000;
      while (!received.some(isIt) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { status, site, origin } = received.find(isIt) ?? {
        status: 0,
        site: undefined,
        origin: undefined,
      };
      return [status, ran.filter((name) => name !== 'page'), site, origin];
    }

    const SITES = {
      own: 'same-origin',
      site: 'same-site',
      other: 'cross-site',
      partner: 'cross-site',
    } as const;
    const cases = (Object.keys(WORLDS) as World[]).flatMap((world) =>
      (Object.keys(SITES) as Where[]).map((from) => [world, from] as const),
    );

    it.each(cases)(
      'in a %s world, a page of %s may change what it is to change',
      async (world, from) => {
        const site = world === 'trustworthy' ? SITES[from] : undefined;
        const names = WORLDS[world];
        const origin = `http://${names[from]}:${from === 'own' ? port : documents}`;
        const passes = from === 'own' || from === 'partner';
        const outcome = passes ? [201, ['order'], site, origin] : [403, [], site, origin];
        expect(await act(world, from, 'form', '/orders')).toEqual(outcome);
        ran.length = 0;
        expect(await act(world, from, 'fetch', '/orders')).toEqual(outcome);
      },
      60_000,
    );

    it.each(cases)(
      'in a %s world, a page of %s may follow links, embed, and get',
      async (world, from) => {
        const site = world === 'trustworthy' ? SITES[from] : undefined;
        for (const action of ['link', 'image', 'form'] as const) {
          ran.length = 0;
          received.length = 0;
          const [status, runs, told] = await act(world, from, action, '/orders', { method: 'GET' });
          expect([action, status, runs, told]).toEqual([action, 200, ['list'], site]);
        }
      },
      90_000,
    );

    it.each(['trustworthy', 'plain'] as const)(
      'in a %s world, a callback takes a foreign form',
      async (world) => {
        const [status, runs] = await act(world, 'other', 'form', '/callback');
        expect([status, runs]).toEqual([201, ['callback']]);
      },
      60_000,
    );

    // Helmet has pages do so by default.
    it.each([
      ['trustworthy', 201],
      ['plain', 403],
    ] as const)(
      'in a %s world, its own page that hides its origin gets %d',
      async (world, status) => {
        const [found, , site, origin] = await act(world, 'own', 'form', '/orders', { hides: true });
        expect([found, site, origin]).toEqual([
          status,
          world === 'plain' ? undefined : 'same-origin',
          'null',
        ]);
      },
      60_000,
    );

    it.each(['trustworthy', 'plain'] as const)(
      'in a %s world, no other page gets far by hiding its origin',
      async (world) => {
        const [status, runs, , origin] = await act(world, 'other', 'form', '/orders', { hides: true });
        expect([status, runs, origin]).toEqual([403, [], 'null']);
        // Of a fetch without CORS, Chromium tells the origin all the same.
        const [fetched, more] = await act(world, 'other', 'fetch', '/orders', { hides: true });
        expect([fetched, more]).toEqual([403, []]);
      },
      60_000,
    );
  });
}

function serveDocuments(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(({ url = '' }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://documents.invalid');
      if (pathname !== '/page') {
        response.writeHead(404).end();
        return;
      }
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(documentOf(Object.fromEntries(searchParams)));
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
