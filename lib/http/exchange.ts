import type { ExecutionContext } from '@nestjs/common';
import type { AskedRule, OriginRule } from '../policy/origin-set.js';
import { enforcedOn } from '../policy/enforcement.js';
import type { Policy } from '../policy/policy.js';
import { addVary } from '../protocol/vary.js';
import { allowsOrigin, decideOrigin } from '../protocol/verdict.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Arrival, Ruling } from '../routing/governance.js';
import { requestPath } from '../routing/request-path.js';
import type { ArrivedRequest, PlatformRequest } from '../routing/route-matcher.js';
import { askSources } from './ask-sources.js';
import { AskedRequest } from './asked-request.js';
import type { HookContext } from './hook-context.js';
import type { ForeignFields } from './sealed-fields.js';
import { isSameOrigin } from './same-origin.js';
import { wallsOf } from './walls.js';

/** What every policy but `*` varies on. */
const VARY_ORIGIN = 'Origin';

/**
 * How far a request has come: its response is `sealed`, and the platform's hook has to decide it; it has been `decided` at the
 * server, and the platform's hook has not seen it; or it has `arrived` there.
 */
export type Stage = 'sealed' | 'decided' | 'arrived';

/**
 * One request and its response, from the request hook to the moment the response starts: which policy governs it, and
 * what has been decided so far.
 */
export class Exchange implements ArrivedRequest, Arrival, ForeignFields {
  url: string;
  stage: Stage = 'arrived';
  private route: CorsRoute | undefined = undefined;
  /** Whether Nest is about to call a handler that is not known. */
  private isUnknown = false;
  private asked: AskedRequest | undefined = undefined;
  /**
   * What {@link allowedBy} is about, where the sources had to be asked. Policies that differ in other fields only have it
   * in common.
   */
  private decided: OriginRule | undefined = undefined;
  /** The entry whose sources allow the origin, `undefined` if none does. */
  private allowedBy: AskedRule | undefined = undefined;
  /** Whether the guards had run when the sources were asked. */
  private isAfterGuards = false;

  /**
   * @param request - the platform's request, or Node's as long as the platform has not seen it
   * @param origin - the value of `Origin` when the request came in; a middleware may delete or change it later
   * @param context - the app, with the policies that were in force when the request came in
   */
  constructor(
    public request: PlatformRequest,
    readonly origin: string | undefined,
    readonly context: HookContext,
  ) {
    this.url = request.url;
  }

  /** The platform's hook has got the request. */
  arrive(request: PlatformRequest): void {
    this.stage = 'arrived';
    this.request = request;
    if (this.url === request.url) return;
    // Fastify, or somebody in front of the platform, has rewritten it on the way: what was asked was about another path.
    this.url = request.url;
    this.decided = undefined;
    this.asked?.forget();
  }

  /** Somebody else has set a field of the protocol on the response, which is not sent. */
  noteForeign(name: string): void {
    this.context.log.foreignField(name, this.request.method, this.path ?? this.url);
  }

  get path(): string | undefined {
    return requestPath(this.url);
  }

  get isRewritten(): boolean {
    return this.request.url !== this.url;
  }

  othersAt(): readonly CorsRoute[] {
    const { request, url } = this;
    if (this.context.matcher.isElsewhere(this)) return [];
    // A middleware may have changed the target since.
    const arrived: PlatformRequest =
      request.url === url ? request : Object.create(request, { url: { value: url } });
    return this.context.matcher.othersAt(arrived, request.method);
  }

  /**
   * Nest is about to call a handler, which only the guard knows. It may be the second one, to which the first has passed
   * the request on; what was decided after the guards of that one does not count for it. Nor does what sources have said
   * of a path that the request no longer goes to, because a middleware has changed its URL on the way.
   *
   * @param routes - those of the handler; `undefined` for a handler that has none, none for one that nobody knows
   */
  pin(routes: readonly CorsRoute[] | undefined): void {
    if (routes !== undefined) this.pinOne(routes);
    if (this.asked === undefined) return;
    if (this.request.url !== this.url) {
      this.decided = undefined;
      this.asked.forget();
    }
    if (!this.isAfterGuards) return;
    this.isAfterGuards = false;
    this.asked.forgetAfterGuards();
  }

  /** A handler with several paths may have several policies: the one counts by which it has been reached. */
  private pinOne(routes: readonly CorsRoute[]): void {
    const [first] = routes;
    if (routes.length < 2) {
      this.route = first;
    } else {
      const { matcher } = this.context;
      const reached = matcher.reachedBy(this.request) ?? matcher.routeOf(this);
      this.route = reached !== undefined && routes.includes(reached) ? reached : undefined;
    }
    this.isUnknown = this.route === undefined;
  }

  /** The policy of the response; `undefined` where the path is unmanaged. */
  policy(): Policy | undefined {
    const { governance, matcher } = this.context;
    if (this.isUnknown)
      return governance.closed(governance.places.elsewhere, false, governance.enforces).policy;
    return governance.policyOf(this.route ?? matcher.routeOf(this), this);
  }

