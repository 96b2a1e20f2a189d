import type { ShippingEngine } from '../../../lib/engines/quirks.js';
import type { TableCase } from './case.js';
import { TABLE } from './cases/index.js';

const NO_HTTP_CACHE =
  'What WebKitWebDriver starts keeps everything in memory, and has no HTTP cache that could answer instead of the server.';

/**
 * The cases that cannot be run in an engine, each with the reason. There are no more of them than `cases.test.ts` says.
 */
export const LEFT_OUT: Readonly<Record<ShippingEngine, Readonly<Record<string, string>>>> = {
  chromium: {},
  firefox: {},
  webkit: {
    'http-cache/app/any-is-shared-with-a-script-element': NO_HTTP_CACHE,
    'http-cache/app/a-second-fetch-is-served-from-it': NO_HTTP_CACHE,
    'http-cache/allow-origin-without-vary-is-poisoned': NO_HTTP_CACHE,
    'http-cache/any-only-where-there-is-an-origin-is-poisoned': NO_HTTP_CACHE,
    'http-cache/always-any-needs-no-vary': NO_HTTP_CACHE,
  },
};

/** The cases that are run in an engine, by subject. */
export function casesIn(
  engine: ShippingEngine,
): readonly (readonly [subject: string, cases: readonly TableCase[]])[] {
  const leftOut = LEFT_OUT[engine];
  return Object.entries(TABLE).map(([subject, cases]) => [
    subject,
    cases.filter(({ id }) => leftOut[id] === undefined),
  ]);
}
