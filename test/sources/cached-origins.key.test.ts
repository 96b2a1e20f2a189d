import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cachedOrigins, type CorsRequest } from '../../lib/index.js';
import { pass } from './support/clock.js';
import { ScriptedSource } from './support/scripted-source.js';

const A = 'https://a.example';

/** A request, as a source sees it. */
function request(
  headers: Readonly<Record<string, string>> = {},
  parts: Partial<CorsRequest> = {},
): CorsRequest {
  return {
    method: 'GET',
    path: '/orders',
    host: 'api.example',
    preflight: false,
    params: { tenant: 'acme', id: '7' },
    header: (name) => headers[name.toLowerCase()],
    ...parts,
  };
}

/** The keys of everything that a request shows, and how to read each. */
const PARTS: readonly (readonly [part: string, read: (request: CorsRequest) => unknown])[] = [
  ['method', ({ method }) => method],
  ['path', ({ path }) => path],
  ['host', ({ host }) => host],
  ['preflight', ({ preflight }) => preflight],
  ['params', ({ params }) => params],
  ['header("x-tenant")', (asker) => asker.header('X-Tenant')],
];

describe('without a key', () => {
  it.each(PARTS)('the source cannot read request.%s', async (part, read) => {
    const origins = cachedOrigins(
      ((_: string, asker: CorsRequest) => read(asker) !== undefined) as (origin: string) => boolean,
      { ttl: 1_000 },
    );
    await expect(origins.allows(A, request())).rejects.toThrow(
      `request.${part} is no part of what the verdict is cached by: read it in the key of cachedOrigins`,
    );
    // The failure is no verdict, and another request has no better luck.
    await expect(origins.allows(A, request())).rejects.toThrow(TypeError);
  });

  it('there is one verdict for all requests', async () => {
    const source = new ScriptedSource(A);
    const origins = cachedOrigins(source.lookUp as (origin: string) => Promise<boolean>, { ttl: 1_000 });
    expect(await origins.allows(A, request({ 'x-tenant': 'acme' }))).toBe(true);
    expect(origins.allows(A, request({ 'x-tenant': 'other' }))).toBe(true);
    expect(origins.allows(A)).toBe(true);
    expect(source.count).toBe(1);
  });
});

