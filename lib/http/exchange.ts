import type { Policy } from '../policy/policy.js';
import { addVary } from '../protocol/vary.js';
import { decideOrigin, isAllowed } from '../protocol/verdict.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Governance } from '../routing/governance.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';

/** What every policy but `*` varies on. */
const VARY_ORIGIN = 'Origin';

/**
 * One request and its response, from the request hook to the moment the response starts: which policy governs it, and
 * what has been decided so far.
 */
export class Exchange {
  /** Set by the guard, which knows the handler that Nest is about to call. */
  route: CorsRoute | undefined = undefined;
  private decided: Policy | undefined = undefined;
  private allowed = false;
  private varyOn = VARY_ORIGIN;

  /**
   * @param request - the platform's request
   * @param origin - the value of `Origin` when the request came in; a middleware may delete or change it later
   * @param governance - the policies that were in force when the request came in
   */
  constructor(
    readonly request: PlatformRequest,
    readonly origin: string | undefined,
    private readonly governance: Governance,
    private readonly matcher: RouteMatcher,
  ) {}

  /** The policy of the response: the route's, else that of the path. */
  policy(): Policy | undefined {
    const route = this.route ?? this.matcher.routeOf(this.request);
    return route === undefined
      ? this.governance.paths.policyFor(requestPath(this.request.originalUrl))
      : this.governance.policies[route.index];
  }

  /** Whether a source of the policy has still to be asked. */
  isUndecided(policy: Policy): boolean {
    return this.decided !== policy && decideOrigin(policy, this.origin) === 'origin-undecided';
  }

  /** Notes what the sources of a policy said. */
  decide(policy: Policy, allowed: boolean, headersRead: readonly string[]): void {
    this.decided = policy;
    this.allowed = allowed;
    this.varyOn = addVary(VARY_ORIGIN, headersRead.join(', ')) as string;
  }

  /** Whether scripts on the origin may read the response. What nobody has been asked is refused. */
  isAllowed(policy: Policy): boolean {
    const reason = decideOrigin(policy, this.origin);
    return isAllowed(reason) || (reason === 'origin-undecided' && this.decided === policy && this.allowed);
  }

  /** The value that joins `Vary`. */
  vary(policy: Policy): string {
    return this.decided === policy ? this.varyOn : VARY_ORIGIN;
  }
}
