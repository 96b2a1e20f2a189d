import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { cachedOrigins, type CorsRequest, type OriginSource } from 'nestjs-cors';
import { ChangeListener } from './change-listener.js';
import { isSlug } from './customer.entity.js';
import { OriginTable } from './origin-table.js';
import { PATIENCE, postgresUrl } from './postgres.js';

/** The origins of the customer for whom a request is, which its path says. */
@Injectable()
export class CustomerOrigins implements OriginSource, OnModuleInit, OnApplicationShutdown {
  /** The database gives up by itself after its own patience, and then says why. */
  readonly timeout = 3 * PATIENCE;

  private readonly verdicts = cachedOrigins((origin, customer: string) => this.table.has(customer, origin), {
    ttl: 60_000,
    timeout: this.timeout,
    key: (_origin, customer) => customer,
  });

  /** SQLite is this process's own: nobody else changes it. */
  private readonly others: ChangeListener | undefined;

  constructor(private readonly table: OriginTable) {
    const url = postgresUrl();
    if (url !== undefined)
      this.others = new ChangeListener(url, (origin) => this.verdicts.invalidate(origin));
  }

  /** On a preflight, `params` are those of the request that will follow. */
  allows(origin: string, { params }: CorsRequest): boolean | Promise<boolean> {
    const customer = params?.['customer'];
    if (!isSlug(customer)) return false;
    // While changes are not heard of, what is remembered may be wrong.
    return this.others?.isListening === false
      ? this.table.has(customer, origin)
      : this.verdicts.allows(origin, customer);
  }

  async add(origin: string, customer: string): Promise<void> {
    await this.table.add(customer, origin);
    // An announcement comes to this process as well, but perhaps after the next request.
    this.verdicts.invalidate(origin);
  }

  async remove(origin: string, customer: string): Promise<void> {
    await this.table.remove(customer, origin);
    this.verdicts.invalidate(origin);
  }

  onModuleInit(): void {
    void this.others?.open();
  }

  /** After the last request was answered. */
  onApplicationShutdown(): void {
    this.others?.close();
  }
}
