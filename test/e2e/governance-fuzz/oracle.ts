import type { Platform } from '../../support/apps.js';
import { naiveFind } from '../../routing/naive-places.js';
import { registeredPaths } from './app.js';
import type { AppModel, Decoration, EntryModel, Layer, Wall } from './model.js';

/** Who serves a request: a handler of Nest, somebody else, or nobody. */
export type Served = HandlerAt | 'foreign' | undefined;

/** A handler by its places in the model, and the path by which it is reached. */
export interface HandlerAt {
  readonly controller: number;
  readonly handler: number;
  readonly route: string;
}

/** What layers come to. */
export interface NaivePolicy {
  readonly origin: '*' | readonly string[];
  readonly credentials: boolean;
  readonly exposedHeaders: readonly string[];
  readonly enforce: Wall;
  readonly maxAge: number | undefined;
  readonly methods: readonly string[];
  readonly allowedHeaders: readonly string[];
}

/** What a policy has where no layer says it. */
type Defaults = Pick<NaivePolicy, 'methods' | 'allowedHeaders'>;

/** What governs: a policy, nothing, where the path is left alone, or that it is closed because its readings differ. */
export interface Ruling {
  readonly policy: NaivePolicy | undefined;
  readonly isAmbiguous: boolean;
}

const ANY = ['*'];
const NO_METHODS: readonly string[] = [];
const USUAL_HEADERS = ['authorization', 'content-type'];

const CLOSED: NaivePolicy = {
  origin: [],
  credentials: false,
  exposedHeaders: [],
  enforce: false,
  maxAge: undefined,
  methods: NO_METHODS,
  allowedHeaders: USUAL_HEADERS,
};

/** Layers, outermost first: per field the nearest counts, and one that closes takes all but `enforce` away. */
export function merge(layers: readonly Layer[], defaults: Partial<Defaults> = {}): NaivePolicy {
  let merged: NaivePolicy = { ...CLOSED, ...defaults };
  for (const { closes, ...layer } of layers) {
    if (closes === true) merged = { ...CLOSED, ...defaults, enforce: merged.enforce };
    const said = Object.entries(layer).filter(([, value]) => value !== undefined);
    merged = { ...merged, ...(Object.fromEntries(said) as Partial<NaivePolicy>) };
  }
  return merged;
}

/** What all of several policies allow. */
export function common(policies: readonly NaivePolicy[]): NaivePolicy {
  return policies.reduce((a, b) => ({
    origin: intersect(a.origin, b.origin),
    credentials: a.credentials && b.credentials,
    exposedHeaders: a.exposedHeaders.filter((name) => b.exposedHeaders.includes(name)),
    enforce: strictest([a, b]),
    maxAge: shorter(a.maxAge, b.maxAge),
    methods: intersectMethods(a.methods, b.methods),
    allowedHeaders: a.allowedHeaders.filter((name) => b.allowedHeaders.includes(name)),
  }));
}

function strictest(policies: readonly (NaivePolicy | undefined)[]): Wall {
  const said = new Set(policies.map((one) => one?.enforce));
  return said.has(true) || (said.has('unsafe') && 'unsafe');
}

function intersect(a: NaivePolicy['origin'], b: NaivePolicy['origin']): NaivePolicy['origin'] {
  if (a === '*') return b;
  return b === '*' ? a : a.filter((origin) => b.includes(origin));
}

function intersectMethods(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.includes('*')) return b;
  return b.includes('*') ? a : a.filter((method) => b.includes(method));
}

/** Without a time, browsers keep a preflight for five seconds; all times here are longer. */
function shorter(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.min(a, b);
}

/** An entry with its segments; the paths that no entry covers are a place as well. */
interface NaivePlace {
  readonly segments: readonly (string | undefined)[];
  readonly exact: boolean;
  readonly policy: EntryModel['policy'] | undefined;
}

const ELSEWHERE: NaivePlace = { segments: [], exact: false, policy: undefined };

/** Which policy governs a request, by DESIGN: module options, entry, named policy, controller, handler. */
export class Oracle {
  private readonly places: readonly NaivePlace[];
  private readonly isCaseSensitive: boolean;

  constructor(
    private readonly model: AppModel,
    platform: Platform,
  ) {
    this.isCaseSensitive = (platform === 'fastify') !== model.isUnusualRouter;
    this.places = model.entries.map(({ path, exact, policy }) => ({
      segments: segmentsOf(path).map((one) => (one.startsWith(':') ? undefined : one)),
      exact,
      policy,
    }));
  }

  /**
   * @param path - as it was sent
   * @param others - the handlers that serve the path with other methods or versions
   */
  ruling(served: Served, path: string, others: readonly HandlerAt[]): Ruling {
    const policies = this.placesOf(path).map((place) => this.at(place, served, others));
    const [policy] = policies;
    if (policies.every((other) => says(other) === says(policy))) return { policy, isAmbiguous: false };
    return { policy: { ...CLOSED, enforce: strictest(policies) }, isAmbiguous: true };
  }

