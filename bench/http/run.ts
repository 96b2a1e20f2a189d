import { onOneCore } from '../support/one-core.js';
import { PLATFORMS, type BenchOptions, type Platform } from '../support/options.js';
import { REQUESTS, type RequestName } from './requests.js';
import { measureRounds } from './rounds.js';
import { BASE, serversFor, SETUPS, type Setup } from './setups.js';
import { summarize, type HttpSummary } from './summary.js';

/** The rounds on one platform. */
export interface HttpRun extends HttpSummary {
  /** Whether server and client have been on one core; see {@link onOneCore}. */
  readonly isOnOneCore: boolean;
}

/** What `--case` leaves of the setups and requests. */
export function chosenCases({ only }: BenchOptions): {
  readonly setups: readonly Setup[];
  readonly requests: readonly RequestName[];
} {
  const named = <T>(all: readonly T[], name: (one: T) => string): readonly T[] => {
    const chosen = all.filter((one) => only === undefined || name(one).includes(only));
    return chosen.length === 0 ? all : chosen;
  };
  const chosen = named(SETUPS, ({ name }) => name);
  // The comparisons of the library with itself are with the base.
  const setups = chosen.length === SETUPS.length && only !== undefined ? [BASE] : chosen;
  return { setups, requests: named(REQUESTS, (name) => name) };
}

/** Whether a setup shows something in brief. Of most processes, nearly all the time is their start. */
function isShown(setup: Setup, platform: Platform): boolean {
  // Those of the module differ from the base by a number; and one platform shows that the others work.
  return setup === BASE || (platform === PLATFORMS[0] && setup.place !== 'module');
}

/** Measures one platform over HTTP. */
export async function runHttp(platform: Platform, options: BenchOptions): Promise<HttpRun> {
  const { setups: chosen, requests } = chosenCases(options);
  const setups = options.brief ? chosen.filter((setup) => isShown(setup, platform)) : chosen;
  const servers = serversFor(platform, setups);
  return onOneCore(async (isOnOneCore) => ({
    ...summarize(platform, await measureRounds(platform, servers, requests, options), setups, requests),
    isOnOneCore,
  }));
}
