import { element } from './element.js';

/** Fills the table of policies from the report of `CorsService.routes()`. */
export function showPolicies(body, routes) {
  body.replaceChildren(
    ...routes.map(({ method, path, where, policy, from }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, element('code', {}, `${method} ${path}`)),
        element('td', {}, element('code', {}, where)),
        element('td', {}, ...fieldsOf(policy, from)),
      ),
    ),
  );
}

function fieldsOf(policy, from) {
  if (policy === undefined) return ['unmanaged: left alone'];
  if (policy.origin.length === 0) return [`closed by ${from.origin.join(' and ') || 'default'}`];
  return Object.entries(from)
    .filter(([field, layers]) => layers.length > 0 || policy[field]?.length > 0)
    .map(([field, layers]) =>
      element(
        'div',
        {},
        element('code', {}, `${field}: ${[policy[field]].flat().join(', ')}`),
        element('small', {}, ` from ${layers.length > 0 ? layers.join(' and ') : 'the route itself'}`),
      ),
    );
}
