import type { CorsRefusal } from '../verdicts/cors-refusal.js';
import { html, type Html } from './html.js';
import { badge } from './policy-table.js';

/** What has been refused, and what is done to it to keep it up to date. */
export function refusalsView(refusals: readonly CorsRefusal[]): Html {
  return html`<p>Since the app started, what was refused most often first.</p>
    <p class="row">
      <span role="status" id="status">${refusals.length} ${refusals.length === 1 ? 'row' : 'rows'}</span>
      <button type="button" id="live-toggle" hidden>Pause</button>
      <span id="live-state"></span>
    </p>
    <noscript><p>Reload the page to see what has come since.</p></noscript>
    <div id="live">
      <ul class="cards">
        ${refusals.map(refusalCard)}
      </ul>
    </div>`;
}

function refusalCard(refusal: CorsRefusal): Html {
  const { kind, origin, method, route, where, policy, reason, hint, closest, first, last } = refusal;
  return html`<li class="card">
    <p><strong>${origin}</strong> ${badge('bad', reason)} ${badge('plain', countOf(refusal))}</p>
    <p>
      <code>${method} ${route ?? refusal.path}</code>
      <small
        >${kind}${where !== undefined && ` · ${where}`}${policy !== undefined && ` · policy ${policy}`}</small
      >
    </p>
    ${hint !== undefined && html`<p><em>${hint.message}</em></p>`}
    ${closest !== undefined && html`<p>The closest allowed origin: <code>${closest}</code></p>`}
    <p>
      <small>First ${timeOf(first)}, last ${timeOf(last)}</small>
      <a href="?${explainLink(refusal)}"
        >Explain<span class="unseen"> ${method} ${refusal.path} from ${origin}</span></a
      >
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

function explainLink({ origin, method, path }: CorsRefusal): string {
  return new URLSearchParams({ view: 'explain', origin, method, path }).toString();
}
