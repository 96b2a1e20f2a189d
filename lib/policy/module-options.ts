import type { CorsProblem, ValueProblem } from './cors-problem.js';
import { isOptionsObject, type OptionsObject } from './options-object.js';
import { POLICY_FIELDS, type PolicyLayer } from './policy-fields.js';
import { readLayer } from './read-layer.js';
import type { ResolveSource } from './read-source.js';
import { suggest } from './suggest.js';
import { unknownOption } from './unknown-option.js';

/** The place of the module's options in messages. */
export const OPTIONS = 'options';

const MODULE_OPTIONS = [...POLICY_FIELDS, 'policies', 'routes'];
const ROUTE_OPTIONS = ['path', 'policy'];

/** An entry of `routes`, read. */
export interface PathPolicy {
  /** The entry's place: `options.routes[0]`. */
  readonly where: string;
  /** The path, `undefined` where it could not be read. */
  readonly path: string | undefined;
  /** The layer on top of the module's default, or `false` where the path takes no part in CORS. */
  readonly layer: PolicyLayer | false;
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
  const reader = new OptionsReader(resolveSource);
  const base = reader.layer(raw, OPTIONS, MODULE_OPTIONS);
  const { policies, routes }: OptionsObject = isOptionsObject(raw) ? raw : {};
  const named = reader.policies(policies);
  return { base, named, paths: reader.routes(routes, named), problems: reader.problems };
}

/** What is wrong with the name of a policy that does not exist. */
export function unknownPolicy(name: unknown, named: ReadonlyMap<string, PolicyLayer>): ValueProblem {
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

  layer(raw: unknown, where: string, known: readonly string[] = POLICY_FIELDS): PolicyLayer {
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
      return { where, path: undefined, layer: false };
    }
    for (const name of Object.keys(raw).filter((key) => !ROUTE_OPTIONS.includes(key))) {
      this.report(where, name, undefined, unknownOption(name, ROUTE_OPTIONS));
    }
    return { where, path: this.path(raw['path'], where), layer: this.policy(raw['policy'], where, named) };
  }

  private path(raw: unknown, where: string): string | undefined {
    if (typeof raw === 'string' && raw.startsWith('/')) return raw;
    this.report(where, 'path', raw, {
      code: 'route-path-invalid',
      message: 'is no path that begins with a slash',
      fix:
        typeof raw === 'string' && /^\w/.test(raw)
          ? `write ${JSON.stringify(`/${raw}`)}`
          : 'write the whole path, as in "/graphql" or "/files/*path"',
    });
    return undefined;
  }

  private policy(raw: unknown, entry: string, named: ReadonlyMap<string, PolicyLayer>): PolicyLayer | false {
    if (raw === false) return false;
    const where = `${entry}.policy`;
    if (typeof raw !== 'string') return this.layer(raw, where);
    const layer = named.get(raw);
    if (layer === undefined) this.report(where, '', raw, unknownPolicy(raw, named));
    return layer ?? false;
  }

  private report(where: string, field: string, value: unknown, problem: ValueProblem): void {
    this.problems.push({ where, field, value, ...problem });
  }
}
