import { compareChecked } from '../../manifest/compare-lines.js';
import type {
  ManifestChange,
  ManifestComparison,
  ManifestEffect,
} from '../../manifest/manifest-comparison.js';
import { printable } from '../../policy/show.js';
import { loadManifest } from './load-manifest.js';

/** What `diff` can print. */
export const FORMATS = { text: asText, json: asJson, markdown: asMarkdown } as const;

/** The name of something that `diff` can print. */
export type Format = keyof typeof FORMATS;

const EFFECTS: readonly ManifestEffect[] = ['wider', 'undecidable', 'narrower', 'neutral'];

/** What a comparison of two files says. */
export interface Difference {
  readonly isWider: boolean;
  readonly text: string;
}

/** Compares the manifests of two files. @throws CliError if one of them is none */
export function diff(before: string, after: string, format: Format): Difference {
  const comparison = compareChecked(loadManifest(before), loadManifest(after));
  return { isWider: comparison.isWider, text: `${FORMATS[format](comparison)}\n` };
}

function asText({ changes }: ManifestComparison): string {
  return [...changes.map(({ message }) => printable(message)), summary(changes)].join('\n');
}

function asJson(comparison: ManifestComparison): string {
  return JSON.stringify(comparison, null, 2);
}

function asMarkdown({ isWider, changes }: ManifestComparison): string {
  const verdict = isWider ? 'The CORS policy is wider' : 'The CORS policy is not wider';
  const sections = EFFECTS.flatMap((effect) => {
    const own = changes.filter((change) => change.effect === effect);
    return own.length === 0
      ? []
      : ['', `#### ${effect}`, '', ...own.map(({ message }) => `- ${code(message)}`)];
  });
  return [`**${verdict}.** ${summary(changes)}`, ...sections].join('\n');
}

/** As code, in which Markdown finds neither emphasis nor links. */
function code(text: string): string {
  const ticks = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([found]) => found.length));
  const fence = '`'.repeat(ticks + 1);
  return ticks === 0 ? `${fence}${printable(text)}${fence}` : `${fence} ${printable(text)} ${fence}`;
}

function summary(changes: readonly ManifestChange[]): string {
  if (changes.length === 0) return 'Nothing has changed.';
  const counts = EFFECTS.map(
    (effect) => [changes.filter((one) => one.effect === effect).length, effect] as const,
  );
  const named = counts.filter(([count]) => count > 0).map(([count, effect]) => `${count} ${effect}`);
  return `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}: ${named.join(', ')}.`;
}
