import type { PathParams } from './route-matcher.js';

/**
 * Parameters in one form: platforms have what a wildcard covers as a string or as a list of segments, and what was left
 * out of a path as `undefined` or not at all.
 */
export function pathParams(params: object): PathParams {
  const entries = Object.entries(params as Record<string, string | readonly string[] | undefined>);
  return Object.freeze(
    Object.fromEntries(
      entries.flatMap(([name, value]) =>
        value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join('/')]],
      ),
    ),
  );
}

/** The parameters that several routes have in common; `undefined` if there is none, or they differ. */
export function commonParams(all: readonly PathParams[]): PathParams | undefined {
  const [first, ...others] = all;
  const text = JSON.stringify(first);
  return others.every((params) => JSON.stringify(params) === text) ? first : undefined;
}
