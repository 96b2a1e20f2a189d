import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { ValueProblem } from '../../lib/policy/cors-problem.js';
import { parseOriginRegExp } from '../../lib/policy/origin-regexp.js';
import { tokenize } from '../../lib/policy/origin-regexp-source.js';
import { parseOrigin } from '../../lib/policy/origin-syntax.js';
import { isSerializedOrigin } from '../../lib/protocol/serialized-origin.js';
import { seed } from '../protocol/seed.js';
import { ruleOf } from './naive-origins.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

function problemOf(regexp: RegExp): ValueProblem {
  const parsed = parseOriginRegExp(regexp);
  if ('entry' in parsed) throw new Error(`${String(regexp)} was accepted`);
  return parsed.problem;
}

/** Those that were accepted when expressions were judged by their look, but for `…-myteam.vercel.app`. */
const ACCEPTED_BEFORE = [
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
  /^moz-extension:\/\/.*$/,
  /^capacitor:[\u{2f}]{2}localhost$/u,
  /^https:\W+example\.com$/,
  /^https:\/\/.+-.+-.+-x\.example\.com$/,
  /.*\.example\.com$/,
];

/** What names its own domain, or cannot be anybody else's. */
const OWN = [
  // Below a domain.
  /^https:\/\/pr-\d+\.example\.com$/,
  /^https:\/\/[a-z0-9-]+\.preview\.example\.com(:\d{4})?$/,
  /^https:\/\/(www|app)\.example\.(com|org)$/,
  /^https?:\/\/(?:[^.]+\.)?example\.(?:com|co\.uk|de)(?::\d{2,5})?$/,
  /^https:\/\/(?:(?:dev|staging|pr-\d+)[.-])?app\.example\.com$/,
  /^https:\/\/([a-z0-9-]+\.)*example\.com$/,
  /^https:\/\/(\w+\.)*example\.com$/,
  /^https:\/\/([^.]+)\.([^.]+)\.example\.com$/,
  /^https:\/\/[\w.-]*\.example\.com$/,
  /^https:\/\/\S+\.example\.com(?::443)?$/,
  /^https:\/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.example\.com$/,
  /^https:\/\/[a-z]+\.myapp\.vercel\.app$/,
  /^https:\/\/example\.com:?\d*$/,
  /^https:\/\/example\.com\.?$/,
  /^https:\/\/w{3}\.example\.com$/,
  /^https:\/\/_?dmarc\.example\.com$/,
  // Lists of domains.
  /^https:\/\/(a|b)\.github\.io$/,
  /^https:\/\/[ab]\.github\.io$/,
  /^https:\/\/gr[ae]y\.com$/,
  /^https:\/\/colou?r\.com$/,
  /^https:\/\/(my|our)company\.com$/,
  /^https:\/\/(?:mycompany|company)\.com$/,
  /^https:\/\/mycompany\.com$|^https:\/\/company\.com$/,
  /^https:\/\/example\.com(?:\.au)?$/,
  /^(https:\/\/a\.com|https:\/\/b\.com|http:\/\/localhost:3000)$/,
  /^https:\/\/(one|two)\.app\.github\.dev$/,
  // Written in another way.
  /^https:\/\/App\.EXAMPLE\.com$/i,
  /^HTTPS:\/\/[A-Z]+\.example\.com$/i,
  /^https:\/\/\p{Ll}+\.example\.com$/u,
  new RegExp('^https:\\/\\/[^\\W_]+\\.ex\\141mple\\56com$'),
  /^https:\/\/.+\.example\.com$/s,
  /^https:\/\/[a-z]+?\.example\.com(?::\d{2,4}?)??$/,
  /^\s*https:\/\/example\.com\s*$/,
  // That looks around, or back.
  /^https:\/\/(?!admin\.)[a-z]+\.example\.com$/,
  /^https:\/\/(?!.*\.\.)[a-z.]+\.example\.com$/,
  /^(?=.{1,100}$)https:\/\/[a-z]+\.example\.com$/,
  /^https:\/\/[a-z-]+(?<!-)\.example\.com$/,
  /^https:\/\/\bapp\.example\.com\b$/,
  /^https:\/\/([a-z])\1\.example\.com$/,
  /^https:\/\/(?<one>[a-z])\k<one>\.example\.com$/,
  // oxlint-disable-next-line no-useless-backreference
  /^https:\/\/([a-z]\1)\.example\.com$/,
  // Nobody else's.
  /^http:\/\/localhost:\d+$/,
  /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/,
  /^http:\/\/[a-z0-9-]+:3000$/,
  /^http:\/\/[a-z]+\.(?:local|test)(?::\d+)?$/,
  /^http:\/\/10\.\d+\.\d+\.\d+$/,
  /^http:\/\/172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/,
  /^http:\/\/\[f[cd][0-9a-f]{2}:[0-9a-f:]+\]$/,
  /^http:\/\/203\.0\.113\.7$/,
  // Schemes of one's own.
  /^app:\/\/\.?$/,
  /^app:\/\/[a-z]+$/,
  /^chrome-extension:\/\/[a-p]{32}$/,
];

