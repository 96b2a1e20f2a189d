import type { CorsProblem } from '../policy/cors-problem.js';
import type { ComposedPolicy } from '../policy/policy-composer.js';
import { isAny } from '../policy/origin-entry.js';
import type { PolicyLayer } from '../policy/policy-fields.js';
import type { CorsRoute } from './cors-route.js';
import type { DecoratorLayers } from './decorator-layers.js';
import type { Governed, GovernedPlace, GovernedRoute } from './governance.js';

const NONE: readonly CorsProblem[] = [];

/** What governs a route, at all its paths. */
function policiesOf({ governed, elsewhere }: GovernedRoute): readonly ComposedPolicy[] {
  return [governed, ...(elsewhere?.values() ?? [])].filter((policy) => policy !== undefined);
}

/** What decides after the guards has nobody to ask it where the interceptor is missing. */
export function asksTooLate(where: string, route: GovernedRoute): readonly CorsProblem[] {
  return policiesOf(route)
    .flatMap(sourcesAfterGuards)
    .map((text) => ({
      code: 'origin-source-after-guards',
      where,
      field: 'origin',
      value: undefined,
      message: `${text} decides after the guards, but when the app started no route had such a source, so nobody will ask it`,
      fix: 'have such a source on some route when the app starts, or restart it with these options',
    }));
}

/** Nor is it asked about responses that no controller sends: an entry of `routes` may cover no route at all. */
export function asksInVain(
  places: readonly GovernedPlace[],
  routes: readonly GovernedRoute[],
): readonly CorsProblem[] {
  return places
    .filter((place) => !routes.some(({ home, elsewhere }) => home === place || elsewhere?.has(place)))
    .flatMap(({ where, own }) =>
      (own === undefined ? [] : sourcesAfterGuards(own)).map((text) => ({ where, text })),
    )
    .map(({ where, text }) => ({
      code: 'origin-source-after-guards',
      where,
      field: 'origin',
      value: undefined,
      message: `${text} decides after the guards, and there are none for a path that no controller serves`,
      fix: 'give its policy another origin',
    }));
}

function sourcesAfterGuards({ policy }: ComposedPolicy): readonly string[] {
  return policy.origin.asked.filter(({ afterGuards }) => afterGuards).map(({ text }) => text);
}

/** Decorators of a route that change nothing wherever it is reached. */
export function withoutEffect(
  { where, controller: { name } }: CorsRoute,
  route: GovernedRoute,
  controller: DecoratorLayers,
  handler: DecoratorLayers,
): readonly CorsProblem[] {
  // Of most routes: it is open to somebody at home.
  if (route.governed?.policy.closed === false) return NONE;
  // What could not be read says nothing of what it would have come to.
  if (controller.problems.length + handler.problems.length > 0) return [];
  const policies = policiesOf(route);
  if (policies.length === 0) {
    if (isSaid(handler)) return [unmanaged(where, route.home)];
    return isSaid(controller) ? [unmanaged(name, route.home)] : [];
  }
  const { decorators } = route;
  if (policies.some((policy) => !policy.policy.closed || namesOrigins(policy))) return [];
  const inner = decorators.slice(decorators.findLastIndex(({ closes }) => closes === true) + 1);
  // One that names origins has restricted them to none, which is reported.
  if (inner.some(({ fields, reportOnly }) => (fields.origin ?? reportOnly?.fields.origin) !== undefined))
    return [];
  const idle = inner.findLast(({ fields }) => fields.enforce === undefined);
  if (idle === undefined) return [];
  if (handler.named.includes(idle)) return [withoutOrigin(where)];
  return [withoutOrigin(controller.named.includes(idle) ? name : idle.where)];
}

/** Whether some layer says who may read, as far as that could be read, though another one may have left nobody of them. */
function namesOrigins({ layers, doubtful }: ComposedPolicy): boolean {
  const inner = layers.slice(layers.findLastIndex(({ closes }) => closes === true) + 1);
  return doubtful.has('origin') || inner.some(({ fields }) => fields.origin !== undefined);
}

function isSaid({ named, own }: DecoratorLayers): boolean {
  return named.length + own.length > 0;
}

function unmanaged(where: string, { path, where: entry }: GovernedPlace): CorsProblem {
  return {
    code: 'decorator-unmanaged',
    where,
    field: '',
    value: undefined,
    message: `has a decorator of nestjs-cors, but lies at or below ${path}, which ${entry} leaves unmanaged`,
    fix: `remove the decorator, or give ${entry} a policy`,
  };
}

/** A decorator that says what origins may do, where no layer says which ones, says nothing to nobody. */
function withoutOrigin(where: string): CorsProblem {
  return {
    code: 'preflight-without-origin',
    where,
    field: '',
    value: undefined,
    message: 'has a policy, but no layer says which origins it is for',
    fix: 'add @AllowOrigin(…)',
  };
}

/**
 * Layers that say `enforce: true` or `'unsafe'` beside `origin: '*'`, where nothing that they govern has another origin: nobody is ever
 * refused. Those of the module may do so, since a layer that somebody adds later inherits it.
 */
export function idleEnforcement(
  routes: readonly GovernedRoute[],
  places: readonly GovernedPlace[],
): readonly CorsProblem[] {
  const idle = new Set<PolicyLayer>();
  const refusing = new Set<PolicyLayer>();
  const visit = (composed: Governed): void => {
    if (composed === undefined || composed.policy.enforce === false) return;
    const { policy, layers } = composed;
    for (const layer of layers.slice(1)) {
      if ((layer.fields.enforce ?? false) === false) continue;
      if (!policy.origin.any) refusing.add(layer);
      else if (layer.fields.origin?.some(isAny) === true) idle.add(layer);
    }
  };
  for (const { governed, elsewhere } of routes) {
    visit(governed);
    elsewhere?.forEach(visit);
  }
  for (const { own } of places) visit(own);
  return [...idle]
    .filter((layer) => !refusing.has(layer))
    .map(({ where, fields }) => ({
      code: 'enforce-idle',
      where,
      field: 'enforce',
      value: fields.enforce,
      message: "refuses nobody, since '*' allows every origin",
      fix: 'name the origins, or leave enforce out',
    }));
}
