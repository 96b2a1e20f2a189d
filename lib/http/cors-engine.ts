import type { Server } from 'node:http';
import { Logger, VersioningType, type Type, type VersioningOptions } from '@nestjs/common';
import {
  AbstractHttpAdapter,
  MetadataScanner,
  type ApplicationConfig,
  type ModuleRef,
  type ModulesContainer,
} from '@nestjs/core';
import type { CorsService } from '../cors.service.js';
import type { EngineAdvice } from '../advice/engine-advice.js';
import { needsAdvice } from '../advice/needs-advice.js';
import { containedClasses } from '../decorators/contained-classes.js';
import type { CorsExplainOptions, CorsExplanation, ExplainableRequest } from '../explain/cors-explanation.js';
import type { ExplainContext } from '../explain/governing.js';
import type { RefusalHint } from '../explain/refusal-hint.js';
import type { Counted, Ledger, Row } from '../ledger/ledger.js';
import type { CorsAllowsOptions, CorsOptionsDelegate } from '../doors/cors-doors.js';
import { checkOrigin, namedPolicy, onlyNamed, readDoor } from '../doors/read-door.js';
import { LatePart, withParts } from '../late-part.js';
import type { CorsManifest } from '../manifest/cors-manifest.js';
import { changedOptions, changeExact, planChange } from '../policy/change-origins.js';
import { copyOptions } from '../policy/copy-options.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem } from '../policy/cors-problem.js';
import type { CorsModuleOptions } from '../policy/cors-policy-options.interface.js';
import type { LiveOrigins, OriginChange } from '../policy/live-origins.js';
import { unknownPolicy } from '../policy/module-options.js';
import type { OptionsObject } from '../policy/options-object.js';
import type { Policy } from '../policy/policy.js';
import { prepareOrigins } from '../policy/prepare-origins.js';
import { inSlices } from '../policy/slices.js';
import { allowsOrigin } from '../protocol/verdict.js';
import { compileGovernance, DELEGATE, type GovernedApp } from '../routing/compile-governance.js';
import { corsRoute, type CorsRoute } from '../routing/cors-route.js';
import type { Governance } from '../routing/governance.js';
import { idleDecorators } from '../routing/idle-decorators.js';
import {
  addLastGuard,
  addOutermostInterceptor,
  exploreRoutes,
  streamsEvents,
  type RegisteredRoute,
} from '../routing/nest-internals.js';
import { nestOf } from '../routing/nest/nest-of.js';
import { reportRoutes, type CorsRouteReport } from '../routing/route-report.js';
import { sourceResolver } from '../routing/source-resolver.js';
import type { TrustingApp } from '../trusted-origins/trusted-origins.js';
import type { TrustedOriginsDelegate } from '../trusted-origins/trusted-origins-delegate.js';
import type { CorsRefusal, CorsReportOnlyCount } from '../verdicts/cors-refusal.js';
import type { CorsSuggestion } from '../verdicts/cors-suggestion.js';
import type { CorsDifference } from '../verdicts/cors-verdict.js';
import { AttachedApp, type InForce } from './attached-app.js';
import { EVENTS_GUARD } from './cors.events-guard.js';
import { CorsGuard } from './cors.guard.js';
import { CorsInterceptor } from './cors.interceptor.js';
import { reportGateways } from './foreign-cors.js';
import type { GatewayDoors } from './gateway.js';
import type { Owner } from './hook-context.js';
import { importProblems } from './import-problems.js';
import { runtimeName, unsealable } from './runtime.js';
import { guardServer, type Door } from './server-door.js';
import { StartWarnings } from './start-warnings.js';

/** What asks sources, and what makes options for other packages, beside the routes. */
/** For who calls a delegate as if it gave the options back. */
const NO_CALLBACK =
  'The function that corsOptionsDelegate() gives takes a request and a callback, and was called without the callback: give it to ' +
  'the package as it is, as in cors(service.corsOptionsDelegate()), or call delegate(request, (error, options) => { … }).';

const DOORS = new LatePart(() => import('../doors/late-doors.js'));

