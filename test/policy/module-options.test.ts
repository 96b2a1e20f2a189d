import { describe, expect, it } from '@jest/globals';
import { readModuleOptions, unknownPolicy } from '../../lib/policy/module-options.js';
import { errorOf, layerOf, lineOf, problemsOf, providing, type ShortProblem } from './configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

describe('the options of the module', () => {
  it('are read whole', () => {
    const { base, named, paths, publicOrigins, problems } = readModuleOptions(
      {
        origin: 'https://a.example',
        maxAge: 600,
        merge: 'extend',
        policies: { partners: { allowedHeaders: 'x-api-key', merge: 'restrict' }, empty: {} },
        routes: [
          { path: '/graphql', policy: 'partners' },
          { path: '/files/*path', policy: { origin: '*', merge: 'extend' } },
          { path: '/', policy: false, exact: true },
          { path: '/auth', unmanaged: true, exact: false },
        ],
        publicOrigins: ['https://api.example.com', 'http://localhost:3000'],
      },
      providing(),
    );
    expect(problems).toEqual([]);
    expect(base).toMatchObject({ where: 'options', merge: 'extend', fields: { maxAge: 600 } });
    expect([...named.entries()]).toMatchObject([
      [
        'partners',
        { where: 'options.policies.partners', merge: 'restrict', fields: { allowedHeaders: ['x-api-key'] } },
      ],
      ['empty', { where: 'options.policies.empty', merge: 'replace', fields: {} }],
    ]);
    expect(paths).toMatchObject([
      {
        where: 'options.routes[0]',
        path: '/graphql',
        exact: false,
        layer: { where: 'options.policies.partners' },
      },
      {
        where: 'options.routes[1]',
        path: '/files/*path',
        exact: false,
        layer: { where: 'options.routes[1].policy', merge: 'extend' },
      },
      {
        where: 'options.routes[2]',
        path: '/',
        exact: true,
        layer: { where: 'options.routes[2].policy', closes: true, fields: { origin: [] } },
      },
      { where: 'options.routes[3]', path: '/auth', exact: false, layer: undefined },
    ]);
    expect(publicOrigins).toEqual(new Set(['https://api.example.com', 'http://localhost:3000']));
  });

  it.each<[title: string, raw: unknown]>([
    ['nothing', {}],
    [
      'what a ConfigService does not know',
      { origin: undefined, policies: undefined, routes: undefined, publicOrigins: undefined },
    ],
    [
      'switches of entries that are undefined',
      {
        routes: [
          { path: '/a', policy: {}, exact: undefined, unmanaged: undefined },
          { path: '/b', unmanaged: true, policy: undefined },
          { path: '/c', policy: {}, unmanaged: false },
        ],
      },
    ],
    ["one of the app's own origins", { publicOrigins: 'https://api.example.com' }],
    ['empty lists', { policies: {}, routes: [] }],
    ['a policy of every name', { policies: JSON.parse('{ "__proto__": {}, "constructor": {}, "": {} }') }],
  ])('may be %s', (_, raw) => {
    expect(problemsOf(raw)).toEqual([]);
  });

  it.each<[title: string, raw: unknown, problems: readonly ShortProblem[]]>([
    ['null', null, [['option-type', 'options', null]]],
    ['an origin', 'https://a.example', [['option-type', 'options', 'https://a.example']]],
    ['a list', [{ origin: '*' }], [['option-type', 'options', [{ origin: '*' }]]]],
    ['a promise', Promise.resolve({}), [['option-type', 'options', expect.any(Promise)]]],
    ['no way to merge', { merge: 'union' }, [['option-type', 'options, merge', 'union']]],
    ['no policies', { policies: null }, [['option-type', 'options.policies', null]]],
    ['a list of policies', { policies: [{}] }, [['option-type', 'options.policies', [{}]]]],
    [
      'a Map of policies',
      { policies: new Map([['partners', {}]]) },
      [['option-type', 'options.policies', new Map([['partners', {}]])]],
    ],
    [
      'a policy that is none',
      { policies: { partners: 'https://a.example', guests: undefined } },
      [
        ['option-type', 'options.policies.partners', 'https://a.example'],
        ['option-type', 'options.policies.guests'],
      ],
    ],
    [
      'a slip in a policy',
      { policies: { partners: { orgin: '*', merge: 'union', policies: {} } } },
      [
        ['option-unknown', 'options.policies.partners, orgin'],
        ['option-type', 'options.policies.partners, merge', 'union'],
        ['option-unknown', 'options.policies.partners, policies'],
      ],
    ],
    [
      'a mistake in a policy that nobody uses',
      { policies: { partners: { origin: ['https://a.example', 'https://b.example/'] } } },
      [['origin-path', 'options.policies.partners, origin[1]', 'https://b.example/']],
    ],
    ['no routes', { routes: null }, [['option-type', 'options.routes', null]]],
    [
      'an object of routes',
      { routes: { '/graphql': 'partners' } },
      [['option-type', 'options.routes', { '/graphql': 'partners' }]],
    ],
    [
      'routes that are none',
      { routes: Object.assign(['/graphql', null], { 3: [] }) },
      [
        ['option-type', 'options.routes[0]', '/graphql'],
        ['option-type', 'options.routes[1]', null],
        ['option-type', 'options.routes[2]'],
        ['option-type', 'options.routes[3]', []],
      ],
    ],
    [
      'a route without anything',
      { routes: [{}] },
      [
        ['route-path-invalid', 'options.routes[0], path'],
        ['option-type', 'options.routes[0].policy'],
      ],
    ],
    [
      'a route with the policy beside it',
      { routes: [{ path: '/graphql', policy: {}, origin: '*', methods: 'PUT', merge: 'extend' }] },
      [
        ['option-unknown', 'options.routes[0], origin'],
        ['option-unknown', 'options.routes[0], methods'],
        ['option-unknown', 'options.routes[0], merge'],
      ],
    ],
    [
      'a route whose faults do not hide each other',
      { routes: [{ path: 'graphql', policy: { origin: ['https://a.example/'], maxAge: -1 } }] },
      [
        ['route-path-invalid', 'options.routes[0], path', 'graphql'],
        ['origin-path', 'options.routes[0].policy, origin[0]', 'https://a.example/'],
        ['max-age-invalid', 'options.routes[0].policy, maxAge', -1],
      ],
    ],
    [
      'a route with a policy that is wrong when merged, and no path',
      { credentials: true, routes: [{ path: /x/, policy: { origin: '*' } }] },
      [
        ['route-path-invalid', 'options.routes[0], path', /x/],
        ['origin-any-with-credentials', 'options.routes[0].policy, origin', '*'],
      ],
    ],
    [
      'a route with an unknown policy',
      { policies: { partners: {} }, routes: [{ path: '/graphql', policy: 'partner' }] },
      [['policy-unknown', 'options.routes[0].policy', 'partner']],
    ],
    [
      'a route with a policy that is no policy',
      { routes: [{ path: '/graphql', policy: true }] },
      [['option-type', 'options.routes[0].policy', true]],
    ],
    [
      'a route with a policy that could not be read, which is known all the same',
      { policies: { partners: 5 }, routes: [{ path: '/graphql', policy: 'partners' }] },
      [['option-type', 'options.policies.partners', 5]],
    ],
    [
      'a path that cannot be read',
      { routes: [{ path: '/files/*', policy: {} }] },
      [['route-path-invalid', 'options.routes[0], path', '/files/*']],
    ],
    [
      'a policy on a path that is unmanaged',
      { routes: [{ path: '/auth', policy: false, unmanaged: true }] },
      [['option-conflict', 'options.routes[0], policy']],
    ],
    [
      'an origin for a path',
      { routes: [{ path: 'https://a.example/x', policy: {} }] },
      [['route-path-invalid', 'options.routes[0], path', 'https://a.example/x']],
    ],
    [
      'a wildcard that may cover nothing',
      { routes: [{ path: '/files/*path', policy: {}, exact: true }] },
      [['option-conflict', 'options.routes[0], exact', true]],
    ],
    [
      'switches of an entry that are none',
      { routes: [{ path: '/auth', policy: {}, unmanaged: 1, exact: 'true' }] },
      [
        ['option-type', 'options.routes[0], unmanaged', 1],
        ['option-type', 'options.routes[0], exact', 'true'],
      ],
    ],
    [
      'a path twice, also with a wildcard or another name of its parameter, or in another case',
      {
        routes: [
          { path: '/t/:tenant/files', policy: {} },
          { path: '/t/:id/files/*path', policy: false },
          { path: '/T/:x/Files/', unmanaged: true },
          { path: '/t/:tenant/files', policy: false, exact: true },
          { path: '/t/:tenant/files', policy: false, exact: true },
        ],
      },
      [
        ['route-path-repeated', 'options.routes[1], path', '/t/:id/files/*path'],
        ['route-path-repeated', 'options.routes[2], path', '/T/:x/Files/'],
        ['route-path-repeated', 'options.routes[4], path', '/t/:tenant/files'],
      ],
    ],
    ['no own origins', { publicOrigins: [] }, [['origin-empty', 'options, publicOrigins', []]]],
    [
      "origins that cannot be the app's own",
      {
        publicOrigins: [
          '*',
          'null',
          'https://*.example.com',
          /^https:\/\/api\.example\.com$/,
          'https://api.example.com/',
          'api.example.com',
          undefined,
          'https://api.example.com',
        ],
      },
      [
        ['option-type', 'options, publicOrigins[0]', '*'],
        ['option-type', 'options, publicOrigins[1]', 'null'],
        ['option-type', 'options, publicOrigins[2]', 'https://*.example.com'],
        ['option-type', 'options, publicOrigins[3]', /^https:\/\/api\.example\.com$/],
        ['origin-path', 'options, publicOrigins[4]', 'https://api.example.com/'],
        ['origin-scheme-missing', 'options, publicOrigins[5]', 'api.example.com'],
        ['option-type', 'options, publicOrigins[6]'],
      ],
    ],
    [
      'own origins in a policy',
      { policies: { p: { publicOrigins: [] } } },
      [['option-unknown', 'options.policies.p, publicOrigins']],
    ],
  ])('may not be %s', (_, raw, problems) => {
    expect(problemsOf(raw)).toEqual(problems);
  });

  it('are all read where one entry is wrong: a policy that is not known closes its path', () => {
    const { paths } = readModuleOptions(
      { origin: '*', routes: [{ path: '/a', policy: 'partners' }, 'b', { path: '/c', policy: 5 }] },
      providing(),
    );
    expect(paths.map(({ path, layer }) => [path, layer?.closes, layer?.unread.length])).toEqual([
      ['/a', true, 0],
      [undefined, true, 0],
      ['/c', undefined, 9],
    ]);
  });

  it('six faults are six problems, and none masks another (C31)', () => {
    const raw = {
      origin: ['https://example.com/', 'http://insecure.example'],
      credentials: true,
      exposedHeaders: ['*', 'x y'],
      methods: ['patch'],
      allowedHeaders: 'Cookie',
      maxAge: 90_000,
    };
    expect(problemsOf(raw)).toEqual([
      ['origin-path', 'options, origin[0]', 'https://example.com/'],
      ['header-invalid', 'options, exposedHeaders[1]', 'x y'],
      ['method-case', 'options, methods[0]', 'patch'],
      ['header-forbidden', 'options, allowedHeaders', 'Cookie'],
      ['max-age-invalid', 'options, maxAge', 90_000],
      ['exposed-any-with-credentials', 'options, exposedHeaders[0]', '*'],
      ['origin-insecure-with-credentials', 'options, origin[1]', 'http://insecure.example'],
    ]);
  });

  it('each fault alone is the same problem as all together (C31)', () => {
    const faults: Readonly<Record<string, unknown>> = {
      origin: ['https://example.com/'],
      credentials: 'true',
      exposedHeaders: 'set-cookie',
      enforce: 1,
      methods: ['CONNECT'],
      allowedHeaders: '',
      maxAge: '600',
      optionsSuccessStatus: 302,
      dangerously: { everything: true },
      policies: [],
      routes: {},
      publicOrigins: [],
      colour: 'blue',
    };
    const alone = Object.entries(faults).flatMap(([name, value]) => problemsOf({ [name]: value }));
    expect(alone).toHaveLength(Object.keys(faults).length);
    expect(new Set(problemsOf(faults).map(String))).toEqual(new Set(alone.map(String)));
  });

  it.each<[raw: unknown, line: string]>([
    [
      { origin: 'https://example.com/app' },
      'options, origin: "https://example.com/app" has a path: write "https://example.com". [origin-path]',
    ],
    [
      { orgin: '*' },
      'options, orgin: is no option here (did you mean origin?): write origin. [option-unknown]',
    ],
    [
      { policies: { partners: { methods: ['PUT', 'patch'] } } },
      'options.policies.partners, methods[1]: "patch" is no method that browsers ask for, methods are ' +
        'case-sensitive (did you mean PATCH?): write "PATCH". [method-case]',
    ],
    [
      { routes: [{ path: 'graphql', policy: false }] },
      'options.routes[0], path: "graphql" is no path that begins with a slash: write "/graphql". [route-path-invalid]',
    ],
    [
      { routes: [{ path: '*', policy: false }] },
      'options.routes[0], path: "*" is no path that begins with a slash: write the whole path, as in "/graphql" or ' +
        '"/files/*path". [route-path-invalid]',
    ],
    [
      { routes: [{ path: '/auth', policy: false, unmanaged: true }] },
      'options.routes[0], policy: has no effect on a path that is unmanaged: remove policy, or unmanaged: true. [option-conflict]',
    ],
    [
      {
        routes: [
          { path: '/a', policy: {} },
          { path: '/a/', policy: false },
        ],
      },
      'options.routes[1], path: "/a/" is the path of options.routes[0] as well, so it can never apply: remove one of ' +
        'the two entries, or put both into options.routes[0]. [route-path-repeated]',
    ],
    [
      { publicOrigins: 'https://*.example.com' },
      'options, publicOrigins: "https://*.example.com" is no origin that the app itself can have: write one as browsers ' +
        'see it, as in "https://api.example.com". [option-type]',
    ],
    [
      { policies: { partners: {} }, routes: [{ path: '/graphql', policy: 'partner' }] },
      'options.routes[0].policy: "partner" names no policy: write "partners". [policy-unknown]',
    ],
    [
      { maxAge: '600' },
      'options, maxAge: "600" is no whole number from 0 to 86400: write 600, without quotes. [max-age-invalid]',
    ],
    [
      { origin: '*', credentials: true },
      'options, origin: "*" lets every site act with the cookies of its visitors, together with credentials: true: ' +
        'name the origins, or set credentials: false. [origin-any-with-credentials]',
    ],
  ])('%p: %s', (raw, line) => {
    expect(lineOf(raw)).toBe(line);
  });

  it('says how many problems there are', () => {
    expect(errorOf({ maxAge: -1 })?.message).toMatch(/^The CORS configuration has a problem:\n {2}1\. /);
    expect(errorOf({ maxAge: -1, methods: '' })?.message).toMatch(
      /^The CORS configuration has 2 problems:\n {2}1\. .*\n {2}2\. .*\nSee https:.*#max-age-invalid, #method-invalid$/,
    );
  });
});

describe('unknownPolicy', () => {
  const named = new Map([
    ['partners', layerOf('p', {})],
    ['guests', layerOf('g', {})],
  ]);

  it.each<[name: unknown, fix: string]>([
    ['partner', 'write "partners"'],
    ['Guests', 'write "guests"'],
    ['admins', 'add it to policies (there are partners, guests)'],
    [undefined, 'add it to policies (there are partners, guests)'],
    [Object.create(null), 'add it to policies (there are partners, guests)'],
  ])('%p: %s', (name, fix) => {
    expect(unknownPolicy(name, named)).toMatchObject({ code: 'policy-unknown', fix });
  });

  it('says where there are none', () => {
    expect(unknownPolicy('partners', new Map()).fix).toBe('add it to policies (there are none yet)');
  });
});
