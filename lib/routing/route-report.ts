import { POLICY_FIELDS, type MergedFields, type PolicyField } from '../policy/policy-fields.js';
import { describeEntry } from '../policy/policy-rules.js';
import type { CorsRoute } from './cors-route.js';
import type { Governance } from './governance.js';
import type { Governed } from './governed.js';
import type { PathEntry } from './path-policies.js';

/** The longest time, in seconds, for which Chromium keeps a preflight. */
const CHROMIUM_MAX_AGE = 7200;

/** The fields of a policy as they are in force. */
export interface EffectivePolicy {
  /** Who may read, as it was written: `*`, origins, patterns, regular expressions, names of functions and classes. */
  readonly origin: readonly string[];
  /** Whether responses to requests with cookies and HTTP authentication may be read. */
  readonly credentials: boolean;
  /** The names of response headers that scripts may read beside the safelisted ones, in lower case, or `*`. */
  readonly exposedHeaders: readonly string[];
  /** Whether the guard refuses requests from origins that are not allowed. */
  readonly enforce: boolean;
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
  /** `Controller#handler`, `options.routes[0]`, or `options` for the module's default. */
  readonly where: string;
  /** The method, or `ALL`; `ALL` as well for what is no route of Nest. */
  readonly method: string;
  /** The path as it is registered with the platform; `*` for the module's default. */
  readonly path: string;
  /** The versions that a request has to ask for in another way than by the path; `neutral` is `VERSION_NEUTRAL`. */
  readonly version: readonly string[];
  /** The hosts that the controller is bound to; none means any. */
  readonly hosts: readonly string[];
  /** The policy, `'none'` under `@NoCors()`, or `undefined` where there is none. */
  readonly policy: EffectivePolicy | 'none' | undefined;
  /**
   * The layers that each field's value came from, outermost first; none means the default. `undefined` where there is no
   * policy.
   */
  readonly from: Readonly<Record<PolicyField, readonly string[]>> | undefined;
  /** What is legal but worth knowing, such as a `maxAge` longer than Chromium keeps, or a `dangerously` that is set. */
  readonly notes: readonly string[];
}

/** Describes every policy of an app. */
export function reportRoutes(
  routes: readonly CorsRoute[],
  { routes: governed, paths }: Governance,
): CorsRouteReport[] {
  return [
    ...routes.map((route, index) => reportRoute(route, governed[index])),
    ...[...paths.entries, paths.fallback].map(reportEntry),
  ];
}

/** Describes a route of Nest, with what governs it. */
export function reportRoute(route: CorsRoute, governed: Governed): CorsRouteReport {
  return {
    where: route.where,
    method: route.method,
    path: route.path,
    version: [route.version ?? []]
      .flat()
      .map((version) => (typeof version === 'symbol' ? 'neutral' : version)),
    hosts: route.hosts,
    ...reportPolicy(governed),
  };
}

/** Describes an entry of `routes`, or the module's default. */
export function reportEntry({ where, path, governed }: PathEntry): CorsRouteReport {
  return { where, method: 'ALL', path, version: [], hosts: [], ...reportPolicy(governed) };
}

function reportPolicy(governed: Governed): Pick<CorsRouteReport, 'policy' | 'from' | 'notes'> {
  if (governed === undefined || governed === 'none') return { policy: governed, from: undefined, notes: [] };
  const { fields, from } = governed;
  const { dangerously, ...others } = fields;
  return {
    policy: {
      ...copied(others),
      origin: fields.origin.map(describeEntry),
      dangerously: Object.entries(dangerously).flatMap(([name, isSet]) => (isSet ? [name] : [])),
    },
    from: Object.fromEntries(
      POLICY_FIELDS.map((field) => [field, [...from[field]]]),
    ) as unknown as MergedFields['from'],
    notes: notesOn(fields),
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

function notesOn({ maxAge, dangerously }: MergedFields['fields']): readonly string[] {
  return [
    ...(maxAge !== undefined && maxAge > CHROMIUM_MAX_AGE
      ? [`maxAge: Chromium keeps a preflight for ${CHROMIUM_MAX_AGE} seconds at most`]
      : []),
    ...Object.entries(dangerously).flatMap(([name, isSet]) => (isSet ? [`dangerously: ${name} is set`] : [])),
  ];
}
