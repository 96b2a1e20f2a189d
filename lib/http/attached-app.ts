import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { AbstractHttpAdapter, ApplicationConfig } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { GovernedApp } from '../routing/compile-governance.js';
import type { Governance } from '../routing/governance.js';
import { expressApp, inFrontOf } from '../routing/nest-internals.js';
import { nestOf } from '../routing/nest/nest-of.js';
import { matchingOptions, type RouteMatching } from '../routing/nest/route-matching.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';
import { RouteTable } from '../routing/route-table.js';
import { FastifyMatcher } from '../routing/fastify-matcher.js';
import { versionReader } from '../routing/requested-versions.js';
import { ExpressMatcher } from '../routing/express-matcher.js';
import { AppLog } from './app-log.js';
import { enterExpress, type Watchers } from './express-entry.js';
import { FastifyWatchers } from './fastify-watchers.js';
import { reportForeignCors, watchForeignCors } from './foreign-cors.js';
import type { GatewayDoors } from './gateway.js';
import type { HookContext, Owner } from './hook-context.js';
import { Mounts, watchMount, type MountableApp } from './mounts.js';
import { platformOf } from './platform.js';
import { preflightFacts } from './preflight.js';
import {
  beginExchange,
  createExchange,
  onArrival,
  onEntry,
  onPreflight,
  type HookOutcome,
  type RawResponse,
} from './request-hook.js';
import { sealBody } from './seal.js';
import { shareRequestSlot } from './request-slot.js';
import { guardServer, isRequest, type Door } from './server-door.js';
import { onUpgrade } from './upgrade.js';

const logger = new Logger('CorsModule');

/** What is in force: the policies, and the options that they were made of. */
export interface InForce extends HookContext {
  readonly options: unknown;
}

/** The apps of one instance of Fastify or Express, in the order in which they were attached. */
const peers = new WeakMap<object, Set<AttachedApp>>();

/**
 * One app on one adapter. Mostly a module has one; a testing module makes an app each time that it is asked, and each has
 * routes of its own.
 */
export class AttachedApp {
  readonly table = new RouteTable();
  /** How the platform's router reads paths. */
  readonly matching: RouteMatching;
  readonly matcher: RouteMatcher;
  readonly instance: object;
  readonly mounts: Mounts;
  readonly log = new AppLog(logger);
  /** Replaced as a whole, so that no request ever sees half of a change. `undefined` until the app has started. */
  current: InForce | undefined;
  /** What policies are compiled for. */
  governed: GovernedApp | undefined;
  private readonly peers: ReadonlySet<AttachedApp>;
  private readonly isExpress: boolean;
  /** Whether somebody else may get requests before the platform's own hook does. */
  private isBehind = false;
  private isReported = false;
  /** `undefined` where something stands in front of the platform's own hook. */
  private readonly watchers: Watchers | undefined;

  /**
   * Takes the request slot, and watches which routes the platform gets.
   *
   * @param owner - the module's engine
   * @param adapter - of Fastify or Express
   * @param isLate - whether others may have been at the server already
   */
  constructor(
    private readonly owner: Owner,
    readonly adapter: AbstractHttpAdapter,
    config: ApplicationConfig,
    isLate: boolean,
  ) {
    this.isExpress = adapter.getType() === 'express';
    this.instance = adapter.getInstance();
    this.mounts = new Mounts(this.instance);
    this.matching = matchingOptions(adapter);
    this.matcher = this.isExpress
      ? new ExpressMatcher(adapter, this.matching, () => config.getVersioning())
      : new FastifyMatcher(adapter.getInstance(), this.matching, versionReader(adapter));
    const ofInstance = peers.get(this.instance) ?? new Set();
    peers.set(this.instance, ofInstance.add(this));
    this.peers = ofInstance;
    const own = (request: PlatformRequest, response: RawResponse): HookOutcome =>
      this.onArrival(request, response);
    const entered = this.isExpress ? enterExpress(adapter, own, () => this.readsAnyHost()) : undefined;
    if (entered === undefined) shareRequestSlot(adapter, own, nestOf(config));
    const app = this.isExpress ? expressApp(adapter) : undefined;
    if (app !== undefined) watchMount(app as unknown as MountableApp);
    watchForeignCors(adapter, owner.warnings);
    this.isBehind = isLate;
    this.watchers = this.isExpress ? entered : this.watchFastify(adapter.getInstance());
  }

  private watchFastify(instance: FastifyInstance): Watchers {
    const watchers = new FastifyWatchers(this.adapter);
    instance.server.on('newListener', this.onNewListener);
    instance.addHook('onReady', (done) => {
      watchers.settle();
      this.reportForeign();
      done();
    });
    return watchers;
  }

  private readonly onNewListener = (event: string | symbol): void => {
    if (isRequest(event)) this.isBehind = true;
  };

  /** From now on, requests come under these policies. */
  takeOn(options: unknown, governance: Governance): void {
    const { owner, table, matcher, instance, mounts, view, log } = this;
    const platform = platformOf(this.adapter);
    this.current = { owner, options, governance, matcher, table, platform, instance, mounts, view, log };
  }

  /**
   * Stands at the door of the app's server, which has nobody in front of it then. Once the adapter has one.
   *
   * @param gateways - what stands in front of it
   */
  guardServer(gateways: GatewayDoors | undefined): void {
    const server = this.adapter.getHttpServer() as Server;
    // Fastify's was there when the app was attached, and is watched since then.
    if (this.isExpress) {
      const listeners = server
        .eventNames()
        .filter(isRequest)
        .flatMap((event) => server.listeners(event));
      this.isBehind ||= listeners.some((listener) => listener !== this.instance);
      server.on('newListener', this.onNewListener);
    }
    const door: Door = {
      request: (request, response) => this.onEntry(request, response),
      upgrade: (request, socket) => this.onUpgrade(request, socket),
      failed: (error) => logger.error(error),
    };
    guardServer(server, gateways?.inFrontOf(door, server, () => this.current) ?? door);
  }

