import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { cachedOrigins } from '../../lib/index.js';
import type { CachedOriginsOptions } from '../../lib/index.js';
import { outcomeOf, pass } from './support/clock.js';
import { ScriptedSource, type Mode } from './support/scripted-source.js';

const A = 'https://a.example';
const B = 'https://b.example';
const OTHER = 'https://other.example';

let database: ScriptedSource;
let errors: unknown[];
beforeEach(() => {
  jest.useFakeTimers();
  database = new ScriptedSource(A, B);
  errors = [];
  jest.spyOn(Logger.prototype, 'error').mockImplementation((message: unknown) => void errors.push(message));
});
afterEach(() => {
  // No test leaves a timer behind, whatever it was about.
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function cached(options: Partial<CachedOriginsOptions> = {}) {
  return cachedOrigins(database.lookUp as (origin: string) => Promise<boolean>, { ttl: 1_000, ...options });
}

describe('a verdict', () => {
  it.each([
    [A, true],
    [OTHER, false],
  ])('on %s is a promise, and then a plain boolean: %s', async (origin, allowed) => {
    const origins = cached();
    const first = origins.allows(origin);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toBe(allowed);
    expect(origins.allows(origin)).toBe(allowed);
    expect(database.count).toBe(1);
  });

  it('holds for the ttl and no longer', async () => {
    const origins = cached();
    await origins.allows(A);
    database.allowed.clear();
    await pass(999);
    expect(origins.allows(A)).toBe(true);
    await pass(1);
    expect(await origins.allows(A)).toBe(false);
    expect(database.count).toBe(2);
  });

  it('does not hold longer by being used', async () => {
    const origins = cached();
    await origins.allows(A);
    for (let step = 0; step < 9; step++) {
      await pass(100);
      expect(origins.allows(A)).toBe(true);
    }
    await pass(100);
    expect(origins.allows(A)).toBeInstanceOf(Promise);
    await pass(0);
  });

  it('is as old as the question, not as the answer', async () => {
    const origins = cached();
    database.latency = 400;
    const asking = origins.allows(A);
    await pass(400);
    expect(await asking).toBe(true);
    await pass(599);
    expect(origins.allows(A)).toBe(true);
    await pass(1);
    expect(origins.allows(A)).toBeInstanceOf(Promise);
    await pass(400);
  });

  it('that refuses holds for the negativeTtl', async () => {
    const origins = cached({ negativeTtl: 100 });
    await Promise.all([origins.allows(A), origins.allows(OTHER)]);
    database.allowed.add(OTHER);
    await pass(99);
    expect(origins.allows(OTHER)).toBe(false);
    await pass(1);
    expect(await origins.allows(OTHER)).toBe(true);
    expect(origins.allows(A)).toBe(true);
    expect(database.count).toBe(3);
  });

  it('that refuses holds for the ttl without a negativeTtl', async () => {
    const origins = cached();
    await origins.allows(OTHER);
    await pass(999);
    expect(origins.allows(OTHER)).toBe(false);
    await pass(1);
    expect(origins.allows(OTHER)).toBeInstanceOf(Promise);
    await pass(0);
  });

  it('of a source that answers at once is kept as well', async () => {
    const answer = jest.fn((origin: string) => origin === A);
    const origins = cachedOrigins(answer, { ttl: 1_000 });
    expect([await origins.allows(A), await origins.allows(OTHER)]).toEqual([true, false]);
    expect([origins.allows(A), origins.allows(OTHER)]).toEqual([true, false]);
    expect(answer).toHaveBeenCalledTimes(2);
  });

  it('of a source that is an object comes from its method', async () => {
    class Partners {
      private readonly origins = new Set([A]);
      allows(origin: string): boolean {
        return this.origins.has(origin);
      }
    }
    const origins = cachedOrigins(new Partners(), { ttl: 1_000 });
    expect([await origins.allows(A), await origins.allows(OTHER)]).toEqual([true, false]);
  });
});

describe('max', () => {
  it('drops what has not been asked for the longest', async () => {
    const origins = cached({ max: 2 });
    await origins.allows(A);
    await origins.allows(B);
    expect(origins.allows(A)).toBe(true);
    await origins.allows(OTHER);
    expect(origins.size).toBe(2);
    expect([origins.allows(A), origins.allows(OTHER)]).toEqual([true, false]);
    expect(origins.allows(B)).toBeInstanceOf(Promise);
    await pass(0);
  });

  it('bounds no questions: who is asked about is not forgotten for others', async () => {
    const origins = cached({ max: 1 });
    database.latency = 10;
    const asking = Promise.all([A, B, OTHER].map(async (origin) => origins.allows(origin)));
    await pass(10);
    expect(await asking).toEqual([true, true, false]);
    expect(origins.size).toBe(1);
  });
});

describe('one question at a time', () => {
  it('10,000 requests for one unknown origin ask once', async () => {
    const origins = cached();
    database.latency = 10;
    const asking = Array.from({ length: 10_000 }, async () => origins.allows(A));
    expect(jest.getTimerCount()).toBe(2);
    await pass(10);
    expect(new Set(await Promise.all(asking))).toEqual(new Set([true]));
    expect(database.count).toBe(1);
  });

  it.each<Mode>(['rejects', 'throws', 'answers no boolean', 'hangs'])(
    'where the source %s as well, and the next request asks again',
    async (mode) => {
      const origins = cached({ timeout: 50 });
      database.mode = mode;
      const asking = Array.from({ length: 100 }, () => Promise.resolve(origins.allows(A)));
      const outcomes = Promise.allSettled(asking);
      await pass(50);
      expect(new Set((await outcomes).map(({ status }) => status))).toEqual(new Set(['rejected']));
      expect(database.count).toBe(1);
      database.mode = 'answers';
      expect(await origins.allows(A)).toBe(true);
      expect(database.count).toBe(1);
    },
  );
});

describe('a failure', () => {
  it.each<[Mode, string]>([
    ['rejects', 'out of order'],
    ['throws', 'out of order'],
    ['answers no boolean', 'it answered string, no boolean'],
    ['hangs', 'it did not answer within 50 ms'],
  ])('of a source that %s rejects, is not kept, and is left to the app to log', async (mode, message) => {
    const origins = cached({ timeout: 50 });
    database.mode = mode;
    const asking = origins.allows(A);
    const outcome = Promise.resolve(asking).catch((error: Error) => error.message);
    await pass(50);
    expect(await outcome).toBe(message);
    expect(origins.size).toBe(0);
    expect(errors).toEqual([]);
  });

  it('that nobody waits for is no unhandled rejection', async () => {
    // Jest does not fail on one by itself.
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const origins = cached({ timeout: 50, staleWhileRevalidate: 5_000 });
    await origins.allows(A);
    await pass(1_000);
    for (const mode of ['rejects', 'throws', 'answers no boolean', 'hangs'] as const) {
      database.mode = mode;
      expect(origins.allows(A)).toBe(true);
      void origins.allows(B);
      await pass(50);
    }
    jest.useRealTimers();
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    jest.useFakeTimers();
  });
});

describe('timeout', () => {
  it('refuses, and the answer that comes later is kept', async () => {
    const origins = cached({ timeout: 50 });
    database.latency = 80;
    const asking = origins.allows(A);
    await pass(49);
    expect(await outcomeOf(asking)).toBe('pending');
    await pass(1);
    expect(await outcomeOf(asking)).toBe('it did not answer within 50 ms');
    await pass(30);
    expect(origins.allows(A)).toBe(true);
    expect(database.count).toBe(1);
  });

  it('is counted from the question: who joins late waits for the rest', async () => {
    const origins = cached({ timeout: 50 });
    database.mode = 'hangs';
    const first = outcomeOf(origins.allows(A));
    await pass(40);
    const second = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(10);
    expect(await second).toBe('refused');
    await first;
    expect(database.count).toBe(1);
  });

  it('lets the next request ask again, so that no answer that never comes locks an origin out', async () => {
    const origins = cached({ timeout: 50 });
    database.mode = 'hangs';
    const hanging = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(50);
    expect(await hanging).toBe('refused');
    database.mode = 'answers';
    expect(await origins.allows(A)).toBe(true);
  });

  it('keeps what comes later even where others have asked since, and gives it to those who fail', async () => {
    const origins = cached({ timeout: 50 });
    database.latency = 80;
    const first = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(50);
    expect(await first).toBe('refused');
    database.mode = 'hangs';
    const second = origins.allows(A);
    await pass(29);
    expect(origins.allows(A)).toBeInstanceOf(Promise);
    await pass(1);
    expect(origins.allows(A)).toBe(true);
    await pass(20);
    expect(await second).toBe(true);
  });

  it('of two answers keeps that to the later question, whichever comes first', async () => {
    const origins = cached({ timeout: 50, ttl: 10_000 });
    database.latency = 200;
    const first = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(60);
    database.allowed.clear();
    database.latency = 10;
    const second = origins.allows(A);
    await pass(10);
    expect([await first, await second]).toEqual(['refused', false]);
    await pass(200);
    expect(origins.allows(A)).toBe(false);
    expect(database.count).toBe(2);
  });

  it('reports a failure that comes later', async () => {
    const origins = cached({ timeout: 50 });
    database.mode = 'rejects';
    database.latency = 80;
    const outcome = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(80);
    expect(await outcome).toBe('refused');
    expect(errors).toEqual(['The origin source lookUp failed when its time was up: out of order']);
  });

  it('keeps no process from ending where nobody waits, and does where somebody does', async () => {
    const origins = cached({ timeout: 50, staleWhileRevalidate: 60_000 });
    await origins.allows(A);
    await pass(1_000);
    database.mode = 'hangs';
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const isHolding = () => timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    expect(origins.allows(A)).toBe(true);
    expect(isHolding()).toEqual([false]);
    const waiting = Promise.resolve(origins.allows(B)).catch(() => 'refused');
    expect(isHolding()).toEqual([false, true]);
    await pass(50);
    expect(await waiting).toBe('refused');
  });
});

describe('staleWhileRevalidate', () => {
  it('gives the old verdict at once, and the new one from then on', async () => {
    const origins = cached({ staleWhileRevalidate: 500 });
    await origins.allows(A);
    database.allowed.delete(A);
    database.latency = 20;
    await pass(1_000);
    expect([origins.allows(A), origins.allows(A)]).toEqual([true, true]);
    expect(database.count).toBe(2);
    await pass(20);
    expect(origins.allows(A)).toBe(false);
    expect(database.count).toBe(0);
  });

  it('is bounded', async () => {
    const origins = cached({ staleWhileRevalidate: 500 });
    await origins.allows(A);
    database.allowed.clear();
    await pass(1_500);
    expect(await origins.allows(A)).toBe(false);
  });

  it('is off by default', async () => {
    const origins = cached();
    await origins.allows(A);
    await pass(1_000);
    expect(origins.allows(A)).toBeInstanceOf(Promise);
    await pass(0);
  });

  it('does it for refusals too', async () => {
    const origins = cached({ negativeTtl: 100, staleWhileRevalidate: 500 });
    await origins.allows(OTHER);
    database.allowed.add(OTHER);
    await pass(599);
    expect(origins.allows(OTHER)).toBe(false);
    await pass(0);
    expect(origins.allows(OTHER)).toBe(true);
  });

  it('ends in time where the source fails, which is logged once a minute with a count', async () => {
    const origins = cached({ staleWhileRevalidate: 120_000, timeout: 50 });
    await origins.allows(A);
    await pass(1_000);
    database.mode = 'rejects';
    for (let step = 0; step < 60; step++) {
      expect(origins.allows(A)).toBe(true);
      await pass(1_000);
    }
    expect(errors).toEqual([
      'The origin source lookUp failed and no request was refused for it: out of order',
    ]);
    expect(origins.allows(A)).toBe(true);
    await pass(60_000);
    expect(errors).toEqual([
      expect.anything(),
      'The origin source lookUp failed and no request was refused for it (and 59 more times since the last report): out of order',
    ]);
    expect(await outcomeOf(origins.allows(A))).toBe('out of order');
    expect(errors).toHaveLength(2);
  });

  it('lets a request join that has to wait', async () => {
    const origins = cached({ staleWhileRevalidate: 10, timeout: 50 });
    await origins.allows(A);
    await pass(1_000);
    database.latency = 40;
    expect(origins.allows(A)).toBe(true);
    await pass(20);
    const joined = origins.allows(A);
    expect(joined).toBeInstanceOf(Promise);
    await pass(20);
    expect(await joined).toBe(true);
    expect(database.count).toBe(2);
  });
});

describe('staleIfError', () => {
  it.each<Mode>(['rejects', 'throws', 'answers no boolean', 'hangs'])(
    'gives the old verdict where the source %s, for a bounded time',
    async (mode) => {
      const origins = cached({ staleIfError: 500, timeout: 50 });
      await Promise.all([origins.allows(A), origins.allows(OTHER)]);
      await pass(1_000);
      database.mode = mode;
      const asking = [origins.allows(A), origins.allows(OTHER), origins.allows(B)].map((answer) =>
        Promise.resolve(answer).catch(() => 'refused'),
      );
      await pass(50);
      expect(await Promise.all(asking)).toEqual([true, false, 'refused']);
      expect(errors).toHaveLength(1);
      await pass(450);
      const late = Promise.resolve(origins.allows(A)).catch(() => 'refused');
      await pass(50);
      expect(await late).toBe('refused');
    },
  );

  it('is off by default', async () => {
    const origins = cached();
    await origins.allows(A);
    await pass(1_000);
    database.mode = 'rejects';
    await expect(origins.allows(A)).rejects.toThrow('out of order');
  });

  it('is judged when the source has failed, not when it was asked', async () => {
    const origins = cached({ staleIfError: 40, timeout: 50 });
    await origins.allows(A);
    await pass(1_000);
    database.mode = 'hangs';
    const asking = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(50);
    expect(await asking).toBe('refused');
  });

  it('gives nothing that was invalidated', async () => {
    const origins = cached({ staleIfError: 500, timeout: 50 });
    await origins.allows(A);
    await pass(1_000);
    database.mode = 'hangs';
    const asking = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    origins.invalidate(A);
    await pass(50);
    expect(await asking).toBe('refused');
  });
});

describe('invalidate', () => {
  it('drops one origin', async () => {
    const origins = cached();
    await Promise.all([origins.allows(A), origins.allows(B)]);
    database.allowed.clear();
    origins.invalidate(A);
    expect(await origins.allows(A)).toBe(false);
    expect(origins.allows(B)).toBe(true);
  });

  it('drops all', async () => {
    const origins = cached();
    await Promise.all([origins.allows(A), origins.allows(B), origins.allows(OTHER)]);
    origins.invalidate();
    expect(origins.size).toBe(0);
    expect([origins.allows(A), origins.allows(OTHER)]).toEqual([expect.any(Promise), expect.any(Promise)]);
    await pass(0);
  });

  it.each([[A], [undefined]])(
    'of %s keeps no answer that was asked for before, and who asks afterwards does not wait for it',
    async (origin) => {
      const origins = cached();
      database.latency = 30;
      const before = origins.allows(A);
      database.allowed.delete(A);
      await pass(10);
      origins.invalidate(origin);
      const after = origins.allows(A);
      await pass(20);
      expect(await before).toBe(true);
      expect(origins.allows(A)).toBe(after);
      await pass(10);
      expect(await after).toBe(false);
      expect(origins.allows(A)).toBe(false);
      expect(database.count).toBe(2);
    },
  );

  it('keeps the answers about others that are under way', async () => {
    const origins = cached();
    database.latency = 30;
    const asking = origins.allows(B);
    await pass(10);
    origins.invalidate(A);
    expect(origins.allows(B)).toBe(asking);
    await pass(20);
    expect(origins.allows(B)).toBe(true);
    expect(database.count).toBe(1);
  });

  it('keeps no answer that comes after its time either', async () => {
    const origins = cached({ timeout: 50 });
    database.latency = 80;
    const asking = Promise.resolve(origins.allows(A)).catch(() => 'refused');
    await pass(60);
    database.allowed.delete(A);
    origins.invalidate(A);
    await pass(20);
    expect(await asking).toBe('refused');
    expect(origins.size).toBe(0);
  });

  it('lets an old question not take the place of a new one', async () => {
    const origins = cached();
    database.latency = 30;
    const old = origins.allows(A);
    origins.invalidate(A);
    database.latency = 60;
    const fresh = origins.allows(A);
    await pass(30);
    await old;
    expect(origins.allows(A)).toBe(fresh);
    await pass(30);
    expect(database.count).toBe(2);
  });
});
