import type { HookContext } from '../http/hook-context.js';
import type { OriginEntry } from '../policy/origin-entry.js';
import type { Policy } from '../policy/policy.js';
import type { PolicyField } from '../policy/policy-fields.js';
import { policyOf, type Governed } from '../routing/governed.js';
import { requestPath } from '../routing/request-path.js';
import { reportEntry, reportRoute, type CorsRouteReport } from '../routing/route-report.js';
import type { PlainRequest } from './read-request.js';
import { routeOfVersion, type Versioned } from './requested-version.js';
import { listed } from './words.js';

/** What explaining a request needs to know of the app. */
export type ExplainContext = HookContext & Versioned;

/** What governs a request: a route, an entry of `routes`, or the module's default. */
export interface Governing {
  /** Whether it is a route of Nest, in front of which the guard stands. */
  readonly isRoute: boolean;
  /** Whether it is the module's default. */
  readonly isDefault: boolean;
  readonly report: CorsRouteReport;
  /** `undefined` where there is no policy. */
  readonly policy: Policy | undefined;
  /** The origins of the policy, one by one. */
  readonly entries: readonly OriginEntry[];
}

/** What can govern a request; `'ambiguous'` if its path can be read in two ways with different policies. */
export type GoverningAny = readonly Governing[] | 'ambiguous';

/** What can govern the actual request that a preflight announces: several where versions share a path. */
export function governingPreflight(
  request: PlainRequest,
  method: string,
  context: ExplainContext,
): GoverningAny {
  const path = requestPath(request.url);
  // `OPTIONS *` is about no path, and so about no policy.
  if (path === undefined) return [];
  const routes = context.matcher.targetsOf(request, method);
  return routes.length === 0
    ? governingPath(path, context)
    : routes.map((route) => governingRoute(route, context));
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

/** What governs an actual request. */
export function governingActual(request: PlainRequest, context: ExplainContext): GoverningAny {
  const routes = context.matcher.targetsOf(request, request.method);
  const route = routeOfVersion(routes, request, context);
  return route === undefined
    ? governingPath(requestPath(request.url), context)
    : [governingRoute(route, context)];
}

type Route = ReturnType<HookContext['matcher']['targetsOf']>[number];

function governingRoute(route: Route, { governance }: ExplainContext): Governing {
  const governed = governance.routes[route.index];
  return {
    isRoute: true,
    isDefault: false,
    report: reportRoute(route, governed),
    policy: governance.policies[route.index],
    entries: entriesOf(governed),
  };
}

/** Where the default has no policy either, nothing governs the path. */
function governingPath(path: string | undefined, { governance }: ExplainContext): GoverningAny {
  const { entryFor, fallback } = governance.paths;
  const entry = entryFor(path);
  if (entry === undefined) return 'ambiguous';
  const isDefault = entry === fallback;
  const policy = policyOf(entry.governed);
  if (isDefault && policy === undefined) return [];
  return [
    { isRoute: false, isDefault, report: reportEntry(entry), policy, entries: entriesOf(entry.governed) },
  ];
}

function entriesOf(governed: Governed): readonly OriginEntry[] {
  return governed === undefined || governed === 'none' ? [] : governed.fields.origin;
}

/** Names a policy, and the layers that one of its fields comes from, for messages. */
export function ownerOf({ isRoute, isDefault, report }: Governing, field: PolicyField): string {
  const { where, path, from } = report;
  const layers = from?.[field] ?? [];
  const origin = `(${field} ${layers.length === 0 ? 'by default' : `from ${listed(layers)}`})`;
  if (isRoute) return `the policy of ${where} ${origin}`;
  return isDefault ? `the default policy ${origin}` : `the policy of ${where} for ${path} ${origin}`;
}
