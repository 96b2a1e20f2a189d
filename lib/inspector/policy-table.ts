import type { CorsRouteReport, EffectivePolicy } from '../routing/route-report.js';
import { html, type Html } from './html.js';

/** Longer lists are cut: some have a million origins. */
const MAX_LISTED = 30;

/** The value of a field. */
type Value = string | number | boolean | undefined | readonly string[];

/** What a policy opens, in a word, and how loudly to say it. */
export function opennessOf(policy: EffectivePolicy | undefined): Html {
  if (policy === undefined) return badge('bad', 'unmanaged');
  const { origin } = policy;
  if (origin.length === 0) return badge('good', 'closed');
  if (origin.includes('*')) return badge('bad', 'everybody');
  return badge('plain', origin.length === 1 ? '1 origin' : `${origin.length} origins`);
}

/** A word on a background. */
export function badge(kind: 'good' | 'bad' | 'plain', word: string): Html {
  return html`<span class="badge ${kind}">${word}</span>`;
}

/** The fields of a policy, and where each came from. */
export function policyTable({ policy, from, where, reportOnly }: CorsRouteReport): Html {
  if (policy === undefined || from === undefined) {
    return html`<p>No policy: the path is left to whoever answers there.</p>`;
  }
  const values: Readonly<Record<string, Value>> = { ...policy };
  const reported: Readonly<Record<string, Value>> = { ...reportOnly };
  const layers: Readonly<Record<string, readonly string[]>> = from;
  return html`<table>
    <caption>
      The policy of ${where}
    </caption>
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">In force</th>
        <th scope="col">From</th>
      </tr>
    </thead>
    <tbody>
      ${Object.keys(layers).map(
        (field) =>
          html`<tr>
            <th scope="row">${field}</th>
            <td>
              ${valueOf(values[field])}
              ${reportOnly !== undefined && changeOf(values[field], reported[field])}
            </td>
            <td>${layers[field]?.length === 0 ? 'the default' : layers[field]?.join(' → ')}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What a field would be under `reportOnly`, where that is something else. */
function changeOf(value: Value, reported: Value): Html | false {
  return String(value) !== String(reported) && html`<p><em>reportOnly:</em> ${valueOf(reported)}</p>`;
}

function valueOf(value: Value): Html {
  if (typeof value !== 'object') return value === undefined ? html`not sent` : code(String(value));
  if (value.length === 0) return html`none`;
  const more = value.length - MAX_LISTED;
  return html`${value.slice(0, MAX_LISTED).map((element) => html`${code(element)} `)}
  ${more > 0 && `and ${more} more`}`;
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}

/** What is legal but worth knowing. */
export function notesOf(notes: readonly string[]): Html | undefined {
  if (notes.length === 0) return undefined;
  return html`<ul class="notes">
    ${notes.map((note) => html`<li>${note}</li>`)}
  </ul>`;
}
