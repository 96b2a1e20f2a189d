/**
 * Every kind of problem that the start-up check can report. The set is closed: tools may switch over
 * {@link CorsProblemCode}, and `docs/start-up-errors.md` explains each code.
 */
export const CORS_PROBLEM_CODES = [
  'origin-empty',
  'origin-invalid',
  'origin-scheme-missing',
  'origin-scheme',
  'origin-whitespace',
  'origin-userinfo',
  'origin-path',
  'origin-case',
  'origin-unicode',
  'origin-host',
  'origin-ip',
  'origin-port',
  'origin-default-port',
  'origin-wildcard',
  'origin-public-suffix',
  'origin-null',
  'origin-file',
  'origin-any-in-list',
  'origin-any-with-credentials',
  'origin-insecure-with-credentials',
  'origin-regexp-unsafe',
  'origin-regexp-matches-any',
  'origin-regexp-matches-nothing',
  'origin-regexp-unescaped-dot',
  'origin-callback-style',
  'origin-source-missing',
  'origin-source-scoped',
  'origin-source-after-guards',
  'method-invalid',
  'method-forbidden',
  'method-case',
  'header-invalid',
  'header-forbidden',
  'exposed-any-with-credentials',
  'max-age-invalid',
  'status-invalid',
  'option-unknown',
  'option-type',
  'option-conflict',
  'policy-unknown',
  'restrict-leaves-nothing',
  'decorator-repeated',
  'decorator-conflict',
  'decorator-lost',
  'decorator-without-route',
  'decorator-unmanaged',
  'preflight-without-origin',
  'enforce-idle',
  'route-path-invalid',
  'route-path-repeated',
  'adapter-unknown',
  'adapter-missing',
  'runtime-unsealable',
  'module-not-imported',
  'module-imported-twice',
  'module-without-options',
  'module-scoped',
  'inspector-unguarded',
  'nest-copies',
  'nest-unsupported',
] as const;

/** The kind of a problem, one of a closed set. `docs/start-up-errors.md` explains them. */
export type CorsProblemCode = (typeof CORS_PROBLEM_CODES)[number];

/** What is wrong with a value, before it is known where the value stands. */
export interface ValueProblem {
  /** The kind of problem. */
  readonly code: CorsProblemCode;
  /** What is wrong and why, in one sentence without the value and without a full stop: `has a path`. */
  readonly message: string;
  /** What to do, as an imperative sentence without a full stop: `write "https://example.com"`. */
  readonly fix: string;
}

/** One problem of the configuration, with its place. */
export interface CorsProblem extends ValueProblem {
  /**
   * `Controller#handler`, `Controller`, or a path in the module's options such as `options.policies.partners`; for a
   * decorator without effect, the class or `Class#method` on which it stands; for a `CorsModule` that is imported twice
   * or without options, the modules that import it.
   */
  readonly where: string;
  /** The option at fault, with its index where it is a list: `origin[1]`. Empty where no single option is at fault. */
  readonly field: string;
  /** The value at fault, as it was given; `undefined` where no single value is at fault. */
  readonly value: unknown;
}
