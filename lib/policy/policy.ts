import { compileMethods, type MethodRule } from '../protocol/methods.js';
import { compileRequestHeaders, type RequestHeaderRule } from '../protocol/request-headers.js';
import type { Enforcement } from './enforcement.js';
import type { OriginRule } from './origin-set.js';
import type { PolicyFields } from './policy-fields.js';

/** A compiled policy: all that a request needs, computed at start, in one frozen object of one shape. */
export interface Policy {
  readonly origin: OriginRule;
  readonly credentials: boolean;
  /** The value of `Access-Control-Expose-Headers`, `''` for none. */
  readonly exposedHeaders: string;
  readonly enforce: Enforcement;
  readonly methods: MethodRule;
  readonly allowedHeaders: RequestHeaderRule;
  /** The value of `Access-Control-Max-Age`, `''` for none. */
  readonly maxAge: string;
  readonly optionsSuccessStatus: number;
  /** Whether it allows nobody: no header of the protocol whoever set it, and no preflight approved. */
  readonly closed: boolean;
  /**
   * Whether responses depend on `Origin`. Those to GET do not where only other methods are refused, and caches keep no others.
   */
  readonly varies: boolean;
}

/**
 * Compiles checked fields.
 *
 * @param origin - the fields' `origin`, compiled; the policy's own from now on, and frozen
 */
export function compilePolicy(fields: PolicyFields, origin: OriginRule): Policy {
  return Object.freeze({
    origin: Object.freeze(origin),
    credentials: fields.credentials,
    exposedHeaders: fields.exposedHeaders.join(', '),
    enforce: fields.enforce,
    methods: compileMethods(fields.methods),
    allowedHeaders: compileRequestHeaders(fields.allowedHeaders),
    maxAge: fields.maxAge === undefined ? '' : String(fields.maxAge),
    optionsSuccessStatus: fields.optionsSuccessStatus,
    closed: fields.origin.length === 0,
    varies: !origin.any && (fields.origin.length > 0 || fields.enforce === true),
  });
}
