import { Cluster, type Redis } from 'ioredis';
import { freePort, RedisServer } from './redis-server.js';
import { until } from './until.js';

const SHARDS = 3;
const SLOTS = 16384;

/** For how long a node may be silent until the others replace it, in milliseconds. */
const NODE_TIMEOUT = 1000;

/** A node of the cluster. */
export interface ClusterNode {
  readonly server: RedisServer;
  /** A connection to it alone. */
  readonly redis: Redis;
  readonly id: string;
}

/** Three masters and three replicas, on free ports of loopback. */
export class RedisCluster {
  readonly #slots = new Map<string, number>();

  private constructor(readonly nodes: readonly ClusterNode[]) {}

  /** @param program - the program; Redis if none is named */
  static async start(program?: string): Promise<RedisCluster> {
    const nodes = await Promise.all(Array.from({ length: SHARDS * 2 }, () => startNode(program)));
    const cluster = new RedisCluster(nodes);
    try {
      await cluster.#form();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #form(): Promise<void> {
    const [first, ...others] = this.nodes as readonly [ClusterNode, ...ClusterNode[]];
    const masters = this.nodes.slice(0, SHARDS);
    const replicas = this.nodes.slice(SHARDS);
    await Promise.all(
      masters.map(({ redis }, index) => {
        const [start, end] = [index, index + 1].map((each) => Math.ceil((each * SLOTS) / SHARDS));
        return redis.call('CLUSTER', 'ADDSLOTSRANGE', String(start), String((end as number) - 1));
      }),
    );
    for (const [index, { redis }] of this.nodes.entries())
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    const [, bus] = portsOf(first.server);
    for (const { redis } of others)
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', String(first.server.port), String(bus));
    await until(async () => (await this.knownTo(first)).length === this.nodes.length, 10_000);
    for (const node of this.nodes)
      await until(async () => (await this.knownTo(node)).length === this.nodes.length, 10_000);
    for (const [index, { redis }] of replicas.entries())
      await redis.call('CLUSTER', 'REPLICATE', (masters[index] as ClusterNode).id);
    await this.isWhole();
  }

  /** Fulfilled once all nodes are there, know each other's roles, and every replica follows its master. */
  async isWhole(): Promise<void> {
    for (const node of this.nodes) {
      await until(() => this.#isWholeTo(node).catch(() => false), 20_000);
    }
  }

  async #isWholeTo(node: ClusterNode): Promise<boolean> {
    const known = await this.knownTo(node);
    const [state, role] = [await node.redis.cluster('INFO'), await node.redis.role()];
    return (
      state.includes('cluster_state:ok') &&
      known.length === this.nodes.length &&
      known.filter(({ flags }) => flags.includes('slave')).length === SHARDS &&
      known.every(({ flags }) => !/fail|handshake|noaddr/.test(flags)) &&
      (role[0] === 'slave' ? role[3] === 'connected' : (role[2] as unknown[]).length === 1)
    );
  }

  /** What a node knows of all. */
  async knownTo({
    redis,
  }: ClusterNode): Promise<readonly { id: string; flags: string; master: string; link: string }[]> {
    const lines = String(await redis.cluster('NODES'))
      .trim()
      .split('\n');
    return lines.map((line) => {
      const [id = '', , flags = '', master = '', , , , link = ''] = line.split(' ');
      return { id, flags, master, link };
    });
  }

  /** The node that has a key's slot now, as one that lives says. */
  async masterOf(key: string): Promise<ClusterNode> {
    return this.#ownerOf(await this.slotOf(key));
  }

  /** A master that has not the key's slot. */
  async otherMaster(key: string): Promise<ClusterNode> {
    const own = await this.masterOf(key);
    return (await this.masters()).find((each) => each !== own) as ClusterNode;
  }

  async masters(): Promise<readonly ClusterNode[]> {
    const roles = await Promise.all(this.nodes.map(({ redis }) => redis.role().catch(() => [])));
    return this.nodes.filter((_node, index) => roles[index]?.[0] === 'master');
  }

  async replicaOf(master: ClusterNode): Promise<ClusterNode> {
    const replica = (await this.knownTo(master)).find((each) => each.master === master.id);
    return this.#byId(replica?.id);
  }

  /** Has a replica take over, in agreement with its master, and waits until every node knows. */
  async failover(replica: ClusterNode): Promise<void> {
    await replica.redis.call('CLUSTER', 'FAILOVER');
    await until(async () => (await replica.redis.role())[0] === 'master', 10_000);
    for (const node of this.nodes) {
      await until(async () => {
        const known = await this.knownTo(node);
        return known.find(({ id }) => id === replica.id)?.flags.includes('master');
      }, 10_000);
    }
  }

  /** Moves the slot of a key with all that is in it to another master. */
  async move(key: string, to: ClusterNode): Promise<void> {
    const slot = await this.slotOf(key);
    const from = await this.#ownerOf(slot);
    await to.redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    for (;;) {
      const keys = (await from.redis.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
      if (keys.length === 0) break;
      await from.redis.call('MIGRATE', '127.0.0.1', to.server.port, '', 0, 1000, 'KEYS', ...keys);
    }
    await to.redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    for (const { redis } of await this.masters()) await redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
  }

  /** Has a node forget the others, for good: it goes on, and answers, alone. */
  async cutOff({ redis, id }: ClusterNode): Promise<void> {
    const [role] = await redis.role();
    if (role !== 'master') {
      await redis.call('CLUSTER', 'RESET', 'SOFT');
      return;
    }
    for (const other of this.nodes) if (other.id !== id) await redis.call('CLUSTER', 'FORGET', other.id);
  }

  /** The nodes at which somebody listens on a channel. */
  async listenedAt(channel: string): Promise<readonly ClusterNode[]> {
    const counts = await Promise.all(this.nodes.map(({ redis }) => redis.pubsub('NUMSUB', channel)));
    return this.nodes.filter((_node, index) => Number(counts[index]?.[1]) > 0);
  }

  /** Where a client begins. */
  get startNodes(): { host: string; port: number }[] {
    return this.nodes.map(({ server }) => ({ host: '127.0.0.1', port: server.port }));
  }

  /** A client that an app could have. It connects when it is used. */
  client(options = {}): Cluster {
    const client = new Cluster(this.startNodes, { lazyConnect: true, ...options });
    client.on('error', () => {});
    return client;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ server }) => server.stop()));
  }

  /** Asked once, since the node that is asked may be the one that hangs later. */
  async slotOf(key: string): Promise<number> {
    const slot = this.#slots.get(key) ?? (await (this.nodes[0] as ClusterNode).redis.cluster('KEYSLOT', key));
    this.#slots.set(key, slot);
    return slot;
  }

  async #ownerOf(slot: number): Promise<ClusterNode> {
    for (const node of await this.masters()) {
      const mine = String(await node.redis.cluster('NODES'))
        .split('\n')
        .find((line) => line.includes('myself'));
      const ranges = (mine ?? '')
        .split(' ')
        .slice(8)
        .filter((range) => !range.startsWith('['));
      if (ranges.some((range) => isWithin(slot, range))) return node;
    }
    throw new Error(`Nobody has the slot ${slot}`);
  }

  #byId(id: string | undefined): ClusterNode {
    const node = this.nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`There is no node ${id}`);
    return node;
  }
}

function isWithin(slot: number, range: string): boolean {
  const [start, end = start] = range.split('-').map(Number);
  return slot >= Number(start) && slot <= Number(end);
}

async function startNode(program: string | undefined): Promise<ClusterNode> {
  const bus = await freePort();
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-port': bus,
    'cluster-node-timeout': NODE_TIMEOUT,
    // Replicas take over however old what they have is: nothing here is written for long.
    'cluster-replica-validity-factor': 0,
    'repl-diskless-sync-delay': 0,
    'repl-ping-replica-period': 1,
  };
  const server = await RedisServer.start({
    program,
    settings: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
  });
  // One that hangs is not waited for.
  const redis = server.client({ commandTimeout: 1000 });
  return { server, redis, id: await redis.cluster('MYID') };
}

function portsOf({ port, options }: RedisServer): [port: number, bus: number] {
  const { settings = [] } = options;
  return [port, Number(settings[settings.indexOf('--cluster-port') + 1])];
}