  /** Notes, and reports, what is in the app beside the module, and where its routes lead, once all of it is there. */
  reportForeign(): void {
    if (this.isReported) return;
    this.isReported = true;
    if (inFrontOf(this.adapter).length > 0) this.isBehind = true;
    reportForeignCors(this.adapter, this.owner.warnings);
    this.owner.warnOfEngines();
  }

  /** Whether the hook may ask for a request's host: for a controller that is bound to one, for a source, for `enforce`. */
  private readsHost(): boolean {
    const governance = this.current?.governance;
    return this.table.isHostBound || governance?.intervenes === true;
  }

  private readsAnyHost(): boolean {
    return this.peers.size === 1 ? this.readsHost() : [...this.peers].some((peer) => peer.readsHost());
  }

  /** The platform's own hook. */
  private onArrival(request: PlatformRequest, response: RawResponse): HookOutcome {
    const context = this.contextOf(request);
    return context === undefined ? 'continue' : onArrival(request, response, context);
  }

  /**
   * A request has come in at the server. Its response is sealed, whoever answers; all else is left to the platform's own
   * hook, which knows more of the request. Only where somebody may stand between, what a policy refuses is refused here.
   */
  private onEntry(raw: IncomingMessage, response: RawResponse): HookOutcome {
    const request = raw as unknown as PlatformRequest;
    const context = this.contextOf(request, this.view);
    if (context === undefined) return 'continue';
    const isPreflight = preflightFacts(request) !== undefined;
    if (isPreflight && this.isUnseen()) {
      const outcome = onPreflight(context.view(request), response, context);
      if (outcome !== undefined) return outcome;
    }
    const exchange = beginExchange(request, response, context);
    exchange.stage = 'sealed';
    if (isPreflight) {
      // It goes on, so that all who listen see it; whoever answers it, the seal makes the answer ours, which has no body.
      sealBody(response);
      return 'continue';
    }
    return this.isBehind ? onEntry(exchange, response) : 'continue';
  }

  /**
   * Whether nobody is told of a preflight that the platform does not get, and the platform would know nothing of it that is not
   * known here: Fastify's own request and reply, or the seal of a response of Express, would be made for nothing then.
   */
  private isUnseen(): boolean {
    return this.watchers?.areNone === true && !this.isBehind && !this.readsAnyHost();
  }

  private onUpgrade(raw: IncomingMessage, socket: Duplex): HookOutcome {
    const request = raw as unknown as PlatformRequest;
    const context = this.contextOf(request, this.view);
    if (context === undefined) return 'continue';
    return onUpgrade(createExchange(context.view(request), context), socket);
  }

  /** A request as the platform would show it, as far as that is known where the platform has not seen it. */
  readonly view = (request: PlatformRequest): PlatformRequest => {
    if (!this.isExpress) return new RawView(request);
    // As Express itself is about to do.
    if (this.readsAnyHost()) Object.setPrototypeOf(request, (this.instance as { request: object }).request);
    return request;
  };

  /**
   * The app that a request is for: of several on one instance the one that serves it. What none of them serves may have been
   * put there by any: it comes under the entry of `routes` that covers it, else under the strictest of the defaults.
   *
   * @param view - how a request is seen that the platform has not had
   */
  private contextOf(
    request: PlatformRequest,
    view?: (request: PlatformRequest) => PlatformRequest,
  ): HookContext | undefined {
    if (this.peers.size === 1) return this.current;
    const seen = view === undefined ? request : view(request);
    const method = preflightFacts(seen)?.method ?? seen.method;
    const contexts = [...this.peers].flatMap(({ current }) => current ?? []);
    return (
      contexts.find(({ matcher }) => matcher.targetsOf(seen, method).length > 0) ??
      contexts.find(({ matcher }) => matcher.othersAt(seen, method).length > 0) ??
      strictest(contexts, requestPath(seen.url))
    );
  }
}

/** The app with the strictest policy for a path that none of them serves, whose entries of `routes` come before defaults. */
function strictest(contexts: readonly HookContext[], path: string | undefined): HookContext | undefined {
  const covering = contexts.filter(
    ({ governance: { places } }) =>
      path !== undefined && places.placesOf(path).some((place) => place !== places.elsewhere),
  );
  const [first, ...others] = covering.length > 0 ? covering : contexts;
  const strictness = ({ governance }: HookContext): number => {
    const policy = governance.policyAt({ path });
    if (policy === undefined) return 0;
    const wall = policy.enforce === 'unsafe' ? 2 : 4;
    return (policy.closed ? 8 : 0) + (policy.enforce === false ? 0 : wall) + (policy.origin.any ? 0 : 1);
  };
  return others.reduce((one, other) => (one && strictness(other) > strictness(one) ? other : one), first);
}

/** A request of Node with what Fastify adds to it that does not need Fastify. */
class RawView implements PlatformRequest {
  readonly method: string;
  readonly headers: PlatformRequest['headers'];
  readonly url: string;
  readonly host: string;

  constructor(readonly raw: PlatformRequest) {
    this.method = raw.method;
    this.headers = raw.headers;
    this.url = raw.url;
    this.host = String(raw.headers['host'] ?? raw.headers[':authority'] ?? '');
  }

  get hostname(): string {
    const colon = this.host.indexOf(':', this.host.startsWith('[') ? this.host.indexOf(']') : 0);
    return colon === -1 ? this.host : this.host.slice(0, colon);
  }
}
