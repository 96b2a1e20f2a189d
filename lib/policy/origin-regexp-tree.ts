import ret, { types, type Char, type Group, type Root, type Token } from 'ret';

import { tokenize, type RegExpToken } from './origin-regexp-source.js';

/** An expression as a tree. */
export interface RegExpTree {
  /** The alternatives of the whole, each a list of what follows upon another. */
  readonly alternatives: readonly (readonly Token[])[];
  /** The groups that references count. */
  readonly groups: readonly Group[];
  /** What may be where each of the leaves is. */
  readonly leaves: readonly string[];
  /** The characters that stand for a leaf: all of the alphabet that may be where the leaf is. */
  charactersOf(leaf: Char): string;
}

/** The package is a function; its types are those of an ES module with a default export. */
const parse = ret as unknown as (source: string) => Root;

/** Where the characters for private use begin, which stand for the leaves while the tree is made. */
const FIRST_LEAF = 0xe000;

/**
 * Reads an expression as a tree, as far as a language over an alphabet goes; `undefined` if it has what can't be read:
 * the flag `v`, whose classes can be nested, or groups with flags of their own.
 *
 * The parser sees nothing but the structure. Which characters a class, an escape or a letter under the flag `i` takes is
 * asked of the engine, so that there is no second opinion on `\x2e`, `\p{L}` or `[^\W_]`. What only looks around is
 * kept in the tree without its direction, and whether a repetition is a lazy one makes no difference to a language.
 */
export function readTree({ source, flags }: RegExp, alphabet: string): RegExpTree | undefined {
  const tokens = tokenize(source);
  if (flags.includes('v') || tokens.some(({ text, kind }) => kind === 'open' && FLAGGED_GROUP.test(text))) {
    return undefined;
  }
  const captures = tokens.filter(({ text, kind }) => kind === 'open' && CAPTURE.test(text));
  const leaves = new Map<string, number>();
  const outline = tokens
    .map((token) => {
      const text = structureOf(token, captures) ?? leafOf(leaves, token.text);
      return text + token.quantifier.replace(LAZY, '');
    })
    .join('');
  const characters = [...leaves.keys()].map((leaf) =>
    charactersLike(leaf, flags.replace(/[gmy]/g, ''), alphabet),
  );
  const root = parse(outline);
  return {
    alternatives: alternativesOf(root),
    groups: groupsIn(root),
    leaves: characters,
    charactersOf: (leaf) => characters[leaf.value - FIRST_LEAF] as string,
  };
}

/** The alternatives of a group, or of the whole. */
export function alternativesOf({ options, stack }: Root | Group): readonly (readonly Token[])[] {
  return options ?? [stack as Token[]];
}

const FLAGGED_GROUP = /^\(\?[a-z-]+:$/;

const CAPTURE = /^\((?:\?<[^=!]|$)/;

const LAZY = /(?<=.)\?$/;

/** What is no leaf, in the words that the parser knows. */
function structureOf({ text, kind }: RegExpToken, captures: readonly RegExpToken[]): string | undefined {
  switch (kind) {
    case 'open':
      return CAPTURE.test(text) ? '(' : text.replace('<', '');
    case 'escape':
      return /^\\[bB]$/.test(text) ? text : referenceOf(text, captures);
    case 'close':
    case 'or':
    case 'anchor':
      return text;
    default:
      return undefined;
  }
}

/** A reference to a group by its number. A number without such a group is a character, in octal notation. */
function referenceOf(text: string, captures: readonly RegExpToken[]): string | undefined {
  const named = captures.findIndex(({ text: group }) => group !== '(' && text === `\\k${group.slice(2)}`) + 1;
  const number = /^\\[1-9]/.test(text) ? Number(text.slice(1)) : named;
  return number > 0 && number <= captures.length ? `\\${number}` : undefined;
}

/** The character that stands for a leaf: the same for those that are written the same. */
function leafOf(leaves: Map<string, number>, text: string): string {
  const known = leaves.get(text) ?? leaves.size;
  leaves.set(text, known);
  return String.fromCharCode(FIRST_LEAF + known);
}

function charactersLike(leaf: string, flags: string, alphabet: string): string {
  const regexp = new RegExp(`^(?:${leaf})$`, flags);
  return Array.from(alphabet)
    .filter((character) => regexp.test(character))
    .join('');
}

function groupsIn(root: Root): readonly Group[] {
  const groups: Group[] = [];
  const visit = (token: Token | Root): void => {
    if (token.type === types.REPETITION) visit(token.value);
    if (token.type === types.GROUP && token.remember) groups.push(token);
    if (token.type !== types.GROUP && token.type !== types.ROOT) return;
    for (const alternative of alternativesOf(token)) alternative.forEach(visit);
  };
  visit(root);
  return groups;
}
