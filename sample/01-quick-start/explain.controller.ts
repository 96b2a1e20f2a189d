import { Controller, Get, Param } from '@nestjs/common';
import { AllowOrigin, CorsService } from 'nestjs-cors';
import { WireLog } from '../shared/wire-log.js';

/**
 * The server's side of the story, for a lesson's page. Browsers hide why CORS failed; the server need not, at least not
 * from its developers: in a real app, keep such a route to yourself.
 */
@Controller('explain')
@AllowOrigin('*')
export class ExplainController {
  constructor(
    private readonly cors: CorsService,
    private readonly wire: WireLog,
  ) {}

  /** Every route with its policy, and the layer that each field came from. */
  @Get()
  policies() {
    return this.cors.routes();
  }

  /** What went over the wire for one call of a page. */
  @Get(':call')
  exchanges(@Param('call') call: string) {
    return this.wire.exchangesOf(call);
  }
}