  /** The route whose policy {@link Exchange.policy} is; `undefined` if no known one serves the request. */
  get servedBy(): CorsRoute | undefined {
    return this.isUnknown ? undefined : (this.route ?? this.context.matcher.routeOf(this));
  }

  /** What {@link Exchange.policy} is, and why. */
  ruling(): Ruling {
    const { governance } = this.context;
    if (this.isUnknown) return governance.closed(governance.places.elsewhere, false, governance.enforces);
    return governance.rulingOf(this.servedBy, this);
  }

  /**
   * The policies that the request can come under, as far as that is known before its handler is: several where versions
   * share a path, and `undefined` among them for one that leaves it alone.
   */
  candidates(): readonly (Policy | undefined)[] {
    const { governance, matcher } = this.context;
    const routes = matcher.candidatesOf(this);
    if (routes.length < 2) return [governance.policyOf(routes[0], this)];
    return wallsOf(
      routes.map((route) => governance.policyOf(route, this)),
      this.request.method,
    );
  }

  /** Asks the sources of a policy, if that is still to be done; a promise if a source is asynchronous. */
  ask(policy: Policy): Promise<void> | undefined {
    if (this.decided === policy.origin || decideOrigin(policy, this.origin) !== 'origin-undecided') {
      return undefined;
    }
    return this.askAll(policy, undefined);
  }

  /**
   * Asks the sources of a policy that wait for the guards, which have run now. None of the others is asked again.
   *
   * @param context - the handler that is about to run
   */
  askAfterGuards(policy: Policy, context: ExecutionContext): Promise<void> | undefined {
    if (this.isAfterGuards && this.decided === policy.origin) return undefined;
    if (decideOrigin(policy, this.origin) !== 'origin-undecided') return undefined;
    return this.askAll(policy, context);
  }

  private askAll({ origin: rule }: Policy, context: ExecutionContext | undefined): Promise<void> | undefined {
    const answer = askSources(rule.asked, { origin: this.origin as string, view: this.view, context });
    if (answer instanceof Promise) return answer.then((by) => this.decide(rule, by, context !== undefined));
    this.decide(rule, answer, context !== undefined);
    return undefined;
  }

  private decide(rule: OriginRule, allowedBy: AskedRule | undefined, isAfterGuards: boolean): void {
    this.decided = rule;
    this.allowedBy = allowedBy;
    this.isAfterGuards = isAfterGuards;
  }

  /** Whether the policy allows the origin, as far as it is known by now. What nobody has been asked is refused. */
  isAllowed(policy: Policy): boolean {
    if (this.decided === policy.origin) return this.allowedBy !== undefined;
    return allowsOrigin(policy, this.origin);
  }

  /**
   * Whether the request may go on to its handler where others are refused: the policy allows the origin, or CORS does
   * not apply to it.
   */
  mayPass(policy: Policy): boolean {
    return (
      this.isAllowed(policy) || isSameOrigin(this.request, this.origin, this.context.governance.publicOrigins)
    );
  }

  /** Whether the policy keeps the request from its handler, as far as it is known by now. */
  isRefused(policy: Policy): boolean {
    return enforcedOn(policy.enforce, this.request.method) && !this.mayPass(policy);
  }

  /**
   * Whether scripts on the origin may read the response. What a source that waits for the guards says before they have
   * run is said for all callers at once, so it opens no response that has a caller's content.
   *
   * @param status - of the response
   */
  isReadable(policy: Policy, status: number): boolean {
    return this.isAllowed(policy) && !(policy.origin.afterGuards && this.waits(policy) && hasContent(status));
  }

  /** Whether the origin is allowed only by what a source has said before the guards have run. */
  waits(policy: Policy): boolean {
    return this.decided === policy.origin && !this.isAfterGuards && this.allowedBy?.afterGuards === true;
  }

  /** Whether the library itself keeps the request from its handler. */
  isStopped(policy: Policy): boolean {
    const isDecidedLate = policy.origin.afterGuards && this.isAfterGuards && this.decided === policy.origin;
    return isDecidedLate ? !this.mayPass(policy) : this.isRefused(policy);
  }

  /** What the sources of a policy have said; `undefined` if they have not been asked. */
  answerOf({ origin }: Policy): boolean | undefined {
    return this.decided === origin ? this.allowedBy !== undefined : undefined;
  }

  /** The request as sources see it. */
  get view(): AskedRequest {
    return (this.asked ??= new AskedRequest(this.request, this.request.method, false, () =>
      this.context.matcher.paramsOf(this),
    ));
  }

  /** The value that joins `Vary`. */
  vary(): string {
    const { asked } = this;
    return asked === undefined ? VARY_ORIGIN : addVary(VARY_ORIGIN, asked.headersRead.join(', '));
  }
}

/**
 * Whether a response with this status hands out what was asked for: a success, or 304, with which the browser reads its
 * own copy by the new headers.
 *
 * @see Fetch, "HTTP-network-or-cache fetch": a stored response is freshened with the headers of a 304
 */
function hasContent(status: number): boolean {
  // Node takes text for a number as well.
  const code = Math.trunc(status);
  return (code >= 200 && code < 300) || code === 304;
}
