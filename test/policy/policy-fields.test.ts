import { describe, expect, it } from '@jest/globals';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import {
  closingLayer,
  layersOf,
  layersWithout,
  mergeLayers,
  NO_ROUTE_DEFAULTS,
  NO_DANGERS,
  type PolicyField,
} from '../../lib/policy/policy-fields.js';
import { POLICY_FIELDS } from '../../lib/policy/policy-options.js';
import { composed, layerOf } from './configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

const SERVED = { methods: ['GET', 'PUT'], allowedHeaders: ['content-type'] };

/** The value of one field after merging, as a user would write it. */
function merged(field: PolicyField, layers: Readonly<Record<string, object>>): unknown {
  const { fields } = composed(layers, SERVED);
  return field === 'origin' ? fields.origin.map(describeEntry) : fields[field];
}

describe('defaults', () => {
  it('are never permissive ones', () => {
    expect(mergeLayers([], { methods: [], allowedHeaders: [] })).toEqual({
      fields: {
        origin: [],
        credentials: false,
        exposedHeaders: [],
        enforce: false,
        methods: [],
        allowedHeaders: [],
        maxAge: undefined,
        optionsSuccessStatus: 204,
        dangerously: NO_DANGERS,
      },
      from: Object.fromEntries(POLICY_FIELDS.map((field) => [field, []])),
      doubtful: new Set(),
    });
  });

  it('are those of the route for methods and headers', () => {
    expect(merged('methods', { options: {} })).toEqual(['GET', 'PUT']);
    expect(merged('allowedHeaders', { options: {} })).toEqual(['content-type']);
  });

  it("meet what the module's own options set, as its merge says", () => {
    const options = { methods: ['PUT', 'PURGE'], allowedHeaders: ['traceparent', 'content-type'] };
    const both = (merge: string): unknown => [
      merged('methods', { options: { ...options, merge } }),
      merged('allowedHeaders', { options: { ...options, merge } }),
    ];
    expect(both('replace')).toEqual([options.methods, options.allowedHeaders]);
    expect(both('extend')).toEqual([
      ['GET', 'PUT', 'PURGE'],
      ['content-type', 'traceparent'],
    ]);
    expect(both('restrict')).toEqual([['PUT'], ['content-type']]);
  });

  it('are for what no route serves the headers of every API client, and no method', () => {
    expect(NO_ROUTE_DEFAULTS).toEqual({ methods: [], allowedHeaders: ['authorization', 'content-type'] });
  });
});

