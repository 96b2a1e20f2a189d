import { afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Redis } from 'ioredis';
import { RedisOrigins, type RedisOriginsOptions } from '../../../lib/redis/index.js';
import { startedBySuite } from '../../support/suites.js';
import { requestFor } from './asking.js';
import { Log } from './log.js';
import { RedisServer, type ClientOptions } from './redis-server.js';

export const APP = 'https://app.example.com';
export const SHOP = 'https://shop.example.com';
export const EVIL = 'https://evil.example.net';

/** The key where none is named. */
export const KEY = 'nestjs-cors:origins';

/** How long a replica may take to hear of a change, in milliseconds; `replicas.test.ts` holds it to that. */
export const HEARD = 200;

export class PartnerOrigins extends RedisOrigins {}

/** A Redis for all tests of a suite, empty before each. */
export interface RedisSuite {
  readonly server: RedisServer;
  /** What anybody else does with Redis. */
  readonly redis: Redis;
  /** What has been logged since the test began. */
  readonly log: Log;
  /** A client that an app could have. It connects when it is used. */
  readonly lazyClient: (options?: ClientOptions) => Redis;
  /** Origins that have not connected yet; closed after the test. */
  readonly create: (options?: RedisOriginsOptions, model?: Redis) => PartnerOrigins;
  /** Origins as they are when an app has started. */
  readonly open: (options?: RedisOriginsOptions, model?: Redis) => Promise<PartnerOrigins>;
  /** What a request gets that asks now. */
  readonly ask: (origins: RedisOrigins, origin: string, tenant?: unknown) => Promise<boolean>;
}

/** Sets it up, and down again. */
export function redisSuite(): RedisSuite {
  const own = startedBySuite();
  let server: RedisServer;
  let redis: Redis;
  const opened: RedisOrigins[] = [];
  const log = new Log().listen();

  beforeAll(async () => {
    server = await own(RedisServer.start(), (started) => started.stop());
    redis = server.client();
  });

  beforeEach(async () => {
    await redis.flushall();
    await redis.config('RESETSTAT');
    log.lines.length = 0;
  });

  afterEach(() => {
    for (const origins of opened.splice(0)) origins.onApplicationShutdown();
  });

  const lazyClient = (options: ClientOptions = {}): Redis => server.client({ lazyConnect: true, ...options });

  const create = (options?: RedisOriginsOptions, model = lazyClient()): PartnerOrigins => {
    const origins = new PartnerOrigins(model, options);
    opened.push(origins);
    return origins;
  };

  return {
    get server() {
      return server;
    },
    get redis() {
      return redis;
    },
    log,
    lazyClient,
    create,
    open: async (options, model) => {
      const origins = create(options, model);
      await origins.onModuleInit();
      return origins;
    },
    ask: async (origins, origin, tenant) => origins.allows(origin, requestFor(tenant)),
  };
}
