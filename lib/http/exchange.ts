import type { OriginRule } from '../policy/origin-set.js';
import type { Policy } from '../policy/policy.js';
import { addVary } from '../protocol/vary.js';
import { allowsReading, decideOrigin } from '../protocol/verdict.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Governance } from '../routing/governance.js';
import { requestPath } from '../routing/request-path.js';
import type { ArrivedRequest, PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';
import { askSources } from './ask-sources.js';
import { AskedRequest } from './asked-request.js';

/** What every policy but `*` varies on. */
const VARY_ORIGIN = 'Origin';

/**
 * One request and its response, from the request hook to the moment the response starts: which policy governs it, and
 * what has been decided so far.
 */
export class Exchange implements ArrivedRequest {
  readonly url: string;
  readonly baseUrl: string;
  /** Set by the guard, which knows the handler that Nest is about to call. */
  route: CorsRoute | undefined = undefined;
  private asked: AskedRequest | undefined = undefined;
  /** What {@link allowed} is about. Policies that differ in other fields only have it in common. */
  private decided: OriginRule | undefined = undefined;
  private allowed = false;

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
  ) {
    this.url = request.url;
    this.baseUrl = request.baseUrl ?? '';
  }

  /** Whether it is one of the app that has this matcher: apps can be mounted in each other. */
  belongsTo(matcher: RouteMatcher): boolean {
    return this.matcher === matcher;
  }

  /** The policy of the response: the route's, else that of the path. */
  policy(): Policy | undefined {
    const route = this.route ?? this.matcher.routeOf(this);
    return route === undefined
      ? this.governance.paths.policyFor(requestPath(this.url))
      : this.governance.policies[route.index];
  }

  /** Asks the sources of a policy, if that is still to be done; a promise if a source is asynchronous. */
  ask(policy: Policy): Promise<void> | undefined {
    if (this.decided === policy.origin || decideOrigin(policy, this.origin) !== 'origin-undecided') {
      return undefined;
    }
    this.asked ??= new AskedRequest(this.request, this.request.method, false);
    const answer = askSources(policy.origin.asked, this.origin as string, this.asked);
    if (typeof answer !== 'boolean') return answer.then((allowed) => this.decide(policy, allowed));
    this.decide(policy, answer);
    return undefined;
  }

  private decide(policy: Policy, allowed: boolean): void {
    this.decided = policy.origin;
    this.allowed = allowed;
  }

  /** Whether scripts on the origin may read the response. What nobody has been asked is refused. */
  isAllowed(policy: Policy): boolean {
    const reason = decideOrigin(policy, this.origin);
    return (
      allowsReading(reason) ||
      (reason === 'origin-undecided' && this.decided === policy.origin && this.allowed)
    );
  }

  /** The value that joins `Vary`. */
  vary(): string {
    const { asked } = this;
    return asked === undefined ? VARY_ORIGIN : (addVary(VARY_ORIGIN, asked.headersRead.join(', ')) as string);
  }
}
