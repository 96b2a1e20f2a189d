import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ExchangesController } from './exchanges.controller.js';
import { HandlerLog } from './handler-log.js';
import { WireLog } from './wire-log.js';

/** Keeps what went over the wire and which handlers ran, and shows it to the pages at `/exchanges/:call`. */
@Module({
  controllers: [ExchangesController],
  providers: [WireLog, { provide: APP_INTERCEPTOR, useClass: HandlerLog }],
  exports: [WireLog],
})
export class WireLogModule {}
