import { fileURLToPath } from 'node:url';
import { Controller, Get, type ModuleMetadata } from '@nestjs/common';
import { ServeStaticModule } from '@nestjs/serve-static';
import { AllowOrigin } from 'nestjs-cors';
import { ran } from '../support/fixture.js';

@Controller('api/cats')
class CatsController {
  @Get() @AllowOrigin('https://partner.example.com') list(): string {
    ran('cats');
    return 'cats';
  }
}

/** A single-page app beside its API: the page answers whatever no controller does. */
export function metadata(): ModuleMetadata {
  return {
    imports: [
      ServeStaticModule.forRoot({
        rootPath: fileURLToPath(new URL('spa-files', import.meta.url)),
        serveStaticOptions: { fallthrough: true },
      }),
    ],
    controllers: [CatsController],
  };
}
