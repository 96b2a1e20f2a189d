import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import type { ValueProblem } from './cors-problem.js';
import type { OriginRegExp } from './origin-entry.js';
import { matchesEverySite } from './origin-regexp-canaries.js';
import { mendingsOf, withScheme, wordsInstead } from './origin-regexp-matchless.js';
import { diagnoseOrigin } from './origin-diagnosis.js';
import { patternsInstead } from './origin-regexp-pattern.js';
import { sampleRegExp } from './origin-regexp-samples.js';
import { escapeLoneDots } from './origin-regexp-source.js';
import {
  extensionsAmong,
  isBrowserOrigin,
  mayStartOrigin,
  plainest,
  strangersAmong,
} from './origin-regexp-strangers.js';
import { findSlowOrigin } from './origin-regexp-time.js';
import { readTree } from './origin-regexp-tree.js';
import type { Parsed } from './origin-syntax.js';

/**
 * Flags that are dropped: `g` and `y` make a match depend on the one before (`lastIndex`), and `m` lets the anchors hold
 * inside the string.
 */
const DROPPED_FLAGS = /[gmy]/g;

/** The characters of which origins are made. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789-._:/[]+';

/** A problem whose fix takes some thought, which is left to who wants to read it. */
interface Fault extends Omit<ValueProblem, 'fix'> {
  readonly fix: () => string;
}

/** What has become of an expression. */
type Judged = { readonly entry: OriginRegExp } | { readonly fault: Fault };

/**
 * Parses a regular expression of a policy's `origin`. It has to match the whole origin, whether or not it is written
 * with anchors.
 *
 * It is judged by its language, not by its look: by words of it that are made from its syntax tree, and by the time that
 * it takes for hostile ones. What can't be told is refused.
 *
 * | written | |
 * |---|---|
 * | `/^https:\/\/app-\d+\.example\.com$/`, `/https:\/\/app-\d+\.example\.com/` | the same |
 * | `/^https:\/\/(?:\w+-?)+\.example\.com$/` | refused: can take very long |
 * | `/.+/`, `/^https:\/\//`, `/^https:\/\/.+\.com$/` | refused: matches sites of strangers |
 * | `/^https:\/\/.*example\.com$/`, `/^https:\/\/example\.com.*$/` | refused: matches `notexample.com`, `example.com.evil.com` |
 * | `/^https:\/\/[a-z]+\.github\.io$/` | refused: anyone can have a name right below a public suffix |
 * | `/^https:\/\/example.com$/` | refused: matches `exampleXcom` |
 * | `/\.example\.com$/` | refused: can't match a whole origin |
 * | `/^https:\/\/example\.com\/$/`, `/^https:\/\/Example\.com$/` | refused: matches no origin |
 */
export function parseOriginRegExp(regexp: RegExp): Parsed<OriginRegExp> {
  const judged = judge(regexp);
  if ('entry' in judged) return judged;
  const { code, message, fix } = judged.fault;
  return { problem: { code, message, fix: fix() } };
}

/** The expression that matches whole strings only. The group keeps the anchors outside of alternatives. */
function anchor(regexp: RegExp): RegExp {
  return new RegExp(`^(?:${regexp.source})$`, regexp.flags.replace(DROPPED_FLAGS, ''));
}

/**
 * What is said of an expression is the first thing that is wrong with it. What a mended dot leaves wrong is said before
 * the dot, so that a fix which shows a mended expression shows one that is accepted.
 */
