import { Controller, Delete, Get, Headers, Param, Put } from '@nestjs/common';
import { AllowOrigin, Preflight } from 'nestjs-cors';

/** The API that the pages of a shop call. What no decorator says is the module's. */
@Controller('orders')
export class OrdersController {
  @Get()
  list() {
    return [{ id: '7', title: 'Two chairs' }];
  }

  @Get('prices')
  @AllowOrigin('*')
  prices() {
    return { chair: 80 };
  }

  @Put(':id')
  @Preflight({ maxAge: 86_400 })
  change(@Param('id') id: string, @Headers('x-csrf-token') _token: string) {
    return { id, changed: true };
  }

  @Delete(':id')
  @AllowOrigin('http://admin.shop.localhost:*')
  remove(@Param('id') id: string) {
    return { id, removed: true };
  }
}
