import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parseOriginRegExp } from '../../lib/policy/origin-regexp.js';
import { seed } from '../protocol/seed.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

/** A part of an expression, of which it is known whether strangers can have what it makes of the whole. */
type Part = readonly [source: string, letsIn: boolean];

/** What may stand in front of a name, or in front of another one of these. */
const fronts = fc.constantFrom<Part>(
  ['', false],
  ['app\\.', false],
  ['(?:www|api)\\.', false],
  ['(?:[a-z0-9-]+\\.)?', false],
  ['(?:[a-z]+\\.)*', false],
  ['[^.]+\\.', false],
  ['pr-\\d+[.]', false],
  ['(?!admin)\\w{1,20}\\x2e', false],
  ['[a-z0-9-]*', true],
  ['\\w+-', true],
  ['.*', true],
  ['(?:www)?\\.?', true],
  ['(?:api[.-])?', true],
  ['[a-z]?', true],
);

/** What somebody has registered, or whole lists of it. */
const names = fc.constantFrom<Part>(
  ['example\\.com', false],
  ['example[.]com', false],
  ['ex\\u0061mple\\x2ecom', false],
  ['(?:example|sample)\\.com', false],
  ['example\\.(?:com|org|co\\.uk)', false],
  ['gr[ae]y\\.com', false],
  ['me\\.github\\.io', false],
  ['(?:me|you)\\.pages\\.dev', false],
  ['[a-z]+\\.github\\.io', true],
  ['my-[a-z]+\\.com', true],
  ['example\\.[a-z]{2,3}', true],
  ['example\\d\\.com', true],
);

const ends = fc.constantFrom<Part>(
  ['', false],
  ['\\.?', false],
  [':8443', false],
  ['(?::\\d+)?', false],
  [':.*', false],
  ['\\w*', true],
  ['.*', true],
  ['(?:\\.[a-z]+)?', true],
  ['[^:]*(?::\\d+)?', true],
);

/** Ways to write the same. */
const wrapped = fc.constantFrom<(source: string) => string>(
  (source) => source,
  (source) => `^${source}$`,
  (source) => `^(${source})$`,
  (source) => `(?<one>${source})`,
  (source) => `^(?:${source})$|^https://other\\.example\\.net$`,
  (source) => `https://localhost|${source}`,
  (source) => `^(?=https)${source}(?<!x)$`,
);

describe(`random expressions (FC_SEED=${seed})`, () => {
  it('are refused where strangers can have what they match, and nowhere else', () => {
    const counted = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(
        fronts,
        fronts,
        names,
        ends,
        wrapped,
        fc.constantFrom('', 'i', 'u', 'iu', 's', 'g'),
        (outer, inner, name, end, wrap, flags) => {
          // What is glued to a name is no stranger's where something else with a dot is between them.
          const letsIn =
            inner[1] || name[1] || end[1] || (outer[1] && inner[0] === '') || optional(outer, inner);
          const source = wrap(`https:\\/\\/${outer[0]}${inner[0]}${name[0]}${end[0]}`);
          const parsed = parseOriginRegExp(new RegExp(source, flags));
          const got = 'entry' in parsed ? 'accepted' : parsed.problem.code;
          counted['entry' in parsed ? 'accepted' : 'refused']++;
          const refused = expect.stringMatching(/^origin-regexp-(?:matches-any|unsafe)$/);
          expect([source, got]).toEqual([source, letsIn ? refused : 'accepted']);
        },
      ),
      { seed, numRuns: 400 },
    );
    expect(counted.accepted).toBeGreaterThan(20);
    expect(counted.refused).toBeGreaterThan(20);
  });
});

/** Whether what is glued comes next to the name where the part between them is left out. */
function optional(outer: Part, inner: Part): boolean {
  return outer[1] && /[?*]$/.test(inner[0]);
}
