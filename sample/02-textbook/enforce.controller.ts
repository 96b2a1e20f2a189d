import { Controller, Get, Post } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';
import { SHOP } from './origins.js';

/** Scenario 6: a server that refuses. Both handlers are for the shop's pages, and count how often they run. */
@Controller('transfers')
@AllowOrigin(SHOP)
export class EnforceController {
  private readonly count = { lenient: 0, strict: 0 };

  /** Whoever asks, the handler runs. CORS keeps the answer from the script, but the money is gone. */
  @Post('lenient')
  lenient() {
    return { transferred: ++this.count.lenient };
  }

  /** A request from an origin that the policy does not allow gets a 403, and the handler does not run. */
  @Post('strict')
  @AllowOrigin(SHOP, { enforce: true })
  strict() {
    return { transferred: ++this.count.strict };
  }

  @Get('count')
  @AllowOrigin('*')
  counted() {
    return this.count;
  }
}
