import { hostEndOf, hostStartOf, labelStartOf, schemeEndOf } from '../protocol/serialized-origin.js';
import type { OriginPattern } from './origin-entry.js';
import { ANY_PORT } from './origin-grammar.js';

/** Ports of one kind of wildcard at one node; `''` is the scheme's default. */
class PortSet {
  private any = false;
  private readonly ports = new Set<string>();

  add(port: string): void {
    if (port === ANY_PORT) this.any = true;
    else this.ports.add(port);
  }

  has(port: string): boolean {
    return this.any || this.ports.has(port);
  }
}

/** The host labels from some label to the right end, and the ports of the patterns that have them behind the wildcard. */
class TrieNode {
  readonly below = new Map<string, TrieNode>();
  none: PortSet | undefined = undefined;
  one: PortSet | undefined = undefined;
  many: PortSet | undefined = undefined;
}

/**
 * Patterns by scheme and then by host labels from the right, so that a look-up costs one step per label of the origin
 * and nothing per pattern.
 *
 * The steps are whole labels. A radix tree over characters would be smaller, but has to tell apart "this suffix was an
 * entry" from "two entries share this suffix", where GHSA-vhxv-fg4m-p2w8 and GHSA-v84h-653v-4pq9 went wrong.
 */
export class OriginPatternTrie {
  private readonly schemes = new Map<string, TrieNode>();

  add(pattern: OriginPattern): void {
    let node = childOf(this.schemes, pattern.scheme);
    for (const label of pattern.host.split('.').toReversed()) node = childOf(node.below, label);
    (node[pattern.labels] ??= new PortSet()).add(pattern.port);
  }

  /**
   * Whether one of the patterns allows an origin.
   *
   * @param origin - a well-formed, tuple origin; the walk relies on labels that are not empty
   */
  matches(origin: string): boolean {
    const schemeEnd = schemeEndOf(origin);
    let node = this.schemes.get(origin.slice(0, schemeEnd));
    const hostStart = hostStartOf(schemeEnd);
    const hostEnd = hostEndOf(origin);
    const port = origin.slice(hostEnd + 1);
    let end = hostEnd;
    while (node !== undefined) {
      const start = labelStartOf(origin, hostStart, end);
      node = node.below.get(origin.slice(start, end));
      if (node === undefined) return false;
      if (start === hostStart) return node.none !== undefined && node.none.has(port);
      if (node.many !== undefined && node.many.has(port)) return true;
      end = start - 1;
      if (node.one === undefined || !node.one.has(port)) continue;
      if (labelStartOf(origin, hostStart, end) === hostStart) return true;
    }
    return false;
  }
}

function childOf(nodes: Map<string, TrieNode>, key: string): TrieNode {
  let child = nodes.get(key);
  if (child === undefined) nodes.set(key, (child = new TrieNode()));
  return child;
}
