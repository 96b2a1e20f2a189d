import { internal } from '../support/dist.js';
import { originStrings, type OriginCount } from '../support/origins.js';

type LateParts = typeof import('../../lib/late-part.js');
type Composer = typeof import('../../lib/policy/policy-composer.js');
type Fields = typeof import('../../lib/policy/policy-fields.js');
type ModuleOptions = typeof import('../../lib/policy/module-options.js');
type ProblemError = typeof import('../../lib/policy/cors-configuration-error.js');

/** A compiled policy. */
export type Policy = import('../../lib/policy/policy.js').Policy;

/** A list of origins, small or large. */
export interface OriginList extends OriginCount {
  readonly name: string;
}

export const ORIGIN_LISTS: readonly OriginList[] = [
  { name: '1 exact, 1 pattern', exact: 1, patterns: 1 },
  { name: '10 exact, 10 patterns', exact: 10, patterns: 10 },
  { name: '10^3 exact, 10^2 patterns', exact: 1000, patterns: 100 },
  { name: '10^6 exact, 10^4 patterns', exact: 1_000_000, patterns: 10_000 },
];

/** Lists for a run that only shows that it works. */
export const BRIEF_LISTS: readonly OriginList[] = [
  ...ORIGIN_LISTS.slice(0, 2),
  { name: '10^2 exact, 10^1 patterns', exact: 100, patterns: 10 },
];

/** Compiles a policy as the module does it, from options to the frozen object that requests are decided with. */
async function compile(options: Readonly<Record<string, unknown>>): Promise<Policy> {
  const { PolicyComposer } = await internal<Composer>('policy/policy-composer.js');
  const { NO_ROUTE_DEFAULTS } = await internal<Fields>('policy/policy-fields.js');
  const { readModuleOptions } = await internal<ModuleOptions>('policy/module-options.js');
  const { CorsConfigurationError } = await internal<ProblemError>('policy/cors-configuration-error.js');
  const { withParts } = await internal<LateParts>('late-part.js');
  return withParts(() => {
    const composer = new PolicyComposer();
    const { base, problems } = readModuleOptions(options, () => {
      throw new Error('No policy of the bench has a source.');
    });
    const { policy } = composer.compose([base], NO_ROUTE_DEFAULTS);
    const all = [...problems, ...composer.problems];
    if (all.length > 0) throw new CorsConfigurationError(all);
    if (policy === undefined) throw new Error('A policy of the bench has no origin.');
    return policy;
  });
}

/** The policy of a list. */
export function policyFor(list: OriginList): Promise<Policy> {
  return compile({ origin: originStrings(list), credentials: true, exposedHeaders: ['x-request-id'] });
}
