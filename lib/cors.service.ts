import { Injectable } from '@nestjs/common';
import type { CorsExplanation, ExplainableRequest } from './explain/cors-explanation.js';
import type { CorsRouteReport } from './routing/route-report.js';
import { CorsEngine } from './http/cors-engine.js';

/**
 * Shows what is open to whom, and says why a request is refused.
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

  /**
   * Says what becomes of a request, and why: the route and its policy, each step of the decision with its reason, the
   * closest allowed origin and what tells it apart, and the header fields with which the response will leave. Nothing is
   * sent and no handler runs. What decides is what decides live requests, so the two agree.
   *
   * Browsers hide from a script why CORS failed, so that a page can't find out what it may not read. The explanation
   * names origins, policies and controllers: a route that shows it to everybody tells everybody who is allowed.
   *
   * - Origin functions and sources are asked, as a live request would ask them. One that fails refuses, and is not
   *   logged: the explanation has the reason `source-failed`.
   * - To find the closest origin, the policy's list is walked once. For a million origins this takes below a second;
   *   keep it away from where strangers can ask.
   * - Where the app trusts a proxy, `X-Forwarded-Host` is not read, since it is not known who sent it: give `host`.
   * - What middlewares, plugins and hooks do with a request is not known. Of Fastify's route constraints only version
   *   and host are.
   *
   * @param request - what a client sends, as plain values; a request of Node, Fastify or Express fits
   * @throws TypeError (the promise rejects) if the request is none, naming the part at fault
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * const { allowed, message } = await app.get(CorsService).explain({
   *   method: 'OPTIONS',
   *   url: '/orders/7',
   *   headers: { origin: 'https://shop.example.com', 'access-control-request-method': 'DELETE' },
   * });
   * ```
   */
  async explain(request: ExplainableRequest): Promise<CorsExplanation> {
    return this.engine.explain(request);
  }
}
