import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Redis, RedisOptions } from 'ioredis';

/** For how long Redis may say nothing while it owes an answer until the connection counts as dead, in milliseconds. */
const MAX_SILENCE = 5000;

/** The longest pause between two attempts to connect, in milliseconds. */
const MAX_RETRY_DELAY = 2000;

/**
 * For how long a connection that is being closed may stay open, in milliseconds. Without Redis the end of the process
 * takes as long: ioredis waits for connections that are closed already.
 */
const MAX_CLOSING = 200;

/** Where our connections differ from the user's client: nothing waits for a connection that is lost. */
const IMPATIENT: Partial<RedisOptions> = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // ioredis would tell nobody when it is done, and end the process if it fails (redis/ioredis#2187).
  autoResubscribe: false,
  retryStrategy: (attempts) => Math.min(attempts * 50, MAX_RETRY_DELAY),
  // Who asks decides how long to wait, and can still use an answer that comes late. Where none comes, the connection is
  // given up, with all that waits for it: the commands that a Redis that hangs has not answered would fill the memory.
  commandTimeout: undefined,
  socketTimeout: MAX_SILENCE,
  disconnectTimeout: MAX_CLOSING,
  stringNumbers: false,
};

/** What connections have to say. */
export interface ConnectionListener {
  /** Something was published on the channel. */
  announced(message: string): void;
  /** From now on nothing is missed, but something may have been. */
  missed(): void;
}

/** What is said in the log of those whose connections they are. */
export interface ConnectionWords {
  readonly name: string;
  /** What follows from it that Redis cannot be reached. */
  readonly whenLost: string;
  /** What follows from it that the channel cannot be subscribed to. */
  readonly whenDeaf: string;
}

const WORDS_OF_ORIGINS: ConnectionWords = {
  name: 'RedisOrigins',
  whenLost: 'Cached verdicts hold until they expire, then origins are refused.',
  whenDeaf: 'changes are noticed when cached verdicts expire',
};

/**
 * Two connections of our own, made after the model of the user's client: one for commands and one for the channel,
 * which RESP2 wants to have for itself. Nothing is sent over the user's client, whose queues and retries are made for
 * commands that can wait.
 *
 * They connect when they are first needed, reconnect for as long as they are not closed, and never keep a command for
 * later: what can't be sent or is not answered fails.
 */
export class RedisConnections {
  readonly #logger: Logger;
  readonly #words: ConnectionWords;
  readonly #commands: Redis;
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #listener: ConnectionListener;
  #firstAttempt: Promise<void> | undefined;
  #subscription: Promise<void> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #lost = false;
  #closed = false;

  /**
   * @param model - the user's client
   * @param channel - where changes are announced
   */
  constructor(model: Redis, channel: string, listener: ConnectionListener, words = WORDS_OF_ORIGINS) {
    this.#logger = new Logger(words.name);
    this.#words = words;
    this.#channel = channel;
    this.#listener = listener;
    this.#commands = this.#open(model);
    this.#subscriber = this.#open(model);
    this.#commands.on('ready', () => {
      listener.missed();
      this.#found();
    });
    this.#subscriber.on('ready', () => {
      this.#subscription = this.#subscribe();
      this.#heartbeat ??= setInterval(() => this.#ping(), MAX_SILENCE).unref();
    });
    this.#subscriber.on('message', (_channel, message) => listener.announced(message));
  }

  /**
   * Sends commands, now or never.
   *
   * @throws Error if there is no connection, or none any more before the answer, or what Redis says if it refuses
   */
  async send<T>(ask: (redis: Redis) => Promise<T>): Promise<T> {
    await this.connect();
    if (this.#closed || this.#commands.status !== 'ready') throw new Error('Redis is not connected');
    try {
      return await ask(this.#commands);
    } catch (error) {
      if (this.#commands.status === 'ready') throw error;
      throw new Error('The connection to Redis was lost before the answer', { cause: error });
    }
  }

  /** Connects; fulfilled once the first attempt has succeeded or failed. A later attempt is made by itself. */
  connect(): Promise<void> {
    this.#firstAttempt ??= Promise.allSettled([this.#commands.connect(), this.#subscriber.connect()]).then(
      () => this.#subscription,
    );
    return this.#firstAttempt;
  }

  /** As {@link connect}, but fulfilled after so many milliseconds in any case. */
  async connectWithin(milliseconds: number): Promise<void> {
    const connected = new AbortController();
    const timeout = sleep(milliseconds, undefined, { signal: connected.signal }).catch(() => {});
    await Promise.race([this.connect(), timeout]);
    connected.abort();
  }

  /** Closes both for good. Redis still gets, and answers, what has been sent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Nobody may open what was never opened.
    this.#firstAttempt ??= Promise.resolve();
    clearInterval(this.#heartbeat);
    this.#commands.disconnect();
    this.#subscriber.disconnect();
  }

  #open(model: Redis): Redis {
    const redis = model.duplicate(IMPATIENT);
    // ioredis writes errors that nobody listens to on the console.
    redis.on('error', (error) => this.#lose(error));
    return redis;
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#channel);
    } catch (error) {
      // If the connection is lost again, the next one subscribes.
      if (this.#subscriber.status === 'ready') {
        this.#logger.error(
          `Can't subscribe to ${this.#channel}, so that ${this.#words.whenDeaf}: ${messageOf(error)}`,
        );
      }
      return;
    }
    // Not before: only what changes after Redis has confirmed the subscription is announced here.
    this.#listener.missed();
    this.#found();
  }

  /**
   * Makes Redis owe an answer on the connection that only listens. A connection that is dead without having been closed,
   * as behind a router that has forgotten it, would else be as silent as one on which nothing happens.
   */
  #ping(): void {
    this.#subscriber.ping().catch(() => {
      // Where there is no connection, the next one is under way.
    });
  }

  /** Each attempt to connect fails with an error of its own; what matters is when it began and when it is over. */
  #lose(error: Error): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#logger.error(`Redis can't be reached: ${messageOf(error)}. ${this.#words.whenLost}`);
  }

  #found(): void {
    if (!this.#lost || this.#commands.status !== 'ready' || this.#subscriber.status !== 'ready') return;
    this.#lost = false;
    this.#logger.log('Redis is back');
  }
}

/** An error of several attempts, one for each address of a host, has no message of its own. */
function messageOf(error: unknown): string {
  const { message, code } = Object(error) as { readonly message?: unknown; readonly code?: unknown };
  return String(message || code || error);
}
