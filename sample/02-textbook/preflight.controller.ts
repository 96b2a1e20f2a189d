import { Body, Controller, Delete, Get, Headers, Param, Put } from '@nestjs/common';
import { AllowOrigin, Preflight } from 'nestjs-cors';
import { SHOP, STAFF } from './origins.js';

/**
 * Scenario 4: before a request that no form could make, the browser asks with a preflight. Each is decided by the policy
 * of the route that the actual request would reach.
 */
@Controller('items')
@AllowOrigin(SHOP)
@Preflight({ maxAge: 600 })
export class PreflightController {
  @Get(':id')
  read(@Param('id') id: string) {
    return { id, title: 'Shoes' };
  }

  /** A preflight may ask for `content-type` anyway, and for `x-csrf-token` because this reads it: neither needs listing. */
  @Put(':id')
  change(
    @Param('id') id: string,
    @Headers('x-csrf-token') token: string | undefined,
    @Body() { title }: { title: string },
  ) {
    return { id, title, token };
  }

  @Delete(':id')
  @AllowOrigin(STAFF)
  remove(@Param('id') id: string) {
    return { id, removed: true };
  }
}
