import { isStandardAlone, titlesOf, type EngineProfile } from '../engines/engine-profile.js';
import { QUIRKS, quirkSentence, type QuirkFacts, type QuirkName } from '../engines/quirks.js';

/** A quirk that has made a difference to a fetch. */
export interface QuirkEffect {
  /** Its name, as in `VirtualBrowserOptions.quirks`. */
  readonly quirk: QuirkName;
  /** What the engine did, without a subject: `names content-type in the preflight of the GET after the 303`. */
  readonly sentence: string;
}

/**
 * Whether the engine departs from the standard. It is asked where that makes a difference, and nowhere else: what it
 * answers is kept, as what has had an effect.
 *
 * @param facts - what of the request the quirk is about, for its sentence
 */
export type Departs = (quirk: QuirkName, facts?: QuirkFacts) => boolean;

/** The answer of the standard. */
export const asStandard: Departs = () => false;

/** Says of a refusal that no engine shares it, so that nobody relies on it; `''` where one does. */
export function standardAlone(quirk: QuirkName): string {
  if (!isStandardAlone(quirk)) return '';
  const others = titlesOf(QUIRKS[quirk].engines);
  return ` (which the standard alone refuses: each of ${others} ${quirkSentence(quirk)})`;
}

/** The quirks of one fetch: those that have made a difference, and those that would have in another engine. */
export class Departures {
  readonly #effects: QuirkEffect[];
  readonly #missed: Set<QuirkName>;

  /** @param before - those that have made a difference to the page before it fetches */
  constructor(
    private readonly profile: EngineProfile,
    before?: Departures,
  ) {
    this.#effects = [...(before?.effects ?? [])];
    this.#missed = new Set(before?.missed);
  }

  /** In order. */
  get effects(): readonly QuirkEffect[] {
    return this.#effects;
  }

  /** What would have made a difference if the engine had it. */
  get missed(): ReadonlySet<QuirkName> {
    return this.#missed;
  }

  readonly departs: Departs = (quirk, facts) => {
    if (!this.profile.has(quirk)) {
      this.#missed.add(quirk);
      return false;
    }
    const sentence = quirkSentence(quirk, facts);
    if (!this.#effects.some((effect) => effect.sentence === sentence))
      this.#effects.push({ quirk, sentence });
    return true;
  };
}
