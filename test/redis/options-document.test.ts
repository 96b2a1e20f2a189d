import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CorsConfigurationError, type OriginSource } from '../../lib/index.js';
import { readModuleOptions } from '../../lib/policy/module-options.js';
import {
  checkable,
  parseDocument,
  readOptions,
  writeDocument as writeInSlices,
} from '../../lib/redis/options-document.js';
import type { NamedSource } from '../../lib/redis/written-cors-options.interface.js';
import { atOnce } from '../../lib/policy/slices.js';
import { LongOrigins, options as randomOptions } from '../e2e/update/random-options.js';
import { seed } from '../protocol/seed.js';
import { loadPolicyParts } from '../support/late-parts.js';

const A = 'https://a.example';

class TenantOrigins implements OriginSource {
  allows(): boolean {
    return true;
  }
}

const tenants = new TenantOrigins();
const isLong = (origin: string): boolean => origin.length > 30;
const SOURCES = new Map<string, NamedSource>([
  ['tenants', TenantOrigins],
  ['one', tenants],
  ['long', isLong],
]);

function problemsOf(call: () => unknown): readonly string[] {
  try {
    call();
    return [];
  } catch (error) {
    if (!(error instanceof CorsConfigurationError)) throw error;
    return error.problems.map(
      ({ code, where, field, message, fix }) => `${where}, ${field}: ${message}: ${fix}. [${code}]`,
    );
  }
}

const writeDocument = (options: unknown, sources: ReadonlyMap<string, NamedSource>): string =>
  atOnce(writeInSlices(options, sources));
const written = (options: unknown): unknown => parseDocument(writeDocument(options, SOURCES));
const roundTrip = (options: unknown, sources = SOURCES): unknown =>
  readOptions(parseDocument(writeDocument(options, sources)), sources);

