import { createHash } from 'node:crypto';

/**
 * Keys longer than this are kept as their digest: the number of verdicts would not bound the memory that they take if a
 * client chose how long their names are.
 */
const MAX_KEY_LENGTH = 128;

/**
 * The name under which a verdict is kept. The origin's length tells where the origin ends, whatever the two hold.
 *
 * @param key - what the option `key` answered
 * @throws TypeError if that is no string
 */
export function cacheKey(origin: string, key: unknown): string {
  if (typeof key !== 'string') {
    throw new TypeError(
      `the option key answered ${typeof key}, no string: write ?? '' where it may be absent`,
    );
  }
  return key.length > MAX_KEY_LENGTH ? `${prefixOf(origin)}#${digest(key)}` : `${prefixOf(origin)}=${key}`;
}

/** What the names of all verdicts on an origin begin with, and no others. */
export function prefixOf(origin: string): string {
  return `${origin.length} ${origin}`;
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64');
}
