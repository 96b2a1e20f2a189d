import type { Policy } from '../policy/policy.js';
import { decideOrigin, type PreflightFacts, type PreflightReason } from '../protocol/verdict.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Ruling } from '../routing/governance.js';
import { kindOf } from '../routing/governing-kind.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { CorsOutcome, CorsVerdict, CorsVerdictReason } from '../verdicts/cors-verdict.js';
import type { AskedRequest } from './asked-request.js';
import type { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { isSameOrigin } from './same-origin.js';

/** What a request goes to, and what governs it there. */
export interface Target {
  readonly route: CorsRoute | undefined;
  readonly ruling: Ruling;
}

/** What was decided about a request. */
export interface Decision extends Pick<
  CorsVerdict,
  'kind' | 'origin' | 'method' | 'outcome' | 'reason' | 'status'
> {
  /** Whether the policy allows it. It need not: to the app's own origin CORS does not apply. */
  readonly isAllowed: boolean;
  /** Whether the origin is the app's own, as far as a server can tell. A browser sends no preflight to that. */
  readonly isOwn: boolean;
}

/**
 * A request about which the policy in force has decided. What became of it is worked out as far as somebody asks: nearly always
 * that is less than all.
 */
export abstract class Decided implements Decision {
  abstract readonly kind: CorsVerdict['kind'];
  abstract readonly method: string;
  abstract readonly isAllowed: boolean;
  abstract readonly status: number | undefined;
  /** Of a preflight. */
  readonly facts: PreflightFacts | undefined = undefined;
  private own: boolean | undefined = undefined;

  /**
   * @param targets - all that it could go to
   * @param target - what counts
   */
  constructor(
    readonly request: PlatformRequest,
    readonly context: HookContext,
    readonly origin: string,
    readonly targets: readonly Target[],
    readonly target: Target,
  ) {}

  get outcome(): CorsOutcome {
    if (this.target.ruling.policy === undefined) return 'unmanaged';
    return this.isAllowed || this.isOwn ? 'allowed' : 'refused';
  }

  get reason(): CorsVerdictReason {
    const { policy } = this.target.ruling;
    if (policy === undefined) return 'unmanaged';
    if (this.isAllowed) return this.allowedBecause(policy);
    if (this.isOwn) return 'same-origin';
    const kind = kindOf(this.target.ruling);
    return kind === 'policy-found' ? this.refusedBecause(policy) : kind;
  }

  get isOwn(): boolean {
    return (this.own ??= this.facts === undefined && isOwn(this));
  }

  /** What sources of a policy have said; `undefined` if they have not been asked as a whole. */
  abstract answerOf(policy: Policy): boolean | undefined;
  /** The request as sources see it. */
  abstract get view(): AskedRequest;
  protected abstract allowedBecause(policy: Policy): CorsVerdictReason;
  protected abstract refusedBecause(policy: Policy): CorsVerdictReason;
}

/** Of a request that nobody has shown to Express yet, the host is in its header only. */
function isOwn({ request, origin, context }: Decided): boolean {
  const { method, url, headers, host = headers['host'] ?? headers[':authority'] } = request;
  const seen: PlatformRequest = { method, url, headers, host: String(host ?? '') };
  return isSameOrigin(seen, origin, context.governance.publicOrigins);
}

/** One that an {@link Exchange} is about. */
abstract class DecidedExchange extends Decided {
  constructor(
    protected readonly exchange: Exchange,
    target: Target,
  ) {
    super(exchange.request, exchange.context, exchange.origin as string, [target], target);
  }

  get method(): string {
    return this.request.method;
  }

  get view(): AskedRequest {
    return this.exchange.view;
  }

  answerOf(policy: Policy): boolean | undefined {
    return this.exchange.answerOf(policy);
  }

  protected allowedBecause(policy: Policy): CorsVerdictReason {
    if (policy.origin.any) return 'any-origin';
    const isWaiting = policy.origin.afterGuards && this.exchange.waits(policy);
    return isWaiting ? 'origin-may-be-allowed' : 'origin-allowed';
  }

  protected refusedBecause(policy: Policy): CorsVerdictReason {
    if (this.exchange.isAllowed(policy)) return 'origin-may-be-allowed';
    if (decideOrigin(policy, this.origin) === 'origin-malformed') return 'origin-malformed';
    return hasFailed(this.view, policy) ? 'source-failed' : 'origin-not-allowed';
  }
}

/** An actual request, whose response has just started. */
export class DecidedActual extends DecidedExchange {
  readonly kind = 'actual';
  readonly isAllowed: boolean;

  /** @param started - the status of the response */
  constructor(
    exchange: Exchange,
    target: Target,
    private readonly started: number,
  ) {
    super(exchange, target);
    const { policy } = target.ruling;
    this.isAllowed = policy !== undefined && exchange.isReadable(policy, started);
  }

  get status(): number | undefined {
    const { policy } = this.target.ruling;
    return this.started === 403 && policy !== undefined && this.exchange.isStopped(policy) ? 403 : undefined;
  }
}

/** A preflight that is the app's own business: it has been answered like any other request. */
export class UnmanagedPreflight extends DecidedExchange {
  readonly kind = 'preflight';
  readonly isAllowed = false;
  readonly status = undefined;

  override get method(): string {
    return String(this.request.headers['access-control-request-method']);
  }
}

/** A request to change the protocol. */
export class DecidedUpgrade extends DecidedExchange {
  readonly kind = 'upgrade';

  /** @param isRefused - whether it was answered with 403 */
  constructor(
    exchange: Exchange,
    target: Target,
    private readonly isRefused: boolean,
  ) {
    super(exchange, target);
  }

  get isAllowed(): boolean {
    const { policy } = this.target.ruling;
    return policy !== undefined && (policy.enforce === false || this.exchange.isAllowed(policy));
  }

  get status(): number | undefined {
    return this.isRefused ? 403 : undefined;
  }

  protected override allowedBecause(policy: Policy): CorsVerdictReason {
    return policy.enforce !== false ? super.allowedBecause(policy) : 'enforce-off';
  }
}

/** A preflight that has been answered. */
export class DecidedPreflight extends Decided {
  readonly kind = 'preflight';

  /**
   * @param at - which of the targets has approved it; else the one with which it got furthest
   * @param status - of the answer
   */
  constructor(
    request: PlatformRequest,
    context: HookContext,
    targets: readonly Target[],
    at: number,
    override readonly facts: PreflightFacts,
    private readonly because: PreflightReason,
    readonly status: number,
    readonly view: AskedRequest,
  ) {
    super(request, context, facts.origin, targets, targets[at] as Target);
  }

  get method(): string {
    return this.facts.method;
  }

  get isAllowed(): boolean {
    return this.because === 'preflight-approved';
  }

  answerOf(): undefined {
    return undefined;
  }

  protected allowedBecause(): CorsVerdictReason {
    return this.because;
  }

  protected refusedBecause(policy: Policy): CorsVerdictReason {
    const isFailed = this.because === 'origin-not-allowed' && hasFailed(this.view, policy);
    return isFailed ? 'source-failed' : this.because;
  }
}

/** Whether one of a policy's sources has failed. */
export function hasFailed(view: AskedRequest, { origin }: Policy): boolean {
  return origin.asked.length > 0 && view.hasFailed(origin.asked.flatMap(({ sources }) => sources));
}