  private at(place: NaivePlace, served: Served, others: readonly HandlerAt[]): NaivePolicy | undefined {
    if (place.policy === 'unmanaged') return undefined;
    const outer = [this.model.base, ...(place.policy === undefined ? [] : [this.named(place.policy)])];
    if (typeof served === 'object') {
      return merge([...outer, ...this.decoratorsOf(served)], this.defaultsOf(served));
    }
    if (served === 'foreign' || others.length === 0) return merge(outer);
    // Nobody serves it, so any may be approved; a wildcard is there for what it does not know.
    const methods = others.some(({ route }) => route.includes('*')) ? NO_METHODS : ANY;
    if (place.policy !== undefined) return merge(outer, { methods });
    // In a reading in which they are elsewhere, nobody knows them.
    if (!others.every((other) => this.isBelowNoEntry(other))) return merge(outer);
    return common(others.map((other) => merge([...outer, ...this.decoratorsOf(other)], { methods })));
  }

  private named(policy: Layer | string): Layer {
    return typeof policy === 'string' ? this.model.policies[policy as 'one'] : policy;
  }

  /** Only the nearest named policy counts, right outside of the decorators beside which it stands. */
  private decoratorsOf({ controller, handler }: HandlerAt): readonly Layer[] {
    const ofClass = this.model.controllers[controller] as Decoration & AppModel['controllers'][number];
    const ofHandler = ofClass.handlers[handler] as Decoration;
    const layersOf = (named: Decoration['named'], layer: Layer): readonly Layer[] => [
      ...(named === undefined ? [] : [this.named(named)]),
      layer,
    ];
    return [
      ...layersOf(ofHandler.named === undefined ? ofClass.named : undefined, ofClass.layer),
      ...layersOf(ofHandler.named, ofHandler.layer),
    ];
  }

  /** The methods that the app has at the path of a route, and the header by which it asks for its version. */
  private defaultsOf({ controller, route }: HandlerAt): Defaults {
    const methods = this.model.controllers.flatMap((one) =>
      one.handlers
        .filter((handler) => registeredPaths(this.model, one, handler).includes(withoutName(route)))
        .map(({ verb }) => (verb === 'ALL' ? '*' : verb)),
    );
    if (methods.length === 0) throw new Error(`no handler of the model has ${route}`);
    const isVersioned =
      this.model.versioning === 'header' && this.model.controllers[controller]?.versions !== undefined;
    return { methods, allowedHeaders: [...USUAL_HEADERS, ...(isVersioned ? ['x-version'] : [])] };
  }

  /** Whether no entry has all paths of a route. */
  private isBelowNoEntry({ route }: HandlerAt): boolean {
    const [path = '', wildcard] = route.split('*');
    const places = wildcard === undefined ? this.places : this.places.filter(({ exact }) => !exact);
    return naiveFind(places, ELSEWHERE, segmentsOf(path), this.isCaseSensitive) === ELSEWHERE;
  }

  private placesOf(path: string): readonly NaivePlace[] {
    const readings = readingsOf(path);
    // Nobody goes through them all, and each place is that of one of them, for all that is known.
    if (readings.length > MAX_READINGS) return [ELSEWHERE, ...this.places];
    const cases = this.isCaseSensitive ? [true] : [false, true];
    return readings.flatMap((reading) =>
      cases.map((one) => naiveFind(this.places, ELSEWHERE, segmentsOf(reading), one)),
    );
  }
}

const MAX_READINGS = 48;

/** A registered path as models write it. */
function withoutName(route: string): string {
  return route.slice(1).replace(/\*\w*$/, '*');
}

/** Policies that say the same are the same; of one that allows nobody only the wall is left. */
function says(policy: NaivePolicy | undefined): string {
  if (policy === undefined) return 'unmanaged';
  const { origin, enforce, methods, exposedHeaders, allowedHeaders, ...rest } = policy;
  if (origin.length === 0) return `closed ${enforce}`;
  const lists = [origin, methods.includes('*') ? ANY : methods, exposedHeaders, allowedHeaders];
  return JSON.stringify([lists.map((list) => [list].flat().toSorted()), enforce, rest]);
}

function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

/** What a server may do to a path before it looks it up. */
const STEPS: readonly ((path: string) => string)[] = [
  (path) => path.replaceAll('\\', '/'),
  (path) => path.replaceAll(/\/{2,}/g, '/'),
  (path) => path.replaceAll(/;[^/]*/g, ''),
  (path) => path.replace(/;.*/, ''),
  withoutDots,
];

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}

function decoded(path: string): string {
  return path.replaceAll(/%[0-7][\da-f]/gi, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  );
}

/**
 * All that servers may make of a path, with these steps in any order, and at most two decodings between them; also where
 * what stands behind two slashes in front is a host, as for a parser of URLs.
 */
export function readingsOf(path: string): readonly string[] {
  const found = new Map<string, number>();
  const add = (reading: string, decodings: number): void => {
    if ((found.get(reading) ?? Infinity) <= decodings) return;
    // Behind the others, so that it is gone through again.
    found.delete(reading);
    found.set(reading, decodings);
  };
  add(path, 0);
  add(path.replace(/^[/\\]{2,}[^/\\]*/, ''), 0);
  for (const [reading, decodings] of found) {
    for (const step of STEPS) add(step(reading), decodings);
    if (decodings < 2) add(decoded(reading), decodings + 1);
  }
  return [...found.keys()];
}
