import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { CorsProblemCode, ValueProblem } from '../../lib/policy/cors-problem.js';
import type { OriginPattern } from '../../lib/policy/origin-entry.js';
import { sampleOrigin } from '../../lib/policy/origin-grammar.js';
import { parseOrigin, publicSuffixProblem } from '../../lib/policy/origin-syntax.js';
import { isSerializedOrigin } from '../../lib/protocol/serialized-origin.js';
import { seed } from '../protocol/seed.js';
import { entryOf, ruleOf } from './naive-origins.js';
import { fixedEntry } from './random-origins.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

const label63 = 'a'.repeat(63);
const label64 = 'a'.repeat(64);
/** 251 characters: the longest host that a wildcard can stand in front of. */
const host251 = `${label63}.${label63}.${label63}.${'b'.repeat(59)}`;
const scheme64 = 's'.repeat(64);

describe('parseOrigin accepts', () => {
  it.each([
    'null',
    'https://example.com',
    'https://com',
    'https://example.com.',
    'https://a_b.com',
    'https://-foo.com',
    'https://foo-.com',
    'https://ab--cd.com',
    'https://www.xn--xample-9ua.com',
    'http://localhost:3000',
    'http://example.com:443',
    'http://example.com:1',
    'http://example.com:65535',
    'http://127.0.0.1:8080',
    'http://[::1]:90',
    'http://[::ffff:7f7f:7f7f]',
    'ws://example.com',
    'capacitor://localhost',
    'app://.',
    'app://',
    'app://-',
    'qrc://',
    'file://',
    'chrome-extension://abc',
    'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
    `https://${label63}.com`,
    `${scheme64}://a`,
  ])('%s as an exact origin', (origin) => {
    expect(parseOrigin(origin)).toEqual({ entry: origin });
  });

  it("'*' as any origin", () => expect(parseOrigin('*')).toEqual({ entry: { kind: 'any' } }));

  it.each<[string, Omit<OriginPattern, 'kind' | 'text'>]>([
    ['https://*.example.com', { scheme: 'https', labels: 'one', host: 'example.com', port: '' }],
    ['https://**.example.com', { scheme: 'https', labels: 'many', host: 'example.com', port: '' }],
    ['https://*.example.com.', { scheme: 'https', labels: 'one', host: 'example.com.', port: '' }],
    ['https://*.example.com:8443', { scheme: 'https', labels: 'one', host: 'example.com', port: '8443' }],
    ['https://*.example.com:*', { scheme: 'https', labels: 'one', host: 'example.com', port: '*' }],
    ['https://example.com:*', { scheme: 'https', labels: 'none', host: 'example.com', port: '*' }],
    ['http://localhost:*', { scheme: 'http', labels: 'none', host: 'localhost', port: '*' }],
    ['http://*.localhost:*', { scheme: 'http', labels: 'one', host: 'localhost', port: '*' }],
    ['http://127.0.0.1:*', { scheme: 'http', labels: 'none', host: '127.0.0.1', port: '*' }],
    ['http://[::1]:*', { scheme: 'http', labels: 'none', host: '[::1]', port: '*' }],
    ['capacitor://*.app', { scheme: 'capacitor', labels: 'one', host: 'app', port: '' }],
    ['https://*.com', { scheme: 'https', labels: 'one', host: 'com', port: '' }],
    [`https://*.${host251}`, { scheme: 'https', labels: 'one', host: host251, port: '' }],
    [`https://**.${host251}`, { scheme: 'https', labels: 'many', host: host251, port: '' }],
  ])('%s as a pattern', (text, parts) => {
    const { entry } = parseOrigin(text) as { entry: OriginPattern };
    expect(entry).toEqual({ kind: 'pattern', text, ...parts });
    expect(ruleOf(text).allows(sampleOrigin(entry))).toBe(true);
  });
});

/** The values that a fix shows in quotation marks. */
function shown({ fix }: ValueProblem): readonly string[] {
  return [...fix.matchAll(/"([^"]*)"/g)]
    .map(([, value = '']) => value)
    .filter((value) => !/^\*+\.$/.test(value));
}

function problemOf(text: string): ValueProblem {
  const parsed = parseOrigin(text);
  if ('entry' in parsed) throw new Error(`${text} was accepted`);
  return parsed.problem;
}

