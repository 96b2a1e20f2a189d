import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Enforcement } from '../../lib/policy/enforcement.js';
import type { MergeMode } from '../../lib/policy/cors-policy-options.interface.js';
import type { OriginEntry } from '../../lib/policy/origin-entry.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import {
  closingLayer,
  mergeLayers,
  type PolicyFields,
  type PolicyLayer,
  type RouteDefaults,
} from '../../lib/policy/policy-fields.js';
import { POLICY_FIELDS } from '../../lib/policy/policy-options.js';
import { seed } from '../protocol/seed.js';
import { decide, entryOf, naiveDecide } from './naive-origins.js';
import { mutation, nearMiss, someEntry } from './random-origins.js';

const NAMES = ['x-a', 'x-b', 'authorization', 'content-type'];
const METHODS = ['PUT', 'PATCH', 'DELETE', 'PURGE'];
/** What no list names, and only `'*'` covers. */
const PROBES = { names: [...NAMES, 'x-other'], methods: [...METHODS, 'OTHER'] };

const flag = fc.boolean();
const names = fc.uniqueArray(fc.constantFrom('*', ...NAMES), { maxLength: 4 });
const methods = fc.uniqueArray(fc.constantFrom('*', ...METHODS), { maxLength: 4 });
const origin = fc.oneof(
  { arbitrary: fc.array(someEntry, { maxLength: 4 }), weight: 9 },
  { arbitrary: fc.constant<OriginEntry[]>([entryOf('*')]), weight: 1 },
);
const dangers = fc.record({
  insecureOrigins: flag,
  publicSuffixes: flag,
  nullOrigin: flag,
  fileOrigin: flag,
});

const fields: fc.Arbitrary<Partial<PolicyFields>> = fc.record(
  {
    origin,
    credentials: flag,
    exposedHeaders: names,
    enforce: fc.constantFrom<Enforcement>(false, 'unsafe', true),
    methods,
    allowedHeaders: names,
    maxAge: fc.constantFrom(0, 1, 4, 5, 6, 600, 86_400),
    optionsSuccessStatus: fc.constantFrom(200, 204),
    dangerously: dangers,
  },
  { requiredKeys: [] },
);
const plainLayer = fc
  .tuple(fc.constantFrom<MergeMode>('replace', 'extend', 'restrict'), fields, fc.nat(9))
  .map(([merge, set, place]): PolicyLayer => ({
    where: `layer ${place}`,
    merge,
    fields: set,
    unread: [],
    raw: {},
  }));
const closing = fc
  .tuple(fc.constantFrom<Enforcement | undefined>(undefined, true, 'unsafe', false), fc.nat(9))
  .map(([enforce, place]) => closingLayer(`layer ${place}`, enforce));
const layer = fc.oneof({ arbitrary: plainLayer, weight: 6 }, { arbitrary: closing, weight: 1 });
const layers = fc.array(layer, { maxLength: 4 });
const defaults: fc.Arbitrary<RouteDefaults> = fc.record({ methods, allowedHeaders: names });

/** What a policy lets happen, asked from outside. */
interface Powers {
  readonly origins: readonly boolean[];
  readonly methods: readonly boolean[];
  readonly allowedHeaders: readonly boolean[];
  readonly exposedHeaders: readonly boolean[];
  readonly credentials: boolean;
  readonly dangers: readonly boolean[];
  /** What `enforce` lets pass: of what changes nothing, and of all else. */
  readonly unenforced: readonly boolean[];
  /** In seconds, and what browsers take where it is not sent. */
  readonly maxAge: number;
}

function allowsName(list: readonly string[], name: string, uncovered?: string): boolean {
  return list.includes(name) || (list.includes('*') && name !== uncovered);
}

function passing(enforce: Enforcement): readonly boolean[] {
  return [enforce !== true, enforce === false];
}

function powersOf(merged: PolicyFields, origins: readonly string[]): Powers {
  return {
    origins: origins.map((sample) => naiveDecide(merged.origin, sample)),
    methods: PROBES.methods.map((name) => allowsName(merged.methods, name)),
    allowedHeaders: PROBES.names.map((name) => allowsName(merged.allowedHeaders, name, 'authorization')),
    exposedHeaders: PROBES.names.map((name) => allowsName(merged.exposedHeaders, name)),
    credentials: merged.credentials,
    dangers: Object.values(merged.dangerously),
    unenforced: passing(merged.enforce),
    maxAge: merged.maxAge ?? 5,
  };
}

