import { cachedOrigins } from 'nestjs-cors';
import type { OriginTable } from './origin-table.js';
import type { TenantOrigins } from './tenant-origins.js';

/** The table, asked once for each tenant and origin. A change counts from the next request on. */
export class CachedTenantOrigins implements TenantOrigins {
  private readonly verdicts = cachedOrigins((origin, tenant: string) => this.table.has(tenant, origin), {
    ttl: 60_000,
    key: (_origin, tenant) => tenant,
  });

  constructor(private readonly table: OriginTable) {}

  allows(origin: string, tenant: string): boolean | Promise<boolean> {
    return this.verdicts.allows(origin, tenant);
  }

  async add(origin: string, tenant: string): Promise<boolean> {
    const added = await this.table.add(tenant, origin);
    this.verdicts.invalidate(origin);
    return added;
  }

  async remove(origin: string, tenant: string): Promise<boolean> {
    const removed = await this.table.remove(tenant, origin);
    this.verdicts.invalidate(origin);
    return removed;
  }

  list(tenant: string): Promise<readonly string[]> {
    return this.table.list(tenant);
  }
}
