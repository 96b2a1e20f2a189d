import { APP, CATS, type PolicyName } from './policies.js';

/** Origins that a policy allows, and origins that it refuses. */
export interface OriginCase {
  readonly id: string;
  readonly title: string;
  readonly policy: PolicyName;
  readonly allowed: readonly string[];
  readonly refused: readonly string[];
}

/** An origin of so many bytes, one more DNS label than `.example.com`. */
function long(bytes: number): string {
  const start = 'https://';
  const end = '.example.com';
  // Labels of at most 63 bytes, so that nothing but the whole is too long.
  const room = bytes - start.length - end.length;
  return `${start}${Array.from({ length: room }, (_, at) => ((at + 1) % 64 === 0 ? '.' : 'a')).join('')}${end}`;
}

/** From cors-cases, where the ids are explained. Each is tried as an actual request and as a preflight. */
export const ORIGIN_CASES: readonly OriginCase[] = [
  {
    id: 'C45, GHSA-vhxv-fg4m-p2w8, GHSA-v84h-653v-4pq9',
    title: 'two origins do not make a third',
    policy: 'foo-bar',
    allowed: ['https://foo.com', 'https://bar.com'],
    refused: ['https://barfoo.com', 'https://foobar.com', 'https://foo.combar.com', 'https://bar.foo.com'],
  },
  {
    id: 'C46, CVE-2025-50864',
    title: 'an exact origin is compared whole',
    policy: 'exact',
    allowed: ['https://example.com'],
    refused: [
      'https://example.com.',
      'https://example.com:443',
      'https://example.com/',
      'https://example.com?',
      'https://example.com#',
      'HTTPS://EXAMPLE.COM',
      'https://Example.com',
      'https://example.com.evil.com',
      'https://example.co',
      'https://notexample.com',
      'https://a.example.com',
      'http://example.com',
      'https://example.com:8443',
      'https://user@example.com',
      'https://user:secret@example.com',
      'https://example.com, https://example.com',
      'https://example.com https://evil.com',
      'example.com',
      '//example.com',
      'https:example.com',
      'https:/example.com',
      'https:///example.com',
      'https://example.com\\@evil.com',
      'blob:https://example.com',
      'view-source:https://example.com',
      'null',
      'NULL',
      'undefined',
      '*',
    ],
  },
  {
    id: 'C47, 14',
    title: "'*.' is one label",
    policy: 'one-label',
    allowed: ['https://a.example.com', 'https://xn--bcher-kva.example.com', 'https://a_b.example.com'],
    refused: [
      'https://example.com',
      'https://.example.com',
      'https://fooexample.com',
      'https://a.b.example.com',
      'http://a.example.com',
      'https://a.example.com:8080',
      'https://a.example.com.',
      'https://*.example.com',
    ],
  },
  {
    id: 'C47',
    title: "'**.' is one label or more",
    policy: 'any-depth',
    allowed: ['https://a.example.com', 'https://a.b.example.com', 'https://a.b.c.d.example.com'],
    refused: [
      'https://example.com',
      'https://.example.com',
      'https://a..example.com',
      'https://aexample.com',
    ],
  },
  {
    id: 'C48, 16',
    title: 'a pattern takes nothing that is no host',
    policy: 'any-depth',
    allowed: [],
    refused: [
      'https://evil.com/.example.com',
      'https://evil.com?.example.com',
      'https://evil.com#.example.com',
      'https://evil.com\\.example.com',
      'https://a@b.example.com',
      'https://evil.com:80.example.com',
      'https://a b.example.com',
      'https://a\tb.example.com',
      'https://a%2eb.example.com',
      'https://ä.example.com',
      'https://',
      'https://*',
      'https://.domain/hello',
    ],
  },
  {
    id: 'C49, 18',
    title: "':*' is any port, none included",
    policy: 'any-port',
    allowed: ['http://foo.example.com', 'http://foo.example.com:6060', 'http://bar.foo.example.com:8080'],
    refused: [
      'http://example.com',
      'http://example.com:6060',
      'http://foo.example.com:',
      'http://foo.example.com:80',
      'http://foo.example.com:065',
      'http://foo.example.com:65536',
      'http://foo.example.com:*',
      'https://foo.example.com:6060',
    ],
  },
  {
    id: 'C50',
    title: 'many origins with one suffix',
    policy: 'cats',
    allowed: CATS.map((name) => `https://${name}.example.com`),
    refused: ['https://hazmat.example.com', 'https://at.example.com', 'https://kat.example.com'],
  },
  {
    id: 'C51, jub0bs/cors#12',
    title: 'patterns and ports in turns',
    policy: 'interleaved',
    allowed: ['net', 'org', 'com'].flatMap((tld) => [
      `https://a.example.${tld}`,
      `https://example.${tld}:8080`,
    ]),
    refused: ['https://example.net', 'https://a.example.net:8080', 'https://example.de:8080'],
  },
  {
    id: 'C52',
    title: "a port of one pattern is not another's",
    policy: 'kin',
    allowed: ['https://nap.kin', 'https://a.kin', 'https://nap.kin:1', 'https://a.kin:1'],
    refused: ['https://nap.kin:2', 'https://kin'],
  },
  {
    id: 'C53',
    title: "any port of one host is not another's",
    policy: 'cat',
    allowed: ['https://cat', 'https://cat:1', 'https://kin'],
    refused: ['https://kin:1'],
  },
  {
    id: '15, 20, 21, CVE-2017-11173, CVE-2026-37737, CVE-2026-25478, CVE-2019-25211',
    title: 'a regular expression matches the whole origin, every time',
    policy: 'regexp',
    allowed: ['https://a.example.com', 'https://a.example.com', 'https://a.example.com'],
    refused: [
      'https://a.example.com.evil.com',
      'https://a.example.community',
      'https://a.exampleXcom',
      'https://evil.com/https://a.example.com',
      'xhttps://a.example.com',
      'https://a.example.co',
    ],
  },
  {
    id: 'C54',
    title: 'a host has 253 bytes, an origin 326',
    policy: 'any-depth',
    allowed: [long(261)],
    refused: [long(262), long(326), long(327), long(8000)],
  },
  {
    id: '12',
    title: 'junk is refused, not failed upon',
    policy: 'one',
    allowed: [APP],
    refused: ['http://*@:;', '://', ':', '%', 'https://[', 'https://[::1', 'x'.repeat(10_000)],
  },
  {
    id: 'GHSA-jcr6-mmjj-pchw (CVE-2017-20146), CVE-2023-49803, CVE-2020-28481',
    title: 'what is not listed is not allowed',
    policy: 'one',
    allowed: [],
    refused: [
      'https://evil.com',
      'https://app.example.com.evil.com',
      'https://evil.com/?https://app.example.com',
    ],
  },
];
