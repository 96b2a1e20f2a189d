import { LatePart } from '../late-part.js';
import { TextBuffer } from '../protocol/plain-origin.js';
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

/** The parents of many hosts in turn. Most of a list have the same as the one before, which is looked at once. */
export class ParentDomains {
  /** The parent of the host before, behind its dot. */
  private readonly parent = new TextBuffer(256);
  private length = 0;

  /** How many labels the host has. */
  labels = 1;
  /** Whether the host certainly is below a suffix, whatever stands in front of it. */
  isBelowSuffix = false;

  /**
   * Looks at the parent of a host.
   *
   * @param text - ends with the host, which is a plain one
   * @param buffer - has the host, from `start` to `end`
   */
  read(text: string, { view, bytes }: TextBuffer, start: number, end: number): void {
    if (this.isBehind(view, start, end)) return;
    const dot = bytes.indexOf(DOT, start);
    this.length = dot === -1 || dot >= end ? 0 : end - dot;
    this.parent.bytes.set(bytes.subarray(end - this.length, end));
    const parent = text.slice(text.length - this.length);
    this.labels = parent.split('.').length;
    this.isBelowSuffix = this.length > 0 && hasNoSuffixBelow(parent.slice(1));
  }

  /** Whether a host is one label, and the parent behind it. */
  private isBehind(view: DataView, start: number, end: number): boolean {
    const { view: parent } = this.parent;
    const dot = end - this.length;
    if (dot <= start) return false;
    let at = dot;
    for (; at + 4 <= end; at += 4) if (view.getInt32(at) !== parent.getInt32(at - dot)) return false;
    for (; at < end; at++) if (view.getUint8(at) !== parent.getUint8(at - dot)) return false;
    for (at = start; at < dot; at++) if (view.getUint8(at) === DOT) return false;
    return true;
  }
}

/** `b.c` and `c` of `a.b.c`. */
function parentsOf(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'));
}
