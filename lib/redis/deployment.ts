import type { Cluster, Redis } from 'ioredis';
import { clusterOf } from './cluster.js';
import { IMPATIENT, ONCE } from './impatience.js';
import { isSentinelClient, sentinelsOf } from './sentinels.js';

/** A client of ioredis, of whichever kind. */
export type Client = Redis | Cluster;

/**
 * How Redis is deployed: where commands go, where we listen, and how we know that both are still the right place. A
 * single server, Sentinels and a cluster differ in nothing else.
 */
export interface Deployment {
  /** For commands. It leads to where sets are changed, and comes back by itself. */
  readonly commands: Client;
  /**
   * Makes a connection to where announcements are heard; if there are several such places, to another one each time.
   *
   * @throws Error if none is known
   */
  openListener(): Redis;
  /** Who tells that another server has taken over; nobody where none can. */
  readonly guides: Guides | undefined;
  /**
   * Asks whether we still listen at the right place, and whether anything has happened for which an announcement could
   * have been lost: then the answer is another one. Left out where nothing but the connection itself can be asked.
   *
   * @param listener - over which we listen
   * @returns `undefined` if it can't be told now
   * @throws Error if it is the wrong place
   */
  readonly check: ((listener: Redis) => Promise<string | undefined>) | undefined;
  /**
   * Finds out anew where commands belong; left out where that takes a new connection.
   *
   * @param done - called then, or when that has failed
   */
  readonly refresh: ((done: () => void) => void) | undefined;
  /**
   * Which replicas ought to have a change, beside those that are connected to who has made it. Left out where a
   * change is confirmed without any.
   */
  readonly expectedReplicas: (() => Promise<ExpectedReplicas>) | undefined;
}

/** The replicas that ought to have a change. */
export interface ExpectedReplicas {
  readonly count: number;
  /** Those that are away, by host and port, as far as anybody knows. */
  readonly away: readonly string[];
  /** What Sentinels call the primary. */
  readonly name: string;
}

/** Those who tell that another server has taken over. */
export interface Guides {
  /** Each makes a connection to one of them. */
  readonly open: readonly (() => Redis)[];
  readonly channel: string;
  /** Whether a message says that another server has taken over from ours. */
  readonly tellsOfSwitch: (message: string) => boolean;
}

/** Reads from the user's client how Redis is deployed. Nothing connects yet. */
export function deploymentOf(model: Client): Deployment {
  if (model.isCluster) return clusterOf(model as Cluster);
  const redis = model as Redis;
  return isSentinelClient(redis) ? sentinelsOf(redis) : singleServerOf(redis);
}

function singleServerOf(model: Redis): Deployment {
  return {
    commands: model.duplicate(IMPATIENT),
    openListener: () => model.duplicate(ONCE),
    guides: undefined,
    check: undefined,
    refresh: undefined,
    expectedReplicas: undefined,
  };
}
