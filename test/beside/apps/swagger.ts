import { Controller, Get, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

@Controller('cats')
class CatsController {
  @Get() list(): readonly string[] {
    return [];
  }
}

export function metadata(): ModuleMetadata {
  return { controllers: [CatsController] };
}

export function prepare(app: INestApplication): void {
  SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
}
