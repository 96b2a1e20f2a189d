import type { Platform } from '../support/options.js';
import { differences, median, ratio, spread, type Ratio, type Spread } from '../support/statistics.js';
import { asks, isPreflight, type RequestName } from './requests.js';
import type { Series } from './rounds.js';
import { BASE, CACHED, serverKey, serverOf, variantsOf, type Setup, type Variant } from './setups.js';

/** One line of the results: a variant, in a setup, with a kind of request. */
export interface HttpResult {
  readonly platform: Platform;
  readonly request: RequestName;
  readonly setup: string;
  readonly variant: Variant;
  /** Server CPU time per request, in microseconds. */
  readonly cpu: Spread;
  /** Requests per second: the most in a round, and the median. */
  readonly rate: { readonly max: number; readonly median: number };
  /** What the variant adds to the CPU time of `bare` in the same round. Nothing for preflights, which bare has not. */
  readonly added: Spread | undefined;
  /** That, or for preflights the whole CPU time, over what `enableCors` makes of it in the same round. */
  readonly toEnableCors: Ratio | undefined;
}

/** A comparison of this library with itself. */
export interface OwnRatio {
  readonly platform: Platform;
  readonly request: RequestName;
  readonly ratio: Ratio;
}

/** All that is made of the rounds on one platform. */
export interface HttpSummary {
  readonly platform: Platform;
  readonly rounds: number;
  readonly results: readonly HttpResult[];
  /** Added CPU with the policy on the route, over the policy on the module. */
  readonly routeToModule: readonly OwnRatio[];
  /** Added CPU with 1,000 routes, over 10. */
  readonly manyRoutesToFew: readonly OwnRatio[];
  /** Added CPU with a cached source, over a fixed list. */
  readonly cachedToFixed: readonly OwnRatio[];
  /** How far two processes of `bare` are apart, in microseconds: no smaller difference means anything. */
  readonly resolution: number | undefined;
}

/** Finds the CPU times of a variant. */
type CpuOf = (variant: Variant, setup: Setup, request: RequestName) => readonly number[] | undefined;

/** Sums up the rounds on one platform. */
export function summarize(
  platform: Platform,
  series: readonly Series[],
  setups: readonly Setup[],
  requests: readonly RequestName[],
): HttpSummary {
  const find = (variant: Variant, setup: Setup, request: RequestName): Series | undefined => {
    const key = serverKey(serverOf(platform, variant, setup));
    return series.find((one) => one.server === key && one.request === request);
  };
  const cpuOf: CpuOf = (variant, setup, request) => find(variant, setup, request)?.cpu;
  const results = requests.flatMap((request) =>
    setups.flatMap((setup) =>
      variantsOf(platform, setup)
        .filter((variant) => asks(serverOf(platform, variant, setup), request))
        .flatMap((variant): HttpResult[] => {
          const found = find(variant, setup, request);
          if (found === undefined) return [];
          const added = variant === 'bare' ? undefined : addedBy(cpuOf, variant, setup, request);
          return [
            {
              platform,
              request,
              setup: setup.name,
              variant,
              cpu: spread(found.cpu),
              rate: { max: Math.max(...found.rate), median: median(found.rate) },
              added: added === undefined ? undefined : spread(added),
              toEnableCors: variant.startsWith('bare')
                ? undefined
                : toEnableCors(cpuOf, variant, setup, request),
            },
          ];
        }),
    ),
  );
  const actual = requests.filter((request) => !isPreflight(request));
  const own = (name: string): readonly OwnRatio[] => {
    const setup = setups.find((one) => one.name === name);
    return setup === undefined ? [] : actual.flatMap((request) => toBase(platform, cpuOf, setup, request));
  };
  const apart = actual.flatMap((request) => {
    const difference = addedBy(cpuOf, 'bare again', BASE, request);
    return difference === undefined ? [] : [Math.abs(median(difference))];
  });
  return {
    platform,
    rounds: series[0]?.cpu.length ?? 0,
    results,
    routeToModule: own('on the route'),
    manyRoutesToFew: own('1,000 routes'),
    // Without an origin, nobody is asked.
    cachedToFixed: own(CACHED.name).filter(({ request }) => request !== 'no Origin'),
    resolution: apart.length === 0 ? undefined : Math.max(...apart),
  };
}

function addedBy(
  cpuOf: CpuOf,
  variant: Variant,
  setup: Setup,
  request: RequestName,
): readonly number[] | undefined {
  const cpu = cpuOf(variant, setup, request);
  const bare = cpuOf('bare', setup, request);
  return cpu === undefined || bare === undefined ? undefined : differences(cpu, bare);
}

function toEnableCors(cpuOf: CpuOf, variant: Variant, setup: Setup, request: RequestName): Ratio | undefined {
  const cost = isPreflight(request) ? cpuOf : (...args: Parameters<CpuOf>) => addedBy(cpuOf, ...args);
  const ours = cost(variant, setup, request);
  const theirs = cost('enableCors', setup, request);
  return ours === undefined || theirs === undefined ? undefined : ratio(ours, theirs);
}

function toBase(platform: Platform, cpuOf: CpuOf, setup: Setup, request: RequestName): readonly OwnRatio[] {
  const ours = addedBy(cpuOf, 'nestjs-cors', setup, request);
  const base = addedBy(cpuOf, 'nestjs-cors', BASE, request);
  return ours === undefined || base === undefined ? [] : [{ platform, request, ratio: ratio(ours, base) }];
}
