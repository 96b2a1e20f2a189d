import type { Redis, RedisOptions } from 'ioredis';
import type { Deployment } from './deployment.js';
import { IMPATIENT, ONCE } from './impatience.js';

/** On which a Sentinel says `<name> <old host> <old port> <new host> <new port>`. */
const SWITCH_MASTER = '+switch-master';

/**
 * A replica with one of these flags is not expected to have anything. One to which the Sentinel is merely not connected
 * is: so is each of them for a moment after a failover, while the old primary goes on.
 */
const AWAY = ['s_down', 'o_down'];

/** Whether a client finds its server by asking Sentinels. */
export function isSentinelClient({ options }: Redis): boolean {
  return Array.isArray(options.sentinels);
}

/**
 * A primary that Sentinels watch. On a planned failover the old one goes on for some ten seconds, says that it is a
 * primary, and answers all that it is asked: only Sentinels know better. So we listen at each of them, too.
 */
export function sentinelsOf(model: Redis): Deployment {
  const { name = '' } = model.options;
  // A replica may hear of a change later than we do.
  const commands = model.duplicate({ ...IMPATIENT, role: 'master' });
  const open = (model.options.sentinels ?? []).map(
    ({ host, port }) =>
      () =>
        model.duplicate(sentinelOptions(model.options, host, port)),
  );
  return {
    commands,
    openListener: () => model.duplicate({ ...ONCE, role: 'master' }),
    guides: { open, channel: SWITCH_MASTER, tellsOfSwitch: (message) => message.startsWith(`${name} `) },
    check: async () => {
      const [role] = await commands.role();
      if (role !== 'master') throw new Error(`The server has become a ${String(role)}`);
      return role;
    },
    refresh: undefined,
    expectedReplicas: async () => {
      const told = await askAny(open, (sentinel) => sentinel.call('SENTINEL', 'REPLICAS', name));
      const replicas = (told as unknown[]).map(replicaOf);
      return {
        count: expectedOf(replicas.map(({ flags }) => flags)),
        away: replicas.filter(({ flags }) => isAway(flags)).map((replica) => replica.name),
        name,
      };
    },
  };
}

/** How many of the replicas that a Sentinel knows ought to have a change: one at least, also where all are away. */
export function expectedOf(flags: readonly (readonly string[])[]): number {
  const there = flags.filter((each) => !isAway(each));
  return Math.max(there.length, Math.min(flags.length, 1));
}

function isAway(flags: readonly string[]): boolean {
  return AWAY.some((flag) => flags.includes(flag));
}

/** Options for a connection to a Sentinel, which has a user and a password of its own, and no keys. */
function sentinelOptions(options: RedisOptions, host = '127.0.0.1', port = 26379): Partial<RedisOptions> {
  return {
    ...ONCE,
    sentinels: undefined,
    host,
    port,
    username: options.sentinelUsername,
    password: options.sentinelPassword,
    tls: options.sentinelTLS,
    db: 0,
    enableReadyCheck: false,
  };
}

/** The first answer that any of them gives. */
async function askAny<T>(open: readonly (() => Redis)[], ask: (redis: Redis) => Promise<T>): Promise<T> {
  const asked = open.map(async (openOne) => {
    const redis = openOne();
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await ask(redis);
    } finally {
      redis.disconnect();
    }
  });
  return Promise.any(asked).catch((error: unknown) => {
    throw new Error('No Sentinel says which replicas there are', { cause: error });
  });
}

/** A replica, told as names and values by turns, or as an object of both under RESP3. */
function replicaOf(replica: unknown): { readonly name: string; readonly flags: readonly string[] } {
  const fields = Array.isArray(replica) ? (replica as unknown[]) : Object.entries(Object(replica)).flat();
  const valueOf = (field: string): string => String(fields[fields.indexOf(field) + 1]);
  return { name: valueOf('name'), flags: valueOf('flags').split(',') };
}
