import fc from 'fast-check';

import type { OriginEntry } from '../../lib/policy/origin-entry.js';
import { entryOf, sourceOf, uncheckedRegExp } from './naive-origins.js';

/**
 * Names that share prefixes and suffixes, some of them the concatenation of two others, so that a matcher that confuses
 * entries with each other has every chance to do so.
 */
const NAMES = [
  'a',
  'b',
  'ab',
  'foo',
  'bar',
  'foobar',
  'barfoo',
  'cat',
  'hat',
  'at',
  'xn--fa-hia',
  'a-b',
  '_a',
  'localhost',
];
const TOPS = ['com', 'net', 'moc', 'com.', 'co.uk', 'localhost', 'x'];
const SCHEMES = ['https', 'https', 'https', 'http', 'capacitor'];
const PORTS = ['', '', '', ':8080', ':8081', ':808', ':1'];

const name = fc.constantFrom(...NAMES);
const host = fc
  .tuple(fc.array(name, { maxLength: 3 }), fc.constantFrom(...TOPS))
  .map(([names, top]) => [...names, top].join('.'));
const scheme = fc.constantFrom(...SCHEMES);
const port = fc.constantFrom(...PORTS);

const exact = fc.oneof(
  { arbitrary: fc.tuple(scheme, host, port).map(([s, h, p]) => `${s}://${h}${p}`), weight: 12 },
  {
    arbitrary: fc.constantFrom(
      'null',
      'http://127.0.0.1',
      'http://127.0.0.1:8080',
      'http://[::1]',
      'app://.',
      'app://',
    ),
    weight: 1,
  },
);
/** What can stand in an `all-of`: an intersection never leaves the opaque origin in one. */
const tupleOrigin = exact.filter((origin) => origin !== 'null');
const pattern = fc.oneof(
  {
    arbitrary: fc
      .tuple(scheme, fc.constantFrom('*.', '**.'), host, fc.oneof(port, fc.constant(':*')))
      .map(([s, wildcard, h, p]) => `${s}://${wildcard}${h}${p}`),
    weight: 4,
  },
  { arbitrary: fc.tuple(scheme, host).map(([s, h]) => `${s}://${h}:*`), weight: 1 },
  { arbitrary: fc.constantFrom('http://127.0.0.1:*', 'http://[::1]:*'), weight: 1 },
);
const regexp = fc.constantFrom(
  'https://(?:foo|bar)\\.com',
  'https?://[a-z]+\\.com(?::8080)?',
  '.*\\.net',
  'http://.*',
  'capacitor://foo.*',
);

/** A source that is a pure function of the origin. */
const sources = [
  sourceOf('Even', (origin) => origin.length % 2 === 0),
  sourceOf('Tls', (origin) => origin.startsWith('https:')),
  sourceOf('Everybody', () => true),
];

/** Exact entries and patterns. */
export const fixedEntry: fc.Arbitrary<OriginEntry> = fc.oneof(exact, pattern).map(entryOf);

/** Entries of every kind but `'*'`. */
export const someEntry: fc.Arbitrary<OriginEntry> = fc.oneof(
  { arbitrary: fixedEntry, weight: 10 },
  { arbitrary: regexp.map(uncheckedRegExp), weight: 2 },
  { arbitrary: fc.constantFrom<OriginEntry>(...sources), weight: 1 },
  {
    arbitrary: fc
      .tuple(tupleOrigin, pattern, regexp, fc.constantFrom(...sources), fc.integer({ min: 1, max: 15 }))
      .map(([e, p, r, source, mask]): OriginEntry => {
        const all = [entryOf(e), entryOf(p), uncheckedRegExp(r), source].filter((_, at) => mask & (1 << at));
        return { kind: 'all-of', parts: all as Extract<OriginEntry, { kind: 'all-of' }>['parts'] };
      }),
    weight: 1,
  },
);

export const someEntries = fc.oneof(
  { arbitrary: fc.array(someEntry, { maxLength: 7 }), weight: 20 },
  { arbitrary: fc.array(someEntry, { maxLength: 2 }).map((list) => [...list, entryOf('*')]), weight: 1 },
);

/** How to make an origin from the entries of a configuration: see {@link nearMiss}. */
export const mutation = fc.record({
  entry: fc.nat(),
  other: fc.nat(),
  edit: fc.nat(15),
  name,
  port,
  depth: fc.nat(3),
});

/** An origin that an entry allows, or one that is one edit away from that: where matchers go wrong. */
export function nearMiss(
  entries: readonly OriginEntry[],
  {
    entry,
    other,
    edit,
    name: label,
    port: ending,
    depth,
  }: typeof mutation extends fc.Arbitrary<infer M> ? M : never,
): string {
  const base = originOf(entries[entry % Math.max(entries.length, 1)], label, depth);
  const [start = '', rest = ''] = base.split('://');
  const hostOnly = rest.replace(/:\d+$/, '');
  const next = originOf(entries[other % Math.max(entries.length, 1)], label, depth).split('://')[1] ?? '';
  switch (edit) {
    case 0:
      return `${start}://${label}.${rest}`;
    case 1:
      return `${start}://${label}${rest}`;
    case 2:
      return `${start}://${hostOnly}${next}`;
    case 3:
      return `${start}://${hostOnly}.${next}`;
    case 4:
      return `${start}://${hostOnly}.${ending}`;
    case 5:
      return `${start}://${hostOnly}${ending}`;
    case 6:
      return `${start === 'https' ? 'http' : 'https'}://${rest}`;
    case 7:
      return `${start}://${rest.slice(1)}`;
    case 8:
      return base.slice(0, -1);
    case 9:
      return `${start}://${rest.slice(rest.indexOf('.') + 1)}`;
    case 10:
      return `${start}://${rest.replace('.', label)}`;
    case 11:
      return base.toUpperCase();
    case 12:
      return `${base}${depth % 2 === 0 ? '/' : ':443'}`;
    case 13:
      return `${start}://${label}/.${rest}`;
    default:
      return base;
  }
}

/** An origin that the entry allows, where it is one with a host. */
function originOf(entry: OriginEntry | undefined, label: string, depth: number): string {
  if (typeof entry === 'string') return entry;
  switch (entry?.kind) {
    case 'pattern': {
      const labels =
        entry.labels === 'none' ? '' : `${label}.`.repeat(entry.labels === 'one' ? 1 : depth + 1);
      const end =
        entry.port === '*' ? (depth % 2 === 0 ? '' : `:808${depth}`) : entry.port && `:${entry.port}`;
      return `${entry.scheme}://${labels}${entry.host}${end}`;
    }
    case 'all-of':
      return originOf(entry.parts[0], label, depth);
    default:
      return depth === 0 ? 'null' : `http://${label}.${depth % 2 === 0 ? 'com' : 'net'}`;
  }
}
