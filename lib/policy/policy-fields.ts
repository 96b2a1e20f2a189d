import type { MergeMode } from './cors-policy-options.interface.js';
import { stricter, type Enforcement } from './enforcement.js';
import type { OptionsObject } from './options-object.js';
import type { OriginEntry } from './origin-entry.js';
import { intersectOrigins, uniteOrigins } from './origin-intersection.js';
import { POLICY_FIELDS } from './policy-options.js';

/** `dangerously`, complete. */
export interface Dangers {
  readonly insecureOrigins: boolean;
  readonly publicSuffixes: boolean;
  readonly nullOrigin: boolean;
  readonly fileOrigin: boolean;
}

/** The fields of a policy after reading, every value in one form; see `CorsPolicyOptions` for their meaning. */
export interface PolicyFields {
  readonly origin: readonly OriginEntry[];
  readonly credentials: boolean;
  readonly exposedHeaders: readonly string[];
  readonly enforce: Enforcement;
  readonly methods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly maxAge: number | undefined;
  readonly optionsSuccessStatus: number;
  readonly dangerously: Dangers;
}

/** The name of a field of a policy. */
export type PolicyField = keyof PolicyFields;

/** One source of fields: the module's options, a named policy, or a decorator. */
export interface PolicyLayer {
  /** Where the layer stands: `options`, `options.policies.partners`, `ReportsController#list`. */
  readonly where: string;
  readonly merge: MergeMode;
  /**
   * Whether it closes what is around it: `@NoCors()`, or an entry of `routes` with `policy: false`. Of the layers outside
   * of it nothing is left but `enforce`, which is a wall and no way in.
   */
  readonly closes?: boolean;
  readonly fields: Partial<PolicyFields>;
  /** The fields that are set, but could not be read, or only in part. */
  readonly unread: readonly PolicyField[];
  /** The options as they were given, for the places of problems. */
  readonly raw: OptionsObject;
  /** The fields to come, which are only reported. */
  readonly reportOnly?: PolicyLayer;
  /** What stands in front of the names of options in the places of problems: `reportOnly.` in that layer, else nothing. */
  readonly prefix?: string;
}

/** Each layer, and behind it the fields to come: what would be merged if they were in force. The same ones where there are none. */
export function reportedLayers(layers: readonly PolicyLayer[]): readonly PolicyLayer[] {
  if (layers.every(({ reportOnly }) => reportOnly === undefined)) return layers;
  return layers.flatMap((layer) => (layer.reportOnly === undefined ? [layer] : [layer, layer.reportOnly]));
}

/** The fields of layers that close, each one object: what they say is compared by it. */
const CLOSED_FIELDS: ReadonlyMap<Enforcement | undefined, Partial<PolicyFields>> = new Map<
  Enforcement | undefined,
  Partial<PolicyFields>
>([
  [undefined, { origin: [] }],
  [true, { origin: [], enforce: true }],
  ['unsafe', { origin: [], enforce: 'unsafe' }],
  [false, { origin: [], enforce: false }],
]);

/**
 * A layer that closes what is around it.
 *
 * @param enforce - which requests of other origins are refused; `undefined` leaves that to the layers outside
 */
export function closingLayer(where: string, enforce?: Enforcement): PolicyLayer {
  const fields = CLOSED_FIELDS.get(enforce) as Partial<PolicyFields>;
  return { where, merge: 'replace', closes: true, fields, unread: [], raw: {} };
}

/** A policy's fields, and for each the layers that its value came from; none means the built-in default. */
export interface MergedFields {
  readonly fields: PolicyFields;
  readonly from: Readonly<Record<PolicyField, readonly string[]>>;
  /** The fields of which a layer in force could not be read, so that nothing can be said of their value. */
  readonly doubtful: ReadonlySet<PolicyField>;
}

/** What a route itself says where no layer sets `methods` or `allowedHeaders`. */
export type RouteDefaults = Pick<PolicyFields, 'methods' | 'allowedHeaders'>;

/**
 * The request headers that every API client sends: bearer tokens, and a type of content such as JSON. Not only with
 * methods that have a body: behind a 303, WebKit asks for `content-type` on the GET as well.
 */
export const USUAL_REQUEST_HEADERS: readonly string[] = ['authorization', 'content-type'];

/** Where nothing is known of the target: the methods that the Fetch standard safelists, and the usual headers. */
export const NO_ROUTE_DEFAULTS: RouteDefaults = { methods: [], allowedHeaders: USUAL_REQUEST_HEADERS };

/** Nothing dangerous is allowed. */
export const NO_DANGERS: Dangers = {
  insecureOrigins: false,
  publicSuffixes: false,
  nullOrigin: false,
  fileOrigin: false,
};

/** How long, in seconds, browsers keep a preflight whose answer does not say. @see Fetch, "CORS-preflight fetch" */
const DEFAULT_MAX_AGE = 5;

type Combine<T> = (outer: T, inner: T) => T;

