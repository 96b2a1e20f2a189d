import { isExact, type OriginCondition, type OriginEntry } from '../policy/origin-entry.js';
import { NO_ROUTE_DEFAULTS, type MergedFields } from '../policy/policy-fields.js';
import { POLICY_FIELDS } from '../policy/policy-options.js';
import { ValuePath } from '../policy/value-path.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Governance, Governed, GovernedPlace, GovernedRoute } from '../routing/governance.js';
import { reportPlace, reportRoute, type CorsRouteReport } from '../routing/route-report.js';
import type {
  CorsManifest,
  ManifestCondition,
  ManifestLine,
  ManifestListName,
  ManifestOrigin,
  ManifestPolicy,
} from './cors-manifest.js';
import { entryPath, routePath } from './manifest-path.js';

/** A longer list would bury the line that it stands in, and be repeated in every line that has it. */
const MAX_INLINE = 20;

type Names = (where: string) => string;

/** What a line says of its policy. */
type LinePolicy = Pick<ManifestLine, 'policy' | 'from' | 'reportOnly'>;

const UNMANAGED: LinePolicy = { policy: null, from: null, reportOnly: null };

/** Writes the policy of an app as a manifest. */
export function makeManifest(routes: readonly CorsRoute[], governance: Governance): CorsManifest {
  const { places, publicOrigins } = governance;
  const nameOf = namesOf(places.list);
  const origins = new ManifestOrigins(nameOf);
  const known = new ValuePath<LinePolicy>();
  const policyOf = (governed: Governed, defaults = NO_ROUTE_DEFAULTS): LinePolicy => {
    if (governed === undefined) return UNMANAGED;
    // Most routes have the layers of their controller, and nothing of their own.
    let place = known;
    for (const layer of governed.layers) place = place.to(layer);
    place = place.to(defaults.methods.join()).to(defaults.allowedHeaders.join());
    const { reported } = governed;
    place.found ??= {
      policy: manifestPolicy(governed, origins),
      from: manifestFrom(governed, nameOf),
      reportOnly: reported === undefined ? null : manifestPolicy(reported, origins),
    };
    return place.found;
  };

  const ofRoute = (route: CorsRoute, index: number): readonly ManifestLine[] => {
    const { governed, defaults, elsewhere = new Map() } = governance.routes[index] as GovernedRoute;
    const line = manifestLine('route', reportRoute(route, undefined));
    const at = { ...line, path: routePath(route.path) };
    const others = [...elsewhere].map(([place, other]) => ({
      ...at,
      below: entryPath(place.path),
      exact: place.exact,
      ...policyOf(other, defaults),
    }));
    return [{ ...at, ...policyOf(governed, defaults) }, ...others];
  };
  const ofEntry = (place: GovernedPlace): ManifestLine => ({
    ...manifestLine('entry', reportPlace({ ...place, own: undefined })),
    where: nameOf(place.where),
    path: entryPath(place.path),
    exact: place.exact,
    ...policyOf(place.own),
  });

  const { elsewhere } = places;
  const lines = [
    ...routes.flatMap(ofRoute),
    ...places.list.map(ofEntry),
    {
      ...manifestLine('default', reportPlace({ ...elsewhere, own: undefined })),
      ...policyOf(elsewhere.own),
    },
  ];
  return {
    schema: 1,
    publicOrigins: publicOrigins === undefined ? null : sorted(publicOrigins),
    lists: origins.lists(),
    routes: sortedBy(lines, sortKeyOf),
  };
}

/** What a line says of its place. */
function manifestLine(kind: ManifestLine['kind'], report: CorsRouteReport): ManifestLine {
  const { method, path, version, hosts, where } = report;
  return {
    kind,
    method,
    path,
    exact: false,
    below: null,
    version: sorted(version),
    hosts: sorted(hosts),
    where,
    ...UNMANAGED,
  };
}

/** Entries of `routes` by their paths: their numbers change whenever another one is put in front of them. */
function namesOf(places: readonly GovernedPlace[]): Names {
  const names = new Map(
    places.map(({ where, path, exact }) => [
      where,
      `options.routes[${entryPath(path)}${exact ? ', exact' : ''}]`,
    ]),
  );
  return (where) => where.replace(/^options\.routes\[\d+\]/, (entry) => names.get(entry) ?? entry);
}