/** A refused value, the code, and the value that the fix shows; without one, nothing can be mended for sure. */
const CASES: readonly (readonly [string, CorsProblemCode, string?])[] = [
  ['', 'origin-empty'],
  ['  ', 'origin-empty'],
  ['""', 'origin-empty'],
  ['NULL', 'origin-case', 'null'],
  [' null', 'origin-whitespace', 'null'],
  [' * ', 'origin-whitespace', '*'],
  ["'*'", 'origin-invalid', '*'],
  ['"https://example.com"', 'origin-invalid', 'https://example.com'],

  ['https://example.com/', 'origin-path', 'https://example.com'],
  ['https://example.com/a/b', 'origin-path', 'https://example.com'],
  ['https://example.com/*', 'origin-path', 'https://example.com'],
  ['https://example.com\\', 'origin-path', 'https://example.com'],
  ['https://example.com?', 'origin-path', 'https://example.com'],
  ['https://example.com?a=b', 'origin-path', 'https://example.com'],
  ['https://example.com#nav', 'origin-path', 'https://example.com'],
  ['https://*.example.com/', 'origin-path', 'https://*.example.com'],
  ['https://example.com/a@b', 'origin-path', 'https://example.com'],
  ['https://u:p@example.com', 'origin-userinfo', 'https://example.com'],
  ['https://u@example.com:8443', 'origin-userinfo', 'https://example.com:8443'],
  [' http://example.com ', 'origin-whitespace', 'http://example.com'],
  ['https://exa mple.com', 'origin-whitespace', 'https://example.com'],
  ['https://example.com\n', 'origin-whitespace', 'https://example.com'],
  ['\ufeffhttps://example.com', 'origin-whitespace', 'https://example.com'],

  ['HTTPS://example.com', 'origin-case', 'https://example.com'],
  ['https://Example.com', 'origin-case', 'https://example.com'],
  ['https://*.EXAMPLE.com', 'origin-case', 'https://*.example.com'],
  ['chrome-extension://ABC', 'origin-case', 'chrome-extension://abc'],
  ['https://DOMAIN2.com', 'origin-case', 'https://domain2.com'],
  ['https://résumé.com', 'origin-unicode', 'https://xn--rsum-bpad.com'],
  ['http://Bücher.example', 'origin-unicode', 'http://xn--bcher-kva.example'],
  ['https://*.faß.de', 'origin-unicode', 'https://*.xn--fa-hia.de'],
  ['https://\u2100\u2101.com', 'origin-unicode'],
  ['https://example.com:443', 'origin-default-port', 'https://example.com'],
  ['http://foo:80', 'origin-default-port', 'http://foo'],
  ['ws://foo:80', 'origin-default-port', 'ws://foo'],
  ['http://[::1]:80', 'origin-default-port', 'http://[::1]'],
  ['HTTPS://Example.com:443/', 'origin-path', 'https://example.com'],
  ['HTTPS://u@Résumé.com.:443/a?b#c', 'origin-userinfo', 'https://xn--rsum-bpad.com.'],

  ['example.com', 'origin-scheme-missing', 'https://example.com'],
  ['Example.com/', 'origin-scheme-missing', 'https://example.com'],
  ['//example.com', 'origin-scheme-missing', 'https://example.com'],
  ['://example.com', 'origin-scheme-missing', 'https://example.com'],
  ['*.example.com', 'origin-scheme-missing', 'https://*.example.com'],
  ['example.com:8443', 'origin-scheme-missing', 'https://example.com:8443'],
  ['localhost', 'origin-scheme-missing', 'http://localhost'],
  ['localhost:3000', 'origin-scheme-missing', 'http://localhost:3000'],
  ['app.localhost:3000', 'origin-scheme-missing', 'http://app.localhost:3000'],
  ['127.0.0.1:3000', 'origin-scheme-missing', 'http://127.0.0.1:3000'],
  ['[::1]:3000', 'origin-scheme-missing', 'http://[::1]:3000'],
  ['http//example.com', 'origin-scheme-missing', 'http://example.com'],
  ['https:example.com', 'origin-scheme-missing', 'https://example.com'],
  ['https:/example.com', 'origin-scheme-missing', 'https://example.com'],
  ['https:///example.com', 'origin-scheme-missing', 'https://example.com'],
  ['https:\\\\example.com', 'origin-scheme-missing', 'https://example.com'],
  ['true', 'origin-scheme-missing'],
  ['any', 'origin-scheme-missing'],
  ['h*', 'origin-scheme-missing'],
  ['**', 'origin-scheme-missing'],
  ['*:8080', 'origin-scheme-missing'],

  ['file:///x', 'origin-scheme'],
  ['file://example.com', 'origin-scheme'],
  ['FILE://', 'origin-scheme', 'file://'],
  ['file:', 'origin-scheme', 'file://'],
  ['data:text/html,x', 'origin-scheme'],
  ['about:blank', 'origin-scheme'],
  ['javascript:alert(1)', 'origin-scheme'],
  ['blob:x', 'origin-scheme'],
  ['blob:https://example.com/2c127fa4', 'origin-scheme', 'https://example.com'],
  ['app://./', 'origin-path', 'app://.'],
  ['app://./index.html', 'origin-path', 'app://.'],
  ['APP://.', 'origin-case', 'app://.'],
  ['app://.:80', 'origin-host'],
  ['app://.:*', 'origin-host'],
  ['app://:*', 'origin-host'],
  ['app://..', 'origin-host'],
  ['https://./', 'origin-path'],
  ['https://https://example.com', 'origin-scheme', 'https://example.com'],
  [`${scheme64}s://a`, 'origin-scheme'],
  ['ht_tp://example.com', 'origin-scheme'],
  ['1http://example.com', 'origin-scheme'],

  ['*://example.com', 'origin-wildcard', 'https://example.com'],
  ['http*://localhost:3000', 'origin-wildcard', 'http://localhost:3000'],
  ['https://*', 'origin-wildcard'],
  ['https://**', 'origin-wildcard'],
  ['https://*.', 'origin-wildcard'],
  ['https://*:8080', 'origin-wildcard'],
  ['https://*:*', 'origin-wildcard'],
  ['https://*example.com', 'origin-wildcard', 'https://*.example.com'],
  ['https://example.com*', 'origin-wildcard', 'https://example.com'],
  ['https://foo*.example.com', 'origin-wildcard'],
  ['https://foo.*.example.com', 'origin-wildcard'],
  ['https://*.foo.*.example.com', 'origin-wildcard'],
  ['https://*.*.example.com', 'origin-wildcard', 'https://**.example.com'],
  ['https://***.example.com', 'origin-wildcard', 'https://**.example.com'],
  ['https://example.*', 'origin-wildcard'],
  ['http://*.127.0.0.1', 'origin-wildcard', 'http://127.0.0.1'],
  ['http://*.0.0.1', 'origin-wildcard', 'http://0.0.0.1'],
  ['http://*.[::1]', 'origin-wildcard', 'http://[::1]'],
  ['capacitor://*.127.0.0.1', 'origin-wildcard', 'capacitor://127.0.0.1'],

  ['https://example.com:', 'origin-port', 'https://example.com'],
  ['https://example.com:06060', 'origin-port', 'https://example.com:6060'],
  ['https://example.com:0443', 'origin-port', 'https://example.com'],
  ...[
    ':0',
    ':-1',
    ':abc',
    ':65536',
    ':123456',
    ':12345foo',
    ':*:8080',
    ':8080:*',
    ':443:*',
    ':**',
    ':80*',
  ].map((port) => [`https://example.com${port}`, 'origin-port'] as const),

  ['http://127.1:3999', 'origin-ip', 'http://127.0.0.1:3999'],
  ['http://1:6060', 'origin-ip', 'http://0.0.0.1:6060'],
  ['http://010.0.0.1', 'origin-ip', 'http://8.0.0.1'],
  ['http://0xFF000000', 'origin-ip', 'http://255.0.0.0'],
  ['http://127.0.0.1.', 'origin-ip', 'http://127.0.0.1'],
  ['http://127.0.0.1.1', 'origin-ip'],
  ['http://foo.bar.255:6060', 'origin-ip'],
  ['http://[0:0:0:0:0:0:0:1]', 'origin-ip', 'http://[::1]'],
  ['http://[::FFFF]', 'origin-ip', 'http://[::ffff]'],
  ['http://[::ffff:127.0.0.1]', 'origin-ip', 'http://[::ffff:7f00:1]'],
  ['capacitor://[0::1]', 'origin-ip', 'capacitor://[::1]'],
  ['http://[fe80::1%eth2]', 'origin-ip', 'http://[fe80::1]'],
  ['http://::1', 'origin-ip', 'http://[::1]'],
  ['http://[::1', 'origin-ip'],
  ['http://::1]', 'origin-ip'],
  ['http://abc[::1]', 'origin-ip'],
  ['http://[::1]abc', 'origin-ip'],
  ['http://[example]', 'origin-ip'],
  ['http://a:b:c', 'origin-ip'],

  ['https://', 'origin-host'],
  ['https://:8080', 'origin-host'],
  ['https://.example.com', 'origin-host', 'https://example.com'],
  ['https://example..com', 'origin-host', 'https://example.com'],
  ['https://example.com..', 'origin-host', 'https://example.com.'],
  [`https://${label64}.com`, 'origin-host'],
  [`https://*.${host251}b`, 'origin-host'],
  [`https://**.${host251}b`, 'origin-host'],
  [`https://aa.${host251}`, 'origin-host'],
  ['https://xn--a', 'origin-host'],
  ['http://xn--f', 'origin-host'],
  // What it stands for is all ASCII, and needs no punycode.
  ['http://xn--abc-', 'origin-host'],
  ['https://xn--bcher-kva.xn--f.example', 'origin-host'],
  ['https://*.xn--a', 'origin-host'],
  ['https://exa$mple.com', 'origin-host'],
  ['https://EXA!MPLE.com', 'origin-host'],
  ['https://ex%41mple.com', 'origin-host', 'https://example.com'],
  ['https://u@exa!mple.com/', 'origin-userinfo'],

  [`${scheme64}://a.${host251}.:65535`, 'origin-invalid'],
  ['x'.repeat(5000), 'origin-invalid'],
  ['^https://.*\\.example\\.com$', 'origin-invalid'],
  ['https?://example.com', 'origin-invalid'],
  ['https://(www\\.)?example.com', 'origin-invalid'],
  ['https://.*.example.com', 'origin-invalid', 'https://*.example.com'],
];

