import type { Platform } from '../support/options.js';
import { differences, median, ratio, spread, sums, type Ratio, type Spread } from '../support/statistics.js';
import { asks, isPreflight, type RequestName } from './requests.js';
import {
  BASE,
  CACHED,
  REPORTED,
  serverKey,
  serverOf,
  variantsOf,
  type Setup,
  type Variant,
} from './setups.js';

/** What one server did with one kind of request, one value for each round. */
export interface Series {
  /** The {@link serverKey}. */
  readonly server: string;
  readonly request: RequestName;
  /** What a request costs the process: microseconds of CPU time, or instructions. */
  readonly cost: readonly number[];
  /** Requests per second, if they say anything. They depend on everything that the machine does besides. */
  readonly rate?: readonly number[];
}

/** One line of the results: a variant, in a setup, with a kind of request. */
export interface HttpResult {
  readonly platform: Platform;
  readonly request: RequestName;
  readonly setup: string;
  readonly variant: Variant;
  /** What a request costs the server: microseconds of CPU time, or instructions. */
  readonly cost: Spread;
  /** Requests per second: the most in a round, and the median. */
  readonly rate: { readonly max: number; readonly median: number } | undefined;
  /** What the variant adds to the cost of `bare` in the same round. Nothing for preflights, which bare has not. */
  readonly added: Spread | undefined;
  /**
   * That, or for preflights the whole cost, over what `enableCors` makes of it in the same round. Nothing where
   * `enableCors` adds less than two bare apps are apart.
   */
  readonly toEnableCors: Ratio | undefined;
}

/** A comparison of this library with itself. */
export interface OwnRatio {
  readonly platform: Platform;
  readonly request: RequestName;
  /**
   * What is compared: what the library adds to `bare`, or, where it adds nothing but makes a request cheaper, the whole
   * cost of a request. A ratio of two savings would call the larger one worse.
   */
  readonly compared: 'added cost' | 'whole cost';
  readonly ratio: Ratio;
}

/** All that is made of the rounds on one platform. */
export interface HttpSummary {
  readonly platform: Platform;
  readonly rounds: number;
  readonly results: readonly HttpResult[];
  /** Added cost with the policy on the route, over the policy on the module. */
  readonly routeToModule: readonly OwnRatio[];
  /** Added cost with 1,000 routes, over 10. */
  readonly manyRoutesToFew: readonly OwnRatio[];
  /** Added cost with a cached source, over a fixed list. */
  readonly cachedToFixed: readonly OwnRatio[];
  /** Added cost with another policy in `reportOnly`, over none. */
  readonly reportedToNot: readonly OwnRatio[];
  /** How far two processes of `bare` are apart: no smaller difference means anything. */
  readonly resolution: number | undefined;
}

/** Finds what a variant costs. */
type CostOf = (variant: Variant, setup: Setup, request: RequestName) => readonly number[] | undefined;

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
  const costOf: CostOf = (variant, setup, request) => find(variant, setup, request)?.cost;
  const actual = requests.filter((request) => !isPreflight(request));
  const apart = actual.flatMap((request) => {
    const difference = addedBy(costOf, 'bare again', BASE, request);
    return difference === undefined ? [] : [Math.abs(median(difference))];
  });
  const resolution = apart.length === 0 ? undefined : Math.max(...apart);
  const results = requests.flatMap((request) =>
    setups.flatMap((setup) =>
      variantsOf(platform, setup)
        .filter((variant) => asks(serverOf(platform, variant, setup), request))
        .flatMap((variant): HttpResult[] => {
          const found = find(variant, setup, request);
          if (found === undefined) return [];
          const added = variant === 'bare' ? undefined : addedBy(costOf, variant, setup, request);
          return [
            {
              platform,
              request,
              setup: setup.name,
              variant,
              cost: spread(found.cost),
              rate: found.rate && { max: Math.max(...found.rate), median: median(found.rate) },
              added: added === undefined ? undefined : spread(added),
              toEnableCors: variant.startsWith('bare')
                ? undefined
                : toEnableCors(costOf, variant, setup, request, resolution ?? 0),
            },
          ];
        }),
    ),
  );
  const own = (name: string): readonly OwnRatio[] => {
    const setup = setups.find((one) => one.name === name);
    return setup === undefined ? [] : actual.flatMap((request) => toBase(platform, costOf, setup, request));
  };
  return {
    platform,
    rounds: series[0]?.cost.length ?? 0,
    results,
    routeToModule: own('on the route'),
    manyRoutesToFew: own('1,000 routes'),
    // Without an origin, nobody is asked.
    cachedToFixed: own(CACHED.name).filter(({ request }) => request !== 'no Origin'),
    reportedToNot: own(REPORTED.name).filter(({ request }) => request !== 'no Origin'),
    resolution,
  };
}

function addedBy(
  costOf: CostOf,
  variant: Variant,
  setup: Setup,
  request: RequestName,
): readonly number[] | undefined {
  const cost = costOf(variant, setup, request);
  const bare = costOf('bare', setup, request);
  return cost === undefined || bare === undefined ? undefined : differences(cost, bare);
}

function toEnableCors(
  costOf: CostOf,
  variant: Variant,
  setup: Setup,
  request: RequestName,
  resolution: number,
): Ratio | undefined {
  const cost = isPreflight(request) ? costOf : (...args: Parameters<CostOf>) => addedBy(costOf, ...args);
  const ours = cost(variant, setup, request);
  const theirs = cost('enableCors', setup, request);
  if (ours === undefined || theirs === undefined || median(theirs) <= resolution) return undefined;
  return ratio(ours, theirs);
}

function toBase(platform: Platform, costOf: CostOf, setup: Setup, request: RequestName): readonly OwnRatio[] {
  const ours = addedBy(costOf, 'nestjs-cors', setup, request);
  const base = addedBy(costOf, 'nestjs-cors', BASE, request);
  const floor = costOf('bare', BASE, request);
  if (ours === undefined || base === undefined || floor === undefined) return [];
  if (median(base) > 0) return [{ platform, request, compared: 'added cost', ratio: ratio(ours, base) }];
  // On top of the same bare app: that of another setup may cost more by itself, as one with more routes does on Express.
  const whole = ratio(sums(ours, floor), sums(base, floor));
  return [{ platform, request, compared: 'whole cost', ratio: whole }];
}
