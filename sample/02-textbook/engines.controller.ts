import {
  Body,
  Controller,
  Get,
  Headers,
  NotFoundException,
  Param,
  Post,
  Put,
  Query,
  Redirect,
} from '@nestjs/common';
import { AllowOrigin, Preflight } from 'nestjs-cors';
import { ENGINE_EXCHANGES, runVirtually } from './engine-exchanges.js';
import { API, PARTNER, SHOP } from './origins.js';

/** Scenario 8: where engines differ. Each handler is one half of an exchange that the standard decides. */
@Controller('engines')
@AllowOrigin(SHOP)
@Preflight({ maxAge: 600 })
export class EnginesController {
  /** What the page is to run, and what the standard and each engine make of it. */
  @Get('exchanges/:name')
  async exchange(@Param('name') name: string) {
    const calls = ENGINE_EXCHANGES[name];
    if (calls === undefined) throw new NotFoundException('There is no such exchange');
    return { calls, outcomes: await runVirtually(calls) };
  }

  /** After a form has been sent, the browser is shown what has become of it. APIs do the same. */
  @Post('orders')
  @Redirect()
  order(@Query('call') call: string) {
    return redirect(303, `${API}/engines/orders/7`, call);
  }

  @Get('orders/:id')
  ordered(@Param('id') id: string) {
    return { id, item: 'A pair of shoes' };
  }

  @Get('moved')
  @Redirect()
  moved(@Query('call') call: string) {
    return redirect(302, `${PARTNER}/engines/data`, call);
  }

  @Put('moved')
  @Redirect()
  changed(@Query('call') call: string) {
    return redirect(307, `${PARTNER}/engines/data`, call);
  }

  @Get('onward')
  @Redirect()
  onward(@Query('call') call: string) {
    return redirect(302, `${API}/engines/data`, call);
  }

  /** For everybody: redirects between origins make the origin `null`, which no list can name. */
  @Get('data')
  @AllowOrigin('*')
  data() {
    return { data: 'for everybody' };
  }

  @Put('data')
  @AllowOrigin('*')
  changeData() {
    return this.data();
  }

  @Put('account')
  @AllowOrigin(SHOP, { credentials: true })
  account() {
    return { changed: true };
  }

  /** The name of the header need not be listed, since this reads it. */
  @Get('agent')
  agent(@Headers('user-agent') agent: string) {
    return { agent };
  }

  @Post('upload')
  upload(@Body() body: string) {
    return { body };
  }
}

/** The mark goes along, by which the server's log finds the request again. */
function redirect(statusCode: number, url: string, call: string) {
  return { statusCode, url: `${url}?call=${encodeURIComponent(call)}` };
}
