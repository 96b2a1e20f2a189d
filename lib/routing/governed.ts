import { NO_CORS, type Policy } from '../policy/policy.js';
import type { ComposedPolicy } from '../policy/policy-composer.js';

/** The policy of a route or of a path: composed, `'none'` under `@NoCors()`, or `undefined` where there is none. */
export type Governed = ComposedPolicy | 'none' | undefined;

/** The compiled policy of something governed. */
export function policyOf(governed: Governed): Policy | undefined {
  return governed === 'none' ? NO_CORS : governed?.policy;
}