/** What explains a request, which few apps ask for. */
const EXPLAIN = new LatePart(() => import('../explain/explain-request.js'));

/** What knows engines, for the few apps over which they differ. */
const ADVICE = new LatePart(() => import('../advice/engine-advice.js'));

/** What writes the manifest, which tests ask for. */
const MANIFEST = new LatePart(() => import('../manifest/make-manifest.js'));

/** What reads an origin that is to be kept elsewhere. */
const EXACT_ORIGIN = new LatePart(() => import('../policy/exact-origin.js'));

/** What tells other protections whom to trust, where there are some. */
const TRUSTED = new LatePart(() => import('../trusted-origins/trusted-origins.js'));

/** What counts refusals, where somebody wants to know. */
const LEDGER = new LatePart(() => import('../ledger/ledger.js'));

/** The engines, by the modules of their container. */
const engines = new WeakMap<ModulesContainer, CorsEngine>();

/**
 * The engine of a container. It has one, whoever asks for it: where a testing module is compiled once more, Nest makes all
 * providers anew, but for the modules themselves.
 */
export function engineOf(...container: ConstructorParameters<typeof CorsEngine>): CorsEngine {
  const [, modules] = container;
  const engine = engines.get(modules) ?? new CorsEngine(...container);
  engines.set(modules, engine);
  return engine;
}

/**
 * Wires the parts to the app: attached to the platform before it has routes, started when its routes are known, and from
 * then on read by the request hook and the guard.
 */
export class CorsEngine implements Owner {
  service: CorsService | undefined;
  private readonly logger = new Logger('CorsModule');
  readonly warnings = new StartWarnings(this.logger);
  private readonly attached = new Map<AbstractHttpAdapter, AttachedApp>();
  /** The app that was started last: a testing module can make several. */
  private app: AttachedApp | undefined;
  /** The module's options as they were given. */
  private given: unknown;
  ledger: Ledger | undefined;
  /** How many have asked for refusals to be counted, whatever the options say. */
  private keepers = 0;
  /** The names of policies that somebody takes the options of, beside the routes. */
  private readonly delegated = new Set<string>();
  /** What stands at the doors of gateways, where an adapter of ours is in the app. */
  gateways: GatewayDoors | undefined;
  /** Loaded as soon as engines may differ over a policy. */
  private adviser: Awaited<ReturnType<typeof ADVICE.load>> | undefined;
  /** Settled when all that was to be changed so far is. */
  private changes: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: ApplicationConfig,
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * Checks how the module is imported.
   *
   * @param module - its class
   * @param options - as they were given, if they were
   * @throws CorsConfigurationError
   */
  checkImports(module: Type, options: unknown): void {
    this.given = options;
    const problems = importProblems(module, options, this.modules);
    if (problems.length > 0) throw new CorsConfigurationError(problems);
  }

  /** The guard, to be registered in front of all others. */
  guard(): CorsGuard {
    return new CorsGuard(this, () => this.app?.current);
  }

  /** Takes the request slot of a platform, and watches which routes it gets, if that is not done yet. */
  attach(adapter: AbstractHttpAdapter, isLate = false): AttachedApp | undefined {
    const known = this.attached.get(adapter);
    if (known !== undefined || !isSupported(adapter)) return known;
    const app = new AttachedApp(this, adapter, this.config, isLate);
    this.attached.set(adapter, app);
    return app;
  }

  /**
   * Computes the route table and every policy.
   *
   * @param options - the module's options as they were given
   * @param adapter - the app's, which only apps with HTTP have; they alone start the engine
   * @throws CorsConfigurationError (the promise rejects) with all problems of all layers
   */
  async start(options: unknown, adapter: AbstractHttpAdapter | undefined): Promise<void> {
    if (adapter === undefined) throw new CorsConfigurationError([NO_ADAPTER]);
    // The host speaks once, but a testing module can make a second app, of which nobody is told.
    const app = this.attach(adapter, true);
    if (app === undefined) throw new CorsConfigurationError([unsupportedAdapter(adapter)]);
    const method = unsealable();
    if (method !== undefined) throw new CorsConfigurationError([unsealableRuntime(method)]);
    const declared = exploreRoutes(this.modules, this.config, adapter, new MetadataScanner());
    const registered = await nestOf(this.config).inOrder(declared, this.config, adapter);
    await app.matcher.load?.();
    await this.startApp(app, registered, options);
  }

