import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExactOriginsCollector, type ExactOrigins } from '../../lib/policy/exact-origins.js';
import { ADDED, MAX_WAITING, OriginArena, REPEATED, UNFIT } from '../../lib/policy/origin-arena.js';
import type { OriginEntry, OriginPattern } from '../../lib/policy/origin-entry.js';
import { intersectOrigins } from '../../lib/policy/origin-intersection.js';
import { OriginPatternIndex } from '../../lib/policy/origin-pattern-index.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import { readStrings, type ReadStrings } from '../../lib/policy/origin-strings.js';
import { summaryOf } from '../../lib/policy/origin-summary.js';
import { parseOrigin } from '../../lib/policy/origin-syntax.js';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import { readChanged } from '../../lib/policy/read-changed.js';
import { readOrigins } from '../../lib/policy/read-origins.js';
import { atOnce } from '../../lib/policy/slices.js';
import { BATCH } from '../../lib/policy/string-batch.js';
import { isOwnOrigin, isSerializedOrigin } from '../../lib/protocol/serialized-origin.js';
import { seed } from '../protocol/seed.js';
import { naiveDecide } from './naive-origins.js';
import { fixedEntry, mutation, nearMiss } from './random-origins.js';

/*
 * Whatever holds long lists is given short ones here, of origins that are nearly alike, and is held against what a `Set` or
 * a walk through the list says. Compared without Jest's own `toEqual`, which would take most of the time.
 */

