import { Controller, Get, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { ran } from '../support/fixture.js';

@Controller('reports')
class ReportsController {
  @Get() list(): string {
    ran('reports');
    return 'reports';
  }
}

export function metadata(): ModuleMetadata {
  return {
    imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 2 }])],
    controllers: [ReportsController],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
  };
}
