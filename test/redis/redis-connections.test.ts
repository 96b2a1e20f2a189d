import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { requestFor } from './support/asking.js';
import { Proxy } from './support/proxy.js';
import { APP, EVIL, KEY, redisSuite, SHOP } from './support/redis-suite.js';
import { until } from './support/until.js';

describe('RedisOrigins', () => {
  const suite = redisSuite();
  const { ask, create, lazyClient, log, open } = suite;

  describe('the connections', () => {
    it('are two of its own, opened by the app and closed with it; the client is left alone', async () => {
      const before = await clients();
      const model = lazyClient();
      const origins = await open({}, model);
      expect(await clients()).toBe(before + 2);
      await origins.add(APP);
      await ask(origins, APP);
      origins.onApplicationShutdown();
      origins.onApplicationShutdown();
      await until(async () => (await clients()) === before);
      expect(model.status).toBe('wait');
      expect(model.listenerCount('error')).toBe(1);
      await expect(ask(origins, EVIL)).rejects.toThrow('Redis is not connected');
      await sleep(100);
      expect(await clients()).toBe(before);
    });

    it('send a single server nothing that only others need', async () => {
      const origins = await open();
      await suite.redis.config('RESETSTAT');
      await origins.add(APP);
      await ask(origins, APP);
      await origins.remove(APP);
      await sleep(1500);
      const statistics = await suite.redis.info('commandstats');
      const sent = [...statistics.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(
        ([, name, calls]) => `${name} ${calls}`,
      );
      expect(sent.toSorted()).toEqual(
        [
          'config|resetstat 1',
          'exec 2',
          'multi 2',
          'publish 2',
          'sadd 1',
          'sismember 1',
          'srem 1',
        ].toSorted(),
      );
    });

    it('are opened by the first who needs them, outside of an app', async () => {
      const origins = create();
      expect(await Promise.all([origins.add(APP), ask(origins, EVIL)])).toEqual([true, false]);
      expect(await ask(origins, APP)).toBe(true);
    });

    it('are never opened where it is closed before', async () => {
      const before = await clients();
      const origins = create();
      origins.onApplicationShutdown();
      await origins.onModuleInit();
      await expect(origins.add(APP)).rejects.toThrow('Redis is not connected');
      expect(await clients()).toBe(before);
    });

    it('finish what they have begun before they are closed', async () => {
      const origins = await open();
      const added = origins.add(APP);
      await sleep(0);
      origins.onApplicationShutdown();
      expect(await added).toBe(true);
    });

    it('drop everything when they are severed and come back, since a removal may have been missed', async () => {
      const [here, there] = await Promise.all([open(), open()]);
      await suite.redis.sadd(KEY, APP, SHOP);
      expect(await ask(there, APP)).toBe(true);
      expect(await ask(there, SHOP)).toBe(true);
      expect(await suite.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThanOrEqual(2);
      await here.remove(APP);
      await until(async () => !(await ask(there, APP)), 1000);
      expect(await ask(there, SHOP)).toBe(true);
      await suite.redis.srem(KEY, SHOP);
      expect(await ask(there, SHOP)).toBe(true);
      await suite.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await until(async () => !(await ask(there, SHOP).catch(() => true)), 1000);
    });

    it('that only listen are missed when they die without being closed', async () => {
      const proxy = await Proxy.to(suite.server.port);
      try {
        const here = await open();
        const there = await open({ ttl: 600_000 }, lazyClient({ port: proxy.port }));
        await suite.redis.sadd(KEY, APP);
        expect(await ask(there, APP)).toBe(true);
        expect(proxy.count('subscribe')).toBe(1);
        proxy.forget('subscribe');
        await here.remove(APP);
        expect(there.allows(APP, requestFor())).toBe(true);
        // Noticed by the silence after a question, up to 5 seconds each.
        await until(async () => !(await ask(there, APP)), 30_000);
        expect(proxy.count('subscribe')).toBe(2);
        await here.add(APP);
        await until(() => ask(there, APP));
        expect(log.lines).toEqual([
          expect.stringMatching(/^error: Redis can't be reached: .*timeout/i),
          'log: Redis is back',
        ]);
      } finally {
        proxy.close();
      }
    });

    async function clients(): Promise<number> {
      const list = String(await suite.redis.client('LIST'));
      return list.split('\n').filter((line) => line !== '').length;
    }
  });

  describe('without Redis', () => {
    it('keeps what it knows for the ttl, refuses without waiting, and comes back by itself', async () => {
      const origins = await open({ ttl: 2000 });
      await origins.add(APP);
      const asked = performance.now();
      expect(await ask(origins, APP)).toBe(true);

      await suite.server.kill();
      expect(origins.allows(APP, requestFor())).toBe(true);
      await sleep(asked + 1000 - performance.now());
      expect(origins.allows(APP, requestFor())).toBe(true);
      await sleep(asked + 2100 - performance.now());
      for (const origin of [APP, EVIL]) {
        const refused = ask(origins, origin).catch((error: Error) => error.message);
        // Within this turn of the event loop, before anything else has had its own.
        expect(await Promise.race([refused, turn('waits')])).toBe('Redis is not connected');
      }
      await expect(origins.add(APP)).rejects.toThrow('Redis is not connected');
      await expect(origins.remove(APP)).rejects.toThrow('Redis is not connected');
      await expect(origins.list()).rejects.toThrow('Redis is not connected');

      await suite.server.start();
      await until(() => origins.add(SHOP).catch(() => false));
      // It has forgotten everything.
      expect([await ask(origins, APP), await ask(origins, SHOP)]).toEqual([false, true]);
      await until(() => log.lines.length === 2);
      expect(log.lines).toEqual([
        expect.stringMatching(/^error: Redis can't be reached: .*ECONNREFUSED/),
        'log: Redis is back',
      ]);
    });

    it('forgets when it comes back what Redis has forgotten', async () => {
      const origins = await open();
      await origins.add(APP);
      expect(await ask(origins, APP)).toBe(true);
      await suite.server.kill();
      expect(origins.allows(APP, requestFor())).toBe(true);
      await suite.server.start();
      await until(async () => !(await ask(origins, APP).catch(() => true)));
    });

    it('refuses in time where Redis hangs, takes answers that come late, and gives up in the end', async () => {
      const origins = await open({ timeout: 200 });
      await suite.redis.sadd(KEY, APP, SHOP);
      expect(await ask(origins, SHOP)).toBe(true);
      suite.server.pause();
      expect(await ask(origins, SHOP)).toBe(true);
      await expect(ask(origins, APP)).rejects.toThrow('within 200 ms');
      suite.server.resume();
      await until(() => origins.allows(APP, requestFor()) === true);

      suite.server.pause();
      await expect(origins.add(EVIL)).rejects.toThrow('The connection to Redis was lost before the answer');
      suite.server.resume();
      await until(() =>
        origins.add(EVIL).then(
          () => true,
          () => false,
        ),
      );
    });

    it('starts, whatever it meets at the port', async () => {
      await suite.server.kill();
      const start = performance.now();
      const refused = await open({ timeout: 300 });
      expect(performance.now() - start).toBeLessThan(1000);
      await expect(ask(refused, APP)).rejects.toThrow('Redis is not connected');
      await suite.server.start();
      await until(() => refused.add(APP).catch(() => false));

      suite.server.pause();
      const paused = performance.now();
      const silent = await open({ timeout: 300 });
      expect(performance.now() - paused).toBeLessThan(1000);
      await expect(ask(silent, APP)).rejects.toThrow('within 300 ms');
      suite.server.resume();
      await until(() => ask(silent, APP).catch(() => false));
    });
  });
});
