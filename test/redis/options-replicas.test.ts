import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { CorsModuleOptions } from '../../lib/index.js';
import type { CorsRollOut } from '../../lib/redis/index.js';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import type { OptionsReplicaTask } from './support/options-replica.js';
import { Proxy } from './support/proxy.js';
import { RedisServer } from './support/redis-server.js';
import { Replica, type Answer } from './support/replicas.js';
import { until } from './support/until.js';

const PROGRAM = new URL('support/options-replica.ts', import.meta.url);

/** Allowed by every version. */
const ALWAYS = 'https://always.example.com';

/** How long after it is announced a version may not be in force yet anywhere, in milliseconds. */
const ADOPTED = 200;

/** For how long a version of many origins may keep a replica from answering, in milliseconds. */
const BLOCKED = 20;
const MANY = 100_000;

/** Repeated where something else may have kept the machine busy. */
const ATTEMPTS = 8;

/** Options in which everything that shows says which version they are. */
function versionOf(version: number): CorsModuleOptions {
  const isEven = version % 2 === 0;
  return {
    origin: [ALWAYS, `https://v${version}.example.com`],
    credentials: isEven,
    maxAge: version,
    exposedHeaders: [`x-first-${version}`, isEven ? 'x-even' : 'x-odd', `x-last-${version}`],
  };
}

/** The version that an answer to {@link ALWAYS} is of; throws where it is of none, or of several. */
function versionIn({ status, acao, headers }: Answer): number {
  const exposed = headers['access-control-expose-headers'];
  const maxAge = headers['access-control-max-age'];
  const version = Number(maxAge ?? /\d+/.exec(String(exposed))?.[0]);
  const { credentials, exposedHeaders } = versionOf(version);
  const isPreflight = maxAge !== undefined;
  expect([status, acao, exposed?.split(/,\s*/), headers['access-control-allow-credentials']]).toEqual([
    isPreflight ? 204 : 200,
    ALWAYS,
    isPreflight ? undefined : exposedHeaders,
    credentials === true ? 'true' : undefined,
  ]);
  return version;
}

/** A request that asks whether another may be sent. */
const PREFLIGHT = { method: 'OPTIONS', 'access-control-request-method': 'PUT' };

/** A page that calls a replica over and over again, several calls at a time, until it is told to stop. */
class Page {
  readonly answers: Answer[] = [];
  readonly #closing = new AbortController();
  readonly #calling: Promise<unknown>;

  constructor(replica: Replica) {
    const call = async (request?: object): Promise<void> => {
      while (!this.#closing.signal.aborted) {
        this.answers.push(await replica.ask(ALWAYS, '/cats', request));
        await sleep(5);
      }
    };
    this.#calling = Promise.all([call(), call(), call(PREFLIGHT)]);
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#calling;
  }
}

/** When the last request was sent that was answered by another version. */
function lastOfOther(version: number, { answers }: Page): number {
  return Math.max(
    0,
    ...answers.filter((answer) => versionIn(answer) !== version).map(({ sentAt }) => sentAt),
  );
}

/** Requests that were answered by a version earlier than one that had answered already when they were sent. */
function steppedBack({ answers }: Page): readonly Answer[] {
  const answered = answers
    .map((answer) => ({ answer, version: versionIn(answer) }))
    .toSorted((one, other) => one.answer.at - other.answer.at);
  const sent = answered.toSorted((one, other) => one.answer.sentAt - other.answer.sentAt);
  let [passed, latest] = [0, 0];
  return sent.flatMap(({ answer, version }) => {
    for (let next = answered[passed]; next && next.answer.at < answer.sentAt; next = answered[++passed])
      latest = Math.max(latest, next.version);
    return version < latest ? [answer] : [];
  });
}