  private async startApp(
    app: AttachedApp,
    registered: readonly RegisteredRoute[],
    options: unknown,
  ): Promise<void> {
    const { matcher, matching, table } = app;
    const routes = registered.map(corsRoute);
    const classes = containedClasses(this.modules);
    const governed: Omit<GovernedApp, 'canAskAfterGuards'> = {
      routes,
      problems: idleDecorators(classes, routes),
      versionHeader: versionHeader(this.config.getVersioning()),
      pathSyntax: matching,
      resolveSource: sourceResolver(this.moduleRef),
      delegated: this.delegated,
    };
    const given = copyOptions(options);
    const governance = await withParts(() =>
      compileGovernance(given, { ...governed, canAskAfterGuards: true }),
    );
    table.setRoutes(routes);
    matcher.setRoutes(routes);
    if (governance.asksAfterGuards) this.askAfterGuards(routes);
    app.governed = { ...governed, canAskAfterGuards: governance.asksAfterGuards };
    await this.loadAdvice(routes, governance);
    app.takeOn(given, governance);
    this.app = app;
    await this.watch();
    await this.gateways?.open();
    app.guardServer(this.gateways);
    reportGateways(classes.providers, this.warnings, this.gateways !== undefined);
  }

  /** Loads what knows engines, if they may differ over policies that are about to be in force. */
  private async loadAdvice(routes: readonly CorsRoute[], governance: Governance): Promise<void> {
    if (needsAdvice(routes, governance)) this.adviser ??= await ADVICE.load();
  }

  /** What engines make of the policies in force; `undefined` where they don't differ. */
  private advice(): EngineAdvice | undefined {
    if (this.adviser === undefined) return undefined;
    const context = this.started();
    return this.adviser.engineAdvice({ ...context, routes: context.table.routes });
  }

  /** Warns, once, of each thing that will fail in an engine that ships. Once the platform has its routes. */
  warnOfEngines(): void {
    for (const text of this.advice()?.warnings() ?? []) this.warnOnce(text);
  }

  private warnOnce(text: string): void {
    if (!this.warnings.texts.has(text)) this.warnings.warn(text);
  }

  /** Reports what the platform has beside the module, once it has all of it. */
  reportForeign(): void {
    for (const app of this.attached.values()) {
      // Fastify says by itself when all of it is there.
      if (app.adapter.getType() === 'express') app.reportForeign();
    }
  }

  /**
   * Takes on other options.
   *
   * @param options - the module's options as they were given
   * @throws CorsConfigurationError (the promise rejects) with all problems of all layers; the options in force stay
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  async update(options: unknown): Promise<void> {
    this.started();
    const given = copyOptions(options);
    await this.inTurn(() => this.exchange(given));
  }

  /**
   * Checks options as {@link CorsEngine.update} does, and leaves it at that.
   *
   * @param options - the module's options as they were given
   * @throws CorsConfigurationError (the promise rejects) with all problems of all layers
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  async check(options: unknown): Promise<void> {
    this.started();
    const given = copyOptions(options);
    // In turn: a long list is read beside the one in force, which must not change meanwhile.
    await this.inTurn(async () => {
      await this.prepare(given);
    });
  }

  /**
   * Adds origins to the module's own list, or removes them; see `CorsService`.
   *
   * @param origins - a string, or a list of strings
   * @throws CorsConfigurationError (the promise rejects) with all that is refused; the options in force stay
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  async changeOrigins(origins: unknown, isAddition: boolean): Promise<void> {
    this.started();
    const list: readonly unknown[] = Array.isArray(origins) ? [...origins] : [origins];
    await this.inTurn(async () => {
      const { rule } = this.started().governance;
      const live = this.liveOrigins();
      const change = await withParts(() =>
        inSlices(planChange(list, isAddition, () => this.options(), rule, live)),
      );
      if (change === undefined) return;
      if (change.live === undefined) await this.exchange(change.options);
      else await this.changeLive(change.live);
    });
  }

  /**
   * The options in force.
   *
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  options(): unknown {
    const { options, governance } = this.started();
    const origin = governance.live?.origin;
    if (origin === undefined || origin === (options as OptionsObject)['origin']) return options;
    const changed = Object.freeze({ ...(options as OptionsObject), origin });
    for (const app of this.governedApps()) app.takeOn(changed, (app.current as InForce).governance);
    return changed;
  }

  /** @throws CorsConfigurationError (the promise rejects) if that is not one exact origin */
  async checkOrigin(origin: unknown): Promise<string> {
    const { exactOriginProblem } = await EXACT_ORIGIN.load();
    const problem = exactOriginProblem(origin);
    if (problem === undefined) return origin as string;
    throw new CorsConfigurationError([
      { where: 'checkOrigin()', field: 'origin', value: origin, ...problem },
    ]);
  }