const REFUSED = CASES.map(([text, code, mended]) => ({ text, code, mended }));

describe('parseOrigin refuses', () => {
  it.each(REFUSED)('$text with $code', ({ text, code, mended }) => {
    const problem = problemOf(text);
    expect(problem.code).toBe(code);
    if (mended === undefined) expect(problem.fix).not.toMatch(/^write "[^"]*"$/);
    else expect(problem.fix).toBe(`write "${mended}"`);
  });

  it.each(REFUSED)('$text with a fix that is no mistake', ({ text }) => {
    for (const value of shown(problemOf(text))) expect(parseOrigin(value)).toHaveProperty('entry');
  });

  it.each([
    'https://a.com, https://b.com/',
    'https://a.com,b.com',
    'https://A.com https://b.com',
    'a.com;b.com',
    'https://a.com|https://b.com',
  ])('a list in one string, with the list: %s', (text) => {
    expect(problemOf(text)).toEqual({
      code: 'origin-invalid',
      message: 'holds several origins in one string',
      fix: 'write one string for each: "https://a.com", "https://b.com"',
    });
  });

  it.each(['https://a.com,', 'https://a.com, $', 'https://*.domain.com:[8080,8081]'])(
    'what is no list as what it is: %s',
    (text) => expect(problemOf(text).message).not.toContain('several'),
  );

  it.each([
    ['https://example.com/', 'has a path'],
    ['https://example.com/a', 'has a path'],
    ['https://example.com?a', 'has a query'],
    ['https://example.com#a', 'has a fragment'],
  ])('%s and says that it %s', (text, message) => expect(problemOf(text).message).toBe(message));

  it('messages that go into a sentence', () => {
    for (const { text } of REFUSED) {
      const { message, fix } = problemOf(text);
      expect(message).toMatch(/^(?:has|is|spells|holds) .*[^.]$/);
      expect(fix).toMatch(/^(?:write|put) .*[^.]$/);
    }
  });
});

