import { show } from '../policy/show.js';
import { suggest } from '../policy/suggest.js';
import {
  ENGINE_NAMES,
  ENGINES,
  QUIRK_NAMES,
  QUIRKS,
  type EngineName,
  type QuirkName,
  type ShippingEngine,
} from './quirks.js';

/** How an engine behaves: a set of quirks, and its limits. It never changes. */
export class EngineProfile {
  readonly #quirks: ReadonlySet<QuirkName>;

  /** @internal Profiles are made by {@link profileOf}. */
  constructor(
    /** Whose it is. */
    readonly engine: EngineName,
    quirks: Iterable<QuirkName>,
  ) {
    this.#quirks = new Set(quirks);
    Object.freeze(this);
  }

  /** What people call the engine: `WebKit`, `the standard`. */
  get title(): string {
    return ENGINES[this.engine].title;
  }

  /** The longest time that an answer to a preflight is kept, in seconds. */
  get maxPreflightAge(): number {
    return ENGINES[this.engine].maxPreflightAge;
  }

  /** The quirks, in the order of the table. */
  get quirks(): readonly QuirkName[] {
    return QUIRK_NAMES.filter((name) => this.#quirks.has(name));
  }

  /** Whether it departs from the standard in this way. */
  has(quirk: QuirkName): boolean {
    return this.#quirks.has(quirk);
  }
}

/**
 * How an engine behaves.
 *
 * @param engine - `standard` has no quirks
 * @param quirks - further ones, which the engine itself does not have
 * @throws TypeError for an unknown name; the message lists those that there are
 * @example
 * ```ts
 * profileOf('webkit').has('localhost-is-mixed-content'); // true
 * profileOf('standard', ['star-covers-authorization']).quirks; // ['star-covers-authorization']
 * ```
 */
export function profileOf(engine: EngineName, quirks: readonly QuirkName[] = []): EngineProfile {
  checkName('engine', engine, ENGINE_NAMES);
  if (!Array.isArray(quirks)) {
    throw new TypeError(`quirks: ${show(quirks)} is no list: write one such as ["${QUIRK_NAMES[0]}"]`);
  }
  for (const quirk of quirks) checkName('quirks', quirk, QUIRK_NAMES);
  return quirks.length === 0 ? PROFILES[engine] : new EngineProfile(engine, [...quirksOf(engine), ...quirks]);
}

/** The shipping engines that have a quirk, as people call them: `Chromium and WebKit`. */
export function titlesOf(engines: readonly EngineName[]): string {
  const titles = engines.map((engine) => ENGINES[engine].title);
  const last = titles.at(-1) ?? '';
  return titles.length < 2 ? last : `${titles.slice(0, -1).join(', ')} and ${last}`;
}

/** Whether no engine that ships follows the standard here. */
export function isStandardAlone(quirk: QuirkName): boolean {
  return QUIRKS[quirk].engines.length === ENGINE_NAMES.length - 1;
}

function quirksOf(engine: EngineName): readonly QuirkName[] {
  return QUIRK_NAMES.filter((name) =>
    (QUIRKS[name].engines as readonly ShippingEngine[]).includes(engine as ShippingEngine),
  );
}

const PROFILES: Readonly<Record<EngineName, EngineProfile>> = {
  standard: new EngineProfile('standard', []),
  chromium: new EngineProfile('chromium', quirksOf('chromium')),
  firefox: new EngineProfile('firefox', quirksOf('firefox')),
  webkit: new EngineProfile('webkit', quirksOf('webkit')),
};

function checkName(where: string, name: unknown, known: readonly string[]): void {
  if (known.includes(name as string)) return;
  const meant = typeof name === 'string' ? suggest(name, known) : undefined;
  const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  throw new TypeError(`${where}: ${show(name)} is none of ${known.join(', ')}.${hint}`);
}
