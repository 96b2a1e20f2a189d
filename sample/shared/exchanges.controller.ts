import { Controller, Get, Param } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';
import { WireLog } from './wire-log.js';

/** The server's side of what a page's script sees. In a real app, keep such a route to yourself. */
@Controller('exchanges')
export class ExchangesController {
  constructor(private readonly wire: WireLog) {}

  /** What went over the wire for one call of a page. For the lesson's sake every page may read it. */
  @Get(':call')
  @AllowOrigin('*', { credentials: false })
  exchanges(@Param('call') call: string) {
    return this.wire.exchangesOf(call);
  }
}
