import { chosenCases } from '../http/run.js';
import { BASE, serversFor } from '../http/setups.js';
import { summarize, type HttpSummary } from '../http/summary.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { countInstructions, type Amounts } from './counts.js';

/** Express executes six times as many for a request, so it takes fewer requests for as long. */
const AMOUNTS: Readonly<Record<Platform, Amounts>> = {
  fastify: { warmUp: 2000, counted: 400, counts: 9 },
  express: { warmUp: 2500, counted: 200, counts: 9 },
};

const BRIEF: Amounts = { warmUp: 10, counted: 10, counts: 1 };

/** Counts instructions on one platform, for the same servers and requests as over HTTP. */
export async function runInstructions(platform: Platform, options: BenchOptions): Promise<HttpSummary> {
  const { setups, requests } = chosenCases(options);
  const counted = options.brief ? [BASE] : setups;
  const amounts = options.brief ? BRIEF : AMOUNTS[platform];
  const series = await countInstructions(serversFor(platform, counted), requests, amounts);
  return summarize(platform, series, counted, requests);
}
