import {
  ForbiddenException,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { decideAfterGuards } from './after-guards.js';

/** What Nest itself says where a guard refuses. */
const FORBIDDEN = 'Forbidden resource';

/**
 * Decides the policies that wait for the guards, and refuses with 403 before the handler runs. The outermost of all
 * interceptors, so that none of the app's sees a request that is refused; registered only if some route has such a
 * policy, because the first interceptor of an app costs each of its requests more than all the rest of the library.
 */
export class CorsInterceptor implements NestInterceptor {
  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const mayPass = decideAfterGuards(context);
    return typeof mayPass === 'boolean' ? goOn(mayPass, next) : mayPass.then((may) => goOn(may, next));
  }
}

function goOn(mayPass: boolean, next: CallHandler): Observable<unknown> {
  if (!mayPass) throw new ForbiddenException(FORBIDDEN);
  return next.handle();
}
