import { describe, expect, it } from '@jest/globals';
import type { OriginEntry } from '../../lib/policy/origin-entry.js';
import { PolicyComposer } from '../../lib/policy/policy-composer.js';
import { closingLayer, NO_ROUTE_DEFAULTS } from '../../lib/policy/policy-fields.js';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import { composed, layerOf, lineOf, problemsOf, short, type ShortProblem } from './configurations.js';
import { entryOf, sourceOf } from './naive-origins.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

function problems(layers: Readonly<Record<string, object>>): readonly ShortProblem[] {
  return composed(layers).problems.map(short);
}

describe('credentials with *', () => {
  it.each<[title: string, raw: object, refused: string | undefined]>([
    ['without credentials', { origin: '*' }, undefined],
    ['credentials: false', { origin: '*', credentials: false }, undefined],
    ['credentials alone', { credentials: true }, undefined],
    ['an origin', { origin: 'https://a.example', credentials: true }, undefined],
    ['* (C17)', { origin: '*', credentials: true }, 'origin'],
    ['* in a list', { origin: ['*'], credentials: true }, 'origin[0]'],
    // Nothing opens it: there is no way to get `*` with credentials.
    [
      '* with every danger accepted',
      {
        origin: '*',
        credentials: true,
        dangerously: { insecureOrigins: true, publicSuffixes: true, nullOrigin: true, fileOrigin: true },
      },
      'origin',
    ],
  ])('%s', (_, raw, refused) => {
    expect(problems({ options: raw })).toEqual(
      refused === undefined ? [] : [['origin-any-with-credentials', `options, ${refused}`, '*']],
    );
  });

  it.each([
    'CVE-2018-20744, rs/cors and fiber',
    'CVE-2024-25124, fiber',
    'CVE-2016-10549, sails',
    'CVE-2026-54290, hono: not even "fixed" by reflection',
  ])('%s', () => {
    expect(problemsOf({ origin: '*', credentials: true })).toEqual([
      ['origin-any-with-credentials', 'options, origin', '*'],
    ]);
  });
});

describe('credentials with exposed *', () => {
  it.each<[raw: object, refused: string | undefined]>([
    [{ exposedHeaders: '*' }, undefined],
    [{ exposedHeaders: ['*', 'x-a'] }, undefined],
    [{ exposedHeaders: 'x-a', credentials: true }, undefined],
    [{ exposedHeaders: '*', credentials: true }, 'exposedHeaders'],
    [{ exposedHeaders: ['x-a', '*'], credentials: true }, 'exposedHeaders[1]'],
  ])('%p (C29)', (raw, refused) => {
    expect(problems({ options: { origin: 'https://a.example', ...raw } })).toEqual(
      refused === undefined ? [] : [['exposed-any-with-credentials', `options, ${refused}`, '*']],
    );
  });
});

