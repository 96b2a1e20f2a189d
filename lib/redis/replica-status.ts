import type { Client } from './deployment.js';

/** A replica of the app, as {@link CorsRollOut} lists it. */
export interface CorsReplicaStatus {
  /** Its name: the option `replica`. */
  readonly replica: string;
  /** The version that it runs; 0 for `initial`. */
  readonly version: number;
  /** Since when, by its own clock. */
  readonly since: Date;
  /**
   * The version in Redis that it does not run, and why; `undefined` if it runs that one, or has yet to see it. With version 0 Redis
   * has lost the document: what runs here is what was in force, or `initial` where a replica has started since.
   */
  readonly refused: { readonly version: number; readonly reason: string } | undefined;
}

/**
 * How far a version has got, see `RedisCorsOptions.status()`.
 *
 * @example
 * ```ts
 * const { version, replicas } = await options.status();
 * const isDone = replicas.every((replica) => replica.version === version);
 * ```
 */
export interface CorsRollOut {
  /** The version in Redis; 0 where nothing has been published. */
  readonly version: number;
  /** Those that have been heard of within three heartbeats, by name. One that hangs or has lost Redis is not among them. */
  readonly replicas: readonly CorsReplicaStatus[];
}

/** A reason can have a line for each of many origins. */
const MAX_REASON = 4000;

/**
 * How long the list of replicas is kept that nobody tells anything any more, in milliseconds: longer than any of them may be silent,
 * since another one may tell less often.
 */
const REPLICAS_TTL = 4 * 3_600_000;

/** Says what a replica runs, for so many milliseconds. */
export async function tellStatus(
  redis: Client,
  key: string,
  id: string,
  { refused, ...status }: CorsReplicaStatus,
  ttl: number,
): Promise<void> {
  const told = refused && { ...refused, reason: refused.reason.slice(0, MAX_REASON) };
  await Promise.all([
    redis.set(statusKey(key, id), JSON.stringify({ ...status, refused: told }), 'PX', ttl),
    redis.sadd(replicasKey(key), id),
    redis.pexpire(replicasKey(key), REPLICAS_TTL),
  ]);
}

/** Says that a replica is no more. */
export async function endStatus(redis: Client, key: string, id: string): Promise<void> {
  await Promise.all([redis.del(statusKey(key, id)), redis.srem(replicasKey(key), id)]);
}

/** What the replicas have said that are still there. */
export async function readStatuses(redis: Client, key: string): Promise<readonly CorsReplicaStatus[]> {
  const ids = await redis.smembers(replicasKey(key));
  const told = await Promise.all(ids.map(async (id) => ({ id, text: await redis.get(statusKey(key, id)) })));
  const gone = told.filter(({ text }) => text === null);
  if (gone.length > 0) await redis.srem(replicasKey(key), ...gone.map(({ id }) => id));
  return told
    .flatMap(({ text }) => (text === null ? [] : [readStatus(text)]))
    .toSorted((one, other) => (one.replica < other.replica ? -1 : 1));
}

function readStatus(text: string): CorsReplicaStatus {
  const { replica, version, since, refused } = JSON.parse(text) as CorsReplicaStatus;
  return { replica, version, since: new Date(since), refused };
}

/** The ids of the replicas. */
function replicasKey(key: string): string {
  return `${key}:replicas`;
}

/** What one of them says, which expires. */
function statusKey(key: string, id: string): string {
  return `${key}:replica:${id}`;
}
