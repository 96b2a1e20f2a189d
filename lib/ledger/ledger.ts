import type { Logger } from '@nestjs/common';
import type { CorsDifference, CorsVerdict } from '../verdicts/cors-verdict.js';
import { cut, keptOrigin, sampleRequest, sizeOf, type SampleRequest } from './sample-request.js';
import { TopRows, type Row, type RowLimits } from './top-rows.js';

/** What rows are about. */
export interface Counted extends Pick<
  CorsVerdict,
  'kind' | 'origin' | 'method' | 'route' | 'where' | 'policy' | 'reason'
> {
  /** `undefined` for what has been refused. */
  readonly difference: CorsDifference | undefined;
  /** One of the requests. */
  readonly request: SampleRequest;
}

/** What a ledger does. */
export interface LedgerDuties {
  /** Counts what is refused. */
  readonly refusals: boolean;
  /** Counts what policies in `reportOnly` would change. */
  readonly reportOnly: boolean;
  /** Logs both. */
  readonly debug: boolean;
}

/** Of each of the two kinds of rows: together a thousand, and 1 MB with what the runtime adds. */
const LIMITS: RowLimits = { rows: 500, bytes: 400_000 };

/** How often the same is logged, in milliseconds. */
const LOG_INTERVAL = 60_000;

/** How much is logged in that time: anybody can have as many origins as he likes. */
const MAX_LOGGED = 100;

/** Longer names of methods are cut. */
const MAX_METHOD = 40;

/**
 * Counts what an app has refused, and what policies that are only reported would change, in a memory that is bounded whatever is
 * thrown at it.
 */
export class Ledger {
  readonly refusals = new TopRows<Counted>(LIMITS);
  readonly differences = new TopRows<Counted>(LIMITS);
  duties: LedgerDuties = { refusals: false, reportOnly: false, debug: false };
  /** What was logged when, in milliseconds of a clock that nobody sets. */
  private readonly logged = new Map<string, number>();

  /**
   * @param service - of the app, which says what to log
   * @param logger - where to log
   * @param versionHeader - the header with which versions are asked for, in lower case
   */
  constructor(
    private readonly service: Pick<CorsVerdict['service'], 'explain'>,
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly versionHeader: string | undefined,
  ) {}

  /** Whether there is something to count or to log: most verdicts need not even be written down. */
  wants(verdict: Pick<CorsVerdict, 'outcome'>, difference: CorsDifference | undefined): boolean {
    const { refusals, debug } = this.duties;
    return difference !== undefined || ((refusals || debug) && verdict.outcome === 'refused');
  }

  /** Counts and logs a verdict that it {@link Ledger.wants}. */
  take(verdict: CorsVerdict): void {
    const { outcome, reason, reportOnly } = verdict;
    const { duties } = this;
    const now = Date.now();
    const isRefused = outcome === 'refused';
    if (isRefused && (duties.refusals || duties.debug))
      count(this.refusals, verdict, reason, now, this.versionHeader);
    const difference = reportOnly?.difference;
    if (reportOnly !== undefined && difference !== undefined) {
      count(this.differences, verdict, reportOnly.reason, now, this.versionHeader, difference);
    }
    if (duties.debug && (isRefused || difference !== undefined)) this.log(verdict);
  }

  private log(verdict: CorsVerdict): void {
    const { logged } = this;
    // Not the time of day: where somebody sets that back, nothing would be logged until it is as late again.
    const now = performance.now();
    for (const [earlier, time] of logged) {
      if (now - time < LOG_INTERVAL) break;
      logged.delete(earlier);
    }
    const key = keyOf(verdict, verdict.reason, verdict.reportOnly?.difference);
    if (logged.has(key) || logged.size >= MAX_LOGGED) return;
    logged.set(key, now);
    const { request, reportOnly } = verdict;
    const { method, url, headers, host } = request;
    const reported =
      reportOnly?.difference === undefined
        ? ''
        : ` Under reportOnly it ${reportOnly.difference}: ${reportOnly.reason}.`;
    void this.service
      .explain({ method, url, headers, ...(host !== undefined && { host }) })
      .then(({ message }) => this.logger.warn(message + reported))
      .catch(() => {
        // The app's logger has failed, or the request is none that can be explained. Nobody is left to be told.
      });
  }
}

function count(
  rows: TopRows<Counted>,
  verdict: CorsVerdict,
  reason: Counted['reason'],
  now: number,
  versionHeader: string | undefined,
  difference?: CorsDifference,
): void {
  rows.add(keyOf(verdict, reason, difference), now, () => {
    const { kind, route, where, policy } = verdict;
    const origin = keptOrigin(verdict.origin);
    const method = cut(verdict.method, MAX_METHOD);
    const request = sampleRequest(verdict.request, origin, versionHeader);
    const value = { kind, origin, method, route, where, policy, reason, difference, request };
    return { value, bytes: origin.length + method.length + sizeOf(request) };
  });
}

/** By the pattern of the route, and never by what stands in the URL. */
function keyOf(
  { kind, origin, method, where, route }: CorsVerdict,
  reason: Counted['reason'],
  difference: CorsDifference | undefined,
): string {
  return `${kind} ${where ?? ''} ${route ?? ''} ${reason} ${difference ?? ''} ${cut(method, MAX_METHOD)} ${cut(origin, MAX_KEY)}`;
}

/** Longer values of `Origin`, of which none is an origin, count as one if they begin alike. */
const MAX_KEY = 330;

export type { Row };
