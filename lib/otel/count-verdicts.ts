import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Attributes, Meter } from '@opentelemetry/api';
import { CORS_VERDICT_CHANNEL, type CorsVerdict, type CorsVerdictReason } from '../verdicts/cors-verdict.js';

/** What {@link countVerdicts} takes. */
export interface CountVerdictsOptions {
  /**
   * Makes the counters.
   *
   * @defaultValue the meter `nestjs-cors` of the global provider of `@opentelemetry/api`
   */
  readonly meter?: Meter | undefined;
}

/** The names of the counters. */
const VERDICTS = 'nestjs_cors.verdicts';
const REPORT_ONLY = 'nestjs_cors.report_only';

/**
 * Counts the verdicts of all apps of the process, by `outcome`, `reason` and `route`:
 *
 * - `nestjs_cors.verdicts`: every verdict;
 * - `nestjs_cors.report_only`: those that a policy in `reportOnly` would change, with the outcome `would be refused` or
 *   `would be allowed`, and its reason.
 *
 * The attributes have as many values as the app has routes, and there are reasons: `route` is the pattern (`/orders/:id`), and
 * is missing where nobody knows what governs the path. Nothing that a request says gets into them, and no origin.
 *
 * @returns a promise of a function that ends it
 * @throws Error (the promise rejects) if no meter is given, and `@opentelemetry/api` is not installed
 *
 * @example
 * ```ts
 * metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new PrometheusExporter()] }));
 * await countVerdicts();
 * ```
 */
export async function countVerdicts({ meter }: CountVerdictsOptions = {}): Promise<() => void> {
  const given = meter ?? (await globalMeter());
  const verdicts = given.createCounter(VERDICTS, {
    description: 'Verdicts on preflights and on requests with Origin',
  });
  const reportOnly = given.createCounter(REPORT_ONLY, {
    description: 'Verdicts that the policies in reportOnly would change',
  });
  const count = (message: unknown): void => {
    const { outcome, reason, route, reportOnly: reported } = message as CorsVerdict;
    verdicts.add(1, attributesOf(outcome, reason, route));
    if (reported?.difference !== undefined) {
      reportOnly.add(1, attributesOf(reported.difference, reported.reason, route));
    }
  };
  subscribe(CORS_VERDICT_CHANNEL, count);
  return () => void unsubscribe(CORS_VERDICT_CHANNEL, count);
}

function attributesOf(outcome: string, reason: CorsVerdictReason, route: string | undefined): Attributes {
  return route === undefined ? { outcome, reason } : { outcome, reason, route };
}

/** Loaded when it is needed, so that it says what is missing. */
async function globalMeter(): Promise<Meter> {
  try {
    const { metrics } = await import('@opentelemetry/api');
    return metrics.getMeter('nestjs-cors');
  } catch (error) {
    throw new Error('nestjs-cors/otel needs @opentelemetry/api: npm install @opentelemetry/api', {
      cause: error,
    });
  }
}