describe('parseOriginRegExp accepts', () => {
  it.each([...ACCEPTED_BEFORE, ...OWN])('%s', (regexp) => {
    const { source, flags } = regexp;
    expect(parseOriginRegExp(regexp)).toEqual({
      entry: {
        kind: 'regexp',
        text: String(regexp),
        regexp: new RegExp(`^(?:${source})$`, flags),
        isInsecure: expect.any(Boolean),
        extension: /extension/.test(source) ? expect.any(String) : undefined,
      },
    });
  });

  it.each<[RegExp, boolean]>([
    [/^http:\/\/[a-z]+\.example\.com$/, true],
    [/^http:\/\/192\.168\.\d+\.\d+:5173$/, true],
    [/^https?:\/\/[a-z]+\.example\.com$/, false],
    [/^http:\/\/localhost:\d+$/, false],
    [/^http:\/\/(?:localhost|example\.com)$/, false],
    [/^app:\/\/[a-z]+$/, false],
  ])('%s, and knows whether it matches plain http: alone: %s', (regexp, isInsecure) => {
    expect(parseOriginRegExp(regexp)).toMatchObject({ entry: { isInsecure } });
  });

  it.each<[RegExp, string | undefined]>([
    [/^chrome-extension:\/\/[a-p]{32}$/, 'chrome-extension://'],
    [/^(?:chrome|moz)-extension:\/\/.+$/, '-extension://'],
    [/^safari-web-extension:\/\/[0-9A-F-]{36}$/i, 'safari-web-extension://'],
    [/^moz-extension:\/\/(?:2c127fa4-62c7-7e4f-90e5-472b45eecfdc|other)$/, undefined],
    [/.*\.example\.com$/, undefined],
    [/^https:\/\/[a-z]+\.example\.com$/, undefined],
  ])('%s, and knows whether it matches any extension: %s', (regexp, extension) => {
    const { entry } = parseOriginRegExp(regexp) as { entry: { extension: string | undefined } };
    if (extension === undefined) expect(entry.extension).toBeUndefined();
    else expect(entry.extension).toContain(extension);
  });
});

