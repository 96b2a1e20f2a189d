import type { ManifestComparison, ManifestEffect } from '../manifest/manifest-comparison.js';
import { html, type Html } from './html.js';
import { badge } from './policy-table.js';

const EFFECTS: Readonly<Record<ManifestEffect, readonly [kind: 'good' | 'bad' | 'plain', meaning: string]>> =
  {
    wider: ['bad', 'some page may do more than before'],
    undecidable: ['bad', 'some page may be able to do more'],
    narrower: ['good', 'no page may do more, and some may do less'],
    neutral: ['plain', 'all may do what they could do before'],
  };

/**
 * What has changed since a manifest was written.
 *
 * @param source - what it was read from
 * @param compared - what comparing has come to; `undefined` where there is nothing to compare with
 */
export function differencesView(source: string, compared: ManifestComparison | undefined): Html {
  if (compared === undefined) {
    return html`<p>
      There is nothing to compare with. Name a manifest that
      <code>expectManifest(app).toMatchFile('cors.manifest.json')</code> has written:
      <code>CorsInspectorModule.forRoot({ manifest: 'cors.manifest.json' })</code>.
    </p>`;
  }
  const { changes } = compared;
  return html`<p>
      What is in force, compared with ${source}:
      ${changes.length === 0 ? 'nothing has changed.' : `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}.`}
    </p>
    ${Object.entries(EFFECTS).map(([effect, [kind, meaning]]) => {
      const some = changes.filter((change) => change.effect === effect);
      return (
        some.length > 0 &&
        html`<section aria-labelledby="${effect}">
          <h2 id="${effect}">${badge(kind, effect)} <small>${some.length}: ${meaning}</small></h2>
          <ul>
            ${some.map(({ message }) => html`<li>${message}</li>`)}
          </ul>
        </section>`
      );
    })}`;
}
