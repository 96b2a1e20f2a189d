import { listed } from '../explain/words.js';
import type { Enforcement } from '../policy/enforcement.js';
import { isSafelistedMethod } from '../protocol/names.js';
import type { CorsManifest, ManifestLine, ManifestOrigin, ManifestPolicy } from './cors-manifest.js';
import type { ManifestEffect } from './manifest-comparison.js';
import { audience } from './manifest-words.js';
import { OriginList } from './origin-inclusion.js';

/** One change of a policy. */
export interface PolicyChange {
  readonly effect: ManifestEffect;
  readonly field: string;
  /** What follows the colon: `https://a.example may now read it, before nobody`. */
  readonly what: string;
}

/** A line that has a policy, with the origins of that. */
export interface Governed {
  readonly line: ManifestLine;
  readonly policy: ManifestPolicy;
  readonly origins: OriginList;
}

/** What no preflight can name: the methods that no route serves, which are approved where none are listed. */
const UNSERVED = 'methods that no route serves';

const UNDECIDABLE = 'what expressions and sources allow is undecidable';

/** The lists of origins of a manifest. Many lines have one in common, and what is found out of two of them as well. */
export class OriginLists {
  private readonly known = new Map<readonly ManifestOrigin[], OriginList>();

  constructor(private readonly manifest: CorsManifest) {}

  /** The line with its origins; `undefined` if it is unmanaged. */
  governed(line: ManifestLine): Governed | undefined {
    return this.with(line, line.policy);
  }

  /** The line with the policy that is only reported; `undefined` if there is none. */
  reported(line: ManifestLine): Governed | undefined {
    return this.with(line, line.reportOnly);
  }

  private with(line: ManifestLine, policy: ManifestPolicy | null): Governed | undefined {
    if (policy === null) return undefined;
    const { origin } = policy;
    const list = 'list' in origin ? (this.manifest.lists[origin.list] as readonly ManifestOrigin[]) : origin;
    const origins = this.known.get(list) ?? new OriginList(list);
    this.known.set(list, origins);
    return { line, policy, origins };
  }
}

/** What has become of one policy with another: who may read, what they may send and see, and what makes no difference. */
export function policyChanges(before: Governed, after: Governed): readonly PolicyChange[] {
  const changes = [
    ...originChanges(before.origins, after.origins),
    ...secureChanges(before, after),
    ...credentialsChanges(before, after),
    ...enforceChanges(before, after),
    ...namesChanges('exposedHeaders', exposed(before), exposed(after), 'scripts may {} see'),
    ...namesChanges('methods', methods(before), methods(after), 'a preflight may {} approve'),
    ...namesChanges('allowedHeaders', allowed(before), allowed(after), 'requests may {} carry'),
    ...neutralChanges(before, after),
  ];
  // Where nobody may read, nothing but the wall is left of a policy.
  return after.origins.origins.length > 0
    ? changes
    : changes.map((change) =>
        change.field === 'origin' || change.field === 'enforce' ? change : { ...change, effect: 'neutral' },
      );
}

const between = new WeakMap<OriginList, WeakMap<OriginList, readonly PolicyChange[]>>();

function originChanges(before: OriginList, after: OriginList): readonly PolicyChange[] {
  const ofBefore = between.get(before) ?? new WeakMap<OriginList, readonly PolicyChange[]>();
  between.set(before, ofBefore);
  const changes = ofBefore.get(after) ?? foundChanges(before, after);
  ofBefore.set(after, changes);
  return changes;
}

function foundChanges(before: OriginList, after: OriginList): readonly PolicyChange[] {
  const added = without(after.origins, before);
  const removed = without(before.origins, after);
  const was = `before ${audience(before.origins)}`;
  const is = `now ${audience(after.origins)}`;
  return [
    ...originChange('wider', added.refuted, `may now read it, ${was}`),
    ...originChange('undecidable', added.undecided, `may now read it, ${was}: ${UNDECIDABLE}`),
    ...originChange('narrower', removed.refuted, `may no longer read it, ${is}`),
    ...originChange('narrower', removed.undecided, `may no longer read it, ${is}: ${UNDECIDABLE}`),
  ];
}

function originChange(
  effect: ManifestEffect,
  origins: readonly ManifestOrigin[],
  what: string,
): readonly PolicyChange[] {
  if (origins.length === 0) return [];
  return [{ effect, field: 'origin', what: `${audience(origins)} ${what}` }];
}

/** The entries of which a list does not include all. */
function without(
  origins: readonly ManifestOrigin[],
  list: OriginList,
): Record<'refuted' | 'undecided', ManifestOrigin[]> {
  const found = { refuted: [], undecided: [] } as Record<'refuted' | 'undecided', ManifestOrigin[]>;
  // Of several that are called the same, the list has to have as many.
  const seen = new Map<string, number>();
  for (const origin of origins) {
    const name = typeof origin === 'string' ? origin : JSON.stringify(origin);
    const nth = (seen.get(name) ?? 0) + 1;
    if (typeof origin !== 'string') seen.set(name, nth);
    const { verdict } = list.includes(origin, nth);
    if (verdict !== 'included') found[verdict].push(origin);
  }
  return found;
}