/** What matches sites that anyone can have. */
const STRANGERS = [
  // All sites.
  /.*/,
  /.+/,
  /./,
  /^/,
  new RegExp(''),
  /https/,
  /^https:\/\//,
  /^https:\/\/.*$/,
  /^https:\/\/./,
  /^https?:\/\/.+/,
  /^https:\/\/.*:\d+$/,
  /^https:\/\/.*:3000$/,
  /^\w+:\/\/[\w.-]+$/,
  /^https:\/\/[^/]{4,40}$/,
  /^https:\/\/\w{3,6}\.\w{2,3}$/,
  /^https:\/\/([^.]+)\.([^.]+)\.([^.]+)$/,
  /^(?!https:\/\/evil\.com)/,
  // All sites of a suffix.
  /\.com$/,
  /.+.com/,
  /^https:\/\/.*\.com$/,
  /^https:\/\/\w+\.com$/,
  /^https:\/\/.*\.de$/,
  /^https:\/\/.*\.co\.uk$/,
  /^https:\/\/(?:[a-z]+\.)+com$/,
  /^https:\/\/(?:\w+\.){1,3}(?:com|org)$/,
  /^https:\/\/[\w-]{40,}\.com$/,
  /^HTTPS:\/\/[A-Z]+\.COM$/i,
  /^https:\/\/\p{L}+\.com$/u,
  /^https:\/\/\u{61}[\u{62}-z]+\.com$/u,
  /^https:\/\/(?!evil)[a-z]+\.com$/,
  /^https:\/\/([a-z])\1\.com$/,
  /^https:\/\/(?<one>[a-z])\k<one>\.com$/,
  // All tenants of a service.
  /^https:\/\/[a-z0-9-]+\.github\.io$/,
  /^https:\/\/(?<sub>[a-z]+)\.github\.io$/,
  /^https:\/\/[a-c][a-c]\.github\.io$/,
  /^https:\/\/(?:a|b){3}\.github\.io$/,
  /^https:\/\/myapp-[a-z0-9]+\.vercel\.app$/,
  /^https:\/\/[a-z0-9-]+-myteam\.vercel\.app$/,
  /^https:\/\/.*\.netlify\.app$/,
  /^https:\/\/[^.]+\.herokuapp\.com$/,
  /^https:\/\/[a-z]+\.[a-z]+\.sch\.uk$/,
  /^https:\/\/[^.]+\.gitpod\.io$/,
  /^https:\/\/[a-z0-9-]+\.euw\.devtunnels\.ms$/,
  // Another name that ends alike.
  /^https:\/\/.*example\.com$/,
  /^https:\/\/.*example[.]com$/,
  /^https:\/\/.*example\x2ecom$/,
  new RegExp('^https:\\/\\/.*example\\56com$'),
  /^https:\/\/.*(example|sample)\.com$/,
  /^https:\/\/(.*)example(\.com|\.org)$/,
  /^https:\/\/.*example\.(com|org)$/,
  /^https:\/\/[a-z]{2,4}example\.com$/,
  /^https:\/\/.?example\.com$/,
  /^https:\/\/(?:[a-z]+-)?example\.com$/,
  /^https:\/\/.*-myteam\.com$/,
  /^https:\/\/(www|app)?\.?example\.com$/,
  /^https:\/\/(www)?example\.com$/,
  /^https:\/\/(?:www\.)?(?:my)?example\.com$/,
  /^https:\/\/app[.-]example\.com$/,
  /^https:\/\/app(\.|-)example\.com$/,
  /^https:\/\/a\.com$|^https:\/\/[a-z]+\.b?\.?c\.com$/,
  /^https:\/\/.*\bexample\.com$/,
  /^https:\/\/.*(?<!evil\.)example\.com$/,
  /^https:\/\/([a-z0-9-]+\.)*[a-z0-9-]*example\.com$/,
  /^http.*example\.com$/,
  // Another name that starts alike.
  /^https:\/\/example\.[a-z]+$/,
  /^https:\/\/example\..*$/,
  /^https:\/\/(www\.)?example\.[a-z]{2,3}$/,
  /^https:\/\/example\.c[a-z]m$/,
  /^https:\/\/example\.co[a-z]*$/,
  /^https:\/\/example\.com.*$/,
  /^https:\/\/example[.]com.*$/,
  /^https:\/\/example\.com\w*$/,
  /^https:\/\/example\.com(\.[a-z]+)?$/,
  // Addresses.
  /^http:\/\/192\.168\..*$/,
  /^http:\/\/192\.168\.\d+\.\d+.*$/,
  /^http:\/\/\d+\.\d+\.\d+\.\d+$/,
  /^http:\/\/172\.\d+\.\d+\.\d+$/,
  /^http:\/\/203\.0\.113\.\d+$/,
  /^http:\/\/\[.*\]:\d+$/,
];

const ANY = 'origin-regexp-matches-any';

