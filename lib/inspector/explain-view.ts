import { ENGINE_NAMES, ENGINES, type EngineName } from '../engines/quirks.js';
import type {
  CorsEngineExplanation,
  CorsExplanation,
  CorsStep,
  ExplainableRequest,
} from '../explain/cors-explanation.js';
import { isSafelistedMethod, normalizeMethod } from '../protocol/names.js';
import { html, type Html } from './html.js';
import { alertOf } from './page.js';
import { badge, notesOf, policyTable } from './policy-table.js';

/** What is asked for in the URL of the page: the request of a script. */
export interface AskedRequest {
  readonly origin: string;
  readonly method: string;
  /** Empty as long as nobody has asked. */
  readonly path: string;
  /** Separated by commas: names, and behind a colon the value where it counts. */
  readonly headers: string;
  /** Whose behaviour is explained, too; empty if nobody's. */
  readonly engine: string;
}

/** Reads the form. */
export function askedIn(params: URLSearchParams): AskedRequest {
  const read = (name: string): string => params.get(name)?.trim() ?? '';
  const method = normalizeMethod(read('method') || 'GET');
  return {
    origin: read('origin'),
    method,
    path: read('path'),
    headers: read('headers'),
    engine: read('engine'),
  };
}

/** What is asked beside the request. Whether there is such an engine, the app says. */
export function engineIn({ engine }: AskedRequest): { readonly engine?: EngineName } {
  return engine === '' ? {} : { engine: engine as EngineName };
}

/** What the app says, or why the request is none. */
export type Explained =
  { readonly preflight: CorsExplanation | undefined; readonly actual: CorsExplanation } | TypeError;

/** The requests that a browser sends for the one of a script: a preflight, where it asks first, and the actual one. */
export function requestsOf({ origin, method, path, headers }: AskedRequest): {
  readonly preflight: ExplainableRequest | undefined;
  readonly actual: ExplainableRequest;
} {
  const fields = headers.split(',').flatMap((written) => {
    const [name = '', ...value] = written.split(':');
    return name.trim() === '' ? [] : [[name.trim().toLowerCase(), value.join(':').trim()] as const];
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
export function explainView(
  { origin, method, path, headers, engine }: AskedRequest,
  explained: Explained | undefined,
): Html {
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
        Request headers <input name="headers" value="${headers}" placeholder="content-type, x-version: 2" />
      </label>
      <label>
        Engine
        <select name="engine">
          <option value="">any</option>
          ${ENGINE_NAMES.map(
            (name) =>
              html`<option value="${name}" ${name === engine && html`selected`}>
                ${ENGINES[name].title}
              </option>`,
          )}
        </select>
      </label>
      <p><button>Explain</button></p>
    </form>
    ${explained !== undefined && resultOf(explained)}`;
}

function resultOf(explained: Explained): Html {
  if (explained instanceof TypeError) return alertOf(explained.message);
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
  const { allowed, message, steps, fields, status, engine } = explanation;
  return html`<section class="card" aria-labelledby="${word}">
    <h2 id="${word}">${title} ${badge(allowed ? 'good' : 'bad', allowed ? word : `not ${word}`)}</h2>
    <p>${message}</p>
    ${engine !== undefined && engineOf(engine)}
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

function engineOf({ accepted, message, version }: CorsEngineExplanation): Html {
  return html`<h3>In that engine</h3>
    <p>
      ${badge(accepted ? 'good' : 'bad', accepted ? 'accepted' : 'not accepted')} ${message}
      ${version !== undefined && html`<small>Seen with ${version}</small>`}
    </p>`;
}

function stepOf({ step, passed, reason, message, hint }: CorsStep): Html {
  return html`<li>
    ${badge(passed ? 'good' : 'bad', passed ? 'passed' : 'refused')} <strong>${step}</strong> ${message}
    <small>${reason}</small>${hint !== undefined && html` <em>${hint.message}</em>`}
  </li>`;
}
