import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CorsModule, type CorsModuleOptions } from 'nestjs-cors';
import type { DataSourceOptions } from 'typeorm';
import { dashboardPolicy } from '../shared/dashboard-policy.js';
import { OperatorToken } from '../shared/operator.guard.js';
import { Pages, PagesModule } from '../shared/pages.js';
import { WireLogModule } from '../shared/wire-log.module.js';
import { CustomerOrigin } from './customer-origin.entity.js';
import { CustomerOrigins } from './customer-origins.js';
import { Customer } from './customer.entity.js';
import { CustomersController } from './customers.controller.js';
import { databaseOptions, openDatabase } from './database.js';
import { OrdersController } from './orders.controller.js';
import { OriginTable } from './origin-table.js';

@Module({
  imports: [
    PagesModule.forFolder(new URL('page/', import.meta.url), ['acme', 'globex', 'partner']),
    TypeOrmModule.forRootAsync({
      // Without a database at start there are no tables: the app ends, and says why.
      useFactory: () => ({ ...databaseOptions(), toRetry: () => false }),
      dataSourceFactory: (options) => openDatabase(options as DataSourceOptions),
    }),
    TypeOrmModule.forFeature([Customer, CustomerOrigin]),
    CorsModule.forRootAsync({
      inject: [Pages],
      useFactory: (pages: Pages): CorsModuleOptions => ({ policies: { dashboard: dashboardPolicy(pages) } }),
    }),
    WireLogModule,
  ],
  controllers: [OrdersController, CustomersController],
  providers: [OriginTable, CustomerOrigins, OperatorToken],
})
export class AppModule {}
