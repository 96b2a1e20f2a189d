import { titlesOf } from '../engines/engine-profile.js';
import { QUIRKS, type EngineName } from '../engines/quirks.js';
import type { FetchResult } from './fetch-result.js';

/** What became of one assertion in one engine. */
export interface Trial {
  readonly engine: EngineName;
  readonly result: FetchResult;
  /** What is wrong, without the request in front: `is refused: the preflight answered 403`; `undefined` if nothing is. */
  readonly complaint: string | undefined;
  /** Whose policy has refused the preflight, as the server says it. */
  readonly refusedBy: string | undefined;
}

/** A trial that has failed. */
type Failed = Trial & { readonly complaint: string };

/**
 * What is wrong with an assertion that was made in every engine, and by which quirk: `is readable in Chromium and Firefox;
 * WebKit names content-type in the preflight of the GET after the 303, which OrdersController#one does not allow`.
 *
 * @param holds - what the assertion says: `is readable`
 * @returns `undefined` if it holds in all of them
 */
export function whyNotEverywhere(holds: string, trials: readonly Trial[]): string | undefined {
  const failed = trials.filter((trial): trial is Failed => trial.complaint !== undefined);
  const passed = trials.filter(({ complaint }) => complaint === undefined);
  const [first] = failed;
  if (first === undefined) return undefined;
  // Where it fails everywhere in the same way, engines have nothing to do with it.
  const alike = failed.every(({ complaint }) => complaint === first.complaint);
  if (passed.length === 0 && alike) return first.complaint;
  const engines = new Map<string, EngineName[]>();
  for (const trial of failed) {
    const what = whatHappens(trial, passed);
    engines.set(what, [...(engines.get(what) ?? []), trial.engine]);
  }
  const told = Array.from(engines, ([what, those]) => what.replace(SUBJECT, subjectOf(those)));
  if (passed.length > 0) told.unshift(`${holds} in ${whereOf(passed)}`);
  return told.join('; ');
}

/** Stands where the engines go that do the same. */
const SUBJECT = '{engines}';

/** What an engine does, and what comes of it. */
function whatHappens({ result, complaint, refusedBy }: Failed, passed: readonly Trial[]): string {
  const reasons = reasonsOf(result, passed);
  if (reasons.length === 0) return `in ${SUBJECT} ${consequence(complaint)}`;
  const what = `${SUBJECT} ${reasons.join(', and ')}`;
  return refusedBy !== undefined && complaint.startsWith('is refused')
    ? `${what}, which ${refusedBy} does not allow`
    : `${what}, and ${consequence(complaint)}`;
}

/**
 * What the engine does otherwise than those in which the assertion holds: by its own quirks, or as the standard says where
 * they have quirks.
 */
function reasonsOf({ quirks, missedQuirks }: FetchResult, passed: readonly Trial[]): readonly string[] {
  const theirs = new Set(passed.flatMap(({ result }) => result.quirks.map(({ quirk }) => quirk)));
  const own = quirks.filter(({ quirk }) => !theirs.has(quirk)).map(({ sentence }) => sentence);
  if (own.length > 0) return own;
  return [...missedQuirks].filter((quirk) => theirs.has(quirk)).map((quirk) => QUIRKS[quirk].standard);
}

/** What is wrong, as it goes on in a sentence: of what should be otherwise, only what it is. */
function consequence(complaint: string): string {
  return complaint.startsWith('should be ')
    ? complaint.slice(complaint.indexOf(', but ') + ', but '.length)
    : `it ${complaint}`;
}

function subjectOf(engines: readonly EngineName[]): string {
  return engines.length === 1 ? titlesOf(engines) : `each of ${titlesOf(engines)}`;
}

/** Those in which it holds. Nobody has a browser that follows the standard to the letter. */
function whereOf(passed: readonly Trial[]): string {
  const shipping = passed.map(({ engine }) => engine).filter((engine) => engine !== 'standard');
  return shipping.length === 0 ? 'the standard alone, and in no engine that ships' : titlesOf(shipping);
}
