import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { PLATFORMS } from '../../support/apps.js';
import { lastAllowed, openPage, wrongAnswers, type Page } from './pages.js';
import type { Connection } from './partners-app.js';
import { Replica } from './replicas.js';
import { until } from './until.js';

export const APP = 'https://app.example.com';
export const SHOP = 'https://shop.example.com';
export const KEY = 'nestjs-cors:origins';
export const CHANNEL = `${KEY}:changes`;

/** How long after the announcement a removed origin may still be allowed anywhere, in milliseconds. */
export const HEARD = 200;

/** How long the last answers may take, and the tests to notice, in milliseconds. */
export const SLACK = 150;

/** Nothing that lasts this long happens because time goes by. */
export const LONG = 600_000;

/** A replica on each platform, which remembers for long, so that it forgets for no other reason than that it has to. */
export async function startReplicas(connection: Connection): Promise<readonly Replica[]> {
  const replicas = PLATFORMS.map((platform) => new Replica({ platform, connection, options: { ttl: LONG } }));
  await Promise.all(replicas.map((replica) => replica.ready()));
  return replicas;
}

/** Whether all of them, or none, allow an origin now. */
export async function allAllow(replicas: readonly Replica[], origin: string): Promise<boolean> {
  const answers = await Promise.all(replicas.map((replica) => replica.ask(origin)));
  return answers.every(({ acao }) => acao === origin);
}

/** As {@link allAllow}. */
export async function allRefuse(replicas: readonly Replica[], origin: string): Promise<boolean> {
  const answers = await Promise.all(replicas.map((replica) => replica.ask(origin)));
  return answers.every(({ acao }) => acao === undefined);
}

/** Pages that call all replicas, and somebody who changes the set, one change after the other, while something happens. */
export class Load {
  readonly #replicas: readonly Replica[];
  readonly #pages: readonly Page[];
  readonly #confirmed = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #changing: Promise<void>;
  #isOver = false;
  #attempts = 0;

  /** @param origin - of the pages */
  constructor(
    replicas: readonly Replica[],
    readonly origin: string,
  ) {
    this.#replicas = replicas;
    this.#pages = replicas.map((replica) => openPage(replica, origin));
    this.#changing = this.#change(replicas[0] as Replica);
  }

  /** The origins that {@link Replica} has said to be added, and not removed since. */
  get confirmed(): readonly string[] {
    return [...this.#confirmed];
  }

  /** The origins that were said to be removed. */
  get removed(): readonly string[] {
    return [...this.#removed];
  }

  /** When any of the pages could last read a response. */
  get lastAllowed(): number {
    return Math.max(...this.#pages.map(lastAllowed));
  }

  /** Fulfilled once changes are confirmed, which they are not while a replica still follows another server. */
  async isUnderWay(): Promise<void> {
    await until(() => this.#confirmed.size > 3, 10_000);
  }

  /** Ends it. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all([this.#changing, ...this.#pages.map((page) => page.stop())]);
  }

  /** Ends it, and holds it to what nothing that happens may lead to. */
  async stop(): Promise<void> {
    await this.end();
    for (const page of this.#pages) {
      expect(page.answers.length).toBeGreaterThan(10);
      expect(wrongAnswers(page, this.origin)).toEqual([]);
    }
    for (const replica of this.#replicas) {
      expect(replica.alive).toBe(true);
      expect(replica.output).not.toMatch(/unhandled/i);
    }
  }

  async #change(replica: Replica): Promise<void> {
    while (!this.#isOver) {
      const number = this.#attempts++;
      const origin = `https://${number}.load.example.org`;
      await this.#attempt(async () => {
        await replica.order('add', origin);
        this.#confirmed.add(origin);
      });
      // Every third one is removed again.
      if (number % 3 === 0 && this.#confirmed.delete(origin)) {
        await this.#attempt(async () => {
          await replica.order('remove', origin);
          this.#removed.add(origin);
        });
      }
      await sleep(10);
    }
  }

  async #attempt(change: () => Promise<void>): Promise<void> {
    await change().catch(() => {
      // It may be undone, and is not held to anything.
    });
  }
}

/**
 * Removes an origin from a set by hand, with an announcement, and holds the replicas to refusing it in time.
 *
 * @param remove - removes and announces it
 */
export async function expectHeard(load: Load, remove: () => Promise<unknown>): Promise<void> {
  await remove();
  const at = performance.now();
  await sleep(HEARD + 2 * SLACK);
  expect(load.lastAllowed).toBeGreaterThan(0);
  expect(load.lastAllowed).toBeLessThan(at + HEARD);
}

/** Fulfilled once all replicas refuse an origin that nobody has announced to be removed; says after how long. */
export function forgotten(replicas: readonly Replica[], origin: string, atMost: number): Promise<number> {
  return until(() => allRefuse(replicas, origin), atMost);
}
