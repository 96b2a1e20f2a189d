import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger, type ExecutionContext } from '@nestjs/common';
import { askSources } from '../../lib/http/ask-sources.js';
import { AskedRequest } from '../../lib/http/asked-request.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import type { OriginSource, OriginSourceAfterGuards } from '../../lib/policy/origin-source.js';
import { readOrigin } from '../../lib/policy/read-origin.js';
import { providing } from '../policy/configurations.js';

const A = 'https://a.example';

/** The real one. Jest hands out a copy, whose listeners are others. */
const realProcess = runInThisContext('process') as NodeJS.Process;

type Given = OriginSource | OriginSourceAfterGuards | ((...asked: never[]) => unknown);

/** Asks, as a request for `origin` would. */
function ask(
  given: readonly Given[],
  { view = newView(), ...more }: Partial<Parameters<typeof askSources>[1]> = {},
) {
  const entries = given.map((source) => {
    const read = readOrigin(source, 'Cats#list', providing());
    if ('problem' in read) throw new Error(read.problem.message);
    return read.entry;
  });
  return askSources(compileOrigins(entries, { secureOnly: false }).asked, { origin: A, view, ...more });
}

function newView(): AskedRequest {
  return new AskedRequest({ method: 'GET', url: '/cats?x', headers: {} }, 'GET', false, () => undefined);
}

