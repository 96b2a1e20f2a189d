import type { Type } from '@nestjs/common';
import type { MetadataScanner } from '@nestjs/core';
import type { Decorated } from '../decorators/cors-metadata.js';
import { decoratedMethods } from '../decorators/decorated-places.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem } from '../policy/cors-problem.js';
import { LayerReader } from '../policy/layer-reader.js';
import { readModuleOptions } from '../policy/module-options.js';
import type { Policy } from '../policy/policy.js';
import { PolicyComposer, type ComposedPolicy } from '../policy/policy-composer.js';
import { NO_ROUTE_DEFAULTS } from '../policy/policy-fields.js';
import type { ResolveSource } from '../policy/read-source.js';
import type { CorsRoute } from './cors-route.js';
import { policyOf, type Governed } from './governed.js';
import { decoratorLayers, routeLayers, type DecoratorLayers } from './decorator-layers.js';
import { compilePathPolicies, type PathPolicies, type PathSyntax } from './path-policies.js';
import { routeDefaults } from './route-defaults.js';

/**
 * Every policy of the app, computed and checked as a whole: one for each route, and those of responses that belong to
 * no route. Immutable, so that a running app changes its options by taking on another one.
 */
export interface Governance {
  /** The policies of the routes, by the route's index. */
  readonly routes: readonly Governed[];
  /** The compiled policies of the routes, by the route's index. */
  readonly policies: readonly (Policy | undefined)[];
  /** The policies of the entries of `routes`, and the module's default. */
  readonly paths: PathPolicies;
  /** Whether some policy has a source to ask, so that requests may have to wait. */
  readonly asks: boolean;
  /** Whether the policy of some route has a source that waits for the guards. */
  readonly asksAfterGuards: boolean;
}

/** What {@link compileGovernance} needs to know of the app. */
export interface GovernedApp {
  readonly routes: readonly CorsRoute[];
  readonly controllers: readonly Type[];
  /** Knows the methods of the controllers from the search for routes. */
  readonly scanner: MetadataScanner;
  /** The request header that versions are asked for with, where that is how. */
  readonly versionHeader: string | undefined;
  readonly pathSyntax: PathSyntax;
  readonly resolveSource: ResolveSource;
  /** Whether the interceptor that asks after the guards is there, or can still be registered. */
  readonly canAskAfterGuards: boolean;
}

/**
 * Computes every policy of the app.
 *
 * @param raw - the module's options as they were given
 * @throws CorsConfigurationError with all problems of all layers
 */
export function compileGovernance(raw: unknown, app: GovernedApp): Governance {
  const composer = new PolicyComposer();
  const options = readModuleOptions(raw, app.resolveSource);
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

  const defaultsOf = routeDefaults(app.routes, app.versionHeader);
  const routes = app.routes.map((route): Governed => {
    const controller = layersOf(route.controller, route.controller.name);
    const handler = layersOf(route.decorated, route.where);
    const layers = routeLayers(options.base, controller, handler);
    const composed = layers === false ? 'none' : composer.compose(layers, defaultsOf(route));
    composer.report(withoutOrigin(composed, controller, handler));
    if (!app.canAskAfterGuards) composer.report(asksTooLate(route.where, composed));
    return usable(composed);
  });
  const handlers = handlersOf(app.routes);
  for (const controller of app.controllers) {
    composer.report(notRoutes(controller, handlers.get(controller), app.scanner));
  }

  // Each named policy is checked on its own as well: a mistake in one that no route uses yet is a mistake all the same.
  for (const layer of options.named.values()) composer.compose([options.base, layer], NO_ROUTE_DEFAULTS);
  const fallback = usable(composer.compose([options.base], NO_ROUTE_DEFAULTS));
  const paths = compilePathPolicies(
    options.paths.flatMap(({ where, path, layer }) => {
      const governed =
        layer === false ? 'none' : usable(composer.compose([options.base, layer], NO_ROUTE_DEFAULTS));
      composer.report(asksInVain(where, governed));
      return path === undefined ? [] : [{ where, path, governed }];
    }),
    fallback,
    app,
  );
  composer.report(paths.problems);

  if (composer.problems.length > 0) throw new CorsConfigurationError(composer.problems);
  const policies = routes.map(policyOf);
  const all = [...policies, ...paths.policies];
  return {
    routes,
    policies,
    paths,
    asks: all.some((policy) => (policy?.origin.asked.length ?? 0) > 0),
    asksAfterGuards: policies.some((policy) => policy?.origin.afterGuards),
  };
}

/** The sources of a policy that wait for the guards. */
function afterGuards(governed: Governed | ComposedPolicy): readonly string[] {
  const asked = policyOf(governed)?.origin.asked ?? [];
  return asked.filter((rule) => rule.afterGuards).map(({ text }) => text);
}

/** What decides after the guards has nobody to ask it where the interceptor is missing. */
function asksTooLate(where: string, governed: Governed): readonly CorsProblem[] {
  return afterGuards(governed).map((text) => ({
    code: 'origin-source-after-guards',
    where,
    field: 'origin',
    value: undefined,
    message: `${text} decides after the guards, but when the app started no route had such a source, so nobody will ask it`,
    fix: 'have such a source on some route when the app starts, or restart it with these options',
  }));
}

/** What decides after the guards would never be asked about responses that no controller sends. */
function asksInVain(where: string, governed: Governed): readonly CorsProblem[] {
  return afterGuards(governed).map((text) => ({
    code: 'origin-source-after-guards',
    where,
    field: 'origin',
    value: undefined,
    message: `${text} decides after the guards, and there are none for a path that no controller serves`,
    fix: 'give its policy another origin',
  }));
}

/** Without an origin from any layer there is no policy, whatever the other fields say. */
function usable(composed: ComposedPolicy | 'none'): Governed {
  return composed !== 'none' && composed.policy === undefined ? undefined : composed;
}

/** A decorator that says what origins may do, where no layer says which ones, says nothing to nobody. */
function withoutOrigin(
  composed: ComposedPolicy | 'none',
  controller: DecoratorLayers,
  handler: DecoratorLayers,
): readonly CorsProblem[] {
  const idle =
    composed === 'none'
      ? handler.closed
        ? []
        : handler.own
      : composed.policy === undefined && !composed.doubtful.has('origin')
        ? [...controller.own, ...handler.own]
        : [];
  const last = idle.at(-1);
  if (last === undefined || controller.problems.length + handler.problems.length > 0) return [];
  return [
    {
      code: 'preflight-without-origin',
      where: last.where,
      field: '',
      value: undefined,
      message: 'has a policy, but no layer says which origins it is for',
      fix: 'add @AllowOrigin(…)',
    },
  ];
}

/** The names of each controller's handlers. */
function handlersOf(routes: readonly CorsRoute[]): ReadonlyMap<Type, ReadonlySet<string>> {
  const handlers = new Map<Type, Set<string>>();
  for (const { controller, handlerName } of routes) {
    const names = handlers.get(controller) ?? new Set();
    handlers.set(controller, names.add(handlerName));
  }
  return handlers;
}

/** Decorators on methods that are no handlers would be promises that nobody keeps. */
function notRoutes(
  controller: Type,
  handlers: ReadonlySet<string> | undefined,
  scanner: MetadataScanner,
): readonly CorsProblem[] {
  return decoratedMethods(controller, handlers, scanner).map((name) => ({
    code: 'decorator-without-route',
    where: `${controller.name}#${name}`,
    field: '',
    value: undefined,
    message: 'has a decorator of nestjs-cors, but serves no route',
    fix: 'add @Get(), @Post() or another method decorator of Nest, or remove it',
  }));
}
