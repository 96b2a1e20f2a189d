import { describe, expect, it } from '@jest/globals';

import { intersectOrigins, uniteOrigins } from '../../lib/policy/origin-intersection.js';
import type { OriginEntry } from '../../lib/policy/origin-entry.js';
import { entriesOf, entryOf, sourceOf, uncheckedRegExp } from './naive-origins.js';

const database = sourceOf('Database', () => true);
const tenants = sourceOf('Tenants', () => true);
const regexp = uncheckedRegExp('https://[a-z]+\\.example\\.com(?::1)?');

/** Entries as short strings. */
function show(entries: readonly OriginEntry[]): readonly string[] {
  return entries.map((entry) => {
    if (typeof entry === 'string') return entry;
    if (entry.kind === 'any') return '*';
    return entry.kind === 'all-of' ? show(entry.parts).join(' & ') : entry.text;
  });
}

describe('intersectOrigins of two entries', () => {
  it.each([
    ['*', '*', '*'],
    ['*', 'https://a.com', 'https://a.com'],
    ['*', 'https://*.a.com:*', 'https://*.a.com:*'],
    ['*', 'null', 'null'],
    ['null', 'null', 'null'],
    ['null', 'https://**.com', undefined],
    ['https://a.com', 'https://a.com', 'https://a.com'],
    ['https://a.com', 'https://b.com', undefined],
    ['https://x.a.com', 'https://*.a.com', 'https://x.a.com'],
    ['https://y.x.a.com', 'https://*.a.com', undefined],
    ['https://y.x.a.com', 'https://**.a.com', 'https://y.x.a.com'],
    ['https://a.com:1', 'https://a.com:*', 'https://a.com:1'],
    ['https://*.a.com', 'https://*.a.com', 'https://*.a.com'],
    ['https://*.a.com', 'http://*.a.com', undefined],
    ['https://*.a.com', 'https://*.b.com', undefined],
    ['https://*.a.com', 'https://*.b.a.com', undefined],
    ['https://*.a.com', 'https://**.b.a.com', undefined],
    ['https://*.a.com', 'https://**.a.com', 'https://*.a.com'],
    ['https://*.b.a.com', 'https://**.a.com', 'https://*.b.a.com'],
    ['https://**.a.com', 'https://**.a.com', 'https://**.a.com'],
    ['https://**.a.com', 'https://**.b.a.com', 'https://**.b.a.com'],
    ['https://**.a.com', 'https://**.ba.com', undefined],
    ['https://*.a.com:*', 'https://**.a.com:8443', 'https://*.a.com:8443'],
    ['https://*.a.com:*', 'https://**.a.com', 'https://*.a.com'],
    ['https://*.a.com:*', 'https://**.a.com:*', 'https://*.a.com:*'],
    ['https://*.a.com:1', 'https://*.a.com:2', undefined],
    ['https://*.a.com:1', 'https://**.a.com', undefined],
    ['https://x.a.com:*', 'https://*.a.com:8443', 'https://x.a.com:8443'],
    ['https://x.a.com:*', 'https://*.a.com', 'https://x.a.com'],
    ['https://x.a.com:*', 'https://*.a.com:*', 'https://x.a.com:*'],
    ['https://y.x.a.com:*', 'https://*.a.com:*', undefined],
    ['https://y.x.a.com:*', 'https://**.a.com:*', 'https://y.x.a.com:*'],
    ['https://a.com:*', 'https://**.a.com:*', undefined],
    ['https://x.a.com:*', 'https://a.com:*', undefined],
    ['http://[::1]:*', 'http://[::1]:*', 'http://[::1]:*'],
  ])('%s and %s', (one, other, both) => {
    const expected = both === undefined ? [] : [both];
    expect(show(intersectOrigins([entryOf(one)], [entryOf(other)]))).toEqual(expected);
    expect(show(intersectOrigins([entryOf(other)], [entryOf(one)]))).toEqual(expected);
  });

  it.each<[OriginEntry, OriginEntry, string | undefined]>([
    [regexp, entryOf('https://a.example.com'), 'https://a.example.com'],
    [regexp, entryOf('https://a.example.net'), undefined],
    [regexp, regexp, regexp.text],
    [regexp, entryOf('https://*.example.com:*'), `https://*.example.com:* & ${regexp.text}`],
    [database, database, 'Database'],
    [database, entryOf('null'), undefined],
    [database, entryOf('https://a.com'), 'https://a.com & Database'],
    [database, entryOf('https://*.a.com'), 'https://*.a.com & Database'],
  ])('%j and %j', (one, other, both) => {
    const expected = both === undefined ? [] : [both];
    expect(show(intersectOrigins([one], [other]))).toEqual(expected);
    expect(show(intersectOrigins([other], [one]))).toEqual(expected);
  });

  it('keeps two sources, or two expressions, the inner one first', () => {
    expect(show(intersectOrigins([database], [tenants]))).toEqual(['Tenants & Database']);
    expect(show(intersectOrigins([regexp], [uncheckedRegExp('a|b')]))).toEqual([`/a|b/ & ${regexp.text}`]);
  });
});

