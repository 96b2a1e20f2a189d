import { Module } from '@nestjs/common';
import { CorsModule, type CorsModuleOptions } from 'nestjs-cors';
import { dashboardPolicy } from '../shared/dashboard-policy.js';
import { OperatorToken } from '../shared/operator.guard.js';
import { Pages, PagesModule } from '../shared/pages.js';
import { WireLogModule } from '../shared/wire-log.module.js';
import { CallerOrigins } from './caller-origins.js';
import { OrdersController } from './orders.controller.js';
import { tenantOrigins } from './tenant-origins.provider.js';
import { TenantsController } from './tenants.controller.js';

@Module({
  imports: [
    PagesModule.forFolder(new URL('page/', import.meta.url), ['acme', 'globex', 'partner']),
    CorsModule.forRootAsync({
      inject: [Pages],
      useFactory: (pages: Pages): CorsModuleOptions => ({ policies: { dashboard: dashboardPolicy(pages) } }),
    }),
    WireLogModule,
  ],
  controllers: [OrdersController, TenantsController],
  providers: [tenantOrigins, CallerOrigins, OperatorToken],
})
export class AppModule {}
