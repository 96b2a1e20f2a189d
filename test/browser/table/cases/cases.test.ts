import { describe, expect, it } from '@jest/globals';
import type { TableCase } from '../case.js';
import { TABLE } from './index.js';

const CASES = Object.values(TABLE).flat();

function ids(cases: readonly TableCase[]): readonly string[] {
  return cases.map(({ id }) => id);
}

describe('the table', () => {
  it('has at least 120 cases that are run in three ways', () => {
    expect(CASES.filter(({ only }) => only === undefined).length).toBeGreaterThanOrEqual(120);
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
    expect(CASES.filter(({ id, only }) => only !== undefined && !id.startsWith('http-cache/'))).toEqual([]);
  });

  it('lists every departure of Chromium, each with a reason', () => {
    const departing = CASES.filter(({ chromium }) => chromium !== undefined);
    expect(departing.filter(({ chromium }) => !chromium?.sees && !chromium?.server)).toEqual([]);
    expect(ids(departing)).toEqual([
      'request-headers/safe/repeated/1024-bytes-together',
      'request-headers/allow-headers/any-does-not-cover-authorization',
      'request-headers/client-hints',
      'preflight-cache/max-age/negative-is-as-if-unset',
      'preflight-cache/a-refused-response-clears-it',
      'odd-answers/lone-cr-in-a-value',
      'redirects/credentials-in-location/same-origin-as-the-page',
      'streams/upload',
    ]);
  });
});
