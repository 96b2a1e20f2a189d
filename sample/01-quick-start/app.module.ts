import { Module } from '@nestjs/common';
import { CorsModule, type CorsModuleOptions } from 'nestjs-cors';
import { ExplainController } from './explain.controller.js';
import { Pages, PagesModule } from './pages.js';
import { ReportsController } from './reports.controller.js';
import { WireLog } from '../shared/wire-log.js';

@Module({
  imports: [
    PagesModule,
    CorsModule.forRootAsync({
      imports: [PagesModule],
      // Origins that are known only at run time. In your app, this is where ConfigService comes in.
      inject: [Pages],
      useFactory: ({ allowed }: Pages): CorsModuleOptions => ({
        policies: {
          app: { origin: allowed.origin, credentials: true },
        },
      }),
    }),
  ],
  controllers: [ReportsController, ExplainController],
  providers: [WireLog],
})
export class AppModule {}
