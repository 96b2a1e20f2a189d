import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import type { CorsProblem } from '../../lib/policy/cors-problem.js';
import type { Policy } from '../../lib/policy/policy.js';
import {
  closingLayer,
  NO_ROUTE_DEFAULTS,
  type MergedFields,
  type PolicyLayer,
} from '../../lib/policy/policy-fields.js';
import { POLICY_FIELDS } from '../../lib/policy/policy-options.js';
import type { OriginSource, OriginSourceClass } from '../../lib/policy/origin-source.js';
import { PolicyComposer, type ComposedPolicy } from '../../lib/policy/policy-composer.js';
import { readLayer } from '../../lib/policy/read-layer.js';
import type { ResolveSource } from '../../lib/policy/read-source.js';
import { compileGovernance } from '../../lib/routing/compile-governance.js';

/** The injector of an app with these sources. */
export function providing(...sources: readonly object[]): ResolveSource {
  return (wanted: OriginSourceClass) => {
    const source = sources.find((candidate): candidate is OriginSource => candidate instanceof wanted);
    return source === undefined
      ? {
          problem: {
            code: 'origin-source-missing',
            message: 'is provided by no module',
            fix: `add ${wanted.name}`,
          },
        }
      : { source };
  };
}

/** A problem without its prose: `[code, place, value]`. */
export type ShortProblem = readonly [code: string, place: string, value?: unknown];

export function short({ code, where, field, value }: CorsProblem): ShortProblem {
  const place = field === '' ? where : `${where}, ${field}`;
  return value === undefined ? [code, place] : [code, place, value];
}

/** The error with which an app with these options, and without a route, fails to start. */
export function errorOf(raw: unknown, ...sources: readonly object[]): CorsConfigurationError | undefined {
  try {
    compileGovernance(raw, {
      routes: [],
      problems: [],
      versionHeader: undefined,
      pathSyntax: { caseSensitive: false },
      resolveSource: providing(...sources),
      canAskAfterGuards: true,
    });
    return undefined;
  } catch (error) {
    if (error instanceof CorsConfigurationError) return error;
    throw error;
  }
}

/** What is wrong with the options of a module, in short. */
export function problemsOf(raw: unknown, ...sources: readonly object[]): readonly ShortProblem[] {
  return (errorOf(raw, ...sources)?.problems ?? []).map(short);
}

/** The one line of an error's message that says what is wrong, without its number. */
export function lineOf(raw: unknown): string | undefined {
  return errorOf(raw)
    ?.message.split('\n')[1]
    ?.replace(/^ {2}1\. /, '');
}

/** A layer that is known to be readable. */
export function layerOf(where: string, raw: object): PolicyLayer {
  const { layer, problems } = readLayer(raw, where, [...POLICY_FIELDS, 'merge'], providing());
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return layer;
}

/** The policy of what is closed: of `@NoCors()`, and of paths that nobody is sure of. */
export function closed(enforce?: boolean): Policy {
  return new PolicyComposer().compose([closingLayer('closed', enforce)], NO_ROUTE_DEFAULTS).policy;
}

/** Layers by their places, outermost first, and what they come to. */
export function composed(
  layers: Readonly<Record<string, object>>,
  defaults = NO_ROUTE_DEFAULTS,
): MergedFields & Pick<ComposedPolicy, 'policy'> & { readonly problems: readonly CorsProblem[] } {
  const composer = new PolicyComposer();
  const read = Object.entries(layers).map(([where, raw]) => {
    const { layer, problems } = readLayer(raw, where, [...POLICY_FIELDS, 'merge'], providing());
    composer.report(problems);
    return layer;
  });
  const { policy, fields, from, doubtful } = composer.compose(read, defaults);
  return { policy, fields, from, doubtful, problems: composer.problems };
}
