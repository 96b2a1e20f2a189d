import type { CorsRefusal, CorsReportOnlyCount } from '../verdicts/cors-refusal.js';
import type { CorsDifference } from '../verdicts/cors-verdict.js';
import { html, type Html } from './html.js';
import { badge } from './policy-table.js';

/**
 * What has been refused, and what policies in `reportOnly` would change.
 *
 * @param refusals - as the service has them
 * @param reported - the same
 */
export function refusalsView(
  refusals: readonly CorsRefusal[],
  reported: readonly CorsReportOnlyCount[],
): Html {
  const rows = refusals.length + reported.length;
  return html`<p>What was refused since the app started, most often first.</p>
    <p class="row">
      <span role="status" id="status">${rows} ${rows === 1 ? 'row' : 'rows'}</span>
      <button type="button" id="live-toggle" hidden>Pause</button>
      <span id="live-state">Reload the page to see what has come since.</span>
    </p>
    <div id="live">
      <ul class="cards">
        ${refusals.map((row) => rowOf(row))}
      </ul>
      ${
        reported.length > 0 &&
        html`<h2>What reportOnly would change</h2>
          <ul class="cards">
            ${reported.map((row) => rowOf(row, row.difference))}
          </ul>`
      }
    </div>`;
}

function rowOf(row: CorsRefusal, difference?: CorsDifference): Html {
  const { kind, origin, method, path, route = path, where, policy, reason, hint, closest, first, last } = row;
  const asked = new URLSearchParams({ view: 'explain', origin, method, path }).toString();
  return html`<li class="card">
    <p>
      <strong>${origin}</strong> ${difference !== undefined && badge('plain', difference)}
      ${badge('bad', reason)} ${badge('plain', countOf(row))}
    </p>
    <p>
      <code>${method} ${route}</code>
      <small>${[kind, where, policy && `policy ${policy}`].filter(Boolean).join(' · ')}</small>
    </p>
    ${hint !== undefined && html`<p><em>${hint.message}</em></p>`}
    ${closest !== undefined && html`<p>The closest allowed origin: <code>${closest}</code></p>`}
    <p>
      <small>First ${timeOf(first)}, last ${timeOf(last)}</small>
      <a href="?${asked}" aria-label="Explain ${method} ${path} from ${origin}">Explain</a>
    </p>
  </li>`;
}

function countOf({ count, atLeast }: CorsRefusal): string {
  return atLeast < count ? `${atLeast} to ${count} times` : count === 1 ? 'once' : `${count} times`;
}

function timeOf(time: Date): Html {
  const text = time.toISOString();
  return html`<time datetime="${text}">${text.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