describe('merging', () => {
  const insecure = { insecureOrigins: true };
  const opaque = { nullOrigin: true };
  const both = { ...NO_DANGERS, insecureOrigins: true, nullOrigin: true };

  it.each<[field: PolicyField, outer: unknown, inner: unknown, results: readonly unknown[]]>([
    // Results in the order: replace, extend, restrict.
    [
      'origin',
      ['https://a.example', 'https://b.example'],
      ['https://b.example', 'https://c.example'],
      [
        ['https://b.example', 'https://c.example'],
        ['https://a.example', 'https://b.example', 'https://c.example'],
        ['https://b.example'],
      ],
    ],
    ['origin', '*', 'https://a.example', [['https://a.example'], ['*'], ['https://a.example']]],
    ['origin', 'https://a.example', '*', [['*'], ['*'], ['https://a.example']]],
    [
      'origin',
      'https://**.a.example',
      'https://*.a.example',
      [['https://*.a.example'], ['https://**.a.example', 'https://*.a.example'], ['https://*.a.example']],
    ],
    ['credentials', true, false, [false, false, false]],
    ['credentials', false, true, [true, true, false]],
    ['credentials', undefined, true, [true, true, false]],
    ['credentials', true, true, [true, true, true]],
    ['enforce', true, false, [false, false, true]],
    ['enforce', false, true, [true, true, true]],
    ['enforce', undefined, false, [false, false, false]],
    ['enforce', 'unsafe', false, [false, false, 'unsafe']],
    ['enforce', false, 'unsafe', ['unsafe', 'unsafe', 'unsafe']],
    ['enforce', 'unsafe', true, [true, true, true]],
    ['enforce', true, 'unsafe', ['unsafe', 'unsafe', true]],
    ['enforce', 'unsafe', 'unsafe', ['unsafe', 'unsafe', 'unsafe']],
    ['enforce', undefined, 'unsafe', ['unsafe', 'unsafe', 'unsafe']],
    ['exposedHeaders', ['x-a', 'x-b'], ['x-b', 'x-c'], [['x-b', 'x-c'], ['x-a', 'x-b', 'x-c'], ['x-b']]],
    ['exposedHeaders', '*', 'x-a', [['x-a'], ['*', 'x-a'], ['x-a']]],
    ['exposedHeaders', 'x-a', '*', [['*'], ['x-a', '*'], ['x-a']]],
    ['exposedHeaders', undefined, 'x-a', [['x-a'], ['x-a'], []]],
    [
      'methods',
      ['PUT', 'PATCH'],
      ['PATCH', 'DELETE'],
      [['PATCH', 'DELETE'], ['PUT', 'PATCH', 'DELETE'], ['PATCH']],
    ],
    ['methods', '*', 'PUT', [['PUT'], ['*', 'PUT'], ['PUT']]],
    ['methods', '*', '*', [['*'], ['*'], ['*']]],
    ['methods', 'PUT', [], [[], ['PUT'], []]],
    // Without an outer layer, what the app serves is the outer layer.
    ['methods', undefined, ['PUT', 'DELETE'], [['PUT', 'DELETE'], ['GET', 'PUT', 'DELETE'], ['PUT']]],
    ['allowedHeaders', undefined, 'x-a', [['x-a'], ['content-type', 'x-a'], []]],
    [
      'allowedHeaders',
      '*',
      ['x-a', 'authorization'],
      [['x-a', 'authorization'], ['*', 'x-a', 'authorization'], ['x-a']],
    ],
    [
      'allowedHeaders',
      ['*', 'authorization'],
      'authorization',
      [['authorization'], ['*', 'authorization'], ['authorization']],
    ],
    ['allowedHeaders', ['authorization', 'x-a'], '*', [['*'], ['authorization', 'x-a', '*'], ['x-a']]],
    ['maxAge', 600, 60, [60, 60, 60]],
    ['maxAge', 60, 600, [600, 600, 60]],
    ['maxAge', 600, 0, [0, 0, 0]],
    // Browsers keep a preflight for five seconds where nothing is said.
    ['maxAge', undefined, 600, [600, 600, undefined]],
    ['maxAge', undefined, 5, [5, 5, undefined]],
    ['maxAge', undefined, 4, [4, 4, 4]],
    ['optionsSuccessStatus', 200, 204, [204, 204, 204]],
    [
      'dangerously',
      insecure,
      opaque,
      [{ ...both, insecureOrigins: false }, both, { ...both, insecureOrigins: false, nullOrigin: false }],
    ],
    [
      'dangerously',
      both,
      opaque,
      [{ ...both, insecureOrigins: false }, both, { ...both, insecureOrigins: false }],
    ],
  ])('%s: %p, then %p', (field, outer, inner, [replaced, extended, restricted]) => {
    const layers = (merge?: string): Readonly<Record<string, object>> => ({
      options: { [field]: outer },
      Cats: { [field]: inner, merge },
    });
    expect(merged(field, layers())).toEqual(replaced);
    expect(merged(field, layers('replace'))).toEqual(replaced);
    expect(merged(field, layers('extend'))).toEqual(extended);
    expect(merged(field, layers('restrict'))).toEqual(restricted);
  });

  it.each(POLICY_FIELDS)('a layer that does not set %s leaves it as it is, however it merges', (field) => {
    const values: Readonly<Record<PolicyField, unknown>> = {
      origin: 'https://a.example',
      credentials: true,
      exposedHeaders: 'x-a',
      enforce: true,
      methods: 'PUT',
      allowedHeaders: 'x-a',
      maxAge: 600,
      optionsSuccessStatus: 200,
      dangerously: { nullOrigin: true },
    };
    const options = { [field]: values[field] };
    const others = { ...values, [field]: undefined };
    for (const merge of ['replace', 'extend', 'restrict']) {
      const { fields, from } = composed({ options, Cats: { ...others, merge } });
      expect(fields[field]).toEqual(composed({ options }).fields[field]);
      expect(from[field]).toEqual(['options']);
    }
  });

  it('the nearest layer wins, field by field', () => {
    const { fields, from } = composed({
      options: { origin: 'https://a.example', credentials: true, maxAge: 10, exposedHeaders: 'x-a' },
      'options.policies.partners': { origin: 'https://b.example', maxAge: 20 },
      Cats: { maxAge: 30, exposedHeaders: 'x-c' },
      'Cats#list': { maxAge: 40 },
    });
    expect(fields).toMatchObject({
      origin: ['https://b.example'],
      credentials: true,
      maxAge: 40,
      exposedHeaders: ['x-c'],
    });
    expect(from).toMatchObject({
      origin: ['options.policies.partners'],
      credentials: ['options'],
      maxAge: ['Cats#list'],
      exposedHeaders: ['Cats'],
      methods: [],
    });
  });

  it('layers that extend or restrict stand beside the one they started from', () => {
    const { fields, from } = composed({
      options: { origin: 'https://lost.example' },
      Base: { origin: ['https://a.example', 'https://b.example'] },
      Cats: { origin: 'https://c.example', merge: 'extend' },
      'Cats#list': { origin: ['https://b.example', 'https://c.example'], merge: 'restrict' },
    });
    expect(fields.origin.map(describeEntry)).toEqual(['https://b.example', 'https://c.example']);
    expect(from.origin).toEqual(['Base', 'Cats', 'Cats#list']);
  });

  it('a field is in doubt from the layer that could not be read to the next one that replaces it', () => {
    const bad = { credentials: 'yes' };
    expect(composed({ options: bad }).doubtful).toEqual(new Set(['credentials']));
    expect(composed({ options: bad, Cats: {} }).doubtful).toEqual(new Set(['credentials']));
    expect(composed({ options: bad, Cats: { credentials: true, merge: 'extend' } }).doubtful).toEqual(
      new Set(['credentials']),
    );
    expect(composed({ options: bad, Cats: { credentials: true } }).doubtful).toEqual(new Set());
    expect(composed({ options: { credentials: true }, Cats: bad }).doubtful).toEqual(
      new Set(['credentials']),
    );
    expect(composed({ options: {}, Cats: { origin: ['https://a.example', ''] } }).doubtful).toEqual(
      new Set(['origin']),
    );
  });
});

