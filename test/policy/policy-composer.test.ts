import { describe, expect, it } from '@jest/globals';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import type { CorsProblem } from '../../lib/policy/cors-problem.js';
import { PolicyComposer } from '../../lib/policy/policy-composer.js';
import { closingLayer, NO_ROUTE_DEFAULTS } from '../../lib/policy/policy-fields.js';
import { closed, composed, errorOf, layerOf } from './configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

const problem: CorsProblem = {
  code: 'option-type',
  where: 'options',
  field: 'origin',
  value: true,
  message: 'is no origin',
  fix: 'leave it out',
};

describe('PolicyComposer', () => {
  it('compiles', () => {
    const { policy } = composed({
      options: {
        origin: ['https://a.example', (): boolean => true],
        credentials: true,
        exposedHeaders: ['x-b', 'x-a'],
        enforce: true,
        methods: ['put', 'PATCH'].map((method) => method.toUpperCase()),
        allowedHeaders: 'x-a',
        maxAge: 0,
        optionsSuccessStatus: 200,
      },
    });
    expect(policy).toMatchObject({
      credentials: true,
      exposedHeaders: 'x-b, x-a',
      enforce: true,
      methods: { any: false, names: ['PATCH', 'PUT'] },
      allowedHeaders: { any: false, names: ['x-a'] },
      maxAge: '0',
      optionsSuccessStatus: 200,
      closed: false,
    });
    expect(policy.origin.asked).toHaveLength(1);
    expect(composed({ options: { origin: '*' } }).policy).toMatchObject({
      credentials: false,
      exposedHeaders: '',
      enforce: false,
      maxAge: '',
      optionsSuccessStatus: 204,
    });
  });

  it('compiles a policy that allows nobody where no layer says who may read', () => {
    const { policy, fields, problems } = composed({ options: { credentials: true, maxAge: 5 } });
    expect(policy).toMatchObject({ closed: true, credentials: true, maxAge: '5', varies: false });
    expect(policy.origin).toMatchObject({ any: false, asked: [] });
    expect(fields.origin).toEqual([]);
    expect(problems).toEqual([]);
  });

  it.each([
    ['*', { origin: '*' }, false],
    ["'*' that refuses nobody", { origin: '*', enforce: true }, false],
    ['some origins', { origin: 'https://a.example' }, true],
    ['a function', { origin: (): boolean => true }, true],
    ['nobody', {}, false],
    // Whether a request is refused depends on its `Origin`, and so does its answer.
    ['nobody, with a wall around', { enforce: true }, true],
  ])('knows whether responses depend on Origin: %s', (_, options, varies) => {
    expect(composed({ options }).policy.varies).toBe(varies);
  });

  it('says from which layers the value of each field came, and which could not be read', () => {
    const found = composed({
      options: { origin: 'https://a.example', maxAge: 5 },
      Cats: { maxAge: 6, exposedHeaders: 'x y' },
    });
    expect(found.from).toMatchObject({ origin: ['options'], maxAge: ['Cats'], credentials: [] });
    expect(found.doubtful).toEqual(new Set(['exposedHeaders']));
  });

  it('knows which layers have to list a request header, and that none has where the default lacks it', () => {
    const base = layerOf('options', { origin: 'https://a.example' });
    const list = layerOf('Cats', { allowedHeaders: 'x-a' });
    const withoutNames = (...layers: readonly (typeof base)[]): readonly string[] =>
      new PolicyComposer().compose(layers, NO_ROUTE_DEFAULTS).layersWithout(['x-b']);
    expect(withoutNames(base, list)).toEqual(['Cats']);
    expect(withoutNames(base)).toEqual([]);
  });

  it('does not take a layer that closes for one that says nothing', () => {
    const composer = new PolicyComposer();
    const base = layerOf('options', { origin: 'https://a.example' });
    const nothing = layerOf('Cats', {});
    const [open, shut, walled, lifted] = [
      nothing,
      closingLayer('Cats'),
      closingLayer('Cats', true),
      closingLayer('Cats', false),
    ].map((layer) => composer.compose([base, layer], NO_ROUTE_DEFAULTS).policy);
    expect([open, shut, walled, lifted].map((policy) => [policy?.closed, policy?.enforce])).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [true, false],
    ]);
    // The same that was said elsewhere is compiled once.
    expect(composer.compose([base, closingLayer('Dogs')], NO_ROUTE_DEFAULTS).policy).toBe(shut);
  });

  it('checks and compiles the same layers once, whatever their routes serve', () => {
    const composer = new PolicyComposer();
    const base = layerOf('options', { origin: ['https://a.example', 'null'] });
    const preflight = layerOf('Cats#list', { methods: 'PUT', merge: 'extend' });
    const first = composer.compose([base], { methods: ['PUT'], allowedHeaders: [] });
    const second = composer.compose([base, preflight], { methods: ['PATCH'], allowedHeaders: [] });
    expect(second.policy.origin).toBe(first.policy.origin);
    expect(first.policy.methods.names).toEqual(['PUT']);
    expect(second.policy.methods.names).toEqual(['PATCH', 'PUT']);
    expect(composer.problems).toHaveLength(1);
  });

  it('does not take layers for the same that differ in credentials alone', () => {
    const composer = new PolicyComposer();
    const base = layerOf('options', { origin: /^https?:\/\/[a-z]+\.a\.example$/ });
    const cookies = layerOf('Cats', { credentials: true });
    const origins = [[base], [base, cookies], [cookies, base]].map(
      (layers) => composer.compose(layers, NO_ROUTE_DEFAULTS).policy.origin,
    );
    expect(origins.map((origin) => origin?.allows('http://x.a.example'))).toEqual([true, false, false]);
  });

  it('reports a problem once, and each that differs in anything', () => {
    const composer = new PolicyComposer();
    composer.report([problem, { ...problem }]);
    composer.report([problem]);
    expect(composer.problems).toEqual([problem]);
    composer.report([
      { ...problem, where: 'Cats' },
      { ...problem, field: 'origin[1]' },
      { ...problem, code: 'origin-empty' },
      { ...problem, message: 'is odd' },
      { ...problem, fix: 'mend it' },
      { ...problem, value: 'true' },
    ]);
    expect(composer.problems).toHaveLength(7);
  });

  it('reports values that have no string', () => {
    const values = [Object.create(null), Symbol('x'), { toString: null }, [Object.create(null)]];
    const error = errorOf({ origin: values });
    expect(error?.problems.map(({ value }) => value)).toEqual(values);
  });

  it('reports very many problems', () => {
    const origin = Array.from({ length: 200_000 }, (_, index) => `http://tenant-${index}.example.com`);
    expect(errorOf({ origin, credentials: true })?.problems).toHaveLength(200_000);
    expect(errorOf({ methods: Array.from({ length: 200_000 }, () => '') })?.problems).toHaveLength(200_000);
  });

  it('reports long values that differ at their ends', () => {
    const long = `${'sub.'.repeat(30)}example`;
    const origin = [`http://a.${long}:81`, `http://a.${long}:82`];
    expect(errorOf({ origin, credentials: true })?.problems.map(({ value }) => value)).toEqual(origin);
  });

  /** Composes policies of many origins for many routes, and two lists of the same length with each other. */
  function composeMany(origins: number, routes: number): void {
    const origin = Array.from({ length: origins }, (_, index) => `https://tenant-${index}.example.com`);
    const composer = new PolicyComposer();
    const base = layerOf('options', { origin, credentials: true });
    for (let index = 0; index < routes; index++) {
      composer.compose([base, layerOf(`Cats#route${index}`, { maxAge: index })], NO_ROUTE_DEFAULTS);
    }
    const wider = layerOf('Cats', { origin, merge: 'extend' });
    const narrower = layerOf('Cats#list', { origin: origin.toReversed(), merge: 'restrict' });
    const { fields } = composer.compose([base, wider, narrower], NO_ROUTE_DEFAULTS);
    expect(fields.origin).toHaveLength(origins);
    expect(composer.problems).toEqual([]);
  }

  /** The processor time of each of two computations, in turns, at its least. */
  function timesOf(one: () => void, other: () => void): readonly [number, number] {
    const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let turn = 0; turn < 3; turn++) {
      for (const [index, compute] of [one, other].entries()) {
        const start = process.cpuUsage();
        compute();
        const { user, system } = process.cpuUsage(start);
        least[index] = Math.min(least[index] as number, user + system);
      }
    }
    return least;
  }

  it('takes as much longer for more origins as there are more of them', () => {
    const [few, many] = timesOf(
      () => composeMany(40_000, 10),
      () => composeMany(160_000, 10),
    );
    // Sixteen, if each were compared with each.
    expect(many / few).toBeLessThan(8);
  });

  it('takes hardly longer for many routes that share many origins', () => {
    const [few, many] = timesOf(
      () => composeMany(40_000, 1),
      () => composeMany(40_000, 300),
    );
    // Up to a hundred, if each route had a list of its own.
    expect(many / few).toBeLessThan(2);
  });
});

