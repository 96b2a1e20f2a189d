import type { SourceTiming } from '../core/sources.js';
import { isPreflight } from '../http/requests.js';
import { CACHED, REPORTED } from '../http/setups.js';
import type { HttpSummary, OwnRatio } from '../http/summary.js';
import type { Results } from './results.js';

/** A number to reach, and how far it has been. */
export interface Target {
  readonly what: string;
  readonly atMost: number;
  /** The worst case; `undefined` if it has not been measured. */
  readonly measured: number | undefined;
  /** The worst case's name, and how sure its value is. */
  readonly worst: string;
  readonly digits: number;
}

interface Case {
  readonly name: string;
  readonly value: number;
}

/** Whether a target is reached; nothing measured is neither. */
export function verdictOn({ measured, atMost, digits }: Target): 'pass' | 'fail' | 'not measured' {
  if (measured === undefined) return 'not measured';
  // What is shown is what is judged: 0.02 bytes are 0, 0.504 is 0.50.
  return Number(measured.toFixed(digits)) <= atMost ? 'pass' : 'fail';
}

/** Every number to reach, each judged by its worst case. */
export function targets(results: Results): readonly Target[] {
  return [
    ...perRequest('CPU', results['http-fastify']?.results, results['http-express']?.results),
    ...perRequest(
      'instructions',
      results['instructions-fastify']?.results,
      results['instructions-express']?.results,
    ),
    target('Verdict: cached / fixed', 3, toFirst(results.core?.results.cached)),
    target('Verdict: allows() / on an origin', 1.2, toFirst(results.core?.results.doors?.allows.slice(0, 2))),
    target('Verdict: on a handshake / on a request', 2, toFirst(results.core?.results.doors?.handshake)),
    target('Verdict: 10^6 exact + 10^4 patterns / 10', 2, manyOriginsToFew(results)),
    target('Bytes allocated: verdict on an exact origin, request-header check', 0, allocated(results), 0),
    target('Request headers: 16 KB hostile / as browsers send them', 5, hostileToNormal(results)),
    target('Start-up added per route, µs', 50, startPerRoute(results), 1),
    target('Start-up added per route, µs by instructions', 50, countedStartPerRoute(results), 1),
    target('Bytes per exact origin at 10^6', 150, bytesPerOrigin(results), 0),
  ];
}

/** What a request may cost, by CPU time or by what noise does not reach. */
function perRequest(
  cost: string,
  fastify: HttpSummary | undefined,
  express: HttpSummary | undefined,
): readonly Target[] {
  const both = [fastify, express].filter((summary) => summary !== undefined);
  return [
    target(`Fastify: ${cost} added per actual request / enableCors`, 0.5, toEnableCors(fastify, false)),
    target(`Express: ${cost} added per actual request / enableCors`, 0.7, toEnableCors(express, false)),
    target(`Fastify: ${cost} per preflight / enableCors`, 0.8, toEnableCors(fastify, true)),
    target(`Express: ${cost} per preflight / enableCors`, 0.6, toEnableCors(express, true)),
    target(`Added ${cost}: policy on the route / on the module`, 1.1, own(both, 'routeToModule')),
    target(`Added ${cost}: 1,000 routes / 10`, 1.2, own(both, 'manyRoutesToFew')),
    target(`Added ${cost}: cached source / fixed list`, 3, own(both, 'cachedToFixed')),
    target(`Added ${cost}: with reportOnly / without`, 2, own(both, 'reportedToNot')),
  ];
}

function target(what: string, atMost: number, cases: readonly Case[], digits = 2): Target {
  const worst = cases.toSorted((a, b) => b.value - a.value)[0];
  return { what, atMost, measured: worst?.value, worst: worst?.name ?? '', digits };
}

function toEnableCors(summary: HttpSummary | undefined, preflights: boolean): readonly Case[] {
  return (
    (summary?.results ?? [])
      .filter(({ variant, request }) => variant === 'nestjs-cors' && isPreflight(request) === preflights)
      // It has to do more than those that it would be compared with, and has numbers of its own.
      .filter(({ setup }) => setup !== CACHED.name && setup !== REPORTED.name)
      .flatMap(({ request, setup, toEnableCors: ratio }) => {
        if (ratio === undefined) return [];
        return [{ name: `${request}, ${setup}${range(ratio.interval)}`, value: ratio.ofMedians }];
      })
  );
}

function own(
  summaries: readonly HttpSummary[],
  key: 'routeToModule' | 'manyRoutesToFew' | 'cachedToFixed' | 'reportedToNot',
): readonly Case[] {
  return summaries.flatMap((summary) =>
    summary[key].map(({ platform, request, compared, ratio }: OwnRatio) => ({
      name: `${platform}, ${request}${compared === 'whole cost' ? ', whole cost' : ''}${range(ratio.interval)}`,
      value: ratio.ofMedians,
    })),
  );
}

function range({ low, high }: { readonly low: number; readonly high: number }): string {
  // What is counted has no range.
  if (low === high) return '';
  return ` (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** The large list comes last; the second one has ten of each kind. */
function manyOriginsToFew({ core }: Results): readonly Case[] {
  const timings = core?.results.origins ?? [];
  const lists = [...new Set(timings.map(({ list }) => list))];
  const few = timings.filter(({ list }) => list === lists[1]);
  return few.flatMap(({ meeting, pool, median }) => {
    const many = timings.find(
      (one) => one.list === lists.at(-1) && one.meeting === meeting && one.pool === pool,
    );
    return many === undefined ? [] : [{ name: `${meeting}, ${pool} in turn`, value: many.median / median }];
  });
}

/** The first is what the others are compared with. */
function toFirst(timings: readonly SourceTiming[] = []): readonly Case[] {
  const [first, ...others] = timings;
  return first === undefined
    ? []
    : others.map(({ what, median }) => ({ name: what, value: median / first.median }));
}

function allocated({ core }: Results): readonly Case[] {
  return (core?.results.allocation ?? [])
    .filter(({ what }) => what === 'origin: exact' || what.startsWith('request headers'))
    .map(({ what, bytes }) => ({ name: what, value: bytes }));
}

function hostileToNormal({ core }: Results): readonly Case[] {
  const timings = core?.results.headers ?? [];
  return timings
    .filter(({ hostile }) => hostile)
    .flatMap(({ policy, names, input, median }) => {
      const normal = timings.find(
        (one) => one.policy === policy && one.names === names && one.input === 'as browsers send it',
      );
      const name = `${input}, under ${policy}, / ${names} names`;
      return normal === undefined ? [] : [{ name, value: median / normal.median }];
    });
}

function startPerRoute(results: Results): readonly Case[] {
  return (results['start-up']?.results.perRoute ?? []).map(({ platform, routes, micros, controlMicros }) => ({
    name: `${platform}, ${routes} routes (enableCors ${controlMicros.toFixed(1)})`,
    value: micros,
  }));
}

/** What the added instructions take where they are executed as fast as those of the bare app. */
function countedStartPerRoute(results: Results): readonly Case[] {
  return (results['start-up']?.results.perRoute ?? []).flatMap(
    ({ platform, routes, bareMicros, instructions }) =>
      instructions === undefined
        ? []
        : [
            {
              name: `${platform}, ${routes} routes`,
              value: (bareMicros * instructions.added) / instructions.bare,
            },
          ],
  );
}

function bytesPerOrigin(results: Results): readonly Case[] {
  return (results['start-up']?.results.bytesPerOrigin ?? [])
    .filter(({ variant }) => variant === 'nestjs-cors')
    .map(({ origins, bytes }) => ({ name: `${origins} origins`, value: bytes }));
}