describe('credentials with origins that are not secure', () => {
  it.each([
    'http://example.com',
    'http://example.com:8080',
    'http://*.example.com',
    'http://**.example.com:*',
    'http://example.com:*',
    'http://192.168.0.1',
    'http://169.254.169.254',
    'http://alocalhost',
    'http://localhosta',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
  ])('%s (C18, C19)', (origin) => {
    expect(problems({ options: { origin } })).toEqual([]);
    expect(problems({ options: { origin, credentials: false } })).toEqual([]);
    expect(problems({ options: { origin, credentials: true } })).toEqual([
      ['origin-insecure-with-credentials', 'options, origin', origin],
    ]);
    expect(
      problems({ options: { origin, credentials: true, dangerously: { insecureOrigins: true } } }),
    ).toEqual([]);
  });

  it.each([
    'https://example.com',
    'http://localhost',
    'http://localhost:3000',
    'http://localhost:*',
    'http://*.localhost:*',
    'http://foo.localhost.',
    'http://127.0.0.1',
    'http://127.127.127.127',
    'http://[::1]:8080',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
  ])('%s is secure (C19, C21, C22)', (origin) => {
    expect(problems({ options: { origin, credentials: true } })).toEqual([]);
  });

  it('names each, and shows it under https', () => {
    const origin = ['http://a.example', 'https://b.example', 'http://c.example:443', 'http://*.d.example:*'];
    expect(composed({ options: { origin, credentials: true } }).problems.map(({ fix }) => fix)).toEqual([
      'write "https://a.example", or set dangerously: { insecureOrigins: true }',
      'write "https://c.example", or set dangerously: { insecureOrigins: true }',
      'write "https://*.d.example:*", or set dangerously: { insecureOrigins: true }',
    ]);
  });

  it('looks into what restrict has made of two layers', () => {
    const layers = {
      options: { origin: 'http://*.a.example' },
      Cats: { origin: /^https?:\/\/[a-z]+\.a\.example$/, merge: 'restrict' },
    };
    expect(problems(layers)).toEqual([]);
    expect(problems({ ...layers, 'Cats#list': { credentials: true } })).toEqual([
      [
        'origin-insecure-with-credentials',
        'Cats#list, origin',
        'http://*.a.example and /^https?:\\/\\/[a-z]+\\.a\\.example$/',
      ],
    ]);
  });

  it.each([/^http:\/\/192\.168\.\d{1,3}\.\d{1,3}:5173$/, /^http:\/\/intranet\.example\.com:\d+$/])(
    '%s matches nothing else, and so nothing at all',
    (regexp) => {
      const origin = ['https://app.example.com', regexp];
      expect(problems({ options: { origin } })).toEqual([]);
      expect(composed({ options: { origin, credentials: true } }).problems).toEqual([
        {
          code: 'origin-insecure-with-credentials',
          where: 'options',
          field: 'origin[1]',
          value: String(regexp),
          message: 'matches plain http: origins only, which are refused together with credentials: true',
          fix: `write ${String(regexp).replace('http:', 'https:')}, or set dangerously: { insecureOrigins: true }`,
        },
      ]);
      expect(
        problems({ options: { origin, credentials: true, dangerously: { insecureOrigins: true } } }),
      ).toEqual([]);
    },
  );

  it.each([/^http:\/\/localhost:\d+$/, /^https?:\/\/pr-\d+\.example\.com$/])(
    '%s matches others too',
    (origin) => {
      expect(problems({ options: { origin, credentials: true } })).toEqual([]);
    },
  );

  it('leaves regular expressions that match others too, and functions, to the running app, which refuses such origins', () => {
    const origin = [/^https?:\/\/[a-z]+\.a\.example$/, (): boolean => true];
    const { policy, problems: found } = composed({ options: { origin, credentials: true } });
    expect(found).toEqual([]);
    expect(policy.origin.allows('http://x.a.example')).toBe(false);
    expect(policy.origin.asked[0]?.within('http://x.a.example')).toBe(false);
    expect(policy.origin.allows('https://x.a.example')).toBe(true);
  });
});

describe('credentials with the extensions of everybody', () => {
  it.each([/^chrome-extension:\/\/[a-p]{32}$/, /^(?:https:\/\/example\.com|moz-extension:\/\/.+)$/])(
    '%s',
    (regexp) => {
      const origin = ['https://app.example.com', regexp];
      expect(problems({ options: { origin } })).toEqual([]);
      expect(problems({ options: { origin, credentials: true } })).toEqual([
        ['origin-regexp-matches-any', 'options, origin[1]', String(regexp)],
      ]);
    },
  );

  it('shows one', () => {
    expect(lineOf({ origin: /^moz-extension:\/\/[0-9a-f-]{36}$/, credentials: true })).toMatch(
      /lets extensions that anyone can publish, such as "moz-extension:\/\/[0-9a-f-]{36}", act with the cookies/,
    );
  });

  it.each([/^chrome-extension:\/\/(?:abc|def)$/, /^app:\/\/[a-z]+$/, 'chrome-extension://abc'])(
    'not %s',
    (origin) => {
      expect(problems({ options: { origin, credentials: true } })).toEqual([]);
    },
  );

  it('does not mind one that restrict has met with something else', () => {
    const options = { origin: [/^moz-extension:\/\/.+$/, () => true], credentials: false };
    const Cats = { origin: [() => true, 'https://a.example'], credentials: true, merge: 'restrict' };
    expect(problems({ options, Cats })).toEqual([]);
    const both = { origin: /^moz-extension:\/\/[a-z]+$/, merge: 'restrict' };
    expect(
      problems({ options: { origin: options.origin[0] }, Cats: both, 'Cats#list': { credentials: true } }),
    ).toEqual([['origin-regexp-matches-any', 'Cats#list, origin', expect.stringContaining(' and ')]]);
  });
});

