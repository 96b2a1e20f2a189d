import { Controller, Get, Header, Param } from '@nestjs/common';
import { CorsService } from 'nestjs-cors';
import { WireLog } from '../shared/wire-log.js';
import { whyPage } from './why-page.js';

/**
 * The server's side of each story. Browsers hide why CORS failed, so that a page can't find out what it may not read. The
 * server need not, at least not from its developers: in a real app, keep such a route to yourself.
 */
@Controller('why')
export class ExplainController {
  constructor(
    private readonly cors: CorsService,
    private readonly wire: WireLog,
  ) {}

  /** The server's page: why a call was refused. No script of another origin may read it, but anybody may look at it. */
  @Get(':call')
  @Header('Content-Type', 'text/html; charset=utf-8')
  async why(@Param('call') call: string) {
    const exchanges = this.wire.exchangesOf(call);
    return whyPage(
      await Promise.all(
        exchanges.map(({ method, url, requestHeaders: headers }) =>
          this.cors.explain({ method, url, headers }),
        ),
      ),
    );
  }
}
