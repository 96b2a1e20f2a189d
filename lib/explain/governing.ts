import type { EngineAdvice } from '../advice/engine-advice.js';
import type { GatewayDoors } from '../http/gateway.js';
import type { HookContext } from '../http/hook-context.js';
import { PreflightTarget } from '../http/preflight.js';
import type { OriginEntry } from '../policy/origin-entry.js';
import type { Policy } from '../policy/policy.js';
import type { ComposedPolicy } from '../policy/policy-composer.js';
import type { PolicyField } from '../policy/policy-fields.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Ruling } from '../routing/governance.js';
import { kindOf, type GoverningKind } from '../routing/governing-kind.js';
import { reportPlace, reportPolicy, reportRoute, type CorsRouteReport } from '../routing/route-report.js';
import type { PlainRequest } from './read-request.js';
import { listed } from './words.js';

/** What explaining a request needs to know of the app. */
export interface ExplainContext extends HookContext {
  /** Whether the platform tries routes in the order in which they were registered, as Express does. */
  readonly isOrderSensitive: boolean;
  /** Whether somebody takes requests to change the protocol; else Node answers them like any other. */
  readonly takesHandshakes: boolean;
  /** What stands at the doors of gateways. */
  readonly gateways: Pick<GatewayDoors, 'contextOf'> | undefined;
  /** What engines make of the policies, where they differ. */
  readonly advice: EngineAdvice | undefined;
}

/** What governs a request: a route, an entry of `routes`, or the module's default. */
export interface Governing {
  readonly kind: GoverningKind;
  /** Whether it is a route of Nest, in front of which the guard stands. */
  readonly isRoute: boolean;
  /** Whether it is the module's default. */
  readonly isDefault: boolean;
  /** `undefined` where the path can be read as several. */
  readonly report: CorsRouteReport | undefined;
  /** `undefined` where the path is unmanaged. */
  readonly policy: Policy | undefined;
  /** The policy with the layers that it is made of; `undefined` where there is none, and where nobody may read. */
  readonly composed: ComposedPolicy | undefined;
  /** The origins of the policy, one by one. */
  readonly entries: readonly OriginEntry[];
  /**
   * The policies of the routes that share the path with the request, where the platform finds out behind the hook that it
   * asks for a version which none of them serves; `undefined` among them for one that leaves it alone.
   */
  readonly rivals: readonly (Policy | undefined)[];
}

/** What can govern the actual request that a preflight announces: several where versions share a path. */
export function governingPreflight(
  request: PlainRequest,
  method: string,
  context: ExplainContext,
): readonly [Governing, ...Governing[]] {
  const routes = context.matcher.targetsOf(request, method);
  if (routes.length === 0) return [governing(undefined, request, method, context)];
  return routes.map((route) => governing(route, request, method, context)) as unknown as [Governing];
}

/** What governs an actual request. */
export function governingActual(request: PlainRequest, context: ExplainContext): Governing {
  const { matcher, isOrderSensitive } = context;
  const route = matcher.routeOf({ request, url: request.url });
  const own = governing(route, request, request.method, context);
  if (route !== undefined || !isOrderSensitive) return own;
  const routes = matcher.targetsOf(request, request.method);
  return {
    ...own,
    rivals: routes.map((other) => governing(other, request, request.method, context).policy),
  };
}

function governing(
  route: CorsRoute | undefined,
  request: PlainRequest,
  method: string,
  { governance, matcher, mounts, advice }: ExplainContext,
): Governing {
  const target = new PreflightTarget(request, method, matcher);
  const ruling = governance.rulingOf(route, target);
  const { governed, place, isAmbiguous } = ruling;
  // An app that is mounted there decides for itself.
  const policy = mounts.cover(request.url) ? undefined : ruling.policy;
  return {
    kind: policy === undefined ? 'unmanaged' : kindOf(ruling),
    isRoute: route !== undefined,
    isDefault: route === undefined && place === governance.places.elsewhere,
    report: isAmbiguous ? undefined : reportOf(route, ruling, policy, advice),
    policy,
    composed: governed,
    entries: governed?.fields.origin ?? [],
    rivals: [],
  };
}

function reportOf(
  route: CorsRoute | undefined,
  { governed, place }: Ruling,
  policy: Policy | undefined,
  advice: EngineAdvice | undefined,
): CorsRouteReport {
  const said = policy === undefined ? undefined : governed;
  return route === undefined
    ? { ...reportPlace(place), ...reportPolicy(said, advice) }
    : reportRoute(route, said, advice);
}

/**
 * The route that would serve the actual request in another case of its method: browsers send `patch` as it was written
 * (Fetch, Methods: "normalize a method").
 */
export function routeInUpperCase(
  request: PlainRequest,
  method: string,
  { matcher }: ExplainContext,
): { readonly method: string; readonly where: string } | undefined {
  const upper = method.toUpperCase();
  const [route] = upper === method ? [] : matcher.targetsOf(request, upper);
  return route && { method: upper, where: route.where };
}

/** Names a policy, and the layers that one of its fields comes from, for messages. */
export function ownerOf({ isRoute, isDefault, report }: Governing, field: PolicyField): string {
  const { where, path, below, from } = report ?? NOWHERE;
  const layers = from?.[field] ?? [];
  const origin = `(${field} ${layers.length === 0 ? 'by default' : `from ${listed(layers)}`})`;
  if (isRoute) return `the policy of ${where} ${below === undefined ? '' : `below ${below} `}${origin}`;
  return isDefault ? `the default policy ${origin}` : `the policy of ${where} for ${path} ${origin}`;
}

/** Stands where the path can be read as several. */
const NOWHERE: Pick<CorsRouteReport, 'where' | 'path' | 'below' | 'from'> = {
  where: 'options',
  path: '*',
  below: undefined,
  from: undefined,
};