/** Expressions and sources are not asked about plain `http:` origins where a policy has credentials. */
function secureChanges(before: Governed, after: Governed): readonly PolicyChange[] {
  const [was, is] = [isSecureOnly(before.policy), isSecureOnly(after.policy)];
  const asked = 'be let in by its expressions and sources';
  if (was && !is && after.origins.isOpen) {
    return [{ effect: 'undecidable', field: 'origin', what: `plain http: origins may now ${asked}` }];
  }
  return !was && is && before.origins.isOpen
    ? [{ effect: 'narrower', field: 'origin', what: `plain http: origins may no longer ${asked}` }]
    : [];
}

function isSecureOnly({ credentials, dangerously }: ManifestPolicy): boolean {
  return credentials && !dangerously.includes('insecureOrigins');
}

function credentialsChanges(before: Governed, after: Governed): readonly PolicyChange[] {
  const [was, is] = [before.policy.credentials, after.policy.credentials];
  if (was === is) return [];
  const what = `responses to requests with credentials may ${is ? 'now' : 'no longer'} be read`;
  return [{ effect: is ? 'wider' : 'narrower', field: 'credentials', what }];
}

/** What the values of `enforce` refuse, from the widest to the narrowest. */
const WALLS: readonly Enforcement[] = [false, 'unsafe', true];

function enforceChanges(before: Governed, after: Governed): readonly PolicyChange[] {
  const [was, is] = [before.policy.enforce, after.policy.enforce];
  if (was === is) return [];
  const field = 'enforce';
  const isNarrower = WALLS.indexOf(is) > WALLS.indexOf(was);
  // With '*' it refuses nobody.
  if (isNarrower ? after.origins.any : before.origins.any) {
    const refusal = isNarrower ? "refuses nobody, since '*' allows every origin" : 'refused nobody before';
    return [{ effect: 'neutral', field, what: `enforce is ${switchText(is)} now, and ${refusal}` }];
  }
  const requests = `requests of other origins${methodsBetween(was, is)}`;
  return isNarrower
    ? [{ effect: 'narrower', field, what: `${requests} are now refused` }]
    : [{ effect: 'wider', field, what: `${requests} now reach it, before they were refused` }];
}

function switchText(enforce: Enforcement): string {
  if (enforce === 'unsafe') return "'unsafe'";
  return enforce ? 'on' : 'off';
}

/** The methods of which one of two values refuses requests, and the other does not; nothing for all. */
function methodsBetween(...values: readonly [Enforcement, Enforcement]): string {
  if (!values.includes('unsafe')) return '';
  return values.includes(true) ? ' by GET, HEAD and OPTIONS' : ' by methods other than GET, HEAD and OPTIONS';
}

/** Names that are allowed; `*` stands for all but those that it does not cover. */
interface Names {
  readonly names: ReadonlySet<string>;
  readonly uncovered?: string;
}

function exposed({ policy }: Governed): Names {
  return { names: new Set(policy.exposedHeaders) };
}

function allowed({ policy }: Governed): Names {
  return { names: new Set(policy.allowedHeaders), uncovered: 'authorization' };
}

/**
 * The methods that a preflight may approve. Where no layer lists them, they are those that routes serve, and a route is only
 * asked about its own; of others it is known that nobody serves them, but behind a wildcard somebody may.
 */
function methods({ line, policy }: Governed): Names {
  const isListed = (line.from?.['methods']?.length ?? 0) > 0;
  const served = line.method === 'ALL' ? policy.methods : [line.method];
  const names = isListed
    ? policy.methods
    : [...served, ...(line.path.slice(1).includes('*') ? [] : [UNSERVED])];
  return { names: new Set(names.filter((name) => !isSafelistedMethod(name))) };
}

function namesChanges(field: string, before: Names, after: Names, what: string): readonly PolicyChange[] {
  const change = (
    effect: ManifestEffect,
    names: readonly string[],
    adverb: string,
  ): readonly PolicyChange[] =>
    names.length === 0
      ? []
      : [
          {
            effect,
            field,
            what: `${what.replace('{}', adverb)} ${listed(names.map((name) => (name === '*' ? `any other ${field === 'methods' ? 'method' : 'header'}` : name)))}`,
          },
        ];
  return [
    ...change('wider', uncovered(after, before), 'now'),
    ...change('narrower', uncovered(before, after), 'no longer'),
  ];
}

function uncovered({ names }: Names, by: Names): readonly string[] {
  return [...names].filter((name) => !by.names.has(name) && (name === by.uncovered || !by.names.has('*')));
}

/** The fields that let nobody do more, or only say how something else is written. */
function neutralChanges(before: Governed, after: Governed): readonly PolicyChange[] {
  const [was, is] = [before.policy, after.policy];
  const isSame = uncovered(methods(before), methods(after)).concat(
    uncovered(methods(after), methods(before)),
  );
  return [
    ...restated('maxAge', ageOf(was), ageOf(is)),
    ...restated('optionsSuccessStatus', String(was.optionsSuccessStatus), String(is.optionsSuccessStatus)),
    ...restated('dangerously', namesOf(was.dangerously), namesOf(is.dangerously)),
    ...(isSame.length === 0 ? restated('methods', namesOf(was.methods), namesOf(is.methods)) : []),
  ];
}

/** What is said otherwise, and lets nobody do more. */
export function restated(field: string, was: string, is: string): readonly PolicyChange[] {
  return was === is ? [] : [{ effect: 'neutral', field, what: `${field} is ${is} now, before ${was}` }];
}

/** How long browsers keep a preflight: it lets nobody in, but a tightened policy takes that long to reach all. */
function ageOf({ maxAge }: ManifestPolicy): string {
  return maxAge === null ? 'not sent' : `${maxAge} seconds`;
}

function namesOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
