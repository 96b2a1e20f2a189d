import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { CorsProblemCode, ValueProblem } from '../../lib/policy/cors-problem.js';
import { parseOriginRegExp } from '../../lib/policy/origin-regexp.js';
import { tokenize } from '../../lib/policy/origin-regexp-source.js';
import { seed } from '../protocol/seed.js';
import { ruleOf } from './naive-origins.js';

function problemOf(regexp: RegExp): ValueProblem {
  const parsed = parseOriginRegExp(regexp);
  if ('entry' in parsed) throw new Error(`${String(regexp)} was accepted`);
  return parsed.problem;
}

describe('parseOriginRegExp accepts', () => {
  it.each([
    /^https:\/\/example\.com$/,
    /https:\/\/example\.com/,
    /^https:\/\/example[.]com$/,
    /^https:\/\/example\.(?:com|org)$/,
    /^https:\/\/(?:foo|bar)\.example\.com(?::\d+)?$/,
    /^https:\/\/[a-z0-9-]+\.example\.com$/,
    /^https:\/\/(.*\.)?example\.com(:\d+)?$/,
    /^https:\/\/(?<sub>[a-z]+)\.example\.com$/,
    /^https:\/\/a.{3}\.example\.com$/,
    /^https:\/\/(a|b){2}\.example\.com$/,
    /^https:\/\/\u0065xample\.com$/,
    /^https:\/\/example\.com:.*$/,
    /^https:\/\/app-\d+\.example\.co\.uk$/,
    /^https?:\/\/localhost(:\d+)?$/,
    /^http:\/\/[a-z]+\.localhost(:\d+)?$/,
    /^http:\/\/[a-z]*foo\.localhost$/,
    /^http:\/\/[a-z]+\.internal$/,
    /^http:\/\/192\.168\.\d+\.\d+(:\d+)?$/,
    /^https:\/\/[a-z0-9-]+-myteam\.vercel\.app$/,
    /^moz-extension:\/\/.*$/,
    /^capacitor:[\u{2f}]{2}localhost$/u,
    /^https:\W+example\.com$/,
    /^https:\/\/.+-.+-.+-x\.example\.com$/,
    /.*\.example\.com$/,
  ])('%s', (regexp) => {
    const { source, flags } = regexp;
    expect(parseOriginRegExp(regexp)).toEqual({
      entry: { kind: 'regexp', text: String(regexp), regexp: new RegExp(`^(?:${source})$`, flags) },
    });
  });
});

