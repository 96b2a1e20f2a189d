import { describe, expect, it } from '@jest/globals';
import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  Module,
  Post,
  Put,
  Redirect,
  VERSION_NEUTRAL,
  VersioningType,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  type CorsModuleOptions,
} from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';
import { Warnings } from '../support/warnings.js';

const SHOP = 'https://shop.example.com';

/** What WebKit does behind a redirect, as the table of engines has it. */
const named = (where: string, status = 303): string =>
  `WebKit names content-type in the preflight of the GET after the ${status}, which ${where} does not allow`;

/** What Firefox does behind a redirect between origins. */
const TAINTED =
  "Firefox sends the preflight after a redirect between other origins with Origin: the page's, and the request after it with null";

@Controller('orders')
@AllowOrigin(SHOP)
class OrdersController {
  @Post() @Redirect('/api/v1/orders/last', 303) create(@Body() _body: unknown) {}
  @Get('last') @Preflight({ allowedHeaders: 'x-page' }) last() {
    return 'the last one';
  }
}

describe.each(PLATFORMS)('what engines make of policies on %s', (platform) => {
  const start = appsOfTest();

  interface Started extends RunningApp {
    readonly cors: CorsService;
    readonly warnings: readonly string[];
    /** The notes of a place. */
    notesOf(where: string): readonly string[];
  }

  async function startWith(
    controllers: readonly Type[],
    options: CorsModuleOptions = {},
    prepare: (app: INestApplication) => void = () => {},
  ): Promise<Started> {
    @Module({ imports: [CorsModule.forRoot(options)], controllers: [...controllers] })
    class AppModule {}
    const logger = new Warnings();
    const running = await start(platform, AppModule, { logger, prepare });
    const cors = running.app.get(CorsService);
    return {
      ...running,
      cors,
      warnings: logger.all,
      notesOf: (where) => cors.routes().find((line) => line.where === where)?.notes ?? ['no such line'],
    };
  }

  const underPrefix = (app: INestApplication): void => {
    app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  };

  it('warns of a redirect behind which WebKit asks for what the policy refuses, where it is', async () => {
    const { notesOf, warnings, port } = await startWith([OrdersController], {}, underPrefix);
    expect(notesOf('OrdersController#create')).toEqual([`redirect: ${named('OrdersController#last')}`]);
    expect(notesOf('OrdersController#last')).toEqual([]);
    expect(warnings).toEqual([
      `OrdersController#create redirects (303) to /api/v1/orders/last. ${named('OrdersController#last')}: ` +
        'a page of another origin that sends JSON gets an error there. Name content-type in allowedHeaders of OrdersController#last.',
    ]);

    // It is so: the redirect is there, and the preflight that WebKit sends behind it is refused.
    const headers = { origin: SHOP, 'content-type': 'application/json' };
    const answer = await send(port, { method: 'POST', path: '/api/v1/orders', headers, body: '{}' });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/api/v1/orders/last']);
    const ask = async (...names: string[]) =>
      (
        await send(port, {
          method: 'OPTIONS',
          path: '/api/v1/orders/last',
          headers: preflightHeaders(SHOP, 'GET', ...names),
        })
      ).status;
    expect([await ask('content-type'), await ask()]).toEqual([403, 204]);
  });

  it('says nothing where the redirect leads elsewhere than the route seems to', async () => {
    const { notesOf, warnings } = await startWith([OrdersController]);
    expect([notesOf('OrdersController#create'), warnings]).toEqual([[], []]);
  });

  it('names the list that lacks the header, and says nothing once it has it', async () => {
    const options = (allowedHeaders: readonly string[]): CorsModuleOptions => ({
      routes: [{ path: '/api/v1/orders/last', policy: { allowedHeaders } }],
    });
    @Controller('orders')
    @AllowOrigin(SHOP)
    class Orders {
      @Post() @Redirect('/api/v1/orders/last', 303) create() {}
      @Get('last') last() {}
    }
    const { cors, notesOf, warnings } = await startWith([Orders], options(['x-page']), underPrefix);
    expect(notesOf('Orders#create')).toEqual([`redirect: ${named('Orders#last')}`]);
    expect(warnings).toEqual([
      expect.stringMatching(/Name content-type in allowedHeaders of options\.routes\[0\]\.policy\.$/),
    ]);
    await cors.update(options(['x-page', 'content-type']));
    expect(notesOf('Orders#create')).toEqual([]);
    await cors.update(options(['x-page']));
    expect(notesOf('Orders#create')).toHaveLength(1);
    // Told once.
    expect(warnings).toHaveLength(1);
  });

  it('warns when an update makes it so', async () => {
    @Controller()
    @AllowOrigin(SHOP)
    class Forms {
      @Post('form') @Redirect('/done', 303) send() {}
      @Get('done') done() {}
    }
    const { cors, warnings, notesOf } = await startWith([Forms]);
    expect([notesOf('Forms#send'), warnings]).toEqual([[], []]);
    await cors.update({ routes: [{ path: '/done', policy: { allowedHeaders: 'x-page' } }] });
    expect(warnings).toEqual([expect.stringContaining(named('Forms#done'))]);
  });

  it.each([
    ['302 of a POST', Post, 302, 302],
    ['301 of a POST', Post, 301, 301],
    ['302 where none is given', Post, undefined, 302],
    ['303 of a PUT', Put, 303, 303],
    ['303 of a DELETE', Delete, 303, 303],
    ['303 of whatever method', All, 303, 303],
    ['303 of a GET', Get, 303, undefined],
    ['302 of a PUT, which stays one', Put, 302, undefined],
    ['307 of a POST, which stays one', Post, 307, undefined],
  ] as const)('knows which redirects make a GET: %s', async (_, method, given, status) => {
    @Controller()
    @AllowOrigin(SHOP)
    class Forms {
      @method('form') @Redirect('/done', given) send() {}
      @All('done') @Preflight({ allowedHeaders: 'x-page' }) done() {}
    }
    const { notesOf, warnings } = await startWith([Forms]);
    expect(notesOf('Forms#send')).toEqual(
      status === undefined ? [] : [`redirect: ${named('Forms#done', status)}`],
    );
    expect(warnings).toHaveLength(status === undefined ? 0 : 1);
  });

  it('says nothing where no page can have sent JSON, none may read, or only the handler knows', async () => {
    @Controller()
    @AllowOrigin(SHOP)
    class Forms {
      @Post('plain') @Redirect('/done', 303) @Preflight({ allowedHeaders: 'x-page' }) plain() {}
      @Post('closed') @Redirect('/done', 303) @NoCors() closed() {}
      @Post('dynamic') @Redirect() dynamic() {
        return { url: '/done', statusCode: 303 };
      }
      @Post('relative') @Redirect('done', 303) relative() {}
      @Post('nowhere') @Redirect('/nowhere', 303) nowhere() {}
      @Post('to-closed') @Redirect('/shut', 303) toClosed() {}
      @Post('to-unmanaged') @Redirect('/unmanaged', 303) toUnmanaged() {}
      @Post('to-any') @Redirect('/any', 303) toAny() {}
      @Get('done') @Preflight({ allowedHeaders: 'x-page' }) done() {}
      @Get('shut') @NoCors() shut() {}
      @Get('any') @Preflight({ allowedHeaders: '*' }) any() {}
    }
    @Controller('unmanaged')
    class Unmanaged {
      @Get() get() {}
    }
    const { cors, warnings } = await startWith([Forms, Unmanaged], {
      routes: [{ path: '/unmanaged', unmanaged: true }],
    });
    expect(cors.routes().flatMap(({ where, notes }) => (notes.length > 0 ? [where, ...notes] : []))).toEqual(
      [],
    );
    expect(warnings).toEqual([]);
  });

  it('is content with one of several versions behind the redirect that lets it through', async () => {
    @Controller({ path: 'done', version: '1' })
    @AllowOrigin(SHOP)
    @Preflight({ allowedHeaders: 'x-page' })
    class First {
      @Get() get() {}
    }
    @Controller({ path: 'done', version: '2' })
    @AllowOrigin(SHOP)
    class Second {
      @Get() get() {}
    }
    @Controller({ path: 'form', version: VERSION_NEUTRAL })
    @AllowOrigin(SHOP)
    class Forms {
      @Post() @Redirect('/done', 303) send() {}
    }
    const prepare = (app: INestApplication): void => {
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    };
    expect((await startWith([First, Second, Forms], {}, prepare)).warnings).toEqual([]);
    expect((await startWith([First, Forms], {}, prepare)).warnings).toEqual([
      expect.stringContaining(named('First#get')),
    ]);
  });

  it('takes an own origin for the app itself, and says what becomes of Origin at another', async () => {
    @Controller()
    @AllowOrigin(SHOP)
    class Forms {
      @Post('own') @Redirect('https://api.example.com/done?full=1', 303) own() {}
      @Post('files') @Redirect('https://files.example.net/up', 303) files() {}
      @Put('files') @Redirect('https://files.example.net/up', 307) put() {}
      @Get('mail') @Redirect('mailto:ann@example.com', 302) mail() {}
      @Get('done') @Preflight({ allowedHeaders: 'x-page' }) done() {}
    }
    const { notesOf, warnings } = await startWith([Forms], { publicOrigins: 'https://api.example.com' });
    expect(notesOf('Forms#own')).toEqual([`redirect: ${named('Forms#done')}`]);
    expect(warnings).toHaveLength(1);
    const arrives =
      "redirect: a page's request reaches https://files.example.net with Origin: null, whatever page it is of, so only '*' or 'null' lets it in there";
    expect(notesOf('Forms#files')).toEqual([arrives]);
    expect(notesOf('Forms#put')).toEqual([`${arrives}. ${TAINTED}`]);
    expect(notesOf('Forms#mail')).toEqual([]);
  });

  it.each([
    [600, []],
    [601, ['maxAge: WebKit keeps a preflight for 600 seconds at most, Chromium and Firefox for 601']],
    [7200, ['maxAge: WebKit keeps a preflight for 600 seconds at most, Chromium and Firefox for 7200']],
    [
      86_400,
      ['maxAge: WebKit keeps a preflight for 600 seconds at most, Chromium for 7200, Firefox for 86400'],
    ],
  ] as const)('says what each engine keeps of a maxAge of %s', async (maxAge, notes) => {
    const { cors, notesOf, warnings } = await startWith([OrdersController], { maxAge: 5 });
    expect(notesOf('options')).toEqual([]);
    await cors.update({ maxAge });
    expect(notesOf('options')).toEqual([]);
    await cors.update({ origin: SHOP, maxAge });
    expect([notesOf('options'), notesOf('OrdersController#last'), warnings]).toEqual([notes, notes, []]);
    const { route } = await cors.explain({ method: 'GET', url: '/orders/last', headers: {} });
    expect(route?.notes).toEqual(notes);
  });

  it("says of 'null' who it is, and what Firefox makes of it", async () => {
    const dangerously = { nullOrigin: true };
    @Controller('frames')
    class Frames {
      @Get() @AllowOrigin('null', SHOP, { dangerously }) get() {}
      @Get('any') @AllowOrigin('*') any() {}
      @Get('not') @AllowOrigin(SHOP, { dangerously }) not() {}
    }
    const { notesOf, warnings } = await startWith([Frames]);
    expect(notesOf('Frames#get')).toEqual([
      'dangerously: nullOrigin is set',
      `origin: 'null' is every page that a redirect between other origins leads here. ${TAINTED}: ` +
        "what needs a preflight gets through there only if the page's origin is allowed as well",
    ]);
    expect(notesOf('Frames#any')).toEqual([]);
    expect(notesOf('Frames#not')).toEqual(['dangerously: nullOrigin is set']);
    expect(warnings).toEqual([]);
  });
});