describe('the document', () => {
  it.each([
    { options: {}, json: {} },
    { options: { origin: '*', maxAge: 5 }, json: { origin: '*', maxAge: 5 } },
    { options: { origin: [A, 'https://*.b.example'] }, json: { origin: [A, 'https://*.b.example'] } },
    { options: { origin: /^https:\/\/a$/ }, json: { origin: { regexp: String.raw`^https:\/\/a$` } } },
    { options: { origin: [/A/i] }, json: { origin: [{ regexp: 'A', flags: 'i' }] } },
    {
      options: { origin: [TenantOrigins, A, tenants, isLong] },
      json: { origin: [{ source: 'tenants' }, A, { source: 'one' }, { source: 'long' }] },
    },
    {
      options: { policies: { origin: { origin: TenantOrigins, reportOnly: { origin: /a/ } } } },
      json: {
        policies: { origin: { origin: { source: 'tenants' }, reportOnly: { origin: { regexp: 'a' } } } },
      },
    },
    {
      options: { reportOnly: { origin: [isLong], enforce: true }, credentials: true },
      json: { reportOnly: { origin: [{ source: 'long' }], enforce: true }, credentials: true },
    },
    {
      options: {
        routes: [
          { path: '/a', policy: 'origin' },
          { path: '/b', policy: false, exact: true },
          { path: '/c', unmanaged: true },
          { path: '/d', policy: { origin: tenants, dangerously: { nullOrigin: true } } },
        ],
      },
      json: {
        routes: [
          { path: '/a', policy: 'origin' },
          { path: '/b', policy: false, exact: true },
          { path: '/c', unmanaged: true },
          { path: '/d', policy: { origin: { source: 'one' }, dangerously: { nullOrigin: true } } },
        ],
      },
    },
    {
      options: JSON.parse('{"policies":{"__proto__":{"maxAge":1},"constructor":{}}}') as object,
      json: JSON.parse('{"policies":{"__proto__":{"maxAge":1},"constructor":{}}}') as object,
    },
  ])('has $options', ({ options, json }) => {
    expect(written(options)).toEqual(json);
    expect(roundTrip(options)).toEqual(options);
    // What is written can be published again.
    expect(written(json)).toEqual(json);
    expect(writeDocument(json, SOURCES)).toBe(writeDocument(options, SOURCES));
  });

  it('keeps which source it is, and leaves out what is undefined', () => {
    const origin = [TenantOrigins, tenants, isLong];
    const read = roundTrip({ origin, maxAge: undefined, reportOnly: { origin, methods: undefined } });
    expect(Object.keys(read as object)).toEqual(['origin', 'reportOnly']);
    expect(Object.keys((read as { reportOnly: object }).reportOnly)).toEqual(['origin']);
    for (const [place, source] of (read as { origin: unknown[] }).origin.entries()) {
      expect(source).toBe(origin[place]);
    }
  });

  it('has options that this release does not know, for the check to refuse', () => {
    const options = { origin: A, future: { deep: [1, 'two', null, true] }, routes: [{ path: '/', soon: 1 }] };
    expect(roundTrip(options)).toEqual(options);
  });

  class Unnamed extends TenantOrigins {}
  const circle: unknown[] = [];
  circle.push(circle);
  const NO_JSON =
    'cannot be written as JSON: write strings, finite numbers, booleans, and lists and plain objects of these. [option-type]';
  const UNNAMED =
    'which cannot be written as JSON, and has no name among the sources: give it one in RedisCorsOptions, as in { sources: { tenants: TenantOrigins } } (there are tenants, one, long). [option-type]';
  const NO_ORIGIN =
    'is no origin in JSON: write a string, { "regexp": "…" } with "flags" or without, or { "source": "name" }. [option-type]';

  it.each([
    { options: { origin: () => true }, problem: `options, origin: is a function or a class, ${UNNAMED}` },
    {
      options: { origin: [A, Unnamed] },
      problem: `options, origin[1]: is a function or a class, ${UNNAMED}`,
    },
    {
      options: { policies: { a: { origin: [new Unnamed()] } } },
      problem: `options.policies.a, origin[0]: is an object with methods, ${UNNAMED}`,
    },
    {
      options: { routes: ['x', { path: '/', policy: { reportOnly: { origin: [A, isNaN] } } }] },
      problem: `options.routes[1].policy, reportOnly.origin[1]: is a function or a class, ${UNNAMED}`,
    },
    { options: { origin: new URL(A) }, problem: `options, origin: ${NO_ORIGIN}` },
    { options: { origin: [true] }, problem: `options, origin[0]: ${NO_ORIGIN}` },
    { options: { origin: null }, problem: `options, origin: ${NO_ORIGIN}` },
    { options: { origin: [[A]] }, problem: `options, origin[0]: ${NO_ORIGIN}` },
    { options: { origin: { regexp: 'a', flag: 'i' } }, problem: `options, origin: ${NO_ORIGIN}` },
    { options: { origin: { regexp: 'a', flags: 1 } }, problem: `options, origin: ${NO_ORIGIN}` },
    { options: { origin: { source: 1 } }, problem: `options, origin: ${NO_ORIGIN}` },
    {
      options: { origin: [{ source: 'tenant' }] },
      problem:
        'options, origin[0]: names no source of this replica: write { "source": "tenants" }. [origin-source-missing]',
    },
    {
      options: { origin: { source: 'elsewhere' } },
      problem:
        'options, origin: names no source of this replica: add "elsewhere" to the sources of RedisCorsOptions (there are tenants, one, long). [origin-source-missing]',
    },
    { options: { maxAge: NaN }, problem: `options, maxAge: ${NO_JSON}` },
    { options: { maxAge: 5n }, problem: `options, maxAge: ${NO_JSON}` },
    { options: { methods: ['PUT', () => 'GET'] }, problem: `options, methods[1]: ${NO_JSON}` },
    { options: { methods: [undefined] }, problem: `options, methods[0]: ${NO_JSON}` },
    { options: { methods: new Set(['PUT']) }, problem: `options, methods: ${NO_JSON}` },
    { options: { dangerously: { since: new Date() } }, problem: `options, dangerously.since: ${NO_JSON}` },
    { options: { future: circle }, problem: `options, future${'[0]'.repeat(20)}: ${NO_JSON}` },
    { options: { policies: 7n }, problem: `options.policies, : ${NO_JSON}` },
    { options: { policies: { a: undefined } }, problem: `options.policies.a, : ${NO_JSON}` },
    { options: { routes: new Map() }, problem: `options.routes, : ${NO_JSON}` },
    { options: { routes: [Symbol('r')] }, problem: `options.routes[0], : ${NO_JSON}` },
    { options: Promise.resolve({}), problem: `options, : ${NO_JSON}` },
    { options: undefined, problem: `options, : ${NO_JSON}` },
  ])('cannot have $options', ({ options, problem }) => {
    expect(problemsOf(() => writeDocument(options, SOURCES))).toEqual([problem]);
  });

  it('is that of JSON.stringify, however long a list is', () => {
    for (const length of [0, 1, 1023, 1024, 1025, 5000]) {
      const list = Array.from({ length }, (_, index) =>
        index % 7 === 3 ? /"\u2028\\/ : `https://"${index}`,
      );
      const json = list.map((one) => (one instanceof RegExp ? { regexp: one.source } : one));
      const options = { origin: list, policies: { 'a"b': { methods: ['PUT'], maxAge: 5, enforce: false } } };
      expect(writeDocument(options, SOURCES)).toBe(
        JSON.stringify({ format: 1, options: { ...options, origin: json } }),
      );
    }
  });

  it('says all that cannot be written at once', () => {
    const options = { origin: [isFinite, Unnamed], maxAge: Infinity, policies: { a: { origin: [isNaN] } } };
    expect(problemsOf(() => writeDocument(options, new Map()))).toEqual([
      expect.stringContaining('options, origin[0]: is a function'),
      expect.stringContaining('(there are none yet)'),
      expect.stringContaining('options, maxAge: cannot'),
      expect.stringContaining('options.policies.a, origin[0]'),
    ]);
  });

  it.each(['', '{', 'null', '[]', '"text"', '{}', '{"format":2,"options":{}}', '{"format":"1"}'])(
    'cannot be %p',
    (text) => {
      expect(problemsOf(() => parseDocument(text))).toEqual([
        'document, format: is not 1, the only one known here: publish the options again, or run the release of nestjs-cors that has written them. [option-type]',
      ]);
    },
  );

  it.each([
    { json: { origin: { source: 'toString' } }, problem: 'names no source of this replica' },
    { json: { origin: [A, { regexp: '(' }] }, problem: 'is no regular expression (Invalid' },
    { json: { origin: [A, { regexp: 'a', flags: 'k' }] }, problem: 'is no regular expression (Invalid' },
    { json: { origin: [A, { pattern: 'a' }] }, problem: 'is no origin in JSON' },
    { json: { origin: [A, null] }, problem: 'is no origin in JSON' },
    { json: { reportOnly: { origin: 7 } }, problem: 'is no origin in JSON' },
    { json: { routes: [{ policy: { origin: [{}] } }] }, problem: 'is no origin in JSON' },
  ])('is not read with $json', ({ json, problem }) => {
    expect(problemsOf(() => readOptions(json, SOURCES))).toEqual([expect.stringContaining(problem)]);
  });

  it('leaves what it does not understand of a document to the check', () => {
    for (const json of [null, 7, 'text', [A], { policies: [1], routes: { a: 1 } }, { future: null }]) {
      expect(readOptions(json, SOURCES)).toEqual(json);
    }
  });

  it('can be checked where it cannot be written: what is at fault refuses everybody', () => {
    const options = { origin: [A, isNaN, { source: 'nowhere' }, { source: 'one' }, true, /a/], maxAge: -1 };
    const { origin, maxAge } = checkable(options, SOURCES) as unknown as {
      origin: readonly unknown[];
      maxAge: number;
    };
    expect(origin).toEqual([A, isNaN, expect.any(Function), tenants, expect.any(Function), /a/]);
    expect((origin[2] as () => boolean)()).toBe(false);
    expect(maxAge).toBe(-1);
  });

  describe('of random options', () => {
    beforeAll(loadPolicyParts);

    /** Every source of these options gets a name. */
    function named(options: object): ReadonlyMap<string, NamedSource> {
      const found = new Set<unknown>();
      const visit = (value: unknown): void => {
        if (typeof value === 'function' || Object(value).allows !== undefined) found.add(value);
        else if (typeof value === 'object' && value !== null && !(value instanceof RegExp))
          for (const inner of Object.values(value)) visit(inner);
      };
      visit(options);
      return new Map([...found].map((source, index) => [`source ${index}`, source as NamedSource]));
    }

    it(`is the same policy (seed ${seed})`, () => {
      const resolve = (): { readonly source: OriginSource } => ({ source: new LongOrigins() });
      const read = (options: unknown): unknown =>
        JSON.stringify(readModuleOptions(options, resolve), (_, value: unknown) =>
          value instanceof RegExp || typeof value === 'function'
            ? String(value)
            : value instanceof Map || value instanceof Set
              ? [...value]
              : value,
        );
      fc.assert(
        fc.property(randomOptions, (options) => {
          const sources = named(options);
          const again = roundTrip(options, sources as typeof SOURCES);
          expect(again).toEqual(options);
          expect(read(again)).toBe(read(options));
          expect(writeDocument(again, sources)).toBe(writeDocument(options, sources));
        }),
        { seed, numRuns: 300 },
      );
    });
  });
});