const label = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', '-', '0'),
  minLength: 1,
  maxLength: 9,
});
const origin = fc
  .tuple(
    fc.constantFrom('https', 'https', 'http', 'app'),
    fc.array(label, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('', '', '', ':1', ':8080', `.${'d'.repeat(260)}`),
  )
  .map(([scheme, labels, end]) => `${scheme}://${labels.join('.')}.x${end}`);
const valid = origin.filter(isSerializedOrigin);
const odd = fc.constantFrom('null', 'file://', 'app://.', 'https://', 'https://x', 'http://x', 'x', '');
const ascii = fc.oneof({ arbitrary: origin, weight: 12 }, { arbitrary: odd, weight: 1 });

/** Strings that are nearly those of a list: what must not be mistaken for one of them. */
function neighbours(text: string): readonly string[] {
  const host = text.slice(text.indexOf('://') + 3);
  return [
    `${text}a`,
    text.slice(0, -1),
    text.replace('a', 'b'),
    text.replace('a', '\u{161}'),
    text.replace('b', 'b\0'),
    text.toUpperCase(),
    host,
    `http://${host}`,
    `https://${host}`,
  ];
}

/** Origins that a pattern allows, and others that are nearly these. */
function within(text: string): readonly string[] {
  return ['x', 'a.b', 'x.', ''].flatMap((labels) => {
    const made = text.replace(/\*+(?=\.)/, labels).replace(/\*$/, '8080');
    return [made, `${made}:8080`, made.replace('https', 'http')];
  });
}

interface Packed {
  readonly arena: OriginArena;
  /** Those that have no form that can be packed. */
  readonly odd: ReadonlySet<string>;
  /** What has become of the others. */
  readonly outcomes: readonly number[];
}

function pack(
  list: readonly string[],
  append = (arena: OriginArena, text: string): boolean => arena.append(text),
): Packed {
  const arena = new OriginArena(list.length);
  const unfit = new Set<string>();
  for (const text of list) if (!append(arena, text)) unfit.add(text);
  const { waiting } = arena;
  arena.settle();
  return { arena, odd: unfit, outcomes: [...arena.outcomes.subarray(0, waiting)] };
}

describe(`packed origins (FC_SEED=${seed})`, () => {
  it('are those that were packed, and no others', () => {
    fc.assert(
      fc.property(fc.array(ascii, { maxLength: 40 }), (list) => {
        const { arena, odd: unfit, outcomes } = pack(list);
        const packed = list.filter((text) => !unfit.has(text));
        const known = new Set(packed);
        const asked = [...list, ...list.flatMap(neighbours)];
        return (
          arena.size === known.size &&
          isDeepStrictEqual(
            outcomes,
            packed.map((text, index) => (packed.indexOf(text) < index ? REPEATED : ADDED)),
          ) &&
          asked.every((text) => arena.has(text) === known.has(text))
        );
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('are the same whether they come as strings or as bytes', () => {
    fc.assert(
      fc.property(fc.array(origin, { maxLength: 20 }), (list) => {
        const { arena, odd: unfit } = pack(list, (to, text) => {
          const bytes = new TextEncoder().encode(`?${text}?`);
          return to.appendPlain(
            new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
            1,
            bytes.length - 1,
            text.startsWith('https://'),
          );
        });
        const other = pack(list);
        return (
          isDeepStrictEqual(unfit, other.odd) &&
          [...list, ...list.flatMap(neighbours)].every((text) => arena.has(text) === other.arena.has(text))
        );
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('leave out what would crowd its neighbours, and find all that is not left out', () => {
    const list = Array.from({ length: 500 }, (_, index) => `https://t${index}.example`);
    // Made for one, so that all slots are soon taken.
    const arena = new OriginArena(1);
    for (const text of list) arena.append(text);
    arena.settle();
    const outcomes = [...arena.outcomes.subarray(0, list.length)];
    expect(new Set(outcomes)).toEqual(new Set([ADDED, UNFIT]));
    expect(outcomes.filter((outcome) => outcome === ADDED)).toHaveLength(arena.size);
    expect(list.map((text) => arena.has(text))).toEqual(outcomes.map((outcome) => outcome === ADDED));
  });

  it('leave out what finds no room', () => {
    const arena = new OriginArena(2);
    arena.append('https://a.example');
    // All but the last few words are taken, as by some seventeen million origins.
    arena['end'] = 2 ** 27 - 2;
    expect(arena.append('https://b.example')).toBe(false);
    const bytes = new TextEncoder().encode('https://b.example');
    expect(arena.appendPlain(new DataView(bytes.buffer), 0, bytes.length, true)).toBe(false);
    arena.settle();
    expect([arena.has('https://a.example'), arena.has('https://b.example')]).toEqual([true, false]);
  });

  it('are found beside the others where they have no slot, and are told from repeated ones', () => {
    const list = ['https://t0.example'];
    const repeated = new Set<number>();
    const collector = new ExactOriginsCollector(list, repeated, true);
    collector.add('https://t0.example', 0);
    // By now there are slots, for one.
    for (let index = 1; index < 600; index++) {
      list.push(`https://t${index % 500}.example`);
      collector.add(list[index] as string, index);
    }
    const exact = collector.collected();
    expect(exact['added'].size).toBeGreaterThan(0);
    expect(exact.size).toBe(500);
    expect([...repeated].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => 500 + at));
    expect(list.every((text) => exact.has(text) && !exact.has(`${text}s`))).toBe(true);
  });

  it('may be more than wait at once, and fill more than one piece', () => {
    const list = Array.from(
      { length: 12 * MAX_WAITING },
      (_, index) => `https://t${index % 10_000}.tenants.example`,
    );
    const repeated = new Set<number>();
    const collector = new ExactOriginsCollector(list, repeated, true);
    for (const [place, text] of list.entries()) collector.add(text, place);
    const exact = collector.collected();
    expect(exact.size).toBe(10_000);
    expect(exact['packed']!['chunks'].length).toBeGreaterThan(1);
    expect([...repeated]).toEqual(list.flatMap((_, place) => (place < 10_000 ? [] : [place])));
    expect(list.every((text) => exact.has(text) && !exact.has(`${text}s`))).toBe(true);
  });
});

describe('a packed origin', () => {
  it('is not taken for one with the same hash', () => {
    const { arena } = pack(['https://a.example']);
    const [chunk] = arena['chunks'];
    expect(arena.has('https://a.example')).toBe(true);
    // Another one, which nobody has yet found: the last of its characters differs.
    chunk![arena['end'] - 1]! ^= 1;
    expect(arena.has('https://a.example')).toBe(false);
  });
});

describe('a list of strings', () => {
  it('may have a full batch of them in which one has more than a line', () => {
    const list = Array.from({ length: BATCH }, (_, index) => `https://o${index}.example`);
    list[7] = 'https://a.example\nhttps://b.example';
    const { exact, others } = atOnce(readStrings(list));
    expect([exact.size, exact.has('https://a.example'), others.map(({ place }) => place)]).toEqual([
      BATCH - 1,
      false,
      [7],
    ]);
  });
});

describe(`exact origins (FC_SEED=${seed})`, () => {
  const change = fc.record({
    kind: fc.constantFrom('add', 'add', 'remove', 'remove', 'copy', 'become'),
    which: fc.nat(19),
  });

  it.each(['few', 'packed'])('are what was added and not removed: %s', (kind) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(ascii, { minLength: 20, maxLength: 20 }),
        fc.nat(20),
        fc.array(change, { maxLength: 30 }),
        (all, first, changes) => {
          const collect = (list: readonly string[]): ExactOrigins => {
            const collector = new ExactOriginsCollector(list, new Set(), kind === 'packed');
            for (const [place, text] of list.entries()) collector.add(text, place);
            return collector.collected();
          };
          const agree = (exact: ExactOrigins, model: ReadonlySet<string>): boolean =>
            exact.size === model.size && all.every((text) => exact.has(text) === model.has(text));
          let exact = collect(all.slice(0, first));
          let model = new Set(all.slice(0, first));
          const before: (readonly [ExactOrigins, ReadonlySet<string>])[] = [];
          for (const { kind: what, which } of changes) {
            const text = all[which] as string;
            if (what === 'add' && !model.has(text)) {
              exact.add(text);
              model.add(text);
            } else if (what === 'remove' && model.has(text)) {
              exact.remove(text);
              model.delete(text);
            } else if (what === 'copy') {
              before.push([exact, model]);
              exact = exact.copy();
              model = new Set(model);
            } else if (what === 'become') {
              // As when all are packed anew.
              exact.become(collect([...model]));
            }
            if (!agree(exact, model)) return false;
          }
          return before.every(([old, oldModel]) => agree(old, oldModel));
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });
});

describe(`lists of strings (FC_SEED=${seed})`, () => {
  const text = fc.oneof(
    { arbitrary: valid, weight: 16 },
    {
      arbitrary: fc.constantFrom(
        'https://*.a.example',
        'https://**.a.example',
        'http://*.a.example',
        'https://*.b.a.example',
        'https://*.a.example:8080',
        'https://**.b.com',
        'https://*.com',
        'https://**.co.uk',
        'https://*.xn--fa-hia.de',
        'http://a.example:*',
        '*',
        'null',
        'https://a.example/',
        'https://xn--fa-hia.de',
        'https://ä.example',
        'https://a\n.example',
      ),
      weight: 6,
    },
  );
  const element = fc.oneof(
    { arbitrary: text, weight: 20 },
    { arbitrary: fc.constantFrom<unknown>(/x/, undefined, 7), weight: 1 },
  );
  const lists = fc.uniqueArray(element, { maxLength: 12 });
  const batched = fc.boolean();

  /** What is read of a pattern, of which nothing is kept in a batch. */
  const PLAIN = /^https?:\/\/\*\*?\.(?:(?!xn--)[a-z0-9-]+\.)*(?!xn--)[a-z][a-z0-9-]*$/;

  /** By reading each element alone. */
  function naive(
    list: readonly unknown[],
    isBatched: boolean,
  ): Omit<ReadStrings, 'exact' | 'patterns' | 'takers'> & {
    readonly exact: Set<string>;
    readonly all: readonly OriginPattern[];
  } {
    const exact = new Set<string>();
    const repeated = new Set<number>();
    const others = [];
    const patterns: OriginPattern[] = [];
    let plainPatterns = 0;
    // A batch is of nothing but ASCII.
    const isBatch = isBatched && list.every((one) => typeof one === 'string' && /^[\0-\x7f]*$/.test(one));
    for (const [place, value] of list.entries()) {
      const read = typeof value === 'string' ? parseOrigin(value) : undefined;
      const entry = read !== undefined && 'entry' in read ? read.entry : undefined;
      if (typeof entry === 'string') {
        if (exact.has(entry)) repeated.add(place);
        exact.add(entry);
      } else if (entry?.kind === 'pattern') {
        if (patterns.some(({ text: known }) => known === entry.text)) repeated.add(place);
        else if (isBatch && PLAIN.test(entry.text)) plainPatterns += Math.sign(patterns.push(entry));
        else others.push({ place, read: (patterns.push(entry), read) });
      } else {
        others.push({ place, read });
      }
    }
    return {
      exact,
      all: patterns,
      plainPatterns,
      repeated,
      others,
      isPatterns: patterns.length === others.length + plainPatterns,
      atSuffixes: patterns.filter(({ host }) => host === 'com' || host === 'co.uk'),
      mayBeInsecure: [...exact, ...patterns.map(({ text: one }) => one)].some((one) =>
        one.startsWith('http:'),
      ),
    };
  }

  function agrees(
    list: readonly unknown[],
    asked: readonly unknown[],
    read: ReadStrings,
    isBatched: boolean,
  ): boolean {
    const { exact, all: entries, ...expected } = naive(list, isBatched);
    const { exact: found, patterns, takers: _, ...rest } = read;
    const all = asked.filter((one) => typeof one === 'string');
    return (
      found.size === exact.size &&
      all.every((one) => found.has(one) === exact.has(one)) &&
      (patterns !== undefined) === entries.length > 0 &&
      all
        .flatMap(within)
        .filter(isOwnOrigin)
        .every((one) => (patterns?.matches(one) ?? false) === naiveDecide(entries, one)) &&
      isDeepStrictEqual({ ...rest, mayBeInsecure: true }, { ...expected, mayBeInsecure: true }) &&
      // It may say so once too often, but never too seldom.
      (rest.mayBeInsecure || !expected.mayBeInsecure)
    );
  }

  it.each([0, 300])('are read as their elements are, behind %d others', (others) => {
    const long = Array.from({ length: others }, (_, index) => `https://o${index}.example`);
    fc.assert(
      fc.property(fc.array(element, { maxLength: 12 }), (list) => {
        const all = [...long, ...list];
        return agrees(all, list, atOnce(readStrings(all)), others > 0);
      }),
      { seed, numRuns: others === 0 ? 2_000 : 300 },
    );
  });

  it('are read as anew where only some of it has changed', () => {
    let changed = 0;
    const edit = fc.record({
      at: fc.nat(11),
      remove: fc.nat(3),
      insert: fc.array(element, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(
        lists,
        fc.array(edit, { maxLength: 3 }),
        fc.boolean(),
        batched,
        (before, edits, moves, isBatched) => {
          const list = [...before];
          for (const { at, remove, insert } of edits) list.splice(at, remove, ...insert);
          if (moves) list.push(...list.splice(0, 1));
          const known = atOnce(readStrings(before, isBatched));
          const read = atOnce(readChanged(list, before, known));
          if (read === undefined) return true;
          changed++;
          const asked = [...before, ...list];
          // What was read of the list before is the same as then, whatever is new in this one.
          const isBatch = isBatched && known.plainPatterns > 0;
          return agrees(list, asked, read, isBatch) && agrees(before, asked, known, isBatched);
        },
      ),
      { seed, numRuns: 6_000 },
    );
    expect(changed).toBeGreaterThan(1_000);
  });

  it('are read by their changes where origins have come and gone', () => {
    const patterns = ['https://*.a.example', 'https://**.b.example', 'https://*.c.example:*'];
    fc.assert(
      fc.property(
        fc.uniqueArray(valid, { minLength: 3, maxLength: 12 }),
        fc.nat(2),
        batched,
        (all, at, isBatched) => {
          const before = [...patterns, ...all.slice(1)];
          const list = [...patterns, ...all.toSpliced(at + 1, 1)];
          return atOnce(readChanged(list, before, atOnce(readStrings(before, isBatched)))) !== undefined;
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});

describe(`entries of long lists (FC_SEED=${seed})`, () => {
  const plain = fc
    .tuple(
      fc.constantFrom('https', 'https', 'http'),
      fc.constantFrom('*', '**'),
      fc.constantFrom('a', 'b', 'ab', 'a.b', 'b.a', 'xa'),
      fc.constantFrom('example', 'com', 'a.com', 'co.uk', 'ck', 'github.io'),
    )
    .map(([scheme, wildcard, name, end]) => `${scheme}://${wildcard}.${name}.${end}`);
  const element = fc.oneof(
    { arbitrary: plain, weight: 20 },
    { arbitrary: valid, weight: 10 },
    { arbitrary: fc.constantFrom('https://*.a.example:*', 'app://*.a', 'https://**.com'), weight: 2 },
    {
      arbitrary: fc.constantFrom<unknown>(
        /https:\/\/x\.a\.com/,
        /https:\/\/x\.a\.com/,
        'https://a.com/',
        '*',
      ),
      weight: 1,
    },
  );

  /** What is read of a list, where it stands alone and where it is long enough to be read from bytes. */
  function readIn(list: readonly unknown[]): {
    entries: readonly OriginEntry[];
    problems: readonly unknown[];
  } {
    const problems: unknown[] = [];
    const entries = readOrigins(list, 'origin', (...problem) => problems.push(problem), {
      where: 'options',
      resolveSource: () => ({ problem: { code: 'option-type', message: '', fix: '' } }),
    });
    return { entries, problems };
  }

  it('are those of short ones', () => {
    const before = Array.from(
      { length: 300 },
      (_, at) => `https://${at % 2 === 0 ? '*.' : ''}o${at}.example`,
    );
    const entriesBefore = before.map((text) => (parseOrigin(text) as { readonly entry: OriginEntry }).entry);
    let allowed = 0;
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 12 }), fc.nat(3), (list, unread) => {
        const short = readIn(list);
        const long = readIn([...before, ...list]);
        const isAnyIn = list.includes('*');
        const expected = isAnyIn ? [{ kind: 'any' }] : [...entriesBefore, ...short.entries];
        const isSameLength = long.entries.length === expected.length;
        const rule = compileOrigins(long.entries, { secureOnly: false });
        const asked = list.filter((one) => typeof one === 'string').flatMap(within);
        const isSame = asked.every((one) => {
          const isAllowed = naiveDecide(expected as readonly OriginEntry[], one);
          if (isAllowed) allowed++;
          return rule.allows(one) === isAllowed;
        });
        // What an expression has in common with a pattern is not known.
        const isClosed = list.every((one) => typeof one === 'string');
        // Whether somebody looks at the entries first makes no difference.
        const outer = unread === 0 ? [...long.entries] : long.entries;
        const met = intersectOrigins(outer, short.entries);
        const { atSuffixes, mayBeInsecure } = summaryOf(long.entries);
        const ofShort = summaryOf(short.entries);
        return (
          isSameLength &&
          isSame &&
          isDeepStrictEqual([...long.entries], expected) &&
          (!isClosed || isDeepStrictEqual(met, intersectOrigins([...short.entries], [...short.entries]))) &&
          isDeepStrictEqual(atSuffixes, ofShort.atSuffixes) &&
          mayBeInsecure === ofShort.mayBeInsecure &&
          (isAnyIn || isDeepStrictEqual(long.problems, short.problems.map(moved)))
        );
      }),
      { seed, numRuns: 250 },
    );
    expect(allowed).toBeGreaterThan(200);
  });

  /** The same problem, behind the others. */
  function moved(problem: unknown): unknown {
    const [field, ...rest] = problem as readonly [string, ...unknown[]];
    return [field.replace(/\d+/, (place) => String(Number(place) + 300)), ...rest];
  }

  it('of plain patterns are made when somebody looks at them', () => {
    const list = Array.from({ length: 300 }, (_, at) => `https://*.o${at}.example`);
    const { entries } = readIn([...list, list[7]]);
    const rule = compileOrigins(entries, { secureOnly: true });
    expect([rule.allows('https://x.o299.example'), rule.allows('https://o299.example')]).toEqual([
      true,
      false,
    ]);
    expect(rule.any).toBe(false);
    expect(entries).toHaveLength(300);
    expect(entries.map(describeEntry)).toEqual(list);
    expect(intersectOrigins(entries, entries)).toBe(entries);
  });
});

describe(`patterns (FC_SEED=${seed})`, () => {
  const patterns = fixedEntry.filter((entry): entry is OriginPattern => typeof entry !== 'string');

  it('allow what each of them allows', () => {
    let allowed = 0;
    let asBytes = 0;
    fc.assert(
      fc.property(
        fc.array(patterns, { maxLength: 20 }),
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        fc.array(mutation, { minLength: 8, maxLength: 8 }),
        (entries, ways, edits) => {
          const index = new OriginPatternIndex();
          const known = new Set<string>();
          for (const [at, entry] of entries.entries()) {
            const isPlain = ways[at] === true && entry.port === '' && /^https?$/.test(entry.scheme);
            if (isPlain) asBytes++;
            if ((isPlain ? addPlain(index, entry) : index.add(entry)) === known.has(entry.text)) return false;
            known.add(entry.text);
          }
          return edits.every((edit) => {
            const asked = nearMiss(entries, edit);
            if (!isOwnOrigin(asked)) return true;
            const expected = naiveDecide(entries, asked);
            if (expected) allowed++;
            return index.matches(asked) === expected;
          });
        },
      ),
      { seed, numRuns: 4_000 },
    );
    expect(allowed).toBeGreaterThan(5_000);
    expect(asBytes).toBeGreaterThan(500);
  });

  it('are found among many', () => {
    const hosts = Array.from({ length: 20_000 }, (_, at) => `t${at}${'.x'.repeat(at % 40)}.example`);
    const all = hosts.map((host, at) =>
      patternOf(`${at % 5 === 0 ? 'http' : 'https'}://${at % 2 === 0 ? '*' : '**'}.${host}`),
    );
    const index = new OriginPatternIndex();
    expect(all.every((one, at) => (at % 3 === 0 ? index.add(one) : addPlain(index, one)))).toBe(true);
    expect(all.some((one, at) => (at % 3 === 0 ? addPlain(index, one) : index.add(one)))).toBe(false);
    const decided = all.map(({ scheme, host }) =>
      [
        `${scheme}://x.${host}`,
        `${scheme}://a.b.${host}`,
        `ws${scheme.slice(4)}://x.${host}`,
        `${scheme}://x.y${host}`,
      ].map((one) => index.matches(one)),
    );
    expect(decided).toEqual(all.map(({ labels }) => [true, labels === 'many', false, false]));
  });
});

describe('a pattern', () => {
  it.each([
    ['in the last characters of its host', 3, 'https://*.ab.example'],
    ['in the first ones', 1, 'https://*.ab.example'],
    ['in its scheme', 1, 'http://*.ab.example'],
    ['in the length of its scheme', 2, 'http://*.ab.example'],
  ])('is not taken for one with the same hash that differs %s', (_, behind, text) => {
    const index = new OriginPatternIndex();
    index.add(patternOf(text));
    const allowed = text.replace('*', 'x');
    expect(index.matches(allowed)).toBe(true);
    // Another one, which nobody has yet found.
    index['records'][index['end'] - behind]! ^= 1;
    expect(index.matches(allowed)).toBe(false);
  });

  it('finds room, or none is added', () => {
    const index = new OriginPatternIndex();
    index.add(patternOf('https://*.a.example'));
    // As many as would take a gigabyte.
    index['end'] = 2 ** 28;
    expect(() => index.add(patternOf('https://*.b.example'))).toThrow(RangeError);
  });
});

function addPlain(index: OriginPatternIndex, { text, scheme, labels, host }: OriginPattern): boolean {
  const bytes = new TextEncoder().encode(`?${text}?`);
  const end = bytes.length - 1;
  return index.addPlain(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    end - host.length,
    end,
    host.split('.').length,
    scheme === 'https',
    labels === 'many',
  );
}

function patternOf(text: string): OriginPattern {
  return (parseOrigin(text) as { readonly entry: OriginPattern }).entry;
}
