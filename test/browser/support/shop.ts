import type { IncomingMessage, Server } from 'node:http';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpException,
  Module,
  Options,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Redirect,
  Sse,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type MessageEvent,
} from '@nestjs/common';
import { of, type Observable } from 'rxjs';
import { AllowOrigin, CorsModule, NoCors, Preflight, UseCorsPolicy } from '../../../lib/index.js';
import { startApp, type Platform } from '../../support/apps.js';

/** The origin that most policies of the app name. */
export const APP = 'http://app.shop.example';

/** An origin that no policy names. It is another site than the app's, too. */
export const EVIL = 'http://evil.example';

class DenyAll implements CanActivate {
  canActivate(): never {
    throw new UnauthorizedException('not you');
  }
}

/** Policies of every kind, on one API. What they leave out is the module's: {@link APP} may read. */
@Controller()
class ShopController {
  @Get('news')
  @AllowOrigin('*', { exposedHeaders: ['x-count'] })
  @Header('x-count', '2')
  @Header('x-secret', 'shh')
  news(): string {
    return 'news';
  }

  @Get('news.js')
  @AllowOrigin('*')
  @Header('Content-Type', 'text/javascript')
  @Header('Cache-Control', 'max-age=600')
  newsScript(): string {
    return 'globalThis.news = true';
  }

  @Get('prices')
  prices(): string {
    return 'prices';
  }

  @Get('prices.js')
  @Header('Content-Type', 'text/javascript')
  @Header('Cache-Control', 'max-age=600')
  pricesScript(): string {
    return 'globalThis.prices = true';
  }

  @Get('wholesale')
  @AllowOrigin('https://partner.example')
  wholesale(): string {
    return 'wholesale';
  }

  @Get('tenants')
  @AllowOrigin(async function isTenant(origin) {
    return await Promise.resolve(origin === APP);
  })
  tenants(): string {
    return 'tenants';
  }

  @Get('login')
  @UseCorsPolicy('account')
  @Header('Set-Cookie', 'sid=42; HttpOnly')
  login(): string {
    return 'welcome';
  }

  @Get('account')
  @UseCorsPolicy('account')
  @Header('x-request-id', '7')
  account(@Headers('cookie') cookie = 'no cookie'): string {
    return cookie;
  }

  @Post('orders')
  @AllowOrigin(APP, { enforce: true })
  order(): string {
    return 'ordered';
  }

  @Get('internal')
  @NoCors()
  @Header('Access-Control-Allow-Origin', '*')
  internal(): string {
    return 'internal';
  }

  @Put('items/:id')
  @Preflight({ maxAge: 600 })
  put(@Param('id') id: string, @Headers('x-csrf-token') token: string, @Body() body: object): object {
    return { id, token, body };
  }

  @Delete('items/:id')
  remove(@Param('id') id: string): string {
    return `removed ${id}`;
  }

  @Patch('items/:id')
  @Preflight({ maxAge: 0 })
  patch(@Param('id') id: string): string {
    return `patched ${id}`;
  }

  @Post('search')
  @UseCorsPolicy('account')
  @Preflight({ allowedHeaders: '*' })
  search(): string {
    return 'found';
  }

  @Post('upload')
  upload(): string {
    return 'uploaded';
  }

  @Options('upload')
  uploadOptions(): string {
    return 'POST, please';
  }

  @Get('teapot')
  teapot(): never {
    throw new HttpException('short and stout', 418);
  }

  @Get('bug')
  bug(): never {
    throw new TypeError('a bug');
  }

  @Get('staff')
  @UseGuards(DenyAll)
  staff(): string {
    return 'staff';
  }

  @Sse('ticks')
  ticks(): Observable<MessageEvent> {
    return of({ data: 'one' }, { data: 'two' });
  }

  @Sse('account/ticks')
  @UseCorsPolicy('account')
  accountTicks(@Headers('cookie') cookie = 'no cookie'): Observable<MessageEvent> {
    return of({ data: cookie });
  }

  @Get('moved')
  @Redirect()
  moved(@Query('to') url: string): object {
    return { url };
  }

  @Put('moved/:id')
  @Redirect()
  movedItem(@Param('id') id: string, @Headers('x-csrf-token') _token: string, @Body() _body: object): object {
    return { url: `/items/${id}`, statusCode: 307 };
  }
}

@Module({
  imports: [
    CorsModule.forRoot({
      origin: APP,
      policies: {
        account: {
          credentials: true,
          exposedHeaders: ['x-request-id'],
          // The pages of the tests are on http, which for other hosts than localhost needs a reason.
          dangerously: { insecureOrigins: true },
        },
      },
    }),
  ],
  controllers: [ShopController],
})
class ShopModule {}

/** A request as it reached the server. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** The app, on the host `api.shop.example`: to {@link APP} cross-origin and same-site, so that cookies work. */
export interface Shop {
  readonly url: string;
  /** The app on another host. */
  readonly mirrorUrl: string;
  /** Takes the requests that have come in since the last time, in order. */
  received(): readonly Received[];
  close(): Promise<void>;
}

/** Starts the app. */
export async function startShop(platform: Platform): Promise<Shop> {
  const { app, port } = await startApp(platform, ShopModule);
  let requests: Received[] = [];
  const server = app.getHttpServer() as Server;
  server.prependListener('request', ({ method = '', url = '', headers }: IncomingMessage) => {
    // Browsers ask for it of their own accord, some time after a document of the app has been opened.
    if (url !== '/favicon.ico') requests.push({ method, path: url, headers });
  });
  return {
    url: `http://api.shop.example:${port}`,
    mirrorUrl: `http://mirror.shop.example:${port}`,
    received: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
    close: async () => {
      // A browser's connections are kept alive, and those that it opened ahead of time have never been used.
      server.closeAllConnections();
      await app.close();
    },
  };
}
