import { Controller, Get, Module, Put, type Type } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import { AllowOrigin, CorsModule } from '../../../lib/index.js';
import { RedisOrigins, type RedisOriginsOptions } from '../../../lib/redis/index.js';
import type { ClientOptions } from './redis-server.js';

/** Where the app's own client leads to: a server, Sentinels, or the nodes of a cluster. */
export interface Connection extends ClientOptions {
  readonly cluster?: { host: string; port: number }[];
}

/** The token of the app's own client. */
export const REDIS = Symbol('REDIS');

export class PartnerOrigins extends RedisOrigins {}

/** Allowed whatever Redis says. */
export const FIXED = 'https://fixed.example.com';

@Controller('partners')
@AllowOrigin(FIXED, PartnerOrigins)
class PartnersController {
  @Get() list() {
    return [];
  }
  @Put() put() {}
  @Get(':tenant') one() {
    return {};
  }
}

/** An app whose origins are in Redis. Its own client is closed by whoever made the app. */
export function partnersApp(connection: Connection, options: RedisOriginsOptions): Type {
  @Module({
    imports: [CorsModule.forRoot({})],
    controllers: [PartnersController],
    providers: [
      { provide: REDIS, useFactory: () => ownClient(connection) },
      {
        provide: PartnerOrigins,
        inject: [REDIS],
        useFactory: (redis: Redis | Cluster) => new PartnerOrigins(redis, options),
      },
    ],
  })
  class PartnersModule {}
  return PartnersModule;
}

/** The library is to do without it, so that it never connects. */
function ownClient({ cluster, ...connection }: Connection): Redis | Cluster {
  const redis =
    cluster === undefined
      ? new Redis({ host: '127.0.0.1', ...connection, lazyConnect: true })
      : new Cluster(cluster, { lazyConnect: true });
  redis.on('error', () => {});
  return redis;
}
