import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { cachedOrigins } from '../../lib/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const A = 'https://a.example';
const MIB = 1024 * 1024;

/** The bytes of the heap that `fill` leaves in use. */
async function bytesOf(fill: () => Promise<unknown>): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = await fill();
  await new Promise(setImmediate);
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  // Until here, so that it is measured.
  expect(kept).toBeDefined();
  return bytes;
}

/** Asks about many origins, as a stranger would who makes them up. */
async function flood(
  origins: { allows(origin: string, tenant: string): boolean | Promise<boolean> },
  count: number,
  tenant = '',
): Promise<void> {
  for (let index = 0; index < count; index += 1_000) {
    await Promise.allSettled(
      Array.from({ length: 1_000 }, async (_, at) =>
        origins.allows(`https://${index + at}.example`, `${tenant}${at}`),
      ),
    );
  }
}

describe('many origins', () => {
  it('take no more memory than max, and no more entries, if they are 100,000', async () => {
    let size = 0;
    const bytes = await bytesOf(async () => {
      const origins = cachedOrigins(async () => Promise.resolve(false), { ttl: 60_000, max: 1_000 });
      await flood(origins as never, 100_000);
      ({ size } = origins);
      return origins;
    });
    expect(size).toBe(1_000);
    expect(bytes).toBeLessThan(MIB);
  });

  it('the measure sees them where max is as large', async () => {
    const bytes = await bytesOf(async () => {
      const origins = cachedOrigins(async () => Promise.resolve(false), { ttl: 60_000, max: 100_000 });
      await flood(origins as never, 100_000);
      return origins;
    });
    expect(bytes).toBeGreaterThan(5 * MIB);
  });

  it.each<[string, () => Promise<boolean>]>([
    ['rejects', async () => Promise.reject(new Error('out of order'))],
    ['hangs', () => new Promise(() => {})],
  ])(
    'leave nothing behind where the source %s',
    async (_, source) => {
      const bytes = await bytesOf(async () => {
        const origins = cachedOrigins(source, { ttl: 60_000, max: 1_000, timeout: 1 });
        await flood(origins as never, 100_000);
        expect(origins.size).toBe(0);
        return origins;
      });
      expect(bytes).toBeLessThan(MIB);
    },
    30_000,
  );

  it('take no more memory where each comes with a long key', async () => {
    const bytes = await bytesOf(async () => {
      const origins = cachedOrigins(async () => Promise.resolve(false), {
        ttl: 60_000,
        max: 1_000,
        key: (_, tenant: string) => tenant,
      });
      await flood(origins, 5_000, 'x'.repeat(16 * 1024));
      return origins;
    });
    expect(bytes).toBeLessThan(MIB);
  });
});

describe('the event loop', () => {
  it.each<[string, () => boolean | Promise<boolean>]>([
    ['promises an answer', async () => true],
    ['answers', () => true],
  ])('goes round not once for a verdict from a source that %s at once', async (_, source) => {
    const origins = cachedOrigins(source, { ttl: 60_000 });
    let turns = 0;
    const turn = setImmediate(() => turns++);
    const timer = setTimeout(() => turns++, 0);
    expect(await origins.allows(A)).toBe(true);
    expect(turns).toBe(0);
    clearImmediate(turn);
    clearTimeout(timer);
  });
});
