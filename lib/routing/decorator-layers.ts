import { readMetadata, type Decorated } from '../decorators/cors-metadata.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { unknownPolicy, type ReadModuleOptions } from '../policy/module-options.js';
import type { LayerReader } from '../policy/layer-reader.js';
import type { PolicyLayer } from '../policy/policy-fields.js';

const ALLOW_ORIGIN_OPTIONS = ['origin', 'credentials', 'exposedHeaders', 'enforce', 'merge', 'dangerously'];
const PREFLIGHT_OPTIONS = ['methods', 'allowedHeaders', 'maxAge', 'optionsSuccessStatus', 'merge'];

/** What the decorators on one class or handler come to. */
export interface DecoratorLayers {
  /** The layers of `@AllowOrigin` and `@Preflight`. */
  readonly own: readonly PolicyLayer[];
  /** The policy that `@UseCorsPolicy` names. */
  readonly named: PolicyLayer | undefined;
  /** Whether `@NoCors()` stands there. */
  readonly closed: boolean;
  /** Whether something there says who may read, so that a handler of a closed controller is open again. */
  readonly opens: boolean;
  readonly problems: readonly CorsProblem[];
}

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
  const { allowOrigin, preflight, noCors, policies } = readMetadata(target);
  const problems: CorsProblem[] = [];
  const report = (value: unknown, problem: ValueProblem): void => {
    problems.push({ where, field: '', value, ...problem });
  };
  const repeated = [
    ...(allowOrigin.length > 1 ? ['@AllowOrigin'] : []),
    ...(preflight.length > 1 ? ['@Preflight'] : []),
    ...(policies.length > 1 ? ['@UseCorsPolicy'] : []),
  ];
  for (const decorator of repeated) {
    report(undefined, {
      code: 'decorator-repeated',
      message: `${decorator} stands there more than once, perhaps through a composed decorator`,
      fix: `keep one ${decorator} with everything in it`,
    });
  }
  if (noCors && allowOrigin.length + preflight.length + policies.length > 0) {
    report(undefined, {
      code: 'decorator-conflict',
      message: '@NoCors stands beside a decorator that sets a policy',
      fix: 'remove one of them',
    });
  }
  const read = (raw: readonly unknown[], known: readonly string[]): readonly PolicyLayer[] =>
    raw
      .map((value) => {
        const result = reader.read(value, where, known);
        problems.push(...result.problems);
        return result.layer;
      })
      .slice(0, 1);
  const own = [...read(allowOrigin, ALLOW_ORIGIN_OPTIONS), ...read(preflight, PREFLIGHT_OPTIONS)];
  const [policy] = policies;
  const named = typeof policy === 'string' ? options.named.get(policy) : undefined;
  if (policies.length > 0 && named === undefined) report(policy, unknownPolicy(policy, options.named));
  return { own, named, closed: noCors, opens: allowOrigin.length > 0 || policies.length > 0, problems };
}

/**
 * The layers of a route, outermost first, or `false` if it takes no part in CORS.
 *
 * A named policy lies right below the decorators beside which it stands, and only the nearest one counts: it is a
 * policy to use, not a fragment to add to another one.
 */
export function routeLayers(
  base: PolicyLayer,
  controller: DecoratorLayers,
  handler: DecoratorLayers,
): readonly PolicyLayer[] | false {
  if (handler.closed) return false;
  const named = handler.named === undefined ? [] : [handler.named];
  if (controller.closed) return handler.opens && [...named, ...handler.own];
  const outer = handler.named === undefined && controller.named !== undefined ? [controller.named] : [];
  return [base, ...outer, ...controller.own, ...named, ...handler.own];
}