describe('policies', () => {
  function expectFrozen(value: unknown, path: string): void {
    if (typeof value !== 'object' || value === null) return;
    expect([path, Object.isFrozen(value)]).toEqual([path, true]);
    for (const [name, inner] of Object.entries(value)) {
      // What the origin set keeps to itself is out of reach for what uses it.
      if (path === 'policy.origin' && name !== 'any' && name !== 'asked') continue;
      if (path !== 'policy.origin.asked') expectFrozen(inner, `${path}.${name}`);
    }
  }

  it('are frozen (C32)', () => {
    const { policy } = composed({
      options: {
        origin: ['https://a.example', (): boolean => true],
        methods: ['PUT'],
        allowedHeaders: ['x-a'],
      },
    });
    expect(policy).toBeDefined();
    expectFrozen(policy, 'policy');
    expectFrozen(closed(), 'policy');
  });

  it('do not follow what they were made of (C32)', () => {
    const raw = {
      origin: ['https://a.example'],
      exposedHeaders: ['x-a'],
      methods: ['PUT'],
      allowedHeaders: ['x-a'],
      dangerously: { nullOrigin: false },
      credentials: false,
    };
    const layer = layerOf('options', raw);
    const compose = (): unknown => {
      const { policy, fields, from } = new PolicyComposer().compose([layer], NO_ROUTE_DEFAULTS);
      return { policy, fields, from };
    };
    const before = JSON.stringify(compose());
    raw.origin.push('*');
    raw.exposedHeaders.push('*');
    raw.methods[0] = '*';
    raw.allowedHeaders.length = 0;
    raw.dangerously.nullOrigin = true;
    raw.credentials = true;
    expect(JSON.stringify(compose())).toBe(before);
  });

  it('do not follow a regular expression that is compiled anew', () => {
    const regexp = /^https:\/\/[a-z]+\.a\.example$/;
    const { policy } = composed({ options: { origin: regexp } });
    regexp.compile('.*');
    expect(policy.origin.allows('https://evil.example')).toBe(false);
    expect(policy.origin.allows('https://x.a.example')).toBe(true);
  });

  it('of @NoCors() allow nothing', () => {
    const policy = closed();
    expect(policy).toMatchObject({ closed: true, credentials: false, methods: { any: false, names: [] } });
    expect(['https://a.example', 'null'].map((origin) => policy.origin.allows(origin))).toEqual([
      false,
      false,
    ]);
  });
});

