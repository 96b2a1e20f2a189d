import type { CorsExplanation, CorsStep, ExplainableRequest } from '../explain/cors-explanation.js';
import { isSafelistedMethod } from '../protocol/names.js';
import { html, type Html } from './html.js';
import { badge, notesOf, policyTable } from './policy-table.js';

/** What is asked for in the URL of the page: the request of a script. */
export interface AskedRequest {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  /** A name on each line, and behind a colon its value, if there is one. */
  readonly headers: string;
}

/** What the form has, of which `path` is missing where nobody has asked yet. */
export type ExplainQuery = Omit<AskedRequest, 'path'> & { readonly path: string | undefined };

/** What became of asking. */
export type Explained =
  | { readonly preflight: CorsExplanation | undefined; readonly actual: CorsExplanation }
  | { readonly error: string };

/** The requests that a browser sends for the one of a script: a preflight, where it asks first, and the actual one. */
export function requestsOf({ origin, method, path, headers }: AskedRequest): {
  readonly preflight: ExplainableRequest | undefined;
  readonly actual: ExplainableRequest;
} {
  const lines = headers.split(/\r?\n/).filter((line) => line.trim() !== '');
  const fields = lines.map((line) => {
    const [name = '', ...value] = line.split(':');
    return [name.trim().toLowerCase(), value.join(':').trim()] as const;
  });
  const own = { origin: origin === '' ? undefined : origin };
  // Fetch, "CORS-unsafe request-header names": sorted, each once.
  const names = [...new Set(fields.map(([name]) => name))].toSorted();
  const asks = origin !== '' && (names.length > 0 || !isSafelistedMethod(method));
  return {
    preflight: asks
      ? {
          method: 'OPTIONS',
          url: path,
          headers: {
            ...own,
            'access-control-request-method': method,
            ...(names.length > 0 && { 'access-control-request-headers': names.join(',') }),
          },
        }
      : undefined,
    actual: { method, url: path, headers: { ...Object.fromEntries(fields), ...own } },
  };
}

/** The form, and what the app says of the request that it asks for. */
export function explainView({ origin, method, path, headers }: ExplainQuery, explained?: Explained): Html {
  return html`<p>What would become of a script's request, and why. Nothing is sent, and no handler runs.</p>
    <form class="grid" autocomplete="off" spellcheck="false">
      <input type="hidden" name="view" value="explain" />
      <label>
        Origin of the page
        <input name="origin" value="${origin}" placeholder="https://app.example.com" />
      </label>
      <label>Method <input name="method" value="${method}" required /></label>
      <label>Path <input name="path" value="${path}" placeholder="/orders/7" required /></label>
      <label>
        Request headers <small>a name on each line; with <code>: value</code> where it counts</small>
        <textarea name="headers" rows="2">${linesOf(headers)}</textarea>
      </label>
      <p><button>Explain</button></p>
    </form>
    ${explained !== undefined && resultOf(explained)}`;
}

/** Line breaks, which are invisible characters, as what they are. The first one of a text area is none of its value. */
function linesOf(text: string): Html {
  const [first = '', ...others] = text.split(/\r?\n/);
  return html`${first}${others.map((line) => html`&#10;${line}`)}`;
}

function resultOf(explained: Explained): Html {
  if ('error' in explained) return html`<p role="alert">${explained.error}</p>`;
  const { preflight, actual } = explained;
  return html`${
    preflight === undefined
      ? html`<p>A browser sends no preflight for this request.</p>`
      : explanationOf(preflight, 'Preflight', 'approved')
  }
  ${explanationOf(actual, 'Actual request', 'readable')}
  ${actual.route !== undefined && html`${policyTable(actual.route)}${notesOf(actual.route.notes)}`}`;
}

function explanationOf(explanation: CorsExplanation, title: string, word: string): Html {
  const { allowed, message, closest, steps, fields, status } = explanation;
  const id = word;
  return html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title} ${badge(allowed ? 'good' : 'bad', allowed ? word : `not ${word}`)}</h2>
    <p>${message}</p>
    ${closest !== undefined && html`<p>The closest allowed origin: <code>${closest}</code></p>`}
    <h3>Steps</h3>
    <ol>
      ${steps.map(stepOf)}
    </ol>
    <h3>On the wire</h3>
    <p>${status === undefined ? 'The status is that of the app.' : `The status is ${status}.`}</p>
    <ul>
      ${Object.entries(fields).map(([name, value]) => html`<li><code>${name}: ${value}</code></li>`)}
    </ul>
  </section>`;
}

function stepOf({ step, passed, reason, message, hint }: CorsStep): Html {
  return html`<li>
    ${badge(passed ? 'good' : 'bad', passed ? 'passed' : 'refused')} <strong>${step}</strong> ${message}
    <small>${reason}</small>${hint !== undefined && html` <em>${hint.message}</em>`}
  </li>`;
}
