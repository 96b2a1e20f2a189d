import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CorsExplanation, CorsService, CorsVerdict } from '../../lib/index.js';
import { Ledger } from '../../lib/ledger/ledger.js';

const MINUTE = 60_000;

/** What explains nothing but the origin. */
const service = {
  explain: async ({ headers }: { readonly headers: object }) =>
    ({ message: (headers as { readonly origin: string }).origin }) as CorsExplanation,
} as unknown as CorsService;

function verdict(origin: string, more: Partial<CorsVerdict> = {}): CorsVerdict {
  return {
    kind: 'actual',
    outcome: 'refused',
    reason: 'origin-not-allowed',
    status: undefined,
    origin,
    method: 'GET',
    route: '/orders/:id',
    where: 'OrdersController#read',
    policy: undefined,
    reportOnly: undefined,
    request: { method: 'GET', url: '/orders/1', headers: { origin } },
    service,
    ...more,
  };
}

describe('a ledger that logs', () => {
  let now = 0;
  let lines: string[] = [];
  let ledger: Ledger;

  beforeEach(() => {
    now = 0;
    lines = [];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    ledger = new Ledger(service, { warn: (line) => void lines.push(String(line)) }, undefined);
    ledger.duties = { refusals: false, reportOnly: false, debug: true };
  });
  afterEach(() => void jest.restoreAllMocks());

  async function take(...verdicts: readonly CorsVerdict[]): Promise<readonly string[]> {
    lines.length = 0;
    for (const one of verdicts) ledger.take(one);
    await new Promise((resolve) => setImmediate(resolve));
    return [...lines];
  }

  it('logs the same once a minute, and what differs by route, origin or reason', async () => {
    const one = verdict('https://a.example');
    expect(await take(one, one)).toEqual(['https://a.example']);
    expect(
      await take(
        one,
        verdict('https://b.example'),
        verdict('https://a.example', { where: 'OrdersController#list', route: '/orders' }),
        verdict('https://a.example', { reason: 'source-failed' }),
      ),
    ).toHaveLength(3);
    now = MINUTE - 1;
    expect(await take(one)).toEqual([]);
    now = MINUTE;
    expect(await take(one, one)).toEqual(['https://a.example']);
  });

  it.each([-1, 1])('does so wherever somebody sets the clock: %d day', async (days) => {
    const one = verdict('https://a.example');
    await take(one);
    const date = Date.now() + days * 24 * 60 * MINUTE;
    jest.spyOn(Date, 'now').mockImplementation(() => date);
    expect(await take(one)).toEqual([]);
    now = MINUTE;
    expect(await take(one)).toEqual(['https://a.example']);
  });

  it('keeps and logs a hundred in a minute, whatever comes', async () => {
    const flood = Array.from({ length: 10_000 }, (_, at) => verdict(`https://o${at}.example`));
    expect(await take(...flood)).toHaveLength(100);
    now = MINUTE;
    expect(await take(...flood.toReversed())).toHaveLength(100);
  });
});
