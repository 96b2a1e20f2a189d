import type { CorsHint } from '../explain/cors-explanation.js';
import type { CorsDifference, CorsVerdict } from './cors-verdict.js';

/** What has been refused, and how often: one row for each origin, route, method and reason. */
export interface CorsRefusal extends Pick<
  CorsVerdict,
  'kind' | 'method' | 'route' | 'where' | 'policy' | 'reason'
> {
  /** The value of `Origin`. One that is longer than an origin can be ends in `…`. */
  readonly origin: string;
  /** How often, at most. */
  readonly count: number;
  /** How often, at least: less than `count` where a row had to be given up for this one, whose count it has taken over. */
  readonly atLeast: number;
  /** When it was first seen, since it has its row. */
  readonly first: Date;
  readonly last: Date;
  /** The path of one of the requests, without its query; of a long one the beginning. */
  readonly path: string;
  /**
   * What was probably meant, as `explain()` has it, by the policies that are in force now. Of lists with more than ten thousand
   * origins, only what was refused most often is compared with them.
   */
  readonly hint: CorsHint | undefined;
  /** The allowed origin, or pattern, that it comes closest to. */
  readonly closest: string | undefined;
}

/** What a policy in `reportOnly` would change, and how often. */
export interface CorsReportOnlyCount extends CorsRefusal {
  readonly difference: CorsDifference;
}
