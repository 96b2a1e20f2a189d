import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CustomerOrigin } from '../customer-origin.entity.js';
import { Customer } from '../customer.entity.js';

const CUSTOMERS = [
  { slug: 'acme', name: 'Acme' },
  { slug: 'globex', name: 'Globex' },
];

const ORIGINS = [
  { customer: 'acme', origin: 'https://app.acme.example' },
  { customer: 'globex', origin: 'https://www.globex.example' },
];

/** Puts two customers into the tables, with an origin each. */
export class SeedCustomers1764500000002 implements MigrationInterface {
  async up({ manager }: QueryRunner): Promise<void> {
    await manager.insert(Customer, CUSTOMERS);
    await manager.insert(CustomerOrigin, ORIGINS);
  }

  async down({ manager }: QueryRunner): Promise<void> {
    // Their origins go with them.
    await manager.delete(
      Customer,
      CUSTOMERS.map(({ slug }) => slug),
    );
  }
}
