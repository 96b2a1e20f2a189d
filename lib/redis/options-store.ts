import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './deployment.js';
import type { RedisConnections } from './redis-connections.js';
import { within } from './within.js';

/*
 * The document in Redis: a hash with its `version`, its `id` and the `document` itself, which change together.
 */

/**
 * Which options: the version counts up, and the id tells two apart that have the same version, as there may be where Redis has
 * lost the last one in a failover.
 */
export interface Edition {
  /** 0 where nothing has been published. */
  readonly version: number;
  readonly id: string;
}

/** Before anything is published. */
export const NO_EDITION: Edition = { version: 0, id: '' };

export function isSameEdition(one: Edition, other: Edition): boolean {
  return one.version === other.version && one.id === other.id;
}

/** What is in Redis. */
export interface StoredOptions {
  readonly edition: Edition;
  readonly document: string;
}

/** How often the start of an app tries to reach Redis, in milliseconds. */
const RETRY = 100;

/** Where the document is, and where a new version is announced. */
export interface StorePlace {
  readonly key: string;
  readonly channel: string;
}

/** Which edition is in Redis, whose document may be long. */
export async function readEdition(redis: Client, key: string): Promise<Edition> {
  const [version, id] = await redis.hmget(key, 'version', 'id');
  return toEdition(version, id);
}

/** The edition in Redis with its document, which is empty where there is none. */
export async function readStored(redis: Client, key: string): Promise<StoredOptions> {
  const [version, id, document] = await redis.hmget(key, 'version', 'id', 'document');
  return { edition: toEdition(version, id), document: document ?? '' };
}

/**
 * As {@link readStored}, when an app starts: Redis may do so at the same time.
 *
 * @throws Error (the promise rejects) why the last attempt has failed, after so many milliseconds
 */
export async function firstStored(
  connections: RedisConnections,
  { key, timeout }: { readonly key: string; readonly timeout: number },
): Promise<StoredOptions> {
  const end = performance.now() + timeout;
  for (;;) {
    try {
      const attempt = connections.send((redis) => readStored(redis, key));
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      const stored = await within(end - performance.now(), attempt);
      if (stored !== undefined) return stored;
      throw new Error('It does not answer');
    } catch (error) {
      if (performance.now() + RETRY > end) throw error;
    }
    // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
    await sleep(RETRY);
  }
}

/** Of fields that are null where they are not there. */
function toEdition(version?: string | null, id?: string | null): Edition {
  return { version: Number(version ?? NO_EDITION.version), id: id ?? NO_EDITION.id };
}

/** In one step: a version that is not announced would be noticed at the next heartbeat. */
const STORE = `
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= tonumber(ARGV[1]) then return { 0, version } end
redis.call('HSET', KEYS[1], 'version', version + 1, 'id', ARGV[2], 'document', ARGV[3])
redis.call('PUBLISH', ARGV[4], version + 1)
return { 1, version + 1 }`;

/**
 * Puts a document in the place of the one that has a certain version, and announces it.
 *
 * @param basedOn - the version that it is to follow, 0 for none
 * @returns whether that was done, and the version that is in Redis now
 */
export async function storeDocument(
  redis: Client,
  { key, channel }: StorePlace,
  document: string,
  basedOn: number,
): Promise<{ readonly isStored: boolean; readonly version: number }> {
  const reply = await redis.eval(STORE, 1, key, basedOn, randomUUID(), document, channel);
  const [isStored, version] = reply as [number, number];
  return { isStored: isStored === 1, version };
}
