import { Controller, Get } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';
import { SHOP } from './origins.js';

/** Scenario 3: one origin is admitted, and no other. */
@Controller('orders')
@AllowOrigin(SHOP)
export class OneOriginController {
  @Get()
  list() {
    return [{ id: 7, item: 'A pair of shoes' }];
  }
}
