import { describe, it } from '@jest/globals';
import { ApplicationConfig } from '@nestjs/core';

/** Whether the suites run on Nest 11, which `.ci/nest-11.mjs` has them do. */
const isNest11 = !('getRouteResolutionStrategy' in ApplicationConfig.prototype);

/**
 * What Nest 12 has or does and Nest 11 does not, as far as tests have to know it. All else is the same, and is tested with
 * the same tests.
 */
const ONLY_ON_12 = {
  specificity:
    'Nest 11 registers routes as they are declared: it has no RouteSpecificitySorter and no strategy.',
  conflicts: 'Nest 11 has no routeConflictPolicy.',
  orderSensitivity: 'The adapters of Nest 11 do not say whether the order of routes counts.',
  csrfProtection: 'Nest 11 has no enableCsrfProtection().',
  handlerNames: "Nest 11 registers handlers without a name, so that tracing cannot show Fastify's.",
  doneOnce: "Express goes on as often as a request hook calls done(): Nest 11 hands it Express's own next().",
  closing503: 'Nest 11 has no return503OnClosing.',
  injectedEvents:
    'A route with @Sse() answers 500 to inject(): the socket of light-my-request has no setKeepAlive().',
  malformedPaths: 'A path that cannot be decoded gets a 404 on Fastify, in front of any hook, and no 400.',
  versionsOfAll:
    'The adapter of Fastify hands over a handler with @All() without its version and constraints.',
  hookPromises:
    'Nobody reads what a request hook returns: a rejection ends the process, and only done() goes on.',
} as const;

/** Whether Nest has something that only Nest 12 has. */
export function has(_what: keyof typeof ONLY_ON_12): boolean {
  return !isNest11;
}

/** The tests of something that only Nest 12 has; on Nest 11 they are skipped. */
export function itOn12(what: keyof typeof ONLY_ON_12): typeof it {
  return has(what) ? it : (it.skip as typeof it);
}

/** The suites of something that only Nest 12 has; on Nest 11 they are skipped. */
export function describeOn12(what: keyof typeof ONLY_ON_12): typeof describe {
  return has(what) ? describe : (describe.skip as typeof describe);
}

/** A case of something that only Nest 12 has, for a table of cases; on Nest 11 there is none. */
export function on12<Case>(what: keyof typeof ONLY_ON_12, one: Case): readonly Case[] {
  return has(what) ? [one] : [];
}
