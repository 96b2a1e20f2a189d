import { isPreflight, REQUESTS, type RequestName } from '../http/requests.js';
import { BASE, type Variant } from '../http/setups.js';
import type { HttpResult, HttpSummary } from '../http/summary.js';
import { fixed, table, type Row } from '../support/table.js';
import type { Results } from './results.js';

/**
 * The README's table: what each request costs in the setup that the others differ from, beside the least it can cost: the
 * bare app, and for preflights, which a bare app does not answer, a server of Node's own.
 */
export function costTable(results: Results): string {
  const summaries = [results['http-fastify']?.results, results['http-express']?.results];
  return table(
    [
      'server CPU per request, µs',
      'floor',
      '`enableCors()`',
      '`@fastify/cors` by hand',
      'nestjs-cors',
      'ratio',
      '90 %',
    ],
    summaries.flatMap((summary) =>
      summary === undefined ? [] : REQUESTS.map((request) => row(summary, request)),
    ),
  );
}

function row({ platform, results }: HttpSummary, request: RequestName): Row {
  const find = (variant: Variant): HttpResult | undefined =>
    results.find((one) => one.variant === variant && one.request === request && one.setup === BASE.name);
  const cpu = (variant: Variant): string => fixed(find(variant)?.cpu.median, 1);
  const ratio = find('nestjs-cors')?.toEnableCors;
  return [
    `${platform === 'fastify' ? 'Fastify' : 'Express'}, ${request}`,
    cpu(isPreflight(request) ? 'node:http' : 'bare'),
    cpu('enableCors'),
    cpu('@fastify/cors'),
    cpu('nestjs-cors'),
    fixed(ratio?.ofMedians, 2),
    ratio === undefined ? '–' : `${fixed(ratio.interval.low, 2)} to ${fixed(ratio.interval.high, 2)}`,
  ];
}
