import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { AllowOrigin, Preflight } from 'nestjs-cors';
import { ApiKeyGuard, type TenantRequest } from './api-key.guard.js';
import { CallerOrigins } from './caller-origins.js';

const ORDERS: Readonly<Record<string, readonly string[]>> = {
  acme: ['An anvil', 'A pair of rocket skates'],
  globex: ['A hammock district'],
};

/** The API that the tenants' pages call. Each tenant's origins, and no other's, get that tenant's orders. */
@Controller('orders')
@UseGuards(ApiKeyGuard)
@AllowOrigin(CallerOrigins)
// The guard reads it. That is not seen from the handlers, so it has to be listed.
@Preflight({ allowedHeaders: ['x-api-key'] })
export class OrdersController {
  @Get()
  list(@Req() { tenant }: TenantRequest) {
    return ORDERS[tenant.name];
  }
}