describe('intersectOrigins of three layers', () => {
  const two = intersectOrigins(entriesOf('https://**.example.com:*'), [regexp]);

  it.each<[string, OriginEntry, readonly string[]]>([
    ['a source', database, [`https://**.example.com:* & Database & ${regexp.text}`]],
    ['an exact origin that both allow', entryOf('https://a.example.com:1'), ['https://a.example.com:1']],
    ['an exact origin that one allows', entryOf('https://a.example.com:2'), []],
    ['a narrower pattern', entryOf('https://*.example.com'), [`https://*.example.com & ${regexp.text}`]],
    ['a disjoint pattern', entryOf('https://*.example.net'), []],
    [
      'a pattern that leaves one origin',
      entryOf('https://a.example.com:*'),
      [`https://a.example.com:* & ${regexp.text}`],
    ],
    ['the same expression', regexp, [`https://**.example.com:* & ${regexp.text}`]],
  ])('flattens and simplifies: %s', (_title, entry, expected) => {
    expect(show(intersectOrigins(two, [entry]))).toEqual(expected);
  });

  it('tries what is left of two patterns on the expression', () => {
    const one = intersectOrigins(entriesOf('https://a.example.com:*'), [regexp]);
    expect(show(intersectOrigins(one, entriesOf('https://*.example.com:1')))).toEqual([
      'https://a.example.com:1',
    ]);
    expect(show(intersectOrigins(one, entriesOf('https://*.example.com:2')))).toEqual([]);
  });

  it('keeps an exact origin with a source, and drops it for another', () => {
    const asked = intersectOrigins(entriesOf('https://a.com', 'https://b.com'), [database]);
    expect(show(asked)).toEqual(['https://a.com & Database', 'https://b.com & Database']);
    expect(show(intersectOrigins(asked, entriesOf('https://b.com', 'https://c.com')))).toEqual([
      'https://b.com & Database',
    ]);
    expect(show(intersectOrigins(asked, entriesOf('https://*.com', 'https://**.net')))).toEqual(show(asked));
    expect(show(intersectOrigins(asked, entriesOf('https://*.net')))).toEqual([]);
    expect(show(intersectOrigins(asked, [tenants]))).toEqual([
      'https://a.com & Tenants & Database',
      'https://b.com & Tenants & Database',
    ]);
  });
});

describe('intersectOrigins of lists', () => {
  it('keeps the order of the inner list, exact origins first', () => {
    const outer = entriesOf('https://**.a.com', 'https://c.com', 'https://b.com', 'https://x.d.com');
    const inner = entriesOf(
      'https://*.d.com',
      'https://b.com',
      'https://*.a.com',
      'https://x.a.com',
      'https://e.com',
    );
    expect(show(intersectOrigins(outer, inner))).toEqual([
      'https://b.com',
      'https://x.a.com',
      'https://x.d.com',
      'https://*.a.com',
    ]);
  });

  it('lists nothing twice', () => {
    const list = entriesOf('https://a.com', 'https://*.a.com', 'https://a.com', 'https://*.a.com');
    expect(show(intersectOrigins(list, list))).toEqual(['https://a.com', 'https://*.a.com']);
    expect(show(intersectOrigins(entriesOf('*'), list))).toEqual(['https://a.com', 'https://*.a.com']);
    const allOf = [database, tenants];
    expect(show(intersectOrigins(allOf, allOf))).toEqual(['Database', 'Database & Tenants', 'Tenants']);
  });

  it('asks nobody about an origin that the other list allows for sure', () => {
    const outer = [...entriesOf('https://*.com'), database];
    expect(show(intersectOrigins(outer, entriesOf('https://a.com')))).toEqual(['https://a.com']);
  });

  it('is empty where a list is', () => {
    expect(intersectOrigins([], entriesOf('https://a.com', 'https://*.a.com'))).toEqual([]);
    expect(intersectOrigins(entriesOf('https://a.com', '*'), [])).toEqual([]);
  });

  it('takes no product of two long lists of exact origins', () => {
    const list = (from: number): readonly OriginEntry[] =>
      Array.from({ length: 50_000 }, (_, at) => `https://t${from + at}.example.com`);
    const start = performance.now();
    expect(intersectOrigins(list(0), list(25_000))).toHaveLength(25_000);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('uniteOrigins', () => {
  it('puts the outer entries first, none twice', () => {
    const outer = [...entriesOf('https://b.com', 'https://*.a.com'), database, regexp];
    const inner = [
      ...entriesOf('https://a.com', 'https://b.com', 'https://*.a.com'),
      tenants,
      database,
      regexp,
    ];
    expect(show(uniteOrigins(outer, inner))).toEqual([
      'https://b.com',
      'https://*.a.com',
      'Database',
      regexp.text,
      'https://a.com',
      'Tenants',
    ]);
  });

  it("leaves '*' alone", () => {
    expect(show(uniteOrigins(entriesOf('https://a.com'), entriesOf('*')))).toEqual(['*']);
    expect(show(uniteOrigins(entriesOf('*'), entriesOf('https://a.com')))).toEqual(['*']);
  });

  it('knows an intersection again, whatever the order of its parts', () => {
    const one = intersectOrigins([database], [tenants]);
    const other = intersectOrigins([tenants], [database]);
    expect(uniteOrigins(one, other)).toHaveLength(1);
  });
});