  /** One change after the other, whatever becomes of those before. */
  private async inTurn(change: () => Promise<void>): Promise<void> {
    const before = this.changes;
    const own = before.then(change);
    this.changes = own.catch(() => {});
    await own;
  }

  /** @param given - copied */
  private async exchange(given: unknown): Promise<void> {
    const takeOn = await this.prepare(given);
    takeOn();
    this.warnOfEngines();
    await this.watch();
  }

  /**
   * Checks options, and compiles them for all apps.
   *
   * @param given - copied
   * @returns a promise of what puts them in force, in one step that cannot fail
   * @throws CorsConfigurationError (the promise rejects) with all problems of all layers
   */
  private async prepare(given: unknown): Promise<() => void> {
    await withParts(() => inSlices(prepareOrigins(given, this.options())));
    const compiled = await withParts(() =>
      this.governedApps().map((app) => ({
        app,
        governance: compileGovernance(given, app.governed as GovernedApp),
      })),
    );
    for (const { app, governance } of compiled) {
      // oxlint-disable-next-line no-await-in-loop -- one is loaded for all
      await this.loadAdvice(app.table.routes, governance);
    }
    return () => {
      for (const { app, governance } of compiled) app.takeOn(given, governance);
    };
  }

  /** Counts and logs what the options in force say, and what somebody has asked for. */
  private async watch(): Promise<void> {
    const { watch, reports } = this.started().governance;
    const duties = {
      refusals: watch.refusals || watch.debug || this.keepers > 0,
      reportOnly: reports,
      debug: watch.debug,
    };
    if (duties.debug && this.ledger?.duties.debug !== true) this.logger.warn(DEBUG_IS_ON);
    if (!duties.refusals && !duties.reportOnly) {
      this.close();
      return;
    }
    const { Ledger: Made } = await LEDGER.load();
    if (this.service === undefined) return;
    const header = versionHeader(this.config.getVersioning())?.toLowerCase();
    this.ledger ??= new Made(this.service, this.logger, header);
    this.ledger.duties = duties;
  }

  /**
   * Counts refusals from now on, whatever the options say.
   *
   * @returns a promise of a function that ends it
   */
  async keepRefusals(): Promise<() => void> {
    this.keepers++;
    await this.watch();
    let isKept = true;
    return () => {
      if (!isKept) return;
      isKept = false;
      this.keepers--;
      void this.watch();
    };
  }

  /** Counts nothing any more, and forgets what it has counted. */
  close(): void {
    this.ledger = undefined;
  }

