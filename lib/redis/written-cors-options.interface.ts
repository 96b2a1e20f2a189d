import type { CommonPolicyOptions } from '../policy/cors-policy-options.interface.js';
import type {
  OriginFunction,
  OriginSource,
  OriginSourceAfterGuards,
  OriginSourceClass,
} from '../policy/origin-source.js';

/** A regular expression, in JSON. */
export interface WrittenRegExp {
  /** Its source, without slashes: `^https://[a-z]+\.example\.com$`. */
  readonly regexp: string;
  /** @defaultValue none */
  readonly flags?: string | undefined;
}

/** A source, in JSON: by the name that every replica has for it. */
export interface WrittenSource {
  readonly source: string;
}

/** One entry of `origin`, in JSON. */
export type WrittenOrigin = string | WrittenRegExp | WrittenSource;

/** A policy, in JSON: what `CorsPolicyOptions` are but for `origin`. The check judges it, not the compiler. */
export interface WrittenCorsPolicy extends CommonPolicyOptions {
  readonly origin?: WrittenOrigin | readonly WrittenOrigin[] | undefined;
  readonly exposedHeaders?: string | readonly string[] | undefined;
  readonly credentials?: boolean | undefined;
  readonly reportOnly?: Omit<WrittenCorsPolicy, 'reportOnly'> | undefined;
}

/** An entry of `routes`, in JSON. */
export interface WrittenCorsRoute {
  readonly path: string;
  readonly exact?: boolean | undefined;
  readonly policy?: string | WrittenCorsPolicy | false | undefined;
  readonly unmanaged?: boolean | undefined;
}

/**
 * The module's options, in JSON.
 *
 * @example
 * ```json
 * {
 *   "origin": ["https://app.example.com", { "regexp": "^https://pr-[0-9]+\\.example\\.com$" }],
 *   "policies": { "tenants": { "origin": { "source": "tenants" } } }
 * }
 * ```
 */
export interface WrittenCorsOptions extends WrittenCorsPolicy {
  readonly policies?: Readonly<Record<string, WrittenCorsPolicy>> | undefined;
  readonly routes?: readonly WrittenCorsRoute[] | undefined;
  readonly publicOrigins?: string | readonly string[] | undefined;
  readonly refusals?: boolean | undefined;
  readonly debug?: boolean | undefined;
}

/** What a name can stand for. */
export type NamedSource = OriginSourceClass | OriginSource | OriginSourceAfterGuards | OriginFunction;

/** Sources by their names in JSON. */
export type NamedSources = ReadonlyMap<string, NamedSource>;
