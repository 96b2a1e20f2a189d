import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Module,
  Put,
  UnauthorizedException,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { CorsInspectorModule, type CorsInspectorOptions } from '../../lib/inspector/index.js';
import { AllowOrigin, CorsConfigurationError, CorsModule, CorsService, NoCors } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type RunningApp, type StartOptions } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite, appsOfTest, startedBySuite } from '../support/suites.js';

const APP = 'https://www.shop.example.com';
const NEAR = 'https://shop.example.com';

@Controller('orders')
@AllowOrigin(APP, { credentials: true })
class OrdersController {
  @Get() @AllowOrigin('*', { credentials: false }) list(): void {}
  @Put(':id') change(): void {}
  @Delete(':id') @NoCors({ enforce: 'unsafe' }) remove(): void {}
}

/** Wraps up whatever a handler returns, as many apps do. */
@Injectable()
class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ ok: true, data })));
  }
}

class Words {
  readonly word = 'open sesame';
}

@Module({ providers: [Words], exports: [Words] })
class WordsModule {}

@Injectable()
class WordGuard implements CanActivate {
  constructor(private readonly words: Words) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (headers['cookie'] === `word=${this.words.word}`) return true;
    throw new UnauthorizedException();
  }
}

function shop(options: CorsInspectorOptions = {}, origin: `https://${string}` = APP): DynamicModule {
  class AppModule {}
  return {
    module: AppModule,
    imports: [
      CorsModule.forRoot({
        origin,
        maxAge: 20_000,
        publicOrigins: 'https://api.shop.example.com',
        routes: [{ path: '/files', policy: { origin: 'https://*.files.example.com' } }],
      }),
      CorsInspectorModule.forRoot(options),
    ],
    controllers: [OrdersController],
    providers: [{ provide: APP_INTERCEPTOR, useClass: Wrapping }],
  };
}

const PATHS = ['', '?view=explain', '?view=refusals', '?view=differences', '/inspector.js', '/inspector.css'];

/** What is read of a page: its text, as far as a test needs it. */
function textOf({ body }: WireResponse): string {
  return body
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ');
}

/** Listens to a stream, and gives what has come when it has so much, or when it has ended. */
function listen(port: number, path: string, count: number): Promise<{ events: number; type: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, headers: { host: 'localhost' } },
      (response) => {
        let text = '';
        const done = (): void => {
          request.destroy();
          resolve({
            events: text.split('\ndata: ').length - 1,
            type: String(response.headers['content-type']),
          });
        };
        response.on('data', (chunk: Buffer) => {
          text += String(chunk);
          if (text.split('\ndata: ').length > count) done();
        });
        response.on('end', done);
      },
    );
    request.on('error', reject);
    request.end();
  });
}

