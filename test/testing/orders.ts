import {
  Body,
  Controller,
  Delete,
  Get,
  Head,
  Header,
  Headers,
  HttpCode,
  Module,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Redirect,
  Req,
  Sse,
} from '@nestjs/common';
import { NEVER, type Observable } from 'rxjs';
import { AllowOrigin, CorsModule, NoCors, Preflight } from '../../lib/index.js';

/** The page that the policies name. */
export const SHOP = 'https://shop.example.com';

/** Where the app is in production. */
export const API = 'https://api.example.com';

interface IncomingRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Routes that answer what they were sent. */
@Controller()
class OrdersController {
  @Get('orders')
  @Header('x-total-count', '2')
  @Header('x-secret', 'shh')
  list(): readonly number[] {
    return [7, 8];
  }

  @Delete('orders/:id')
  @Preflight({ maxAge: 600 })
  remove(@Param('id') id: string, @Headers('x-csrf-token') token: string): object {
    return { removed: id, token };
  }

  @Put('orders/:id')
  put(@Body() body: object): object {
    return body;
  }

  @Patch('orders/:id')
  patch(): string {
    return 'patched';
  }

  @Post('echo')
  @HttpCode(200)
  @Preflight({ allowedHeaders: '*' })
  echo(@Req() { method, headers }: IncomingRequest): object {
    return { method, headers };
  }

  @Get('echo')
  @Preflight({ allowedHeaders: ['x-a', 'authorization'] })
  get(@Req() { method, headers }: IncomingRequest): object {
    return { method, headers };
  }

  @Get('public')
  @AllowOrigin('*', { credentials: false, exposedHeaders: '*' })
  @Header('x-total-count', '2')
  open(): string {
    return 'open';
  }

  @Get('login')
  @Header('Set-Cookie', 'sid=42; HttpOnly; Path=/; Max-Age=60')
  login(): string {
    return 'welcome';
  }

  @Get('secret-login')
  @NoCors()
  @Header('Set-Cookie', 'sid=43; Path=/')
  secretLogin(): string {
    return 'welcome';
  }

  @Get('internal')
  @NoCors()
  @Header('Cross-Origin-Resource-Policy', 'same-origin')
  internal(): string {
    return 'internal';
  }

  @Get('moved')
  @Redirect()
  moved(@Query('to') url: string): object {
    return { url };
  }

  @Post('moved')
  @Redirect()
  @Preflight({ allowedHeaders: ['x-a', 'authorization', 'content-type'] })
  movedPost(@Query('to') url: string, @Query('status') status = '307'): object {
    return { url, statusCode: Number(status) };
  }

  @Head('head')
  head(): void {}

  @Get('empty')
  @HttpCode(204)
  empty(): void {}

  @Sse('events')
  events(): Observable<never> {
    return NEVER;
  }
}

/** An app with a policy for {@link SHOP}, with credentials. */
@Module({
  imports: [CorsModule.forRoot({ origin: SHOP, credentials: true, exposedHeaders: ['x-total-count'] })],
  controllers: [OrdersController],
})
export class OrdersModule {}

/** Another app, which everybody may call without credentials. */
@Module({
  imports: [CorsModule.forRoot({ origin: '*', allowedHeaders: '*', exposedHeaders: '*' })],
  controllers: [OrdersController],
})
export class OpenModule {}
