import { describe, expect, it } from '@jest/globals';
import { profileOf } from '../../../../lib/engines/engine-profile.js';
import type { ShippingEngine } from '../../../../lib/engines/quirks.js';
import type { TableCase } from '../case.js';
import { DEPARTURES } from '../departures/index.js';
import { casesIn, LEFT_OUT } from '../left-out.js';
import { TABLE } from './index.js';

const CASES = Object.values(TABLE).flat();
const IDS = new Set(ids(CASES));
const ENGINES = Object.keys(DEPARTURES) as ShippingEngine[];

function ids(cases: readonly TableCase[]): readonly string[] {
  return cases.map(({ id }) => id);
}

describe('the table', () => {
  it('has at least 420 cases', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(420);
  });

  it('names each case once', () => {
    expect(ids(CASES)).toEqual([...new Set(ids(CASES))]);
  });

  it('has an expected value for each call', () => {
    const incomplete = CASES.filter(({ does, sees }) => {
      const calls = [does].flat().filter((call) => !('wait' in call));
      return calls.length !== [sees].flat().length;
    });
    expect(ids(incomplete)).toEqual([]);
  });

  it('leaves out the virtual browser for the HTTP cache only', () => {
    const without = CASES.filter(({ realOnly }) => realOnly !== undefined);
    expect(ids(without).filter((id) => !id.startsWith('http-cache/'))).toEqual([]);
  });
});

describe.each(ENGINES)('the table, in %s', (engine) => {
  const departures = Object.entries(DEPARTURES[engine]);
  const leftOut = Object.entries(LEFT_OUT[engine]);

  it('departs in cases that there are, and in something', () => {
    expect(departures.filter(([id]) => !IDS.has(id))).toEqual([]);
    expect(departures.filter(([, one]) => 'quirk' in one && !one.sees && !one.server)).toEqual([]);
  });

  it('departs by quirks that the engine has', () => {
    const profile = profileOf(engine);
    const foreign = departures.filter(([, one]) => 'quirk' in one && !profile.has(one.quirk));
    expect(foreign).toEqual([]);
  });

  it('departs in what the virtual browser does not do in so many cases, each with a reason', () => {
    const beyond = departures.flatMap(([, one]) => ('beyond' in one ? [one.beyond] : []));
    // Not more: what an engine does is a quirk, or the profile has a fault.
    expect(beyond.length).toBe({ chromium: 0, firefox: 8, webkit: 7 }[engine]);
    expect(beyond.filter((reason) => reason.length < 20)).toEqual([]);
  });

  it('is left out of so many cases that there are, each with a reason', () => {
    // May become fewer.
    expect(leftOut.length).toBe({ chromium: 0, firefox: 0, webkit: 5 }[engine]);
    expect(leftOut.filter(([id, reason]) => !IDS.has(id) || reason.length < 20)).toEqual([]);
    const run = new Set(casesIn(engine).flatMap(([, cases]) => ids(cases)));
    expect(leftOut.filter(([id]) => run.has(id))).toEqual([]);
    expect(run.size).toBe(CASES.length - leftOut.length);
    expect(leftOut.filter(([id]) => departures.some(([departing]) => departing === id))).toEqual([]);
  });
});
