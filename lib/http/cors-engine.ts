import {
  Inject,
  Injectable,
  Logger,
  VersioningType,
  type Type,
  type VersioningOptions,
} from '@nestjs/common';
import { ApplicationConfig, ModuleRef, ModulesContainer, type AbstractHttpAdapter } from '@nestjs/core';
import type { CorsExplanation, ExplainableRequest } from '../explain/cors-explanation.js';
import { explainRequest } from '../explain/explain-request.js';
import { corsRoute } from '../routing/cors-route.js';
import { ExpressMatcher } from '../routing/express-matcher.js';
import { FastifyMatcher } from '../routing/fastify-matcher.js';
import { compileGovernance, type Governance } from '../routing/governance.js';
import { exploreRoutes, isOrderSensitive, matchingOptions } from '../routing/nest-internals.js';
import type { RouteMatcher } from '../routing/route-matcher.js';
import { reportRoutes, type CorsRouteReport } from '../routing/route-report.js';
import { RouteTable } from '../routing/route-table.js';
import { sourceResolver } from '../routing/source-resolver.js';
import { CorsGuard } from './cors.guard.js';
import { enterExpress } from './express-entry.js';
import { watchForeignCors } from './foreign-cors.js';
import type { HookContext } from './hook-context.js';
import { platformOf } from './platform.js';
import { onRequest } from './request-hook.js';
import { shareRequestSlot, type OwnHook } from './request-slot.js';

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
  private current: HookContext | undefined;

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
    const routes = exploreRoutes(this.modules, this.config, adapter).map(corsRoute);
    const governance = compileGovernance(options, {
      routes,
      controllers: this.controllers(),
      versionHeader: versionHeader(this.config.getVersioning()),
      pathSyntax: matchingOptions(adapter),
      resolveSource: sourceResolver(this.moduleRef),
    });
    this.table.setRoutes(routes);
    matcher.setRoutes(routes);
    this.current = { governance, matcher, platform: platformOf(adapter) };
  }

  /** Describes every policy in force. */
  report(): readonly CorsRouteReport[] {
    const governance = this.governance();
    return governance === undefined ? [] : reportRoutes(this.table.routes, governance);
  }

  /**
   * Explains a request.
   *
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  explain(request: ExplainableRequest): Promise<CorsExplanation> {
    this.governance();
    const { adapter, current } = this;
    if (adapter === undefined || current === undefined) {
      throw new Error('This app serves no HTTP, so no request can be explained.');
    }
    const versioning = this.config.getVersioning();
    return explainRequest(request, { ...current, versioning, isOrderSensitive: isOrderSensitive(adapter) });
  }

  /** Whether the hook may ask for a request's host: for a controller that is bound to one, or for a source. */
  private readsHost(): boolean {
    return this.table.isHostBound || this.current?.governance.asks === true;
  }

  private governance(): Governance | undefined {
    if (this.current === undefined && this.adapter !== undefined) {
      throw new Error('The routes are not known yet: call this after app.init() or app.listen().');
    }
    return this.current?.governance;
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
