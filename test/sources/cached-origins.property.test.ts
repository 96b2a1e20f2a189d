import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { cachedOrigins } from '../../lib/index.js';
import { seed } from '../protocol/seed.js';
import { pass } from './support/clock.js';
import { NaiveCache, type Fate, type NaiveOptions, type Outcome } from './support/naive-cache.js';

process.stderr.write(`random histories of a cache: FC_SEED=${seed}\n`);

const ORIGINS = ['https://a.example', 'https://b.example'];
const TENANTS = ['acme', 'other'];

/*
 * Everything is done at multiples of ten, and answers and the ends of times fall in between: what two things at the
 * same instant do to each other is for the other suites.
 */
const origin = fc.constantFrom(...ORIGINS);
const tenant = fc.constantFrom(...TENANTS);
const latency = fc.constantFrom(0, 0, 33, 33, 86, 199, Infinity);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), origin, tenant }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      time: fc.constantFrom(10, 20, 30, 50, 80, 150, 400),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      origin,
      tenant,
      allowed: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('trouble' as const), latency, fails: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('invalidate' as const),
      origin: fc.option(origin, { nil: undefined }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const steps = fc.array(step, { minLength: 10, maxLength: 80 });

const options: fc.Arbitrary<NaiveOptions> = fc.record({
  ttl: fc.constantFrom(105, 305),
  negativeTtl: fc.constantFrom(55, 305),
  timeout: fc.constantFrom(51, 91),
  staleWhileRevalidate: fc.constantFrom(0, 47, 207),
  staleIfError: fc.constantFrom(0, 77, 407),
});

/** What the requests of a history get. */
interface Seen {
  readonly outcomes: readonly Outcome[];
  readonly questions: number;
}

/** A fake database, in a certain state. */
class Database {
  private readonly allowed = new Set<string>();
  private trouble: { readonly latency: number; readonly fails: boolean } = { latency: 0, fails: false };

  fateOf(askedOrigin: string, askedTenant: string): Fate {
    const { latency: time, fails } = this.trouble;
    return { latency: time, answer: fails ? undefined : this.allowed.has(`${askedOrigin} ${askedTenant}`) };
  }

  /** Makes a step, if it is one of the database's. */
  take(made: Step): void {
    if (made.kind === 'trouble') this.trouble = made;
    if (made.kind !== 'change') return;
    const name = `${made.origin} ${made.tenant}`;
    if (made.allowed) this.allowed.add(name);
    else this.allowed.delete(name);
  }
}

async function runReal(history: readonly Step[], times: NaiveOptions): Promise<Seen> {
  const database = new Database();
  let questions = 0;
  const origins = cachedOrigins(
    (askedOrigin: string, askedTenant: string) => {
      questions++;
      const fate = database.fateOf(askedOrigin, askedTenant);
      return new Promise<boolean>((resolve, reject) => {
        const settle = (): void =>
          fate.answer === undefined ? reject(new Error('out of order')) : resolve(fate.answer);
        if (fate.latency === 0) settle();
        else if (fate.latency !== Infinity) setTimeout(settle, fate.latency);
      });
    },
    { ...times, key: (_, askedTenant) => askedTenant },
  );
  const start = performance.now();
  const outcomes: Promise<Outcome>[] = [];
  const note = (verdict: Outcome['verdict']): Outcome => ({ verdict, at: performance.now() - start });
  for (const made of history) {
    database.take(made);
    if (made.kind === 'wait') await pass(made.time);
    if (made.kind === 'invalidate') origins.invalidate(made.origin);
    if (made.kind === 'ask') {
      const answer = origins.allows(made.origin, made.tenant);
      outcomes.push(
        typeof answer === 'boolean'
          ? Promise.resolve(note(answer))
          : answer.then(note, () => note('refused')),
      );
      await pass(0);
    }
  }
  await pass(1_000);
  return { outcomes: await Promise.all(outcomes), questions };
}

function runNaive(history: readonly Step[], times: NaiveOptions): Seen {
  const database = new Database();
  const cache = new NaiveCache(times);
  const outcomes: Outcome[] = [];
  const failed: { readonly index: number; readonly origin: string; readonly tenant: string }[] = [];
  let now = 0;
  /** What stands in for those that have failed by now is decided before anything else happens. */
  const settle = (): void => {
    for (const { index, origin: askedOrigin, tenant: askedTenant } of failed.splice(0)) {
      const { at } = outcomes[index] as Outcome;
      if (at > now) failed.push({ index, origin: askedOrigin, tenant: askedTenant });
      else outcomes[index] = { verdict: cache.standIn(askedOrigin, askedTenant, at), at };
    }
  };
  for (const made of history) {
    database.take(made);
    if (made.kind === 'wait') now += made.time;
    settle();
    if (made.kind === 'invalidate') cache.invalidate(made.origin, now);
    if (made.kind === 'ask') {
      const outcome = cache.ask(made.origin, made.tenant, now, database.fateOf(made.origin, made.tenant));
      outcomes.push(outcome);
      if (outcome.verdict === 'refused') failed.push({ ...made, index: outcomes.length - 1 });
      settle();
    }
  }
  now += 1_000;
  settle();
  return { outcomes, questions: cache.questions };
}

describe(`a cache against a naive one (FC_SEED=${seed})`, () => {
  beforeAll(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
  });
  afterAll(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('gives the same verdicts at the same time, and asks the source as often', async () => {
    const seen = { true: 0, false: 0, refused: 0, cached: 0 };
    await fc.assert(
      fc.asyncProperty(steps, options, async (history, times) => {
        const real = await runReal(history, times);
        expect(real).toEqual(runNaive(history, times));
        for (const { verdict } of real.outcomes) seen[`${verdict}`]++;
        seen.cached += real.outcomes.length - real.questions;
      }),
      { seed, numRuns: 3_000 },
    );
    // Otherwise the histories, not the caches, would be what agrees.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
  });
});
