import { Controller, Post, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ran } from '../support/fixture.js';

@Controller('orders')
class OrdersController {
  @Post() order(): string {
    ran('order');
    return 'ordered';
  }
}

export function metadata(): ModuleMetadata {
  return { controllers: [OrdersController] };
}

export function prepare(app: INestApplication): void {
  (app as NestExpressApplication).enableCsrfProtection({ trustedOrigins: ['https://partner.example.com'] });
}
