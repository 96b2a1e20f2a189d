import type { CorsProblem } from './cors-problem.js';
import { POLICY_FIELDS, type PolicyLayer } from './policy-fields.js';
import { readLayer } from './read-layer.js';
import type { ResolveSource } from './read-origin.js';
import { suggest } from './suggest.js';

/** The place of the module's options in messages. */
export const OPTIONS = 'options';

/** An entry of `routes`, read. */
export interface PathPolicy {
  /** The entry's place: `options.routes[0]`. */
  readonly where: string;
  readonly path: string;
  /** The layers on top of the module's default, or `false` where the path takes no part in CORS. */
  readonly layers: readonly PolicyLayer[] | false;
}

/** The module's options, read. */
export interface ReadModuleOptions {
  readonly base: PolicyLayer;
  readonly named: ReadonlyMap<string, PolicyLayer>;
  readonly paths: readonly PathPolicy[];
  readonly problems: readonly CorsProblem[];
}

/** Reads the options of `CorsModule`, which may come from anywhere, and reports all that is wrong with them. */
export function readModuleOptions(raw: unknown, resolveSource: ResolveSource): ReadModuleOptions {
  const problems: CorsProblem[] = [];
  const report = (
    where: string,
    value: unknown,
    problem: Pick<CorsProblem, 'code' | 'message' | 'fix'>,
  ): void => {
    problems.push({ where, field: '', value, ...problem });
  };
  const read = (value: object, where: string, known: readonly string[]): PolicyLayer => {
    const result = readLayer(value, where, known, resolveSource);
    problems.push(...result.problems);
    return result.layer;
  };

  const options = isObject(raw) ? raw : {};
  if (!isObject(raw)) report(OPTIONS, raw, notAnObject('an object of options'));
  const base = read(options, OPTIONS, [...POLICY_FIELDS, 'policies', 'routes']);

  const named = new Map<string, PolicyLayer>();
  const policies = options['policies'] ?? {};
  if (!isObject(policies))
    report(`${OPTIONS}.policies`, policies, notAnObject('an object of policies by name'));
  for (const [name, policy] of Object.entries(isObject(policies) ? policies : {})) {
    const where = `${OPTIONS}.policies.${name}`;
    if (isObject(policy)) named.set(name, read(policy, where, POLICY_FIELDS));
    else report(where, policy, notAnObject('a policy'));
  }

  const paths: PathPolicy[] = [];
  const routes: unknown = options['routes'] ?? [];
  if (!Array.isArray(routes)) report(`${OPTIONS}.routes`, routes, notAnObject('a list of { path, policy }'));
  for (const [index, entry] of (Array.isArray(routes) ? routes : []).entries()) {
    const where = `${OPTIONS}.routes[${index}]`;
    const { path, policy } = isObject(entry) ? entry : {};
    if (typeof path !== 'string' || !path.startsWith('/')) {
      report(where, path, {
        code: 'route-path-invalid',
        message: 'is no path',
        fix: 'write the whole path, as in { path: "/graphql", policy: "partners" }',
      });
    } else if (policy === false) {
      paths.push({ where, path, layers: false });
    } else if (isObject(policy)) {
      paths.push({ where, path, layers: [read(policy, `${where}.policy`, POLICY_FIELDS)] });
    } else {
      const layer = typeof policy === 'string' ? named.get(policy) : undefined;
      if (layer === undefined) report(`${where}.policy`, policy, unknownPolicy(policy, named));
      else paths.push({ where, path, layers: [layer] });
    }
  }
  return { base, named, paths, problems };
}

/** What is wrong with a reference to a policy that does not exist. */
export function unknownPolicy(
  name: unknown,
  named: ReadonlyMap<string, PolicyLayer>,
): Pick<CorsProblem, 'code' | 'message' | 'fix'> {
  const names = [...named.keys()];
  const meant = suggest(String(name), names);
  const known = names.length === 0 ? 'there are none yet' : `there are ${names.join(', ')}`;
  return {
    code: 'policy-unknown',
    message: 'names no policy',
    fix: meant === undefined ? `add it to policies (${known})` : `write "${meant}"`,
  };
}

function notAnObject(expected: string): Pick<CorsProblem, 'code' | 'message' | 'fix'> {
  return { code: 'option-type', message: `is not ${expected}`, fix: `give ${expected}` };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
