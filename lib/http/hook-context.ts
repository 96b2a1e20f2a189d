import type { Governance } from '../routing/governance.js';
import type { RouteMatcher } from '../routing/route-matcher.js';
import type { Platform } from './platform.js';

/** What the request hook needs; read anew for every request, so that the policies can change while the app runs. */
export interface HookContext {
  readonly governance: Governance;
  readonly matcher: RouteMatcher;
  readonly platform: Platform;
}
