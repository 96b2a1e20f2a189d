import { lateList } from './late-list.js';
import type { ExactOrigin, OriginEntry, OriginPattern } from './origin-entry.js';
import { readPlainOrigin } from './origin-grammar.js';
import type { ReadStrings } from './origin-strings.js';

/** An entry that is no exact origin. */
export type OpenEntry = Exclude<OriginEntry, ExactOrigin>;

/** What was read of a list, as far as it takes part in making entries of it. */
type ReadList = Pick<ReadStrings, 'plainPatterns' | 'repeated' | 'others'>;

/**
 * The entries of a list in their order, each once: the list itself where it has nothing but exact origins. Those of plain
 * patterns are made when somebody looks at them.
 *
 * @param list - frozen
 * @param kept - the entries of the other elements, by their places; those that are missing are none, or repeat an earlier one
 */
export function entriesOf(
  list: readonly unknown[],
  { plainPatterns, repeated, others }: ReadList,
  kept: ReadonlyMap<number, OpenEntry>,
): readonly OriginEntry[] {
  if (plainPatterns + repeated.size + others.length === 0) return list as readonly OriginEntry[];
  const length = list.length - repeated.size - others.length + kept.size;
  if (plainPatterns > 0) return lateList(length, make);
  return Object.freeze(make());

  function make(): readonly OriginEntry[] {
    const entries: OriginEntry[] = [];
    let other = 0;
    for (let place = 0; place < list.length; place++) {
      if (others[other]?.place === place) {
        other++;
        const entry = kept.get(place);
        if (entry !== undefined) entries.push(entry);
      } else if (!repeated.has(place)) {
        entries.push(entryOf(list[place] as string));
      }
    }
    return entries;
  }
}

/** The entry of an exact origin, or of a plain pattern. */
function entryOf(text: string): ExactOrigin | OriginPattern {
  return text.includes('*') ? (readPlainOrigin(text) as OriginPattern) : text;
}