describe('parseOriginRegExp refuses', () => {
  it.each<[RegExp, CorsProblemCode]>([
    [/.*/, 'origin-regexp-matches-any'],
    [/.+/, 'origin-regexp-matches-any'],
    [/./, 'origin-regexp-matches-any'],
    [/^/, 'origin-regexp-matches-any'],
    [new RegExp(''), 'origin-regexp-matches-any'],
    [/https/, 'origin-regexp-matches-any'],
    [/^https:\/\//, 'origin-regexp-matches-any'],
    [/^https:\/\/.*$/, 'origin-regexp-matches-any'],
    [/^https:\/\/./, 'origin-regexp-matches-any'],
    [/^https?:\/\/.+/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*:\d+$/, 'origin-regexp-matches-any'],
    [/\.com$/, 'origin-regexp-matches-any'],
    [/.+.com/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*\.com$/, 'origin-regexp-matches-any'],
    [/^https:\/\/\w+\.com$/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*\.de$/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*\.co\.uk$/, 'origin-regexp-matches-any'],
    [/^https:\/\/example\.[a-z]+$/, 'origin-regexp-matches-any'],
    [/^https:\/\/example\..*$/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*example\.com$/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*example\.(com|org)$/, 'origin-regexp-matches-any'],
    [/^https:\/\/(?:[a-z]+-)?example\.com$/, 'origin-regexp-matches-any'],
    [/^https:\/\/.*-myteam\.com$/, 'origin-regexp-matches-any'],
    [/^https:\/\/example\.com.*$/, 'origin-regexp-matches-any'],
    [/^http:\/\/192\.168\..*$/, 'origin-regexp-matches-any'],
    [/^http:\/\/\d+\.\d+\.\d+\.\d+$/, 'origin-regexp-matches-any'],
    [/^(?!https:\/\/evil\.com)/, 'origin-regexp-matches-any'],

    [/(x+x+)+y/, 'origin-regexp-unsafe'],
    [/^https:\/\/.*-.*-.*-.*-x\.example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/[^.]+-\S+-\D+-[^-]{1,63}-x\.example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/([a-z0-9-]+\.)*example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/([a-z]|[a-z0-9])+\.example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/(?:x(?:a|aa))+\.example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/(a|aa){1,63}\.example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/(a|aa){2,}\.example\.com$/, 'origin-regexp-unsafe'],
    [/^https:\/\/(?:(a)?(a)?)*\.example\.com$/, 'origin-regexp-unsafe'],
    [new RegExp('^https:\\/\\/[[a-z]--[x]]\\.example\\.com$', 'v'), 'origin-regexp-unsafe'],
  ])('%s with %s', (regexp, code) => expect(problemOf(regexp).code).toBe(code));

  it.each([
    [/^https:\/\/example.com$/, /^https:\/\/example\.com$/],
    [/^https:\/\/example.com$/gi, /^https:\/\/example\.com$/gi],
    [/^https:\/\/.*.example.com$/, /^https:\/\/.*\.example\.com$/],
    [/^https:\/\/[a-z]+.example\.com$/, /^https:\/\/[a-z]+\.example\.com$/],
    [/^https:\/\/(foo|bar).example\.com$/, /^https:\/\/(foo|bar)\.example\.com$/],
    [/^https:\/\/example\.com(?:.au)?$/, /^https:\/\/example\.com(?:\.au)?$/],
    [/^https:\/\/app.\d+\.example\.com$/, /^https:\/\/app\.\d+\.example\.com$/],
    [/^https:\/\/example.(com|org)$/, /^https:\/\/example\.(com|org)$/],
    [/^https:\/\/www[0-9].[a-f]\.example\.com$/, /^https:\/\/www[0-9]\.[a-f]\.example\.com$/],
  ])('an unescaped dot: %s', (regexp, mended) => {
    const { code, fix } = problemOf(regexp);
    expect([code, fix]).toEqual(['origin-regexp-unescaped-dot', `write ${String(mended)}`]);
    expect(parseOriginRegExp(mended)).toHaveProperty('entry');
  });

  it.each([
    [/example\.com$/, /^https:\/\/example\.com$/],
    [/example.com/, /^https:\/\/example\.com$/],
    [/\.example\.com$/, /^https:\/\/[a-z0-9-]+\.example\.com$/],
    [/^(?:www\.)?example\.com$/, /^https:\/\/(?:www\.)?example\.com$/],
    [/^[a-z]+\.example\.com$/i, /^https:\/\/[a-z]+\.example\.com$/i],
    [/^\wexample\.com$/, /^https:\/\/\wexample\.com$/],
    [/localhost:\d+/, /^http:\/\/localhost:\d+$/],
  ])('what has no scheme: %s', (regexp, mended) => {
    // `\w` stands for any letter, so that the mended expression would match a stranger's host.
    const sure = 'entry' in parseOriginRegExp(mended);
    const { code, fix } = problemOf(regexp);
    expect(code).toBe('origin-scheme-missing');
    if (sure) expect(fix).toBe(`write ${String(mended)}`);
    else expect(fix).toContain('write the scheme as well');
  });

  it('what has no scheme and two alternatives, without guessing what belongs to which', () => {
    expect(problemOf(/foo\.com|bar\.com/).fix).toContain('write the scheme as well');
  });
});

describe('a regular expression', () => {
  it('has to match the whole origin (CVE-2017-11173, CVE-2026-37737, case 20)', () => {
    const rule = ruleOf(/https:\/\/example\.com/);
    expect(rule.allows('https://example.com')).toBe(true);
    for (const origin of [
      'https://example.com.evil.com',
      'https://example.community',
      'https://example.com:8443',
      'xhttps://example.com',
    ]) {
      expect(rule.allows(origin)).toBe(false);
    }
  });

  it('has anchors around all of its alternatives', () => {
    const rule = ruleOf(/https:\/\/foo\.com|https:\/\/bar\.com/);
    expect(rule.allows('https://bar.com')).toBe(true);
    expect(rule.allows('https://foo.com.evil.com')).toBe(false);
    expect(rule.allows('xhttps://bar.com')).toBe(false);
  });

  it('allows three times in a row under the flags g and y (case 21)', () => {
    const regexp = /https:\/\/example\.com/gy;
    const rule = ruleOf(regexp);
    expect([1, 2, 3].map(() => rule.allows('https://example.com'))).toEqual([true, true, true]);
    expect(regexp.lastIndex).toBe(0);
  });

  it('is not moved by a flag m', () => {
    const { entry } = parseOriginRegExp(/^https:\/\/foo\.com$|^https:\/\/bar\.com$/gimy) as {
      entry: { regexp: RegExp };
    };
    expect(entry.regexp.flags).toBe('i');
    expect(entry.regexp.test('evil\nhttps://foo.com')).toBe(false);
  });
});

describe(`the tokens of an expression (FC_SEED=${seed})`, () => {
  it('are all of it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'a',
            '\\.',
            '.',
            '[.]',
            '[^\\]a]',
            '(?:',
            '(?<n>',
            '(?<!',
            '(',
            ')',
            '|',
            '*',
            '+?',
            '{2,3}',
            '$',
            '\\u0061',
            '\\k<n>',
            '\\p{L}',
            '{',
            ']',
          ),
        ),
        (parts) => {
          const source = parts.join('');
          expect(
            tokenize(source)
              .map(({ text, quantifier }) => text + quantifier)
              .join(''),
          ).toBe(source);
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });

  it('never make the parser throw, and what it accepts names a site', () => {
    const part = fc.constantFrom(
      'https',
      '://',
      '\\/\\/',
      'a',
      'example',
      '.',
      '\\.',
      'com',
      '.*',
      '[a-z]+',
      '(?:a|b)',
      '(a)?',
      '|',
      '^',
      '$',
      '\\d',
      '[^.]',
      '.{2}',
      '\\w',
      '\\-',
      '(?=a)',
      '\\b',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.constantFrom('', 'g', 'i', 'm', 'u', 'y'),
        (parts, flags) => {
          let regexp: RegExp;
          try {
            regexp = new RegExp(parts.join(''), flags);
          } catch {
            return;
          }
          const parsed = parseOriginRegExp(regexp);
          if ('entry' in parsed) {
            expect(parsed.entry.regexp.test('https://zzzzzzz.com')).toBe(false);
            return;
          }
          const [, source, mendedFlags] = /^write \/(.*)\/([a-z]*)$/.exec(parsed.problem.fix) ?? [];
          if (source !== undefined)
            expect(parseOriginRegExp(new RegExp(source, mendedFlags))).toHaveProperty('entry');
        },
      ),
      { seed, numRuns: 5_000 },
    );
  });
});
