import type { FactoryProvider } from '@nestjs/common';
import { Redis } from 'ioredis';
import { RedisOrigins } from 'nestjs-cors/redis';
import { CachedTenantOrigins } from './cached-tenant-origins.js';
import { OriginTable } from './origin-table.js';
import { TenantOrigins } from './tenant-origins.js';

/** In memory; in Redis where `REDIS_URL` names one, so that several processes agree. */
export const tenantOrigins: FactoryProvider<TenantOrigins> = {
  provide: TenantOrigins,
  useFactory: () => {
    const url = process.env['REDIS_URL'];
    if (url === undefined) return new CachedTenantOrigins(new OriginTable());
    // The client is a model only: `RedisOrigins` opens connections of its own like it.
    return new RedisOrigins(new Redis(url, { lazyConnect: true }), {
      key: 'nestjs-cors:sample:tenants',
      // No request says by itself whose it is. The guard finds out, and `CallerOrigins` tells.
      tenant: () => undefined,
    });
  },
};
