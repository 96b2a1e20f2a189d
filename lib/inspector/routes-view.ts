import type { CorsRouteReport } from '../routing/route-report.js';
import { html, type Html } from './html.js';
import { notesOf, opennessOf, policyTable } from './policy-table.js';

/** Routes on one page: an app may have thousands. */
const PAGE_SIZE = 100;

type Kind = readonly [title: string, has: (route: CorsRouteReport) => boolean];

/** What routes can be picked by beside their words. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['all', ['all', () => true]],
  ['everybody', ['open to everybody', ({ policy }) => policy?.origin.includes('*') === true]],
  ['credentials', ['open with credentials', ({ policy }) => isOpen(policy) && policy?.credentials === true]],
  ['open', ['open to somebody', ({ policy }) => isOpen(policy)]],
  ['closed', ['closed', ({ policy }) => policy !== undefined && !isOpen(policy)]],
  ['unmanaged', ['unmanaged', ({ policy }) => policy === undefined]],
  ['reportOnly', ['with reportOnly', ({ reportOnly }) => reportOnly !== undefined]],
  ['notes', ['with notes', ({ notes }) => notes.length > 0]],
]);

function isOpen(policy: CorsRouteReport['policy']): boolean {
  return policy !== undefined && policy.origin.length > 0;
}

/** What words are looked for in. */
function textOf({
  method,
  path,
  below,
  where,
  version,
  hosts,
  notes,
  policy,
  from,
}: CorsRouteReport): string {
  const layers = Object.values(from ?? {});
  const lists = [version, hosts, notes, policy?.origin, policy?.dangerously, ...layers];
  return [method, path, below, where, ...lists].flat().join(' ').toLowerCase();
}

/**
 * The routes of an app.
 *
 * @param routes - all of them
 * @param warnings - what the library has warned of at start
 * @param params - of the page's URL: `q`, words that must all occur; `only`, one of {@link KINDS}; `page`, from 1
 */
export function routesView(
  routes: readonly CorsRouteReport[],
  warnings: readonly string[],
  params: URLSearchParams,
): Html {
  const search = params.get('q') ?? '';
  const only = KINDS.has(params.get('only') ?? '') ? (params.get('only') as string) : 'all';
  const words = search.toLowerCase().split(/\s+/);
  const [, has] = KINDS.get(only) as Kind;
  const found = routes.filter((route) => {
    if (!has(route)) return false;
    const text = textOf(route);
    return words.every((word) => text.includes(word));
  });
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const page = Math.min(Math.max(1, Math.trunc(Number(params.get('page'))) || 1), pages);
  const shown = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return html`${warningsOf(warnings)}
    <form role="search" class="row">
      <input type="hidden" name="view" value="routes" />
      <label>
        Search
        <input type="search" name="q" value="${search}" />
      </label>
      <label>
        Show
        <select name="only">
          ${[...KINDS].map(
            ([name, [title]]) =>
              html`<option value="${name}" ${name === only && html`selected`}>${title}</option>`,
          )}
        </select>
      </label>
      <button>Search</button>
    </form>
    <p role="status" id="status">${found.length} of ${routes.length} lines</p>
    <div id="live">
      <ul class="cards">
        ${shown.map(routeCard)}
      </ul>
      ${pages > 1 && pagesOf(params, page, pages)}
    </div>`;
}

function warningsOf(warnings: readonly string[]): Html | false {
  return (
    warnings.length > 0 &&
    html`<section aria-labelledby="warnings">
      <h2 id="warnings">Warnings</h2>
      <ul class="notes">
        ${warnings.map((warning) => html`<li>${warning}</li>`)}
      </ul>
    </section>`
  );
}

function routeCard(route: CorsRouteReport): Html {
  const { method, path, below, where, version, hosts, policy, notes } = route;
  return html`<li class="card">
    <details>
      <summary>
        <strong>${method} ${path}</strong> ${opennessOf(policy)}
        <small>
          ${where}${below !== undefined && ` · below ${below}`}
          ${version.length > 0 && ` · version ${version.join(', ')}`}
          ${hosts.length > 0 && ` · host ${hosts.join(', ')}`}
        </small>
      </summary>
      ${policyTable(route)}
    </details>
    ${notesOf(notes)}
  </li>`;
}

function pagesOf(params: URLSearchParams, page: number, pages: number): Html {
  const link = (to: number, text: string): Html => {
    const target = new URLSearchParams(params);
    target.set('page', String(to));
    return html`<li><a href="?${target.toString()}">${text}</a></li>`;
  };
  return html`<nav aria-label="Pages of routes">
    <ul>
      ${page > 1 && link(page - 1, 'Previous')}
      <li>Page ${page} of ${pages}</li>
      ${page < pages && link(page + 1, 'Next')}
    </ul>
  </nav>`;
}
