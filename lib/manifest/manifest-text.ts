import type { CorsManifest } from './cors-manifest.js';

/** Longer lists have a line for each element. */
const MAX_LINE = 100;

/** A list of nothing but strings, with what is in front of it. */
const TEXTS = /("\w+": )\[((?:\n +"(?:[^"\\]|\\.)*",?)+)\n +\]/g;

/**
 * The text of a manifest, as it is kept in a file: JSON with one field on a line, and one origin where there are several, so that
 * the diff of a reviewer shows what has changed and nothing else.
 */
export function manifestText(manifest: CorsManifest): string {
  const text = JSON.stringify(manifest, null, 2).replaceAll(TEXTS, (written, name: string, list: string) => {
    const elements = list.split('\n').map((line) => line.trim());
    const line = elements.join(' ').trim();
    const isSpread = line.length > MAX_LINE || (name === '"origin": ' && elements.length > 2);
    return isSpread ? written : `${name}[${line}]`;
  });
  return `${text}\n`;
}
