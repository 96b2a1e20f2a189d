import { describe, expect, it } from '@jest/globals';
import { cachedOrigins, CorsConfigurationError } from '../../lib/index.js';
import type { CorsProblem } from '../../lib/index.js';

const isPartner = () => true;

/** What is wrong with options, or with a source. */
function problemsOf(options: unknown, source: unknown = isPartner): readonly CorsProblem[] {
  try {
    cachedOrigins(source as never, options as never);
  } catch (error) {
    if (error instanceof CorsConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the options of cachedOrigins', () => {
  it('may be nothing but a ttl', () => {
    expect(problemsOf({ ttl: 1 })).toEqual([]);
    expect(cachedOrigins(isPartner, { ttl: 1 }).timeout).toBe(5_000);
  });

  it('have a timeout that the app keeps as well', () => {
    expect(cachedOrigins(isPartner, { ttl: 1, timeout: 7_000 }).timeout).toBe(7_000);
  });

  it('may be undefined, as factories write them', () => {
    const undefinedOnes = { negativeTtl: undefined, max: undefined, timeout: undefined, key: undefined };
    expect(
      problemsOf({ ttl: 1, staleWhileRevalidate: undefined, staleIfError: undefined, ...undefinedOnes }),
    ).toEqual([]);
  });

  it.each(['ttl', 'negativeTtl', 'timeout'])('%s is whole milliseconds from 1 to 2147483647', (name) => {
    expect(problemsOf({ ttl: 1, [name]: 1 })).toEqual([]);
    expect(problemsOf({ ttl: 1, [name]: 2 ** 31 - 1 })).toEqual([]);
    for (const value of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 31, null, true, '', 'soon', {}, []]) {
      expect(problemsOf({ ttl: 1, [name]: value })).toEqual([
        {
          where: 'cachedOrigins(isPartner)',
          field: name,
          value,
          code: 'option-type',
          message: 'is no whole number of milliseconds from 1 to 2147483647',
          fix: expect.stringMatching(/^write a number such as \d+_000$/),
        },
      ]);
    }
  });

  it.each(['staleWhileRevalidate', 'staleIfError'])('%s may be 0, which is off', (name) => {
    expect(problemsOf({ ttl: 1, [name]: 0 })).toEqual([]);
    expect(problemsOf({ ttl: 1, [name]: -1 })).toEqual([
      expect.objectContaining({ message: 'is no whole number of milliseconds from 0 to 2147483647' }),
    ]);
  });

  it('max is from 1 to 10000000', () => {
    expect(problemsOf({ ttl: 1, max: 1 })).toEqual([]);
    for (const max of [0, 10_000_001, Infinity, 2.5]) {
      expect(problemsOf({ ttl: 1, max })).toEqual([
        expect.objectContaining({
          field: 'max',
          message: 'is no whole number from 1 to 10000000',
          fix: 'write a number such as 10_000',
        }),
      ]);
    }
  });

  it('that come from the environment as text are shown without quotes', () => {
    expect(problemsOf({ ttl: '60000' })).toEqual([
      expect.objectContaining({ value: '60000', fix: 'write 60000, without quotes' }),
    ]);
  });

  it('need a ttl', () => {
    expect(problemsOf({})).toEqual([
      expect.objectContaining({
        field: 'ttl',
        message: 'is missing',
        fix: expect.stringContaining('60_000'),
      }),
    ]);
    expect(() => cachedOrigins(isPartner, {} as never)).toThrow(
      'cachedOrigins(isPartner), ttl: is missing: say how long a verdict may be out of date, in milliseconds, as in ttl: 60_000.',
    );
  });

  it('have a function for a key', () => {
    expect(problemsOf({ ttl: 1, key: 'x-tenant' })).toEqual([
      expect.objectContaining({
        field: 'key',
        value: 'x-tenant',
        fix: "write one, as in (origin, request) => request.header('x-tenant') ?? ''",
      }),
    ]);
  });

  it.each([
    [{ ttl: 1, tll: 1 }, 'tll', 'write ttl'],
    [{ ttl: 1, negativeTTL: 1 }, 'negativeTTL', 'write negativeTtl'],
    [{ ttl: 1, staleIfErorr: 1 }, 'staleIfErorr', 'write staleIfError'],
    [{ ttl: 1, credentials: true }, 'credentials', 'move it to @AllowOrigin'],
  ])('that do not exist are refused: %j', (options, field, fix) => {
    expect(problemsOf(options)).toEqual([expect.objectContaining({ code: 'option-unknown', field, fix })]);
  });

  it.each([undefined, null, 60_000, 'ttl', []])('are an object, not %j', (options) => {
    expect(problemsOf(options)).toEqual([
      expect.objectContaining({
        field: '',
        message: 'is no object of options',
        fix: expect.stringContaining('ttl'),
      }),
    ]);
  });

  it('are reported all at once', () => {
    expect(problemsOf({ max: 0, key: 1, timeout: -1, max_age: 1 }).map(({ field }) => field)).toEqual([
      'max_age',
      'max',
      'timeout',
      'ttl',
      'key',
    ]);
  });

  it('changed later change nothing', async () => {
    const options = { ttl: 60_000, max: 5 };
    const origins = cachedOrigins(isPartner, options);
    options.ttl = 1;
    await origins.allows('https://a.example');
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    expect(origins.allows('https://a.example')).toBe(true);
  });
});

describe('the source of cachedOrigins', () => {
  class Partners {
    allows(): boolean {
      return true;
    }
  }

  it.each([undefined, null, 'https://a.example', {}, { allows: true }])(
    'is refused if it is %j',
    (source) => {
      expect(problemsOf({ ttl: 1 }, source ?? null)).toEqual([
        expect.objectContaining({ where: 'cachedOrigins', field: 'source', code: 'option-type' }),
      ]);
    },
  );

  it('is no class, but its instance', () => {
    expect(problemsOf({ ttl: 1 }, Partners)).toEqual([
      expect.objectContaining({
        message: 'is no source',
        fix: 'have Partners injected: useFactory: (source: Partners) => cachedOrigins(source, …)',
      }),
    ]);
    expect(problemsOf({ ttl: 1 }, new Partners())).toEqual([]);
  });

  it('is none that waits for the guards', () => {
    const source = { after: 'guards', allows: () => true, mayAllow: () => true };
    expect(problemsOf({ ttl: 1 }, source)).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('after the guards'),
        fix: expect.stringContaining('cache what it looks up'),
      }),
    ]);
  });

  it('gives its name to messages', () => {
    const place = (source: unknown) => problemsOf({ ttl: 0 }, source)[0]?.where;
    expect(place(new Partners())).toBe('cachedOrigins(Partners)');
    expect(place({ allows: () => true })).toBe('cachedOrigins');
    expect(place(() => true)).toBe('cachedOrigins');
  });
});
