import { Redis } from 'ioredis';
import { RedisServer, type ClientOptions } from './redis-server.js';
import { until } from './until.js';

/** What the Sentinels call the primary. */
export const NAME = 'partners-db';

/** For how long the primary may be silent until it is replaced, in milliseconds. */
const DOWN_AFTER = 1000;

/** A primary with two replicas, and three Sentinels that watch it, on free ports of loopback. */
export class RedisSentinels {
  readonly #clients: Redis[] = [];
  readonly #asked = new Map<RedisServer, Redis>();

  private constructor(
    readonly servers: readonly RedisServer[],
    readonly sentinels: readonly RedisServer[],
  ) {}

  /** @param program - the program; Redis if none is named */
  static async start(program?: string): Promise<RedisSentinels> {
    const common = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
    const master = await RedisServer.start({ program, settings: common });
    const follow = ['--replicaof', `127.0.0.1 ${master.port}`];
    const replicas = await Promise.all(
      [1, 2].map(() => RedisServer.start({ program, settings: [...common, ...follow] })),
    );
    const sentinel = [
      `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
      `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER}`,
      `sentinel failover-timeout ${NAME} 2000`,
      `sentinel parallel-syncs ${NAME} 2`,
    ];
    const primary = master.client();
    await until(async () => ((await primary.role())[2] as unknown[]).length === 2, 10_000);
    const watching = await Promise.all([1, 2, 3].map(() => RedisServer.start({ program, sentinel })));
    const all = new RedisSentinels([master, ...replicas], watching);
    try {
      // Usually 10 seconds.
      for (const each of watching) await all.#ask(each, 'SENTINEL', 'DEBUG', 'INFO-PERIOD', '200');
      await all.isWhole();
    } catch (error) {
      await all.stop();
      throw error;
    }
    return all;
  }

  /** Has two replicas follow the primary, and waits until all Sentinels have seen it. */
  async isWhole(): Promise<void> {
    const [first, ...others] = this.sentinels as readonly [RedisServer, ...RedisServer[]];
    await until(async () => {
      const named = await Promise.all(this.sentinels.map((sentinel) => this.master(sentinel)));
      const fields = await this.#watched(first);
      return named.every((server) => server === named[0]) && field(fields, 'flags') === 'master';
    }, 20_000);
    const master = await this.master();
    for (const replica of this.servers.filter((server) => server !== master))
      await replica.client().replicaof('127.0.0.1', master.port);
    const primary = master.client();
    await until(async () => ((await primary.role())[2] as unknown[]).length === 2, 10_000);
    for (const sentinel of [first, ...others]) {
      await until(async () => {
        const fields = await this.#watched(sentinel);
        const listed = (await this.#ask(sentinel, 'SENTINEL', 'REPLICAS', NAME)) as string[][];
        return (
          field(fields, 'flags') === 'master' &&
          field(fields, 'num-other-sentinels') === '2' &&
          listed.filter((replica) => isWell(replica)).length === 2
        );
      }, 20_000);
    }
  }

  /** The server that a Sentinel names. */
  async master(sentinel = this.sentinels[0] as RedisServer): Promise<RedisServer> {
    const [, port] = (await this.#ask(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as string[];
    return this.servers.find((server) => server.port === Number(port)) as RedisServer;
  }

  /**
   * Has a replica take over.
   *
   * @param sentinels - those that live
   */
  async failover([sentinel] = this.sentinels): Promise<void> {
    await this.#ask(sentinel as RedisServer, 'SENTINEL', 'FAILOVER', NAME);
  }

  /** Fulfilled once every Sentinel that lives names another server than this one. */
  async hasReplaced(old: RedisServer, sentinels = this.sentinels): Promise<RedisServer> {
    for (const sentinel of sentinels) await until(async () => (await this.master(sentinel)) !== old, 20_000);
    return this.master(sentinels[0]);
  }

  /** Options of a client that an app could have. */
  get connection(): ClientOptions {
    return { name: NAME, sentinels: this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })) };
  }

  /** A client that an app could have. It connects when it is used. */
  client(options: ClientOptions = {}): Redis {
    const client = new Redis({ ...this.connection, lazyConnect: true, ...options });
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
  }

  async #watched(sentinel: RedisServer): Promise<readonly string[]> {
    const [fields = []] = (await this.#ask(sentinel, 'SENTINEL', 'MASTERS')) as string[][];
    return fields;
  }

  async #ask(sentinel: RedisServer, ...command: [string, ...string[]]): Promise<unknown> {
    const known = this.#asked.get(sentinel) ?? sentinel.client({ protocol: 2, enableReadyCheck: false });
    this.#asked.set(sentinel, known);
    return known.call(...command);
  }
}

function isWell(replica: readonly string[]): boolean {
  return field(replica, 'flags') === 'slave' && field(replica, 'master-link-status') === 'ok';
}

function field(fields: readonly string[], name: string): string | undefined {
  return fields[fields.indexOf(name) + 1];
}