  /**
   * Whether a policy allows an origin; see `CorsService`.
   *
   * @throws TypeError, CorsConfigurationError if something is asked that makes no sense
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  allows(origin: string, options: CorsAllowsOptions | undefined): boolean | Promise<boolean> {
    const governance = this.app?.current?.governance;
    if (governance !== undefined && typeof origin === 'string') {
      const policy = options === undefined ? governance.defaultPolicy : onlyNamed(options, governance.named);
      if (policy?.origin.asked.length === 0) return allowsOrigin(policy, origin);
    }
    return this.allowsAt(origin, options);
  }

  private allowsAt(origin: unknown, options: unknown): boolean | Promise<boolean> {
    const context = this.started();
    checkOrigin(origin);
    const door = readDoor(options, context, this.gateways);
    // The path is nobody's business here.
    if (door.policies.includes(undefined)) return false;
    const policies = door.policies as readonly Policy[];
    if (policies.every((policy) => policy.origin.asked.length === 0)) {
      return policies.every((policy) => allowsOrigin(policy, origin));
    }
    return DOORS.load().then(({ askDoor }) => askDoor(policies, origin, door));
  }

  /**
   * A function that finds options for other packages; see `CorsService`.
   *
   * @param name - of a policy, `undefined` for the module's default
   * @throws CorsConfigurationError if there is no policy of that name; before the app has started, it does not start then
   */
  optionsDelegate(name: unknown): CorsOptionsDelegate {
    const governance = this.app?.current?.governance;
    if (name !== undefined && (governance !== undefined || typeof name !== 'string')) {
      namedPolicy(name, governance?.named ?? new Map(), DELEGATE, '');
    }
    if (typeof name === 'string') this.delegated.add(name);
    return (request, callback) => {
      // In a promise it would be nobody's error, which ends the process.
      if (typeof callback !== 'function') throw new TypeError(NO_CALLBACK);
      void DOORS.load().then(({ delegate }) =>
        delegate(() => this.started(), name as string, request, callback),
      );
    };
  }

  /** What is in force; `undefined` until the app has started. */
  get inForce(): InForce | undefined {
    return this.app?.current;
  }

  /** The app's server. */
  get server(): Server | undefined {
    return this.app?.adapter.getHttpServer() as Server | undefined;
  }

  /** Something has failed while a request waited. */
  reportFailure(error: unknown): void {
    this.logger.error(error);
  }

  /** Stands at the door of a server that is not the app's own. */
  guardServer(server: Server, door: Door): void {
    guardServer(server, door);
  }

  /**
   * What has been refused.
   *
   * @throws Error (the promise rejects) if that is not counted
   */
  async refusals(): Promise<readonly CorsRefusal[]> {
    const { ledger } = this;
    if (ledger?.duties.refusals !== true) throw new Error(NOT_COUNTED);
    return this.describeRows(ledger.refusals.rows);
  }

  /** What the policies that are only reported would change; nothing where there are none. */
  async reportOnly(): Promise<readonly CorsReportOnlyCount[]> {
    const rows = this.ledger?.differences.rows ?? [];
    const described = await this.describeRows(rows);
    return described.map((row, at) => ({ ...row, difference: rows[at]?.value.difference as CorsDifference }));
  }

  /**
   * What would admit an origin wherever it has been refused, or would be.
   *
   * @throws Error (the promise rejects) if nothing is counted
   */
  async suggest(origin: string): Promise<readonly CorsSuggestion[]> {
    const { ledger } = this;
    if (ledger === undefined) throw new Error(NOT_COUNTED);
    const { suggestChange } = await EXPLAIN.load();
    const context = this.explainContext();
    return withParts(() =>
      [...ledger.refusals.rows, ...ledger.differences.rows]
        .map(({ value }) => value)
        .filter((row) => row.origin === origin && row.difference !== 'would be allowed')
        .map(({ kind, method, where, route, request, difference }) => ({
          kind,
          origin,
          method,
          where,
          route,
          ...suggestChange(request, where, difference !== undefined, context),
        })),
    );
  }

