import type { Cluster, ClusterOptions, Redis } from 'ioredis';
import type { Deployment } from './deployment.js';
import { IMPATIENT, MAX_SILENCE, ONCE, retryDelay } from './impatience.js';

/** For how long a node may say nothing until we listen at another one, in milliseconds. */
const MAX_WAIT = 2000;

/** {@link IMPATIENT}, for a cluster. */
function impatientOf({ redisOptions }: ClusterOptions) {
  const { retryStrategy: _, enableOfflineQueue: __, ...impatient } = IMPATIENT;
  return {
    lazyConnect: true,
    // Nothing is sent while the cluster is not ready. But its nodes are connected to when they are first needed, and who
    // asks meanwhile would be refused.
    enableOfflineQueue: true,
    scaleReads: 'master' as const,
    shardedSubscribers: false,
    clusterRetryStrategy: retryDelay,
    // What was sent over a connection that is lost may have been done.
    retryDelayOnFailover: 0,
    redisOptions: {
      ...redisOptions,
      ...impatient,
      connectTimeout: MAX_SILENCE,
      replyMapping: 'legacy' as const,
    },
  };
}

/**
 * A cluster. What is published at one of its nodes is published at all, so that we listen at any one, over an ordinary
 * connection: the subscription of ioredis' own does not notice that its node is frozen, and tells nobody when it was
 * interrupted. Not by sharded channels either: these would be other channels than those of replicas with an older
 * version, and tied to a slot.
 */
export function clusterOf(model: Cluster): Deployment {
  const commands = model.duplicate([], impatientOf(model.options));
  let turn = Math.floor(Math.random() * 1024);
  return {
    commands,
    openListener: () => {
      const nodes = commands.nodes();
      const node = nodes[turn++ % nodes.length];
      if (node === undefined) throw new Error('No node of the cluster is known');
      return node.duplicate({ ...ONCE, readOnly: false, connectTimeout: MAX_WAIT, socketTimeout: MAX_WAIT });
    },
    guides: undefined,
    check: async (listener) => {
      const nodes = commands.nodes();
      const node = nodes.find((each) => isSameNode(each, listener));
      if (node === undefined) throw new Error('The node has left the cluster');
      const epoch = epochOf(await node.cluster('INFO'));
      // Where all of them are down there is no better one, and what is announced once they are up again is heard here.
      if (epoch === undefined && (await anyIsUp(nodes)))
        throw new Error('The node is cut off from the cluster');
      return epoch;
    },
    refresh: (done) => commands.refreshSlotsCache(done),
    // Those that are connected. A planned failover in a cluster waits for them.
    expectedReplicas: () => Promise.resolve({ count: 0, away: [], name: '' }),
  };
}

/**
 * What tells one state of the cluster from another: every failover and every move of a slot begins a new epoch.
 *
 * @param info - what a node says of the cluster
 * @returns `undefined` if it is down, or the node is cut off from it: then what is published elsewhere may not arrive
 */
export function epochOf(info: unknown): string | undefined {
  const isUp = fieldOf(String(info), 'cluster_state') === 'ok';
  return isUp ? fieldOf(String(info), 'cluster_current_epoch') : undefined;
}

/** Whether any node takes the cluster to be up. */
async function anyIsUp(nodes: readonly Redis[]): Promise<boolean> {
  const asked = nodes.map(async (node) => {
    if (epochOf(await node.cluster('INFO')) === undefined) throw new Error('The cluster is down');
    return true;
  });
  return Promise.any(asked).catch(() => false);
}

function fieldOf(info: string, name: string): string | undefined {
  const line = info.split('\r\n').find((each) => each.startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}

function isSameNode(one: Redis, other: Redis): boolean {
  return one.options.host === other.options.host && one.options.port === other.options.port;
}
