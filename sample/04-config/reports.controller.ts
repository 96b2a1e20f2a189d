import { setTimeout as pause } from 'node:timers/promises';
import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';

/** The API that pages call. Its policy is the module's default, and so what the configuration says. */
@Controller('reports')
export class ReportsController {
  @Put(':id')
  rename(@Param('id') id: string, @Body() { title }: { title: string }) {
    return { id, title };
  }

  /** Who asks before a change and is answered after it is answered by what was in force when the request came in. */
  @Get('slow')
  async slow() {
    await pause(1000);
    return { took: 'a second' };
  }

  /** What a decorator says stays as it is, whatever the configuration says. */
  @Get('public')
  @AllowOrigin('*', { credentials: false })
  open() {
    return { title: 'Sales in spring' };
  }
}
