import {
  Controller,
  Get,
  Param,
  Post,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { AllowOrigin, NoCors } from 'nestjs-cors';
import { ran } from '../support/fixture.js';

const PARTNER = 'https://partner.example.com';

@Controller()
class CatsController {
  @Get('default') byDefault(): string {
    ran('default');
    return 'default';
  }
  @Get('partners') @AllowOrigin(PARTNER) partners(): string {
    ran('partners');
    return 'partners';
  }
  @Get('partners/:id') @AllowOrigin(PARTNER) partner(@Param('id') id: string): string {
    ran('partner');
    return id;
  }
  @Get('closed') @NoCors() closed(): string {
    ran('closed');
    return 'closed';
  }
  @Post('orders') @AllowOrigin(PARTNER, { enforce: true }) order(): string {
    ran('order');
    return 'ordered';
  }
}

/** Both answer at one path, so that only the handler decides. */
@Controller('versions')
class VersionsController {
  @Get() @Version('1') @AllowOrigin(PARTNER, { enforce: true }) first(): string {
    ran('first');
    return 'first';
  }
  @Get() @Version('2') second(): string {
    ran('second');
    return 'second';
  }
}

export function metadata(): ModuleMetadata {
  return { controllers: [CatsController, VersionsController] };
}

export function prepare(app: INestApplication): void {
  app.setGlobalPrefix('api', { exclude: ['default'] });
  app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: VERSION_NEUTRAL });
}
