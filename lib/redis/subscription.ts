import type { Redis } from 'ioredis';
import { MAX_SILENCE, retryDelay } from './impatience.js';

/** What a subscription has to say. */
export interface SubscriptionListener {
  /** Something was published on the channel. */
  heard(message: string): void;
  /** From now on nothing is missed; before, something may have been. */
  subscribed(): void;
  /** There is no connection. The next one is under way. */
  lost(error: unknown): void;
  /** There is a connection, over which we may not listen. */
  refused(error: unknown): void;
}

/**
 * Listens on a channel, over one connection after the other: when one is lost, the next is opened, and may lead to
 * somewhere else. Each of them is new, so that nothing of the last one is left.
 */
export class Subscription {
  readonly #open: () => Redis;
  readonly #channel: string;
  readonly #listener: SubscriptionListener;
  #redis: Redis | undefined;
  #isSubscribed = false;
  #attempts = 0;
  #next: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param open - makes the next connection, which is not to come back by itself; throws if there is nowhere to go */
  constructor(open: () => Redis, channel: string, listener: SubscriptionListener) {
    this.#open = open;
    this.#channel = channel;
    this.#listener = listener;
  }

  /** The connection over which it listens; `undefined` while it does not. */
  get connection(): Redis | undefined {
    return this.#isSubscribed ? this.#redis : undefined;
  }

  /** Opens a connection; fulfilled once that has succeeded or failed. */
  async connect(): Promise<void> {
    if (this.#closed) return;
    const redis = this.#begin();
    if (redis === undefined) return;
    const failure = await redis.connect().then(
      () => undefined,
      (error: unknown) => Object(error) as object,
    );
    if (failure !== undefined || this.#redis !== redis) return;
    this.#heartbeat ??= setInterval(() => this.#ping(), MAX_SILENCE).unref();
    try {
      await redis.subscribe(this.#channel);
    } catch (error) {
      // If the connection is lost again, the next one subscribes.
      if (redis.status === 'ready') this.#listener.refused(error);
      return;
    }
    if (this.#redis !== redis) return;
    this.#attempts = 0;
    this.#isSubscribed = true;
    // Not before: only what is published after Redis has confirmed the subscription is heard here.
    this.#listener.subscribed();
  }

  /** Does not wait any longer, if it waits, for the next attempt to connect. */
  hurry(): void {
    if (this.#next === undefined) return;
    this.#attempts = 0;
    this.#abandon();
    void this.connect();
  }

  /** Gives the connection up, and opens the next one. */
  leave(): void {
    this.#abandon();
    void this.connect();
  }

  /** Stops listening, for good. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#abandon();
  }

  #begin(): Redis | undefined {
    try {
      const redis = this.#open();
      this.#redis = redis;
      // ioredis writes errors that nobody listens to on the console.
      redis.on('error', (error) => this.#listener.lost(error));
      redis.on('message', (_channel, message) => this.#listener.heard(message));
      redis.once('end', () => {
        if (this.#redis === redis) this.#retry();
      });
      return redis;
    } catch (error) {
      this.#listener.lost(error);
      this.#retry();
      return undefined;
    }
  }

  #retry(): void {
    this.#abandon();
    this.#next = setTimeout(() => {
      this.#next = undefined;
      void this.connect();
    }, retryDelay(++this.#attempts));
  }

  #abandon(): void {
    const redis = this.#redis;
    this.#redis = undefined;
    this.#isSubscribed = false;
    clearTimeout(this.#next);
    this.#next = undefined;
    if (redis !== undefined && redis.status !== 'end') redis.disconnect();
  }

  /**
   * Makes Redis owe an answer on the connection that only listens. A connection that is dead without having been closed,
   * as behind a router that has forgotten it, would else be as silent as one on which nothing happens.
   */
  #ping(): void {
    this.#redis?.ping().catch(() => {
      // Where there is no connection, the next one is under way.
    });
  }
}
