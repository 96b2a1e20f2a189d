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

/** An entry with its policy compiled. */
interface EntryPolicy {
  readonly entry: PathEntry;
  readonly policy: Policy | undefined;
}

/** The policies of responses that belong to no route. */
export interface PathPolicies {
  readonly entries: readonly PathEntry[];
  /** The module's default, as an entry for every path. */
  readonly fallback: PathEntry;
  readonly policies: readonly (Policy | undefined)[];
  readonly problems: readonly CorsProblem[];
  /** The policy of a path that no route serves. */
  readonly policyFor: (path: string | undefined) => Policy | undefined;
  /** Where that policy stands: an entry, or the module's default; `undefined` where the path can be read in two ways. */
  readonly entryFor: (path: string | undefined) => PathEntry | undefined;
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
  const matchers: (EntryPolicy & { readonly matches: MatchFunction<object> })[] = [];
  for (const entry of entries) {
    const { where, path, governed } = entry;
    if (served.has(path)) problems.push(servedByController(where, path));
    try {
      matchers.push({ matches: compilePath(path, app.pathSyntax), entry, policy: policyOf(governed) });
    } catch {
      problems.push(unreadablePath(where, path));
    }
  }
  const base: EntryPolicy = {
    entry: { where: 'options', path: '*', governed: fallback },
    policy: policyOf(fallback),
  };
  const lookUp = (path: string): EntryPolicy =>
    matchers.find(({ matches }) => matches(path) !== false) ?? base;
  const find = (target: string | undefined): EntryPolicy | undefined => {
    if (target === undefined || matchers.length === 0) return base;
    const path = app.pathSyntax.useSemicolonDelimiter === true ? (target.split(';')[0] as string) : target;
    const found = lookUp(path);
    return lookUp(canonicalPath(path)).policy === found.policy ? found : undefined;
  };
  return {
    entries,
    fallback: base.entry,
    policies: [...matchers.map(({ policy }) => policy), base.policy],
    problems,
    policyFor: (target) => find(target)?.policy,
    entryFor: (target) => find(target)?.entry,
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