/** A promise that is settled from outside. */
function deferred() {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** What a promise has come to by now, once all microtasks have run. */
async function stateOf(promise: unknown): Promise<unknown> {
  const pending = Symbol('pending');
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  const state = await Promise.race([promise, Promise.resolve(pending)]);
  return state === pending ? 'pending' : state;
}

let logged: string[];
beforeEach(() => {
  logged = [];
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
  jest
    .spyOn(Logger.prototype, 'error')
    .mockImplementation((message: unknown) => void logged.push(String(message)));
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('a source that answers', () => {
  it('at once makes nobody wait, and needs no timer', () => {
    expect(ask([() => true])).toMatchObject({ text: 'function' });
    expect(ask([() => false])).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('with a promise that is kept at once adds no turn of the event loop', async () => {
    const turns: string[] = [];
    const answer = ask([async () => Promise.resolve(true)]);
    jest.useRealTimers();
    const immediate = new Promise<void>((resolve) => {
      setImmediate(() => {
        turns.push('next turn');
        resolve();
      });
    });
    process.nextTick(() => turns.push('next tick'));
    await Promise.resolve(answer).then(() => turns.push('answer'));
    await immediate;
    expect(turns.indexOf('answer')).toBeLessThan(turns.indexOf('next turn'));
  });

  it.each([true, false])('late, but in time: %s', async (allowed) => {
    const { promise, resolve } = deferred();
    const answer = ask([() => promise]);
    jest.advanceTimersByTime(4999);
    expect(await stateOf(answer)).toBe('pending');
    resolve(allowed);
    expect((await answer) !== undefined).toBe(allowed);
    expect([jest.getTimerCount(), logged]).toEqual([0, []]);
  });
});

describe('a source that does not answer', () => {
  const hang = (): Promise<never> => new Promise(() => {});

  it('refuses after 5 seconds', async () => {
    const answer = ask([hang]);
    jest.advanceTimersByTime(4999);
    expect(await stateOf(answer)).toBe('pending');
    jest.advanceTimersByTime(1);
    expect(await answer).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
    expect(logged).toEqual([
      'The origin source hang of Cats#list failed, so the origin was refused: it did not answer within 5000 ms',
    ]);
  });

  it.each([1, 60_000])('or after its own time: %i ms', async (timeout) => {
    const answer = ask([{ timeout, allows: hang }]);
    jest.advanceTimersByTime(timeout - 1);
    expect(await stateOf(answer)).toBe('pending');
    jest.advanceTimersByTime(1);
    expect(await answer).toBeUndefined();
    expect(logged).toEqual([expect.stringContaining(`it did not answer within ${timeout} ms`)]);
  });

  it('makes way for the next one', async () => {
    const answer = ask([{ timeout: 10, allows: hang }, async () => Promise.resolve(true)]);
    jest.advanceTimersByTime(10);
    expect(await answer).toMatchObject({ text: 'function' });
  });

  it.each<[title: string, settle: (late: ReturnType<typeof deferred>) => void]>([
    ['allows', ({ resolve }) => resolve(true)],
    ['rejects', ({ reject }) => reject(new Error('too late'))],
  ])('is not heard when it %s later, which is no unhandled rejection', async (_, settle) => {
    const unhandled = jest.fn();
    realProcess.on('unhandledRejection', unhandled);
    const late = deferred();
    const answer = ask([() => late.promise]);
    jest.advanceTimersByTime(5000);
    expect(await answer).toBeUndefined();
    settle(late);
    jest.useRealTimers();
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    realProcess.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(logged).toHaveLength(1);
  });
});

describe('failures', () => {
  const outOfOrder = (): never => {
    throw new Error('out of order');
  };
  const failing: OriginSource = { allows: outOfOrder };

  const unshowable: readonly [title: string, error: unknown][] = [
    [
      'an error without a message that can be read',
      Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error('no message');
        },
      }),
    ],
    ['what cannot be inspected', { [inspect.custom]: () => JSON.parse('') as string }],
  ];

  it.each(unshowable)('that are %s refuse as well', async (_, error) => {
    const thrown = (): never => {
      throw error;
    };
    expect(ask([thrown])).toBeUndefined();
    expect(await ask([async () => Promise.reject(error as Error)])).toBeUndefined();
    expect(logged).toEqual(
      Array(2).fill(expect.stringMatching(/refused: it threw something that cannot be/)),
    );
  });

  it('refuse as well where the logger of the app fails', async () => {
    jest.spyOn(Logger.prototype, 'error').mockImplementation(outOfOrder);
    expect(ask([() => outOfOrder()])).toBeUndefined();
    expect(await ask([async () => Promise.resolve().then(outOfOrder)])).toBeUndefined();
  });

  it('are one line for each source and minute, with the number of those in between', () => {
    const first: OriginSource = { ...failing };
    const second: OriginSource = { ...failing };
    for (let count = 0; count < 5; count++) void ask([first, second]);
    expect(logged).toEqual([
      expect.stringMatching(/refused: out of order$/),
      expect.stringMatching(/refused: out of order$/),
    ]);
    jest.advanceTimersByTime(59_999);
    void ask([first]);
    expect(logged).toHaveLength(2);
    jest.advanceTimersByTime(1);
    void ask([first, second]);
    expect(logged.slice(2)).toEqual([
      expect.stringContaining('(and 5 more times since the last report): out of order'),
      expect.stringContaining('(and 4 more times since the last report): out of order'),
    ]);
    jest.advanceTimersByTime(60_000);
    void ask([first]);
    expect(logged.at(-1)).toBe(
      'The origin source source of Cats#list failed, so the origin was refused: out of order',
    );
  });

  it('of one source count together, whichever policies name it and whenever it is asked', () => {
    const tenants: OriginSourceAfterGuards = {
      after: 'guards',
      allows: outOfOrder,
      mayAllow: outOfOrder,
    };
    void ask([tenants]);
    void ask([tenants], { context: {} as ExecutionContext });
    void ask([tenants, () => false]);
    expect(logged).toHaveLength(1);
    jest.advanceTimersByTime(60_000);
    void ask([tenants]);
    expect(logged[1]).toContain('(and 2 more times since the last report)');
  });

  it('name the place of a function without a name, on one line', () => {
    void ask([
      () => {
        throw new Error('out\r\nof order');
      },
    ]);
    expect(logged).toEqual([
      'The origin source function of Cats#list failed, so the origin was refused: out of order',
    ]);
  });

  it('are told to whoever asks, in place of the log', async () => {
    const failed = jest.fn();
    void ask([failing, () => 1], { failed });
    await ask([() => Promise.reject(new Error('rejected'))], { failed });
    expect(
      failed.mock.calls.map(([source, error]) => [(source as { where: string }).where, String(error)]),
    ).toEqual([
      ['Cats#list', 'Error: out of order'],
      ['Cats#list', 'TypeError: it answered number, no boolean'],
      ['Cats#list', 'Error: rejected'],
    ]);
    expect(logged).toEqual([]);
  });
});

describe('the answers', () => {
  it('are remembered for a request, those before and those after the guards apart', () => {
    const tenants = { after: 'guards' as const, allows: jest.fn(() => true), mayAllow: jest.fn(() => false) };
    const plain = jest.fn(() => false);
    const view = newView();
    const context = {} as ExecutionContext;
    expect(ask([tenants, plain], { view })).toBeUndefined();
    expect(ask([tenants, plain], { view })).toBeUndefined();
    expect(ask([tenants, plain], { view, context })).toMatchObject({ afterGuards: true });
    expect(ask([tenants, plain], { view, context })).toMatchObject({ afterGuards: true });
    expect(plain.mock.calls).toEqual([[A, view]]);
    expect(tenants.mayAllow.mock.calls).toEqual([[A, view]]);
    expect(tenants.allows.mock.calls).toEqual([[A, context]]);
    view.forgetAfterGuards();
    void ask([tenants, plain], { view, context });
    expect([plain.mock.calls.length, tenants.allows.mock.calls.length]).toEqual([1, 2]);
  });

  it('come from sources that need no guards first, wherever they stand', () => {
    const order: string[] = [];
    const noted = (name: string) => () => order.push(name) < 0;
    const tenants = { after: 'guards' as const, allows: () => false, mayAllow: noted('mayAllow') };
    void ask([tenants, noted('first'), { allows: noted('second') }]);
    expect(order).toEqual(['first', 'second', 'mayAllow']);
  });
});
