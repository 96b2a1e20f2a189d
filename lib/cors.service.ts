import { Injectable } from '@nestjs/common';
import type { CorsRouteReport } from './routing/route-report.js';
import { CorsEngine } from './http/cors-engine.js';

/**
 * Shows what is open to whom.
 *
 * @example
 * ```ts
 * const app = await NestFactory.create(AppModule, new FastifyAdapter());
 * await app.init();
 * for (const { method, path, policy } of app.get(CorsService).routes()) console.log(method, path, policy);
 * ```
 */
@Injectable()
export class CorsService {
  constructor(private readonly engine: CorsEngine) {}

  /**
   * Every route with its effective policy and, for each field, the layers that its value came from; then the entries of
   * `routes`, and last the module's default, which governs all responses that belong to no route.
   *
   * @returns a new list; empty in an app without HTTP
   * @throws Error if the app has not been initialized yet: call it after `app.init()` or `app.listen()`
   */
  routes(): readonly CorsRouteReport[] {
    return this.engine.report();
  }
}
