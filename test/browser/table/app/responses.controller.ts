import { Readable } from 'node:stream';
import {
  Body,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  Header,
  Headers,
  HttpCode,
  HttpException,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
  Redirect,
  Res,
  ServiceUnavailableException,
  Sse,
  StreamableFile,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type MessageEvent,
} from '@nestjs/common';
import { EMPTY, of, type Observable } from 'rxjs';
import { AllowOrigin, Preflight, UseCorsPolicy } from '../../../../lib/index.js';
import { APP, SECURE_APP } from '../case.js';
import { withToken } from '../tokens.js';

class Login implements CanActivate {
  canActivate(): never {
    throw new UnauthorizedException('not you');
  }
}

class Closed implements CanActivate {
  canActivate(): never {
    throw new ForbiddenException('closed');
  }
}

/** Responses of every kind. */
@Controller('responses')
export class ResponsesController {
  @Get('empty') @HttpCode(204) empty() {}
  @Get('not-modified') @HttpCode(304) notModified() {}
  @Get('teapot') teapot() {
    throw new HttpException('short and stout', 418);
  }
  @Get('missing') missing() {
    throw new NotFoundException('no such thing');
  }
  @Get('busy') busy() {
    throw new ServiceUnavailableException('come back later');
  }
  @Get('too-many') tooMany() {
    throw new HttpException('slow down', 429);
  }
  @Get('bug') bug() {
    throw new TypeError('a bug');
  }
  @Get('login') @UseGuards(Login) login() {}
  @Get('closed') @UseGuards(Closed) closed() {}
  @Get('numbers/:number') number(@Param('number', ParseIntPipe) number: number) {
    return { number };
  }
  @Get('stream') stream() {
    return new StreamableFile(Readable.from(['one, ', 'two']));
  }
  @Get('raw') raw(@Res() response: unknown) {
    const { raw } = response as { raw?: { end(body: string): void } };
    (raw ?? (response as { end(body: string): void })).end('raw');
  }
  @Post('upload') upload(@Body() _body: unknown) {
    return 'uploaded';
  }
  @Post('enforced') @AllowOrigin(APP, { enforce: true }) enforced() {
    return 'done';
  }
}

/** Where scripts may see header fields. */
@Controller('exposed')
export class ExposedController {
  @Get('none') @Header('x-one', '1') @Header('x-two', '2') none() {
    return 'ok';
  }
  @Get('one')
  @AllowOrigin(APP, { exposedHeaders: 'X-One' })
  @Header('x-one', '1')
  @Header('x-two', '2')
  one() {
    return 'ok';
  }
  @Get('any')
  @AllowOrigin('*', { exposedHeaders: '*' })
  @Header('x-one', '1')
  @Header('x-two', '2')
  any() {
    return 'ok';
  }
  @Get('safelisted')
  @Header('Cache-Control', 'no-store')
  @Header('Content-Language', 'en')
  @Header('Expires', '0')
  @Header('Last-Modified', 'Thu, 01 Jan 1970 00:00:00 GMT')
  @Header('Pragma', 'no-cache')
  @Header('ETag', '"1"')
  safelisted() {
    return 'ok';
  }
  @Get('cookie')
  @UseCorsPolicy('account')
  @Header('Set-Cookie', 'seen=1')
  @Header('x-request-id', '7')
  cookie() {
    return 'ok';
  }
}

/** With cookies. */
@Controller('account')
@UseCorsPolicy('account')
export class AccountController {
  @Get('me') me(@Headers('cookie') cookie = 'no cookie') {
    return cookie;
  }
  @Put('me') change(@Headers('cookie') cookie: string | undefined = 'no cookie', @Body() _body: unknown) {
    return cookie;
  }
  @Post('log') log(@Body() _body: unknown) {}
  @Get('login') @Header('Set-Cookie', 'sid=1; HttpOnly') login() {
    return 'welcome';
  }
  @Get('fail') fail(@Headers('cookie') cookie = 'no cookie') {
    throw new NotFoundException(cookie);
  }
  @Sse('events') events(@Headers('cookie') cookie = 'no cookie'): Observable<MessageEvent> {
    return of({ data: cookie });
  }
  @Get('any-header') @Preflight({ allowedHeaders: '*' }) anyHeader(@Headers('cookie') cookie = 'no cookie') {
    return cookie;
  }
}

/** For pages on https only. */
@Controller('secure')
@AllowOrigin(SECURE_APP, { credentials: true })
export class SecureController {
  @Get('me') me(@Headers('cookie') cookie = 'no cookie') {
    return cookie;
  }
  @Delete('me') remove(@Headers('cookie') cookie = 'no cookie') {
    return cookie;
  }
  @Post('upload') upload() {
    return 'uploaded';
  }
  @Post('enforced') @AllowOrigin({ enforce: true }) enforced() {
    return 'done';
  }
}

/** Streams of events. */
@Controller('events')
export class EventsController {
  @Sse() events(): Observable<MessageEvent> {
    return of({ data: 'one' }, { data: 'two' });
  }
  @Sse('any') @AllowOrigin('*') any(): Observable<MessageEvent> {
    return of({ data: 'one' });
  }
  @Sse('none') none(): Observable<MessageEvent> {
    return EMPTY;
  }
}

/** What browsers keep, and what they show. */
@Controller('cached')
export class CachedController {
  @Get('any.js')
  @AllowOrigin('*')
  @Header('Content-Type', 'text/javascript')
  @Header('Cache-Control', 'max-age=600')
  any() {
    return '0';
  }
  @Get('one.js')
  @Header('Content-Type', 'text/javascript')
  @Header('Cache-Control', 'max-age=600')
  one() {
    return '0';
  }
  @Get('etag.js')
  @Header('Content-Type', 'text/javascript')
  @Header('Cache-Control', 'no-cache')
  @Header('ETag', '"fixed"')
  etag() {
    return '0';
  }
  @Get('dot.svg') @Header('Content-Type', 'image/svg+xml') dot() {
    return '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
  }
}

/** Elsewhere: the query says where and with which status. */
@Controller('moved')
export class MovedController {
  @Get() @Redirect() get(@Query() query: Target) {
    return target(query);
  }
  @Post() @Redirect() post(@Query() query: Target, @Body() _body: unknown) {
    return target(query);
  }
  @Put()
  @Redirect()
  @Preflight({ allowedHeaders: ['*', 'authorization'] })
  put(@Query() query: Target) {
    return target(query);
  }
  @Get('closed') @AllowOrigin('https://admin.shop.example.com') @Redirect() closed(@Query() query: Target) {
    return target(query);
  }
}

interface Target {
  readonly to: string;
  readonly status?: string;
  readonly case: string;
}

function target({ to, status = '302', case: token }: Target): object {
  return { url: withToken(to, token), statusCode: Number(status) };
}
