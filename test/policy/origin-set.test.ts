import { describe, expect, it } from '@jest/globals';

import type { ExactOrigin, OriginEntry } from '../../lib/policy/origin-entry.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import { inOwnProcess } from '../support/own-process.js';
import { entriesOf, entryOf, ruleOf, sourceOf, uncheckedRegExp } from './naive-origins.js';

const TLDS = ['com', 'net', 'org'];

/** Title, configuration, allowed origins, refused origins. */
const CASES: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
  ['nothing allows nothing', [], [], ['https://example.com', 'null', '*', '']],
  [
    'an exact origin is compared byte for byte (C46)',
    ['https://example.com'],
    ['https://example.com'],
    [
      'https://example.com.',
      'https://example.com:443',
      'https://example.com:8443',
      'https://example.com/',
      'https://example.co',
      'https://xexample.com',
      'https://www.example.com',
      'https://example.com.evil.com',
      'HTTPS://EXAMPLE.COM',
      'http://example.com',
      'example.com',
      'null',
      '',
    ],
  ],
  [
    'a trailing dot is another origin (C16)',
    ['https://example.com.', 'https://*.example.net.'],
    ['https://example.com.', 'https://a.example.net.'],
    ['https://example.com', 'https://a.example.net', 'https://example.net.', 'https://example.com..'],
  ],
  [
    'one label and never the apex (C47, cases 14 and 15)',
    ['https://*.example.com'],
    ['https://a.example.com', 'https://a_b.example.com', 'https://xn--fa-hia.example.com'],
    [
      'https://example.com',
      'https://.example.com',
      'https://fooexample.com',
      'https://b.a.example.com',
      'http://a.example.com',
      'https://a.example.com:8080',
      'https://a.example.com.',
      'https://a.example.com.evil.com',
      'https://a.example.net',
      'https://*.example.com',
    ],
  ],
  [
    'any number of labels and never the apex',
    ['https://**.example.com'],
    [
      'https://a.example.com',
      'https://b.a.example.com',
      'https://c.b.a.example.com',
      'https://com.example.com',
    ],
    ['https://example.com', 'https://.example.com', 'https://a..example.com', 'https://aexample.com'],
  ],
  [
    'a wildcard stands for labels, not for whatever (C48)',
    ['https://*.example.com', 'https://**.example.net'],
    [],
    [
      'https://evil.com/.example.com',
      'https://a@b.example.com',
      'https://a b.example.com',
      'https://evil.net/.example.net',
      'https://evil.net?.example.net',
      'https://evil.net#.example.net',
      'https://evil.net:80.example.net',
      'https://evil@a.example.net',
      `https://${'a'.repeat(64)}.example.com`,
    ],
  ],
  [
    'any port, including none (C49, case 18)',
    ['http://**.example.com:*', 'http://localhost:*'],
    [
      'http://foo.example.com',
      'http://foo.example.com:6060',
      'http://bar.foo.example.com:8080',
      'http://localhost',
      'http://localhost:3000',
    ],
    [
      'http://example.com',
      'http://example.com:6060',
      'http://foo.example.com:80',
      'http://localhost:0',
      'http://a.localhost',
    ],
  ],
  [
    'a dozen names that share a suffix (C50)',
    ['bat', 'cat', 'fat', 'hat', 'mat', 'meerkat', 'oat', 'pat', 'rat', 'sat'].map(
      (name) => `https://${name}`,
    ),
    ['bat', 'cat', 'fat', 'hat', 'mat', 'meerkat', 'oat', 'pat', 'rat', 'sat'].map(
      (name) => `https://${name}`,
    ),
    ['https://hazmat', 'https://at', 'https://t', 'https://kat', 'https://batcat'],
  ],
  [
    'the same with wildcards in front (C50)',
    ['bat', 'cat', 'meerkat'].map((name) => `https://*.${name}`),
    ['https://hat.bat', 'https://at.cat', 'https://a.meerkat'],
    ['https://bat', 'https://a.kat', 'https://a.at', 'https://a.bbat', 'https://a.b.bat'],
  ],
  [
    'patterns and exact origins that interleave (C51)',
    TLDS.flatMap((tld) => [
      `https://*.example.${tld}`,
      `https://example.${tld}:8080`,
      `https://example.${tld}`,
    ]),
    TLDS.flatMap((tld) => [
      `https://a.example.${tld}`,
      `https://example.${tld}:8080`,
      `https://example.${tld}`,
    ]),
    TLDS.flatMap((tld) => [`https://a.example.${tld}:8080`, `https://example.${tld}:8081`, `https://${tld}`]),
  ],
  [
    'ports of neighbours (C52)',
    ['https://*.kin', 'https://a.kin', 'https://*.kin:1'],
    ['https://a.kin', 'https://nap.kin', 'https://nap.kin:1', 'https://a.kin:1'],
    ['https://nap.kin:2', 'https://kin', 'https://kin:1'],
  ],
  [
    'an exact origin and the same with any port (C53)',
    ['https://cat', 'https://cat:*'],
    ['https://cat', 'https://cat:1'],
    ['https://kin:1', 'https://at:1', 'https://a.cat:1'],
  ],
  [
    'one and many labels at the same host, with their own ports',
    [
      'https://*.example.com:1',
      'https://**.example.com:2',
      'https://example.com:*',
      'https://*.b.example.com',
    ],
    [
      'https://a.example.com:1',
      'https://a.example.com:2',
      'https://b.a.example.com:2',
      'https://example.com:3',
      'https://a.b.example.com',
    ],
    [
      'https://b.a.example.com:1',
      'https://a.example.com',
      'https://a.example.com:3',
      'https://b.example.com',
    ],
  ],
  [
    'schemes of their own',
    ['capacitor://localhost', 'web+a.b://*.example.com', 'chrome-extension://abc'],
    ['capacitor://localhost', 'web+a.b://x.example.com', 'chrome-extension://abc'],
    ['http://localhost', 'web+a.b://example.com', 'b://x.example.com', 'moz-extension://abc'],
  ],
  [
    'addresses',
    ['http://[::1]', 'http://[::1]:90', 'http://[2001:db8::1]:*', 'http://127.0.0.1:*'],
    [
      'http://[::1]',
      'http://[::1]:90',
      'http://[2001:db8::1]',
      'http://[2001:db8::1]:1',
      'http://127.0.0.1:8080',
    ],
    [
      'http://[::1]:91',
      'http://[2001:db8::2]',
      'http://[2001:db8::]:1',
      'http://1.127.0.0.1',
      'http://127.0.0.1.a.com',
    ],
  ],
  [
    'the opaque origin by its name alone (case 22)',
    ['null'],
    ['null'],
    ['https://null', 'NULL', 'https://example.com'],
  ],
  ['the opaque origin under no wildcard', ['https://**.com', 'http://localhost:*'], [], ['null']],
  [
    'any origin',
    ['*'],
    ['https://example.com', 'null', 'capacitor://localhost'],
    ['*', '', 'invalid_origin', 'NULL'],
  ],
  [
    'what other libraries choked on (cases 12 and 16)',
    ['http://*.domain', 'http://domain'],
    ['http://sub.domain'],
    [
      'http://*@:;',
      'http://',
      'http://*',
      'http://.domain',
      'http://.domain/hello',
      'http://subdomain',
      'null',
    ],
  ],
];