describe('a layer that closes what is around it', () => {
  const options = layerOf('options', {
    origin: 'https://a.example',
    credentials: true,
    exposedHeaders: 'x-a',
    enforce: true,
    methods: 'PUT',
    allowedHeaders: 'x-a',
    maxAge: 600,
    optionsSuccessStatus: 200,
    dangerously: { insecureOrigins: true },
  });
  const open = layerOf('Cats#list', { origin: 'https://b.example' });
  const merge = (...layers: Parameters<typeof mergeLayers>[0][number][]) => mergeLayers(layers, SERVED);

  it('leaves nothing of it but enforce', () => {
    const { fields, from } = merge(options, closingLayer('Cats'));
    expect(fields).toEqual({ ...merge().fields, origin: [], enforce: true });
    expect(from).toEqual({ ...merge().from, origin: ['Cats'], enforce: ['options'] });
  });

  it.each([
    [undefined, true, ['options']],
    [true, true, ['Cats']],
    ['unsafe', 'unsafe', ['Cats']],
    [false, false, ['Cats']],
  ] as const)('with enforce %p: %p', (said, enforce, from) => {
    const found = merge(options, closingLayer('Cats', said));
    expect([found.fields.enforce, found.from.enforce]).toEqual([enforce, from]);
  });

  it('is opened again by what stands inside, which inherits nothing of what stands outside', () => {
    const { fields, from } = merge(options, closingLayer('Cats'), open);
    expect(fields).toEqual({ ...merge().fields, origin: ['https://b.example'], enforce: true });
    expect(from).toMatchObject({ origin: ['Cats#list'], credentials: [], maxAge: [] });
  });

  it('has nothing for layers inside of it to extend', () => {
    const extending = layerOf('Cats#list', {
      origin: 'https://b.example',
      methods: 'PATCH',
      merge: 'extend',
    });
    const { fields, from } = merge(options, closingLayer('Cats'), extending);
    expect(fields).toMatchObject({ origin: ['https://b.example'], methods: ['GET', 'PUT', 'PATCH'] });
    expect(from.origin).toEqual(['Cats', 'Cats#list']);
  });

  it('counts where it is the innermost of several', () => {
    const layers = [options, closingLayer('entry', false), open, closingLayer('Cats#list')];
    expect(merge(...layers).fields).toEqual({ ...merge().fields, enforce: false });
    expect(merge(...layers).from).toMatchObject({ origin: ['Cats#list'], enforce: ['entry'] });
  });

  it('ends the doubt of what stands outside, but for enforce', () => {
    const unread = layerOf('options', {});
    const outer = { ...unread, unread: POLICY_FIELDS };
    expect(merge(outer, closingLayer('Cats')).doubtful).toEqual(new Set(['enforce']));
    expect(merge(outer, closingLayer('Cats', true)).doubtful).toEqual(new Set());
    expect(merge(closingLayer('Cats'), outer).doubtful).toEqual(new Set(POLICY_FIELDS));
  });

  it('has no list in which a request header could be missing', () => {
    expect(layersWithout(['x-b'], [options, closingLayer('Cats'), open])).toEqual([]);
    expect(layersWithout(['x-b'], [options, open])).toEqual([options]);
  });
});