describe('three replicas with options in Redis', () => {
  const own = startedBySuite();
  let server: RedisServer;
  let redis: Redis;
  let proxy: Proxy;
  let replicas: readonly [Replica, Replica, Replica];

  beforeAll(async () => {
    server = await own(RedisServer.start(), (started) => started.stop());
    redis = server.client();
    proxy = await own(Proxy.to(server.port), (started) => started.close());
    const config = { initial: versionOf(0), heartbeat: 500 };
    const start = (platform: Platform, name: string, port: number): Replica => {
      const task = { platform, connection: { port }, config: { ...config, replica: name } };
      return new Replica(task satisfies OptionsReplicaTask, PROGRAM);
    };
    const [fastify, express] = PLATFORMS as [Platform, Platform];
    replicas = [
      start(fastify, 'first', server.port),
      start(express, 'second', server.port),
      start(fastify, 'third', proxy.port),
    ];
    await Promise.all(replicas.map((replica) => replica.ready()));
  });

  afterAll(() => Promise.all(replicas.map((replica) => replica.kill())));

  let version = 0;

  /** Has a replica publish the next version; says when it was announced to somebody else who listens. */
  async function publish(by: Replica): Promise<number> {
    const listener = server.client();
    await listener.subscribe('nestjs-cors:options:changes');
    const announced = new Promise<number>((resolve) => {
      listener.once('message', () => resolve(performance.now()));
    });
    version++;
    expect(await by.call('publish', versionOf(version))).toBe(version);
    const at = await announced;
    listener.disconnect();
    return at;
  }

  const run = async (replica: Replica): Promise<number> => versionIn(await replica.ask(ALWAYS, '/cats'));

  /** Fulfilled when all of them run the last version. */
  async function settled(): Promise<number> {
    return until(async () => (await Promise.all(replicas.map(run))).every((one) => one === version));
  }

  it(`take on each version as a whole, within ${ADOPTED} ms of the announcement, under load`, async () => {
    const pages = replicas.map((replica) => new Page(replica));
    await sleep(200);
    const late: number[] = [];
    for (let round = 0; round < 12; round++) {
      const by = replicas[round % 3] as Replica;
      const at = await publish(by);
      await sleep(ADOPTED);
      await settled();
      late.push(Math.max(...pages.map((page) => lastOfOther(version, page))) - at);
    }
    await Promise.all(pages.map((page) => page.stop()));
    for (const page of pages) {
      expect(page.answers.length).toBeGreaterThan(100);
      // versionIn() has none that is of two versions, and there are answers of most.
      expect(new Set(page.answers.map(versionIn)).size).toBeGreaterThan(10);
      expect(steppedBack(page)).toEqual([]);
    }
    // Once, the machine may have been busy with something else.
    expect(late.toSorted((one, other) => other - one)[1]).toBeLessThan(ADOPTED);
    expect(Math.max(...late)).toBeLessThan(5 * ADOPTED);
  });

  it('tell which version each of them runs', async () => {
    await publish(replicas[1]);
    await settled();
    const rollOut = await until(async () => {
      const found = await replicas[2].call<CorsRollOut>('status');
      return found.replicas.every((replica) => replica.version === version);
    }).then(() => replicas[2].call<CorsRollOut>('status'));
    expect(rollOut.version).toBe(version);
    expect(rollOut.replicas.map(({ replica }) => replica)).toEqual(['first', 'second', 'third']);
    for (const { since, refused } of rollOut.replicas) {
      expect(Date.now() - Date.parse(String(since))).toBeLessThan(60_000);
      expect(refused).toBeUndefined();
    }
  });

  it('have the last version after one was away: stopped', async () => {
    const [first, second] = replicas;
    second.pause();
    try {
      await publish(first);
      await publish(first);
      await until(async () => {
        const { replicas: there } = await first.call<CorsRollOut>('status');
        return there.length === 2 && there.every((replica) => replica.version === version);
      });
    } finally {
      second.resume();
    }
    const took = await until(async () => (await run(second)) === version);
    expect(took).toBeLessThan(1000);
    await until(async () => (await first.call<CorsRollOut>('status')).replicas.length === 3);
  });

  it('have the last version after one was away: its connections closed, and no new ones', async () => {
    const [first, , third] = replicas;
    const before = await run(third);
    proxy.cut();
    await publish(first);
    await publish(first);
    await sleep(1200);
    expect(await run(third)).toBe(before);
    proxy.mend();
    await until(async () => (await run(third)) === version);
    expect(third.output).toMatch(/Redis can't be reached: .*The options in force stay/);
    await until(() => third.output.includes('Redis is back'));
  });

  it('have the last version after one was away: its connections dead, and nobody said so', async () => {
    const [first, , third] = replicas;
    const before = await run(third);
    proxy.forget('');
    await publish(first);
    await sleep(1200);
    expect(await run(third)).toBe(before);
    await until(async () => (await run(third)) === version, 20_000);
  });

  it('agree on one of several that were published at once', async () => {
    await settled();
    const outcomes = await Promise.allSettled(
      // Said, since whoever hears of the first one before it has begun would base its own on that.
      replicas.map((replica) => replica.call<number>('publish', versionOf(version + 1), version)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(failures).toEqual([
      expect.stringContaining(`based on version ${version}, and version ${version + 1} is in Redis`),
      expect.stringContaining('CorsOptionsConflictError'),
    ]);
    version++;
    await settled();
  });

  it(`are kept from answering for less than ${BLOCKED} ms by ${MANY} origins, the one that publishes as well`, async () => {
    const [by] = replicas;
    // What is watched would be noticed.
    await by.call('watch');
    await by.call('work', 2 * BLOCKED);
    expect(await by.call('longestBlock')).toBeGreaterThan(BLOCKED);

    const least = [Infinity, Infinity, Infinity];
    let attempts = 0;
    while (attempts < ATTEMPTS && Math.max(...least) >= BLOCKED) {
      await by.call('make', MANY, `n${attempts++}`, versionOf(++version));
      await Promise.all(replicas.map((replica) => replica.call('watch')));
      const pages = replicas.map((replica) => new Page(replica));
      expect(await by.call('publishMade')).toBe(version);
      await settled();
      await Promise.all(pages.map((page) => page.stop()));
      for (const page of pages) expect(steppedBack(page)).toEqual([]);
      // The last answer that a page has read is not always the last one that was sent.
      expect(await Promise.all(replicas.map(run))).toEqual([version, version, version]);
      const blocks = await Promise.all(replicas.map((replica) => replica.call<number>('longestBlock')));
      for (const [index, block] of blocks.entries()) least[index] = Math.min(least[index] as number, block);
    }
    const last = `https://n${attempts - 1}-${MANY - 1}.example.com`;
    for (const replica of replicas) expect((await replica.ask(last, '/cats')).acao).toBe(last);
    expect(Math.max(...least)).toBeLessThan(BLOCKED);
  });

  it('end by themselves, and say so', async () => {
    const [first, second, third] = replicas;
    expect(await second.close()).toEqual({ code: 0, signal: null });
    expect((await first.call<CorsRollOut>('status')).replicas.map(({ replica }) => replica)).toEqual([
      'first',
      'third',
    ]);
    await server.kill();
    await until(() => third.output.split("Redis can't be reached").length > 2);
    expect(await third.close()).toEqual({ code: 0, signal: null });
    expect(await first.close()).toEqual({ code: 0, signal: null });
    expect(redis.status).not.toBe('ready');
    for (const { output } of replicas) expect(output).not.toMatch(/unhandled/i);
  });
});
