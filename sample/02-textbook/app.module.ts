import { Module } from '@nestjs/common';
import { CorsModule } from 'nestjs-cors';
import { WireLogModule } from '../shared/wire-log.module.js';
import { ByHandController } from './by-hand.controller.js';
import { CredentialsController } from './credentials.controller.js';
import { EnforceController } from './enforce.controller.js';
import { EnginesController } from './engines.controller.js';
import { ExplainController } from './explain.controller.js';
import { OneOriginController } from './one-origin.controller.js';
import { Pages } from './pages.js';
import { PreflightController } from './preflight.controller.js';
import { PublicApiController } from './public-api.controller.js';
import { SameOriginController } from './same-origin.controller.js';
import { XhrClassicController } from './xhr-classic.controller.js';

@Module({
  imports: [
    // No default policy: what no decorator allows is denied. The library would not send what lesson 8 answers by hand.
    CorsModule.forRoot({ routes: [{ path: '/by-hand', unmanaged: true }] }),
    WireLogModule,
  ],
  controllers: [
    SameOriginController,
    PublicApiController,
    OneOriginController,
    PreflightController,
    CredentialsController,
    EnforceController,
    XhrClassicController,
    ExplainController,
    EnginesController,
    ByHandController,
  ],
  providers: [Pages],
})
export class AppModule {}
