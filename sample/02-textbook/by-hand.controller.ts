import { Controller, Get, Header, HttpCode, Options, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { WireLog } from '../shared/wire-log.js';
import { SHOP } from './origins.js';

/**
 * Scenario 8: answers that `nestjs-cors` does not give, so that the page can show what engines make of them. The path is
 * `unmanaged`, and each field is written by hand.
 */
@Controller('by-hand')
export class ByHandController {
  constructor(private readonly wire: WireLog) {}

  /** `*` for every request header: the library names those that were asked for instead. */
  @Options('any-header')
  @HttpCode(204)
  @Header('Access-Control-Allow-Origin', SHOP)
  @Header('Access-Control-Allow-Headers', '*')
  anyHeaderAsked() {}

  @Get('any-header')
  @Header('Access-Control-Allow-Origin', SHOP)
  anyHeader() {
    return { data: 'for whoever is authorized' };
  }

  /** The library takes whole numbers only. */
  @Options('max-age')
  @HttpCode(204)
  @Header('Access-Control-Allow-Origin', SHOP)
  @Header('Access-Control-Allow-Methods', 'PUT')
  @Header('Access-Control-Max-Age', 'ten minutes')
  maxAgeAsked() {}

  @Put('max-age')
  @Header('Access-Control-Allow-Origin', SHOP)
  maxAge() {
    return { changed: true };
  }

  @Options('second-fails')
  @HttpCode(204)
  @Header('Access-Control-Allow-Origin', SHOP)
  @Header('Access-Control-Allow-Methods', 'PUT')
  @Header('Access-Control-Max-Age', '600')
  secondFailsAsked() {}

  /** The second answer of a call lacks what the others have. Of the library, every answer of a route has it, errors too. */
  @Put('second-fails')
  secondFails(@Query('call') call: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const before = this.wire.exchangesOf(call).filter(({ method }) => method === 'PUT').length;
    if (before !== 1) reply.header('Access-Control-Allow-Origin', SHOP);
    return { changed: true };
  }
}
