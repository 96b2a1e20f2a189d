import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import {
  Catch,
  Controller,
  Get,
  Header,
  HttpException,
  Res,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
  type Type,
} from '@nestjs/common';
import type { Response as ExpressResponse } from 'express';
import type { FastifyReply } from 'fastify';

/** A platform's response: Fastify's reply, or on Express the raw response itself. */
export type AnyResponse = FastifyReply | ExpressResponse;

/** The raw response of either platform. */
export function rawOf(response: AnyResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/** Not in Node's documentation, but its own code reads lists of pairs as well. */
export function writePairs(
  response: AnyResponse,
  pairs: readonly (readonly [name: string, value: string])[],
): ServerResponse {
  return rawOf(response).writeHead(200, pairs as unknown as OutgoingHttpHeaders);
}

/** What an app should have left to the library. */
export const FOREIGN = {
  'Access-Control-Allow-Origin': 'https://foreign.example.com',
  'access-control-allow-credentials': 'true',
  'ACCESS-CONTROL-EXPOSE-HEADERS': 'x-foreign',
  'Access-Control-Allow-Methods': 'BREW',
  'Access-Control-Allow-Private-Network': 'true',
  'access-control-made-up': '1',
} as const;

/** Shared by all responses of the app, as constants are. Frozen, so that whoever changes it is found out. */
export const SHARED_FIELDS = Object.freeze({
  ...FOREIGN,
  Vary: Object.freeze(['Accept-Encoding', 'X-Tenant']) as unknown as string[],
  'X-Own': 'own',
});

/** The same as a list, which may name a field twice. */
export const SHARED_LIST = Object.freeze(
  Object.entries(FOREIGN)
    .flat()
    .concat('vary', 'Accept-Encoding', 'X-Own', 'own', 'VARY', 'X-Tenant')
    .concat('Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'),
);

@Catch()
class ForeignFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<AnyResponse>();
    for (const [name, value] of Object.entries(FOREIGN)) rawOf(response).setHeader(name, value);
    if ('raw' in response) for (const name of Object.keys(FOREIGN)) response.header(name, '*');
    rawOf(response).appendHeader('vary', 'X-Tenant');
    if ('raw' in response) response.code((error as HttpException).getStatus()).send('filtered');
    else response.status((error as HttpException).getStatus()).send('filtered');
  }
}

/** A controller whose handlers set headers in every way there is. A new class each time, because decorators stay. */
export function foreignController(path: string, decorate: ClassDecorator): Type {
  @decorate
  @Controller(path)
  class OwnHeadersController {
    @Get('reply') reply(@Res({ passthrough: true }) response: AnyResponse) {
      for (const [name, value] of Object.entries({ ...FOREIGN, Vary: 'X-Tenant' })) {
        if ('raw' in response) response.header(name, value);
        else response.header(name, value);
      }
      return 'own';
    }
    @Get('decorator')
    @Header('Access-Control-Allow-Origin', '*')
    @Header('access-control-max-age', '5')
    @Header('Vary', 'X-Tenant')
    decorator() {
      return 'own';
    }
    @Get('set-header') setHeader(@Res() response: AnyResponse) {
      const raw = rawOf(response);
      for (const [name, value] of Object.entries(FOREIGN)) raw.setHeader(name, value);
      raw.setHeader('Vary', 'X-Tenant').end('own');
    }
    @Get('set-headers') setHeaders(@Res() response: AnyResponse) {
      rawOf(response)
        .setHeaders(new Map(Object.entries({ ...FOREIGN, Vary: 'X-Tenant' })))
        .end('own');
    }
    @Get('append') append(@Res() response: AnyResponse) {
      const raw = rawOf(response);
      raw.setHeader('Access-Control-Allow-Origin', ['*', 'null']);
      raw.appendHeader('Access-Control-Allow-Origin', 'https://foreign.example.com');
      raw.appendHeader('Vary', 'X-Tenant');
      raw.end('own');
    }
    @Get('write-head') writeHead(@Res() response: AnyResponse) {
      rawOf(response)
        .writeHead(200, { ...FOREIGN, vArY: 'X-Tenant' })
        .end('own');
    }
    @Get('write-head-reason') writeHeadReason(@Res() response: AnyResponse) {
      rawOf(response)
        .writeHead(200, 'Fine', { ...FOREIGN, vArY: 'X-Tenant' })
        .end('own');
    }
    @Get('write-head-over') writeHeadOver(@Res() response: AnyResponse) {
      const raw = rawOf(response);
      raw.setHeader('Vary', 'Overridden').setHeader('access-control-allow-origin', '*');
      raw.writeHead(200, { ...FOREIGN, Vary: 'X-Tenant' }).end('own');
    }
    @Get('write-head-list') writeHeadList(@Res() response: AnyResponse) {
      rawOf(response)
        .writeHead(200, [...Object.entries(FOREIGN).flat(), 'Vary', 'X-Tenant'])
        .end('own');
    }
    @Get('write-head-pairs') writeHeadPairs(@Res() response: AnyResponse) {
      writePairs(response, Object.entries({ ...FOREIGN, Vary: 'X-Tenant' })).end('own');
    }
    @Get('shared') shared(@Res() response: AnyResponse) {
      rawOf(response)
        .writeHead(200, SHARED_FIELDS as OutgoingHttpHeaders)
        .end('own');
    }
    @Get('shared-list') sharedList(@Res() response: AnyResponse) {
      rawOf(response)
        .writeHead(200, SHARED_LIST as string[])
        .end('own');
    }
    @Get('inherited') inherited(@Res() response: AnyResponse) {
      const inherited = { 'x-inherited': 'no', Vary: 'X-Inherited', 'Access-Control-Allow-Origin': '*' };
      const fields = Object.assign(Object.create(inherited) as OutgoingHttpHeaders, { 'x-own': 'own' });
      rawOf(response).writeHead(200, fields).end('own');
    }
    @Get('filter') @UseFilters(ForeignFilter) filter() {
      throw new HttpException('filtered', 418);
    }
    @Get('twice') twice(@Res() response: AnyResponse) {
      const raw = rawOf(response);
      try {
        raw.writeHead(200, { ...FOREIGN, 'x-broken': 'line\nbreak' });
      } catch {
        raw.writeHead(500, { ...FOREIGN, Vary: 'X-Tenant' }).end('own');
      }
    }
    @Get('bad-status') badStatus(@Res() response: AnyResponse) {
      const raw = rawOf(response);
      raw.setHeader('access-control-allow-origin', '*');
      try {
        raw.writeHead(42);
      } catch {
        raw.appendHeader('vary', 'X-Tenant');
        raw.statusCode = 500;
        raw.end('own');
      }
    }
    @Get('throws-late') throwsLate(@Res() response: AnyResponse): void {
      // What Nest answers with then is another response, but for Node the same one.
      rawOf(response).writeHead(99_999, FOREIGN);
    }
  }
  return OwnHeadersController;
}
