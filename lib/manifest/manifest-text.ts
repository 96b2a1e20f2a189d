import type { CorsManifest } from './cors-manifest.js';

/** Longer lists are written with one element on a line. */
const MAX_LINE = 100;

/** The lists of which each element has a line: whom a policy lets in is what a reviewer looks for. */
const LISTS_OF_ORIGINS: ReadonlySet<string> = new Set(['origin', 'publicOrigins']);

/**
 * The text of a manifest, as it is kept in a file: JSON with one field or origin on a line, so that the diff of a reviewer
 * shows what has changed, and nothing else.
 */
export function manifestText(manifest: CorsManifest): string {
  return `${written('', manifest, '')}\n`;
}

function written(name: string, value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || isOnOneLine(name, value, flat))
    return spaced(value, flat);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  // What is in `lists` are origins, whatever the lists are called.
  const nameOf = (key: string): string => (name === 'lists' ? 'origin' : key);
  const lines = isList
    ? value.map((element) => inner + written('', element, inner))
    : Object.entries(value).map(
        ([key, one]) => `${inner}${JSON.stringify(key)}: ${written(nameOf(key), one, inner)}`,
      );
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

function isOnOneLine(name: string, value: object, flat: string): boolean {
  const elements: readonly unknown[] = Object.values(value);
  if (elements.length === 0) return true;
  if (!Array.isArray(value))
    return 'regexp' in value || 'source' in value || 'allOf' in value || 'list' in value;
  const isFlat = elements.every((element) => typeof element === 'string');
  return isFlat && flat.length <= MAX_LINE && (elements.length === 1 || !LISTS_OF_ORIGINS.has(name));
}

/** What is on one line, with spaces as people and formatters write them. */
function spaced(value: unknown, flat: string): string {
  if (typeof value !== 'object' || value === null) return flat;
  if (Array.isArray(value))
    return `[${value.map((element) => spaced(element, JSON.stringify(element))).join(', ')}]`;
  const fields = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${spaced(one, JSON.stringify(one))}`,
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
