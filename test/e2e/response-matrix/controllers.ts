import { Readable } from 'node:stream';
import type { ServerResponse } from 'node:http';
import {
  BadGatewayException,
  Body,
  Catch,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Redirect,
  Res,
  Scope,
  Sse,
  StreamableFile,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  Version,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type MessageEvent,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import type { Response as ExpressResponse } from 'express';
import type { FastifyReply } from 'fastify';
import { of, throwError, type Observable } from 'rxjs';

/** A platform's response: Fastify's reply, or on Express the raw response itself. */
type AnyResponse = FastifyReply | ExpressResponse;

function raw(response: AnyResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

@Injectable()
class LoginGuard implements CanActivate {
  canActivate(): boolean {
    throw new UnauthorizedException();
  }
}

@Injectable()
class ClosedGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable({ scope: Scope.REQUEST })
class ScopedGuard extends ClosedGuard {}

@Catch()
class TeapotFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    raw(host.switchToHttp().getResponse<AnyResponse>()).writeHead(418).end('a teapot');
  }
}

/** Starts anew, as many error pages do: what anybody has set before is gone. */
@Catch()
class ClearingFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    const response = raw(host.switchToHttp().getResponse<AnyResponse>());
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.statusCode = 500;
    response.end('sorry');
  }
}

class FailingInterceptor implements NestInterceptor {
  intercept(): Observable<never> {
    return throwError(() => new BadGatewayException());
  }
}

/** Where the controllers are. */
export const CONTROLLER_PATHS = ['/things', '/guarded', '/scoped-guard', '/unbuildable', '/hosted'] as const;

/** Controllers with a route for each kind of response. New classes each time, because decorators stay on a class. */
export function matrixControllers(decorate: ClassDecorator): Type[] {
  @decorate
  @Controller('things')
  class ThingsController {
    @Get() list() {
      return [{ id: 1 }];
    }
    @Post() create(@Body() body: unknown) {
      return { body: typeof body };
    }
    @Get('redirect') @Redirect('/elsewhere') redirect() {}
    @Get('res-redirect') resRedirect(@Res() response: AnyResponse) {
      if ('raw' in response) response.redirect('/elsewhere', 303);
      else response.redirect(303, '/elsewhere');
    }
    @Get('not-modified') @HttpCode(304) notModified() {}
    @Get('file') file() {
      return new StreamableFile(Readable.from(['a file']));
    }
    @Get('stream') stream(@Res() response: AnyResponse) {
      const stream = Readable.from(['a stream']);
      if ('raw' in response) void response.send(stream);
      else stream.pipe(response);
    }
    @Sse('sse') events(): Observable<MessageEvent> {
      return of({ data: 'an event' });
    }
    @Get('raw-end') rawEnd(@Res() response: AnyResponse) {
      raw(response).end('raw');
    }
    @Get('raw-write') rawWrite(@Res() response: AnyResponse) {
      raw(response).write('raw');
      raw(response).end();
    }
    @Get('raw-flush') rawFlush(@Res() response: AnyResponse) {
      raw(response).flushHeaders();
      raw(response).end('raw');
    }
    @Get('raw-head') rawHead(@Res() response: AnyResponse) {
      raw(response).writeHead(200, { 'content-type': 'text/plain' }).end('raw');
    }
    @Get('raw-head-reason') rawHeadReason(@Res() response: AnyResponse) {
      raw(response).writeHead(200, 'Fine', { 'content-type': 'text/plain' }).end('raw');
    }
    @Get('raw-head-list') rawHeadList(@Res() response: AnyResponse) {
      raw(response).writeHead(200, ['content-type', 'text/plain']).end('raw');
    }
    @Get('raw-head-reason-list') rawHeadReasonList(@Res() response: AnyResponse) {
      raw(response).writeHead(200, 'Fine', ['content-type', 'text/plain']).end('raw');
    }
    @Get('hijack') hijack(@Res() response: AnyResponse) {
      if ('hijack' in response) response.hijack();
      raw(response).end('hijacked');
    }
    @Get('numbers/:number') number(@Param('number', ParseIntPipe) number: number) {
      return { number };
    }
    @Get('login') @UseGuards(LoginGuard) login() {}
    @Get('closed') @UseGuards(ClosedGuard) closed() {}
    @Get('teapot') @UseFilters(TeapotFilter) teapot() {
      throw new Error('caught');
    }
    @Get('cleared') @UseFilters(ClearingFilter) cleared() {
      throw new Error('caught');
    }
    @Get('intercepted') @UseInterceptors(FailingInterceptor) intercepted() {}
    @Get('uncaught') uncaught() {
      throw new Error('uncaught');
    }
    @Get('rejected') rejected() {
      return Promise.reject(new Error('rejected'));
    }
    @Get('versions') @Version('1') first() {
      return 'the first';
    }
  }

  @decorate
  @Controller('guarded')
  @UseGuards(ClosedGuard)
  class GuardedController {
    @Get() read() {}
  }

  @decorate
  @Controller('scoped-guard')
  class ScopedGuardController {
    @Get() @UseGuards(ScopedGuard) read() {}
  }

  @decorate
  @Controller({ path: 'unbuildable', scope: Scope.REQUEST })
  class UnbuildableController {
    constructor() {
      throw new Error('no database');
    }
    @Get() read() {}
  }

  @decorate
  @Controller({ path: 'hosted', host: 'api.example.com' })
  class HostedController {
    @Get() read() {
      return 'by its host';
    }
  }

  return [
    ThingsController,
    GuardedController,
    ScopedGuardController,
    UnbuildableController,
    HostedController,
  ];
}
