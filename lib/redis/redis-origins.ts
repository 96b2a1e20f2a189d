import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { ValueProblem } from '../policy/cors-problem.js';
import { exactOriginProblem } from '../policy/exact-origin.js';
import type { CorsRequest, OriginSource } from '../policy/origin-source.js';
import { nameOf } from '../policy/show.js';
import { isOwnOrigin } from '../protocol/serialized-origin.js';
import { CachedOrigins } from '../sources/cached-origins.js';
import { membershipText, readAnnouncement, readMembership, setKey, type Membership } from './membership.js';
import { RedisConnections } from './redis-connections.js';
import {
  isTenantName,
  readRedisOriginsOptions,
  tenantProblem,
  type RedisOriginsOptions,
} from './redis-origins-options.js';

/**
 * Allowed origins in a Redis set, for apps that run as several replicas. Each of them asks Redis whether an origin is a
 * member, keeps the verdict in its own memory, and drops it when a change is announced.
 *
 * **A change.** {@link add} and {@link remove} change the set and announce it in one transaction. When the promise is
 * fulfilled, this replica has dropped its verdict; the others have as soon as the announcement reaches them. A verdict
 * that was asked for before and arrives after is not kept. A replica that was not connected drops all its verdicts when
 * it is again; that a connection is dead without having been closed is noticed within 10 seconds, in a cluster within 3.
 * For what nobody announces (`SREM` by hand, a key that expires) the `ttl` is the limit, with `staleWhileRevalidate` and
 * `staleIfError` on top where they are set.
 *
 * **A failover**, planned or not, with Sentinels or in a cluster, and a slot that moves, drop all verdicts once they are
 * over: an announcement may have been lost. There, a change is confirmed once the replicas of Redis have it, so that a
 * failover does not undo it.
 *
 * Not guaranteed: what has been decided is not taken back. A response on its way arrives, a handler that runs goes on,
 * and browsers keep an approved preflight for its `maxAge`.
 *
 * **Without Redis**, verdicts hold until their `ttl` is over; then the origin is refused, which is logged at most once a
 * minute. No request fails, or waits for longer than `timeout`. Connections come back by themselves.
 *
 * It opens two connections of its own with the options of the client that it is given, and closes them when the app
 * shuts down; with Sentinels one more to each of them, in a cluster one more to each node that is needed. The client
 * itself is never used, and remains its owner's. It has to lead to the primary: a replica of Redis may hear of a change
 * later than we do.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class PartnerOrigins extends RedisOrigins {
 *   constructor(@Inject(REDIS) redis: Redis) {
 *     super(redis, { key: 'partners' });
 *   }
 * }
 *
 * @AllowOrigin(PartnerOrigins)
 * ```
 *
 * @example
 * A set for each tenant, and a factory:
 * ```ts
 * export class TenantOrigins extends RedisOrigins {}
 *
 * const provider = {
 *   provide: TenantOrigins,
 *   inject: [REDIS],
 *   useFactory: (redis: Redis) =>
 *     new TenantOrigins(redis, { tenant: (request) => request.params?.['tenant'] }),
 * };
 * ```
 */
export class RedisOrigins implements OriginSource, OnModuleInit, OnApplicationShutdown {
  /** How long a request waits for Redis, in milliseconds. */
  readonly timeout: number;
  readonly #name: string;
  readonly #key: string;
  readonly #channel: string;
  readonly #tenantOf: ((request: CorsRequest) => unknown) | undefined;
  readonly #verdicts: CachedOrigins;
  readonly #connections: RedisConnections;

