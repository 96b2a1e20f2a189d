import { CompiledPolicies } from './compiled-policies.js';
import type { CorsProblem } from './cors-problem.js';
import type { OriginRule } from './origin-set.js';
import type { Policy } from './policy.js';
import {
  layersOf,
  layersWithout,
  mergeLayers,
  replaces,
  reportedLayers,
  type MergedFields,
  type PolicyField,
  type PolicyLayer,
  type RouteDefaults,
} from './policy-fields.js';
import { checkPolicy } from './policy-rules.js';
import { show } from './show.js';
import { ValuePath } from './value-path.js';

/** One for all that nobody has asked yet: an app has a policy for each of its routes. */
const NO_ORIGINS: readonly unknown[] = [];
/** Where named policies stand. */
const NAMED = 'options.policies.';

/** A policy, and how it came about. */
export class ComposedPolicy implements MergedFields {
  private merged: MergedFields | undefined = undefined;
  /** What the layers said when they were merged: the module's list of origins may have changed since. */
  private origins = NO_ORIGINS;

  /**
   * @param policy - the compiled policy, which allows nobody where no layer sets `origin`
   */
  constructor(
    readonly policy: Policy,
    readonly layers: readonly PolicyLayer[],
    private readonly defaults: RouteDefaults,
    /** What would be in force with the fields to come; `undefined` if there are none, or it is the same. */
    readonly reported?: ComposedPolicy,
  ) {}

  get fields(): MergedFields['fields'] {
    return this.merge().fields;
  }

  get from(): MergedFields['from'] {
    return this.merge().from;
  }

  get doubtful(): MergedFields['doubtful'] {
    return this.merge().doubtful;
  }

  /** The name of the policy of `policies` among its layers, if there is one. */
  get policyName(): string | undefined {
    const named = this.layers.findLast(({ where }) => where.startsWith(NAMED));
    return named?.where.slice(NAMED.length);
  }

  /** Where names have to be listed in `allowedHeaders` that the policy refuses; nowhere yet if that is the default's. */
  layersWithout(names: readonly string[]): readonly string[] {
    return layersWithout(names, this.layers).map(({ where }) => where);
  }

  /** What other layers would come to in its place, and what is wrong with them. */
  recomposed(layers: readonly PolicyLayer[]): {
    readonly composed: ComposedPolicy;
    readonly problems: readonly CorsProblem[];
  } {
    const composer = new PolicyComposer();
    return { composed: composer.compose(layers, this.defaults), problems: composer.problems };
  }

  /** Not when the app starts: that is for the few who ask. */
  private merge(): MergedFields {
    const origins = this.layers.map(({ fields }) => fields.origin);
    if (this.merged !== undefined && origins.every((origin, index) => origin === this.origins[index])) {
      return this.merged;
    }
    this.origins = origins;
    return (this.merged = mergeLayers(this.layers, this.defaults));
  }
}

/** The fields that the rules look at, and on which the compiled origins depend. No route has defaults for them. */
const CHECKED_FIELDS: readonly PolicyField[] = ['origin', 'credentials', 'exposedHeaders', 'dangerously'];

/** The fields for which a route has defaults. */
const DEFAULTED_FIELDS = ['methods', 'allowedHeaders'] as const;

/** What layers come to on different routes. */
interface ComposedLayers {
  /** The fields for which they need the defaults of the route. */
  readonly defaulted: readonly (keyof RouteDefaults)[];
  /** By these defaults. */
  readonly policies: ValuePath<Policy>;
}

/** Layers, and where they lead to. */
interface LastComposed {
  readonly layers: readonly PolicyLayer[];
  readonly place: ValuePath<ComposedLayers>;
}

/** What has become of some layers. */
interface Checked {
  readonly origin: OriginRule;
  /** Whether nothing is wrong with them. */
  readonly isSound: boolean;
}

/**
 * Composes policies from layers and collects what is wrong with them.
 *
 * Many routes share their layers, or have layers that say the same, and a list of origins may be long: what comes to the
 * same is checked and compiled once.
 */
export class PolicyComposer {
  private readonly found = new Map<string, CorsProblem>();
  private readonly checked = new ValuePath<Checked>();
  private readonly composed = new ValuePath<ComposedLayers>();
  /** The layers that were composed last: neighbours often say the same. */
  private last: LastComposed | undefined = undefined;

