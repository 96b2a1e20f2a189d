import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { CorsConfigurationError } from '../../lib/index.js';
import { RedisCorsOptions } from '../../lib/redis/index.js';
import { readRedisCorsOptionsConfig } from '../../lib/redis/redis-cors-options-config.js';

const redis = new Redis({ lazyConnect: true });
const cors = { check: () => Promise.resolve(), update: () => Promise.resolve() };

class TenantOrigins {
  allows(): boolean {
    return true;
  }
}

function problemsOf(config: unknown, service: unknown = cors, client: unknown = redis): readonly string[] {
  try {
    readRedisCorsOptionsConfig(service, client, config, 'SharedOptions');
    return [];
  } catch (error) {
    if (!(error instanceof CorsConfigurationError)) throw error;
    return error.problems.map(({ where, field, message, fix }) => `${where}.${field} ${message}: ${fix}`);
  }
}

describe('the options of RedisCorsOptions', () => {
  it('may all be left out', () => {
    const defaults = {
      key: 'nestjs-cors:options',
      channel: 'nestjs-cors:options:changes',
      initial: {},
      publishInitial: false,
      startWithoutRedis: false,
      sources: new Map(),
      replica: `${hostname()}:${process.pid}`,
      heartbeat: 5000,
      timeout: 5000,
    };
    expect(readRedisCorsOptionsConfig(cors, redis, {}, 'SharedOptions')).toEqual(defaults);
    const unset = Object.fromEntries(Object.keys(defaults).map((name) => [name, undefined]));
    expect(readRedisCorsOptionsConfig(cors, redis, unset, 'SharedOptions')).toEqual(defaults);
  });

  it('are kept as they are, and name the channel after the key', () => {
    const config = {
      key: 'cors',
      initial: { origin: TenantOrigins },
      publishInitial: true,
      startWithoutRedis: true,
      replica: 'api-1',
      heartbeat: 100,
      timeout: 1,
    };
    const source = new TenantOrigins();
    const sources = { tenants: TenantOrigins, one: source, all: isNaN };
    expect(readRedisCorsOptionsConfig(cors, redis, { ...config, sources }, 'SharedOptions')).toEqual({
      ...config,
      channel: 'cors:changes',
      sources: new Map(Object.entries(sources)),
    });
    expect(readRedisCorsOptionsConfig(cors, redis, { channel: 'news' }, 'SharedOptions')).toMatchObject({
      key: 'nestjs-cors:options',
      channel: 'news',
    });
  });

  it.each([
    { config: { key: '' }, problem: 'SharedOptions.key is not a key' },
    { config: { channel: 7 }, problem: 'SharedOptions.channel is not a channel' },
    { config: { replica: '' }, problem: 'SharedOptions.replica is not the name of a replica' },
    { config: { publishInitial: 'yes' }, problem: 'SharedOptions.publishInitial is no boolean' },
    { config: { startWithoutRedis: 1 }, problem: 'SharedOptions.startWithoutRedis is no boolean' },
    {
      config: { heartbeat: 99 },
      problem: 'SharedOptions.heartbeat is no whole number of milliseconds from 100',
    },
    { config: { heartbeat: '500' }, problem: 'SharedOptions.heartbeat is no whole number' },
    { config: { timeout: 0 }, problem: 'SharedOptions.timeout is no whole number of milliseconds from 1' },
    { config: { timeout: 3_600_001 }, problem: 'SharedOptions.timeout is no whole number' },
    { config: { timeout: 1.5 }, problem: 'SharedOptions.timeout is no whole number' },
    {
      config: { sources: [TenantOrigins] },
      problem: 'SharedOptions.sources is no object of sources by name',
    },
    { config: { sources: null }, problem: 'SharedOptions.sources is no object of sources by name' },
    {
      config: { sources: { tenants: 'TenantOrigins' } },
      problem: 'SharedOptions.sources.tenants is no source of origins',
    },
    { config: { source: {} }, problem: 'SharedOptions.source is no option here (did you mean sources?)' },
    { config: null, problem: 'SharedOptions. is no object of options' },
    { config: 'cors', problem: 'SharedOptions. is no object of options' },
    {
      config: { publishInitial: true, initial: { origin: TenantOrigins } },
      problem: 'initial.origin is a function or a class, which cannot be written as JSON',
    },
    {
      config: { publishInitial: true, initial: { policies: { a: { maxAge: NaN } } } },
      problem: 'initial.policies.a.maxAge cannot be written as JSON',
    },
  ])('are refused: $config', ({ config, problem }) => {
    expect(problemsOf(config)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([undefined, null, {}, { update: () => {} }, class CorsService {}])(
    'need the CorsService of the app, not %p',
    (service) => {
      expect(problemsOf({}, service ?? null)).toEqual([
        'SharedOptions.cors is no CorsService: inject the one of the app: constructor(cors: CorsService, …) { super(cors, …) }',
      ]);
    },
  );

  it('need a client of ioredis, and none of a cluster', () => {
    expect(problemsOf({}, cors, 'redis://127.0.0.1')).toEqual([
      expect.stringContaining('SharedOptions.redis is no client of ioredis'),
    ]);
    const cluster = new Cluster(['127.0.0.1'], { lazyConnect: true });
    expect(problemsOf({}, cors, cluster)).toEqual([
      expect.stringContaining('SharedOptions.redis is a client of a cluster'),
    ]);
  });

  it('are refused with everything that is wrong, by the name of the class', () => {
    class SharedOptions extends RedisCorsOptions {}
    expect(problemsOf({ key: 1, timeout: -1 }, null, null)).toHaveLength(4);
    expect(() => new SharedOptions(cors as never, redis, { key: 7 as never })).toThrow(
      /SharedOptions, key: 7/,
    );
    expect(() => new RedisCorsOptions(cors as never, redis, { key: '' })).toThrow(/RedisCorsOptions, key/);
  });
});
