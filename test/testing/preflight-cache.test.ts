import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PreflightApproval } from '../../lib/testing/preflight.js';
import { PreflightCache, type PreflightCacheKey } from '../../lib/testing/preflight-cache.js';

const KEY: PreflightCacheKey = {
  partition: 'https://example.com',
  origin: 'https://shop.example.com',
  url: 'https://api.example.com/orders?page=1',
  credentials: 'same-origin',
};

function approval(parts: Partial<PreflightApproval>): PreflightApproval {
  return { methods: [], headerNames: [], maxAge: 60, ...parts };
}

describe('the preflight cache (Fetch, "CORS-preflight cache")', () => {
  let now: number;
  let cache: PreflightCache;

  beforeEach(() => {
    now = 1_000_000;
    cache = new PreflightCache(() => now, 7200);
  });

  it('is empty at first', () => {
    expect(cache.hasMethod(KEY, 'PUT')).toBe(false);
    expect(cache.hasHeader(KEY, 'x-a')).toBe(false);
  });

  it('keeps methods byte for byte, and header names in any case', () => {
    cache.store(KEY, approval({ methods: ['PUT'], headerNames: ['X-A'] }));
    expect(cache.hasMethod(KEY, 'PUT')).toBe(true);
    expect(cache.hasMethod(KEY, 'put')).toBe(false);
    expect(cache.hasMethod(KEY, 'X-A')).toBe(false);
    expect(cache.hasHeader(KEY, 'x-a')).toBe(true);
    expect(cache.hasHeader(KEY, 'x-b')).toBe(false);
  });

  it('* matches any method, and any name but Authorization', () => {
    cache.store(KEY, approval({ methods: ['*'], headerNames: ['*'] }));
    expect(cache.hasMethod(KEY, 'BREW')).toBe(true);
    expect(cache.hasHeader(KEY, 'x-any')).toBe(true);
    expect(cache.hasHeader(KEY, 'Authorization')).toBe(false);
  });

  it('keeps Authorization beside a *', () => {
    cache.store(KEY, approval({ headerNames: ['*', 'Authorization'] }));
    expect(cache.hasHeader(KEY, 'authorization')).toBe(true);
  });

  it.each<[what: string, other: Partial<PreflightCacheKey>]>([
    ['partition', { partition: 'https://other.com' }],
    ['origin', { origin: 'https://www.example.com' }],
    ['path', { url: 'https://api.example.com/other?page=1' }],
    ['query', { url: 'https://api.example.com/orders?page=2' }],
    ['fragment', { url: 'https://api.example.com/orders?page=1#total' }],
  ])('does not match another %s', (_, other) => {
    cache.store(KEY, approval({ methods: ['PUT'] }));
    expect(cache.hasMethod({ ...KEY, ...other }, 'PUT')).toBe(false);
  });

  it('an entry made with credentials serves requests without, not the reverse', () => {
    const including: PreflightCacheKey = { ...KEY, credentials: 'include' };
    cache.store(KEY, approval({ methods: ['PUT'] }));
    expect(cache.hasMethod(including, 'PUT')).toBe(false);
    cache.store(including, approval({ methods: ['DELETE'] }));
    expect(cache.hasMethod(including, 'DELETE')).toBe(true);
    expect(cache.hasMethod(KEY, 'DELETE')).toBe(true);
    expect(cache.hasMethod({ ...KEY, credentials: 'omit' }, 'DELETE')).toBe(true);
  });

  it('expires at max-age, not before', () => {
    cache.store(KEY, approval({ methods: ['PUT'], maxAge: 60 }));
    now += 59_999;
    expect(cache.hasMethod(KEY, 'PUT')).toBe(true);
    now += 1;
    expect(cache.hasMethod(KEY, 'PUT')).toBe(false);
  });

  it('keeps nothing with a max-age of 0', () => {
    cache.store(KEY, approval({ methods: ['PUT'], maxAge: 0 }));
    expect(cache.hasMethod(KEY, 'PUT')).toBe(false);
  });

  it("caps max-age at the browser's own limit", () => {
    cache.store(KEY, approval({ methods: ['PUT'], maxAge: 86400 }));
    now += 7_199_000;
    expect(cache.hasMethod(KEY, 'PUT')).toBe(true);
    now += 1000;
    expect(cache.hasMethod(KEY, 'PUT')).toBe(false);
  });

  it('renews what is there, also to a shorter time, and what a * covers', () => {
    cache.store(KEY, approval({ methods: ['*'], maxAge: 60 }));
    cache.store(KEY, approval({ methods: ['PUT'], maxAge: 10 }));
    now += 10_000;
    expect(cache.hasMethod(KEY, 'DELETE')).toBe(false);
  });

  it('is cleared for one origin and URL, with and without credentials', () => {
    const elsewhere = { ...KEY, url: 'https://api.example.com/' };
    cache.store(KEY, approval({ methods: ['PUT'] }));
    cache.store({ ...KEY, credentials: 'include' }, approval({ headerNames: ['x-a'] }));
    cache.store(elsewhere, approval({ methods: ['PUT'] }));
    cache.clear(KEY);
    expect(cache.hasMethod(KEY, 'PUT')).toBe(false);
    expect(cache.hasHeader(KEY, 'x-a')).toBe(false);
    expect(cache.hasMethod(elsewhere, 'PUT')).toBe(true);
    cache.clearAll();
    expect(cache.hasMethod(elsewhere, 'PUT')).toBe(false);
  });
});
