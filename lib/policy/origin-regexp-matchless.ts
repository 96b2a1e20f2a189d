import { sampleRegExp } from './origin-regexp-samples.js';
import { readTree, type RegExpTree } from './origin-regexp-tree.js';

/** Printable ASCII: what people write, whether or not an origin can hold it. */
const PRINTABLE = String.fromCharCode(...Array.from({ length: 0x7f - 0x20 }, (_, index) => 0x20 + index));

/**
 * What an expression matches that matches no origin: a few words; none if it contradicts itself.
 *
 * @param regexp - one that could be read
 * @param anchored - the same, matching whole words only
 */
export function wordsInstead(regexp: RegExp, anchored: RegExp): readonly string[] {
  const alphabet = Array.from(new Set(PRINTABLE + regexp.source)).join('');
  const { words } = sampleRegExp(readTree(regexp, alphabet) as RegExpTree, () => true);
  return words.map(({ text }) => text).filter((text) => anchored.test(text));
}

/** The expression with a scheme in front, and with any subdomain where it starts with a dot. */
export function withScheme({ source, flags }: RegExp): readonly RegExp[] {
  const tail = source.replace(/^\^/, '').replace(/\$$/, '');
  // What belongs to which alternative is anybody's guess.
  if (tail.includes('|')) return [];
  const subdomain = tail.startsWith('\\.') ? '[a-z0-9-]+' : '';
  const scheme = tail.startsWith('localhost') ? 'http' : 'https';
  return [new RegExp(`^${scheme}:\\/\\/${subdomain}${tail}$`, flags)];
}

/** The expression without what no origin has: what may be a path, a default port, or upper case; not all of them may be. */
export function mendingsOf({ source, flags }: RegExp): readonly RegExp[] {
  const withoutPath = withoutTail(source);
  const withoutPort = withoutPath.replace(DEFAULT_PORT, '');
  const anyCase = flags.includes('i') ? flags : `${flags}i`;
  return [withoutPath, withoutPort].flatMap((mended) =>
    [flags, anyCase].flatMap((all) => compiled(mended, all)),
  );
}

function withoutTail(source: string): string {
  const [, origin = source, path = ''] = WITH_PATH.exec(source) ?? [];
  // There is more than one alternative.
  return path === '' || path.includes('|') ? source : `${origin}$`;
}

/** The path starts with the first slash behind those of the scheme, or with a group that does. */
const WITH_PATH = /^(.*?:\\\/\\\/.*?)((?:\((?:\?:)?)?\\?\/.*)$/;

const DEFAULT_PORT = /:(?:443|80)(?!\d)/g;

/** A part of an expression may be none. */
function compiled(source: string, flags: string): readonly RegExp[] {
  try {
    return [new RegExp(source, flags)];
  } catch {
    return [];
  }
}
