import type { EngineName, QuirkName } from '../engines/quirks.js';
import type { OriginReason, PreflightReason } from '../protocol/verdict.js';
import type { CorsRouteReport } from '../routing/route-report.js';

/**
 * A request to be explained: what a client sends, as plain values. A request of Node, Fastify or Express fits as it is,
 * and so does a `Request` of the Fetch standard.
 */
export interface ExplainableRequest {
  /** The method as it is sent: `OPTIONS` for a preflight. */
  readonly method: string;
  /**
   * The request target: a path such as `/orders/7?full=1`, or a whole URL, whose host then stands for a missing `Host`.
   * As the app's router reads it, so on Fastify after `rewriteUrl`, and on Express without the path that the app is
   * mounted at.
   */
  readonly url: string;
  /** The request target as it was sent, if that is another one: what origin functions and sources see as `path`. */
  readonly originalUrl?: string;
  /** The header fields, names in any case; a list is a field that was sent once for each element. */
  readonly headers:
    | Readonly<Record<string, string | readonly string[] | undefined>>
    | Iterable<readonly [name: string, value: string]>;
  /** The request's authority; by default the header `Host`. Say it where the app trusts a proxy that names another one. */
  readonly host?: string;
}

/**
 * Why a script may or may not read a response, or why a preflight is approved or refused. The set is closed.
 *
 * From the decision itself:
 * - `any-origin`: the policy allows `*`
 * - `origin-allowed`: an entry of the policy, or a source that was asked, allows the origin
 * - `no-origin`: the request has no `Origin`, so it is no CORS request
 * - `origin-malformed`: `Origin` is no serialized origin: junk, too long, or sent more than once
 * - `origin-not-allowed`: no entry of the policy allows the origin
 * - `preflight-approved`: origin, method and all request headers are allowed
 * - `method-not-allowed`: the preflight asks for a method that the policy does not allow
 * - `headers-not-allowed`: the preflight asks for a request header that the policy does not allow
 *
 * And beside it:
 * - `origin-may-be-allowed`: a source that decides after the guards lets the origin through until then (`mayAllow()`);
 *   whether it may read the response depends on who calls, which an explanation does not know
 * - `source-failed`: the same as `origin-not-allowed`, but a function or source of the policy threw, rejected, or
 *   answered something else than a boolean
 * - `same-origin`: the policy does not allow the origin, which is the app's own: CORS does not apply
 * - `no-cors`: the route is under `@NoCors()`, or the path under an entry of `routes` with `policy: false`
 * - `no-policy`: no layer says who may read, so it is closed
 * - `path-ambiguous`: the path can be read as several with different policies, so it is closed
 * - `unmanaged`: an entry of `routes` leaves the path alone, or another app with CorsModule is mounted there
 */
export type CorsReason =
  | Exclude<OriginReason, 'origin-undecided'>
  | PreflightReason
  | 'origin-may-be-allowed'
  | 'source-failed'
  | 'same-origin'
  | 'no-cors'
  | 'no-policy'
  | 'path-ambiguous'
  | 'unmanaged';

/**
 * The steps of a decision, in the order in which they are taken: `route` (what serves the request), `policy` (what
 * governs it), `origin`, for a preflight `method` and `headers`, and for an actual request `enforce`.
 */
export type CorsStepName = 'route' | 'policy' | 'origin' | 'method' | 'headers' | 'enforce';

/**
 * What a step came to. The set is closed: a {@link CorsReason}, or
 * - `route-found`, `route-missing`: whether a route of Nest serves the request
 * - `policy-found`: the route or the path has a policy
 * - `method-allowed`, `headers-allowed`: that part of a preflight is allowed
 * - `enforce-off`: the handler runs whoever asks
 * - `enforce-safe`: the same, because `enforce: 'unsafe'` refuses no request with this method
 * - `enforce-after-guards`: the same, but a source that decides after the guards can still refuse the request with 403
 * - `enforce-unserved`: nobody refuses the request, because no handler serves the version that it asks for
 * - `enforce-passed`, `enforce-refused`: the guard lets the request through, or refuses it with 403
 */
export type CorsStepReason =
  | CorsReason
  | 'route-found'
  | 'route-missing'
  | 'policy-found'
  | 'method-allowed'
  | 'headers-allowed'
  | 'enforce-off'
  | 'enforce-safe'
  | 'enforce-after-guards'
  | 'enforce-unserved'
  | 'enforce-passed'
  | 'enforce-refused';

/**
 * A mistake that was probably made. The set is closed.
 *
 * Between the origin and the closest one that is allowed:
 * - `scheme`: `http` for `https`, or the reverse
 * - `port`: another port; `port-missing`: none, where the allowed origin has one
 * - `www`: with `www.` in front, or without
 * - `trailing-dot`: a dot behind the host, or none
 * - `typo`: a letter or two of the host
 * - `subdomain`: below the host that is allowed
 * - `apex`: the host itself, where only names below it are allowed
 * - `labels`: more than the one label that `*.` stands for
 * - `sibling`: another host of the same site
 *
 * In the origin itself, which no browser sends like this:
 * - `trailing-slash`, `path`, `upper-case`, `default-port`, `repeated` (more than one origin), `malformed` (all else)
 *
 * And:
 * - `opaque`: the origin is `null`: a sandboxed frame, a `file:` or `data:` page, or a redirect between origins; or it is
 *   `file://`, which some app shells send for every page in a file
 * - `insecure`: a plain `http:` origin, about which functions, sources and regular expressions are not asked where the
 *   policy has credentials
 * - `method-case`: methods are case-sensitive
 * - `header-typo`: a header of nearly that name is allowed
 * - `header-missing`: no header of such a name is allowed; the message says which layer's list has to name it
 * - `authorization`: `'*'` does not cover that header, which has to be listed by name
 */
