import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { decideAfterGuards } from './after-guards.js';

/**
 * The last guard of handlers that stream events (`@Sse()`). Nest starts such a response while the interceptors are still
 * busy, so what the interceptor decides for all others comes too late there, unless it is known at once.
 */
class CorsEventsGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return decideAfterGuards(context);
  }
}

/** One for all apps: it stands in the metadata of handlers, which apps may share. */
export const EVENTS_GUARD = new CorsEventsGuard();