describe('layersOf', () => {
  const options = layerOf('options', { origin: 'https://a.example' });
  const none = layerOf('none', {});
  const extend = layerOf('extend', { origin: 'https://b.example', merge: 'extend' });
  const replace = layerOf('replace', { origin: 'https://c.example' });
  const closing = closingLayer('closing');

  it.each([
    ['none', [], []],
    ['none that set it', [none], []],
    ['one', [options, none], [options]],
    ['one that extends the default', [none, extend], [extend]],
    ['two', [options, extend], [options, extend]],
    ['those from the last replacement on', [options, extend, replace, none, extend], [replace, extend]],
    ['those from one that closes on', [options, closing, extend], [closing, extend]],
    ['none that stands outside of one that closes', [options, closing, none], [closing]],
  ])('%s', (_, layers, expected) => {
    expect(layersOf('origin', layers)).toEqual(expected);
  });

  it('of enforce go through one that closes', () => {
    const wall = layerOf('wall', { enforce: true });
    expect(layersOf('enforce', [wall, closing])).toEqual([wall]);
    const lifting = closingLayer('lifting', false);
    expect(layersOf('enforce', [wall, lifting, none])).toEqual([lifting]);
  });
});

describe('layersWithout', () => {
  const list = (allowedHeaders: string | readonly string[], merge?: string): object => ({
    allowedHeaders,
    merge,
  });

  it.each<
    [title: string, layers: Readonly<Record<string, object>>, names: readonly string[], places: string[]]
  >([
    ['no list', { options: {}, Cats: { maxAge: 5 } }, ['x-b'], []],
    ['one', { options: list('x-a'), Cats: {} }, ['x-b'], ['options']],
    ['the nearest', { options: list('x-a'), Cats: list('x-c') }, ['x-b'], ['Cats']],
    ['one that extends the default', { options: list('x-a', 'extend') }, ['x-b'], ['options']],
    ['the nearest that extends', { options: list('x-a'), Cats: list('x-c', 'extend') }, ['x-b'], ['Cats']],
    [
      'one that restricts',
      { options: list(['x-a', 'x-b']), Cats: list('x-a', 'restrict') },
      ['x-b'],
      ['Cats'],
    ],
    ['one that is restricted', { options: list('x-a'), Cats: list('x-b', 'restrict') }, ['x-b'], ['options']],
    ['both', { options: list('x-a'), Cats: list('x-b', 'restrict') }, ['x-b', 'x-c'], ['options', 'Cats']],
    ['one that restricts the default, which lacks it', { options: list('x-b', 'restrict') }, ['x-b'], []],
    [
      'all from the nearest that widens on',
      { options: list('x-a'), Cats: list('x-c', 'extend'), 'Cats#list': list('x-c', 'restrict') },
      ['x-b'],
      ['Cats', 'Cats#list'],
    ],
    ["'*' has any name", { options: list('x-a'), Cats: list('*', 'restrict') }, ['x-b'], ['options']],
    ["'*' does not cover authorization", { options: list('*') }, ['authorization'], ['options']],
  ])('%s', (_, layers, names, places) => {
    const read = Object.entries(layers).map(([where, raw]) => layerOf(where, raw));
    expect(layersWithout(names, read).map(({ where }) => where)).toEqual(places);
    // Named there as well, they are allowed.
    const named = read.map((layer) =>
      places.includes(layer.where)
        ? layerOf(layer.where, {
            ...layers[layer.where],
            allowedHeaders: [...(layer.fields.allowedHeaders ?? []), ...names],
          })
        : layer,
    );
    if (places.length > 0)
      expect(mergeLayers(named, NO_ROUTE_DEFAULTS).fields.allowedHeaders).toEqual(
        expect.arrayContaining([...names]),
      );
  });
});

