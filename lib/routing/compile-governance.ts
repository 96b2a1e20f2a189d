import type { Decorated } from '../decorators/cors-metadata.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import { CompiledPolicies } from '../policy/compiled-policies.js';
import type { CorsProblem } from '../policy/cors-problem.js';
import { LayerReader } from '../policy/layer-reader.js';
import { LiveOrigins } from '../policy/live-origins.js';
import { OPTIONS, readModuleOptions, unknownPolicy, type PathPolicy } from '../policy/module-options.js';
import type { Policy } from '../policy/policy.js';
import { PolicyComposer } from '../policy/policy-composer.js';
import { NO_ROUTE_DEFAULTS, type PolicyLayer, type RouteDefaults } from '../policy/policy-fields.js';
import type { ResolveSource } from '../policy/read-source.js';
import { AstrayPolicies } from './astray-policies.js';
import type { CorsRoute } from './cors-route.js';
import { decoratorLayers, routeLayers, type DecoratorLayers } from './decorator-layers.js';
import { Governance, type Governed, type GovernedPlace, type GovernedRoute } from './governance.js';
import { asksInVain, asksTooLate, idleEnforcement, withoutEffect } from './idle-policies.js';
import { readEntryPath, routeSegments, type UnreadablePath } from './path-pattern.js';
import { Places, type PathSyntax } from './places.js';
import { routeDefaults } from './route-defaults.js';
import { UnservedPolicies } from './unserved-policies.js';

/** What {@link compileGovernance} needs to know of the app. */
export interface GovernedApp {
  readonly routes: readonly CorsRoute[];
  /** What was found wrong when the app started. */
  readonly problems: readonly CorsProblem[];
  /** The request header that versions are asked for with, where that is how. */
  readonly versionHeader: string | undefined;
  readonly pathSyntax: PathSyntax;
  readonly resolveSource: ResolveSource;
  /** The names of policies that somebody takes the options of, beside the routes. */
  readonly delegated?: ReadonlySet<string>;
  /** Whether the interceptor that asks after the guards is there, or can still be registered. */
  readonly canAskAfterGuards: boolean;
}

/** A place, with the layer that it puts between the module's options and the decorators. */
interface LayeredPlace extends GovernedPlace {
  /** `undefined` where the path is unmanaged. */
  readonly outer: readonly PolicyLayer[] | undefined;
}

/** What the decorators in front of a route say. */
interface RouteDecorators {
  readonly controller: DecoratorLayers;
  readonly handler: DecoratorLayers;
}

/**
 * Computes every policy of the app.
 *
 * @param raw - the module's options as they were given
 * @throws CorsConfigurationError with all problems of all layers
 */
export function compileGovernance(raw: unknown, app: GovernedApp): Governance {
  const options = readModuleOptions(raw, app.resolveSource);
  const { base } = options;
  const composer = new PolicyComposer(new CompiledPolicies(), base);
  composer.report(options.problems);

  const reader = new LayerReader(app.resolveSource);
  const decorators = new Map<Decorated, DecoratorLayers>();
  const layersOf = (target: Decorated, where: string): DecoratorLayers => {
    const known = decorators.get(target);
    if (known !== undefined) return known;
    const layers = decoratorLayers(target, where, options, reader);
    composer.report(layers.problems);
    decorators.set(target, layers);
    return layers;
  };

  const places = compilePlaces(base, options.paths, app.pathSyntax, composer);
  const defaultsOf = routeDefaults(app.routes, app.versionHeader);
  const routes = app.routes.map((route): GovernedRoute => {
    const found: RouteDecorators = {
      controller: layersOf(route.controller, route.controller.name),
      handler: layersOf(route.decorated, route.where),
    };
    const governed = governRoute(route, found, places, defaultsOf(route), composer);
    composer.report(withoutEffect(route, governed, found.controller, found.handler));
    if (!app.canAskAfterGuards) composer.report(asksTooLate(route.where, governed));
    return governed;
  });
  composer.report(app.problems);

  // Each named policy is checked on its own as well: a mistake in one that no route uses yet is a mistake all the same.
  const named = new Map<string, Policy>();
  for (const [name, layer] of options.named) {
    named.set(name, composer.compose([base, layer], NO_ROUTE_DEFAULTS).policy);
  }
  composer.report(unknownNames([...(app.delegated ?? [])], options.named));
  composer.report(asksInVain(places.list, routes));
  composer.report(idleEnforcement(routes, places.list));

  if (composer.problems.length > 0) throw new CorsConfigurationError(composer.problems);
  return new Governance({
    routes,
    places,
    named,
    unserved: new UnservedPolicies(places.elsewhere, routes, composer.compiled),
    astray: new AstrayPolicies(routes, composer.compiled),
    publicOrigins: options.publicOrigins,
    live: composer.derives ? undefined : LiveOrigins.of(base),
    watch: { refusals: options.refusals, debug: options.debug },
  });
}

