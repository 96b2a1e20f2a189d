import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Header,
  Headers,
  NotFoundException,
  Param,
  Post,
  Put,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from 'nestjs-cors';

const reports = new Map([
  ['1', 'Sales in spring'],
  ['2', 'Sales in summer'],
]);

/** Five routes, five policies. What a handler's decorators leave out comes from the controller's. */
@Controller('reports')
@UseCorsPolicy('app')
export class ReportsController {
  /** Open data: every page may read it, without cookies. */
  @Get('public')
  @AllowOrigin('*', { credentials: false, exposedHeaders: ['x-report-count'] })
  @Header('x-report-count', '2')
  @Header('x-served-from', 'memory')
  open() {
    return [...reports.values()];
  }

  /** The controller's policy: the origins of `app`, with their cookies. */
  @Get('mine')
  mine(@Headers('cookie') cookie: string | undefined, @Res({ passthrough: true }) reply: FastifyReply) {
    const visits = Number(/(?:^|; )visits=(\d+)/.exec(cookie ?? '')?.[1] ?? 0) + 1;
    reply.header('Set-Cookie', `visits=${visits}; Path=/reports/mine; HttpOnly; SameSite=Lax`);
    return { visits };
  }

  /** Another origin than `app`'s. With `enforce`, the handler does not even run for a page that may not read it. */
  @Get('partner')
  @AllowOrigin('https://partner.example.com', { enforce: true })
  forPartner() {
    return { discount: 0.2 };
  }

  /**
   * A browser asks first, with a preflight, before it sends a PUT with these headers. `content-type` needs no listing, and
   * `x-csrf-token` none either: the handler declares that it reads it. Nor does PUT: it is what the app serves here.
   */
  @Put(':id')
  @Preflight({ maxAge: 600 })
  rename(
    @Param('id') id: string,
    @Headers('x-csrf-token') token: string | undefined,
    @Body() { title }: { title: string },
  ) {
    if (token !== 'a-token') throw new ForbiddenException('x-csrf-token is wrong or missing');
    if (!reports.has(id)) throw new NotFoundException(`There is no report ${id}`);
    reports.set(id, title);
    return { id, title };
  }

  /** Not for pages: no response of this route carries a header of the CORS protocol. */
  @Post('internal')
  @NoCors()
  internal() {
    return { rebuilt: true };
  }
}
