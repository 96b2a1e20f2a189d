import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisOrigins, type RedisOriginsOptions } from '../../lib/redis/index.js';
import { startedBySuite, startedByTest } from '../support/suites.js';
import { requestFor } from './support/asking.js';
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
  SLACK,
  startReplicas,
} from './support/failover-suite.js';
import { RedisCluster, type ClusterNode } from './support/redis-cluster.js';
import type { Replica } from './support/replicas.js';
import { REDIS_AND_VALKEY } from './support/servers.js';
import { until } from './support/until.js';

/** How long it takes at most to notice that a node is silent, and to be elsewhere, in milliseconds. */
const NOTICED = 3500;

describe.each(REDIS_AND_VALKEY)('RedisOrigins in a cluster of $name', ({ path }) => {
  const own = startedBySuite();
  const ownOfTest = startedByTest();
  let deployment: RedisCluster;
  let replicas: readonly Replica[] = [];
  const opened: RedisOrigins[] = [];

  beforeAll(async () => {
    deployment = await own(RedisCluster.start(path), (started) => started.stop());
    replicas = await startReplicas({ cluster: deployment.startNodes });
  });

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
  });

  beforeEach(async () => {
    await deployment.isWhole();
    await until(() => succeeds(reset()));
    await until(() => allAllow(replicas, APP));
    await until(() => allAllow(replicas, SHOP));
  });

  afterEach(() => {
    for (const origins of opened.splice(0)) origins.onApplicationShutdown();
  });

  async function reset(): Promise<void> {
    const { redis } = await deployment.masterOf(KEY);
    await redis.multi().del(KEY).sadd(KEY, APP, SHOP).publish(CHANNEL, 'all').exec();
  }

  async function remove(origin: string): Promise<void> {
    const { redis } = await deployment.masterOf(KEY);
    await redis.multi().srem(KEY, origin).publish(CHANNEL, origin).exec();
  }

  async function open(options: RedisOriginsOptions = {}, clientOptions = {}): Promise<RedisOrigins> {
    const origins = new RedisOrigins(deployment.client(clientOptions), options);
    opened.push(origins);
    await origins.onModuleInit();
    return origins;
  }

  function loadOf(origin: string): Promise<Load> {
    return ownOfTest(new Load(replicas, origin), (started) => started.end());
  }

  async function expectKept(load: Load): Promise<void> {
    const { redis } = await deployment.masterOf(KEY);
    const members = new Set(await redis.smembers(KEY));
    expect(load.confirmed.filter((origin) => !members.has(origin))).toEqual([]);
    expect(load.removed.filter((origin) => members.has(origin))).toEqual([]);
  }

  function succeeds(change: Promise<unknown>): Promise<boolean> {
    return change.then(
      () => true,
      () => false,
    );
  }

  it('keep the sets of tenants on all nodes, and hear of changes wherever they are made', async () => {
    const options: RedisOriginsOptions = {
      key: 'partners',
      tenant: ({ params }) => params?.['tenant'],
      ttl: 600_000,
    };
    const [here, there] = await Promise.all([
      open(options, { keyPrefix: 'app:' }),
      open(options, { redisOptions: { keyPrefix: 'app:' } }),
    ]);
    const tenants = Array.from({ length: 12 }, (_, index) => `tenant-${index}`);
    const masters = await Promise.all(tenants.map((tenant) => deployment.masterOf(`app:partners:${tenant}`)));
    expect(new Set(masters).size).toBe(3);
    const ask = async (tenant: string): Promise<boolean> => there.allows(APP, requestFor(tenant));
    for (const [index, tenant] of tenants.entries()) {
      expect(await ask(tenant)).toBe(false);
      expect(await here.add(APP, tenant)).toBe(true);
      await until(() => ask(tenant), HEARD);
      expect(await here.list(tenant)).toEqual([APP]);
      expect(await masters[index]?.redis.smembers(`app:partners:${tenant}`)).toEqual([APP]);
      expect(await here.remove(APP, tenant)).toBe(true);
      await until(async () => !(await ask(tenant)), HEARD);
    }
  });

  it('ask for many at once when they have just connected', async () => {
    const origins = await open({ key: 'partners', tenant: ({ params }) => params?.['tenant'] });
    const tenants = Array.from({ length: 200 }, (_, index) => `tenant-${index}`);
    const answers = await Promise.all(tenants.map(async (tenant) => origins.allows(APP, requestFor(tenant))));
    expect(new Set(answers)).toEqual(new Set([false]));
  });

  it(`refuse a removed origin within ${HEARD} ms of a planned failover, and confirm no change that it undoes`, async () => {
    const load = await loadOf(APP);
    await load.isUnderWay();
    await deployment.failover(await deployment.replicaOf(await deployment.masterOf(KEY)));
    await expectHeard(load, () => remove(APP));
    await until(() => allAllow(replicas, SHOP));
    await load.stop();
    await expectKept(load);
  });

  it('survive under load that the master of the set is killed', async () => {
    const master = await deployment.masterOf(KEY);
    const replica = await deployment.replicaOf(master);
    const load = await loadOf(APP);
    await load.isUnderWay();
    await master.server.kill();
    try {
      await until(async () => (await replica.redis.role())[0] === 'master', 15_000);
      await until(() => succeeds(remove(SHOP)));
      await until(() => allAllow(replicas, APP));
      await expectHeard(load, () => remove(APP));
      await load.stop();
      await expectKept(load);
    } finally {
      await master.server.start();
    }
  });

  it('survive under load that the slot of the set moves', async () => {
    const load = await loadOf(APP);
    await load.isUnderWay();
    await deployment.move(KEY, await deployment.otherMaster(KEY));
    await expectHeard(load, () => remove(APP));
    await until(() => allAllow(replicas, SHOP));
    await load.stop();
    await expectKept(load);
  });

  it.each([
    {
      name: 'a failover',
      happen: async () => deployment.failover(await deployment.replicaOf(await deployment.otherMaster(KEY))),
    },
    { name: 'a move of a slot', happen: async () => deployment.move(KEY, await deployment.otherMaster(KEY)) },
  ])('forget everything after $name, since a removal may not have been announced', async ({ happen }) => {
    await settled();
    await (await deployment.masterOf(KEY)).redis.srem(KEY, APP);
    expect(await allAllow(replicas, APP)).toBe(true);
    await happen();
    await forgotten(replicas, APP, 2000);
  });

  it('say of a change that its replica has not confirmed that it may be undone, also when it is made again', async () => {
    const origins = await open();
    const { server } = await deployment.replicaOf(await deployment.masterOf(KEY));
    await until(() => succeeds(origins.add('https://before.example.org')));
    server.pause();
    try {
      for (let time = 0; time < 2; time++) {
        await expect(origins.add('https://new.example.org')).rejects.toThrow(
          /a failover may undo it: 0 of 1 replicas have confirmed it in time/,
        );
      }
    } finally {
      server.resume();
    }
    await until(() => succeeds(origins.add('https://new.example.org')));
    expect(await origins.add('https://new.example.org')).toBe(false);
  });

  it('go elsewhere where the node hangs at which they listen', async () => {
    const [node] = (await deployment.listenedAt(CHANNEL)) as readonly [ClusterNode];
    const load = await loadOf(APP);
    await load.isUnderWay();
    node.server.pause();
    const paused = performance.now();
    try {
      await until(() => succeeds(remove(APP)), 15_000);
      const removed = performance.now();
      await sleep(Math.max(paused + NOTICED, removed + HEARD) + SLACK - performance.now());
      expect(load.lastAllowed).toBeGreaterThan(paused);
      expect(load.lastAllowed).toBeLessThan(Math.max(paused + NOTICED, removed + HEARD));
    } finally {
      node.server.resume();
    }
    await until(() => allAllow(replicas, SHOP));
    await load.stop();
  });

  it('go elsewhere where the node is no part of the cluster any more at which they listen, and end once closed', async () => {
    const [node] = (await deployment.listenedAt(CHANNEL)) as readonly [ClusterNode];
    await settled();
    await (await deployment.masterOf(KEY)).redis.srem(KEY, APP);
    expect(await allAllow(replicas, APP)).toBe(true);
    await deployment.cutOff(node);
    await until(async () => !(await deployment.listenedAt(CHANNEL)).includes(node), NOTICED);
    expect(await deployment.listenedAt(CHANNEL)).not.toEqual([]);
    // Here, since the cluster is not whole again.
    for (const replica of replicas) expect(await replica.close()).toEqual({ code: 0, signal: null });
  });

  /** Whatever came before has been noticed. */
  async function settled(): Promise<void> {
    await sleep(1500);
    expect(await allAllow(replicas, APP)).toBe(true);
  }
});