  /** Whether some list was made of that of the layer that is watched and of others, so that it does not change with it. */
  derives = false;

  /**
   * @param compiled - the policies of the app, of which this composer composes some
   * @param watched - the layer of the module's options
   */
  constructor(
    readonly compiled = new CompiledPolicies(),
    private readonly watched?: PolicyLayer,
  ) {}

  /** Every problem of the policies composed so far, each once. */
  get problems(): readonly CorsProblem[] {
    return [...this.found.values()];
  }

  /** Notes problems that were found elsewhere. */
  report(problems: readonly CorsProblem[]): void {
    if (problems.length === 0) return;
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
   * @param toCome - what would be merged in their place if the fields to come were in force
   */
  compose(
    layers: readonly PolicyLayer[],
    defaults: RouteDefaults,
    toCome: readonly PolicyLayer[] = reportedLayers(layers),
  ): ComposedPolicy {
    const policy = this.policyOf(layers, defaults);
    if (toCome === layers) return new ComposedPolicy(policy, layers, defaults);
    const reported = new ComposedPolicy(this.policyOf(toCome, defaults), toCome, defaults);
    return new ComposedPolicy(policy, layers, defaults, reported.policy === policy ? undefined : reported);
  }

  private policyOf(layers: readonly PolicyLayer[], defaults: RouteDefaults): Policy {
    const place = this.composedOn(layers, defaults);
    if (place.found !== undefined) return place.found;

    const merged = mergeLayers(layers, defaults);
    this.derives ||= this.isDerived(merged, layers);
    const { origin, isSound } = this.check(merged, layers);
    const policy = this.compiled.policy(merged.fields, origin);
    // Only of what is sound: a problem is told with the places of the very layers that have it.
    if (isSound) place.found = policy;
    return policy;
  }

  private isDerived({ fields }: MergedFields, layers: readonly PolicyLayer[]): boolean {
    const { watched } = this;
    if (watched === undefined || fields.origin === watched.fields.origin) return false;
    return layersOf('origin', layers).includes(watched);
  }

  /** Leads through what the layers say, and through the route's defaults for those fields that none of them replaces. */
  private composedOn(layers: readonly PolicyLayer[], defaults: RouteDefaults): ValuePath<Policy> {
    if (this.last === undefined || !sayTheSame(layers, this.last.layers)) {
      this.last = { layers, place: throughLayers(this.composed, layers) };
    }
    const { place: known } = this.last;
    known.found ??= {
      defaulted: DEFAULTED_FIELDS.filter((field) => !replaces(layers, field)),
      policies: new ValuePath(),
    };
    const { defaulted, policies } = known.found;
    let place = policies;
    for (const field of defaulted) {
      place = place.to(field);
      for (const name of defaults[field]) place = place.to(name);
    }
    return place;
  }

  private check(merged: MergedFields, layers: readonly PolicyLayer[]): Checked {
    const place = throughLayers(
      this.checked,
      layers.filter(
        ({ fields, unread, closes }) =>
          closes === true ||
          CHECKED_FIELDS.some((field) => fields[field] !== undefined || unread.includes(field)),
      ),
    );
    const known = place.found;
    if (known?.isSound === true) return known;
    const problems = checkPolicy(merged, layers);
    this.report(problems);
    place.found = { origin: this.compiled.origin(merged.fields), isSound: problems.length === 0 };
    return place.found;
  }
}

/** Whether layers lead to one place; see {@link throughLayers}. */
function sayTheSame(layers: readonly PolicyLayer[], others: readonly PolicyLayer[]): boolean {
  if (layers.length !== others.length) return false;
  return layers.every((layer, index) => {
    const { fields, merge } = others[index] as PolicyLayer;
    return layer.fields === fields && layer.merge === merge;
  });
}

/** The same place for layers that say the same: they have their fields in common, wherever they stand. */
function throughLayers<T>(from: ValuePath<T>, layers: readonly PolicyLayer[]): ValuePath<T> {
  let place = from;
  for (const { fields, merge } of layers) place = place.to(fields).to(merge);
  return place;
}
