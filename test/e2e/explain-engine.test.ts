import { beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Delete, Get, Module, Post, Put, Redirect } from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  Preflight,
  type EngineName,
  type ExplainableRequest,
} from '../../lib/index.js';
import { PLATFORMS } from '../support/apps.js';
import { preflightHeaders } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const SHOP = 'https://shop.example.com';
const API = 'https://api.example.com';

@Controller('orders')
@AllowOrigin(SHOP, { credentials: true })
@Preflight({ maxAge: 3600 })
class OrdersController {
  @Get() list() {}
  @Delete(':id') remove() {}
  @Post() @Redirect('/orders/last', 303) create(@Body() _body: unknown) {}
  @Put() @Redirect('https://files.example.net/orders', 307) move() {}
  @Get('last') @Preflight({ allowedHeaders: 'x-page' }) last() {}
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [OrdersController] })
class AppModule {}

describe.each(PLATFORMS)('explain() for an engine on %s', (platform) => {
  const start = appsOfSuite();
  let service: CorsService;

  beforeAll(async () => {
    service = (await start(platform, AppModule)).app.get(CorsService);
  });

  const preflight = (origin: string, method: string, names?: string): ExplainableRequest => ({
    method: 'OPTIONS',
    url: `${API}/orders/7`,
    headers: preflightHeaders(origin, method, names),
  });
  const post = (type: string): ExplainableRequest => ({
    method: 'POST',
    url: `${API}/orders`,
    headers: { origin: SHOP, 'content-type': type },
  });
  const engineOf = async (request: ExplainableRequest, engine: EngineName) =>
    (await service.explain(request, { engine })).engine;

  it.each([
    ['an approved preflight', preflight(SHOP, 'DELETE')],
    ['a refused one', preflight(SHOP, 'DELETE', 'x-key')],
    ['a request', post('text/plain')],
    ['one of a stranger', { method: 'GET', url: '/orders', headers: { origin: 'https://evil.example' } }],
    ['one for nothing', { method: 'GET', url: '/nothing', headers: {} }],
  ] as const)('leaves all else as it is: %s', async (_, request) => {
    const plain = await service.explain(request);
    expect(Object.keys(plain)).not.toContain('engine');
    expect(JSON.stringify(await service.explain(request, {}))).toBe(JSON.stringify(plain));
    expect(JSON.stringify(await service.explain(request, { engine: undefined }))).toBe(JSON.stringify(plain));
    for (const engine of ['standard', 'chromium', 'firefox', 'webkit'] as const) {
      const { engine: said, ...others } = await service.explain(request, { engine });
      expect(JSON.stringify(others)).toBe(JSON.stringify(plain));
      expect(said?.name).toBe(engine);
      expect(said?.accepted).toBe(plain.allowed);
    }
  });

  it('says for how long a preflight is kept', async () => {
    const request = preflight(SHOP, 'DELETE');
    expect(await engineOf(request, 'webkit')).toEqual({
      name: 'webkit',
      version: '2.50.6 (WebKitGTK)',
      accepted: true,
      keptFor: 600,
      quirks: [],
      message: 'WebKit: the DELETE is sent, and the approval kept for 600 of 3600 seconds.',
    });
    expect((await engineOf(request, 'chromium'))?.message).toBe(
      'Chromium: the DELETE is sent, and the approval kept for 3600 seconds.',
    );
    expect((await engineOf(request, 'firefox'))?.message).toBe(
      'Firefox: the DELETE is sent, and the approval kept for 3600 seconds. ' +
        'It does not let an answer that was given with credentials serve a request without.',
    );
  });

  it('says what the engine asks for behind the redirect of a route, and who refuses it', async () => {
    expect(await engineOf(post('application/json'), 'webkit')).toMatchObject({
      accepted: false,
      quirks: [{ name: 'lost-body-headers-still-named' }],
      message:
        'WebKit: script does not get the response. ' +
        'It names content-type in the preflight of the GET after the 303, which OrdersController#last does not allow.',
    });
    expect(await engineOf(post('application/json'), 'firefox')).toMatchObject({
      accepted: true,
      quirks: [{ name: 'redirects-ask-again' }],
    });
    for (const [type, engine] of [
      ['application/json', 'chromium'],
      ['application/json', 'standard'],
      ['text/plain', 'webkit'],
    ] as const) {
      expect(await engineOf(post(type), engine)).toMatchObject({ accepted: true, quirks: [] });
    }
    const put = { method: 'PUT', url: '/orders', headers: { origin: SHOP } };
    expect((await engineOf(put, 'firefox'))?.quirks).toMatchObject([
      { name: 'preflight-shows-tainted-origin' },
    ]);
    expect((await engineOf(put, 'webkit'))?.quirks).toEqual([]);
  });

  it('accepts what is refused for a header alone that the engine does not ask for', async () => {
    const request = preflight(SHOP, 'GET', 'user-agent');
    expect((await service.explain(request)).allowed).toBe(false);
    expect((await engineOf(request, 'chromium'))?.accepted).toBe(true);
    expect((await engineOf(request, 'firefox'))?.accepted).toBe(false);
    expect((await engineOf(preflight(SHOP, 'GET', 'user-agent,x-key'), 'chromium'))?.accepted).toBe(false);
    expect(
      (await engineOf(preflight('https://evil.example', 'GET', 'user-agent'), 'chromium'))?.accepted,
    ).toBe(false);
  });

  it('takes the host for where the request goes, if the URL does not say', async () => {
    const request = { method: 'GET', url: '/orders', headers: { origin: SHOP, host: 'localhost:3000' } };
    expect(await engineOf(request, 'webkit')).toMatchObject({
      accepted: false,
      message:
        'WebKit: script does not get the response. It sends nothing from a page on https to http://localhost:3000: mixed content.',
    });
    expect((await engineOf({ ...request, url: 'https://localhost:3000/orders' }, 'webkit'))?.accepted).toBe(
      true,
    );
    expect((await engineOf({ ...request, host: 'api.example.com' }, 'webkit'))?.accepted).toBe(true);
  });

  it.each([
    [{ engine: 'safari' }, 'engine: "safari" is none of standard, chromium, firefox, webkit.'],
    [
      { engine: 'webkti' },
      'engine: "webkti" is none of standard, chromium, firefox, webkit. Did you mean "webkit"?',
    ],
    [{ engin: 'webkit' }, 'explain(): "engin" is no option; write { engine: \'webkit\' }'],
    ['webkit', 'explain(): options is "webkit"; write { engine: \'webkit\' }'],
    [null, "explain(): options is null; write { engine: 'webkit' }"],
  ])('refuses %j', async (options, message) => {
    await expect(service.explain(post('text/plain'), options as never)).rejects.toThrow(
      new TypeError(message),
    );
  });
});
