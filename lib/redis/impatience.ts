import type { RedisOptions } from 'ioredis';

/** For how long Redis may say nothing while it owes an answer until the connection counts as dead, in milliseconds. */
export const MAX_SILENCE = 5000;

/** For how long a Sentinel may say nothing until the next one is asked, in milliseconds. */
const MAX_SENTINEL_SILENCE = 2000;

/** The longest pause between two attempts to connect, in milliseconds. */
const MAX_RETRY_DELAY = 2000;

/**
 * For how long a connection that is being closed may stay open, in milliseconds. Without Redis the end of the process
 * takes as long: ioredis waits for connections that are closed already.
 */
const MAX_CLOSING = 200;

/** How long to wait before so many-th attempt to connect, in milliseconds. */
export function retryDelay(attempts: number): number {
  return Math.min(attempts * 50, MAX_RETRY_DELAY);
}

/** Where our connections differ from the user's client: nothing waits for a connection that is lost. */
export const IMPATIENT: Partial<RedisOptions> = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // ioredis would tell nobody when it is done, and end the process if it fails (redis/ioredis#2187).
  autoResubscribe: false,
  retryStrategy: retryDelay,
  // With a strategy that gives up, a connection would be lost for good.
  sentinelRetryStrategy: retryDelay,
  // Else one that hangs would be waited for without end, and the others never asked.
  sentinelCommandTimeout: MAX_SENTINEL_SILENCE,
  // We listen at the Sentinels ourselves: this one writes on the console about each that can't be reached.
  failoverDetector: false,
  // Who asks decides how long to wait, and can still use an answer that comes late. Where none comes, the connection is
  // given up, with all that waits for it: the commands that a Redis that hangs has not answered would fill the memory.
  commandTimeout: undefined,
  socketTimeout: MAX_SILENCE,
  disconnectTimeout: MAX_CLOSING,
  stringNumbers: false,
  // What Redis says of itself is read in the one form that all versions of ioredis have.
  replyMapping: 'legacy',
};

/** For a connection that is not opened again once it is lost. */
export const ONCE: Partial<RedisOptions> = { ...IMPATIENT, retryStrategy: () => null };