describe('a compiled list of origins', () => {
  it.each(CASES)('%s', (_title, config, allowed, refused) => {
    const rule = ruleOf(...config);
    expect(allowed.filter((origin) => !rule.allows(origin))).toEqual([]);
    expect(refused.filter((origin) => rule.allows(origin))).toEqual([]);
    expect(rule.asked).toEqual([]);
    expect(rule.any).toBe(config.includes('*'));
  });

  it('does not look at more than 326 characters (C54)', () => {
    const label = 'a'.repeat(63);
    const host = `${label}.${label}.${label}.${'a'.repeat(57)}`;
    const scheme = 's'.repeat(64);
    const rule = compileOrigins([...entriesOf(`${scheme}://**.com:*`), uncheckedRegExp('.*')], {
      secureOnly: false,
    });
    const longest = `${scheme}://${host}.com:65535`;
    expect(longest).toHaveLength(326);
    expect(rule.allows(longest)).toBe(true);
    expect(rule.allows(`${scheme}://${host}a.com:65535`)).toBe(false);
    const start = performance.now();
    for (let i = 0; i < 2_000; i++) rule.allows(longest.repeat(3_000));
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('does not hold on to the list it was made of (C32)', () => {
    const entries = [...entriesOf('https://a.com')];
    const rule = compileOrigins(entries, { secureOnly: false });
    entries.push(entryOf('*'));
    expect([rule.any, rule.allows('https://b.com')]).toEqual([false, false]);
  });

  it('tries regular expressions only on well-formed origins that are not opaque', () => {
    const seen: string[] = [];
    const spy = Object.assign(/^/, { test: (origin: string) => seen.push(origin) > 0 });
    const rule = compileOrigins([{ ...uncheckedRegExp(''), regexp: spy }], { secureOnly: false });
    for (const origin of ['null', 'file://', '*', '', 'https://a.com/', 'HTTPS://a.com', 'junk'])
      expect(rule.allows(origin)).toBe(false);
    expect(seen).toEqual([]);
    expect(rule.allows('https://a.com')).toBe(true);
  });
});

describe('an entry that has to be asked', () => {
  const everybody = sourceOf('Everybody', () => true);

  it('is not asked by `allows`', () => {
    const asked: string[] = [];
    const source = sourceOf('Spy', (origin) => asked.push(origin) > 0);
    const rule = compileOrigins([source], { secureOnly: false });
    expect(rule.allows('https://example.com')).toBe(false);
    expect(asked).toEqual([]);
    expect(rule.asked).toHaveLength(1);
    expect(rule.asked[0]).toMatchObject({ text: 'Spy', sources: [source] });
  });

  it('gets well-formed tuple origins only: what it says of others is not asked', () => {
    const [asked] = compileOrigins([everybody], { secureOnly: false }).asked;
    expect(asked?.within('https://example.com')).toBe(true);
    for (const origin of [
      'null',
      '*',
      '',
      'junk',
      'https://example.com/',
      `https://${'a.'.repeat(200)}com`,
    ]) {
      expect(asked?.within(origin)).toBe(false);
    }
  });

  it('keeps the conditions beside it', () => {
    const parts = [
      ...entriesOf('https://*.example.com:*'),
      uncheckedRegExp('.*:8443'),
      everybody,
      sourceOf('Tenants', () => false),
    ] as Extract<OriginEntry, { kind: 'all-of' }>['parts'];
    const [asked] = compileOrigins([{ kind: 'all-of', parts }], { secureOnly: false }).asked;
    expect(asked?.text).toBe('https://*.example.com:* and /.*:8443/ and Everybody and Tenants');
    expect(asked?.sources).toHaveLength(2);
    expect(asked?.within('https://a.example.com:8443')).toBe(true);
    expect(asked?.within('https://a.example.com')).toBe(false);
    expect(asked?.within('https://a.example.net:8443')).toBe(false);
  });

  it('beside an exact origin is asked about that alone', () => {
    const parts = [entryOf('https://a.com') as ExactOrigin, everybody];
    const [asked] = compileOrigins([{ kind: 'all-of', parts }], { secureOnly: false }).asked;
    expect(asked?.text).toBe('https://a.com and Everybody');
    expect([asked?.within('https://a.com'), asked?.within('https://b.com')]).toEqual([true, false]);
  });

  it("is not asked at all beside '*'", () => {
    const rule = compileOrigins([everybody, entryOf('*')], { secureOnly: false });
    expect([rule.any, rule.asked]).toEqual([true, []]);
  });
});

describe('with credentials', () => {
  const entries = [uncheckedRegExp('.*'), sourceOf('Everybody', () => true)];
  const insecure = [
    'http://example.com',
    'http://127.0.0.1.evil.com',
    'http://alocalhost',
    'http://169.254.169.254',
  ];
  const secure = [
    'https://example.com',
    'http://localhost:3000',
    'http://a.localhost',
    'http://[::1]',
    'capacitor://x',
  ];

  it('neither a regular expression nor a source gets to allow an insecure origin', () => {
    const rule = compileOrigins(entries, { secureOnly: true });
    for (const origin of insecure)
      expect([rule.allows(origin), rule.asked[0]?.within(origin)]).toEqual([false, false]);
    for (const origin of secure)
      expect([rule.allows(origin), rule.asked[0]?.within(origin)]).toEqual([true, true]);
  });

  it('they do with dangerously.insecureOrigins', () => {
    const rule = compileOrigins(entries, { secureOnly: false });
    for (const origin of insecure)
      expect([rule.allows(origin), rule.asked[0]?.within(origin)]).toEqual([true, true]);
  });

  it('what remains of a pattern and a regular expression allows no insecure origin either', () => {
    const parts = [...entriesOf('http://*.example.com'), uncheckedRegExp('.*')] as Extract<
      OriginEntry,
      { kind: 'all-of' }
    >['parts'];
    const allOf: OriginEntry = { kind: 'all-of', parts };
    expect(compileOrigins([allOf], { secureOnly: true }).allows('http://a.example.com')).toBe(false);
    expect(compileOrigins([allOf], { secureOnly: false }).allows('http://a.example.com')).toBe(true);
  });

  it('exact origins and patterns were checked before', () => {
    const rule = compileOrigins(entriesOf('http://a.com', 'http://*.b.com'), { secureOnly: true });
    expect([rule.allows('http://a.com'), rule.allows('http://x.b.com')]).toEqual([true, true]);
  });
});

describe('the cost', () => {
  it('of an exact origin is less than 150 bytes, a million of them', async () => {
    const bytes = await inOwnProcess<number>(new URL('support/bytes-per-origin.ts', import.meta.url));
    expect(bytes).toBeLessThan(150);
    // An origin's own characters are there in any case.
    expect(bytes).toBeGreaterThan(30);
  });

  it('of a look-up does not grow with the number of patterns', () => {
    const many = ruleOf(...Array.from({ length: 20_000 }, (_, at) => `https://*.tenant-${at}.example.com`));
    const few = ruleOf(...Array.from({ length: 2 }, (_, at) => `https://*.tenant-${at}.example.com`));
    const time = (rule: typeof many, origin: string): number => {
      const start = performance.now();
      for (let i = 0; i < 50_000; i++) rule.allows(origin);
      return performance.now() - start;
    };
    const best = (rule: typeof many, origin: string): number =>
      Math.min(...[1, 2, 3, 4, 5].map(() => time(rule, origin)));
    expect(best(many, 'https://a.tenant-19999.example.com')).toBeLessThan(
      5 * best(few, 'https://a.tenant-1.example.com') + 20,
    );
  });
});
