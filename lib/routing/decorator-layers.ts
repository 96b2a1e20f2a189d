import { readMetadata, UNDECORATED, type CorsMetadata, type Decorated } from '../decorators/cors-metadata.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { unknownPolicy, type ReadModuleOptions } from '../policy/module-options.js';
import type { LayerReader } from '../policy/layer-reader.js';
import { closingLayer, type PolicyLayer } from '../policy/policy-fields.js';

const ALLOW_ORIGIN_OPTIONS = [
  'origin',
  'credentials',
  'exposedHeaders',
  'enforce',
  'merge',
  'dangerously',
  'reportOnly',
];
const NO_CORS_OPTIONS = ['enforce'];
const PREFLIGHT_OPTIONS = [
  'methods',
  'allowedHeaders',
  'maxAge',
  'optionsSuccessStatus',
  'merge',
  'reportOnly',
];

/** What the decorators on one class or handler come to. */
export interface DecoratorLayers {
  /** The layers of `@AllowOrigin`, `@Preflight` and `@NoCors`. */
  readonly own: readonly PolicyLayer[];
  /** The policy that `@UseCorsPolicy` names, if it stands there and names one. */
  readonly named: readonly PolicyLayer[];
  readonly problems: readonly CorsProblem[];
}

/** Those of all that carries no decorator: of most handlers in many an app. */
const NO_LAYERS: DecoratorLayers = { own: [], named: [], problems: [] };

/**
 * Reads the decorators on a class or handler.
 *
 * @param where - its place, for messages
 */
export function decoratorLayers(
  target: Decorated,
  where: string,
  options: ReadModuleOptions,
  reader: LayerReader,
): DecoratorLayers {
  const metadata = readMetadata(target);
  if (metadata === UNDECORATED) return NO_LAYERS;
  const { allowOrigin, preflight, noCors, policies } = metadata;
  const problems: CorsProblem[] = [];
  const report = (value: unknown, problem: ValueProblem): void => {
    problems.push({ where, field: '', value, ...problem });
  };
  const read = (value: unknown, known: readonly string[]): PolicyLayer => {
    const { layer, problems: found } = reader.read(value, where, known);
    for (const problem of found) problems.push(problem);
    return layer;
  };
  reportConflicts(metadata, report);
  const own: PolicyLayer[] = [];
  for (const value of noCors) own.push(closingLayer(where, read(value, NO_CORS_OPTIONS).fields.enforce));
  for (const value of allowOrigin) own.push(read(value, ALLOW_ORIGIN_OPTIONS));
  for (const value of preflight) own.push(read(value, PREFLIGHT_OPTIONS));
  return { own, named: policies.length === 0 ? NONE : namedLayers(policies[0], options, report), problems };
}

const NONE: readonly PolicyLayer[] = [];

/** The policy of a name, which is reported if there is none. */
function namedLayers(
  policy: unknown,
  { named }: ReadModuleOptions,
  report: (value: unknown, problem: ValueProblem) => void,
): readonly PolicyLayer[] {
  const layer = typeof policy === 'string' ? named.get(policy) : undefined;
  if (layer !== undefined) return [layer];
  report(policy, unknownPolicy(policy, named));
  return NONE;
}

/** What cannot stand together. */
function reportConflicts(
  { allowOrigin, preflight, noCors, policies }: CorsMetadata,
  report: (value: unknown, problem: ValueProblem) => void,
): void {
  if (allowOrigin.length > 1) report(undefined, repeated('@AllowOrigin'));
  if (preflight.length > 1) report(undefined, repeated('@Preflight'));
  if (noCors.length > 1) report(undefined, repeated('@NoCors'));
  if (policies.length > 1) report(undefined, repeated('@UseCorsPolicy'));
  if (noCors.length > 0 && allowOrigin.length + preflight.length + policies.length > 0) {
    report(undefined, CONFLICT);
  }
}

function repeated(decorator: string): ValueProblem {
  return {
    code: 'decorator-repeated',
    message: `${decorator} stands there more than once, perhaps through a composed decorator`,
    fix: `keep one ${decorator} with everything in it`,
  };
}

const CONFLICT: ValueProblem = {
  code: 'decorator-conflict',
  message: '@NoCors stands beside a decorator that sets a policy',
  fix: 'remove one of them',
};

/**
 * The layers of the decorators in front of a route, outermost first.
 *
 * A named policy lies right below the decorators beside which it stands, and only the nearest one counts: it is a
 * policy to use, not a fragment to add to another one.
 */
export function routeLayers(controller: DecoratorLayers, handler: DecoratorLayers): readonly PolicyLayer[] {
  const named = handler.named.length === 0 ? controller.named : handler.named;
  // Decorators stand on one of the two, mostly.
  if (named.length + controller.own.length === 0) return handler.own;
  if (named.length + handler.own.length === 0) return controller.own;
  return handler.named.length === 0
    ? [...named, ...controller.own, ...handler.own]
    : [...controller.own, ...named, ...handler.own];
}
