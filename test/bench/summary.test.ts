import { describe, expect, it } from '@jest/globals';
import { BASE, serverKey, serverOf, SETUPS, type Variant } from '../../bench/http/setups.js';
import { summarize, type Series } from '../../bench/http/summary.js';

function series(variant: Variant, cost: readonly number[], setup = BASE): Series {
  return { server: serverKey(serverOf('fastify', variant, setup)), request: 'no Origin', cost };
}

describe('the summary of a platform', () => {
  const bare = series('bare', [100, 102, 104]);

  it('says what a variant adds to the bare app, and that over what enableCors adds', () => {
    const { results, rounds } = summarize(
      'fastify',
      [bare, series('enableCors', [120, 122, 124]), series('nestjs-cors', [105, 107, 109])],
      [BASE],
      ['no Origin'],
    );
    expect(rounds).toBe(3);
    expect(
      results.map(({ variant, cost, added, rate }) => [variant, cost.median, added?.median, rate]),
    ).toEqual([
      ['bare', 102, undefined, undefined],
      ['enableCors', 122, 20, undefined],
      ['nestjs-cors', 107, 5, undefined],
    ]);
    expect(results.at(-1)?.toEnableCors).toMatchObject({ ofMedians: 0.25, rounds: [0.25, 0.25, 0.25] });
  });

  it('has no ratio where enableCors adds less than two bare apps are apart', () => {
    const { results } = summarize(
      'fastify',
      [
        bare,
        series('bare again', [103, 105, 107]),
        series('enableCors', [102, 104, 106]),
        series('nestjs-cors', [105, 107, 109]),
      ],
      [BASE],
      ['no Origin'],
    );
    expect(results.map(({ toEnableCors }) => toEnableCors)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('says how far two bare apps are apart', () => {
    const again = series('bare again', [101, 99, 105]);
    expect(summarize('fastify', [bare, again], [BASE], ['no Origin']).resolution).toBe(1);
  });

  it('compares the library with itself, on what it adds to its own bare app', () => {
    const many = SETUPS.find(({ name }) => name === '1,000 routes') ?? BASE;
    const { manyRoutesToFew } = summarize(
      'fastify',
      [
        bare,
        series('nestjs-cors', [104, 106, 108]),
        series('bare', [200, 200, 200], many),
        series('nestjs-cors', [206, 206, 206], many),
      ],
      [BASE, many],
      ['no Origin'],
    );
    expect(manyRoutesToFew).toMatchObject([{ compared: 'added cost', ratio: { ofMedians: 1.5 } }]);
  });

  it('compares whole requests where the library makes them cheaper than the bare app does', () => {
    const many = SETUPS.find(({ name }) => name === '1,000 routes') ?? BASE;
    const { manyRoutesToFew } = summarize(
      'fastify',
      [
        bare,
        series('nestjs-cors', [80, 82, 84]),
        series('bare', [200, 200, 200], many),
        series('nestjs-cors', [159, 159, 159], many),
      ],
      [BASE, many],
      ['no Origin'],
    );
    // 82 of 102, and 102 - 41 for the larger saving: as if its own bare app cost no more.
    expect(manyRoutesToFew).toMatchObject([{ compared: 'whole cost', ratio: { ofMedians: 61 / 82 } }]);
  });
});
