import type { CorsProblem } from './cors-problem.js';
import { compileOrigins, type OriginRule } from './origin-set.js';
import { compilePolicy, type Policy } from './policy.js';
import { mergeLayers, type MergedFields, type PolicyLayer, type RouteDefaults } from './policy-fields.js';
import { checkPolicy } from './policy-rules.js';

/** A policy, and how it came about. */
export interface ComposedPolicy extends MergedFields {
  /** The compiled policy; `undefined` where no layer sets `origin`, so that there is none. */
  readonly policy: Policy | undefined;
}

/**
 * Composes policies from layers and collects what is wrong with them.
 *
 * Many routes share their layers, and a list of origins may be long: the same layers are checked, and their origins
 * compiled, once.
 */
export class PolicyComposer {
  private readonly found = new Map<string, CorsProblem>();
  private readonly origins = new Map<string, OriginRule>();
  private readonly ids = new WeakMap<PolicyLayer, number>();
  private nextId = 0;

  /** Every problem of the policies composed so far, each once. */
  get problems(): readonly CorsProblem[] {
    return [...this.found.values()];
  }

  /** Notes problems that were found elsewhere. */
  report(...problems: readonly CorsProblem[]): void {
    for (const problem of problems) {
      this.found.set(`${problem.where}|${problem.field}|${problem.code}|${String(problem.value)}`, problem);
    }
  }

  /**
   * Merges, checks and compiles.
   *
   * @param layers - outermost first
   * @param defaults - what the route itself says of `methods` and `allowedHeaders`
   */
  compose(layers: readonly PolicyLayer[], defaults: RouteDefaults): ComposedPolicy {
    const merged = mergeLayers(layers, defaults);
    const key = layers.map((layer) => this.idOf(layer)).join(' ');
    let origin = this.origins.get(key);
    if (origin === undefined) {
      const { fields } = merged;
      this.report(...checkPolicy(merged, layers));
      origin = compileOrigins(fields.origin, {
        secureOnly: fields.credentials && !fields.dangerously.insecureOrigins,
      });
      this.origins.set(key, origin);
    }
    return {
      ...merged,
      policy: merged.from.origin.length === 0 ? undefined : compilePolicy(merged.fields, origin),
    };
  }

  private idOf(layer: PolicyLayer): number {
    const id = this.ids.get(layer) ?? this.nextId++;
    this.ids.set(layer, id);
    return id;
  }
}
