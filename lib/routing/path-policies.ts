import { match, type MatchFunction } from 'path-to-regexp';
import type { CorsProblem } from '../policy/cors-problem.js';
import type { Policy } from '../policy/policy.js';
import type { CorsRoute } from './cors-route.js';
import { policyOf, type Governed } from './governed.js';
import { canonicalPath } from './request-path.js';

/** How the platform's router reads paths. */
export interface PathSyntax {
  readonly caseSensitive: boolean;
  readonly ignoreTrailingSlash: boolean;
  /** Whether the path ends at a `;`. */
  readonly useSemicolonDelimiter?: boolean;
}

/** An entry of `routes` with its policy. */
export interface PathEntry {
  readonly where: string;
  readonly path: string;
  readonly governed: Governed;
}

/** The policies of responses that belong to no route. */
export interface PathPolicies {
  readonly entries: readonly PathEntry[];
  /** The module's default. */
  readonly fallback: Governed;
  readonly policies: readonly (Policy | undefined)[];
  readonly problems: readonly CorsProblem[];
  /** The policy of a path that no route serves. */
  readonly policyFor: (path: string | undefined) => Policy | undefined;
}

/**
 * Compiles the entries of `routes`.
 *
 * A server may read a path in more than one way: `/public/..%2fprivate/x` is a file in `/private` to a static file
 * server, and a name in `/public` to a router. Where the readings lead to different entries, none is used and the path
 * has no policy: an origin must not get at one path by another one's policy (CVE-2020-25032, CVE-2019-18978).
 */
export function compilePathPolicies(
  entries: readonly PathEntry[],
  fallback: Governed,
  app: { readonly routes: readonly CorsRoute[]; readonly pathSyntax: PathSyntax },
): PathPolicies {
  const served = new Set(app.routes.map(({ path }) => path));
  const problems: CorsProblem[] = [];
  const matchers: { readonly matches: MatchFunction<object>; readonly policy: Policy | undefined }[] = [];
  for (const { where, path, governed } of entries) {
    if (served.has(path)) problems.push(servedByController(where, path));
    try {
      matchers.push({ matches: compilePath(path, app.pathSyntax), policy: policyOf(governed) });
    } catch {
      problems.push(unreadablePath(where, path));
    }
  }
  const fallbackPolicy = policyOf(fallback);
  const lookUp = (path: string): Policy | undefined => {
    const found = matchers.find(({ matches }) => matches(path) !== false);
    return found === undefined ? fallbackPolicy : found.policy;
  };
  return {
    entries,
    fallback,
    policies: [...matchers.map(({ policy }) => policy), fallbackPolicy],
    problems,
    policyFor: (target) => {
      if (target === undefined || matchers.length === 0) return fallbackPolicy;
      const path = app.pathSyntax.useSemicolonDelimiter === true ? (target.split(';')[0] as string) : target;
      const policy = lookUp(path);
      return lookUp(canonicalPath(path)) === policy ? policy : undefined;
    },
  };
}

function compilePath(
  path: string,
  { caseSensitive, ignoreTrailingSlash }: PathSyntax,
): MatchFunction<object> {
  return match(path, { sensitive: caseSensitive, trailing: ignoreTrailingSlash, end: true, decode: false });
}

function servedByController(where: string, path: string): CorsProblem {
  return {
    code: 'route-path-served',
    where,
    field: 'path',
    value: path,
    message: 'is served by a controller, whose decorators say its policy',
    fix: 'put @UseCorsPolicy(…) or @AllowOrigin(…) on the controller or handler',
  };
}

function unreadablePath(where: string, path: string): CorsProblem {
  const mended = path.replaceAll(/\*(?![\p{ID_Start}"])/gu, '*path');
  return {
    code: 'route-path-invalid',
    where,
    field: 'path',
    value: path,
    message: 'is no path in the syntax of Nest',
    fix:
      mended === path ? 'write one such as "/files/*path" or "/tiles/:z"' : `write ${JSON.stringify(mended)}`,
  };
}