describe('public suffixes', () => {
  it.each([
    'https://*.com',
    'https://*.co.uk',
    'https://*.com.',
    'https://*.github.io',
    'https://**.vercel.app',
    'https://*.gitpod.io',
  ])('%s (C20)', (origin) => {
    expect(problems({ options: { origin } })).toEqual([['origin-public-suffix', 'options, origin', origin]]);
    expect(problems({ options: { origin, dangerously: { publicSuffixes: true } } })).toEqual([]);
  });

  it.each(['https://com', 'https://*.example.com', 'http://*.localhost:*'])(
    '%s is none (C20, C21)',
    (origin) => {
      expect(problems({ options: { origin, credentials: true } })).toEqual([]);
    },
  );
});

describe('the opaque origin', () => {
  it.each<[origin: unknown, place: string]>([
    ['null', 'origin'],
    [['null'], 'origin[0]'],
    [['https://a.example', 'null'], 'origin[1]'],
  ])('%p', (origin, place) => {
    expect(problems({ options: { origin } })).toEqual([['origin-null', `options, ${place}`, 'null']]);
    expect(problems({ options: { origin, dangerously: { nullOrigin: true } } })).toEqual([]);
  });
});

describe('the origin of files', () => {
  it.each<[origin: unknown, place: string]>([
    ['file://', 'origin'],
    [['https://a.example', 'file://'], 'origin[1]'],
  ])('%p', (origin, place) => {
    expect(problems({ options: { origin } })).toEqual([['origin-file', `options, ${place}`, 'file://']]);
    expect(problems({ options: { origin, dangerously: { fileOrigin: true } } })).toEqual([]);
    const { policy } = composed({
      options: { origin, dangerously: { fileOrigin: true }, credentials: true },
    });
    expect(policy?.origin.allows('file://')).toBe(true);
  });

  it('says what opens it', () => {
    expect(lineOf({ origin: 'file://' })).toMatch(
      /downloaded .* dangerously: \{ fileOrigin: true \}\. \[origin-file\]$/,
    );
  });
});

describe('dangerously', () => {
  it('is taken from the nearest layer that sets it, as any other field', () => {
    const options = { dangerously: { nullOrigin: true } };
    expect(problems({ options, Cats: { origin: 'null' } })).toEqual([]);
    const refused = [['origin-null', 'Cats, origin', 'null']];
    expect(problems({ options, Cats: { origin: 'null', dangerously: {} } })).toEqual(refused);
    expect(problems({ options: { ...options, origin: 'null' }, Cats: { dangerously: {} } })).toEqual(refused);
  });

  it('joins that of the outer layer under extend, and needs both under restrict', () => {
    const options = { origin: 'null', dangerously: { nullOrigin: true } };
    const suffix = { origin: 'https://*.github.io', dangerously: { publicSuffixes: true } };
    expect(problems({ options, Cats: { ...suffix, merge: 'extend' } })).toEqual([]);
    expect(problems({ options, Cats: { origin: 'null', dangerously: {}, merge: 'restrict' } })).toEqual([
      ['origin-null', 'Cats, origin', 'null'],
    ]);
  });
});