/** Reads the paths of the entries of `routes`, and composes what governs there where no route of Nest serves. */
function compilePlaces(
  base: PolicyLayer,
  entries: readonly PathPolicy[],
  syntax: PathSyntax,
  composer: PolicyComposer,
): Places<LayeredPlace> {
  const elsewhere: LayeredPlace = {
    where: OPTIONS,
    path: '*',
    segments: [],
    exact: false,
    outer: [base],
    own: composer.compose([base], NO_ROUTE_DEFAULTS),
  };
  const places = new Places<LayeredPlace>(elsewhere, syntax);
  for (const { where, path, exact, layer } of entries) {
    const outer = layer === undefined ? undefined : [base, layer];
    const own = outer && composer.compose(outer, NO_ROUTE_DEFAULTS);
    if (path === undefined) continue;
    const segments = readEntryPath(path);
    if (!isRead(segments)) {
      composer.report([unreadablePath(where, path, segments)]);
      continue;
    }
    const before = places.add({ where, path, segments, exact, outer, own });
    if (before !== undefined) composer.report([repeatedPath(where, path, before)]);
  }
  return places;
}

function isRead(read: ReturnType<typeof readEntryPath>): read is Exclude<typeof read, UnreadablePath> {
  return Array.isArray(read);
}

/**
 * Composes what governs a route: with the layer of the most specific entry that has all its paths, and once more for each
 * entry that has some of them and would win there.
 */
function governRoute(
  route: CorsRoute,
  { controller, handler }: RouteDecorators,
  places: Places<LayeredPlace>,
  defaults: RouteDefaults,
  composer: PolicyComposer,
): GovernedRoute {
  const decorators = routeLayers(controller, handler);
  const compose = ({ outer }: LayeredPlace): Governed =>
    outer && composer.compose([...outer, ...decorators], defaults);
  if (places.isEmpty)
    return {
      decorators,
      defaults,
      home: places.elsewhere,
      governed: compose(places.elsewhere),
      elsewhere: undefined,
    };
  const { home, others } = places.locate(routeSegments(route.path));
  return {
    decorators,
    defaults,
    home,
    governed: compose(home),
    elsewhere: others.length === 0 ? undefined : new Map(others.map((place) => [place, compose(place)])),
  };
}

/** @param names - that somebody has used beside the routes, when the policies were not known yet or other ones were in force */
function unknownNames(
  names: readonly string[],
  named: ReadonlyMap<string, PolicyLayer>,
): readonly CorsProblem[] {
  return names
    .filter((name) => !named.has(name))
    .map((value) => ({ where: DELEGATE, field: '', value, ...unknownPolicy(value, named) }));
}

/** Where a policy is named whose options are taken beside the routes. */
export const DELEGATE = 'corsOptionsDelegate()';

function repeatedPath(where: string, path: string, before: GovernedPlace): CorsProblem {
  return {
    code: 'route-path-repeated',
    where,
    field: 'path',
    value: path,
    message: `is the path of ${before.where} as well, so it can never apply`,
    fix: `remove one of the two entries, or put both into ${before.where}`,
  };
}

function unreadablePath(where: string, path: string, { message, mended }: UnreadablePath): CorsProblem {
  return {
    code: 'route-path-invalid',
    where,
    field: 'path',
    value: path,
    message,
    fix:
      mended === undefined
        ? 'write one such as "/files" or "/tenants/:tenant/files", which covers all below'
        : `write ${JSON.stringify(mended)}`,
  };
}