/** How the values of each field meet under `extend` and `restrict`. */
const COMBINE: { readonly [F in PolicyField]: Record<'extend' | 'restrict', Combine<PolicyFields[F]>> } = {
  origin: { extend: uniteOrigins, restrict: intersectOrigins },
  credentials: { extend: inner, restrict: (a, b) => a && b },
  exposedHeaders: { extend: unite, restrict: (a, b) => intersectNames(a, b) },
  enforce: { extend: inner, restrict: stricter },
  methods: { extend: unite, restrict: (a, b) => intersectNames(a, b) },
  allowedHeaders: { extend: unite, restrict: (a, b) => intersectNames(a, b, 'authorization') },
  maxAge: { extend: inner, restrict: shorter },
  optionsSuccessStatus: { extend: inner, restrict: inner },
  dangerously: {
    extend: (a, b) => ({
      insecureOrigins: a.insecureOrigins || b.insecureOrigins,
      publicSuffixes: a.publicSuffixes || b.publicSuffixes,
      nullOrigin: a.nullOrigin || b.nullOrigin,
      fileOrigin: a.fileOrigin || b.fileOrigin,
    }),
    restrict: (a, b) => ({
      insecureOrigins: a.insecureOrigins && b.insecureOrigins,
      publicSuffixes: a.publicSuffixes && b.publicSuffixes,
      nullOrigin: a.nullOrigin && b.nullOrigin,
      fileOrigin: a.fileOrigin && b.fileOrigin,
    }),
  },
};

/**
 * Merges layers, outermost first: per field the nearest layer that sets it wins, or meets what is around it as its
 * `merge` says. A field that no layer sets has the safe default; no layer can make another field permissive by leaving
 * it out (CVE-2015-9243).
 */
export function mergeLayers(layers: readonly PolicyLayer[], defaults: RouteDefaults): MergedFields {
  const fields: PolicyFields = {
    origin: [],
    credentials: false,
    exposedHeaders: [],
    enforce: false,
    maxAge: undefined,
    optionsSuccessStatus: 204,
    // Asked for where they count only: a route finds them out then.
    methods: replaces(layers, 'methods') ? [] : defaults.methods,
    allowedHeaders: replaces(layers, 'allowedHeaders') ? [] : defaults.allowedHeaders,
    dangerously: NO_DANGERS,
  };
  const doubtful = new Set<PolicyField>();
  const closing = closingIndex(layers);
  for (const [index, layer] of layers.entries()) {
    for (const field of POLICY_FIELDS) {
      if (index < closing && field !== 'enforce') continue;
      if (layer.fields[field] !== undefined) {
        if (layer.merge === 'replace') doubtful.delete(field);
        assignField(fields, field, layer);
      }
      if (layer.unread.includes(field)) doubtful.add(field);
    }
  }
  const from = Object.fromEntries(
    POLICY_FIELDS.map((field) => [field, layersOf(field, layers).map(({ where }) => where)]),
  ) as unknown as MergedFields['from'];
  return { fields, from, doubtful };
}

/** The layers that the value of a field comes from: the nearest that replaces it, and those that changed it since. */
export function layersOf(field: PolicyField, layers: readonly PolicyLayer[]): readonly PolicyLayer[] {
  const closing = field === 'enforce' ? 0 : closingIndex(layers);
  const setting = layers.filter(({ fields }, index) => index >= closing && fields[field] !== undefined);
  const replacing = setting.findLastIndex(({ merge }) => merge === 'replace');
  return setting.slice(Math.max(replacing, 0));
}

/** Whether nothing is left of what stands outside of the layers, the route's own defaults among it. */
export function replaces(layers: readonly PolicyLayer[], field: PolicyField): boolean {
  return layersOf(field, layers)[0]?.merge === 'replace';
}

/** Where the innermost layer stands that closes what is around it; at the start if there is none. */
function closingIndex(layers: readonly PolicyLayer[]): number {
  return Math.max(
    layers.findLastIndex(({ closes }) => closes === true),
    0,
  );
}

/**
 * The layers whose list of request headers lacks some of these names, which the policy refuses: the nearest that sets a
 * list, and where that restricts, those that it restricts. None if it is the route's default that lacks them.
 *
 * @param names - in lower case
 */
export function layersWithout(
  names: readonly string[],
  layers: readonly PolicyLayer[],
): readonly PolicyLayer[] {
  const setting = layersOf('allowedHeaders', layers);
  const widening = setting.findLastIndex(({ merge }) => merge !== 'restrict');
  return setting.slice(Math.max(widening, 0)).filter(({ fields }) => {
    const list = new Set(fields.allowedHeaders);
    return names.some((name) => !covers(list, name, 'authorization'));
  });
}

function assignField<F extends PolicyField>(
  fields: { -readonly [K in PolicyField]: PolicyFields[K] },
  field: F,
  layer: PolicyLayer,
): void {
  const value = layer.fields[field] as PolicyFields[F];
  fields[field] = layer.merge === 'replace' ? value : COMBINE[field][layer.merge](fields[field], value);
}

function inner<T>(_outer: T, value: T): T {
  return value;
}

function unite(outer: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...outer, ...added])];
}

/** The names that both lists allow, where `'*'` allows every name but `uncovered`. */
function intersectNames(
  outer: readonly string[],
  added: readonly string[],
  uncovered?: string,
): readonly string[] {
  const lists = [new Set(outer), new Set(added)];
  return unite(outer, added).filter((name) => lists.every((list) => covers(list, name, uncovered)));
}

function covers(list: ReadonlySet<string>, name: string, uncovered: string | undefined): boolean {
  return list.has(name) || (name !== uncovered && list.has('*'));
}

/** Where a layer says nothing, browsers keep a preflight for a few seconds, and a longer time would be wider. */
export function shorter(outer: number | undefined, value: number | undefined): number | undefined {
  return (outer ?? DEFAULT_MAX_AGE) <= (value ?? DEFAULT_MAX_AGE) ? outer : value;
}
