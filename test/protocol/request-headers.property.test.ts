import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  approveRequestHeaders,
  compileRequestHeaders,
  refusedRequestHeader,
} from '../../lib/protocol/request-headers.js';
import { seed } from './seed.js';

/** Names that are easily taken for each other, names that no page can send, and things that are no names. */
const NAMES = ['x-a', 'x-b', 'x-aa', 'x-ab', 'y', 'content-type', 'authorization', 'x-custom-header', '!#$%'];
const STRANGE = [
  '*',
  '**',
  'cookie',
  'te',
  'via',
  'dnt',
  'sec-x',
  'proxy-',
  'sec',
  'x a',
  '"x"',
  'é',
  '\u212A',
  ':',
  'x-a;',
  'x-a\u00a0',
];

const spelled = fc.constantFrom(...NAMES).chain((name) => fc.mixedCase(fc.constant(name)));
const space = fc.constantFrom('', '', ' ', '\t', '  ', ' \t ');
const padded = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(space, text, space).map((parts) => parts.join(''));
const element = fc.oneof(
  { weight: 8, arbitrary: padded(spelled) },
  { weight: 1, arbitrary: padded(fc.constantFrom(...STRANGE)) },
  { weight: 2, arbitrary: space },
);
const asked = fc.array(element, { maxLength: 12 }).map((elements) => elements.join(','));
const anything = fc.oneof(asked, fc.string({ unit: 'binary' }), fc.string());
const allowed = fc.array(fc.oneof(spelled, spelled, fc.constant('*')), { maxLength: 8 });

describe(`request headers against a naive parser (FC_SEED=${seed})`, () => {
  it('approves the same, with the same answer', () => {
    fc.assert(
      fc.property(allowed, anything, (names, value) => {
        const rule = compileRequestHeaders(names);
        const expected = value.length > rule.maxLength ? undefined : naiveAnswer(names, value);
        expect(approveRequestHeaders(rule, value)).toBe(expected);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('explains exactly what is refused', () => {
    fc.assert(
      fc.property(allowed, anything, (names, value) => {
        const rule = compileRequestHeaders(names);
        const approved = approveRequestHeaders(rule, value) !== undefined;
        expect(refusedRequestHeader(rule, value) === undefined).toBe(approved);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('answers its own answer with the same', () => {
    fc.assert(
      fc.property(allowed, anything, (names, value) => {
        const rule = compileRequestHeaders(names);
        const answer = approveRequestHeaders(rule, value);
        if (answer !== undefined) expect(approveRequestHeaders(rule, answer)).toBe(answer);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('has room for what intermediaries do to all the names at once', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(names, (list) => {
        const rule = compileRequestHeaders(list);
        const twice = [...list, ...list].map((text) => ` \t${text}\t `).join(',');
        const answer = [...list].toSorted().join(',');
        expect(approveRequestHeaders(rule, `${','.repeat(64)}${twice}${', '.repeat(32)}`)).toBe(answer);
      }),
      { seed },
    );
  });
});

/** All that no page can send, as Fetch lists it ("forbidden request-header"), and what `'*'` does not cover. */
const FORBIDDEN =
  /^(?:accept-(?:charset|encoding)|access-control-request-(?:headers|method)|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|sec-.*|proxy-.*|\*|authorization)$/;

/** The obvious way: everything the real one must not do, and right by inspection. */
function naiveAnswer(allowedNames: readonly string[], value: string): string | undefined {
  const list = new Set(allowedNames.map((name) => name.toLowerCase()));
  const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
  const elements = value
    .split(',')
    .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((text) => text !== '');
  const names = elements.map((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  const ok = names.every(
    (name) =>
      (name !== '*' && list.has(name)) || (list.has('*') && token.test(name) && !FORBIDDEN.test(name)),
  );
  return ok ? [...new Set(names)].toSorted().join(',') : undefined;
}
