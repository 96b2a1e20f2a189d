/** A word that no expression names, made only of letters so that `\w`, `[a-z]` and `[a-z0-9-]` all take it. */
export const STRANGER = 'qwzkjvx';

/** What may stand in front of a host: all of `https://`, or what an expression has left of it. */
const FRONTS = ['', '/', '//', '://', 's://', 'http://', 'https://', 'chrome-extension://'];

/** Hosts, and what may stand in front of a name that somebody has registered. */
const HOSTS = [
  STRANGER,
  `${STRANGER}.`,
  `a.${STRANGER}.`,
  `${STRANGER}-`,
  `${STRANGER}.com`,
  '203.0.113.77',
  '[2001:db8::7]',
];

/** What may stand in a name, or behind one; short words too, for where there is little room. */
const PARTS = [
  '',
  'io',
  'net',
  'com',
  'q',
  'q.',
  'q-',
  '-q',
  '.q',
  'q.io',
  '.q.io',
  `.${STRANGER}`,
  `-${STRANGER}`,
  `.${STRANGER}.com`,
  `-${STRANGER}.com`,
  '1',
  '10',
  '203',
  '8443',
  ':8443',
  '.113.77',
  '2001:db8::7',
  'http',
  'https',
];

const WORDS = [...PARTS, ...FRONTS.flatMap((front) => HOSTS.map((host) => front + host)), ...FRONTS];

/** Where there are no more characters than this, there is no need to pick. */
const FEW = 4;

const LETTER = /[a-z]/i;
const DIGIT = /\d/;
const SIGN = /[^a-z\d]/i;

/** A few characters that stand for all: some letters, some digits, and every sign. */
export function pick(characters: string): readonly string[] {
  const all = Array.from(characters);
  if (all.length <= FEW) return all;
  const some = [LETTER, DIGIT].flatMap((kind) => someOf(all.filter((character) => kind.test(character))));
  return [...some, ...all.filter((character) => SIGN.test(character))];
}

/**
 * A few words that stand for all that are made of some characters: words of strangers, as far as there is room for them.
 *
 * @param min - the length of the shortest
 * @param max - the length of the longest, perhaps endless
 */
export function wordsOf(characters: string, min: number, max: number): readonly string[] {
  const words = [...WORDS, ...pick(characters)]
    .map((word) => fit(spell(word, characters), min, max))
    .filter(
      (word) =>
        word.length >= min && word.length <= max && Array.from(word).every((one) => characters.includes(one)),
    );
  return [...new Set(words)];
}

/** The first two, the last, and one in the middle. */
function someOf(characters: readonly string[]): readonly string[] {
  const places = new Set([0, 1, characters.length >> 1, characters.length - 1]);
  return characters.filter((_, index) => places.has(index));
}

/** A word with other letters and digits where the characters have not its own. Nothing stands in for a sign. */
function spell(word: string, characters: string): string {
  const other = LETTER.exec(characters) ?? DIGIT.exec(characters);
  return word.replace(/[a-z\d]/g, (own) => (characters.includes(own) ? own : (other?.[0] ?? own)));
}

/** Stretches a word that is too short, and cuts one that is too long where nothing is lost but letters and digits. */
function fit(word: string, min: number, max: number): string {
  if (word.length > max && !SIGN.test(word)) return word.slice(0, max);
  const at = Math.max(word.search(/[a-z\d]/i), 0);
  return word.slice(0, at) + word.charAt(at).repeat(Math.max(min - word.length, 0)) + word.slice(at);
}
