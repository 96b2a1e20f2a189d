import type { Type } from '@nestjs/common';
import { ApplicationConfig, MetadataScanner, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import type { Policy } from '../../lib/policy/policy.js';
import { compileGovernance, type GovernedApp } from '../../lib/routing/compile-governance.js';
import { corsRoute, type CorsRoute } from '../../lib/routing/cors-route.js';
import type { Arrival, Governance } from '../../lib/routing/governance.js';
import { exploreRoutes } from '../../lib/routing/nest-internals.js';
import { providing, short, type ShortProblem } from '../policy/configurations.js';

/** The routes that Nest makes of controllers. */
export function routesOf(
  controllers: readonly Type[],
  adapter: object = new ExpressAdapter(),
  config = new ApplicationConfig(),
): readonly CorsRoute[] {
  const wrappers = controllers.map(
    (metatype) => [metatype, { metatype, instance: new (metatype as new () => object)() }] as const,
  );
  const modules = Object.assign(new Map([['m', { metatype: class {}, controllers: new Map(wrappers) }]]), {
    applicationId: 'id',
  });
  return exploreRoutes(modules as never, config, adapter as AbstractHttpAdapter, new MetadataScanner()).map(
    corsRoute,
  );
}

/** An app without a server, and what governs it. */
export interface GovernedControllers {
  readonly governance: Governance;
  readonly routes: readonly CorsRoute[];
  /** The route of a handler: of the first of its paths, if it has several. */
  readonly at: (where: string) => CorsRoute;
}

/** Compiles what governs the routes of controllers. */
export function govern(
  options: unknown,
  controllers: readonly Type[] = [],
  app: Partial<GovernedApp> = {},
): GovernedControllers {
  const routes = app.routes ?? routesOf(controllers);
  const governance = compileGovernance(options, {
    routes,
    problems: [],
    versionHeader: undefined,
    pathSyntax: { caseSensitive: true },
    resolveSource: providing(),
    canAskAfterGuards: true,
    ...app,
  });
  const at = (where: string): CorsRoute => {
    const route = routes.find((one) => one.where === where);
    if (route === undefined) throw new Error(`there is no ${where}`);
    return route;
  };
  return { governance, routes, at };
}

/** What is wrong with the options and decorators of an app, in short. */
export function problemsWith(...args: Parameters<typeof govern>): readonly ShortProblem[] {
  try {
    govern(...args);
    return [];
  } catch (error) {
    if (error instanceof CorsConfigurationError) return error.problems.map(short);
    throw error;
  }
}

/** A request for a path, which nobody has changed. */
export function arriving(path: string | undefined, others: readonly CorsRoute[] = []): Arrival {
  return { path, isRewritten: false, othersAt: () => others };
}

/** Origins of these tests by one letter each. */
export const ORIGINS = {
  A: 'https://a.example',
  B: 'https://b.example',
  C: 'https://c.example',
} as const;

/** A policy in short: the letters of the origins that it allows, `nobody`, or `unmanaged`; behind it `!` where it is a wall, and `?` where it is one for what may change something. */
export function summary(policy: Policy | undefined): string {
  if (policy === undefined) return 'unmanaged';
  const allowed = Object.entries(ORIGINS).flatMap(([letter, origin]) =>
    policy.origin.any || policy.origin.allows(origin) ? [letter] : [],
  );
  const wall = { false: '', unsafe: '?', true: '!' }[`${policy.enforce}`];
  return (policy.origin.any ? '*' : allowed.join('') || 'nobody') + wall;
}
