import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  NotFoundException,
  Param,
  Put,
  Query,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { CorsConfigurationError, CorsService, UseCorsPolicy } from 'nestjs-cors';
import { OperatorGuard } from '../shared/operator.guard.js';
import { CustomerOrigins } from './customer-origins.js';
import { isSlug } from './customer.entity.js';
import { DatabaseFilter } from './database.filter.js';
import { OriginTable } from './origin-table.js';

/** What the dashboard calls. */
@Controller('customers')
@UseGuards(OperatorGuard)
@UseCorsPolicy('dashboard')
@UseFilters(DatabaseFilter)
export class CustomersController {
  constructor(
    private readonly table: OriginTable,
    private readonly origins: CustomerOrigins,
    private readonly cors: CorsService,
  ) {}

  @Get()
  all() {
    return this.table.list();
  }

  /** Adds an origin, unless the customer has it. */
  @Put(':customer/origins')
  async add(@Param('customer') customer: string, @Query('origin') origin: unknown) {
    const known = await this.known(customer);
    await this.origins.add(await this.checked(origin), known);
    return this.table.list();
  }

  /** Removes an origin, if the customer has it. What others have put into the table can be removed whatever it is. */
  @Delete(':customer/origins')
  async remove(@Param('customer') customer: string, @Query('origin') origin: unknown) {
    const known = await this.known(customer);
    const lists = await this.table.list();
    const row = lists.find(({ slug }) => slug === known)?.origins.find((candidate) => candidate === origin);
    // What is written otherwise is no row: who removes it would believe that the origin is refused from now on.
    await this.origins.remove(row ?? (await this.checked(origin)), known);
    return this.table.list();
  }

  private async known(customer: string): Promise<string> {
    if (isSlug(customer) && (await this.table.hasCustomer(customer))) return customer;
    throw new NotFoundException(`There is no customer ${customer}`);
  }

  /** An origin is found again by comparing texts, so it has to be written as browsers send it. */
  private async checked(origin: unknown): Promise<string> {
    try {
      return await this.cors.checkOrigin(origin);
    } catch (error) {
      if (!(error instanceof CorsConfigurationError)) throw error;
      const [{ message, fix } = { message: '', fix: '' }] = error.problems;
      throw new BadRequestException(`${JSON.stringify(origin ?? '')} ${message}: ${fix}.`);
    }
  }
}
