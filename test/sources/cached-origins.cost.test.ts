import { describe, expect, it } from '@jest/globals';
import { cachedOrigins } from '../../lib/index.js';
import { inOwnProcess } from '../support/own-process.js';
import type { Flood, Flooded } from './support/flood.js';

const A = 'https://a.example';
const MIB = 1024 * 1024;

/** What is left of a flood. Its process has the time that a busy machine takes. */
async function after(flood: Flood): Promise<Flooded> {
  return inOwnProcess(new URL('support/flood.ts', import.meta.url), flood);
}

describe('many origins', () => {
  it('take no more memory than max, and no more entries, if they are 100,000', async () => {
    const { bytes, size } = await after({ source: 'refuses', count: 100_000, max: 1_000 });
    expect(size).toBe(1_000);
    expect(bytes).toBeLessThan(MIB);
  });

  it('the measure sees them where max is as large', async () => {
    const { bytes, size } = await after({ source: 'refuses', count: 100_000, max: 100_000 });
    expect(size).toBe(100_000);
    expect(bytes).toBeGreaterThan(5 * MIB);
  });

  it.each(['rejects', 'hangs'] as const)('leave nothing behind where the source %s', async (source) => {
    const { bytes, size } = await after({ source, count: 100_000, max: 1_000 });
    expect(size).toBe(0);
    expect(bytes).toBeLessThan(MIB);
  });

  it('take no more memory where each comes with a long key', async () => {
    const { bytes } = await after({ source: 'refuses', count: 5_000, max: 1_000, key: 16 * 1024 });
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
