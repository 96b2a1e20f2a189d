import { chosenCases } from '../http/run.js';
import { BASE, serversFor, type Variant } from '../http/setups.js';
import { summarize, type HttpSummary } from '../http/summary.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { countInstructions, type Amounts } from './counts.js';

/** Express executes six times as many for a request, so it takes fewer requests for as long. */
const AMOUNTS: Readonly<Record<Platform, Amounts>> = {
  fastify: { warmUp: 2000, counted: 400, counts: 9 },
  express: { warmUp: 2500, counted: 200, counts: 9 },
};

const BRIEF: Amounts = { warmUp: 10, counted: 10, counts: 1 };
const SHOWN: ReadonlySet<Variant> = new Set<Variant>(['bare', 'nestjs-cors']);

/** Counts instructions on one platform, for the same servers and requests as over HTTP. */
export async function runInstructions(platform: Platform, options: BenchOptions): Promise<HttpSummary> {
  const { setups, requests } = chosenCases(options);
  if (!options.brief) {
    const series = await countInstructions(serversFor(platform, setups), requests, AMOUNTS[platform]);
    return summarize(platform, series, setups, requests);
  }
  // Under Valgrind it takes a while until a server has started; two show that it works.
  const servers = serversFor(platform, [BASE]).filter(({ variant }) => SHOWN.has(variant));
  return summarize(platform, await countInstructions(servers, requests, BRIEF), [BASE], requests);
}
