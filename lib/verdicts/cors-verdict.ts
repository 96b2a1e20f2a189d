import type { CorsService } from '../cors.service.js';
import type { CorsReason, ExplainableRequest } from '../explain/cors-explanation.js';

/**
 * The name of the channel of `node:diagnostics_channel` on which every verdict is published, as a {@link CorsVerdict}. Without
 * a subscriber nothing is made of it.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe(CORS_VERDICT_CHANNEL, (message) => {
 *   const { outcome, reason, origin, method, route } = message as CorsVerdict;
 *   if (outcome === 'refused') logger.warn(`${origin} ${method} ${route}: ${reason}`);
 * });
 * ```
 */
export const CORS_VERDICT_CHANNEL = 'nestjs-cors:verdict';

/**
 * What became of a request:
 * - `allowed`: scripts on the origin may read the response, or the preflight is approved, or the WebSocket let through
 * - `refused`: they may not, it is not, or it is kept out
 * - `unmanaged`: that is left to whoever answers
 */
export type CorsOutcome = 'allowed' | 'refused' | 'unmanaged';

/**
 * Why: a reason of `explain()`, or
 * - `enforce-off`: a WebSocket handshake, from which CORS keeps nobody, where no policy says `enforce`
 * - `credentials-not-allowed`: only of a policy in `reportOnly`: the request has cookies, which it does not let a script use
 */
export type CorsVerdictReason = CorsReason | 'enforce-off' | 'credentials-not-allowed';

/** What became of a request under the policy that is only reported. */
export interface CorsReportOnlyVerdict {
  readonly outcome: 'allowed' | 'refused';
  readonly reason: CorsVerdictReason;
  /** As in {@link CorsVerdict.status}. */
  readonly status: number | undefined;
  /**
   * What would change for the request if that policy were in force; `undefined` if nothing would. A request of which a script
   * cannot read the response today, and which `enforce` would keep out, counts as one that would be refused.
   */
  readonly difference: CorsDifference | undefined;
}

/** What would change for a request under a policy that is only reported. */
export type CorsDifference = 'would be refused' | 'would be allowed';

/**
 * One verdict: on a preflight, on an actual request with `Origin`, or on a request with `Origin` to change the protocol (a
 * WebSocket handshake). Published on {@link CORS_VERDICT_CHANNEL} when it is final: that of an actual request when its response
 * starts, whoever sends it. A request whose connection is lost before has none.
 *
 * `outcome`, `reason`, `route`, `where` and `policy` have as many values as the app's configuration gives them, so that they do
 * for labels of metrics; `origin`, `method` and `request` come from whoever sends.
 */
export interface CorsVerdict {
  readonly kind: 'preflight' | 'actual' | 'upgrade';
  readonly outcome: CorsOutcome;
  readonly reason: CorsVerdictReason;
  /** The status with which the library itself has answered; `undefined` where the answer is the app's. */
  readonly status: number | undefined;
  /** The value of `Origin`, as it was sent: it need not be an origin, nor short. */
  readonly origin: string;
  /** The method of the actual request: for a preflight the value of `Access-Control-Request-Method`. */
  readonly method: string;
  /**
   * The path of the route that serves the request, with its parameters by name (`/orders/:id`); where none does, that of the
   * entry of `routes`, or `*` for the module's default. `undefined` where that cannot be said, and the policy is closed.
   */
  readonly route: string | undefined;
  /** The same as in `CorsRouteReport.where`: `OrdersController#remove`, `options.routes[0]`, `options`. */
  readonly where: string | undefined;
  /** The name of the policy that the route or entry uses; `undefined` if it uses none. */
  readonly policy: string | undefined;
  /** What the policy says that is only reported; `undefined` where there is none. */
  readonly reportOnly: CorsReportOnlyVerdict | undefined;
  /** The request, as the platform or Node has it. Fits `explain()`. Not to be changed, nor to be kept: it holds its connection. */
  readonly request: ExplainableRequest;
  /** The service of the app that the request came to: one channel has the verdicts of all apps of a process. */
  readonly service: CorsService;
}
