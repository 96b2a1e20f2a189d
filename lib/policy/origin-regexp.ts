import safeRegex from 'safe-regex2';

import type { ValueProblem } from './cors-problem.js';
import type { OriginRegExp } from './origin-entry.js';
import { findStranger, matchesEverySite } from './origin-regexp-canaries.js';
import {
  escapeLoneDots,
  mayMatchSlash,
  repeatsAnything,
  repeatsChoice,
  requireOptionalGroups,
} from './origin-regexp-source.js';
import type { Parsed } from './origin-syntax.js';

/**
 * Flags that are dropped: `g` and `y` make a match depend on the one before (`lastIndex`), and `m` lets the anchors hold
 * inside the string.
 */
const DROPPED_FLAGS = /[gmy]/g;

const UNSAFE: ValueProblem = {
  code: 'origin-regexp-unsafe',
  message: 'can take very long on an origin that is made for it, or is too complex to rule that out',
  fix: 'write a pattern such as "https://**.example.com", or an expression with fewer repetitions and none inside of another',
};

/**
 * Parses a regular expression of a policy's `origin`. It has to match the whole origin, whether or not it is written
 * with anchors.
 *
 * | written | |
 * |---|---|
 * | `/^https:\/\/app-\d+\.example\.com$/`, `/https:\/\/app-\d+\.example\.com/` | the same |
 * | `/^https:\/\/(\w+\.)*example\.com$/` | refused: can backtrack badly. Write `https://**.example.com` |
 * | `/.+/`, `/^https:\/\//`, `/^https:\/\/.+\.com$/` | refused: matches sites of strangers |
 * | `/^https:\/\/.*example\.com$/`, `/^https:\/\/example\.com.*$/` | refused: matches `notexample.com`, `example.com.evil.com` |
 * | `/^https:\/\/example.com$/` | refused: matches `exampleXcom` |
 * | `/\.example\.com$/` | refused: can't match a whole origin |
 */
export function parseOriginRegExp(regexp: RegExp): Parsed<OriginRegExp> {
  const problem = problemOf(regexp);
  if (problem !== undefined) return { problem };
  return { entry: { kind: 'regexp', text: String(regexp), regexp: anchor(regexp) } };
}

/** The expression that matches whole strings only. The group keeps the anchors outside of alternatives. */
function anchor(regexp: RegExp): RegExp {
  return new RegExp(`^(?:${regexp.source})$`, regexp.flags.replace(DROPPED_FLAGS, ''));
}

/**
 * The first problem. What a mended dot leaves wrong is reported before the dot, so that a fix which shows a mended
 * expression shows one that is accepted.
 */
function problemOf(regexp: RegExp): ValueProblem | undefined {
  // Classes under the flag `v` can be nested, which neither safe-regex2 nor we can read.
  if (regexp.flags.includes('v')) return UNSAFE;
  const mended = new RegExp(escapeLoneDots(regexp.source), regexp.flags);
  if (!isSafe(mended.source)) return UNSAFE;
  const anchored = anchor(mended);
  const stranger = matchesEverySite(mended.source, anchored.flags) ?? findStranger(anchored);
  if (stranger !== undefined) {
    return {
      code: 'origin-regexp-matches-any',
      message: `matches sites that anyone can have, such as "${stranger}"`,
      fix: 'name the whole domain behind a dot or "//", as in /^https:\\/\\/[a-z0-9-]+\\.example\\.com$/',
    };
  }
  if (!mayMatchSlash(mended)) return withoutScheme(mended);
  if (mended.source === regexp.source) return undefined;
  return {
    code: 'origin-regexp-unescaped-dot',
    message: 'has a dot without a backslash, which matches any character',
    fix: `write ${String(mended)}`,
  };
}

/**
 * Whether no origin can be matched in very many ways. safe-regex2 counts an optional group as a repetition, and
 * would refuse the `(:\d+)?` of nearly every expression that names `localhost`.
 */
function isSafe(source: string): boolean {
  return safeRegex(requireOptionalGroups(source)) && !repeatsChoice(source) && !repeatsAnything(source);
}

/** Most other libraries look for a match anywhere, so that `/\.example\.com$/` is a common way to write subdomains. */
function withoutScheme(regexp: RegExp): ValueProblem {
  const tail = regexp.source.replace(/^\^/, '').replace(/\$$/, '');
  const subdomain = tail.startsWith('\\.') ? '[a-z0-9-]+' : '';
  const scheme = tail.startsWith('localhost') ? 'http' : 'https';
  const mended = new RegExp(`^${scheme}:\\/\\/${subdomain}${tail}$`, regexp.flags);
  const sure = !tail.includes('|') && problemOf(mended) === undefined;
  return {
    code: 'origin-scheme-missing',
    message: 'has no scheme, and an expression has to match the whole origin',
    fix: `write ${sure ? String(mended) : 'the scheme as well, as in /^https:\\/\\/[a-z0-9-]+\\.example\\.com$/'}`,
  };
}
