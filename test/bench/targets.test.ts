import { describe, expect, it } from '@jest/globals';
import type { Results } from '../../bench/report/results.js';
import { targets, verdictOn, type Target } from '../../bench/report/targets.js';
import { fixed, table } from '../../bench/support/table.js';

const NO_MACHINE = undefined as never;

function find(results: Results, what: string): Target {
  const found = targets(results).find((target) => target.what.startsWith(what));
  if (found === undefined) throw new Error(`no target ${what}`);
  return found;
}

describe('the numbers to reach', () => {
  it('are all there, and not measured without results', () => {
    const all = targets({});
    expect(all).toHaveLength(25);
    expect(new Set(all.map(verdictOn))).toEqual(new Set(['not measured']));
  });

  it('are judged by the worst case', () => {
    const perRoute = [
      {
        platform: 'fastify',
        routes: '10 to 200',
        bareMicros: 400,
        micros: 20,
        controlMicros: 1,
        instructions: undefined,
      },
      {
        platform: 'express',
        routes: '10 to 200',
        bareMicros: 300,
        micros: 60,
        controlMicros: -70,
        instructions: { bare: 1000, added: 100 },
      },
    ] as const;
    const results = { starts: [], counted: [], perRoute, bytesPerOrigin: [] };
    const found = find({ 'start-up': { machine: NO_MACHINE, results } }, 'Start-up added per route, µs');
    expect(found).toMatchObject({ measured: 60, worst: 'express, 10 to 200 routes (enableCors -70.0)' });
    expect(verdictOn(found)).toBe('fail');
    const counted = find({ 'start-up': { machine: NO_MACHINE, results } }, 'Start-up added per route, µs by');
    expect(counted).toMatchObject({ measured: 30, worst: 'express, 10 to 200 routes' });
  });

  it('take what is shown for what is measured', () => {
    const target = { what: '', worst: '', atMost: 0, digits: 0 };
    expect(verdictOn({ ...target, measured: 0.02 })).toBe('pass');
    expect(verdictOn({ ...target, measured: 0.6 })).toBe('fail');
  });

  it('compare 16 KB with what browsers send, under the same policy', () => {
    const timing = { min: 0, policy: '3 names', names: 3 };
    const headers = [
      { ...timing, input: 'as browsers send it', hostile: false, median: 50 },
      { ...timing, input: '16 KB of commas', hostile: true, median: 100 },
      { ...timing, input: 'the longest that is read', hostile: false, median: 5000 },
      { ...timing, policy: "'*'", input: 'as browsers send it', hostile: false, median: 200 },
      { ...timing, policy: "'*'", input: '16 KB of commas', hostile: true, median: 100 },
    ];
    const results = { origins: [], cached: [], rivals: [], allocation: [], headers };
    expect(find({ core: { machine: NO_MACHINE, results } }, 'Request headers').measured).toBe(2);
  });
});

describe('a cached verdict', () => {
  it('is compared with a fixed one', () => {
    const cached = [
      { what: 'a fixed origin', min: 0, median: 50 },
      { what: 'a cached verdict', min: 0, median: 100 },
    ];
    const results = { origins: [], cached, rivals: [], allocation: [], headers: [] };
    expect(find({ core: { machine: NO_MACHINE, results } }, 'Verdict: cached').measured).toBe(2);
  });
});

describe('doors beside the routes', () => {
  it('are compared with the verdict itself, and with a request', () => {
    const timing = (what: string, median: number): object => ({ what, min: 0, median });
    const doors = {
      allows: [timing('the verdict', 50), timing('allows()', 60), timing('of a named policy', 100)],
      handshake: [timing('a request', 100), timing('a handshake', 150)],
    };
    const results = { origins: [], cached: [], doors, rivals: [], allocation: [], headers: [] } as never;
    const all = { core: { machine: NO_MACHINE, results } };
    expect(find(all, 'Verdict: allows()').measured).toBe(1.2);
    expect(find(all, 'Verdict: on a handshake').measured).toBe(1.5);
  });
});

describe('tables', () => {
  it('are aligned Markdown', () => {
    expect(table(['what', 'µs'], [['a', '1.0']])).toBe('| what |  µs |\n| ---- | --: |\n| a    | 1.0 |');
  });

  it('show what there is no number for', () => {
    expect([fixed(undefined, 1), fixed(Number.NaN, 1), fixed(0.25, 1), fixed(-0.001, 2)]).toEqual([
      '–',
      '–',
      '0.3',
      '0.00',
    ]);
  });
});
