// oxlint-disable-next-line no-restricted-imports -- only passed on: the type of what a user's class gets
import type { ExecutionContext } from '@nestjs/common';

/**
 * What an origin function or an {@link OriginSource} sees of a request: a read-only view. Names of headers read
 * through {@link CorsRequest.header} join the response's `Vary`, so that caches keep the answers apart.
 */
export interface CorsRequest {
  /** The method of the actual request: on a preflight the value of `Access-Control-Request-Method`. */
  readonly method: string;
  /** The path of the request target, percent-encoded as it was sent, without the query. */
  readonly path: string;
  /** The request's authority (`Host`, `:authority`), as the platform reports it. */
  readonly host: string;
  /**
   * The parameters of the path, decoded, by the names in the route's path (`tenant` of `/tenants/:tenant/orders`); what
   * a wildcard covers is one string, with its slashes. On a preflight they are those of the route that the actual
   * request will reach.
   *
   * `undefined` where no route of Nest serves the path, and on a preflight for versions with paths of different
   * patterns.
   */
  readonly params: Readonly<Record<string, string>> | undefined;
  /** Whether a preflight asks. It carries none of the actual request's own headers: no cookie, no API key. */
  readonly preflight: boolean;
  /**
   * The value of a request header, several lines joined by `, `; `undefined` if it was not sent.
   *
   * On a preflight browsers send neither `Cookie` nor `Authorization` nor any header that the page's script has set;
   * of the actual request's own headers all that is there is `Origin`, `Host` and what the browser says of itself.
   *
   * @param name - the header's name, in any case
   * @throws TypeError if `name` is no header name
   * @see Fetch, "CORS-preflight fetch"
   */
  header(name: string): string | undefined;
}

/**
 * Decides an origin. Asked only about a well-formed, serialized origin other than `null` and `file://` that no entry of
 * another kind in the policy allows; with credentials, not about `http://` origins beyond loopback and `localhost` either, unless
 * `dangerously: { insecureOrigins: true }`.
 *
 * The request waits for a promise, for 5 seconds at most; an {@link OriginSource} may set another time. Any answer but
 * `true` refuses. So does an exception, a rejection, a value that is no boolean, or no answer in time; such a failure is
 * logged, at most once a minute for each function, with the number of those in between.
 *
 * @param origin - the serialized origin, for instance `https://app.example.com`
 * @param request - the request that asks
 *
 * @example
 * ```ts
 * @AllowOrigin((origin, request) => origin === `https://${request.params?.['tenant']}.example.com`)
 * ```
 */
export type OriginFunction = (origin: string, request: CorsRequest) => boolean | Promise<boolean>;

/**
 * Decides origins: from a database, a configuration service, a tenant's settings. A class whose instance comes from
 * Nest's injector, or any object.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class PartnerOrigins implements OriginSource {
 *   constructor(private readonly partners: PartnerRepository) {}
 *
 *   async allows(origin: string): Promise<boolean> {
 *     return this.partners.hasOrigin(origin);
 *   }
 * }
 *
 * @AllowOrigin(PartnerOrigins)
 * ```
 */
export interface OriginSource {
  /** See {@link OriginSourceAfterGuards}. */
  readonly after?: undefined;
  /**
   * How long a request waits for an answer, in milliseconds, from 1 to 2147483647. Read once, when the policies are
   * compiled. A later answer is dropped.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number | undefined;
  /** Whether scripts on `origin` may read the response; see {@link OriginFunction}. */
  allows(origin: string, request: CorsRequest): boolean | Promise<boolean>;
}

/**
 * Decides origins by who is calling: after the guards and before the handler, with what the guards have established
 * (`request.user`, an API key's owner, a tenant). A request from an origin that it does not allow is refused with 403,
 * and the handler does not run; same-origin requests are never refused.
 *
 * Two kinds of answers leave before that can be known, and are decided by {@link OriginSourceAfterGuards.mayAllow}: those
 * to preflights, and those that never get as far as the handler, such as the 401 of a guard, a 404 or a redirect. It
 * never opens a response that carries content: a success (2xx) or 304 that a middleware sends in place of the handler
 * is not readable.
 *
 * Failures are handled as those of an {@link OriginFunction}.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class TenantOrigins implements OriginSourceAfterGuards {
 *   readonly after = 'guards';
 *   constructor(private readonly tenants: TenantRepository) {}
 *
 *   allows(origin: string, context: ExecutionContext): Promise<boolean> {
 *     const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
 *     return this.tenants.hasOrigin(user.tenant, origin);
 *   }
 *
 *   mayAllow(origin: string): Promise<boolean> {
 *     return this.tenants.someHasOrigin(origin);
 *   }
 * }
 * ```
 */
export interface OriginSourceAfterGuards {
  /** Tells it from an {@link OriginSource}. */
  readonly after: 'guards';
  /** As {@link OriginSource.timeout}, for each of the two questions. */
  readonly timeout?: number | undefined;
  /**
   * Whether scripts on `origin` may read what the caller gets.
   *
   * What it reads of the request does not join `Vary`: what depends on who is calling belongs into no shared cache.
   *
   * @param context - the handler that is about to run, with the request as the guards have left it
   */
  allows(origin: string, context: ExecutionContext): boolean | Promise<boolean>;
  /**
   * Whether scripts on `origin` may call anything at all: the union over all callers.
   *
   * @param request - the request that asks; it says nothing reliable of who is calling
   */
  mayAllow(origin: string, request: CorsRequest): boolean | Promise<boolean>;
}

/**
 * A class that implements {@link OriginSource} or {@link OriginSourceAfterGuards}; its instance is taken from Nest's
 * injector, where an abstract class can stand for another one.
 */
export type OriginSourceClass = abstract new (...args: never[]) => OriginSource | OriginSourceAfterGuards;
