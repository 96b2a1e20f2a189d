import type { ColdStartResult } from '../cold-start/run.js';
import type { CoreSummary } from '../core/run.js';
import type { HttpSummary } from '../http/summary.js';
import type { StartSummary } from '../start-up/run.js';
import type { Ratio } from '../support/statistics.js';
import { fixed, table } from '../support/table.js';
import { verdictOn, type Target } from './targets.js';

/** The results of one platform over HTTP. */
export function httpTable({ results }: HttpSummary): string {
  return table(
    [
      'request, setup, variant',
      'CPU µs min',
      'median',
      'req/s',
      'added µs',
      '/ enableCors',
      '90 %',
      'per round',
      'min',
    ],
    results.map(({ request, setup, variant, cost, rate, added, toEnableCors: ratio }) => [
      `${request}, ${setup}, ${variant}`,
      fixed(cost.min, 1),
      fixed(cost.median, 1),
      fixed(rate?.median, 0),
      fixed(added?.median, 1),
      fixed(ratio?.ofMedians, 2),
      between(ratio),
      fixed(ratio?.median, 2),
      fixed(ratio?.min, 2),
    ]),
  );
}

/** The instructions of one platform. */
export function instructionTable({ results }: HttpSummary): string {
  return table(
    ['request, setup, variant', 'instructions', 'added', '/ enableCors'],
    results.map(({ request, setup, variant, cost, added, toEnableCors }) => [
      `${request}, ${setup}, ${variant}`,
      fixed(cost.median, 0),
      fixed(added?.median, 0),
      fixed(toEnableCors?.ofMedians, 2),
    ]),
  );
}

/** What a platform's results say of this library against itself. */
export function ownTable({
  routeToModule,
  manyRoutesToFew,
  cachedToFixed,
  reportedToNot,
}: HttpSummary): string {
  const rows = (name: string, ratios: HttpSummary['routeToModule']) =>
    ratios.map(({ request, compared, ratio }) => [
      `${name}, ${request}`,
      compared,
      fixed(ratio.ofMedians, 2),
      between(ratio),
    ]);
  return table(
    ['nestjs-cors', 'compared', 'ratio', '90 %'],
    [
      ...rows('on the route / on the module', routeToModule),
      ...rows('1,000 routes / 10', manyRoutesToFew),
      ...rows('cached source / fixed list', cachedToFixed),
      ...rows('with reportOnly / without', reportedToNot),
    ],
  );
}

/** The results of the core. */
export function coreTables({
  origins,
  cached,
  doors = { allows: [], handshake: [] },
  headers,
  rivals,
  allocation,
}: CoreSummary): readonly string[] {
  const ns = (value: number): string => fixed(value, value < 1000 ? 1 : 0);
  return [
    table(
      ['verdict on an origin', 'ns min', 'median'],
      origins.map(({ list, meeting, pool, min, median }) => [
        `${meeting}, among ${list}, ${pool} in turn`,
        ns(min),
        ns(median),
      ]),
    ),
    table(
      ['verdict of a source', 'ns min', 'median'],
      cached.map(({ what, min, median }) => [what, ns(min), ns(median)]),
    ),
    table(
      ['verdict beside the routes', 'ns min', 'median'],
      [...doors.allows, ...doors.handshake].map(({ what, min, median }) => [what, ns(min), ns(median)]),
    ),
    table(
      ['request-header check', 'ns min', 'median'],
      headers.map(({ policy, names, input, min, median }) => [
        `${input}${input.startsWith('as') ? `, ${names} names` : ''}, under ${policy}`,
        ns(min),
        ns(median),
      ]),
    ),
    table(
      ['answer to an actual request', 'ns min', 'median'],
      rivals.map(({ library, list, meeting, min, median }) => [
        `${meeting}, among ${list}, ${library}`,
        ns(min),
        ns(median),
      ]),
    ),
    table(
      ['allocated by a call', 'bytes'],
      allocation.map(({ what, bytes }) => [what, fixed(bytes, 2)]),
    ),
  ];
}

/** What is added to the start of an app that has Nest and its platform loaded. */
export function coldStartTable(results: readonly ColdStartResult[]): string {
  return table(
    [
      'added to a cold start',
      'import, CPU ms',
      'heap kB',
      'listening, CPU ms',
      'heap kB',
      'import / before',
      'heap',
      'listening / before',
      'heap',
    ],
    results.map(({ platform, variant, imported, listening, toBaseline }) => [
      `${platform}, ${variant}`,
      fixed(imported?.cpu, 1),
      fixed(imported && imported.heap / 1000, 0),
      fixed(listening.cpu, 1),
      fixed(listening.heap / 1000, 0),
      fixed(toBaseline?.imported.cpu, 3),
      fixed(toBaseline?.imported.heap, 3),
      fixed(toBaseline?.listening.cpu, 3),
      fixed(toBaseline?.listening.heap, 3),
    ]),
  );
}

/** The results of the starts. */
export function startTables({ starts, perRoute, bytesPerOrigin }: StartSummary): readonly string[] {
  const mib = (bytes: number): string => fixed(bytes / 2 ** 20, 2);
  return [
    table(
      ['start', 'ms min', 'median', 'added ms min', 'median', 'heap MiB', 'added MiB'],
      starts.map(({ platform, variant, routes, time, addedTime, heap, addedHeap }) => [
        `${platform}, ${routes} routes, ${variant}`,
        fixed(time.min, 1),
        fixed(time.median, 1),
        fixed(addedTime.least, 1),
        fixed(addedTime.median, 1),
        mib(heap),
        mib(addedHeap),
      ]),
    ),
    table(
      [
        'start-up for each route',
        'µs bare',
        'added',
        'by enableCors',
        'instructions bare',
        'added',
        'of bare',
        'of baseline',
      ],
      perRoute.map(({ platform, routes, bareMicros, micros, controlMicros, instructions, toBaseline }) => [
        `${platform}, ${routes} routes`,
        fixed(bareMicros, 1),
        fixed(micros, 1),
        fixed(controlMicros, 1),
        fixed(instructions?.bare, 0),
        fixed(instructions?.added, 0),
        fixed(instructions && instructions.added / instructions.bare, 2),
        fixed(toBaseline, 2),
      ]),
    ),
    table(
      ['memory of the app', 'bytes per exact origin'],
      bytesPerOrigin.map(({ variant, origins, bytes }) => [
        `${variant}, ${origins} origins`,
        fixed(bytes, 0),
      ]),
    ),
  ];
}

/** The numbers to reach. */
export function targetTable(all: readonly Target[], judged: boolean): string {
  return table(
    ['number to reach', 'at most', 'measured', 'verdict', 'worst case'],
    all.map((target) => [
      target.what,
      String(target.atMost),
      fixed(target.measured, target.digits),
      judged ? verdictOn(target) : 'not judged',
      target.worst,
    ]),
  );
}

/** Where a ratio lies; `–` if there is none, and for what is counted, which has no such bounds. */
function between(ratio: Ratio | undefined): string {
  if (ratio === undefined || ratio.interval.low === ratio.interval.high) return '–';
  return `${fixed(ratio.interval.low, 2)}…${fixed(ratio.interval.high, 2)}`;
}
