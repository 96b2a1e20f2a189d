import { it } from '@jest/globals';
import { ApplicationConfig } from '@nestjs/core';

/** Whether the suites run on Nest 11, as `.ci/nest-11.mjs` has them do. */
export const isNest11 = !('getRouteResolutionStrategy' in ApplicationConfig.prototype);

/**
 * What Nest 12 has or does and Nest 11 does not, as far as tests have to know it. All else is the same, and is tested with
 * the same tests.
 */
const ONLY_ON_12 = {
  specificity:
    'Nest 11 registers routes as they are declared: it has no RouteSpecificitySorter and no strategy.',
  conflicts: 'Nest 11 has no routeConflictPolicy.',
  orderSensitivity: 'The adapters of Nest 11 do not say whether the order of routes counts.',
  hookPromises:
    'Nobody reads what a request hook returns: a rejection ends the process, and only done() goes on.',
} as const;

/** The tests of something that only Nest 12 has; on Nest 11 they are skipped. */
export function itOn12(_what: keyof typeof ONLY_ON_12): typeof it {
  return isNest11 ? (it.skip as typeof it) : it;
}