  private async describeRows(rows: readonly Row<Counted>[]): Promise<readonly CorsRefusal[]> {
    const { refusalHints } = await EXPLAIN.load();
    const refused = rows.map(({ value: { request, where, reason, difference } }) => ({
      request,
      where,
      reason,
      isReported: difference !== undefined,
    }));
    const hints = await inSlices(refusalHints(refused, this.explainContext()));
    return rows.map(
      ({ value: { request, difference: _difference, ...row }, count, excess, first, last }, at) => ({
        ...row,
        path: request.url,
        count,
        atLeast: count - excess,
        first: new Date(first),
        last: new Date(last),
        ...(hints[at] as RefusalHint),
      }),
    );
  }

  private explainContext(): ExplainContext {
    const isOrderSensitive = nestOf(this.config).isOrderSensitive((this.app as AttachedApp).adapter);
    const takesHandshakes = (this.server?.listenerCount('upgrade') ?? 0) > 0;
    const advice = this.advice();
    return { ...this.started(), isOrderSensitive, takesHandshakes, gateways: this.gateways, advice };
  }

  private governedApps(): readonly AttachedApp[] {
    return [...this.attached.values()].filter(({ governed }) => governed !== undefined);
  }

  /** The module's own list, if it can change by itself in all apps, and is nobody else's. */
  private liveOrigins(): LiveOrigins | undefined {
    const apps = this.governedApps();
    const all = apps.map(({ current }) => current?.governance.live);
    const [live] = all;
    const isOwn = live?.taken === apps.length && all.every((one) => one?.exact === live.exact);
    return isOwn ? live : undefined;
  }

  private async changeLive(change: OriginChange): Promise<void> {
    const { exact } = this.liveOrigins() as LiveOrigins;
    const take = await inSlices(changeExact(exact, change));
    // A testing module may have started another app meanwhile, which has a list of its own.
    if (this.liveOrigins()?.exact !== exact) {
      await this.exchange(changedOptions(this.options(), change));
      return;
    }
    // From here on nothing can fail, and nobody sees the one without the other.
    take();
    for (const { current } of this.governedApps()) current?.governance.changeOrigins(change);
  }

  /**
   * Describes every policy in force; none in an app without HTTP.
   *
   * @throws Error if the app has not been initialized yet
   */
  report(): readonly CorsRouteReport[] {
    if (this.attached.size === 0) return [];
    const { table, governance, matcher } = this.started();
    const platform = (this.app as AttachedApp).adapter.getType();
    return reportRoutes(table.routes, governance, matcher.foreignRoutes(), platform, this.advice());
  }

  /**
   * Writes down the whole policy.
   *
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   */
  async manifest(): Promise<CorsManifest> {
    this.started();
    const { makeManifest } = await MANIFEST.load();
    const { table, governance } = this.started();
    return makeManifest(table.routes, governance);
  }

  /**
   * Explains a request.
   *
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   */
  async explain(request: ExplainableRequest, options?: CorsExplainOptions): Promise<CorsExplanation> {
    this.started();
    const context = this.explainContext();
    const { explainRequest } = await EXPLAIN.load();
    return explainRequest(request, context, options);
  }

  /**
   * The origins that another protection is to trust; see `CorsService`.
   *
   * @throws CorsConfigurationError (the promise rejects) if there is no policy of that name, or the app would not start with the options
   */
  async trustedOrigins(policyName: string | undefined): Promise<string[]> {
    this.checkPolicyName('trustedOrigins', policyName);
    const { trustedOrigins } = await TRUSTED.load();
    return trustedOrigins(this.trustingApp(), policyName);
  }

  /**
   * The same of each request; see `CorsService`.
   *
   * @throws CorsConfigurationError if there is no policy of that name
   */
  trustedOriginsDelegate(policyName: string | undefined): TrustedOriginsDelegate {
    this.checkPolicyName('trustedOriginsDelegate', policyName);
    let made: TrustedOriginsDelegate | undefined;
    return async (request) => {
      const { makeDelegate } = await TRUSTED.load();
      made ??= makeDelegate(() => this.trustingApp(), policyName);
      return made(request);
    };
  }

  /** Perhaps before the app has started: it is then that others are told whom to trust. */
  private trustingApp(): TrustingApp {
    const isStarted = this.app?.current !== undefined;
    return {
      options: isStarted ? this.options() : this.given,
      governance: this.app?.current?.governance,
      resolveSource: sourceResolver(this.moduleRef),
      warn: (text) => this.warnOnce(text),
    };
  }

