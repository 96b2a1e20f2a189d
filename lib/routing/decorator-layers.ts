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
  reportConflicts(metadata, report);
  const read =
    (known: readonly string[]) =>
    (value: unknown): PolicyLayer => {
      const { layer, problems: found } = reader.read(value, where, known);
      problems.push(...found);
      return layer;
    };
  const own = [
    ...noCors.map((value) => closingLayer(where, read(NO_CORS_OPTIONS)(value).fields.enforce)),
    ...allowOrigin.map(read(ALLOW_ORIGIN_OPTIONS)),
    ...preflight.map(read(PREFLIGHT_OPTIONS)),
  ];
  const [policy] = policies;
  const layer = typeof policy === 'string' ? options.named.get(policy) : undefined;
  if (policies.length > 0 && layer === undefined) report(policy, unknownPolicy(policy, options.named));
  const named = layer === undefined ? [] : [layer];
  return { own, named, problems };
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
  const named = handler.named.length === 0 ? controller.named : [];
  return [...named, ...controller.own, ...handler.named, ...handler.own];
}
