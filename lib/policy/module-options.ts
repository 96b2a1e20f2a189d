import type { CorsProblem, ValueProblem } from './cors-problem.js';
import { isOptionsObject, type OptionsObject } from './options-object.js';
import { OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import { isExact } from './origin-entry.js';
import { parseOrigin } from './origin-syntax.js';
import { closingLayer, type PolicyLayer } from './policy-fields.js';
import { POLICY_OPTIONS } from './policy-options.js';
import { elements, readBoolean, readLayer } from './read-layer.js';
import type { ResolveSource } from './read-source.js';
import { suggest } from './suggest.js';
import { unknownOption } from './unknown-option.js';

/** The place of the module's options in messages. */
export const OPTIONS = 'options';

const MODULE_OPTIONS = [...POLICY_OPTIONS, 'policies', 'routes', 'publicOrigins', 'refusals', 'debug'];
const ROUTE_OPTIONS = ['path', 'policy', 'exact', 'unmanaged'];

/** An entry of `routes`, read. */
export interface PathPolicy {
  /** The entry's place: `options.routes[0]`. */
  readonly where: string;
  /** The path, `undefined` where it could not be read. */
  readonly path: string | undefined;
  /** Whether it is about the path alone, and not about what is below. */
  readonly exact: boolean;
  /** The layer on top of the module's options, or `undefined` where the path is left alone. */
  readonly layer: PolicyLayer | undefined;
}

/** The module's options, read. */
export interface ReadModuleOptions {
  readonly base: PolicyLayer;
  readonly named: ReadonlyMap<string, PolicyLayer>;
  readonly paths: readonly PathPolicy[];
  /** The app's own origins as browsers see them, `undefined` where nobody has said. */
  readonly publicOrigins: ReadonlySet<string> | undefined;
  /** Whether what is refused is counted. */
  readonly refusals: boolean;
  /** Whether it is logged. */
  readonly debug: boolean;
  readonly problems: readonly CorsProblem[];
}

/** Reads the options of `CorsModule`, which may come from anywhere, and reports all that is wrong with them. */
export function readModuleOptions(raw: unknown, resolveSource: ResolveSource): ReadModuleOptions {
  const reader = new OptionsReader(resolveSource);
  const base = reader.layer(raw, OPTIONS, MODULE_OPTIONS);
  const given: OptionsObject = isOptionsObject(raw) ? raw : {};
  const { policies, routes, publicOrigins } = given;
  const named = reader.policies(policies);
  return {
    base,
    named,
    paths: reader.routes(routes, named),
    publicOrigins: reader.publicOrigins(publicOrigins),
    refusals: reader.flag(given, 'refusals', OPTIONS),
    debug: reader.flag(given, 'debug', OPTIONS),
    problems: reader.problems,
  };
}

const NO_ORIGIN: ValueProblem = {
  code: 'option-type',
  message: 'is no origin that the app itself can have',
  fix: 'write one as browsers see it, as in "https://api.example.com"',
};

/** What is wrong with the name of a policy that does not exist. */
export function unknownPolicy(name: unknown, named: ReadonlyMap<string, unknown>): ValueProblem {
  const meant = typeof name === 'string' ? suggest(name, named.keys()) : undefined;
  const known = named.size === 0 ? 'there are none yet' : `there are ${[...named.keys()].join(', ')}`;
  return {
    code: 'policy-unknown',
    message: 'names no policy',
    fix: meant === undefined ? `add it to policies (${known})` : `write "${meant}"`,
  };
}

/** Reads the parts of the module's options. What cannot be read is reported, and takes its place as an empty layer. */
class OptionsReader {
  readonly problems: CorsProblem[] = [];

  constructor(private readonly resolveSource: ResolveSource) {}

  layer(raw: unknown, where: string, known: readonly string[] = POLICY_OPTIONS): PolicyLayer {
    const { layer, problems } = readLayer(raw, where, known, this.resolveSource);
    for (const problem of problems) this.problems.push(problem);
    return layer;
  }

  policies(raw: unknown): ReadonlyMap<string, PolicyLayer> {
    const where = `${OPTIONS}.policies`;
    if (raw !== undefined && !isOptionsObject(raw)) {
      this.report(where, '', raw, {
        code: 'option-type',
        message: 'is no object of policies by name',
        fix: 'write one, as in { partners: { origin: "https://partner.example" } }',
      });
      return new Map();
    }
    return new Map(
      Object.entries(raw ?? {}).map(([name, policy]) => [name, this.layer(policy, `${where}.${name}`)]),
    );
  }

  routes(raw: unknown, named: ReadonlyMap<string, PolicyLayer>): readonly PathPolicy[] {
    const where = `${OPTIONS}.routes`;
    if (raw !== undefined && !Array.isArray(raw)) {
      this.report(where, '', raw, {
        code: 'option-type',
        message: 'is no list of { path, policy }',
        fix: 'write one, as in [{ path: "/graphql", policy: "partners" }]',
      });
      return [];
    }
    return Array.from(raw ?? [], (entry: unknown, index) => this.route(entry, `${where}[${index}]`, named));
  }

  private route(raw: unknown, where: string, named: ReadonlyMap<string, PolicyLayer>): PathPolicy {
    if (!isOptionsObject(raw)) {
      this.report(where, '', raw, {
        code: 'option-type',
        message: 'is no { path, policy }',
        fix: 'write one, as in { path: "/graphql", policy: "partners" }',
      });
      return { where, path: undefined, exact: false, layer: closingLayer(where) };
    }
    for (const name of Object.keys(raw).filter((key) => !ROUTE_OPTIONS.includes(key))) {
      this.report(where, name, undefined, unknownOption(name, ROUTE_OPTIONS));
    }
    const unmanaged = this.flag(raw, 'unmanaged', where);
    if (unmanaged && raw['policy'] !== undefined) {
      this.report(where, 'policy', undefined, {
        code: 'option-conflict',
        message: 'has no effect on a path that is unmanaged',
        fix: 'remove policy, or unmanaged: true',
      });
    }
    const path = this.path(raw['path'], where);
    const exact = this.flag(raw, 'exact', where);
    if (exact && path !== undefined && /\/\*[^/]*\/?$/.test(path)) {
      this.report(where, 'exact', true, {
        code: 'option-conflict',
        message: `leaves nothing to the wildcard of ${path}, which stands for all below`,
        fix: 'remove the wildcard, or exact: true',
      });
    }
    return {
      where,
      path,
      exact,
      layer: unmanaged ? undefined : this.policy(raw['policy'], where, named),
    };
  }

  publicOrigins(raw: unknown): ReadonlySet<string> | undefined {
    if (raw === undefined) return undefined;
    const origins = new Set<string>();
    const field = 'publicOrigins';
    for (const [place, element] of elements(raw, field)) {
      const read = typeof element === 'string' ? parseOrigin(element) : { problem: NO_ORIGIN };
      if ('problem' in read) this.report(OPTIONS, place, element, read.problem);
      else if (isExact(read.entry) && read.entry !== OPAQUE_ORIGIN) origins.add(read.entry);
      else this.report(OPTIONS, place, element, NO_ORIGIN);
    }
    if (Array.isArray(raw) && raw.length === 0) {
      this.report(OPTIONS, field, raw, {
        code: 'origin-empty',
        message: 'names no origin',
        fix: 'name the origins under which browsers see the app, or leave the option out',
      });
    }
    return origins;
  }

  flag(raw: OptionsObject, name: string, where: string): boolean {
    return (
      readBoolean(raw[name] ?? false, name, (field, value, problem) =>
        this.report(where, field, value, problem),
      ) ?? false
    );
  }

  private path(raw: unknown, where: string): string | undefined {
    if (typeof raw === 'string' && raw.startsWith('/')) return raw;
    this.report(where, 'path', raw, {
      code: 'route-path-invalid',
      message: 'is no path that begins with a slash',
      fix:
        typeof raw === 'string' && /^\w+(?![^/]*:)/.test(raw)
          ? `write ${JSON.stringify(`/${raw}`)}`
          : 'write the whole path, as in "/graphql" or "/files/*path"',
    });
    return undefined;
  }

  private policy(raw: unknown, entry: string, named: ReadonlyMap<string, PolicyLayer>): PolicyLayer {
    const where = `${entry}.policy`;
    if (raw === false) return closingLayer(where);
    if (typeof raw !== 'string') return this.layer(raw, where);
    const layer = named.get(raw);
    if (layer === undefined) this.report(where, '', raw, unknownPolicy(raw, named));
    return layer ?? closingLayer(where);
  }

  private report(where: string, field: string, value: unknown, problem: ValueProblem): void {
    this.problems.push({ where, field, value, ...problem });
  }
}
