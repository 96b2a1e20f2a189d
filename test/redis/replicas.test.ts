import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { RedisOriginsOptions } from '../../lib/redis/index.js';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import { RedisServer } from './support/redis-server.js';
import { lastAllowed, openPage, slowest, wrongAnswers, type Page } from './support/pages.js';
import { Replica } from './support/replicas.js';
import { FIXED } from './support/partners-app.js';
import { until } from './support/until.js';

const APP = 'https://app.example.com';
const SHOP = 'https://shop.example.com';
const EVIL = 'https://evil.example.net';
const KEY = 'nestjs-cors:origins';
const CHANNEL = `${KEY}:changes`;

/** How long after the announcement a removed origin may still be allowed anywhere, in milliseconds. */
const HEARD = 200;

/** How long the last answers may take, and the tests to notice, in milliseconds. */
const SLACK = 150;

/** Nothing that lasts this long happens because time goes by. */
const LONG = 600_000;

describe('three replicas', () => {
  const ownRedis = startedBySuite();
  let server: RedisServer;
  let redis: Redis;
  let replicas: readonly Replica[] = [];

  beforeAll(async () => {
    server = await ownRedis(RedisServer.start(), (started) => started.stop());
    redis = server.client();
  });

  beforeEach(async () => {
    await redis.flushall();
    await redis.multi().sadd(KEY, APP, SHOP).publish(CHANNEL, 'all').exec();
  });

  async function start(options: RedisOriginsOptions, connection = {}): Promise<void> {
    const task = { options, connection: { port: server.port, ...connection } };
    replicas = [...PLATFORMS, PLATFORMS[0] as Platform].map((platform) => new Replica({ ...task, platform }));
    await Promise.all(replicas.map((replica) => replica.ready()));
  }

  async function everyReplica(origin: string): Promise<readonly boolean[]> {
    const answers = await Promise.all(replicas.map((replica) => replica.ask(origin)));
    return answers.map(({ acao }) => acao === origin);
  }

  /** When the next change was announced to somebody else who listens. */
  async function nextAnnouncement(): Promise<() => Promise<number>> {
    const listener = server.client();
    await listener.subscribe(CHANNEL);
    const heard = new Promise<number>((resolve) => {
      listener.once('message', () => {
        resolve(performance.now());
        listener.disconnect();
      });
    });
    return () => heard;
  }

  async function stop(): Promise<void> {
    await Promise.all(replicas.map((replica) => replica.kill()));
  }

  describe('that remember for long', () => {
    beforeAll(() => start({ ttl: LONG }));
    afterAll(stop);

    it(`refuse a removed origin within ${HEARD} ms of the announcement, and allow an added one`, async () => {
      const pages = replicas.map((replica) => openPage(replica, APP));
      for (const by of replicas) {
        await until(async () => (await everyReplica(APP)).every(Boolean));
        const announced = await nextAnnouncement();
        expect(await by.order('remove', APP)).toBe(true);
        const at = await announced();
        await sleep(HEARD + 2 * SLACK);
        for (const page of pages) {
          expect(page.answers.length).toBeGreaterThan(10);
          expect(lastAllowed(page)).toBeLessThan(at + HEARD);
        }
        expect(await everyReplica(APP)).toEqual([false, false, false]);
        expect(await everyReplica(SHOP)).toEqual([true, true, true]);
        expect(await by.order('add', APP)).toBe(true);
      }
      await until(async () => (await everyReplica(APP)).every(Boolean), HEARD + SLACK);
      await Promise.all(pages.map((page) => page.stop()));
      for (const page of pages) expect(wrongAnswers(page, APP)).toEqual([]);
    });

    it('refuse an origin that was removed while their subscriptions were severed, once they are back', async () => {
      expect(await everyReplica(APP)).toEqual([true, true, true]);
      expect(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThanOrEqual(3);
      await redis.multi().srem(KEY, APP).publish(CHANNEL, APP).exec();
      await until(async () => (await everyReplica(APP)).every((allowed) => !allowed), 1000);
    });

    it('end by themselves once they are closed, with Redis and without', async () => {
      const [first, ...others] = replicas as readonly [Replica, ...Replica[]];
      expect(await everyReplica(APP)).toEqual([true, true, true]);
      expect(await first.close()).toEqual({ code: 0, signal: null });
      await server.kill();
      try {
        await until(() => others.every(({ output }) => output.includes("Redis can't be reached")));
        for (const replica of others) expect(await replica.close()).toEqual({ code: 0, signal: null });
      } finally {
        await server.start();
      }
    });
  });

  describe('that remember for a second', () => {
    const ttl = 1000;
    const timeout = 500;

    beforeAll(() => start({ ttl, timeout }));
    afterAll(stop);

    it('refuse a removed origin within the ttl where nothing is announced', async () => {
      expect(await everyReplica(APP)).toEqual([true, true, true]);
      const pages = replicas.map((replica) => openPage(replica, APP));
      // In the middle of the ttl, so that all have a verdict that is still to be used for a while.
      await sleep(ttl / 2);
      await redis.srem(KEY, APP);
      const at = performance.now();
      await sleep(ttl + 2 * SLACK);
      await Promise.all(pages.map((page) => page.stop()));
      for (const page of pages) {
        expect(lastAllowed(page)).toBeGreaterThan(at);
        expect(lastAllowed(page)).toBeLessThan(at + ttl + SLACK);
        expect(page.answers.at(-1)?.acao).toBeUndefined();
      }
    });

    it('survive under load that Redis is killed and started again', async () => {
      const [first] = replicas as readonly [Replica];
      await first.order('add', EVIL);
      await until(async () => (await everyReplica(EVIL)).every(Boolean));
      await first.order('remove', EVIL);
      await until(async () => (await everyReplica(EVIL)).every((allowed) => !allowed));

      const origins = [APP, SHOP, FIXED, EVIL, 'https://never.example.org'];
      const load = replicas.flatMap((replica) =>
        origins.map((origin) => ({ origin, page: openPage(replica, origin) })),
      );
      const pagesOf = (name: string): readonly Page[] =>
        load.filter(({ origin }) => origin === name).map(({ page }) => page);
      const lost: number[] = [];
      // The second time with changes under way, which fail, or do not.
      for (const changing of [false, true]) {
        await sleep(300);
        const changes = Promise.allSettled(
          replicas.flatMap((replica) => (changing ? [replica.order('add', 'https://new.example.org')] : [])),
        );
        await server.kill();
        lost.push(performance.now());
        await changes;
        await sleep(ttl + 2 * SLACK);
        expect(await everyReplica(APP)).toEqual([false, false, false]);
        expect(await everyReplica(FIXED)).toEqual([true, true, true]);

        await server.start();
        await redis.sadd(KEY, APP);
        await until(async () => (await everyReplica(APP)).every(Boolean));
        expect(await everyReplica(SHOP)).toEqual([false, false, false]);
      }
      await Promise.all(load.map(({ page }) => page.stop()));

      for (const { origin, page } of load) {
        expect(page.answers.length).toBeGreaterThan(100);
        expect(wrongAnswers(page, origin)).toEqual([]);
      }
      // SHOP is in the set until Redis is lost for the first time, and forgotten with it.
      for (const page of pagesOf(SHOP))
        expect(lastAllowed(page)).toBeLessThan((lost[0] as number) + ttl + SLACK);
      for (const page of pagesOf(FIXED)) expect(page.answers.every(({ acao }) => acao === FIXED)).toBe(true);
      for (const origin of [EVIL, 'https://never.example.org']) {
        for (const page of pagesOf(origin))
          expect(page.answers.every(({ acao }) => acao === undefined)).toBe(true);
      }
      // No request waits for longer than the timeout, beyond what those take that wait for nothing.
      expect(slowest(load.map(({ page }) => page))).toBeLessThan(slowest(pagesOf(FIXED)) + timeout + 400);

      for (const replica of replicas) {
        expect(replica.alive).toBe(true);
        const lines = replica.output.split('\n').filter((line) => line.includes('ERROR'));
        // Each loss once; and that origins were refused, at most once a minute.
        expect(lines.filter((line) => line.includes("Redis can't be reached"))).toHaveLength(2);
        expect(lines.filter((line) => line.includes('the origin was refused'))).toHaveLength(1);
        expect(lines).toHaveLength(3);
        expect(replica.output).not.toMatch(/unhandled/i);
      }
    });
  });

  describe('that may not subscribe', () => {
    const ttl = 1000;

    beforeAll(async () => {
      await redis.acl('SETUSER', 'deaf', 'on', 'nopass', '~*', '+@all', 'resetchannels');
      await start({ ttl }, { username: 'deaf', password: 'x' });
    });
    afterAll(stop);

    it('refuse a removed origin within the ttl where they do not hear of it', async () => {
      for (const replica of replicas) expect(replica.output).toContain(`Can't subscribe to ${CHANNEL}`);
      expect(await everyReplica(APP)).toEqual([true, true, true]);
      const pages = replicas.map((replica) => openPage(replica, APP));
      await sleep(ttl / 2);
      await redis.multi().srem(KEY, APP).publish(CHANNEL, APP).exec();
      const at = performance.now();
      await sleep(ttl + 2 * SLACK);
      await Promise.all(pages.map((page) => page.stop()));
      for (const page of pages) {
        expect(lastAllowed(page)).toBeGreaterThan(at);
        expect(lastAllowed(page)).toBeLessThan(at + ttl + SLACK);
        expect(page.answers.at(-1)?.acao).toBeUndefined();
      }
    });
  });
});
