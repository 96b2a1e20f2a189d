import { getDomain } from 'tldts';
import { isExact, type OriginEntry } from '../policy/origin-entry.js';
import { patternText } from '../policy/origin-grammar.js';
import type { OriginRule } from '../policy/origin-set.js';
import { OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import type { CorsHintCode } from './cors-explanation.js';
import {
  differencesOf,
  partsOf,
  SINGLE_STEP,
  type OriginDifference,
  type OriginParts,
} from './origin-difference.js';

/** An allowed origin, or a pattern, that a refused origin comes close to. */
export interface ClosestOrigin {
  /** An allowed origin, or a pattern as it was written. */
  readonly origin: string;
  /** The difference that weighs most. */
  readonly code: CorsHintCode;
  /** What tells it from the refused one: `differs by "www."`. */
  readonly difference: string;
}

/**
 * The allowed origin that a refused one comes closest to; `undefined` if none is close.
 *
 * Exact origins and patterns are compared one by one, in a time that grows with their number only. Where none of them is
 * a single step away, the usual mistakes are undone and the policy is asked about the result, since a regular expression
 * cannot be compared with. Sources are not asked.
 *
 * @param origin - a well-formed origin that the policy refuses
 * @param rule - the origins of the policy, compiled
 * @param entries - the same, one by one
 */
export function closestOrigin(
  origin: string,
  rule: OriginRule,
  entries: readonly OriginEntry[],
): ClosestOrigin | undefined {
  if (origin === OPAQUE_ORIGIN) return undefined;
  const refused = partsOf(origin);
  const nearest = nearestEntry(refused, entries);
  if (nearest !== undefined && nearest.distance <= SINGLE_STEP) return closest(refused, nearest);
  const variant = variantsOf(refused).find((parts) => rule.allows(textOf(parts)));
  if (variant !== undefined) return closest(refused, comparison(refused, variant, undefined));
  return nearest && closest(refused, nearest);
}

/** An allowed origin, compared with the refused one. */
interface Comparison {
  readonly allowed: OriginParts;
  readonly differences: readonly OriginDifference[];
  readonly distance: number;
}

function comparison(refused: OriginParts, allowed: OriginParts, site: string | undefined): Comparison {
  const differences = differencesOf(refused, allowed, site);
  let distance = 0;
  for (const difference of differences) distance += difference.distance;
  return { allowed, differences, distance };
}

function nearestEntry(refused: OriginParts, entries: readonly OriginEntry[]): Comparison | undefined {
  const site = getDomain(refused.host, { allowPrivateDomains: true }) ?? undefined;
  let nearest: Comparison | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const allowed = comparable(entry);
    if (allowed === undefined) continue;
    const compared = comparison(refused, allowed, site);
    if (compared.distance >= least) continue;
    nearest = compared;
    least = compared.distance;
  }
  return nearest;
}

/** The parts of an entry that has parts. */
function comparable(entry: OriginEntry): OriginParts | undefined {
  if (isExact(entry)) return entry === OPAQUE_ORIGIN ? undefined : partsOf(entry);
  return entry.kind === 'pattern' ? entry : undefined;
}

function textOf({ scheme, labels, host, port }: OriginParts): string {
  return patternText(scheme, labels, host, port);
}

/** The origins that differ from one by a single mistake that is often made. */
function variantsOf(parts: OriginParts): readonly OriginParts[] {
  const { scheme, host, port } = parts;
  return [
    ...(scheme === 'http' ? [{ ...parts, scheme: 'https' }] : []),
    ...(scheme === 'https' ? [{ ...parts, scheme: 'http' }] : []),
    { ...parts, host: host.startsWith('www.') ? host.slice('www.'.length) : `www.${host}` },
    { ...parts, host: host.endsWith('.') ? host.slice(0, -1) : `${host}.` },
    ...(port === '' ? [] : [{ ...parts, port: '' }]),
  ];
}

function closest(refused: OriginParts, { allowed, differences }: Comparison): ClosestOrigin {
  const [weightiest] = differences.toSorted((a, b) => b.distance - a.distance);
  return {
    origin: textOf(allowed),
    code: (weightiest as OriginDifference).code,
    difference: differences.map(({ describe }) => describe(refused, allowed)).join(' and '),
  };
}
