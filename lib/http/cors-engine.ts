import {
  Inject,
  Injectable,
  Logger,
  VersioningType,
  type Type,
  type VersioningOptions,
} from '@nestjs/common';
import {
  ApplicationConfig,
  MetadataScanner,
  ModuleRef,
  ModulesContainer,
  type AbstractHttpAdapter,
} from '@nestjs/core';
import type { CorsExplanation, ExplainableRequest } from '../explain/cors-explanation.js';
import { explainRequest } from '../explain/explain-request.js';
import { copyOptions } from '../policy/copy-options.js';
import { corsRoute, type CorsRoute } from '../routing/cors-route.js';
import { ExpressMatcher } from '../routing/express-matcher.js';
import { FastifyMatcher } from '../routing/fastify-matcher.js';
import { compileGovernance, type GovernedApp } from '../routing/governance.js';
import {
  addLastGuard,
  addOutermostInterceptor,
  exploreRoutes,
  isOrderSensitive,
  matchingOptions,
  streamsEvents,
} from '../routing/nest-internals.js';
import type { RouteMatcher } from '../routing/route-matcher.js';
import { reportRoutes, type CorsRouteReport } from '../routing/route-report.js';
import { RouteTable } from '../routing/route-table.js';
import { sourceResolver } from '../routing/source-resolver.js';
import { EVENTS_GUARD } from './cors.events-guard.js';
import { CorsGuard } from './cors.guard.js';
import { CorsInterceptor } from './cors.interceptor.js';
import { enterExpress } from './express-entry.js';
import { watchForeignCors } from './foreign-cors.js';
import type { HookContext } from './hook-context.js';
import { platformOf } from './platform.js';
import { onRequest } from './request-hook.js';
import { shareRequestSlot, type OwnHook } from './request-slot.js';

/** What is in force: the policies, and the options that they were made of. */
interface InForce extends HookContext {
  readonly options: unknown;
}

/**
 * Wires the parts to one app: attached to the platform before it has routes, started when its routes are known, and
 * from then on read by the request hook and the guard.
 */
@Injectable()
export class CorsEngine {
  private readonly table = new RouteTable();
  private readonly logger = new Logger('CorsModule');
  private adapter: AbstractHttpAdapter | undefined;
  private matcher: RouteMatcher | undefined;
  /** Replaced as a whole, so that no request ever sees half of a change. */
  private current: InForce | undefined;
  /** What policies are compiled for. */
  private app: GovernedApp | undefined;

  constructor(
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** The guard, to be registered in front of all others. */
  guard(): CorsGuard {
    return new CorsGuard(this.table, () => this.current);
  }

  /** Takes the request slot, and watches which routes the platform gets. */
  attach(adapter: AbstractHttpAdapter): void {
    this.adapter = adapter;
    this.matcher = this.createMatcher(adapter);
    const onArrival: OwnHook = (request, response) =>
      this.current === undefined ? 'continue' : onRequest(request, response, this.current);
    const hasEntered =
      adapter.getType() === 'express' && enterExpress(adapter, onArrival, () => this.readsHost());
    if (!hasEntered) shareRequestSlot(adapter, onArrival);
    watchForeignCors(adapter, this.logger);
  }

  /**
   * Computes the route table and every policy.
   *
   * @param options - the module's options as they were given
   * @throws CorsConfigurationError with all problems of all layers
   */
  start(options: unknown): void {
    const { adapter, matcher } = this;
    if (adapter === undefined || matcher === undefined) return;
    // Of this start's own: what it remembers of a class is true as long as the class stays as it is.
    const scanner = new MetadataScanner();
    const routes = exploreRoutes(this.modules, this.config, adapter, scanner).map(corsRoute);
    const app: Omit<GovernedApp, 'canAskAfterGuards'> = {
      routes,
      controllers: this.controllers(),
      scanner,
      versionHeader: versionHeader(this.config.getVersioning()),
      pathSyntax: matchingOptions(adapter),
      resolveSource: sourceResolver(this.moduleRef),
    };
    const given = copyOptions(options);
    const governance = compileGovernance(given, { ...app, canAskAfterGuards: true });
    this.table.setRoutes(routes);
    matcher.setRoutes(routes);
    if (governance.asksAfterGuards) this.askAfterGuards(routes);
    this.app = { ...app, canAskAfterGuards: governance.asksAfterGuards };
    this.current = { options: given, governance, matcher, platform: platformOf(adapter) };
  }

  /**
   * Takes on other options.
   *
   * @param options - the module's options as they were given
   * @throws CorsConfigurationError with all problems of all layers; the options in force stay
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  update(options: unknown): void {
    const current = this.started();
    const given = copyOptions(options);
    const governance = compileGovernance(given, this.app as GovernedApp);
    this.current = { ...current, options: given, governance };
  }

  /**
   * The options in force.
   *
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  options(): unknown {
    return this.started().options;
  }

  /**
   * Describes every policy in force; none in an app without HTTP.
   *
   * @throws Error if the app has not been initialized yet
   */
  report(): readonly CorsRouteReport[] {
    if (this.adapter === undefined) return [];
    return reportRoutes(this.table.routes, this.started().governance);
  }

  /**
   * Explains a request.
   *
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  explain(request: ExplainableRequest): Promise<CorsExplanation> {
    const current = this.started();
    const versioning = this.config.getVersioning();
    const orderSensitive = isOrderSensitive(this.adapter as AbstractHttpAdapter);
    return explainRequest(request, { ...current, versioning, isOrderSensitive: orderSensitive });
  }

  /** Whether the hook may ask for a request's host: for a controller that is bound to one, or for a source. */
  private readsHost(): boolean {
    return this.table.isHostBound || this.current?.governance.asks === true;
  }

  /** Registers what asks sources after the guards. */
  private askAfterGuards(routes: readonly CorsRoute[]): void {
    addOutermostInterceptor(this.config, new CorsInterceptor());
    for (const { handler } of routes) if (streamsEvents(handler)) addLastGuard(handler, EVENTS_GUARD);
  }

  private started(): InForce {
    if (this.current !== undefined) return this.current;
    throw new Error(
      this.adapter === undefined
        ? 'This app serves no HTTP, so it has no policies.'
        : 'The routes are not known yet: call this after app.init() or app.listen().',
    );
  }

  private controllers(): readonly Type[] {
    return [...this.modules.values()].flatMap((module) =>
      [...module.controllers.values()].map(({ metatype }) => metatype as Type),
    );
  }

  private createMatcher(adapter: AbstractHttpAdapter): RouteMatcher {
    const matching = matchingOptions(adapter);
    return adapter.getType() === 'fastify'
      ? new FastifyMatcher(adapter.getInstance(), matching)
      : new ExpressMatcher(adapter, matching, () => this.config.getVersioning());
  }
}

function versionHeader(versioning: VersioningOptions | undefined): string | undefined {
  return versioning?.type === VersioningType.HEADER ? versioning.header : undefined;
}
