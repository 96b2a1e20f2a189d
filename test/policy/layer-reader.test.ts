import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LayerReader } from '../../lib/policy/layer-reader.js';
import { POLICY_FIELDS } from '../../lib/policy/policy-options.js';
import { readLayer, type ReadLayer } from '../../lib/policy/read-layer.js';
import { seed } from '../protocol/seed.js';
import { providing } from './configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

const KNOWN = [...POLICY_FIELDS, 'merge', 'reportOnly'];
const A = 'https://a.example';
const B = 'https://b.example';

/** Reads one layer after the other with the same reader. */
function readAll(...raws: readonly unknown[]): readonly ReadLayer[] {
  const reader = new LayerReader(providing());
  return raws.map((raw, index) => reader.read(raw, `Cats#${index}`, KNOWN));
}

describe(`LayerReader, seed ${seed}`, () => {
  it('shares what is written the same, each in its own place', () => {
    const write = () => ({ origin: [A, B], credentials: true, dangerously: { nullOrigin: true } });
    const [first, second] = readAll(write(), write());
    expect(second?.layer.fields).toBe(first?.layer.fields);
    expect([first?.layer.where, second?.layer.where]).toEqual(['Cats#0', 'Cats#1']);
  });

  it('reports a mistake in every place where it stands', () => {
    const read = readAll({ origin: `${A}/` }, { origin: `${A}/` });
    expect(read.map(({ problems }) => problems.map(({ where }) => where))).toEqual([['Cats#0'], ['Cats#1']]);
  });

  it('does so with fields to come as well', () => {
    const write = () => ({ origin: A, reportOnly: { origin: [B], merge: 'extend' } });
    const toCome = readAll(write(), write()).map(({ layer }) => layer.reportOnly);
    expect(toCome.map((layer) => [layer?.where, layer?.merge, layer?.prefix])).toEqual([
      ['Cats#0', 'extend', 'reportOnly.'],
      ['Cats#1', 'extend', 'reportOnly.'],
    ]);
    expect(toCome[1]?.fields).toBe(toCome[0]?.fields);
    const read = readAll({ reportOnly: { origin: `${A}/` } }, { reportOnly: { origin: `${A}/` } });
    expect(read.map(({ problems }) => problems.map(({ where, field }) => [where, field]))).toEqual([
      [['Cats#0', 'reportOnly.origin']],
      [['Cats#1', 'reportOnly.origin']],
    ]);
  });

  const one = (): boolean => true;
  const other = (): boolean => true;
  it.each<[what: string, a: unknown, b: unknown]>([
    ['options and what is none', { origin: A }, 5],
    ['a value and a list of it', { origin: A }, { origin: [A, A] }],
    ['an order of names', { exposedHeaders: ['x-a', 'x-b'] }, { exposedHeaders: ['x-b', 'x-a'] }],
    ['where a name ends', { exposedHeaders: ['x-a', 'x-b'] }, { exposedHeaders: ['x-a,x-b'] }],
    ['a boolean and its name', { credentials: true }, { credentials: 'true' }],
    ['a number and its digits', { maxAge: 5 }, { maxAge: '5' }],
    ['functions', { origin: one }, { origin: other }],
    ['regular expressions', { origin: /^https:\/\/a\.example$/ }, { origin: /^https:\/\/b\.example$/ }],
    ['ways to merge', { origin: A, merge: 'extend' }, { origin: A, merge: 'restrict' }],
    ['dangers', { dangerously: { nullOrigin: true } }, { dangerously: { publicSuffixes: true } }],
    ['nothing and null', undefined, null],
    ['an option and none', { maxAge: undefined }, { maxAge: null }],
  ])('tells apart %s', (_, a, b) => {
    const [first, second] = readAll(a, b);
    expect(first?.layer.fields).not.toBe(second?.layer.fields);
    expect(second).toEqual(readLayer(b, 'Cats#1', KNOWN, providing()));
  });

  it('tells apart sources that look the same', () => {
    const write = () => ({ origin: { timeout: 5, allows: one } });
    const [first, second] = readAll(write(), write());
    expect(second?.layer.fields).not.toBe(first?.layer.fields);
  });

  it('survives lists that hold themselves', () => {
    const circular: unknown[] = [A];
    circular.push(circular);
    expect(readAll({ origin: circular }, { origin: circular })[1]?.problems).toHaveLength(1);
  });

  it('reads as readLayer() does, whatever it has read before', () => {
    const value = fc.oneof(
      fc.constantFrom(A, B, '*', 'null', true, false, 5, '5', one, other, undefined, null, {}, 'x-a', 'PUT'),
      fc.constantFrom({ nullOrigin: true }, { nullOrigin: 'true' }, /^https:\/\/a\.example$/),
    );
    const raw = fc.dictionary(
      fc.constantFrom(...KNOWN, 'toString', 'orign'),
      fc.oneof(value, fc.array(value, { maxLength: 3 })),
      { maxKeys: 3 },
    );
    fc.assert(
      fc.property(fc.array(raw, { maxLength: 8 }), (raws) => {
        expect(readAll(...raws)).toEqual(
          raws.map((written, index) => readLayer(written, `Cats#${index}`, KNOWN, providing())),
        );
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