/** The powers of layers, from the innermost outwards, by what `merge` says and without a line of the library. */
function naivePowers(
  [...stack]: readonly PolicyLayer[],
  route: RouteDefaults,
  origins: readonly string[],
): Powers {
  const inner = stack.pop();
  if (inner === undefined) {
    return powersOf(
      {
        origin: [],
        credentials: false,
        exposedHeaders: [],
        enforce: false,
        maxAge: undefined,
        optionsSuccessStatus: 204,
        dangerously: { insecureOrigins: false, publicSuffixes: false, nullOrigin: false, fileOrigin: false },
        ...route,
      },
      origins,
    );
  }
  const outer = naivePowers(stack, route, origins);
  if (inner.closes === true) {
    const { enforce } = inner.fields;
    return {
      ...naivePowers([], route, origins),
      unenforced: enforce === undefined ? outer.unenforced : passing(enforce),
    };
  }
  const own = powersOf({ ...emptyFields, ...inner.fields }, origins);
  const isSet = (field: keyof PolicyFields): boolean => inner.fields[field] !== undefined;
  const bits = (a: readonly boolean[], b: readonly boolean[]): readonly boolean[] =>
    a.map((bit, index) => {
      const other = b[index] === true;
      return inner.merge === 'replace' ? other : inner.merge === 'extend' ? bit || other : bit && other;
    });
  const scalar = (a: boolean, b: boolean): boolean => (inner.merge === 'restrict' ? a && b : b);
  return {
    origins: isSet('origin') ? bits(outer.origins, own.origins) : outer.origins,
    methods: isSet('methods') ? bits(outer.methods, own.methods) : outer.methods,
    allowedHeaders: isSet('allowedHeaders')
      ? bits(outer.allowedHeaders, own.allowedHeaders)
      : outer.allowedHeaders,
    exposedHeaders: isSet('exposedHeaders')
      ? bits(outer.exposedHeaders, own.exposedHeaders)
      : outer.exposedHeaders,
    credentials: isSet('credentials') ? scalar(outer.credentials, own.credentials) : outer.credentials,
    dangers: isSet('dangerously') ? bits(outer.dangers, own.dangers) : outer.dangers,
    unenforced: isSet('enforce')
      ? own.unenforced.map((bit, index) => scalar(outer.unenforced[index] === true, bit))
      : outer.unenforced,
    maxAge: !isSet('maxAge')
      ? outer.maxAge
      : inner.merge === 'restrict'
        ? Math.min(outer.maxAge, own.maxAge)
        : own.maxAge,
  };
}

const emptyFields = mergeLayers([], { methods: [], allowedHeaders: [] }).fields;

/** Origins that the layers allow, or are one edit away from allowing. */
function samples(
  stack: readonly PolicyLayer[],
  edits: readonly Parameters<typeof nearMiss>[1][],
): readonly string[] {
  const entries = stack.flatMap((each) => each.fields.origin ?? []);
  return ['null', 'https://a.com', ...edits.map((edit) => nearMiss(entries, edit))];
}

const edits = fc.array(mutation, { minLength: 6, maxLength: 6 });

/** Whether `narrow` lets nothing happen that `wide` does not. */
function expectNoWider(narrow: Powers, wide: Powers): void {
  const bits = (powers: Powers): readonly boolean[] => [
    ...powers.origins,
    ...powers.methods,
    ...powers.allowedHeaders,
    ...powers.exposedHeaders,
    ...powers.dangers,
    powers.credentials,
    ...powers.unenforced,
  ];
  const outer = bits(wide);
  expect(bits(narrow).filter((bit, index) => bit && outer[index] === false)).toEqual([]);
  expect(narrow.maxAge).toBeLessThanOrEqual(wide.maxAge);
}