describe('places', () => {
  it('a problem stands at the nearest layer that has a part in it, and says where the others come from', () => {
    const layers = { options: { origin: 'http://a.example' }, Cats: {}, 'Cats#list': { credentials: true } };
    expect(composed(layers).problems).toMatchObject([
      {
        where: 'Cats#list',
        field: 'origin',
        value: 'http://a.example',
        message: expect.stringMatching(/ \(origin comes from options\)$/),
      },
    ]);
  });

  it('an origin that extend has let in is said to come from outside', () => {
    const layers = {
      options: { origin: 'http://a.example' },
      Cats: { origin: 'https://b.example', credentials: true, merge: 'extend' },
    };
    expect(composed(layers).problems).toMatchObject([
      { where: 'Cats', message: expect.stringMatching(/ \(origin comes from options and Cats\)$/) },
    ]);
  });

  it('an element of a list is named where the nearest layer has written it', () => {
    const origin = ['https://a.example', 'https://a.example', 'http://b.example'];
    expect(problems({ options: { origin }, Cats: { origin, credentials: true } })).toEqual([
      ['origin-insecure-with-credentials', 'Cats, origin[2]', 'http://b.example'],
    ]);
    expect(problems({ options: { origin }, Cats: { credentials: true } })).toEqual([
      ['origin-insecure-with-credentials', 'Cats, origin', 'http://b.example'],
    ]);
    expect(
      problems({
        options: { origin },
        Cats: { origin: ['https://c.example'], credentials: true, merge: 'extend' },
      }),
    ).toEqual([['origin-insecure-with-credentials', 'Cats, origin', 'http://b.example']]);
  });

  it('several fields come from several places', () => {
    const layers = {
      options: { origin: 'http://a.example' },
      Cats: { credentials: true, dangerously: { insecureOrigins: true } },
      'Cats#list': { dangerously: {} },
    };
    expect(composed(layers).problems).toMatchObject([
      {
        where: 'Cats#list',
        message: expect.stringMatching(/ \(origin comes from options\) \(credentials comes from Cats\)$/),
      },
    ]);
  });

  it('layers are told apart where two have the same place', () => {
    // A class may be called `options`, and two decorators of one handler are two layers.
    const composer = new PolicyComposer();
    const layers = [
      layerOf('options', { origin: 'https://a.example' }),
      layerOf('options', { origin: 'https://b.example', merge: 'restrict' }),
      layerOf('options', { maxAge: 5, merge: 'restrict' }),
    ];
    const { from } = composer.compose(layers, NO_ROUTE_DEFAULTS);
    expect(from.origin).toEqual(['options', 'options']);
    expect(composer.problems).toMatchObject([
      {
        code: 'restrict-leaves-nothing',
        where: 'options',
        value: ['https://b.example'],
        message: 'has no origin in common with options',
      },
    ]);
  });
});

describe('what could not be read', () => {
  it.each<[title: string, layers: Readonly<Record<string, object>>, found: readonly ShortProblem[]]>([
    [
      'credentials that may be meant to be false',
      {
        options: { origin: 'https://a.example', credentials: true },
        Cats: { origin: '*', credentials: 'false' },
      },
      [['option-type', 'Cats, credentials', 'false']],
    ],
    [
      'a danger that may be accepted',
      { options: { origin: 'null', dangerously: { nullOrgin: true } } },
      [['option-unknown', 'options, dangerously.nullOrgin']],
    ],
    [
      'an inner list of which the rest has nothing in common with the outer one',
      {
        options: { origin: 'https://a.example' },
        Cats: { origin: ['https://a.example/', 'https://b.example'], merge: 'restrict' },
      },
      [['origin-path', 'Cats, origin[0]', 'https://a.example/']],
    ],
    [
      'an outer list of which the rest has nothing in common with the inner one',
      {
        options: { origin: ['https://a.example/', 'https://b.example'] },
        Cats: { origin: 'https://a.example', merge: 'restrict' },
      },
      [['origin-path', 'options, origin[0]', 'https://a.example/']],
    ],
    [
      'an empty list',
      { options: { origin: [] }, Cats: { origin: 'https://a.example', merge: 'restrict' } },
      [['origin-empty', 'options, origin', []]],
    ],
  ])('brings no problem of its own: %s', (_, layers, found) => {
    expect(problems(layers)).toEqual(found);
  });

  it('does not hide what is wrong with the rest of a list', () => {
    const options = { origin: ['a.example', 'http://b.example', 'null', 'https://*.com'], credentials: true };
    expect(problems({ options })).toEqual([
      ['origin-scheme-missing', 'options, origin[0]', 'a.example'],
      ['origin-insecure-with-credentials', 'options, origin[1]', 'http://b.example'],
      ['origin-public-suffix', 'options, origin[3]', 'https://*.com'],
      ['origin-null', 'options, origin[2]', 'null'],
    ]);
  });
});

