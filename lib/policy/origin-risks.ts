import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import { conditionsOf, isExact, type OriginEntry } from './origin-entry.js';

/** Whether an entry names `http:` origins that are not on the user's own machine, or allows no others. */
export function isInsecure(entry: OriginEntry): boolean {
  if (isExact(entry)) return isInsecureOrigin(entry);
  switch (entry.kind) {
    case 'pattern':
      return isInsecureOrigin(`${entry.scheme}://${entry.host}`);
    case 'all-of':
      return entry.parts.some(isInsecure);
    case 'regexp':
      // One that matches others as well is refused the insecure ones while the app runs, as a source is.
      return entry.isInsecure;
    default:
      return false;
  }
}

/** The origin of one of the extensions that an entry allows, if it allows any; what `restrict` has met may name one. */
export function anyExtension(entry: OriginEntry): string | undefined {
  if (isExact(entry) || entry.kind === 'any' || entry.kind === 'pattern') return undefined;
  const extensions = conditionsOf(entry).map((part) =>
    !isExact(part) && part.kind === 'regexp' ? part.extension : undefined,
  );
  return extensions.includes(undefined) ? undefined : extensions[0];
}

/** Whether an entry is a regular expression. */
export function isRegExp(entry: OriginEntry): boolean {
  return !isExact(entry) && entry.kind === 'regexp';
}