describe.each(PLATFORMS)('the inspector on %s', (platform) => {
  const start = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await start(platform, shop());
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<WireResponse> =>
    send(running.port, { path: `/_cors${path}`, headers: { host: 'localhost', ...headers } });

  it.each(PATHS)('answers %s, strictly', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(response.headers['content-type']).toBe(
      path.endsWith('.js')
        ? 'text/javascript; charset=utf-8'
        : path.endsWith('.css')
          ? 'text/css; charset=utf-8'
          : 'text/html; charset=utf-8',
    );
  });

  it.each(['', '?view=refusals'])('has nothing in %s that the policy forbids', async (path) => {
    const { body } = await get(path);
    expect(body).not.toMatch(
      /<style|\sstyle=|\son\w+=|<script(?! type="module" src="\.\/_cors\/inspector\.js">)/,
    );
    expect(body).not.toMatch(/(?:src|href|action)="(?:https?:|\/)/);
  });

  it.each(PATHS)('is closed: %s', async (path) => {
    for (const origin of [APP, 'https://localhost', 'null']) {
      expect(corsHeaders(await get(path, { origin }))).toEqual({});
    }
    const preflight = await send(running.port, {
      method: 'OPTIONS',
      path: `/_cors${path}`,
      headers: { host: 'localhost', ...preflightHeaders(APP, 'GET') },
    });
    expect(preflight.status).toBe(403);
  });

  it('answers this machine alone', async () => {
    for (const path of [...PATHS, '/events']) {
      for (const headers of [
        { host: 'evil.example' },
        { host: 'localhost', 'x-forwarded-for': '127.0.0.1' },
      ]) {
        expect((await get(path, headers)).status).toBe(403);
      }
    }
  });

  it('shows every route, entry and the default, with what is in force and where it came from', async () => {
    const text = textOf(await get(''));
    for (const { method, path, where } of running.app.get(CorsService).routes()) {
      expect(text).toContain(`${method} ${path}`);
      expect(text).toContain(`The policy of ${where}`);
    }
    expect(text).toContain('GET /orders everybody');
    expect(text).toContain('PUT /orders/:id 1 origin');
    expect(text).toContain('DELETE /orders/:id closed');
    expect(text).toContain(`origin ${APP} OrdersController`);
    expect(text).toContain('maxAge 20000 options');
    expect(text).toContain('enforce false the default');
    expect(text).toContain('enforce unsafe OrdersController#remove');
    expect(text).toContain('maxAge: WebKit keeps a preflight for 600 seconds at most, Chromium for 7200');
  });

  it('finds routes by words, and by what they open', async () => {
    const lines = async (query: string): Promise<string> =>
      /(\d+) of \d+ lines/.exec(textOf(await get(query)))?.[1] as string;
    expect(await lines('?q=put+ORDERS')).toBe('1');
    expect(await lines('?q=files.example')).toBe('1');
    expect(await lines('?q=nothing-like-it')).toBe('0');
    expect(await lines('?q=orders&only=everybody')).toBe('1');
    expect(await lines('?q=orders&only=closed')).toBe('1');
    expect(await lines('?q=orders&only=credentials')).toBe('1');
    expect(await lines('?q=orders&only=unmanaged')).toBe('0');
    expect(await lines('?only=__proto__&q=orders')).toBe('3');
    expect((await get('?q=%22%3E%3Cscript%3E')).body).toContain('value="&#34;&#62;&#60;script&#62;"');
  });

  it('explains a request, and the preflight before it', async () => {
    const query = new URLSearchParams({ view: 'explain', origin: NEAR, method: 'PUT', path: '/orders/7' });
    const text = textOf(await get(`?${query.toString()}`));
    const { message } = await running.app.get(CorsService).explain({
      method: 'OPTIONS',
      url: '/orders/7',
      headers: preflightHeaders(NEAR, 'PUT'),
    });
    expect(text).toContain('Preflight not approved');
    expect(text).toContain(message);
    expect(text).toContain('Actual request not readable');
    expect(text).toContain('The policy of OrdersController#change');
  });

  it('explains one that needs no preflight, and headers of which the value counts', async () => {
    const query = new URLSearchParams({ view: 'explain', origin: APP, method: 'get', path: '/orders' });
    expect(textOf(await get(`?${query.toString()}`))).toContain('A browser sends no preflight');
    query.set('headers', 'X-B: 1, x-a,');
    const { body } = await get(`?${query.toString()}`);
    expect(body).toContain('value="X-B: 1, x-a,"');
    expect(body).toContain('GET');
    expect(textOf({ body } as WireResponse)).toContain('headers-not-allowed');
  });

  it('says what an engine makes of it, if one is chosen', async () => {
    const query = new URLSearchParams({ view: 'explain', origin: APP, method: 'PUT', path: '/orders/7' });
    expect(textOf(await get(`?${query.toString()}`))).not.toContain('In that engine');
    query.set('engine', 'webkit');
    const response = await get(`?${query.toString()}`);
    expect(response.body).toMatch(/<option value="webkit" selected>\s*WebKit\s*<\/option>/);
    const text = textOf(response);
    expect(text).toContain(
      'accepted WebKit: the PUT is sent, and the approval kept for 600 of 20000 seconds.',
    );
    expect(text).toContain('accepted WebKit: script gets the response. Seen with 2.50');
  });

  it.each([
    { path: 'orders', text: 'url' },
    { path: '/a', method: 'A B', text: 'method' },
    { path: '/a', engine: 'safari', text: 'none of standard, chromium, firefox, webkit' },
  ])('says what is no request: %j', async ({ text, ...asked }) => {
    const query = new URLSearchParams({ view: 'explain', ...asked });
    const { status, body } = await get(`?${query.toString()}`);
    expect(status).toBe(200);
    expect(/<p role="alert">(.*?)<\/p>/.exec(body)?.[1]).toContain(text);
  });

  it('shows what has been refused, with its hint, and nothing of it as markup', async () => {
    const evil = `https://evil.example/"><script>alert(1)</script>`;
    await send(running.port, { method: 'PUT', path: '/orders/7', headers: { origin: evil } });
    await send(running.port, { method: 'PUT', path: '/orders/7', headers: { origin: NEAR } });
    await send(running.port, { method: 'PUT', path: '/orders/8', headers: { origin: NEAR } });
    const response = await get('?view=refusals');
    expect(response.body).not.toContain('<script>alert');
    const text = textOf(response);
    expect(text).toContain(`${evil} origin-malformed once`);
    expect(text).toContain(`${NEAR} origin-not-allowed 2 times`);
    expect(text).toContain(`${APP} differs by "www."`);
    expect(text).toContain(`The closest allowed origin: ${APP}`);
    const [, link = ''] = /href="(\?view=explain&[^"]*)"/.exec(response.body) ?? [];
    const explained = await get(link.replaceAll('&#38;', '&'));
    expect(textOf(explained)).toContain('Actual request not readable');
  });

  it('says when something is refused, whatever the app wraps up', async () => {
    const listening = listen(running.port, '/_cors/events', 1);
    const refusing = setInterval(
      () => void send(running.port, { path: '/orders/7', method: 'PUT', headers: { origin: NEAR } }),
      100,
    );
    try {
      expect(await listening).toEqual({ events: 1, type: 'text/event-stream' });
    } finally {
      clearInterval(refusing);
    }
  });

  it('shows the routes for a view that is none', async () => {
    for (const view of ['nothing', '__proto__', 'constructor']) {
      expect(textOf(await get(`?view=${view}`))).toContain('lines');
    }
  });
});

