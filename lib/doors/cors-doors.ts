import type { CorsPolicyName } from '../policy/cors-policy-options.interface.js';

/** A request as a door beside the routes has it: of Node, Express, Fastify or Fetch, or a plain object. */
export interface CorsDoorRequest {
  /** @defaultValue `'GET'` */
  readonly method?: string | undefined;
  /** The request target, or a whole URL. */
  readonly url?: string | undefined;
  /** The request target as it was sent, if somebody has changed `url` since then. */
  readonly originalUrl?: string | undefined;
  /** The header fields: an object, as Node has them, or a `Headers`. */
  readonly headers:
    | Readonly<Record<string, string | readonly string[] | undefined>>
    | Iterable<readonly [name: string, value: string]>;
  /** The request's authority; by default the header `Host`, else that of a whole URL. */
  readonly host?: string | undefined;
}

/**
 * Which policy `CorsService.allows()` is about, and for which request: a named one, or that of a path; with neither, the module's
 * default.
 */
export type CorsAllowsOptions = CorsAskedRequest & (CorsAskedPolicy | CorsAskedPath);

interface CorsAskedRequest {
  /**
   * What origin functions and sources see of the request. It does not choose the policy, but for its method where there is a
   * `path`.
   *
   * @defaultValue a GET of `path`, or of `/`, without header fields
   */
  readonly request?: CorsDoorRequest | undefined;
}

interface CorsAskedPolicy {
  /** A named policy, on top of the module's options as an entry of `routes` with it would be. Not beside `path`. */
  readonly policy?: CorsPolicyName | undefined;
  readonly path?: undefined;
}

interface CorsAskedPath {
  /**
   * A path such as `/chat`: what governs a request there counts, a route, an entry of `routes`, or the module's default. The
   * method is that of `request`, else GET. Where versions share the path, all of them have to allow the origin.
   */
  readonly path?: string | undefined;
  readonly policy?: undefined;
}

/**
 * The options for one request, in the form that `cors`, `@fastify/cors` and what is built on them take. Which fields are there
 * depends on the verdict: a refused request gets none but what says so.
 */
export interface CorsDelegatedOptions {
  /** The request's origin, if it is allowed, or `'*'`; else `[]`, or for `@fastify/cors` `false`. */
  origin: string | string[] | false;
  methods: string[];
  allowedHeaders: string[];
  credentials: boolean;
  optionsSuccessStatus: number;
  exposedHeaders?: string[];
  /** In seconds. */
  maxAge?: number;
}

/** A function that finds the options for a request, as `cors` and others take it in place of options. */
export type CorsOptionsDelegate = (
  request: CorsDoorRequest,
  callback: (error: Error | null, options?: CorsDelegatedOptions) => void,
) => void;
