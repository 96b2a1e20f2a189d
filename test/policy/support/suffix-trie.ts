import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The data of the Public Suffix List as `tldts` has them, by which it finds suffixes. */
interface SuffixTrie {
  /** Where the edges of a node begin; they end where those of the next one begin. */
  readonly edgeStart: ArrayLike<number>;
  readonly edgeChild: ArrayLike<number>;
  readonly edgeLength: ArrayLike<number>;
  /** The labels of all edges, without anything between them. */
  readonly labelText: string;
  /** Other than 0 where a rule ends. */
  readonly nodeFlags: ArrayLike<number>;
  readonly rulesRoot: number;
  readonly exceptionsRoot: number;
}

/** The rules of the list, exceptions without their mark, and the domains below which there are some. */
export interface SuffixRules {
  readonly rules: readonly string[];
  readonly parents: readonly string[];
}

/** Reads the rules that `tldts` has. */
export async function suffixRules(): Promise<SuffixRules> {
  const path = createRequire(import.meta.url).resolve('tldts/dist/es6/src/data/trie.js');
  const source = await readFile(path);
  const trie = (await import(`data:text/javascript;base64,${source.toString('base64')}`)) as SuffixTrie;
  const { edgeStart, edgeChild, edgeLength, labelText, nodeFlags, rulesRoot, exceptionsRoot } = trie;
  const labels: string[] = [];
  for (let edge = 0, offset = 0; edge < edgeLength.length; edge++) {
    labels.push(labelText.slice(offset, offset + (edgeLength[edge] as number)));
    offset += edgeLength[edge] as number;
  }
  const rules: string[] = [];
  const parents = new Set<string>();
  const walk = (node: number, domain: string): void => {
    if (nodeFlags[node] !== 0) rules.push(domain);
    const [start, end] = [edgeStart[node] as number, edgeStart[node + 1] as number];
    if (start < end && domain !== '') parents.add(domain);
    for (let edge = start; edge < end; edge++) {
      const label = labels[edge] as string;
      walk(edgeChild[edge] as number, domain === '' ? label : `${label}.${domain}`);
    }
  };
  walk(rulesRoot, '');
  walk(exceptionsRoot, '');
  return { rules, parents: [...parents].toSorted() };
}
