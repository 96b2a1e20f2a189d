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
  /** Whether a preflight asks. It carries none of the actual request's own headers: no cookie, no API key. */
  readonly preflight: boolean;
  /**
   * The value of a request header, several lines joined by `, `; `undefined` if it was not sent.
   *
   * @param name - the header's name, in any case
   */
  header(name: string): string | undefined;
}

/**
 * Decides an origin. Asked only about a well-formed, serialized origin other than `null` that no entry of another kind
 * in the policy allows; with credentials, not about `http://` origins beyond loopback and `localhost` either, unless
 * `dangerously: { insecureOrigins: true }`. Any answer but `true`, or a promise of `true`, refuses. So does an exception,
 * a rejection or a value that is no boolean; such a failure is logged, at most once a minute. The request waits for a
 * promise without a time limit.
 *
 * @param origin - the serialized origin, for instance `https://app.example.com`
 * @param request - the request that asks
 *
 * @example
 * ```ts
 * @AllowOrigin((origin, request) => origin === `https://${request.header('x-tenant')}.example.com`)
 * ```
 */
export type OriginFunction = (origin: string, request: CorsRequest) => boolean | Promise<boolean>;

/**
 * An injectable that decides origins: from a database, a configuration service, a tenant's settings.
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
  /** Whether scripts on `origin` may read the response; see {@link OriginFunction}. */
  allows(origin: string, request: CorsRequest): boolean | Promise<boolean>;
}

/** A class that implements {@link OriginSource}; its instance is taken from Nest's injector. */
export type OriginSourceClass = abstract new (...args: never[]) => OriginSource;
