import { BadRequestException, Body, Controller, Get, NotFoundException, Param, Post } from '@nestjs/common';
import { AllowOrigin } from 'nestjs-cors';
import { CustomerOrigins } from './customer-origins.js';

/** Stands for the rest of the API, which has a database of its own. */
const ORDERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['acme', ['An anvil', 'A pair of rocket skates']],
  ['globex', ['A hammock district']],
]);

/** The API that the customers' pages call. Requests of pages on other origins do not reach a handler. */
@Controller('customers/:customer/orders')
@AllowOrigin(CustomerOrigins, { enforce: true })
export class OrdersController {
  @Get()
  list(@Param('customer') customer: string) {
    return ordersOf(customer);
  }

  @Post()
  place(@Param('customer') customer: string, @Body('item') item: unknown) {
    if (typeof item !== 'string') throw new BadRequestException('Say what to order: { "item": "An anvil" }');
    return { ordered: item, after: ordersOf(customer).length };
  }
}

function ordersOf(customer: string): readonly string[] {
  const orders = ORDERS.get(customer);
  if (orders === undefined) throw new NotFoundException(`There is no customer ${customer}`);
  return orders;
}
