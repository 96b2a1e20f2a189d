import type { BenchOptions, Platform } from '../support/options.js';
import { REQUESTS } from './requests.js';
import { measureRounds } from './rounds.js';
import { BASE, serversFor, SETUPS } from './setups.js';
import { summarize, type HttpSummary } from './summary.js';

/** Measures one platform over HTTP. */
export async function runHttp(platform: Platform, options: BenchOptions): Promise<HttpSummary> {
  const { only } = options;
  const named = <T>(all: readonly T[], name: (one: T) => string): readonly T[] => {
    const chosen = all.filter((one) => only === undefined || name(one).includes(only));
    return chosen.length === 0 ? all : chosen;
  };
  const chosen = named(SETUPS, ({ name }) => name);
  // The comparisons of the library with itself are with the base.
  const setups = chosen.length === SETUPS.length && only !== undefined ? [BASE] : chosen;
  const requests = named(REQUESTS, (name) => name);
  const series = await measureRounds(platform, serversFor(platform, setups), requests, options);
  return summarize(platform, series, setups, requests);
}