describe.each(PLATFORMS)('an app with the inspector on %s', (platform) => {
  const start = appsOfTest();
  const starting = (module: DynamicModule, options: StartOptions = {}): Promise<RunningApp> =>
    start(platform, module, options);
  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  async function codesOf(module: DynamicModule): Promise<readonly string[]> {
    const error: unknown = await starting(module).catch((reason: unknown) => reason);
    if (!(error instanceof CorsConfigurationError)) return ['started'];
    return error.problems.map(({ code, where, field }) => `${code} ${where} ${field}`.trim());
  }

  it('does not start in production without a guard, and does with one', async () => {
    process.env['NODE_ENV'] = 'production';
    expect(await codesOf(shop())).toEqual(['inspector-unguarded CorsInspectorModule guard']);
    expect(await codesOf(shop({ guard: WordGuard, imports: [WordsModule] }))).toEqual(['started']);
  });

  it('does not start with options that are wrong', async () => {
    expect(await codesOf(shop({ path: 'a', guard: 'b' } as never))).toEqual([
      'route-path-invalid CorsInspectorModule path',
      'option-type CorsInspectorModule guard',
    ]);
    expect(
      await codesOf({ module: class {}, imports: [CorsModule.forRoot({}), CorsInspectorModule] }),
    ).toEqual(['module-without-options CorsInspectorModule']);
    expect(await codesOf({ module: class {}, imports: [CorsInspectorModule.forRoot()] })).toEqual([
      'module-not-imported CorsInspectorModule',
    ]);
  });

  it('lets in whom the guard lets in, from wherever', async () => {
    const { port } = await starting(shop({ guard: WordGuard, imports: [WordsModule] }));
    for (const path of [...PATHS, '/events']) {
      expect((await send(port, { path: `/_cors${path}` })).status).toBe(401);
    }
    const headers = { cookie: 'word=open sesame', host: 'shop.example.com' };
    for (const path of PATHS) expect((await send(port, { path: `/_cors${path}`, headers })).status).toBe(200);
  });

  it('asks an instance of a guard as well', async () => {
    const guard: CanActivate = { canActivate: () => false };
    const { port } = await starting(shop({ guard }));
    expect((await send(port, { path: '/_cors', headers: { host: 'localhost' } })).status).toBe(403);
  });

  it('answers nobody at another address of this machine', async () => {
    const localAddress = Object.values(networkInterfaces())
      .flatMap((some) => some ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    // A machine without a network has none; test/inspector/loopback.test.ts has every kind of address.
    if (localAddress === undefined) return;
    const { port } = await starting(shop());
    const statusOf = (from: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { host: 'localhost' };
        const options = { host: '127.0.0.1', port, path: '/_cors', headers, localAddress: from };
        httpRequest(options, ({ statusCode }) => resolve(statusCode))
          .on('error', reject)
          .end();
      });
    expect([await statusOf('127.0.0.1'), await statusOf('127.0.0.2'), await statusOf(localAddress)]).toEqual([
      200, 200, 403,
    ]);
  });

  it('has its page below a prefix, in all versions, at its path', async () => {
    const { port } = await starting(shop({ path: '/ops/cors' }), {
      prepare: (app) => {
        app.setGlobalPrefix('api/v9');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      },
    });
    const headers = { host: 'localhost' };
    const { status, body } = await send(port, { path: '/api/v9/ops/cors?view=refusals', headers });
    expect(status).toBe(200);
    const files = ['href', 'src', 'data-events'].map(
      (name) => new RegExp(`${name}="(\\./cors/[^"]+)"`).exec(body)?.[1] as string,
    );
    for (const file of files.slice(0, 2)) {
      const { pathname } = new URL(file, 'http://localhost/api/v9/ops/cors?view=refusals');
      expect((await send(port, { path: pathname, headers })).status).toBe(200);
    }
    expect(files[2]).toBe('./cors/events');
    expect((await send(port, { path: '/_cors', headers })).status).toBe(404);
  });

  it('finds its files where the router takes a slash at the end', async () => {
    const adapter = createAdapter(platform, { routerOptions: { ignoreTrailingSlash: true } });
    const { port } = await starting(shop(), { adapter });
    const { body } = await send(port, { path: '/_cors/?view=refusals', headers: { host: 'localhost' } });
    const [, file] = /href="([^"]+\.css)"/.exec(body) ?? [];
    const { pathname } = new URL(file as string, 'http://localhost/_cors/?view=refusals');
    expect(pathname).toBe('/_cors/inspector.css');
  });

  it('is closed at once, though a browser keeps the connection of a stream', async () => {
    const { app, port } = await starting(shop());
    const agent = new Agent({ keepAlive: true });
    const headers = { host: 'localhost' };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const stream = httpRequest({ host: '127.0.0.1', port, path: '/_cors/events', headers, agent }, resolve);
      stream.on('error', reject).end();
    });
    const ended = new Promise((resolve) => response.on('error', resolve).on('close', resolve).resume());
    const since = performance.now();
    await app.close();
    // Express keeps connections alive for five seconds.
    expect(performance.now() - since).toBeLessThan(4000);
    await ended;
    agent.destroy();
  });

  it('ends its streams when it is closed', async () => {
    const { app, port } = await starting(shop());
    const listening = listen(port, '/_cors/events', 1000);
    // Until the stream is there.
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    await app.close();
    expect(await listening).toMatchObject({ events: 0 });
  });

  it('counts what is refused from its start to its end, and by itself', async () => {
    const { app, port } = await starting(shop());
    await send(port, { method: 'PUT', path: '/orders/7', headers: { origin: NEAR } });
    const cors = app.get(CorsService);
    expect((await cors.refusals()).map(({ origin, count }) => [origin, count])).toEqual([[NEAR, 1]]);
    await cors.update({ origin: 'https://other.example.com' });
    expect(await cors.refusals()).toHaveLength(1);
  });

  it('starts where there is no HTTP', async () => {
    const context = await NestFactory.createApplicationContext(shop(), {
      logger: false,
      abortOnError: false,
    });
    await context.close();
  });

  it('shows what the library has warned of', async () => {
    const { port } = await starting(shop(), { prepare: (app) => app.enableCors() });
    const text = textOf(await send(port, { path: '/_cors', headers: { host: 'localhost' } }));
    expect(text).toContain('Warnings enableCors() is on beside CorsModule');
  });

  it('pages through many routes', async () => {
    class ManyController {}
    for (let index = 0; index < 150; index++) {
      const descriptor = { value: () => index, writable: true, configurable: true };
      Object.defineProperty(ManyController.prototype, `handler${index}`, descriptor);
      Get(`many/${index}`)(ManyController.prototype, `handler${index}`, descriptor);
    }
    Controller()(ManyController);
    const module = shop();
    const { port } = await starting({ ...module, controllers: [ManyController] });
    const page = async (query: string): Promise<string> =>
      textOf(await send(port, { path: `/_cors${query}`, headers: { host: 'localhost' } }));
    expect(await page('?q=many')).toMatch(/150 of \d+ lines .*GET \/many\/99 .*Page 1 of 2 Next/);
    expect(await page('?q=many&page=2')).toMatch(/150 of \d+ lines GET \/many\/100 .*Previous Page 2 of 2/);
    expect(await page('?q=many&page=99')).toContain('Page 2 of 2');
  });
});

