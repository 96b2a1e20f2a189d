import type { EffectivePolicy } from '../routing/route-report.js';

/**
 * An origin as it stands in a manifest: `*`, an exact origin or a pattern as it was written, or one of the conditions of
 * which only the text or the name is known.
 */
export type ManifestOrigin = ManifestCondition | ManifestAllOf;

/** One condition of a {@link ManifestOrigin}. */
export type ManifestCondition = string | ManifestRegExp | ManifestSource;

/** A regular expression. */
export interface ManifestRegExp {
  /** As it was written, with its flags: `/^https:\/\/[a-z]+\.example\.com$/`. */
  readonly regexp: string;
}

/** A function or a source, which decides while the app runs. */
export interface ManifestSource {
  /** The name of the function or class: `PartnerOrigins`; `function` or `source` where it has none. */
  readonly source: string;
  /** The layer that names it. Two functions of one name in different layers are different ones. */
  readonly where: string;
}

/** Conditions that must all hold: what `merge: 'restrict'` has left of two lists. */
export interface ManifestAllOf {
  /** None is another list. */
  readonly allOf: readonly ManifestCondition[];
}

/** A long list of origins, which stands once in a manifest, and is referred to wherever it is in force. */
export interface ManifestListName {
  /** Its name in {@link CorsManifest.lists}. */
  readonly list: string;
}

/** The fields of a policy as they are in force, the lists sorted. See `CorsPolicyOptions` for their meaning. */
export interface ManifestPolicy extends Omit<EffectivePolicy, 'origin' | 'maxAge'> {
  /** Who may read; nobody if it is empty. A list of more than 20 stands in {@link CorsManifest.lists}. */
  readonly origin: readonly ManifestOrigin[] | ManifestListName;
  /** In seconds; `null` if it is not sent. */
  readonly maxAge: number | null;
}

/** One line of a manifest: a route, an entry of `routes`, or the module's default. */
export interface ManifestLine {
  /** `route` for a route of Nest; `entry` for an entry of `routes`; `default` for all paths that no entry covers. */
  readonly kind: 'route' | 'entry' | 'default';
  /** The method, or `ALL`; always `ALL` for entries and the default. */
  readonly method: string;
  /**
   * The path, with its prefix and, where that tells versions, its version. A wildcard is `*`, whatever the platform writes and
   * however it is called. `*` for the default.
   */
  readonly path: string;
  /** Of an entry, or of the one in {@link ManifestLine.below}, whether it is limited to its path. Else `false`. */
  readonly exact: boolean;
  /** Of a route of which only some paths are covered by an entry, the entry's path, where the line holds below that; else `null`. */
  readonly below: string | null;
  /** The versions that a request has to ask for in another way than by the path; `neutral` is `VERSION_NEUTRAL`. Sorted. */
  readonly version: readonly string[];
  /** The hosts that the controller is bound to; none means any. Sorted. */
  readonly hosts: readonly string[];
  /** `Controller#handler`; `options.routes[/graphql]` for an entry; `options` for the default. */
  readonly where: string;
  /** The policy in force; `null` where the path is unmanaged. */
  readonly policy: ManifestPolicy | null;
  /**
   * The layers that the values of fields came from, outermost first; a field that is not there has the default. `null` where
   * the path is unmanaged. Entries are named by their paths, so that they can change places.
   */
  readonly from: Readonly<Record<string, readonly string[]>> | null;
  /** The policy that would be in force with the fields of `reportOnly`; `null` if there are none, or it is the same. */
  readonly reportOnly: ManifestPolicy | null;
}

/**
 * The whole policy of an app as plain data, for a file that is kept with its sources: sorted, without secrets, and the same
 * on every machine and on both platforms where the policy is the same. What others have registered with the platform is not
 * in it, since it depends on the platform, and adds nothing: entries and the default are what governs it.
 *
 * `JSON.stringify(manifest, null, 2)` is a manifest as well; `expectManifest()` of `nestjs-cors/testing` writes one that is
 * easier to review.
 */
export interface CorsManifest {
  /** The version of what it looks like. It changes when an older library could no longer read it. */
  readonly schema: 1;
  /** The app's own origins, sorted, as `publicOrigins` names them; `null` where nobody has said. */
  readonly publicOrigins: readonly string[] | null;
  /** The lists of more than 20 origins, each once, by the layers that they come from. */
  readonly lists: Readonly<Record<string, readonly ManifestOrigin[]>>;
  /**
   * Every route, every entry and the default, sorted by path, then method. Of routes that have all of that in common the first one
   * answers, so that they stay in their order.
   */
  readonly routes: readonly ManifestLine[];
}
