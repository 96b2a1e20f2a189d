import { describe, expect, it } from '@jest/globals';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import { NO_DANGERS, type PolicyFields } from '../../lib/policy/policy-fields.js';
import { POLICY_FIELDS } from '../../lib/policy/policy-options.js';
import { readLayer, type ReadLayer } from '../../lib/policy/read-layer.js';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import { providing, short, type ShortProblem } from './configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

function read(raw: unknown): ReadLayer {
  return readLayer(raw, 'here', [...POLICY_FIELDS, 'merge'], providing());
}

function fieldsOf(raw: unknown): Partial<PolicyFields> {
  const { layer, problems } = read(raw);
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return layer.fields;
}

function problemsOf(raw: unknown): readonly ShortProblem[] {
  return read(raw).problems.map(short);
}

describe('readLayer', () => {
  it('reads a whole layer', () => {
    const { layer, problems } = read({
      origin: ['https://a.example', 'https://*.b.example'],
      credentials: true,
      exposedHeaders: ['X-Request-Id', 'Cache-Control'],
      enforce: true,
      methods: ['PUT', 'PURGE'],
      allowedHeaders: ['X-Api-Key', 'content-type'],
      maxAge: 600,
      optionsSuccessStatus: 200,
      dangerously: { publicSuffixes: true },
      merge: 'extend',
    });
    expect(problems).toEqual([]);
    expect(layer).toMatchObject({ where: 'here', merge: 'extend', unread: [] });
    expect({ ...layer.fields, origin: layer.fields.origin?.map(describeEntry) }).toEqual({
      origin: ['https://a.example', 'https://*.b.example'],
      credentials: true,
      exposedHeaders: ['x-request-id'],
      enforce: true,
      methods: ['PUT', 'PURGE'],
      allowedHeaders: ['x-api-key', 'content-type'],
      maxAge: 600,
      optionsSuccessStatus: 200,
      dangerously: { ...NO_DANGERS, publicSuffixes: true },
    });
  });

  it.each<[title: string, raw: object]>([
    ['nothing', {}],
    ['nothing, without a prototype', Object.create(null)],
    [
      'what a ConfigService does not know',
      Object.fromEntries(POLICY_FIELDS.map((name) => [name, undefined])),
    ],
    ['an undefined way to merge', { merge: undefined }],
    ['symbols', { [Symbol('origin')]: '*' }],
    ['what is inherited', Object.assign(Object.create({ origin: '*' }) as object, { merge: 'replace' })],
  ])('sets nothing where there is %s', (_, raw) => {
    expect(read(raw)).toEqual({
      layer: { where: 'here', merge: 'replace', fields: {}, unread: [], raw },
      problems: [],
    });
  });

  it('names each option that is set, but could not be read', () => {
    const raw = { origin: ['https://a.example', 'b.example'], credentials: 'yes', maxAge: 5, methods: 'get' };
    expect(read(raw).layer).toMatchObject({
      unread: ['origin', 'credentials', 'methods'],
      fields: { origin: ['https://a.example'], maxAge: 5, methods: [] },
    });
    expect(read(5).layer).toMatchObject({ unread: POLICY_FIELDS, fields: {} });
  });

  it.each<[title: string, raw: unknown, value: unknown]>([
    ['undefined', undefined, undefined],
    ['null', null, null],
    ['a string', '*', '*'],
    ['a list', [], []],
    ['a class', class Options {}, expect.any(Function)],
    ['a Map', new Map(), expect.any(Map)],
  ])('refuses %s', (_, raw, value) => {
    expect(read(raw).problems).toEqual([
      {
        code: 'option-type',
        where: 'here',
        field: '',
        value,
        message: 'is no object of options',
        fix: expect.stringMatching(/^write one, with any of origin, credentials, /),
      },
    ]);
  });

  it('says of a promise that it has to be awaited', () => {
    expect(read(Promise.resolve({ origin: '*' })).problems).toMatchObject([
      { code: 'option-type', fix: 'await it, or use forRootAsync' },
    ]);
  });

  it("lets a getter's own exception through: that is not a mistake in the options", () => {
    const raw = {
      get origin(): string {
        throw new RangeError('no such setting');
      },
    };
    expect(() => read(raw)).toThrow(RangeError);
  });

  it('reads each property once', () => {
    let reads = 0;
    const raw = {
      get origin(): string {
        reads++;
        return reads === 1 ? 'https://a.example' : '*';
      },
    };
    expect(fieldsOf(raw).origin).toMatchObject(['https://a.example']);
  });

  it('reads what a proxy shows', () => {
    const raw = new Proxy({ origin: 'https://a.example' }, { get: () => 'https://b.example' });
    expect(fieldsOf(raw).origin).toMatchObject(['https://b.example']);
  });

  it('reports an option that does not exist, whatever its value', () => {
    expect(problemsOf({ orgin: '*', colour: undefined, ['constructor']: 1 })).toEqual([
      ['option-unknown', 'here, orgin'],
      ['option-unknown', 'here, colour'],
      ['option-unknown', 'here, constructor'],
    ]);
    expect(problemsOf(JSON.parse('{ "__proto__": { "origin": "*" } }'))).toEqual([
      ['option-unknown', 'here, __proto__'],
    ]);
  });
});

