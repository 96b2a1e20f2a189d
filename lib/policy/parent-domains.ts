import { LatePart } from '../late-part.js';
import { OPEN_DOMAINS } from './registrable-domain.js';

/** The domains below which the Public Suffix List has rules. Only long lists of patterns need them. */
export const SUFFIX_PARENTS = new LatePart(() => import('./suffix-parents.js'));

const DOT = 0x2e;

/** As above, for what is beside the list. */
const OPEN_PARENTS = new Set(OPEN_DOMAINS.flatMap((open) => [open, ...parentsOf(open)]));

/**
 * Whether everything below a domain, on every level, certainly has the suffix that the domain itself has: no rule of the Public
 * Suffix List is about anything further down, nor is any of {@link OPEN_DOMAINS} there, or around the domain. So what has one
 * more label is no suffix, nor is what has two; see `isBelowSuffix`.
 *
 * @param domain - a host name without a trailing dot
 * @throws MissingPart if {@link SUFFIX_PARENTS} is still to be loaded
 */
export function hasNoSuffixBelow(domain: string): boolean {
  if (SUFFIX_PARENTS.get().PARENTS.has(domain) || OPEN_PARENTS.has(domain)) return false;
  return !OPEN_DOMAINS.some((open) => domain.endsWith(`.${open}`));
}

/**
 * Tells of many hosts in turn whether they certainly are below a suffix. Most of a list have the same parent as the one before,
 * of which it is asked once.
 */
export class ParentDomains {
  /** The parent of the host before. */
  private readonly parent = new Uint8Array(256);
  private length = 0;
  private hasNoSuffixBelow = false;

  /**
   * @param text - ends with a plain host
   * @param bytes - the host, from `start` to `end`
   */
  isBelowSuffix(text: string, bytes: Uint8Array, start: number, end: number): boolean {
    let dot = start;
    while (dot < end && bytes[dot] !== DOT) dot++;
    if (dot === end) return false;
    const parentStart = dot + 1;
    if (!this.isParent(bytes, parentStart, end)) {
      this.length = end - parentStart;
      this.parent.set(bytes.subarray(parentStart, end));
      this.hasNoSuffixBelow = hasNoSuffixBelow(text.slice(-this.length));
    }
    return this.hasNoSuffixBelow;
  }

  private isParent(bytes: Uint8Array, start: number, end: number): boolean {
    const { parent, length } = this;
    if (length !== end - start) return false;
    for (let at = 0; at < length; at++) if (parent[at] !== bytes[start + at]) return false;
    return true;
  }
}

/** `b.c` and `c` of `a.b.c`. */
function parentsOf(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'));
}
