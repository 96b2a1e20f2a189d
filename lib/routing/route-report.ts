import type { EngineAdvice } from '../advice/engine-advice.js';
import type { Enforcement } from '../policy/enforcement.js';
import type { MergedFields, PolicyField } from '../policy/policy-fields.js';
import { POLICY_FIELDS } from '../policy/policy-options.js';
import { isAny } from '../policy/origin-entry.js';
import { describeEntry } from '../policy/policy-rules.js';
import { compileRequestHeaders, refusedRequestHeader } from '../protocol/request-headers.js';
import type { CorsRoute } from './cors-route.js';
import type { Governance, Governed, GovernedPlace, GovernedRoute } from './governance.js';
import type { ForeignRoute } from './route-matcher.js';
import { routeSegments } from './path-pattern.js';
import type { Places } from './places.js';
import { declaredHeaders } from './route-defaults.js';

/** What pages send without asking, unless its value is unusual. @see Fetch, "CORS-safelisted request-header" */
const SAFELISTED_REQUEST_HEADERS = new Set(['accept', 'accept-language', 'content-language', 'range']);

/** The fields of a policy as they are in force. */
export interface EffectivePolicy {
  /** Who may read, as it was written: `*`, origins, patterns, regular expressions, names of functions and classes. */
  readonly origin: readonly string[];
  /** Whether responses to requests with cookies and HTTP authentication may be read. */
  readonly credentials: boolean;
  /** The names of response headers that scripts may read beside the safelisted ones, in lower case, or `*`. */
  readonly exposedHeaders: readonly string[];
  /** Which requests from origins that are not allowed are refused: none, all but GET, HEAD and OPTIONS (`'unsafe'`), or all. */
  readonly enforce: Enforcement;
  /** Methods that a preflight may approve; GET, HEAD and POST always are, whether they are listed or not. */
  readonly methods: readonly string[];
  /** The names of request headers that a preflight may approve, in lower case; `*` is any but `authorization`. */
  readonly allowedHeaders: readonly string[];
  /** In seconds; `undefined` if it is not sent. */
  readonly maxAge: number | undefined;
  /** The status of an approved preflight. */
  readonly optionsSuccessStatus: number;
  /** The names of the refusals that are switched off. */
  readonly dangerously: readonly string[];
}

/** One line of `CorsService.routes()`. */
export interface CorsRouteReport {
  /**
   * `Controller#handler`; `options.routes[0]` for an entry; `options` for the module's default; `fastify` or `express` for a
   * route that somebody has registered with the platform directly.
   */
  readonly where: string;
  /** The method, or `ALL`; `ALL` as well for entries and the module's default. */
  readonly method: string;
  /** The path as it is registered with the platform, or as it was written; `*` for the module's default. */
  readonly path: string;
  /**
   * The path of the entry of `routes` below which the line holds, where only some of the route's paths are covered by that
   * entry; `undefined` on the line for all other paths.
   */
  readonly below: string | undefined;
  /** The versions that a request has to ask for in another way than by the path; `neutral` is `VERSION_NEUTRAL`. */
  readonly version: readonly string[];
  /** The hosts that the controller is bound to; none means any. */
  readonly hosts: readonly string[];
  /** The policy, which allows nobody if its `origin` is empty; `undefined` where the path is unmanaged. */
  readonly policy: EffectivePolicy | undefined;
  /**
   * The layers that each field's value came from, outermost first; none means the default. `undefined` where the path is
   * unmanaged.
   */
  readonly from: Readonly<Record<PolicyField, readonly string[]>> | undefined;
  /** The policy that would be in force with the fields of `reportOnly`; `undefined` if there are none, or it is the same. */
  readonly reportOnly: EffectivePolicy | undefined;
  /**
   * What is legal but worth knowing, such as a list of `allowedHeaders` that leaves out what the handler declares, a
   * `maxAge` longer than an engine keeps, a redirect behind which engines ask for more, or a `dangerously` that is set.
   */
  readonly notes: readonly string[];
}

/**
 * Describes every policy of an app.
 *
 * @param foreign - what others have registered with the platform
 * @param platform - the platform's name
 * @param advice - what engines make of the policies, where they differ
 */
export function reportRoutes(
  routes: readonly CorsRoute[],
  governance: Governance,
  foreign: readonly ForeignRoute[],
  platform: string,
  advice?: EngineAdvice,
): CorsRouteReport[] {
  const { places } = governance;
  return [
    ...routes.flatMap((route, index) => {
      const { governed, elsewhere = new Map() } = governance.routes[index] as GovernedRoute;
      const others = [...elsewhere].map(([{ path }, other]) => reportRoute(route, other, advice, path));
      return [reportRoute(route, governed, advice), ...others];
    }),
    ...[...places.list, places.elsewhere].map((place) => reportPlace(place, advice)),
    ...foreign.flatMap((route) => reportForeign(route, places, platform, advice)),
  ];
}

