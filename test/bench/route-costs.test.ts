import { describe, expect, it } from '@jest/globals';
import { routeCosts } from '../../bench/start-up/route-costs.js';

describe('what a route costs when an app starts', () => {
  it('is the slope between numbers of routes, of what is added to the bare app', () => {
    const costs = routeCosts([
      { routes: 10, time: { bare: 10, ours: 14, control: 11 }, instructions: { bare: 1000, ours: 1500 } },
      { routes: 110, time: { bare: 40, ours: 48, control: 42 }, instructions: { bare: 2000, ours: 2600 } },
      { routes: 210, time: { bare: 70, ours: 81, control: 69 }, instructions: undefined },
    ]);
    expect(costs).toEqual([
      {
        routes: '10 to 110',
        bareMicros: 300,
        micros: expect.closeTo(40),
        controlMicros: expect.closeTo(10),
        instructions: { bare: 10, added: 1 },
      },
      {
        routes: '110 to 210',
        bareMicros: 300,
        micros: expect.closeTo(30),
        controlMicros: expect.closeTo(-30),
        instructions: undefined,
      },
      {
        routes: '10 to 210',
        bareMicros: 300,
        micros: expect.closeTo(35),
        controlMicros: expect.closeTo(-10),
        instructions: undefined,
      },
    ]);
  });

  it('is one slope between two numbers of routes, and none for a single one', () => {
    const start = { time: { bare: 10, ours: 14, control: 10 }, instructions: undefined };
    expect(routeCosts([{ routes: 10, ...start }])).toEqual([]);
    expect(routeCosts([10, 20].map((routes) => ({ routes, ...start })))).toHaveLength(1);
  });
});