  /**
   * @param redis - a client of ioredis, for a server, for Sentinels, or for a cluster
   * @throws CorsConfigurationError with all that is wrong
   */
  constructor(redis: Redis | Cluster, options: RedisOriginsOptions = {}) {
    const name = nameOf(new.target, RedisOrigins.name);
    const { key, channel, tenant, cache } = readRedisOriginsOptions(redis, options, name);
    this.timeout = cache.timeout;
    this.#name = name;
    this.#key = key;
    this.#channel = channel;
    this.#tenantOf = tenant;
    this.#verdicts = new CachedOrigins((text: string) => this.#isMember(readMembership(text)), cache, this);
    this.#connections = new RedisConnections(redis, channel, {
      announced: (message) => this.#drop(readAnnouncement(message, tenant !== undefined)),
      missed: () => this.#drop(),
    });
  }

  /**
   * Whether the origin is in the set, or in that of the request's tenant.
   *
   * @param asker - the request; or the tenant, where a source that is asked after the guards knows it and asks this one
   * @throws CorsConfigurationError if `asker` is no name of a tenant, or there is one set for all
   */
  allows(origin: string, asker: CorsRequest | string): boolean | Promise<boolean> {
    if (typeof asker === 'string') this.#check('tenant', asker, tenantProblem(asker, this.#hasTenants));
    if (this.#tenantOf === undefined) return this.#verdicts.allows(origin);
    const tenant = typeof asker === 'string' ? asker : this.#tenantOf(asker);
    // Also what is no string: that a name could not be told must not open another tenant's door.
    return isTenantName(tenant) && this.#verdicts.allows(membershipText({ origin, tenant }));
  }

  /**
   * Adds an origin, and announces it.
   *
   * @param origin - one exact, serialized origin
   * @param tenant - whose set; to be given if, and only if, there is the option `tenant`
   * @returns whether it was not in the set before
   * @throws CorsConfigurationError if `origin` is none (`*`, `null` and patterns included) or `tenant` is wrong;
   *   `problems[0].fix` says what to write instead
   * @throws Error if Redis can't be reached or refuses. Whether the change was made is not known if the connection was
   *   lost meanwhile; making it again does no harm.
   * @throws Error with Sentinels and in a cluster, if the replicas of Redis have not confirmed the change within half a
   *   second: it was made and announced, and a failover may undo it
   */
  async add(origin: string, tenant?: string): Promise<boolean> {
    this.#check('tenant', tenant, tenantProblem(tenant, this.#hasTenants));
    this.#check('origin', origin, exactOriginProblem(origin));
    return this.#change('sadd', { origin, tenant });
  }

  /**
   * Removes an origin, and announces it, also if it was not in the set: that makes up for a change made by hand.
   *
   * What others have put into the set can be removed whatever it is.
   *
   * @param origin - one exact, serialized origin, or another member of the set
   * @param tenant - as for {@link add}
   * @returns whether it was in the set
   * @throws CorsConfigurationError if it was not, and is no origin either, or if `tenant` is wrong
   * @throws Error as {@link add}
   */
  async remove(origin: string, tenant?: string): Promise<boolean> {
    this.#check('tenant', tenant, tenantProblem(tenant, this.#hasTenants));
    const removed = await this.#change('srem', { origin, tenant });
    // `https://app.example.com/` is in no set: who removes it would believe that the origin is refused from now on.
    if (!removed) this.#check('origin', origin, exactOriginProblem(origin));
    return removed;
  }

  /**
   * The members of the set, sorted, as they are in Redis: what others have put there is no origin, perhaps, and then
   * allows nobody.
   *
   * @param tenant - as for {@link add}
   * @throws CorsConfigurationError if `tenant` is wrong
   * @throws Error if Redis can't be reached or refuses
   */
  async list(tenant?: string): Promise<string[]> {
    this.#check('tenant', tenant, tenantProblem(tenant, this.#hasTenants));
    const key = setKey(this.#key, tenant);
    const members = await this.#connections.send((redis) => redis.smembers(key));
    return members.toSorted();
  }

  /** Connects before the app listens, and starts the app without Redis if that takes longer than `timeout`. */
  async onModuleInit(): Promise<void> {
    await this.#connections.connectWithin(this.timeout);
  }

  /** Closes the connections, after the last request was answered. Outside of Nest, call it yourself. */
  onApplicationShutdown(): void {
    this.#connections.close();
  }

  get #hasTenants(): boolean {
    return this.#tenantOf !== undefined;
  }

  async #isMember({ origin, tenant }: Membership): Promise<boolean> {
    // Whatever others have put into the set, only an origin that not everybody can have is found there.
    if (!isOwnOrigin(origin)) return false;
    const key = setKey(this.#key, tenant);
    return (await this.#connections.send((redis) => redis.sismember(key, origin))) === 1;
  }

  /** In one transaction: a change that is not announced would last until verdicts expire. */
  async #change(command: 'sadd' | 'srem', membership: Membership): Promise<boolean> {
    const key = setKey(this.#key, membership.tenant);
    const { origin } = membership;
    const { confirms } = this.#connections;
    const results = await this.#connections.send((redis) => {
      const transaction = redis.multi();
      transaction[command](key, origin);
      transaction.publish(this.#channel, membershipText(membership));
      if (confirms) transaction.role();
      return transaction.exec();
    });
    const [[error, changed] = [], , [, role] = []] = results ?? [];
    if (error) throw error;
    // The announcement reaches this process as well, but over the other connection, and perhaps later.
    this.#drop(membership);
    if (confirms) {
      const members = command === 'sadd' ? 1 : 0;
      await this.#connections.confirm(
        role,
        key,
        async (redis) => (await redis.sismember(key, origin)) === members,
      );
    }
    return changed === 1;
  }

  #drop(membership?: Membership): void {
    this.#verdicts.invalidate(membership && membershipText(membership));
  }

  #check(field: string, value: unknown, problem: ValueProblem | undefined): void {
    if (problem !== undefined)
      throw new CorsConfigurationError([{ where: this.#name, field, value, ...problem }]);
  }
}
