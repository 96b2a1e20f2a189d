import { isOptionsObject } from './options-object.js';
import { keepReading, MIN_KEPT, readingOf, readStrings } from './origin-strings.js';
import { readChanged } from './read-changed.js';
import type { Sliced } from './slices.js';

/**
 * Reads the long lists of origins in options, so that nothing of them is left to do when these are compiled, which cannot be
 * interrupted.
 *
 * @param options - a copy of the module's options
 * @param before - the options in force: a list that stands in the same place there is taken to be much the same
 */
export function* prepareOrigins(options: unknown, before: unknown): Sliced<void> {
  const known = new Map(listsOf(before));
  for (const [place, list] of listsOf(options)) {
    if (list.length < MIN_KEPT || readingOf(list) !== undefined) continue;
    const old = known.get(place);
    const oldRead = old && readingOf(old);
    const changed = old && oldRead && (yield* readChanged(list, old, oldRead));
    keepReading(list, changed ?? (yield* readStrings(list)));
  }
}

/** The lists of origins in options that may be anything, each with its place. */
function* listsOf(options: unknown): Generator<readonly [place: string, list: readonly unknown[]]> {
  yield* listOf('options', options);
  const { policies, routes } = isOptionsObject(options) ? options : {};
  if (isOptionsObject(policies)) {
    for (const [name, policy] of Object.entries(policies)) yield* listOf(`policies.${name}`, policy);
  }
  if (!Array.isArray(routes)) return;
  for (const [index, entry] of routes.entries()) {
    if (isOptionsObject(entry)) yield* listOf(`routes[${index}]`, entry['policy']);
  }
}

function* listOf(place: string, policy: unknown): Generator<readonly [string, readonly unknown[]]> {
  if (isOptionsObject(policy) && Array.isArray(policy['origin'])) yield [place, policy['origin']];
}
