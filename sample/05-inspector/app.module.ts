import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { CorsModule } from 'nestjs-cors';
import { CorsInspectorModule } from 'nestjs-cors/inspector';
import { WireLog } from '../shared/wire-log.js';
import { OrdersController } from './orders.controller.js';
import { Visitors } from './visitors.js';

/** What the policies were before they were tightened: every page below `shop.localhost` could read and change orders. */
const BEFORE = fileURLToPath(new URL('assets/cors.manifest.json', import.meta.url));

@Module({
  imports: [
    CorsModule.forRoot({
      origin: ['http://www.shop.localhost:*', 'http://old.shop.localhost:*'],
      maxAge: 600,
      // The next step, tried out: without the old front end, and with a wall in front of all others.
      reportOnly: { origin: 'http://www.shop.localhost:*', enforce: true },
      routes: [{ path: '/internal', policy: false }],
    }),
    // Without a guard it answers this machine alone, and does not start in production.
    CorsInspectorModule.forRoot({ path: '/_cors', manifest: BEFORE }),
  ],
  controllers: [OrdersController],
  providers: [Visitors, WireLog],
})
export class AppModule {}
