import { All, Body, Controller, Delete, Get, Headers, Options, Patch, Post, Put } from '@nestjs/common';
import { AllowOrigin, NoCors, Preflight } from '../../../../lib/index.js';

/** What preflights may be told, when nobody says: what the routes of the path serve and what the handlers read. */
@Controller('items')
export class ItemsController {
  @Get(':id') get() {
    return 'got';
  }
  @Post(':id') post(@Body() _body: unknown) {
    return 'posted';
  }
  @Put(':id') put(@Headers('x-csrf-token') token: string, @Body() _body: unknown) {
    return `put with ${token}`;
  }
  @Patch(':id') patch() {
    return 'patched';
  }
  @Delete(':id') remove() {
    return 'removed';
  }
  @Options(':id') options() {
    return 'options';
  }
}

/** Methods. */
@Controller('methods')
export class MethodsController {
  @Get('get-only') @Preflight({ methods: 'GET' }) getOnly() {
    return 'got';
  }
  @Put('put-only') @Preflight({ methods: 'PUT' }) put() {
    return 'put';
  }
  @Delete('put-only') @Preflight({ methods: 'PUT' }) remove() {
    return 'removed';
  }
  @All('any') @Preflight({ methods: '*' }) any() {
    return 'any';
  }
  @Delete('internal') @NoCors() internal() {
    return 'removed';
  }
  @Delete('public') @AllowOrigin('*') removePublic() {
    return 'removed';
  }
  @Put('status-200') @Preflight({ optionsSuccessStatus: 200 }) status200() {
    return 'put';
  }
}

/** Request headers. */
@Controller('headers')
export class HeadersController {
  @Get('none') @Preflight({ allowedHeaders: [] }) none() {
    return 'ok';
  }
  @Get('listed') @Preflight({ allowedHeaders: ['X-One', 'x-two'] }) listed() {
    return 'ok';
  }
  @Get('any') @Preflight({ allowedHeaders: '*' }) any() {
    return 'ok';
  }
  @Get('any-and-authorization') @Preflight({ allowedHeaders: ['*', 'authorization'] }) anyAndAuthorization() {
    return 'ok';
  }
  @Get('authorization') @Preflight({ allowedHeaders: 'authorization' }) authorization() {
    return 'ok';
  }
  @Get('safelisted')
  @Preflight({ allowedHeaders: ['accept', 'accept-language', 'content-language', 'content-type', 'range'] })
  safelisted() {
    return 'ok';
  }
}

/** How long browsers may keep a preflight. */
@Controller('max-age')
export class MaxAgeController {
  @Put('unset') unset() {
    return 'put';
  }
  @Put('0') @Preflight({ maxAge: 0 }) zero() {
    return 'put';
  }
  @Put('1') @Preflight({ maxAge: 1 }) one() {
    return 'put';
  }
  @Put('600') @Preflight({ maxAge: 600 }) long(@Headers('x-one') _one: string) {
    return 'put';
  }
  @Delete('600') @Preflight({ maxAge: 600 }) longRemove() {
    return 'removed';
  }
}
