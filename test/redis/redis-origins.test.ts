import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { CorsConfigurationError } from '../../lib/index.js';
import type { RedisOrigins, RedisOriginsOptions } from '../../lib/redis/index.js';
import { holdAnswers, requestFor, timesAsked } from './support/asking.js';
import { APP, EVIL, HEARD, KEY, redisSuite, SHOP } from './support/redis-suite.js';
import { until } from './support/until.js';

describe('RedisOrigins', () => {
  const suite = redisSuite();
  const { ask, lazyClient, log, open } = suite;

  describe('the set', () => {
    it('is changed by add and remove, which say whether there was anything to change', async () => {
      const origins = await open();
      expect(await origins.list()).toEqual([]);
      expect(await origins.add(SHOP)).toBe(true);
      expect(await origins.add(APP)).toBe(true);
      expect(await origins.add(APP)).toBe(false);
      expect(await origins.list()).toEqual([APP, SHOP]);
      expect(await suite.redis.smembers(KEY)).toHaveLength(2);
      expect(await origins.remove(APP)).toBe(true);
      expect(await origins.remove(APP)).toBe(false);
      expect(await origins.list()).toEqual([SHOP]);
    });

    it('decides, at once where it was changed', async () => {
      const origins = await open();
      expect(await ask(origins, APP)).toBe(false);
      await origins.add(APP);
      expect(await ask(origins, APP)).toBe(true);
      expect(await ask(origins, EVIL)).toBe(false);
      await origins.remove(APP);
      expect(await ask(origins, APP)).toBe(false);
    });

    it('decides at once where it was changed, even by who cannot hear of changes', async () => {
      await suite.redis.acl('SETUSER', 'deaf', 'on', 'nopass', '~*', '&*', '+@all', '-subscribe');
      const origins = await open({}, lazyClient({ username: 'deaf', password: 'x' }));
      expect(log.lines).toEqual([expect.stringMatching(/^error: Can't subscribe to .*NOPERM/)]);
      expect(await ask(origins, APP)).toBe(false);
      await origins.add(APP);
      expect(await ask(origins, APP)).toBe(true);
      await origins.remove(APP);
      expect(await ask(origins, APP)).toBe(false);
    });

    it('is where the options and the client say', async () => {
      const model = lazyClient({ keyPrefix: 'app:', db: 3, stringNumbers: true });
      const origins = await open({ key: 'partners', channel: 'changes' }, model);
      const other = await open({ key: 'partners', channel: 'changes' }, model);
      await origins.add(APP);
      expect(await ask(other, APP)).toBe(true);
      expect(await lazyClient({ db: 3 }).smembers('app:partners')).toEqual([APP]);
      expect(await suite.redis.pubsub('CHANNELS')).toEqual(['changes']);
      await origins.remove(APP);
      await until(async () => !(await ask(other, APP)));
    });

    it.each([
      { origin: '*', code: 'origin-wildcard' },
      { origin: 'null', code: 'origin-null' },
      { origin: 'https://*.example.com', code: 'origin-wildcard' },
      { origin: 'https://app.example.com/', code: 'origin-path', fix: 'write "https://app.example.com"' },
      { origin: 'app.example.com', code: 'origin-scheme-missing', fix: 'write "https://app.example.com"' },
      { origin: 'junk', code: 'origin-scheme-missing' },
      { origin: '', code: 'origin-empty' },
      { origin: 7 as unknown as string, code: 'option-type' },
    ])('takes no $origin', async ({ origin, ...problem }) => {
      const origins = await open();
      const heard = await listen(suite.server.client());
      const error: unknown = await origins.add(origin).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CorsConfigurationError);
      expect((error as CorsConfigurationError).problems).toEqual([
        expect.objectContaining({ where: 'PartnerOrigins', field: 'origin', value: origin, ...problem }),
      ]);
      expect(await suite.redis.exists(KEY)).toBe(0);
      expect(heard).toEqual([]);
    });

    it('allows nobody by what others have put into it, and lets go of that', async () => {
      const junk = ['*', 'null', 'https://*.example.com', `${APP}/`, 'HTTPS://APP.EXAMPLE.COM', '', ' '];
      await suite.redis.sadd(KEY, ...junk);
      const origins = await open();
      for (const origin of [...junk, APP, EVIL]) expect(await ask(origins, origin)).toBe(false);
      expect(await origins.list()).toEqual(junk.toSorted());
      for (const member of junk) expect(await origins.remove(member)).toBe(true);
      expect(await origins.list()).toEqual([]);
    });

    it('does not have what is removed under a wrong name removed silently', async () => {
      const origins = await open();
      await origins.add(APP);
      await expect(origins.remove(`${APP}/`)).rejects.toThrow(`write "${APP}"`);
      expect(await origins.list()).toEqual([APP]);
    });

    it('is not changed where the change cannot be announced', async () => {
      await suite.redis.acl('SETUSER', 'mute', 'on', 'nopass', '~*', '+@all', 'resetchannels');
      const origins = await open({}, lazyClient({ username: 'mute', password: 'x' }));
      await expect(origins.add(APP)).rejects.toThrow('EXECABORT');
      expect(await suite.redis.exists(KEY)).toBe(0);
      expect(log.lines).toEqual([
        expect.stringMatching(/^error: Can't subscribe to nestjs-cors:origins:changes.*NOPERM/),
      ]);
    });

    it('is not taken for one where it is something else', async () => {
      await suite.redis.set(KEY, 'a string');
      const origins = await open();
      await expect(ask(origins, APP)).rejects.toThrow('WRONGTYPE');
      await expect(origins.add(APP)).rejects.toThrow('WRONGTYPE');
      await expect(origins.remove(APP)).rejects.toThrow('WRONGTYPE');
      await expect(origins.list()).rejects.toThrow('WRONGTYPE');
    });
  });

  describe('a verdict', () => {
    it('is asked for once, however many wait, and is a plain boolean from then on', async () => {
      const origins = await open();
      await suite.redis.sadd(KEY, APP);
      const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(origins, APP)));
      expect(new Set(answers)).toEqual(new Set([true]));
      expect(origins.allows(APP, requestFor())).toBe(true);
      expect(await ask(origins, EVIL)).toBe(false);
      expect(origins.allows(EVIL, requestFor())).toBe(false);
      expect(await timesAsked(suite.redis)).toBe(2);
    });

    it('is dropped everywhere when the set is changed anywhere', async () => {
      const [here, there] = await Promise.all([open(), open()]);
      expect(await ask(there, APP)).toBe(false);
      expect(await ask(there, EVIL)).toBe(false);
      await here.add(APP);
      await until(() => ask(there, APP));
      await here.remove(APP);
      await until(async () => !(await ask(there, APP)));
      expect(there.allows(EVIL, requestFor())).toBe(false);
    });

    it('holds for the ttl where nobody announces a change', async () => {
      const origins = await open({ ttl: 3000, negativeTtl: 1500 });
      await origins.add(APP);
      const asked = performance.now();
      expect(await ask(origins, APP)).toBe(true);
      expect(await ask(origins, SHOP)).toBe(false);
      await suite.redis.srem(KEY, APP);
      await suite.redis.sadd(KEY, SHOP);
      expect([await ask(origins, APP), await ask(origins, SHOP)]).toEqual([true, false]);
      await sleep(asked + 1600 - performance.now());
      expect([await ask(origins, APP), await ask(origins, SHOP)]).toEqual([true, true]);
      await sleep(asked + 3100 - performance.now());
      expect(await ask(origins, APP)).toBe(false);
    });

    it.each([
      { name: 'a removal of what is gone', change: (origins: RedisOrigins) => origins.remove(APP) },
      { name: 'an announcement by hand', change: () => suite.redis.publish(`${KEY}:changes`, APP) },
      { name: 'an announcement of anything', change: () => suite.redis.publish(`${KEY}:changes`, '') },
    ])('is dropped by $name', async ({ change }) => {
      const [here, there] = await Promise.all([open(), open()]);
      await suite.redis.sadd(KEY, APP);
      expect(await ask(there, APP)).toBe(true);
      await suite.redis.srem(KEY, APP);
      expect(await ask(there, APP)).toBe(true);
      await change(here);
      await until(async () => !(await ask(there, APP)));
    });

    it('that was asked for before a removal and comes after it is not kept', async () => {
      const model = lazyClient();
      const release = holdAnswers(model);
      const [here, there] = await Promise.all([open(), open({}, model)]);
      await suite.redis.sadd(KEY, APP);
      const asked = ask(there, APP);
      await until(async () => (await timesAsked(suite.redis)) === 1);
      await here.remove(APP);
      // The announcement is on its way to `there` before the answer to this is on its way to us.
      await suite.redis.ping();
      await sleep(HEARD);
      release();
      // It was a member when Redis was asked.
      expect(await asked).toBe(true);
      expect(await ask(there, APP)).toBe(false);
      expect(await timesAsked(suite.redis)).toBe(2);
    });
  });

  describe('tenants', () => {
    const byTenant: RedisOriginsOptions = { key: 'partners', tenant: ({ params }) => params?.['tenant'] };

    it('have a set each', async () => {
      const origins = await open(byTenant);
      await origins.add(APP, 'acme');
      await origins.add(SHOP, 'umbrella');
      expect(await suite.redis.keys('*').then((keys) => keys.toSorted())).toEqual([
        'partners:acme',
        'partners:umbrella',
      ]);
      expect([await ask(origins, APP, 'acme'), await ask(origins, APP, 'umbrella')]).toEqual([true, false]);
      expect([await ask(origins, SHOP, 'acme'), await ask(origins, SHOP, 'umbrella')]).toEqual([false, true]);
      expect([await origins.list('acme'), await origins.list('nobody')]).toEqual([[APP], []]);
      expect(await origins.remove(APP, 'umbrella')).toBe(false);
      expect(await origins.remove(APP, 'acme')).toBe(true);
      expect(await ask(origins, APP, 'acme')).toBe(false);
    });

    it('hear of their own changes', async () => {
      const [here, there] = await Promise.all([open(byTenant), open(byTenant)]);
      for (const tenant of ['acme', 'umbrella', 'a b']) await suite.redis.sadd(`partners:${tenant}`, APP);
      for (const tenant of ['acme', 'umbrella', 'a b']) expect(await ask(there, APP, tenant)).toBe(true);
      await here.remove(APP, 'acme');
      await until(async () => !(await ask(there, APP, 'acme')));
      await here.remove(APP, 'a b');
      await until(async () => !(await ask(there, APP, 'a b')));
      expect(there.allows(APP, requestFor('umbrella'))).toBe(true);
    });

    it.each([undefined, '', 'x'.repeat(257), null, 7, ['acme'], { toString: () => 'acme' }])(
      'refuse where the name is %p, without a question',
      async (tenant) => {
        await suite.redis.sadd('partners', APP);
        await suite.redis.sadd('partners:', APP);
        await suite.redis.sadd(`partners:${String(tenant)}`, APP);
        await suite.redis.sadd('partners:acme', APP);
        const origins = await open(byTenant);
        expect(origins.allows(APP, requestFor(tenant))).toBe(false);
        expect(await timesAsked(suite.redis)).toBe(0);
      },
    );

    it('can be named by who asks, and are then not read from the request', async () => {
      const origins = await open({ key: 'partners', tenant: () => undefined });
      await origins.add(APP, 'acme');
      expect([await origins.allows(APP, 'acme'), await origins.allows(APP, 'umbrella')]).toEqual([
        true,
        false,
      ]);
      expect([origins.allows(APP, 'acme'), origins.allows(APP, requestFor('acme'))]).toEqual([true, false]);
      for (const name of ['', 'x'.repeat(257)])
        expect(() => origins.allows(APP, name)).toThrow(CorsConfigurationError);
      const one = await open();
      await one.add(APP);
      expect(() => one.allows(APP, 'acme')).toThrow(CorsConfigurationError);
    });

    it('are named exactly where there are some', async () => {
      const [one, many] = await Promise.all([open(), open(byTenant)]);
      const missing = 'PartnerOrigins, tenant: is no name of a tenant, and there is a set for each';
      const tooMany = 'PartnerOrigins, tenant: "acme" names a tenant, and there is one set for all';
      for (const method of ['add', 'remove'] as const) {
        await expect(many[method](APP)).rejects.toThrow(missing);
        await expect(one[method](APP, 'acme')).rejects.toThrow(tooMany);
      }
      await expect(many.list()).rejects.toThrow(missing);
      await expect(one.list('acme')).rejects.toThrow(tooMany);
      await expect(many.add(APP, '')).rejects.toThrow(CorsConfigurationError);
      await expect(many.add(APP, 'x'.repeat(257))).rejects.toThrow(CorsConfigurationError);
      expect(await suite.redis.dbsize()).toBe(0);
    });
  });

  async function listen(client: Redis): Promise<readonly string[]> {
    const heard: string[] = [];
    client.on('message', (_channel, message: string) => heard.push(message));
    await client.subscribe(`${KEY}:changes`);
    return heard;
  }
});