describe('origin', () => {
  it.each<[title: string, origin: unknown, entries: readonly string[]]>([
    ['one', 'https://a.example', ['https://a.example']],
    ['a list', ['https://a.example', 'https://*.a.example'], ['https://a.example', 'https://*.a.example']],
    ['a frozen list', Object.freeze(['https://a.example']), ['https://a.example']],
    ["'*'", '*', ['*']],
    ["'*' in a list of its own", ['*'], ['*']],
    ['one twice', ['https://a.example', 'https://a.example'], ['https://a.example']],
    [
      'a mixture',
      ['null', /^https:\/\/[a-z]+\.a\.example$/, function decide() {}],
      ['null', '/^https:\\/\\/[a-z]+\\.a\\.example$/', 'decide'],
    ],
  ])('%s', (_, origin, entries) => {
    expect(fieldsOf({ origin }).origin?.map(describeEntry)).toEqual(entries);
  });

  it.each<[title: string, origin: unknown, problems: readonly ShortProblem[]]>([
    // `enableCors({ origin: true })` sends back whatever origin asks.
    ['true', true, [['option-type', 'here, origin', true]]],
    ['false', false, [['option-type', 'here, origin', false]]],
    ['null', null, [['option-type', 'here, origin', null]]],
    ['a number', 5, [['option-type', 'here, origin', 5]]],
    ['an object', { a: 1 }, [['option-type', 'here, origin', { a: 1 }]]],
    ['an empty string, as from the environment', '', [['origin-empty', 'here, origin', '']]],
    ['an empty list (C1)', [], [['origin-empty', 'here, origin', []]]],
    ['an empty string in a list (C2)', [''], [['origin-empty', 'here, origin[0]', '']]],
    [
      'a list in one string, as from the environment',
      'https://a.example,https://b.example',
      [['origin-invalid', 'here, origin', 'https://a.example,https://b.example']],
    ],
    [
      'some of a list',
      ['https://a.example', 'https://b.example/', undefined, 'c.example'],
      [
        ['origin-path', 'here, origin[1]', 'https://b.example/'],
        ['option-type', 'here, origin[2]'],
        ['origin-scheme-missing', 'here, origin[3]', 'c.example'],
      ],
    ],
    // A hole is not skipped: `map` would.
    [
      'a list with a hole',
      Object.assign(['https://a.example'], { 2: '*' }),
      [
        ['option-type', 'here, origin[1]'],
        ['origin-any-in-list', 'here, origin[2]', '*'],
      ],
    ],
    [
      'a Set',
      new Set(['https://a.example']),
      [['option-type', 'here, origin', new Set(['https://a.example'])]],
    ],
    [
      'a list in a list',
      [['https://a.example']],
      [['option-type', 'here, origin[0]', ['https://a.example']]],
    ],
    ["'*' beside another", ['https://a.example', '*'], [['origin-any-in-list', 'here, origin[1]', '*']]],
    [
      "'*' beside a mistake, which hides nothing",
      ['*', 'https://a.example/'],
      [
        ['origin-any-in-list', 'here, origin[0]', '*'],
        ['origin-path', 'here, origin[1]', 'https://a.example/'],
      ],
    ],
    [
      "'*' twice",
      ['*', '*'],
      [
        ['origin-any-in-list', 'here, origin[0]', '*'],
        ['origin-any-in-list', 'here, origin[1]', '*'],
      ],
    ],
  ])('refuses %s', (_, origin, problems) => {
    expect(problemsOf({ origin })).toEqual(problems);
  });

  it('reads a hundred thousand origins in no time', () => {
    const origin = Array.from({ length: 100_000 }, (_, index) => `https://tenant-${index}.example.com`);
    const start = performance.now();
    expect(fieldsOf({ origin }).origin).toHaveLength(100_000);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('enforce', () => {
  it.each([true, false, 'unsafe'])('%p', (value) => {
    expect(fieldsOf({ enforce: value })).toEqual({ enforce: value });
  });

  it.each([
    ['true', 'write true, without quotes'],
    ['False', 'write false, without quotes'],
    ['UNSAFE', "write 'unsafe'"],
    [' unsafe ', "write 'unsafe'"],
    ['safe', "write true, false or 'unsafe'"],
    ['POST', "write true, false or 'unsafe'"],
    ['', "write true, false or 'unsafe'"],
    [1, "write true, false or 'unsafe'"],
    [null, "write true, false or 'unsafe'"],
    [['unsafe'], "write true, false or 'unsafe'"],
    [Object('unsafe'), "write true, false or 'unsafe'"],
  ])('refuses %p', (value, fix) => {
    const message = "is neither a boolean nor 'unsafe'";
    expect(read({ enforce: value }).problems).toEqual([
      { code: 'option-type', where: 'here', field: 'enforce', value, message, fix },
    ]);
  });
});

describe.each(['credentials'] as const)('%s', (name) => {
  it.each([true, false])('%p', (value) => {
    expect(fieldsOf({ [name]: value })).toEqual({ [name]: value });
  });

  it.each([
    ['true', 'write true, without quotes'],
    ['false', 'write false, without quotes'],
    ['yes', 'write true or false'],
    ['', 'write true or false'],
    [1, 'write true or false'],
    [0, 'write true or false'],
    [null, 'write true or false'],
    [[true], 'write true or false'],
    [Object(true), 'write true or false'],
  ])('refuses %p', (value, fix) => {
    expect(read({ [name]: value }).problems).toEqual([
      { code: 'option-type', where: 'here', field: name, value, message: 'is no boolean', fix },
    ]);
  });
});

describe.each(['methods', 'allowedHeaders', 'exposedHeaders'] as const)('%s', (name) => {
  it.each<[title: string, value: unknown, names: readonly string[]]>([
    ['one', 'X-FOO', [name === 'methods' ? 'X-FOO' : 'x-foo']],
    ['a list', ['x-a', 'x-b'], ['x-a', 'x-b']],
    ['one twice', ['x-a', 'x-a'], ['x-a']],
    ['none', [], []],
    ["'*'", '*', ['*']],
    [
      "'*' beside others",
      ['*', 'Authorization'],
      ['*', name === 'methods' ? 'Authorization' : 'authorization'],
    ],
  ])('%s', (_, value, names) => {
    expect(fieldsOf({ [name]: value })[name]).toEqual(names);
  });

  it.each<[title: string, value: unknown, place: string, given: unknown]>([
    ['null', null, name, null],
    ['a number', 5, name, 5],
    ['true', true, name, true],
    ['an object', { a: 1 }, name, { a: 1 }],
    ['a Set', new Set(['x-a']), name, new Set(['x-a'])],
    ['null in a list', ['x-a', null], `${name}[1]`, null],
    ['a list in a list', [['x-a']], `${name}[0]`, ['x-a']],
  ])('refuses %s', (_, value, place, given) => {
    expect(problemsOf({ [name]: value })).toEqual([['option-type', `here, ${place}`, given]]);
  });

  it('refuses what is no name, with its place', () => {
    const code = name === 'methods' ? 'method-invalid' : 'header-invalid';
    expect(problemsOf({ [name]: 'x-a, x-b' })).toEqual([[code, `here, ${name}`, 'x-a, x-b']]);
    expect(problemsOf({ [name]: ['x-a', '', 'x b'] })).toEqual([
      [code, `here, ${name}[1]`, ''],
      [code, `here, ${name}[2]`, 'x b'],
    ]);
  });
});

describe('names', () => {
  it('lets nothing hide behind a wildcard (C26)', () => {
    expect(problemsOf({ methods: ['*', 'CONNECT'], allowedHeaders: ['*', 'cookie'] })).toEqual([
      ['method-forbidden', 'here, methods[1]', 'CONNECT'],
      ['header-forbidden', 'here, allowedHeaders[1]', 'cookie'],
    ]);
  });
});

describe.each([
  { name: 'maxAge', code: 'max-age-invalid', good: [0, 1, 600, 7200, 86_400], bad: [-1, 86_401], usual: 600 },
  {
    name: 'optionsSuccessStatus',
    code: 'status-invalid',
    good: [200, 204, 299],
    bad: [199, 300, 0],
    usual: 204,
  },
] as const)('$name', ({ name, code, good, bad, usual }) => {
  it.each(good)('%d', (value) => {
    expect(fieldsOf({ [name]: value })).toEqual({ [name]: value });
  });

  it.each<unknown>([
    ...bad,
    200.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    ' ',
    'soon',
    null,
    true,
    204n,
    [204],
    Object(204),
  ])('refuses %p (C30)', (value) => {
    expect(read({ [name]: value }).problems).toMatchObject([
      { code, field: name, value, fix: `write a number such as ${usual}` },
    ]);
  });

  it.each(['200', ' 200 ', '2e2', '0xc8'])('shows how to write %j, as from the environment', (value) => {
    expect(read({ [name]: value }).problems).toMatchObject([{ code, fix: 'write 200, without quotes' }]);
  });
});

describe('dangerously', () => {
  it.each<[raw: object, read: object]>([
    [{}, NO_DANGERS],
    [{ nullOrigin: true }, { ...NO_DANGERS, nullOrigin: true }],
    [{ fileOrigin: true }, { ...NO_DANGERS, fileOrigin: true }],
    [
      { insecureOrigins: true, publicSuffixes: undefined, nullOrigin: false },
      { ...NO_DANGERS, insecureOrigins: true },
    ],
  ])('%p', (dangerously, expected) => {
    expect(fieldsOf({ dangerously }).dangerously).toEqual(expected);
  });

  it.each<[title: string, value: unknown, problems: readonly ShortProblem[]]>([
    ['true', true, [['option-type', 'here, dangerously', true]]],
    ['null', null, [['option-type', 'here, dangerously', null]]],
    ['a list', ['nullOrigin'], [['option-type', 'here, dangerously', ['nullOrigin']]]],
    ['a slip', { nullOrigins: true }, [['option-unknown', 'here, dangerously.nullOrigins']]],
    ['a string', { nullOrigin: 'true' }, [['option-type', 'here, dangerously.nullOrigin', 'true']]],
  ])('refuses %s', (_, dangerously, problems) => {
    expect(problemsOf({ dangerously })).toEqual(problems);
    expect(read({ dangerously }).layer.fields.dangerously?.nullOrigin ?? false).toBe(false);
  });
});

describe('merge', () => {
  it.each(['replace', 'extend', 'restrict'])('%s', (merge) => {
    expect(read({ merge }).layer.merge).toBe(merge);
  });

  it.each(['union', 'Extend', '', null, true, ['extend']])('refuses %p', (merge) => {
    expect(read({ merge })).toMatchObject({
      layer: { merge: 'replace' },
      problems: [{ code: 'option-type', field: 'merge', value: merge }],
    });
  });
});
