import { isPreflight, REQUESTS, type RequestName } from '../http/requests.js';
import { BASE, type Variant } from '../http/setups.js';
import type { HttpResult, HttpSummary } from '../http/summary.js';
import { fixed, table, type Row } from '../support/table.js';
import type { Results } from './results.js';

/**
 * The table of `docs/costs.md`: what each request costs in the setup that the others differ from, beside the least it can cost: the
 * bare app, and for preflights, which a bare app does not answer, a server of Node's own.
 */
export function costTable(results: Results): string {
  const platforms = [
    [results['http-fastify'], results['instructions-fastify']],
    [results['http-express'], results['instructions-express']],
  ] as const;
  return table(
    [
      'server CPU per request, µs',
      'floor',
      '`enableCors()`',
      '`@fastify/cors` by hand',
      'nestjs-cors',
      'ratio',
      '90 %',
      'by instructions',
    ],
    platforms.flatMap(([http, instructions]) =>
      http === undefined ? [] : REQUESTS.map((request) => row(http.results, instructions?.results, request)),
    ),
  );
}

function row(http: HttpSummary, instructions: HttpSummary | undefined, request: RequestName): Row {
  const cpu = (variant: Variant): string => fixed(find(http, variant, request)?.cost.median, 1);
  const ratio = find(http, 'nestjs-cors', request)?.toEnableCors;
  return [
    `${http.platform === 'fastify' ? 'Fastify' : 'Express'}, ${request}`,
    cpu(isPreflight(request) ? 'node:http' : 'bare'),
    cpu('enableCors'),
    cpu('@fastify/cors'),
    cpu('nestjs-cors'),
    fixed(ratio?.ofMedians, 2),
    ratio === undefined ? '–' : `${fixed(ratio.interval.low, 2)} to ${fixed(ratio.interval.high, 2)}`,
    fixed(instructions && find(instructions, 'nestjs-cors', request)?.toEnableCors?.ofMedians, 2),
  ];
}

function find({ results }: HttpSummary, variant: Variant, request: RequestName): HttpResult | undefined {
  return results.find((one) => one.variant === variant && one.request === request && one.setup === BASE.name);
}