/**
 * Describes a route of Nest, with what governs it.
 *
 * @param below - the path of the entry below which that is so, if it is not so everywhere
 */
export function reportRoute(
  route: CorsRoute,
  governed: Governed,
  advice?: EngineAdvice,
  below?: string,
): CorsRouteReport {
  const { notes, ...said } = reportPolicy(governed, advice, declaredHeaders(route));
  const isOpen = governed !== undefined && !governed.policy.closed;
  return {
    where: route.where,
    method: route.method,
    path: route.path,
    below,
    version: [route.version ?? []]
      .flat()
      .map((version) => (typeof version === 'symbol' ? 'neutral' : version)),
    hosts: route.hosts,
    ...said,
    notes: [...notes, ...((isOpen && advice?.notesOnRoute(route)) || [])],
  };
}

/** Describes an entry of `routes`, or the module's default. */
export function reportPlace({ where, path, own }: GovernedPlace, advice?: EngineAdvice): CorsRouteReport {
  const said = reportPolicy(own, advice);
  return { where, method: 'ALL', path, below: undefined, version: [], hosts: [], ...said };
}

/** Describes what somebody else has registered with the platform, once for each place that governs some of it. */
function reportForeign(
  { methods, path }: ForeignRoute,
  places: Places<GovernedPlace>,
  platform: string,
  advice: EngineAdvice | undefined,
): readonly CorsRouteReport[] {
  const { home, others } = places.locate(routeSegments(path));
  return methods.flatMap((method) =>
    [home, ...others].map((place) => ({
      where: platform,
      method,
      path,
      below: place === home ? undefined : place.path,
      version: [],
      hosts: [],
      ...reportPolicy(place.own, advice),
    })),
  );
}

/**
 * Describes a policy.
 *
 * @param advice - what engines make of policies, where they differ
 * @param declared - the request headers that the handler declares that it reads
 */
export function reportPolicy(
  governed: Governed,
  advice?: EngineAdvice,
  declared: readonly string[] = [],
): Pick<CorsRouteReport, 'policy' | 'from' | 'reportOnly' | 'notes'> {
  if (governed === undefined) return { policy: undefined, from: undefined, reportOnly: undefined, notes: [] };
  const { fields, from, reported } = governed;
  return {
    policy: effectivePolicy(fields),
    from: Object.fromEntries(
      POLICY_FIELDS.map((field) => [field, [...from[field]]]),
    ) as unknown as MergedFields['from'],
    reportOnly: reported && effectivePolicy(reported.fields),
    notes: [
      ...notesOn(fields, governed.policy.closed ? [] : declared),
      ...(advice?.notesOn(governed.policy) ?? []),
    ],
  };
}

function effectivePolicy({ dangerously, ...others }: MergedFields['fields']): EffectivePolicy {
  return {
    ...copied(others),
    origin: others.origin.map(describeEntry),
    dangerously: Object.entries(dangerously).flatMap(([name, isSet]) => (isSet ? [name] : [])),
  };
}

/** Copies, so that nobody can change a policy through its description. */
function copied(
  fields: Omit<MergedFields['fields'], 'dangerously'>,
): Omit<EffectivePolicy, 'origin' | 'dangerously'> {
  return {
    credentials: fields.credentials,
    exposedHeaders: [...fields.exposedHeaders],
    enforce: fields.enforce,
    methods: [...fields.methods],
    allowedHeaders: [...fields.allowedHeaders],
    maxAge: fields.maxAge,
    optionsSuccessStatus: fields.optionsSuccessStatus,
  };
}

function notesOn(
  { dangerously, allowedHeaders, enforce, origin }: MergedFields['fields'],
  declared: readonly string[],
): readonly string[] {
  const rule = compileRequestHeaders(allowedHeaders);
  const missing = declared.filter(
    (name) => !SAFELISTED_REQUEST_HEADERS.has(name) && refusedRequestHeader(rule, name) !== undefined,
  );
  return [
    ...(missing.length > 0
      ? [`allowedHeaders: leaves out ${missing.join(', ')}, which the handler declares that it reads`]
      : []),
    ...(enforce !== false && origin.some(isAny)
      ? ["enforce: it refuses nobody, since '*' allows every origin"]
      : []),
    ...Object.entries(dangerously).flatMap(([name, isSet]) => (isSet ? [`dangerously: ${name} is set`] : [])),
  ];
}