function manifestPolicy({ fields, from }: MergedFields, origins: ManifestOrigins): ManifestPolicy {
  return {
    origin: origins.of(fields.origin, from.origin),
    credentials: fields.credentials,
    exposedHeaders: sorted(fields.exposedHeaders),
    enforce: fields.enforce,
    methods: sorted(fields.methods),
    allowedHeaders: sorted(fields.allowedHeaders),
    maxAge: fields.maxAge ?? null,
    optionsSuccessStatus: fields.optionsSuccessStatus,
    dangerously: sorted(Object.entries(fields.dangerously).flatMap(([name, isSet]) => (isSet ? [name] : []))),
  };
}

function manifestFrom({ from }: MergedFields, nameOf: Names): ManifestLine['from'] {
  return Object.fromEntries(
    POLICY_FIELDS.flatMap((field) => (from[field].length === 0 ? [] : [[field, from[field].map(nameOf)]])),
  );
}

/** A long list. Its name is found when all of them are known. */
interface LongList {
  readonly reference: { list: string };
  readonly list: readonly ManifestOrigin[];
  readonly text: string;
}

/** The lists of origins of one manifest. */
class ManifestOrigins {
  /** What has become of the lists of policies, by the layers that they come from: many routes have one in common. */
  private readonly known = new Map<readonly OriginEntry[], Map<string, ManifestPolicy['origin']>>();
  /** By the names of the layers that they come from. */
  private readonly long = new Map<string, LongList[]>();

  constructor(private readonly nameOf: Names) {}

  /** @param from - the layers that the list comes from, after which it is named if it is long */
  of(entries: readonly OriginEntry[], from: readonly string[]): ManifestPolicy['origin'] {
    const name = from.map(this.nameOf).join(' + ');
    const ofEntries = this.known.get(entries) ?? new Map<string, ManifestPolicy['origin']>();
    this.known.set(entries, ofEntries);
    const known = ofEntries.get(name);
    if (known !== undefined) return known;
    const list = sortedBy(
      entries.map((entry) => this.origin(entry)),
      (origin) => (typeof origin === 'string' ? origin : `\uffff${JSON.stringify(origin)}`),
    );
    const written = list.length > MAX_INLINE ? this.listed(list, name) : list;
    ofEntries.set(name, written);
    return written;
  }

  /** The long lists by their names, sorted. Those of classes with one name are told apart by numbers, in the order of what they say. */
  lists(): CorsManifest['lists'] {
    const named = [...this.long].flatMap(([name, lists]) =>
      sortedBy(lists, ({ text }) => text).map(({ reference, list }, index) => {
        reference.list = index === 0 ? name : `${name} (${index + 1})`;
        return [reference.list, list] as const;
      }),
    );
    return Object.fromEntries(sortedBy(named, ([name]) => name));
  }

  private listed(list: readonly ManifestOrigin[], name: string): ManifestListName {
    const text = JSON.stringify(list);
    const ofName = this.long.get(name) ?? [];
    this.long.set(name, ofName);
    const known = ofName.find((other) => other.text === text);
    if (known !== undefined) return known.reference;
    const reference = { list: name };
    ofName.push({ reference, list, text });
    return reference;
  }

  private origin(entry: OriginEntry): ManifestOrigin {
    if (isExact(entry)) return entry;
    switch (entry.kind) {
      case 'any':
        return '*';
      case 'all-of':
        return { allOf: sortedBy(entry.parts.map(this.condition), (part) => JSON.stringify(part)) };
      default:
        return this.condition(entry);
    }
  }

  private readonly condition = (entry: OriginCondition): ManifestCondition => {
    if (isExact(entry)) return entry;
    switch (entry.kind) {
      case 'pattern':
        return entry.text;
      case 'regexp':
        return { regexp: entry.text };
      case 'source':
        return { source: entry.text, where: this.nameOf(entry.where) };
    }
  };
}

/** By path, then method, and by what tells lines of one path and method apart. Else their order says which one answers. */
function sortKeyOf({ kind, path, method, below, exact, version, hosts }: ManifestLine): string {
  return JSON.stringify([path, method, kind, below, exact, version, hosts]);
}

function sorted(texts: Iterable<string>): readonly string[] {
  return [...texts].toSorted(compareTexts);
}

/** In the order of keys, which are found once for each; what has the same key stays in its order. */
function sortedBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  return values
    .map((value) => ({ value, key: keyOf(value) }))
    .toSorted((a, b) => compareTexts(a.key, b.key))
    .map(({ value }) => value);
}

/** By code units: what `localeCompare` says depends on the machine. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
