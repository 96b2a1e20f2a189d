import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { CustomerOrigin } from './customer-origin.entity.js';
import { Customer } from './customer.entity.js';

/** The tables. Every method rejects while the database is away. */
@Injectable()
export class OriginTable {
  constructor(
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    @InjectRepository(CustomerOrigin) private readonly origins: Repository<CustomerOrigin>,
  ) {}

  /** Whether a customer has an origin: one look-up in the index. */
  has(customer: string, origin: string): Promise<boolean> {
    return this.origins.existsBy({ customer, origin });
  }

  hasCustomer(slug: string): Promise<boolean> {
    return this.customers.existsBy({ slug });
  }

  /** Adds a row, unless it is there. */
  async add(customer: string, origin: string): Promise<void> {
    await this.origins.createQueryBuilder().insert().values({ customer, origin }).orIgnore().execute();
  }

  async remove(customer: string, origin: string): Promise<void> {
    await this.origins.delete({ customer, origin });
  }

  /** All customers and their origins, for the dashboard: no request of a page waits for this. */
  async list(): Promise<readonly (Customer & { readonly origins: readonly string[] })[]> {
    const [customers, rows] = await Promise.all([
      this.customers.find({ order: { slug: 'ASC' } }),
      this.origins.find(),
    ]);
    return customers.map(({ slug, name }) => ({
      slug,
      name,
      // Databases sort texts by rules of their own.
      origins: rows
        .filter((row) => row.customer === slug)
        .map(({ origin }) => origin)
        .toSorted(),
    }));
  }
}