  private checkPolicyName(caller: string, name: unknown): void {
    const policies = (this.trustingApp().options as CorsModuleOptions | undefined)?.policies ?? {};
    if (name === undefined || (typeof name === 'string' && Object.hasOwn(policies, name))) return;
    const problem = unknownPolicy(name, new Map(Object.entries(policies)));
    throw new CorsConfigurationError([{ where: `${caller}()`, field: '', value: name, ...problem }]);
  }

  /** Registers what asks sources after the guards. */
  private askAfterGuards(routes: readonly CorsRoute[]): void {
    // The apps of one module have their interceptors in common.
    if (!this.config.getGlobalInterceptors().some((one) => one instanceof CorsInterceptor)) {
      addOutermostInterceptor(this.config, new CorsInterceptor());
    }
    for (const { handler } of routes) if (streamsEvents(handler)) addLastGuard(handler, EVENTS_GUARD);
  }

  private started(): InForce {
    if (this.app?.current !== undefined) return this.app.current;
    throw new Error(
      this.attached.size === 0
        ? 'This app serves no HTTP, so it has no policies. A script needs an app of NestFactory.create() and await app.init(), ' +
            'which does not listen, where NestFactory.createApplicationContext() makes none.'
        : 'The routes are not known yet: call this after app.init() or app.listen().',
    );
  }
}

/** The adapters of the two platforms, and what is derived from them, as long as they have a slot for a request hook. */
function isSupported(adapter: AbstractHttpAdapter): boolean {
  // Where an adapter has none, this is the method of the abstract one, which does nothing.
  return isKnown(adapter) && adapter.setOnRequestHook !== AbstractHttpAdapter.prototype.setOnRequestHook;
}

function isKnown(adapter: AbstractHttpAdapter): boolean {
  return adapter.getType() === 'fastify' || adapter.getType() === 'express';
}

const DEBUG_IS_ON =
  'debug is on: what is refused is logged with the reason, once a minute for each route, origin and reason. ' +
  'It tells who is allowed to whoever reads the log';

const NOT_COUNTED = 'Refusals are not counted: set refusals: true in the options of CorsModule.';

const NO_ADAPTER: CorsProblem = {
  code: 'adapter-missing',
  where: 'CorsModule',
  field: '',
  value: undefined,
  message: 'has been given an HttpAdapterHost without an adapter, so it cannot see the requests of this app',
  fix: "leave HttpAdapterHost to Nest, which provides the app's own to every module",
};

function unsupportedAdapter(adapter: AbstractHttpAdapter): CorsProblem {
  if (isKnown(adapter)) {
    return {
      code: 'nest-unsupported',
      where: `@nestjs/platform-${adapter.getType()}`,
      field: '',
      value: undefined,
      message: 'has an adapter without setOnRequestHook(), which came with 11.1.4',
      fix: 'install the version of it that belongs to your @nestjs/core, both in the range of peerDependencies',
    };
  }
  return {
    code: 'adapter-unknown',
    where: 'CorsModule',
    field: '',
    value: adapter.getType(),
    message: 'is the type of an HTTP adapter on which preflights could not be answered, nor responses sealed',
    fix: 'use the FastifyAdapter of @nestjs/platform-fastify or the ExpressAdapter of @nestjs/platform-express, or a subclass',
  };
}

function unsealableRuntime(method: string): CorsProblem {
  return {
    code: 'runtime-unsealable',
    where: 'CorsModule',
    field: '',
    value: runtimeName(),
    message: `is a runtime on which nobody can stand in front of ServerResponse.${method}(), so its responses cannot be sealed`,
    fix: 'use Node.js, Bun or Deno in one of the versions that docs/where-it-runs.md lists',
  };
}

function versionHeader(versioning: VersioningOptions | undefined): string | undefined {
  return versioning?.type === VersioningType.HEADER ? versioning.header : undefined;
}
