import type { CorsProblem } from './cors-problem.js';
import { compileOrigins, type OriginRule } from './origin-set.js';
import { compilePolicy, type Policy } from './policy.js';
import {
  mergeLayers,
  type MergedFields,
  type PolicyField,
  type PolicyLayer,
  type RouteDefaults,
} from './policy-fields.js';
import { checkPolicy } from './policy-rules.js';
import { show } from './show.js';

/** A policy, and how it came about. */
export interface ComposedPolicy extends MergedFields {
  /** The compiled policy; `undefined` where no layer sets `origin`, so that there is none. */
  readonly policy: Policy | undefined;
}

/** The fields that the rules look at, and on which the compiled origins depend. No route has defaults for them. */
const CHECKED_FIELDS: readonly PolicyField[] = ['origin', 'credentials', 'exposedHeaders', 'dangerously'];

/**
 * Composes policies from layers and collects what is wrong with them.
 *
 * Many routes share their layers, and a list of origins may be long: the same layers are checked, and their origins
 * compiled, once.
 */
export class PolicyComposer {
  private readonly found = new Map<string, CorsProblem>();
  private readonly origins = new Map<string, OriginRule>();
  private readonly ids = new Map<PolicyLayer, number>();

  /** Every problem of the policies composed so far, each once. */
  get problems(): readonly CorsProblem[] {
    return [...this.found.values()];
  }

  /** Notes problems that were found elsewhere. */
  report(problems: readonly CorsProblem[]): void {
    for (const problem of problems) {
      const { code, where, field, value, message, fix } = problem;
      // Of long values only the beginning is shown, but the fix shows them whole where they differ.
      this.found.set([code, where, field, message, fix, show(value)].join('\n'), problem);
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
    const key = layers
      .filter(({ fields, unread }) =>
        CHECKED_FIELDS.some((field) => fields[field] !== undefined || unread.includes(field)),
      )
      .map((layer) => this.idOf(layer))
      .join(' ');
    let origin = this.origins.get(key);
    if (origin === undefined) {
      const { fields } = merged;
      this.report(checkPolicy(merged, layers));
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
    const id = this.ids.get(layer) ?? this.ids.size;
    this.ids.set(layer, id);
    return id;
  }
}