/** What the users of other frameworks stumbled over: `reference/cors-cases.md`, section 3. */
describe('pitfalls of others', () => {
  it('Spring: class A and method B give B, not A and B, so that a route can be narrowed', () => {
    const layers = { Cats: { origin: 'https://a.example' }, 'Cats#list': { origin: 'https://b.example' } };
    expect(merged('origin', layers)).toEqual(['https://b.example']);
  });

  it('Spring: an explicit * outside does not open a route that names its origins', () => {
    expect(merged('origin', { options: { origin: '*' }, Cats: { origin: 'https://a.example' } })).toEqual([
      'https://a.example',
    ]);
  });

  it('Spring SPR-15772: * is * by whichever way it came', () => {
    for (const origin of ['*', ['*'], ['*'].slice()]) {
      expect(merged('origin', { options: { origin }, Cats: { origin: 'https://a.example' } })).toEqual([
        'https://a.example',
      ]);
    }
  });

  it('Spring: a bare decorator does not bring a default maxAge over that of the options', () => {
    expect(merged('maxAge', { options: { maxAge: 600 }, Cats: { origin: 'https://a.example' } })).toBe(600);
  });

  it.each([
    [10, undefined, 10],
    [10, 100, 100],
    [100, 10, 10],
    [10, 0, 0],
  ])('Spring #26619: maxAge %p on the class and %p on the method give %p', (onClass, onMethod, result) => {
    expect(merged('maxAge', { Cats: { maxAge: onClass }, 'Cats#list': { maxAge: onMethod } })).toBe(result);
  });

  it('Spring #26877: the layer of a controller counts at all', () => {
    expect(merged('allowedHeaders', { options: {}, Cats: { allowedHeaders: 'x-a' } })).toEqual(['x-a']);
  });

  it('Spring: credentials: false on a method is a value, not a gap', () => {
    const { policy } = composed({
      Cats: { origin: 'https://a.example', credentials: true },
      'Cats#open': { origin: '*', credentials: false },
      'Cats#open()': { exposedHeaders: '*' },
    });
    expect(policy).toMatchObject({ credentials: false, exposedHeaders: '*', origin: { any: true } });
  });

  it('Spring: a sibling keeps the policy of the class', () => {
    const layers = { Cats: { origin: 'https://a.example', credentials: false } };
    expect(composed({ ...layers, 'Cats#cookies': { credentials: true } }).policy.credentials).toBe(true);
    expect(composed(layers).policy.credentials).toBe(false);
  });

  it('ASP.NET: the policies of two layers do not both apply', () => {
    const { policy } = composed({
      options: { origin: 'https://a.example' },
      'options.policies.partners': { origin: 'https://b.example' },
    });
    expect([policy.origin.allows('https://a.example'), policy.origin.allows('https://b.example')]).toEqual([
      false,
      true,
    ]);
  });

  it('ASP.NET: * beside an origin is neither "any" nor ignored', () => {
    expect(composed({ options: { origin: ['*', 'https://a.example'] } }).problems).toMatchObject([
      { code: 'origin-any-in-list' },
    ]);
  });

  it('Micronaut: a stricter decorator that does not match the origin does not fall through to the options', () => {
    const { policy } = composed({ options: { origin: '*' }, Cats: { origin: 'https://a.example' } });
    expect(policy.origin.allows('https://evil.example')).toBe(false);
  });

  it('Envoy: a list is taken from one layer, also where it is empty', () => {
    expect(merged('methods', { options: { methods: ['PUT', 'PATCH'] }, Cats: { methods: [] } })).toEqual([]);
    expect(
      merged('exposedHeaders', { options: { exposedHeaders: 'x-a' }, Cats: { exposedHeaders: [] } }),
    ).toEqual([]);
  });

  it('h3, Spring: two layers that are fine alone can be wrong together', () => {
    const options = { origin: '*' };
    const credentials = { credentials: true };
    expect(composed({ options }).problems).toEqual([]);
    expect(composed({ options: credentials }).problems).toEqual([]);
    expect(composed({ options, Cats: credentials }).problems).toMatchObject([
      { code: 'origin-any-with-credentials', where: 'Cats' },
    ]);
    expect(composed({ options: credentials, Cats: options }).problems).toMatchObject([
      { code: 'origin-any-with-credentials', where: 'Cats' },
    ]);
  });

  it('CVE-2015-9243, hapi: what a decorator leaves out comes from the options, not from permissive defaults', () => {
    const options = {
      origin: 'https://a.example',
      exposedHeaders: 'x-a',
      methods: 'PUT',
      allowedHeaders: 'x-a',
      maxAge: 10,
      enforce: true,
    };
    const { policy } = composed({ options, 'Cats#list': { credentials: true } });
    expect(policy).toEqual({ ...composed({ options }).policy, credentials: true, origin: expect.anything() });
    expect(policy.origin.allows('https://evil.example')).toBe(false);
  });

  it('CVE-2023-49803, @koa/cors: no origin is a policy that allows nobody', () => {
    const { policy } = composed({ options: { credentials: true, methods: '*', allowedHeaders: '*' } });
    expect(policy.closed).toBe(true);
    expect(policy.origin).toMatchObject({ any: false, asked: [] });
    expect(['https://a.example', 'null', ''].map((origin) => policy.origin.allows(origin))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('CVE-2021-39185, http4s: credentials bring neither any origin nor the opaque one', () => {
    const { policy } = composed({ options: { origin: 'https://a.example', credentials: true } });
    expect([policy.origin.allows('null'), policy.origin.allows('https://b.example')]).toEqual([false, false]);
  });
});
