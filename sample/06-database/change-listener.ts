import { setInterval as everySoOften, setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { CHANNEL, PATIENCE } from './postgres.js';

/** How long after a connection is lost another one is tried, in milliseconds. */
const RETRY = 250;

/** How often the server is asked whether it is still there, in milliseconds: a connection can die without being closed. */
const HEARTBEAT = 2_000;

/**
 * Listens to what PostgreSQL announces, over a connection of its own: those of a pool go to whoever comes next. PostgreSQL keeps
 * nothing for those who are not connected, so whoever was away has missed an unknown number of changes.
 */
export class ChangeListener {
  private readonly logger = new Logger(ChangeListener.name);
  private readonly closing = new AbortController();
  private connected = false;

  /**
   * @param url - of the database
   * @param changed - told which origin has changed; nothing if it can be any of them
   */
  constructor(
    private readonly url: string,
    private readonly changed: (origin?: string) => void,
  ) {}

  /** Whether every change is heard at the moment. */
  get isListening(): boolean {
    return this.connected;
  }

  /** Listens until it is closed, and connects again and again. */
  async open(): Promise<void> {
    const { signal } = this.closing;
    let isKnown = false;
    while (!signal.aborted) {
      const error = await this.listen(() => (isKnown = false));
      if (signal.aborted) return;
      if (!isKnown) this.logger.warn(`Changes are not heard of, so nothing is remembered: ${error.message}`);
      isKnown = true;
      await sleep(RETRY, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Closes the connection. */
  close(): void {
    this.closing.abort();
  }

  /**
   * Listens for as long as one connection lasts.
   *
   * @returns why it has ended
   */
  private async listen(connected: () => void): Promise<Error> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'nestjs-cors sample, listening',
      connectionTimeoutMillis: PATIENCE,
      query_timeout: PATIENCE,
    });
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, this.closing.signal]);
    const lost = new Promise<Error>((resolve) => {
      client.on('error', resolve);
      client.on('end', () => resolve(new Error('the connection was closed')));
    });
    client.on('notification', ({ payload }) => this.changed(payload === '' ? undefined : payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      // Whatever has been missed: from here on nothing is.
      this.changed();
      this.connected = true;
      connected();
      return await Promise.race([lost, beat(client, signal)]);
    } catch (error) {
      return error as Error;
    } finally {
      this.connected = false;
      ending.abort();
      void client.end().catch(() => {});
    }
  }
}

/** Asks the server for a sign of life again and again, until there is none. */
async function beat(client: pg.Client, signal: AbortSignal): Promise<never> {
  for await (const _ of everySoOften(HEARTBEAT, undefined, { signal, ref: false }))
    await client.query('SELECT 1');
  throw new Error('it goes on for ever');
}
