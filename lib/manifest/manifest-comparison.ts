import { LatePart } from '../late-part.js';
import type { CorsManifest } from './cors-manifest.js';

/**
 * What a change does to what pages may do:
 * - `wider`: some page may do more than before
 * - `undecidable`: some page may be able to do more; expressions and sources are known by what they are called, and not by
 *   what they allow
 * - `narrower`: no page may do more, and some may do less
 * - `neutral`: all may do what they could do before
 */
export type ManifestEffect = 'wider' | 'undecidable' | 'narrower' | 'neutral';

/** One change between two manifests. */
export interface ManifestChange {
  readonly effect: ManifestEffect;
  /** What has changed: `DELETE /orders/:id`, `entry /graphql`, `default`, `publicOrigins`. */
  readonly subject: string;
  /**
   * The field of the policy; `policy` where it is there only before or after; `route` where the route or entry is; `path`
   * and `where` for what it is called; `from` for the layers; `publicOrigins`.
   */
  readonly field: string;
  /** A sentence without its full stop: `DELETE /orders/:id is wider: https://*.example.com may now read it, before https://app.example.com`. */
  readonly message: string;
}

/** What {@link compareManifests} finds. */
export interface ManifestComparison {
  /** Whether a change is `wider` or `undecidable`: unsure means closed. */
  readonly isWider: boolean;
  /** All changes: the wider ones first, then those that are undecidable, narrower and neutral, each in the order of the manifests. */
  readonly changes: readonly ManifestChange[];
}

/** What compares, which only tests and pages of operators ask for. */
const COMPARE = new LatePart(() => import('./compare-lines.js'));

/**
 * Compares two policies of an app by what they mean, and not by how they are written: who may read what, with which fields.
 *
 * Which origins a list has in common with another one is decided as the library decides requests: exact origins, patterns,
 * ports. Expressions and sources are the same where they are written or called the same, and else undecidable. A route or
 * entry that is new is wider if somebody may read it; what is gone is compared with what governs its path from then on.
 *
 * @param before - what `CorsService.manifest()` has given, or what was read from a file by `JSON.parse()`
 * @param after - the same, later
 * @throws TypeError (the promise rejects) if one of them is no manifest, or has another schema, naming the place at fault
 *
 * @example
 * ```ts
 * const before = JSON.parse(await readFile('cors.manifest.json', 'utf8'));
 * const { isWider, changes } = await compareManifests(before, await app.get(CorsService).manifest());
 * ```
 */
export async function compareManifests(
  before: CorsManifest,
  after: CorsManifest,
): Promise<ManifestComparison> {
  const { compareChecked } = await COMPARE.load();
  return compareChecked(before, after);
}