const mess = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'https',
        'http',
        'HTTP',
        'file',
        'capacitor',
        '://',
        ':',
        '/',
        '//',
        '\\',
        '.',
        '*',
        '**.',
        '*.',
      ),
      fc.constantFrom(
        'example.com',
        'Foo',
        'résumé',
        'xn--a',
        '127.0.0.1',
        '127.1',
        '0x7f',
        '[::1]',
        '[',
        ']',
        '%',
      ),
      fc.constantFrom(
        ':443',
        ':80',
        ':8080',
        ':*',
        ':0',
        '@',
        '?',
        '#',
        ' ',
        ',',
        '"',
        '^',
        '$',
        'null',
        'localhost',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe(`parseOrigin on random strings (FC_SEED=${seed})`, () => {
  it('never throws, and shows only values that it accepts', () => {
    let mended = 0;
    fc.assert(
      fc.property(mess, (text) => {
        const parsed = parseOrigin(text);
        if ('entry' in parsed) return;
        for (const value of shown(parsed.problem)) {
          mended++;
          expect([value, parseOrigin(value)]).toEqual([value, { entry: expect.anything() }]);
        }
      }),
      { seed, numRuns: 10_000 },
    );
    expect(mended).toBeGreaterThan(2_000);
  });

  it('accepts the origin of every URL', () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        const { origin } = new URL(url);
        expect(parseOrigin(origin)).toEqual({ entry: origin });
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('mends every URL into its origin', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['http', 'https', 'ws'] }), fc.boolean(), (url, upper) => {
        const { origin } = new URL(url);
        const text = upper ? url.replace(origin, origin.toUpperCase()) : url;
        fc.pre(text !== origin && !/[,;|()$'^]|\?:/.test(text));
        expect(problemOf(text).fix).toBe(`write "${origin}"`);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('accepts as exact only what a browser could send', () => {
    fc.assert(
      fc.property(mess, (text) => {
        const parsed = parseOrigin(text);
        if (!('entry' in parsed) || typeof parsed.entry !== 'string') return;
        expect(parsed.entry).toBe(text);
        expect(isSerializedOrigin(text)).toBe(true);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('says of a pattern what its sample says', () => {
    fc.assert(
      fc.property(fixedEntry, (entry) => {
        if (typeof entry === 'string' || entry.kind !== 'pattern') return;
        const sample = sampleOrigin(entry);
        expect([sample, ruleOf(entry.text).allows(sample)]).toEqual([sample, true]);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('takes a long string apart in no time', () => {
    const start = performance.now();
    for (const part of ['a:', 'a://', '*.', '[', ':', 'a@', '..', ' ', '0x', '%'])
      problemOf(part.repeat(2_000));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('publicSuffixProblem', () => {
  it.each([
    ['https://*.com', 'https://*.your-domain.com'],
    ['https://**.com', 'https://**.your-domain.com'],
    ['https://*.com.', 'https://*.your-domain.com.'],
    ['https://*.com:*', 'https://*.your-domain.com:*'],
    ['https://*.co.uk', 'https://*.your-domain.co.uk'],
    ['https://*.github.io', 'https://*.your-domain.github.io'],
    ['https://*.vercel.app', 'https://*.your-domain.vercel.app'],
    ['https://*.s3.amazonaws.com', 'https://*.your-domain.s3.amazonaws.com'],
    ['https://*.xn--fiqs8s', 'https://*.your-domain.xn--fiqs8s'],
    ['https://**.ck', 'https://**.your-domain.x.ck'],
    ['https://*.sch.uk', 'https://*.your-domain.x.sch.uk'],
  ])('refuses %s and shows %s', (text, shownValue) => {
    const problem = publicSuffixProblem(entryOf(text) as OriginPattern);
    expect(problem).toEqual({
      code: 'origin-public-suffix',
      message: expect.any(String),
      fix: `name your own domain, as in "${shownValue}"`,
    });
    expect(publicSuffixProblem(entryOf(shownValue) as OriginPattern)).toBeUndefined();
  });

  it.each([
    'https://*.gitpod.io',
    'https://**.app.github.dev',
    'https://*.euw.devtunnels.ms:*',
    'https://*.loca.lt.',
  ])('refuses %s, below which every name is somebody’s, and shows none', (text) => {
    expect(publicSuffixProblem(entryOf(text) as OriginPattern)).toEqual({
      code: 'origin-public-suffix',
      message: expect.any(String),
      fix: 'list your own hosts, each in full',
    });
  });

  it.each([
    'https://*.example.com',
    'https://**.example.co.uk',
    'https://*.foo.github.io',
    'http://*.localhost',
    'http://*.localhost:*',
    'https://*.internal',
    'https://*.kin',
    'https://com:*',
    'capacitor://*.app-of-mine',
  ])('has nothing against %s', (text) => {
    expect(publicSuffixProblem(entryOf(text) as OriginPattern)).toBeUndefined();
  });
});
