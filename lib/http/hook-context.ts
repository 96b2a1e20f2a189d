import type { CorsService } from '../cors.service.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Governance } from '../routing/governance.js';
import type { PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';
import type { RouteTable } from '../routing/route-table.js';
import type { AppLog } from './app-log.js';
import type { Mounts } from './mounts.js';
import type { Platform } from './platform.js';
import type { StartWarnings } from './start-warnings.js';

/** The module's engine, as far as requests have to do with it. */
export interface Owner {
  /** What the app has injected: the one of an app that a testing module has made last. */
  service: CorsService | undefined;
  /** What it has warned of at start. */
  readonly warnings: StartWarnings;
  /** Warns of what will fail in an engine that ships. */
  warnOfEngines(): void;
  /** What counts and logs verdicts, where the options say so or somebody has asked for it. */
  readonly ledger: Pick<Ledger, 'wants' | 'take'> | undefined;
}

/** What the request hook needs; read anew for every request, so that the policies can change while the app runs. */
export interface HookContext {
  /** The module's engine. A module can have several apps, one after the other. */
  readonly owner: Owner;
  readonly governance: Governance;
  readonly matcher: RouteMatcher;
  readonly table: RouteTable;
  readonly platform: Platform;
  /** The instance of Fastify or Express. Apps that share one share its requests. */
  readonly instance: object;
  /** A request of Node as the platform would show it, as far as that is known without the platform. */
  readonly view: (request: PlatformRequest) => PlatformRequest;
  readonly log: AppLog;
  /** Where apps with a CorsModule of their own are mounted in this one. */
  readonly mounts: Mounts;
}
