import type { CorsVerdict } from './cors-verdict.js';

/** One place to change, and how. */
export interface CorsChange {
  /**
   * Where: `options`, `options.policies.partners`, `options.routes[0].policy`, or the class or `Controller#handler` on which a
   * decorator stands, or is to stand. `options.routes` for one more entry.
   */
  readonly where: string;
  /**
   * The option that changes: `origin`, `methods`, `allowedHeaders`, or one of these within `reportOnly`; `routes`. Both of a decorator
   * that changes in two are there, with a comma between.
   */
  readonly field: string;
  /**
   * - `replace`: write {@link CorsChange.code} for the option, or for the decorator, that stands there
   * - `add`: write it there as well: one more decorator, or one more element of the list
   */
  readonly how: 'replace' | 'add';
  /** What to write. */
  readonly code: string;
}

/** The smallest change that would admit what was refused. */
export interface CorsSuggestion extends Pick<CorsVerdict, 'kind' | 'origin' | 'method' | 'where' | 'route'> {
  /** All of them are needed; none where there is an obstacle. */
  readonly changes: readonly CorsChange[];
  /** Why nothing is suggested: what admits it is refused at start, or it is closed on purpose. `undefined` if something is. */
  readonly obstacle: string | undefined;
}