describe('with a key', () => {
  const byTenant = (asker: CorsRequest) => asker.header('x-tenant') ?? '';

  it('there is a verdict for each', async () => {
    const lookUp = jest.fn((_: string, asker: CorsRequest) => byTenant(asker) === 'acme');
    const origins = cachedOrigins(lookUp, { ttl: 1_000, key: (_, asker) => byTenant(asker) });
    const acme = request({ 'x-tenant': 'acme' });
    const other = request({ 'x-tenant': 'other' });
    expect([await origins.allows(A, acme), await origins.allows(A, other)]).toEqual([true, false]);
    expect([origins.allows(A, acme), origins.allows(A, other)]).toEqual([true, false]);
    expect(await origins.allows(A, request())).toBe(false);
    expect(lookUp).toHaveBeenCalledTimes(3);
    expect(origins.size).toBe(3);
  });

  it('there is a verdict for each origin, also where the key does not name it', async () => {
    const origins = cachedOrigins((origin) => origin === A, { ttl: 1_000, key: () => 'same' });
    expect(await origins.allows(A, request())).toBe(true);
    expect(await origins.allows('https://b.example', request())).toBe(false);
  });

  it.each([
    ['ab', 'c', 'a', 'bc'],
    ['a', '=b', 'a=', 'b'],
    ['1 a', 'b', '1', ' ab'],
    ['', '4 null=', '4 null', ''],
  ])('nothing makes (%j, %j) the same as (%j, %j)', async (origin, key, otherOrigin, otherKey) => {
    const origins = cachedOrigins((_: string, tenant: string) => tenant === key, {
      ttl: 1_000,
      key: (_, tenant) => tenant,
    });
    expect(await origins.allows(origin, key)).toBe(true);
    expect(await origins.allows(otherOrigin, otherKey)).toBe(false);
  });

  it('the source reads what the key has read, in any case, as it was then', async () => {
    const headers: Record<string, string> = { 'x-tenant': 'acme' };
    const seen: unknown[] = [];
    const origins = cachedOrigins(
      async (_: string, asker: CorsRequest) => {
        headers['x-tenant'] = 'changed';
        await Promise.resolve();
        seen.push(asker.header('X-TENANT'), asker.host, asker.params?.['tenant'], asker.header('x-none'));
        return true;
      },
      {
        ttl: 1_000,
        key: (_, asker) =>
          `${asker.host} ${byTenant(asker)} ${asker.params?.['tenant']} ${asker.header('x-none')}`,
      },
    );
    expect(await origins.allows(A, request(headers))).toBe(true);
    expect(seen).toEqual(['acme', 'api.example', 'acme', undefined]);
  });

  it.each(PARTS)('the source cannot read request.%s if the key has not', async (part, read) => {
    const origins = cachedOrigins((_: string, asker: CorsRequest) => read(asker) !== undefined, {
      ttl: 1_000,
      key: (_, asker) => String(asker.header('x-other')),
    });
    // A value that is the name of a part opens none.
    await expect(origins.allows(A, request({ 'x-other': part }))).rejects.toThrow(
      `request.${part} is no part of what the verdict is cached by`,
    );
  });

  it.each(PARTS)('the source can read request.%s if the key has', async (_part, read) => {
    const seen: unknown[] = [];
    const origins = cachedOrigins(
      (_: string, asker: CorsRequest) => {
        seen.push(read(asker));
        return true;
      },
      { ttl: 1_000, key: (_, asker) => typeof read(asker) },
    );
    expect(await origins.allows(A, request({ 'x-tenant': 'acme' }))).toBe(true);
    expect(seen).toHaveLength(1);
  });

  describe('parameters of the path', () => {
    it('are read one by one', async () => {
      const origins = cachedOrigins((_: string, asker: CorsRequest) => asker.params?.['id'] === '7', {
        ttl: 1_000,
        key: (_, asker) => asker.params?.['tenant'] ?? '',
      });
      await expect(origins.allows(A, request())).rejects.toThrow('request.params["id"] is no part of');
    });

    it.each<[string, (params: object) => string]>([
      ['Object.keys', (params) => Object.keys(params).join()],
      ['JSON.stringify', (params) => JSON.stringify(params)],
      ['spread', (params) => typeof { ...params }],
      ['in', (params) => String('id' in params)],
      ['Object.hasOwn', (params) => String(Object.hasOwn(params, 'id'))],
      ['its descriptors', (params) => String(Object.getOwnPropertyDescriptor(params, 'id')?.value)],
    ])('are not listed by %s', (_, list) => {
      const origins = cachedOrigins(() => true, {
        ttl: 1_000,
        key: (_origin, asker: CorsRequest) => list(asker.params as object),
      });
      expect(() => origins.allows(A, request())).toThrow('request.params can be read by name only here');
    });

    it('may be unknown', async () => {
      const seen: unknown[] = [];
      const origins = cachedOrigins(
        (_: string, asker: CorsRequest) => seen.push(asker.params?.['tenant']) === 1,
        { ttl: 1_000, key: (_, asker) => asker.params?.['tenant'] ?? 'none' },
      );
      expect(await origins.allows(A, request({}, { params: undefined }))).toBe(true);
      expect(seen).toEqual([undefined]);
    });
  });

  it.each([[undefined], [null], [7], [['acme']]])('it is a string, not %j', (key) => {
    const source = jest.fn(() => true);
    const origins = cachedOrigins(source, { ttl: 1_000, key: () => key as never });
    expect(() => origins.allows(A, request())).toThrow('the option key answered');
    expect(source).not.toHaveBeenCalled();
  });

  it('what it throws comes through', () => {
    const origins = cachedOrigins(() => true, {
      ttl: 1_000,
      key: () => {
        throw new RangeError('no tenant');
      },
    });
    expect(() => origins.allows(A, request())).toThrow(RangeError);
  });

  it('it may be long, and is told from others as long', async () => {
    const lookUp = jest.fn((_: string, tenant: string) => tenant.endsWith('a'));
    const origins = cachedOrigins(lookUp, { ttl: 1_000, key: (_, tenant: string) => tenant });
    const long = 'x'.repeat(10_000);
    expect([await origins.allows(A, `${long}a`), await origins.allows(A, `${long}b`)]).toEqual([true, false]);
    expect([origins.allows(A, `${long}a`), origins.allows(A, `${long}b`)]).toEqual([true, false]);
  });

  it('what asks may be a string, which the source gets', async () => {
    const source = new ScriptedSource(`${A} acme`);
    const origins = cachedOrigins(source.lookUp as (origin: string, tenant: string) => Promise<boolean>, {
      ttl: 1_000,
      key: (_, tenant) => tenant,
    });
    expect([await origins.allows(A, 'acme'), await origins.allows(A, 'other')]).toEqual([true, false]);
    expect([origins.allows(A, 'acme'), origins.allows(A, 'other')]).toEqual([true, false]);
    expect(source.asked).toEqual([
      { origin: A, asker: 'acme' },
      { origin: A, asker: 'other' },
    ]);
  });
});

describe('invalidate with a key', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('drops what is known of an origin in all keys, and of no other', async () => {
    const origins = cachedOrigins(() => true, { ttl: 1_000, key: (_, tenant: string) => tenant });
    const longer = `${A}.com`;
    for (const tenant of ['acme', 'other', 'x'.repeat(1_000)]) {
      await origins.allows(A, tenant);
      await origins.allows(longer, tenant);
    }
    origins.invalidate(A);
    expect(origins.size).toBe(3);
    expect([origins.allows(longer, 'acme'), origins.allows(longer, 'other')]).toEqual([true, true]);
    expect([origins.allows(A, 'acme'), origins.allows(A, 'other')]).toEqual([
      expect.any(Promise),
      expect.any(Promise),
    ]);
  });

  it('drops verdicts that are out of date, too', async () => {
    const origins = cachedOrigins(() => true, {
      ttl: 1_000,
      staleWhileRevalidate: 1_000,
      key: (_, tenant: string) => tenant,
    });
    await origins.allows(A, 'acme');
    await pass(1_500);
    origins.invalidate(A);
    expect(origins.size).toBe(0);
    expect(origins.allows(A, 'acme')).toBeInstanceOf(Promise);
  });

  it('keeps no answer for any key that was asked for before', async () => {
    const source = new ScriptedSource(`${A} acme`, `${A} other`);
    source.latency = 30;
    const origins = cachedOrigins(source.lookUp as (origin: string, tenant: string) => Promise<boolean>, {
      ttl: 1_000,
      key: (_, tenant) => tenant,
    });
    const asking = [origins.allows(A, 'acme'), origins.allows(A, 'other')];
    origins.invalidate(A);
    await pass(30);
    expect([await asking[0], await asking[1]]).toEqual([true, true]);
    expect(origins.size).toBe(0);
  });
});