describe(`merging, seed ${seed}`, () => {
  const parameters = { seed, numRuns: 1500 };

  it('gives what a naive reading of the layers gives', () => {
    fc.assert(
      fc.property(layers, defaults, edits, (stack, route, changes) => {
        const origins = samples(stack, changes);
        const merged = mergeLayers(stack, route).fields;
        expect(powersOf(merged, origins)).toEqual(naivePowers(stack, route, origins));
      }),
      parameters,
    );
  });

  it('gives origins that compile to the same', () => {
    fc.assert(
      fc.property(layers, defaults, edits, (stack, route, changes) => {
        const { origin: entries } = mergeLayers(stack, route).fields;
        const rule = compileOrigins(entries, { secureOnly: false });
        for (const sample of samples(stack, changes)) {
          expect([sample, decide(rule, sample)]).toEqual([sample, naiveDecide(entries, sample)]);
        }
      }),
      parameters,
    );
  });

  it('with restrict never widens anything', () => {
    fc.assert(
      fc.property(layers, fields, defaults, edits, (stack, set, route, changes) => {
        const inner: PolicyLayer = { where: 'inner', merge: 'restrict', fields: set, unread: [], raw: {} };
        const origins = samples([...stack, inner], changes);
        expectNoWider(
          powersOf(mergeLayers([...stack, inner], route).fields, origins),
          powersOf(mergeLayers(stack, route).fields, origins),
        );
      }),
      parameters,
    );
  });

  it('with extend takes nothing from lists', () => {
    fc.assert(
      fc.property(layers, fields, defaults, edits, (stack, set, route, changes) => {
        const inner: PolicyLayer = { where: 'inner', merge: 'extend', fields: set, unread: [], raw: {} };
        const origins = samples([...stack, inner], changes);
        const scalars = { credentials: true, unenforced: [true, true], maxAge: 86_400 };
        expectNoWider(powersOf(mergeLayers(stack, route).fields, origins), {
          ...powersOf(mergeLayers([...stack, inner], route).fields, origins),
          ...scalars,
        });
      }),
      parameters,
    );
  });

  it('leaves every field as it is that a layer does not set: CVE-2015-9243, hapi', () => {
    fc.assert(
      fc.property(layers, plainLayer, defaults, (stack, inner, route) => {
        const before = mergeLayers(stack, route);
        const after = mergeLayers([...stack, inner], route);
        for (const field of POLICY_FIELDS) {
          if (inner.fields[field] !== undefined) continue;
          expect([field, after.fields[field]]).toEqual([field, before.fields[field]]);
          expect([field, after.from[field]]).toEqual([field, before.from[field]]);
        }
      }),
      parameters,
    );
  });

  it('takes the value of the nearest layer that replaces it, and names the layers it came from', () => {
    fc.assert(
      fc.property(layers, layer, defaults, (stack, inner, route) => {
        const { fields: merged, from } = mergeLayers([...stack, inner], route);
        for (const field of POLICY_FIELDS) {
          const value = inner.fields[field];
          if (value === undefined) continue;
          expect(from[field].at(-1)).toBe(inner.where);
          if (inner.merge !== 'replace') continue;
          expect(merged[field]).toBe(value);
          expect(from[field]).toEqual([inner.where]);
        }
      }),
      parameters,
    );
  });

  it('lets nothing through a layer that closes but enforce', () => {
    fc.assert(
      fc.property(layers, closing, layers, defaults, edits, (outside, wall, inside, route, changes) => {
        const origins = samples([...outside, ...inside], changes);
        const { unenforced, ...powers } = powersOf(
          mergeLayers([...outside, wall, ...inside], route).fields,
          origins,
        );
        const { unenforced: _, ...alone } = powersOf(mergeLayers(inside, route).fields, origins);
        expect(powers).toEqual(alone);
        const enforcing = [...outside, wall, ...inside].map(({ merge, fields: { enforce } }) => ({
          where: 'enforce',
          merge,
          fields: enforce === undefined ? {} : { enforce },
          unread: [],
          raw: {},
        }));
        expect(unenforced).toEqual(passing(mergeLayers(enforcing, route).fields.enforce));
      }),
      parameters,
    );
  });

  it('changes nothing of what it is given', () => {
    fc.assert(
      fc.property(layers, defaults, (stack, route) => {
        const before = structuredCloneOf(stack);
        mergeLayers(stack, route);
        expect(structuredCloneOf(stack)).toEqual(before);
      }),
      { seed, numRuns: 300 },
    );
  });
});

/** Functions and regular expressions as they are, all else copied. */
function structuredCloneOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, structuredCloneOf(inner)]));
}
