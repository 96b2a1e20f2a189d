import { listed } from '../explain/words.js';
import type { ManifestLine, ManifestOrigin } from './cors-manifest.js';
import type { ManifestEffect } from './manifest-comparison.js';

/** What a line is about: `DELETE /orders/:id`, `GET /orders (version 2)`, `entry /graphql`, `default`. */
export function subjectOf({ kind, method, path, exact, below, version, hosts }: ManifestLine): string {
  if (kind === 'default') return 'default';
  const more = [
    ...(exact && below === null ? ['exact'] : []),
    ...(below === null ? [] : [`${exact ? 'at' : 'below'} ${below}`]),
    ...(version.length === 0 ? [] : [`version ${version.join(', ')}`]),
    ...(hosts.length === 0 ? [] : [`host ${hosts.join(', ')}`]),
  ];
  const name = `${kind === 'entry' ? 'entry' : method} ${path}`;
  return more.length === 0 ? name : `${name} (${more.join(', ')})`;
}

/** An entry of a list of origins, as it is named in a sentence. */
export function originName(origin: ManifestOrigin): string {
  if (typeof origin === 'string') return origin;
  if ('regexp' in origin) return origin.regexp;
  if ('source' in origin) return `${origin.source} (${origin.where})`;
  return origin.allOf.map(originName).join(' and ');
}

/** Whom a list lets in. */
export function audience(origins: readonly ManifestOrigin[]): string {
  if (origins.length === 0) return 'nobody';
  return origins.includes('*') ? 'everybody' : listed(origins.map(originName));
}

const VERDICTS: Readonly<Record<ManifestEffect, string>> = {
  wider: 'is wider',
  undecidable: 'may be wider',
  narrower: 'is narrower',
  neutral: 'has changed',
};

/** The sentence on a change. */
export function sentence(subject: string, effect: ManifestEffect, what: string): string {
  return `${subject} ${VERDICTS[effect]}: ${what}`;
}
