import { describe, expect, it } from '@jest/globals';
import { approveRequestHeaders, compileRequestHeaders } from '../../lib/protocol/request-headers.js';

const list = compileRequestHeaders(['accept', 'authorization', 'content-type', 'x-csrf-token']);
const any = compileRequestHeaders(['*']);
const KIB = 1024;
const MIB = KIB * KIB;

/** Values made to be expensive. All are longer than any policy of this file has a use for. */
const HOSTILE = [
  { name: 'C68, CVE-2025-47908: 16 KB of commas', value: ','.repeat(16 * KIB) },
  { name: 'C68, CVE-2026-69207: 16 KB of spaces', value: ' '.repeat(16 * KIB) },
  { name: 'CVE-2026-69207: 16 KB of spaces between two names', value: `accept${' '.repeat(16 * KIB)}x` },
  { name: 'C68: 16 KB of one repeated name', value: 'accept,'.repeat((16 * KIB) / 7) },
  { name: 'C68: 1,024 empty lines', value: Array(1024).fill('').join(', ') },
  { name: '1,000 lines of one name', value: Array(1000).fill('accept').join(', ') },
  { name: 'section 2, case 65: 100,000 spaces and commas', value: ' ,'.repeat(50_000) },
  { name: 'C68: 1 MiB of "accept,"', value: 'accept,'.repeat(MIB / 7) },
  { name: 'C68: 1 MiB of commas', value: ','.repeat(MIB) },
  { name: 'C70: 1 MiB of one name', value: 'x'.repeat(MIB) },
];

describe('hostile values', () => {
  it.each(HOSTILE)('$name: refused by a list', ({ value }) => {
    expect(approveRequestHeaders(list, value)).toBeUndefined();
  });

  it.each(HOSTILE.filter(({ value }) => value.length > any.maxLength))(
    '$name: refused by "*"',
    ({ value }) => {
      expect(approveRequestHeaders(any, value)).toBeUndefined();
    },
  );

  it.each(HOSTILE)('$name: no more work than an ordinary value', ({ value }) => {
    const ordinary = time(() => approveRequestHeaders(list, 'accept,authorization,content-type'));
    const hostile = time(() => approveRequestHeaders(list, value));
    // It is about a tenth of an ordinary value's; whatever looks at 16 KB is several hundred times slower.
    expect(hostile).toBeLessThan(20 * ordinary);
  });
});

describe('the bound', () => {
  it.each([
    { kind: 'a list', rule: list },
    { kind: 'an empty list', rule: compileRequestHeaders([]) },
    { kind: '"*"', rule: any },
  ])('of $kind refuses by length alone: one comma more or less decides', ({ rule }) => {
    const longest = ','.repeat(rule.maxLength);
    expect(approveRequestHeaders(rule, longest)).toBe('');
    expect(approveRequestHeaders(rule, `${longest},`)).toBeUndefined();
  });

  it('of a list grows with the list', () => {
    const names = Array.from({ length: 200 }, (_, at) => `x-ordinary-name-${at}`);
    const rule = compileRequestHeaders(names);
    expect(rule.maxLength).toBeGreaterThan(2 * names.join(', ').length);
    expect(approveRequestHeaders(rule, [...names].toSorted().join(','))).toBe(
      [...names].toSorted().join(','),
    );
  });

  it('of "*" lets 200 ordinary names through, as Chromium sends them on one line', () => {
    const names = Array.from({ length: 200 }, (_, at) => `x-amz-meta-some-ordinary-name-${at}`).toSorted();
    expect(approveRequestHeaders(any, names.join(','))).toBe(names.join(','));
    expect(approveRequestHeaders(any, names.join(', '))).toBe(names.join(','));
  });

  it('of "*" keeps the worst value below it in proportion', () => {
    // Short names, none like another, in the wrong order: as many as fit have to be collected and sorted.
    const names = Array.from({ length: 1600 }, (_, at) => `x${(2599 - at).toString(36)}`);
    expect(names.join(',').length).toBeGreaterThan(any.maxLength / 2);
    const worst = time(() => approveRequestHeaders(any, names.join(',')), 10);
    const canonical = names.toSorted().join(',');
    expect(approveRequestHeaders(any, canonical)).toBe(canonical);
    expect(worst).toBeLessThan(20 * time(() => approveRequestHeaders(any, canonical), 10));
  });
});

describe('memory', () => {
  it.each([
    { kind: 'a list', rule: list, value: 'accept,authorization,content-type,x-csrf-token' },
    { kind: '"*"', rule: any, value: 'accept,content-type,x-aaaaaaaaaaaaaaaaaaaaaaaaaaaaa,x-csrf-token' },
  ])('approving a canonical value takes none with $kind', ({ rule, value }) => {
    expect(bytesPerCall(() => approveRequestHeaders(rule, value))).toBeLessThan(8);
  });

  it.each([
    { kind: 'an element that is not allowed', value: 'accept,x-not-on-the-list,x-other' },
    { kind: 'commas', value: `${','.repeat(200)}x` },
    { kind: '1 MiB', value: 'accept,'.repeat(MIB / 7) },
  ])('refusing takes none: $kind', ({ value }) => {
    expect(bytesPerCall(() => approveRequestHeaders(list, value))).toBeLessThan(8);
  });

  it('the measure sees an answer being rebuilt', () => {
    expect(bytesPerCall(() => approveRequestHeaders(list, 'content-type, accept'))).toBeGreaterThan(8);
  });
});

/** Milliseconds of `calls` calls: the best of several rounds, so that a busy machine does not matter. */
function time(call: () => unknown, calls = 200): number {
  let best = Infinity;
  for (let round = 0; round < 25; round++) {
    const before = performance.now();
    for (let at = 0; at < calls; at++) call();
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

/** Heap bytes one call leaves behind: the median of several rounds, so that a collection in one does not matter. */
function bytesPerCall(call: () => unknown): number {
  const calls = 2000;
  const rounds: number[] = [];
  for (let round = 0; round < 31; round++) {
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < calls; at++) call();
    rounds.push((process.memoryUsage().heapUsed - before) / calls);
  }
  return rounds.toSorted((a, b) => a - b)[15]!;
}