describe.each(PLATFORMS)('the differences on %s', (platform) => {
  const own = startedBySuite();
  const start = appsOfTest();
  let folder: string;
  beforeAll(async () => {
    folder = await own(mkdtempSync(join(tmpdir(), 'nestjs-cors-inspector-')), (path) =>
      rmSync(path, { recursive: true, force: true }),
    );
  });

  async function differences(
    manifest: CorsInspectorOptions['manifest'],
    origin?: `https://${string}`,
  ): Promise<string> {
    const { port, app } = await start(platform, shop({ manifest }, origin));
    const response = await send(port, { path: '/_cors?view=differences', headers: { host: 'localhost' } });
    await app.close();
    expect(response.status).toBe(200);
    return textOf(response);
  }

  it('are in words, by what they mean', async () => {
    const { app } = await start(platform, shop());
    const manifest = await app.get(CorsService).manifest();
    const path = join(folder, 'cors.manifest.json');
    writeFileSync(path, JSON.stringify(manifest));
    for (const given of [manifest, path]) {
      expect(await differences(given)).toContain('nothing has changed.');
      const text = await differences(given, 'https://*.example.com');
      expect(text).toMatch(/compared with \S+.*: \d+ changes?\. wider 1: some page may do more than before/);
      expect(text).toContain(`https://*.example.com may now read it, before ${APP}`);
    }
  });

  it('are none without a manifest, and the page says how to have one', async () => {
    expect(await differences(undefined)).toContain('There is nothing to compare with.');
  });

  it('say what is wrong with the manifest', async () => {
    const path = join(folder, 'wrong.json');
    expect(await differences(join(folder, 'missing.json'))).toContain(
      'missing.json cannot be compared with: ENOENT',
    );
    writeFileSync(path, '{');
    expect(await differences(path)).toContain('wrong.json cannot be compared with:');
    writeFileSync(path, '{"schema":0}');
    expect(await differences(path)).toContain('its schema 0 is older');
    expect(await differences({} as never)).toContain('it has no schema, so it is no manifest');
  });
});