export type CorsHintCode =
  | 'scheme'
  | 'port'
  | 'port-missing'
  | 'www'
  | 'trailing-dot'
  | 'typo'
  | 'subdomain'
  | 'apex'
  | 'labels'
  | 'sibling'
  | 'trailing-slash'
  | 'path'
  | 'upper-case'
  | 'default-port'
  | 'repeated'
  | 'malformed'
  | 'opaque'
  | 'insecure'
  | 'method-case'
  | 'header-typo'
  | 'header-missing'
  | 'authorization';

/** What was probably meant. */
export interface CorsHint {
  readonly code: CorsHintCode;
  /** For a human, for instance `it differs by "www."`. */
  readonly message: string;
}

/** One step of a decision. */
export interface CorsStep {
  readonly step: CorsStepName;
  /** Whose policy it is about, as in `CorsRouteReport.where`; `undefined` where nothing governs the request. */
  readonly where: string | undefined;
  /** Whether the step lets the request pass. */
  readonly passed: boolean;
  readonly reason: CorsStepReason;
  /** For a human: one sentence without its full stop. */
  readonly message: string;
  /** For a near miss. */
  readonly hint: CorsHint | undefined;
}

/** What `CorsService.explain()` says of a request. */
export interface CorsExplanation {
  /** A preflight is `OPTIONS` with `Origin` and `Access-Control-Request-Method`; everything else is actual. */
  readonly kind: 'preflight' | 'actual';
  /** The method of the actual request: for a preflight the value of `Access-Control-Request-Method`. */
  readonly method: string;
  /** The value of `Origin`; `undefined` if there is none. */
  readonly origin: string | undefined;
  /**
   * What governs the request, with the effective policy and the layers that its fields came from: the route, else the
   * entry of `routes` for the path, else the module's default. Of several versions, for a preflight, the one that has
   * approved it, else the one that came closest to it. `undefined` where nothing governs the request, which is the app's own business then.
   */
  readonly route: CorsRouteReport | undefined;
  /**
   * All that can govern the request: several for a preflight, which does not say which version the actual request will
   * ask for.
   */
  readonly candidates: readonly CorsRouteReport[];
  /**
   * Whether a browser lets a script on `origin` read the response, or for a preflight, whether that is approved. Without
   * `Origin` it is whether a script of any origin may. With the reason `origin-may-be-allowed` it is `true`, and holds
   * for errors that are sent before the guards have passed.
   */
  readonly allowed: boolean;
  readonly reason: CorsReason;
  /**
   * The steps in the order in which they are taken. Those behind a refusal are there as well, so that everything wrong
   * shows at once; several candidates have their steps one after the other.
   */
  readonly steps: readonly CorsStep[];
  /** Where the origin is refused: the allowed origin, or pattern as it was written, that it comes closest to. */
  readonly closest: string | undefined;
  /** The hint of the step that the reason comes from, or of one before it. */
  readonly hint: CorsHint | undefined;
  /**
   * The fields of the CORS protocol, and `Vary`, with which the response will leave, names as they are sent, in lower
   * case; on an actual response without what the app adds to `Vary` itself. None where nothing governs the request.
   */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * The status with which the library itself answers: that of a preflight, and 403 under `enforce`. `undefined` where
   * the answer is the app's.
   */
  readonly status: number | undefined;
  /** All of it in one paragraph, for a human. On one line and without invisible characters, so that it can be logged. */
  readonly message: string;
  /** What an engine makes of it. Only where the options of `explain()` name one. */
  readonly engine?: CorsEngineExplanation;
}

/** What `CorsService.explain()` is asked beside the request. */
export interface CorsExplainOptions {
  /** Whose behaviour is to be explained, too: that of an engine, or `standard`. Default: none. */
  readonly engine?: EngineName | undefined;
}

/** What an engine makes of a request and the answer to it. Nothing is run: it is what the engine was seen to do. */
export interface CorsEngineExplanation {
  readonly name: EngineName;
  /** The version with which the engine was seen; `undefined` for the standard. */
  readonly version: string | undefined;
  /** Whether the engine sends the request that a preflight was for, or gives script the response. */
  readonly accepted: boolean;
  /** For how many seconds the engine keeps an approved preflight; `undefined` for anything else. */
  readonly keptFor: number | undefined;
  /** In what the engine departs from the standard here, so far as one request shows it. */
  readonly quirks: readonly CorsEngineQuirk[];
  /** All of it in one paragraph, for a human. */
  readonly message: string;
}

/** One way in which an engine departs from the standard. */
export interface CorsEngineQuirk {
  readonly name: QuirkName;
  /** What the engine does, without a subject: `names content-type in the preflight of the GET after the 303`. */
  readonly message: string;
  /** What the standard has instead, likewise. */
  readonly standard: string;
  /** Where it was seen. */
  readonly source: string;
}