describe('CorsConfigurationError', () => {
  it('has the problems, and all of them in its message', () => {
    const problems = [problem, { ...problem, where: 'Cats#list', field: '', value: undefined }];
    const error = new CorsConfigurationError(problems);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('CorsConfigurationError');
    expect(error.message).toBe(
      [
        'The CORS configuration has 2 problems:',
        '  1. options, origin: true is no origin: leave it out. [option-type]',
        '  2. Cats#list: is no origin: leave it out. [option-type]',
        'See https://github.com/nestjs-cors/nestjs-cors/blob/main/docs/start-up-errors.md#option-type',
      ].join('\n'),
    );
    expect(error.problems).toEqual(problems);
  });

  it('keeps its own list', () => {
    const problems = [problem];
    const error = new CorsConfigurationError(problems);
    problems.pop();
    expect(error.problems).toHaveLength(1);
    expect(Object.isFrozen(error.problems)).toBe(true);
    expect(error.message).toMatch(/^The CORS configuration has a problem:/);
  });

  it('stays on one line for each problem, whatever was configured', () => {
    const error = errorOf({ origin: ['https://a.example\n  2. all is well', 'https://b\u2028.example'] });
    expect(error?.message.split(/[\n\u2028]/)).toHaveLength(2 + (error?.problems.length ?? 0));
  });
});