describe('parseOriginRegExp refuses', () => {
  it.each(STRANGERS)('%s, which matches sites that anyone can have, and shows one', (regexp) => {
    const { code, message } = problemOf(regexp);
    expect(code).toBe('origin-regexp-matches-any');
    const [, shown = ''] = /such as "(.*)"$/.exec(message) ?? [];
    expect(isSerializedOrigin(shown)).toBe(true);
    expect(new RegExp(regexp.source, regexp.flags.replace('g', '')).test(shown)).toBe(true);
  });

  it.each([
    new RegExp('^https:\\/\\/[[a-z]--[x]]\\.example\\.com$', 'v'),
    /^https:\/\/.*(?<=\.example\.com)$/,
    /^https:\/\/(?=.*example\.com)\S+$/,
    /^(?:(?:(?:a?){300}){300}){300}$/,
  ])('%s, of which it cannot tell', (regexp) => {
    expect(problemOf(regexp)).toMatchObject({
      code: 'origin-regexp-unsafe',
      message: expect.stringContaining('too complex'),
    });
  });

  it.each([
    /^https:\/\/[\w.-]+-[\w.-]+-[\w.-]+-[\w.-]+\.example\.com$/,
    /^https:\/\/[^/]+-[^/]+-[^/]+-[^/]+\.example\.com$/,
    /^https:\/\/\S+-\S+-\S+-\S+\.example\.com$/,
    /^https:\/\/\D+\.\D+\.\D+\.\D+\.example\.com$/,
    /^https:\/\/.*-.*-.*-.*-x\.example\.com$/,
    /^https:\/\/(?:[a-z]+)+\.example\.com$/,
    /^https:\/\/(?:\w+-?)+\.example\.com$/,
    /^https:\/\/([a-z]|[a-z0-9])+\.example\.com$/,
    /^https:\/\/(a|aa){1,63}\.example\.com$/,
    /^https:\/\/(a|aa){2,}\.example\.com$/,
    /^https:\/\/(?:ab|a|b)+\.example\.com$/,
    /^https:\/\/(?:(a)?(a)?)*\.example\.com$/,
    /^https:\/\/((ab)*c?)*\.example\.com$/,
    /^https:\/\/(?=(a+)+b)[ab]+\.example\.com$/,
    /^https:\/\/a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?\w{24}\.example\.com$/,
    /^https:\/\/(a?){22}a{22}$/,
    /^https:\/\/(a|aa){30}\.example\.com$/,
    // As many dots as these take, they take at once.
    /^https:\/\/(a+)+$/,
    /^http:\/\/([a-z]+-?)+(:\d+)?$/,
    /^https:\/\/(\w+)+(\.\w+)?$/,
    /^https:\/\/(\w+)+(\.\w+|(\.\w+){4})$/,
  ])('%s, which can take long', (regexp) => {
    expect(problemOf(regexp)).toMatchObject({
      code: 'origin-regexp-unsafe',
      message: expect.stringContaining('very long'),
    });
  });

  it.each([
    // Within the 63 characters of a label they have little to divide.
    /^https:\/\/(?:foo|bar|foobar)*\.example\.com$/,
    /^https:\/\/(?:x(?:a|aa))+\.example\.com$/,
    /^https:\/\/([a-z0-9-]+\.){1,8}([a-z0-9-]+\.){1,8}([a-z0-9-]+\.){1,8}example\.com$/,
    /^https:\/\/[a-z0-9-]+-[a-z0-9-]+-[a-z0-9-]+\.example\.com$/,
  ])('not %s, which looks as if it took long', (regexp) => {
    expect(parseOriginRegExp(regexp)).toHaveProperty('entry');
  });

  it.each<[RegExp, reason: RegExp, fix: RegExp | string]>([
    [
      /^https:\/\/app\.example\.com\/$/,
      /"https:\/\/app\.example\.com\/" has a path/,
      '/^https:\\/\\/app\\.example\\.com$/',
    ],
    [/^https:\/\/app\.example\.com\/admin$/, /has a path/, '/^https:\\/\\/app\\.example\\.com$/'],
    [/^https:\/\/[a-z]+\.example\.com(?:\/.*)$/, /has a path/, '/^https:\\/\\/[a-z]+\\.example\\.com$/'],
    [/^https:\/\/a\.example\.com\/.*|x$/, /has a path/, /^write scheme, host and port/],
    [/^https:\/\/(a\.example\.com\/)$/, /has a path/, /^write scheme, host and port/],
    [/^https:\/\/[a-z]+\.example\.com:443$/, /default port/, '/^https:\\/\\/[a-z]+\\.example\\.com$/'],
    [/^http:\/\/localhost:80$/, /default port/, '/^http:\\/\\/localhost$/'],
    [/^https:\/\/App\.example\.com$/, /upper case/, '/^https:\\/\\/App\\.example\\.com$/i'],
    [/^https:\/\/[A-Z]+\.example\.com$/, /upper case/, '/^https:\\/\\/[A-Z]+\\.example\\.com$/i'],
    [/^https:\/\/App\.example\.com:443\/x$/, /has a path/, '/^https:\\/\\/App\\.example\\.com$/i'],
    [/^https:\/\/bücher\.example$/i, /punycode/, /^write scheme, host and port/],
    [/^https:\/\/user@example\.com$/, /user name/, /^write scheme, host and port/],
    [/^https:\/\/example\.com\?x=\d+$/, /a query/, /^write scheme, host and port/],
    [/^https:\/\/example\.com\s+$/, /white space/, /^write scheme, host and port/],
    [/^http:\/\/10\.0\.0\.300$/, /not an IP address/, /^write scheme, host and port/],
    [/^\/\/example\.com$/, /no scheme/, /^write scheme, host and port/],
    [/^file:\/\/.*$/, /"file:\/\/.*" has the scheme of files/, /^write scheme, host and port/],
    [/^https:\/\/(?=b)a\.example\.com$/, /^contradicts itself, and matches nothing$/, /^write scheme/],
    [new RegExp('^https:\\/\\/[]\\.example\\.com$'), /^contradicts itself/, /^write scheme/],
    [/a^https:\/\/example\.com$/, /^contradicts itself/, /^write scheme/],
  ])('%s, which matches nothing, and says why: %s', (regexp, reason, fix) => {
    expect(problemOf(regexp)).toEqual({
      code: 'origin-regexp-matches-nothing',
      message: expect.stringMatching(reason),
      fix: typeof fix === 'string' ? `write ${fix}` : expect.stringMatching(fix),
    });
  });

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

  it.each<[regexp: RegExp, code: string, patterns: readonly string[]]>([
    [/example\.com$/, 'origin-scheme-missing', ['https://example.com', 'https://**.example.com']],
    [/example.com/, 'origin-scheme-missing', ['https://example.com', 'https://**.example.com']],
    [/\.example\.com$/, 'origin-scheme-missing', ['https://**.example.com']],
    [/\.example\.com(:\d+)?$/, 'origin-scheme-missing', ['https://**.example.com:*']],
    [/localhost:\d+/, 'origin-scheme-missing', ['http://localhost:*']],
    [/^https:\/\/.*example\.com$/, ANY, ['https://example.com', 'https://**.example.com']],
    [/^https?:\/\/.*example.com/, ANY, ['https://example.com', 'https://**.example.com']],
    [/^http:\/\/.*example\.com$/, ANY, ['http://example.com', 'http://**.example.com']],
    [/^https:\/\/[^.]*example\.com$/, ANY, ['https://example.com']],
    [/^https:\/\/[^.]+\.?example\.com$/, ANY, ['https://*.example.com']],
    [/^http:\/\/localhost.*$/, ANY, ['http://localhost:*']],
  ])('what should be patterns: %s', (regexp, code, patterns) => {
    const problem = problemOf(regexp);
    expect([problem.code, problem.fix]).toEqual([
      code,
      `write ${patterns.map((pattern) => `"${pattern}"`).join(' and ')}`,
    ]);
    // They let in nothing that the expression, which other libraries look for anywhere, has not.
    for (const pattern of patterns) {
      expect(parseOrigin(pattern)).toHaveProperty('entry');
      expect(pattern.replace('**', 'a.b').replace(':*', ':8080')).toMatch(regexp);
    }
  });

  it.each([
    /^https:\/\/.*github\.io$/,
    /^https:\/\/.*\.com$/,
    /^https:\/\/.*(?:foo|bar)\.com$/,
    /^https:\/\/example\.com.*$/,
    /^https:\/\/.*xn--0\.com$/,
  ])('what matches strangers, without guessing what is meant: %s', (regexp) => {
    expect(problemOf(regexp).fix).toMatch(/^name the whole domain behind a dot or/);
  });

  it.each([
    [/^(?:www\.)?example\.com$/, /^https:\/\/(?:www\.)?example\.com$/],
    [/^localhost:30[0-9]0$/, /^http:\/\/localhost:30[0-9]0$/],
    [/\.example\.com:80[0-9]0$/, /^https:\/\/[a-z0-9-]+\.example\.com:80[0-9]0$/],
    [/^[a-z]+\.example\.com$/i, /^https:\/\/[a-z]+\.example\.com$/i],
    [/^\wexample\.com$/, /^https:\/\/\wexample\.com$/],
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

  it('what has no scheme, without showing what would take long', () => {
    expect(problemOf(/(x+x+)+y/)).toMatchObject({
      code: 'origin-scheme-missing',
      fix: expect.stringContaining('write the scheme as well'),
    });
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
      { seed, numRuns: 1_000 },
    );
  });
});
