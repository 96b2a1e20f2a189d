import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getPublicSuffix } from 'tldts';
import type { OriginPattern } from '../../lib/policy/origin-entry.js';
import { parseOrigin, publicSuffixProblem } from '../../lib/policy/origin-syntax.js';
import { hasNoSuffixBelow, ParentDomains } from '../../lib/policy/parent-domains.js';
import { TextBuffer } from '../../lib/protocol/plain-origin.js';
import { OPEN_DOMAINS, registrationOf } from '../../lib/policy/registrable-domain.js';
import { PARENTS } from '../../lib/policy/suffix-parents.js';
import { seed } from '../protocol/seed.js';
import { loadPolicyParts } from '../support/late-parts.js';
import { suffixRules } from './support/suffix-trie.js';

await loadPolicyParts();

const { rules, parents } = await suffixRules();
const PRIVATE = { allowPrivateDomains: true } as const;

/** A domain and all around it. */
function around(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.map((_, at) => labels.slice(at).join('.'));
}

describe('the domains below which the Public Suffix List has rules', () => {
  it('are of the list that is in the package', () => {
    // Otherwise: node --import ./test/support/typescript.mjs test/policy/support/write-suffix-parents.ts
    expect([...PARENTS]).toEqual(parents);
    expect(parents.length).toBeGreaterThan(1_000);
  });

  it('are around its rules, which have wildcards nowhere else than in front', () => {
    expect(rules.length).toBeGreaterThan(10_000);
    const outside = rules.flatMap((rule) => around(rule).slice(1)).filter((domain) => !PARENTS.has(domain));
    expect(outside).toEqual([]);
    expect(parents.filter((parent) => parent.includes('*'))).toEqual([]);
    // What reads the rules does not read something else.
    const wrong = rules.filter((rule) => {
      const host = rule.replace('*', 'anybody');
      return getPublicSuffix(host, PRIVATE) !== host;
    });
    // An exception belongs to who has the name.
    expect(wrong.every((rule) => getPublicSuffix(rule, PRIVATE) === rule.slice(rule.indexOf('.') + 1))).toBe(
      true,
    );
    expect(wrong.length).toBeLessThan(20);
  });
});

/** Whether it is so, by what is below: a few labels, and those that rules have there. */
const labelsBelow = new Map<string, Set<string>>();
for (const rule of [...rules, ...OPEN_DOMAINS]) {
  for (const domain of around(rule)) {
    const parent = domain.slice(domain.indexOf('.') + 1);
    labelsBelow.set(parent, (labelsBelow.get(parent) ?? new Set()).add(domain.split('.')[0] as string));
  }
}

function isBarren(domain: string): boolean {
  const some = ['x', 'www', ...(labelsBelow.get(domain) ?? [])];
  return some.every((label) =>
    [label, `x.${label}`].every((labels) => registrationOf(`${labels}.${domain}`)?.isSuffix !== true),
  );
}

describe('below a domain without rules of its own', () => {
  it.each([
    ['example', true],
    ['example.com', true],
    ['a.b.example.co.uk', true],
    ['tenant.github.io', true],
    ['foo.ck', true],
    ['www.ck', true],
    ['com', false],
    ['co.uk', false],
    ['uk', false],
    ['ck', false],
    ['sch.uk', false],
    ['github.dev', false],
    ['dev', false],
    ['gitpod.io', false],
    ['me.gitpod.io', false],
    ['mygitpod.io', true],
    ['ms', false],
  ])('%s: %s', (domain, expected) => expect(hasNoSuffixBelow(domain)).toBe(expected));

  const label = fc.oneof(
    fc.constantFrom('a', 'x', 'www', 'city', 'example', 'com', 'co', 'kawasaki', 'amazonaws', 'ck', 'jp'),
    fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/),
  );
  const host = fc
    .tuple(
      fc.array(label, { maxLength: 3 }),
      fc.oneof(
        fc.constantFrom(...rules).map((rule) => rule.replace('*', 'any')),
        fc.constantFrom(...OPEN_DOMAINS),
        label,
      ),
      fc.nat(2),
    )
    .map(([labels, rule, cut]) => [...labels, ...rule.split('.').slice(cut)].join('.'))
    .filter((one) => one !== '');

  it(`no host is a suffix: every rule, and what is around it (FC_SEED=${seed})`, () => {
    const domains = new Set(
      rules.flatMap((rule) => around(rule.replace('*', 'any')).flatMap((one) => [one, `x.${one}`])),
    );
    const wrong = [...domains].filter((domain) => hasNoSuffixBelow(domain) && !isBarren(domain));
    expect(wrong).toEqual([]);
    // It is not that it says so of none.
    expect([...domains].filter(hasNoSuffixBelow).length).toBeGreaterThan(10_000);
  });

  it(`patterns have no problem (FC_SEED=${seed})`, () => {
    const found = { certain: 0, problems: 0 };
    const asker = new ParentDomains();
    fc.assert(
      fc.property(host, fc.constantFrom('*', '**'), (one, wildcard) => {
        const text = `https://${wildcard}.${one}`;
        const parsed = parseOrigin(text) as { readonly entry: OriginPattern } | { readonly problem: unknown };
        if ('problem' in parsed) return true;
        const problem = publicSuffixProblem(parsed.entry);
        asker.read(text, bufferOf(`${text}https://*.other.example`), text.length - one.length, text.length);
        const { isBelowSuffix: certain, labels } = asker;
        if (labels !== one.split('.').length) return false;
        if (certain) found.certain++;
        if (problem !== undefined) found.problems++;
        return !certain || problem === undefined;
      }),
      { seed, numRuns: 20_000 },
    );
    expect(Math.min(found.certain, found.problems)).toBeGreaterThan(1_000);
  });

  it('each parent is told from the one before', () => {
    const asker = new ParentDomains();
    const ask = (domain: string): boolean => {
      const text = `https://*.${domain}`;
      asker.read(text, bufferOf(text), 'https://*.'.length, text.length);
      return asker.isBelowSuffix;
    };
    const asked = [
      'a.example',
      'b.example',
      'a.com',
      'b.cox',
      'b.com',
      'localhost',
      'a.com',
      'a.b.com',
      'a.b.co.uk',
      'a.co.uk',
    ];
    expect(asked.map(ask)).toEqual([true, true, false, true, false, false, false, true, true, false]);
  });
});

function bufferOf(text: string): TextBuffer {
  const bytes = new TextEncoder().encode(text);
  const buffer = new TextBuffer(bytes.length);
  buffer.bytes.set(bytes);
  return buffer;
}
