import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { RedisOrigins } from '../../lib/redis/index.js';
import { startedBySuite, startedByTest } from '../support/suites.js';
import {
  allAllow,
  APP,
  CHANNEL,
  expectHeard,
  forgotten,
  HEARD,
  KEY,
  Load,
  SHOP,
  startReplicas,
} from './support/failover-suite.js';
import { RedisSentinels } from './support/redis-sentinels.js';
import type { RedisServer } from './support/redis-server.js';
import type { Replica } from './support/replicas.js';
import { REDIS_AND_VALKEY } from './support/servers.js';
import { until } from './support/until.js';

describe.each(REDIS_AND_VALKEY)('RedisOrigins behind Sentinels of $name', ({ path }) => {
  const own = startedBySuite();
  const ownOfTest = startedByTest();
  let deployment: RedisSentinels;
  let replicas: readonly Replica[] = [];

  beforeAll(async () => {
    deployment = await own(RedisSentinels.start(path), (started) => started.stop());
    replicas = await startReplicas(deployment.connection);
  });

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
  });

  beforeEach(async () => {
    await deployment.isWhole();
    const redis = await primary();
    await redis.multi().del(KEY).sadd(KEY, APP, SHOP).publish(CHANNEL, 'all').exec();
    await until(() => allAllow(replicas, APP));
    await until(() => allAllow(replicas, SHOP));
  });

  async function primary(): Promise<Redis> {
    return (await deployment.master()).client();
  }

  function loadOf(origin: string): Promise<Load> {
    return ownOfTest(new Load(replicas, origin), (started) => started.end());
  }

  async function expectKept(load: Load): Promise<void> {
    const members = new Set(await (await primary()).smembers(KEY));
    expect(load.confirmed.filter((origin) => !members.has(origin))).toEqual([]);
    expect(load.removed.filter((origin) => members.has(origin))).toEqual([]);
  }

  it(`refuse a removed origin within ${HEARD} ms of a planned failover, and confirm no change that it undoes`, async () => {
    const old = await deployment.master();
    const load = await loadOf(APP);
    await load.isUnderWay();
    await deployment.failover();
    await deployment.hasReplaced(old);
    // The old one says for ten more seconds that it is the primary.
    expect((await old.client().role())[0]).toBe('master');
    const redis = await primary();
    await expectHeard(load, () => redis.multi().srem(KEY, APP).publish(CHANNEL, APP).exec());
    await load.stop();
    await expectKept(load);
    expect(await allAllow(replicas, SHOP)).toBe(true);
  });

  it('forget everything after a failover, since a removal may not have been announced', async () => {
    const old = await deployment.master();
    await (await primary()).srem(KEY, APP);
    expect(await allAllow(replicas, APP)).toBe(true);
    await deployment.failover();
    await deployment.hasReplaced(old);
    await forgotten(replicas, APP, 1000);
  });

  it('refuse a removed origin in time after a failover also where the Sentinel hangs that is asked first', async () => {
    const old = await deployment.master();
    const [first, ...others] = deployment.sentinels as readonly [RedisServer, ...RedisServer[]];
    const load = await loadOf(APP);
    await load.isUnderWay();
    first.pause();
    try {
      await deployment.failover(others);
      const redis = (await deployment.hasReplaced(old, others)).client();
      await expectHeard(load, () => redis.multi().srem(KEY, APP).publish(CHANNEL, APP).exec());
      await until(() => allAllow(replicas, SHOP));
    } finally {
      first.resume();
    }
    await load.stop();
    await expectKept(load);
  });

  it('survive under load that the primary is killed', async () => {
    const old = await deployment.master();
    const load = await loadOf(APP);
    await load.isUnderWay();
    await old.kill();
    await deployment.hasReplaced(old);
    const redis = await primary();
    await expectHeard(load, () => redis.multi().srem(KEY, APP).publish(CHANNEL, APP).exec());
    await until(() => allAllow(replicas, SHOP));
    await load.stop();
    await expectKept(load);
    await old.start();
  });

  it('survive under load that the primary hangs, and comes back when it is none any more', async () => {
    const old = await deployment.master();
    const load = await loadOf(APP);
    await load.isUnderWay();
    old.pause();
    try {
      await deployment.hasReplaced(old);
      const redis = await primary();
      await expectHeard(load, () => redis.multi().srem(KEY, APP).publish(CHANNEL, APP).exec());
    } finally {
      old.resume();
    }
    await until(() => allAllow(replicas, SHOP));
    await load.stop();
    await expectKept(load);
  });

  it('say of a change that no replica has confirmed that it may be undone', async () => {
    const master = await deployment.master();
    const others = deployment.servers.filter((server) => server !== master);
    const origins = new RedisOrigins(deployment.client());
    try {
      // Not while a replica still follows another server.
      await until(() =>
        origins.add('https://before.example.org').then(
          () => true,
          () => false,
        ),
      );
      for (const server of others) server.pause();
      for (let time = 0; time < 2; time++) {
        await expect(origins.add('https://new.example.org')).rejects.toThrow(
          /a failover may undo it: 0 of 2 replicas have confirmed it in time/,
        );
      }
      // Once the Sentinels know which of them are away, to try again would be in vain.
      await until(async () => {
        const said = await origins.add('https://new.example.org').then(String, String);
        return (
          others.every(({ port }) => said.includes(`127.0.0.1:${port}`)) &&
          / are away: to make the change again helps once they are back, or taken out for good by SENTINEL RESET partners-db at each/.test(
            said,
          )
        );
      }, 20_000);
    } finally {
      for (const server of others) server.resume();
      origins.onApplicationShutdown();
    }
  });

  it('end by themselves once they are closed', async () => {
    for (const replica of replicas) expect(await replica.close()).toEqual({ code: 0, signal: null });
  });
});
