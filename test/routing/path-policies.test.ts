import { describe, expect, it } from '@jest/globals';
import type { ComposedPolicy } from '../../lib/policy/policy-composer.js';
import { NO_CORS, type Policy } from '../../lib/policy/policy.js';
import type { CorsRoute } from '../../lib/routing/cors-route.js';
import { compilePathPolicies, type PathSyntax } from '../../lib/routing/path-policies.js';

const policyNamed = (maxAge: string): Policy => ({ ...NO_CORS, closed: false, maxAge });
const governed = (policy: Policy): ComposedPolicy => ({ policy }) as ComposedPolicy;

const PUBLIC = policyNamed('public');
const PRIVATE = policyNamed('private');
const DEFAULT = policyNamed('default');
const EXPRESS: PathSyntax = { caseSensitive: false, ignoreTrailingSlash: true };
const FASTIFY: PathSyntax = { caseSensitive: true, ignoreTrailingSlash: false };

function compile(
  paths: Readonly<Record<string, Policy | 'none'>>,
  pathSyntax: PathSyntax = EXPRESS,
  routes: readonly string[] = [],
) {
  const entries = Object.entries(paths).map(([path, policy], index) => ({
    where: `options.routes[${index}]`,
    path,
    governed: policy === 'none' ? policy : governed(policy),
  }));
  return compilePathPolicies(entries, governed(DEFAULT), {
    routes: routes.map((path) => ({ path }) as CorsRoute),
    pathSyntax,
  });
}

describe('compilePathPolicies', () => {
  it('uses the first entry that matches, else the default', () => {
    const { policyFor } = compile({ '/public/*path': PUBLIC, '/public/x': PRIVATE, '/p/:id': PRIVATE });
    expect(policyFor('/public/x')).toBe(PUBLIC);
    expect(policyFor('/p/7')).toBe(PRIVATE);
    expect(policyFor('/p/7/8')).toBe(DEFAULT);
    expect(policyFor('/public')).toBe(DEFAULT);
  });

  it('CVE-2024-6839 (flask-cors): the first entry wins, not the one whose text is longest', () => {
    const { policyFor } = compile({ '/p/:id': PRIVATE, '/p/{*everythingBelowThisPath}': PUBLIC });
    expect([policyFor('/p/7'), policyFor('/p/7/8')]).toEqual([PRIVATE, PUBLIC]);
  });

  it('ends a path at a semicolon where the router does', () => {
    const { policyFor } = compile({ '/secret': 'none' }, { ...FASTIFY, useSemicolonDelimiter: true });
    expect([policyFor('/secret;x'), policyFor('/secret;/../x')]).toEqual([NO_CORS, NO_CORS]);
    expect(compile({ '/secret': 'none' }, FASTIFY).policyFor('/secret;x')).toBe(DEFAULT);
  });

  it('has the default for targets without a path', () => {
    expect(compile({ '/public': PUBLIC }).policyFor(undefined)).toBe(DEFAULT);
  });

  it('has no policy at all for paths that take no part in CORS', () => {
    expect(compile({ '/closed': 'none' }).policyFor('/closed')).toBe(NO_CORS);
  });

  it('compares paths as the platform does', () => {
    const express = compile({ '/Public': PUBLIC });
    const fastify = compile({ '/Public': PUBLIC }, FASTIFY);
    expect([express.policyFor('/public'), express.policyFor('/Public/')]).toEqual([PUBLIC, PUBLIC]);
    expect(fastify.policyFor('/Public')).toBe(PUBLIC);
    expect([fastify.policyFor('/public'), fastify.policyFor('/Public/')]).toEqual([DEFAULT, DEFAULT]);
  });

  // CVE-2020-25032 (flask-cors), CVE-2019-18978 (rack-cors): the path was not canonical when the policy was looked up.
  it.each([
    '/public/..%2fprivate/x',
    '/public/../private/x',
    '/public/%2e%2e/private/x',
    String.raw`/public/..\private/x`,
    '/public/..%5cprivate/x',
    '/private/../public/x',
    '/%70rivate/x',
    '//private/x',
    '/./private/x',
  ])('has no policy for %j, which is one path to one server and another to the next', (path) => {
    const { policyFor } = compile({ '/public/*path': PUBLIC, '/private/*path': PRIVATE });
    expect(policyFor(path)).toBeUndefined();
  });

  it('uses an entry for every spelling that leads to it alone', () => {
    const { policyFor } = compile({ '/public/*path': PUBLIC });
    expect(policyFor('/public/a%20b')).toBe(PUBLIC);
    expect(policyFor('/public/a/../b')).toBe(PUBLIC);
    expect(policyFor('/public//a')).toBe(PUBLIC);
    expect(policyFor('/public/%ZZ')).toBe(PUBLIC);
  });

  it('does not look twice where there are no entries', () => {
    expect(compile({}).policyFor('/a/../b')).toBe(DEFAULT);
  });

  it('lists every policy, the default last', () => {
    expect(compile({ '/a': PUBLIC, '/b': 'none' }).policies).toEqual([PUBLIC, NO_CORS, DEFAULT]);
  });

  it('refuses a path that a controller serves', () => {
    const { problems } = compile({ '/cats': PUBLIC }, EXPRESS, ['/cats']);
    expect(problems).toMatchObject([
      { code: 'route-path-served', where: 'options.routes[0]', field: 'path', value: '/cats' },
    ]);
  });

  it.each([
    ['/files/*', 'write "/files/*path"'],
    ['/files/*/x', 'write "/files/*path/x"'],
    ['/a(b', 'write one such as "/files/*path" or "/tiles/:z"'],
    ['/a?', 'write one such as "/files/*path" or "/tiles/:z"'],
  ])('refuses %j, and shows how to write it', (path, fix) => {
    expect(compile({ [path]: PUBLIC }).problems).toMatchObject([
      { code: 'route-path-invalid', value: path, fix },
    ]);
  });
});
