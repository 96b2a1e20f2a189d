import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { CorsConfigurationError } from '../../lib/index.js';
import { readRedisOriginsOptions } from '../../lib/redis/redis-origins-options.js';

const redis = new Redis({ lazyConnect: true });
const tenant = (): string => 'acme';

function problemsOf(options: unknown, client: unknown = redis): readonly unknown[] {
  try {
    readRedisOriginsOptions(client, options, 'PartnerOrigins');
    return [];
  } catch (error) {
    if (!(error instanceof CorsConfigurationError)) throw error;
    return error.problems.map(({ where, field, message, fix }) => `${where}.${field} ${message}: ${fix}`);
  }
}

describe('the options of RedisOrigins', () => {
  it('may all be left out', () => {
    const defaults = {
      key: 'nestjs-cors:origins',
      channel: 'nestjs-cors:origins:changes',
      tenant: undefined,
      cache: expect.objectContaining({ ttl: 60_000, negativeTtl: 60_000, max: 10_000, timeout: 1000 }),
    };
    expect(readRedisOriginsOptions(redis, {}, 'PartnerOrigins')).toEqual(defaults);
    const unset = { key: undefined, channel: undefined, tenant: undefined, ttl: undefined, max: undefined };
    expect(readRedisOriginsOptions(redis, unset, 'PartnerOrigins')).toEqual(defaults);
  });

  it('are kept as they are, and name the channel after the key', () => {
    const cache = {
      ttl: 1,
      negativeTtl: 2,
      max: 3,
      timeout: 4,
      staleWhileRevalidate: 5,
      staleIfError: 6,
    };
    expect(readRedisOriginsOptions(redis, { key: 'partners', tenant, ...cache }, 'PartnerOrigins')).toEqual({
      key: 'partners',
      channel: 'partners:changes',
      tenant,
      cache: expect.objectContaining(cache),
    });
    expect(readRedisOriginsOptions(redis, { channel: 'changes' }, 'PartnerOrigins')).toMatchObject({
      key: 'nestjs-cors:origins',
      channel: 'changes',
    });
  });

  it.each([
    { options: { key: '' }, problem: 'PartnerOrigins.key is not the key of a set' },
    { options: { key: () => 'partners' }, problem: 'PartnerOrigins.key is not the key of a set' },
    { options: { channel: 7 }, problem: 'PartnerOrigins.channel is not a channel' },
    { options: { tenant: 'acme' }, problem: 'PartnerOrigins.tenant is no function' },
    { options: { ttl: '60' }, problem: 'PartnerOrigins.ttl is no whole number' },
    { options: { ttl: 0 }, problem: 'PartnerOrigins.ttl is no whole number' },
    { options: { timeout: Infinity }, problem: 'PartnerOrigins.timeout is no whole number' },
    { options: { max: 0.5 }, problem: 'PartnerOrigins.max is no whole number' },
    { options: { chanel: 'x' }, problem: 'PartnerOrigins.chanel is no option here (did you mean channel?)' },
    { options: { prefix: 'x' }, problem: 'PartnerOrigins.prefix is no option here: remove it' },
    { options: null, problem: 'PartnerOrigins. is no object of options' },
    { options: 'partners', problem: 'PartnerOrigins. is no object of options' },
  ])('are checked: $options', ({ options, problem }) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)]);
  });

  it('are all reported at once', () => {
    const options = { key: '', channel: '', tenant: 7, ttl: 0, max: 'x', unknown: true };
    expect(problemsOf(options, null)).toHaveLength(7);
  });

  it.each([null, {}, 7, 'redis://127.0.0.1', { host: '127.0.0.1' }, Redis])(
    'come with a client, which %p is not',
    (client) => {
      expect(problemsOf({}, client)).toEqual([
        expect.stringContaining('PartnerOrigins.redis is no client of ioredis: give one'),
      ]);
    },
  );

  it('come with a client of a cluster', () => {
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    expect(problemsOf({}, cluster)).toEqual([]);
    cluster.disconnect();
  });
});