function judge(regexp: RegExp): Judged {
  const mended = new RegExp(escapeLoneDots(regexp.source), regexp.flags);
  const anchored = anchor(mended);
  const tree = readTree(mended, ALPHABET);
  if (tree === undefined) return { fault: TOO_COMPLEX };
  const samples = sampleRegExp(tree, mayStartOrigin);
  if (!samples.isComplete) return { fault: TOO_COMPLEX };
  if (findSlowOrigin(anchored, tree, samples) !== undefined) return { fault: SLOW };

  const possible = samples.words.filter(({ text }) => isBrowserOrigin(text));
  const accepted = possible.filter(({ text }) => anchored.test(text));
  const strangers = strangersAmong(possible);
  const stranger =
    matchesEverySite(mended.source, anchored.flags) ??
    plainest(strangers.filter(({ text }) => anchored.test(text)));
  if (stranger !== undefined) return { fault: lettingIn(stranger, regexp) };
  // What looks around may keep out all strangers that there could be, or only those of whom there is a sample.
  if (strangers.length > 0) return { fault: TOO_COMPLEX };
  if (accepted.length === 0) return { fault: matchingNothing(mended, anchored) };
  if (mended.source !== regexp.source) return { fault: withDots(mended) };
  return {
    entry: {
      kind: 'regexp',
      text: String(regexp),
      regexp: anchored,
      isInsecure: accepted.every(({ text }) => isInsecureOrigin(text)),
      extension: plainest(extensionsAmong(accepted)),
    },
  };
}

function isFaultless(regexp: RegExp): boolean {
  return 'entry' in judge(regexp);
}

const SLOW: Fault = {
  code: 'origin-regexp-unsafe',
  message: 'can take very long on an origin that is made for it',
  fix: () =>
    'write a pattern such as "https://**.example.com", or an expression with fewer repetitions and none inside of another',
};

const TOO_COMPLEX: Fault = {
  code: 'origin-regexp-unsafe',
  message: 'is too complex to be sure that it keeps strangers out',
  fix: () =>
    'write a pattern such as "https://**.example.com", or an expression that does not look around and names the whole domain',
};

function lettingIn(stranger: string, regexp: RegExp): Fault {
  return {
    code: 'origin-regexp-matches-any',
    message: `matches sites that anyone can have, such as "${stranger}"`,
    fix: () =>
      writing(patternsInstead(regexp)) ??
      'name the whole domain behind a dot or "//", as in /^https:\\/\\/[a-z0-9-]+\\.example\\.com$/',
  };
}

function withDots(mended: RegExp): Fault {
  return {
    code: 'origin-regexp-unescaped-dot',
    message: 'has a dot without a backslash, which matches any character',
    fix: () => `write ${String(mended)}`,
  };
}

/** Says why an expression matches no origin, by what it matches instead. */
function matchingNothing(regexp: RegExp, anchored: RegExp): Fault {
  const instead = wordsInstead(regexp, anchored);
  // Most other libraries look for a match anywhere, so that `/\.example\.com$/` is a common way to write subdomains.
  if (instead.length > 0 && !instead.some((word) => word.includes('/'))) {
    return {
      code: 'origin-scheme-missing',
      message: 'has no scheme, and an expression has to match the whole origin',
      fix: () => writing(patternsInstead(regexp)) ?? showing(withScheme(regexp), 'write the scheme as well'),
    };
  }
  const word = instead.find((text) => text.includes('://')) ?? instead[0];
  return {
    code: 'origin-regexp-matches-nothing',
    message:
      word === undefined
        ? 'contradicts itself, and matches nothing'
        : `matches no origin as browsers send it: ${JSON.stringify(word)} ${diagnoseOrigin(word).message}`,
    fix: () => showing(mendingsOf(regexp), 'write scheme, host and port as browsers do'),
  };
}

/** Shows patterns to write; `undefined` if there are none. */
function writing(patterns: readonly string[]): string | undefined {
  return patterns.length === 0
    ? undefined
    : `write ${patterns.map((one) => JSON.stringify(one)).join(' and ')}`;
}

/** Shows the first expression that is right, or else what one looks like. */
function showing(mendings: readonly RegExp[], advice: string): string {
  const mended = mendings.find(isFaultless);
  return mended === undefined
    ? `${advice}, as in /^https:\\/\\/[a-z0-9-]+\\.example\\.com$/`
    : `write ${String(mended)}`;
}