describe('restrict that leaves no origin', () => {
  it.each<[title: string, layers: Readonly<Record<string, object>>, message: RegExp | undefined]>([
    [
      'nothing in common',
      { options: { origin: 'https://a.example' }, Cats: { origin: 'https://b.example', merge: 'restrict' } },
      /^has no origin in common with options$/,
    ],
    [
      'nothing in common with two layers',
      {
        options: { origin: 'https://a.example' },
        Cats: { origin: 'https://b.example', merge: 'extend' },
        'Cats#list': { origin: 'https://c.example', merge: 'restrict' },
      },
      /^has no origin in common with options and Cats$/,
    ],
    [
      'no outer layer',
      { options: {}, Cats: { origin: 'https://b.example', merge: 'restrict' } },
      /no outer layer/,
    ],
    [
      'an origin in common',
      { options: { origin: '*' }, Cats: { origin: 'https://b.example', merge: 'restrict' } },
      undefined,
    ],
    [
      'conditions in common',
      {
        options: { origin: 'https://*.a.example' },
        Cats: { origin: /^https:\/\/[a-z]+\.a\.example$/, merge: 'restrict' },
      },
      undefined,
    ],
    [
      'a nearer layer that names origins',
      {
        options: { origin: 'https://a.example' },
        Cats: { origin: 'https://b.example', merge: 'restrict' },
        'Cats#list': { origin: 'https://c.example' },
      },
      undefined,
    ],
    [
      'a nearer layer that adds origins',
      {
        options: { origin: 'https://a.example' },
        Cats: { origin: 'https://b.example', merge: 'restrict' },
        'Cats#list': { origin: 'https://c.example', merge: 'extend' },
      },
      undefined,
    ],
  ])('%s', (_, layers, message) => {
    expect(composed(layers).problems).toEqual(
      message === undefined
        ? []
        : [
            expect.objectContaining({
              code: 'restrict-leaves-nothing',
              message: expect.stringMatching(message),
            }),
          ],
    );
  });

  it('below a layer that closes, whatever stands outside of that one', () => {
    const list = layerOf('Cats#list', { origin: 'https://a.example', merge: 'restrict' });
    const composer = new PolicyComposer();
    for (const origin of ['https://a.example', '*']) {
      composer.compose([layerOf('options', { origin }), closingLayer('Cats'), list], NO_ROUTE_DEFAULTS);
    }
    expect(composer.problems).toMatchObject([
      {
        code: 'restrict-leaves-nothing',
        where: 'Cats#list',
        message: 'has no origin in common with Cats',
        value: ['https://a.example'],
      },
    ]);
  });

  it('a layer that closes is no mistake, also where it restricts nothing any more', () => {
    const restricting = layerOf('Cats', { origin: 'https://a.example', merge: 'restrict' });
    const composer = new PolicyComposer();
    composer.compose([restricting, closingLayer('Cats#list')], NO_ROUTE_DEFAULTS);
    expect(composer.problems).toEqual([]);
  });

  it('other lists may well be left empty', () => {
    const { problems: found, fields } = composed({
      options: { origin: 'https://a.example', methods: 'PUT', allowedHeaders: 'x-a', exposedHeaders: 'x-a' },
      Cats: { methods: 'PATCH', allowedHeaders: 'x-b', exposedHeaders: 'x-b', merge: 'restrict' },
    });
    expect(found).toEqual([]);
    expect(fields).toMatchObject({ methods: [], allowedHeaders: [], exposedHeaders: [] });
  });
});

describe('describeEntry', () => {
  it.each<[entry: OriginEntry, text: string]>([
    [entryOf('*'), '*'],
    [entryOf('https://a.example'), 'https://a.example'],
    [entryOf('null'), 'null'],
    [entryOf('https://*.a.example:*'), 'https://*.a.example:*'],
    [entryOf(/^https:\/\/[a-z]+\.a\.example$/i), '/^https:\\/\\/[a-z]+\\.a\\.example$/i'],
    [sourceOf('Partners', () => true), 'Partners'],
    [{ kind: 'all-of', parts: [sourceOf('A', () => true), sourceOf('B', () => true)] }, 'A and B'],
  ])('%p', (entry, text) => {
    expect(describeEntry(entry)).toBe(text);
  });
});

it('a message says what, why and how to mend it', () => {
  expect(lineOf({ origin: 'http://a.example', credentials: true })).toBe(
    'options, origin: "http://a.example" can be impersonated by whoever controls the network, and would get the ' +
      'cookies with credentials: true: write "https://a.example", or set dangerously: { insecureOrigins: true }. ' +
      '[origin-insecure-with-credentials]',
  );
});
