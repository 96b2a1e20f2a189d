import type { Policy } from '../policy/policy.js';
import { putResponseFields, type HeaderFields } from '../protocol/header-fields.js';
import { addVary } from '../protocol/vary.js';

/** Header fields as `writeHead` may be given them: an object, a flat list, or a list of pairs. */
export type GivenFields = HeaderFields | readonly unknown[] | undefined;

/** What has been decided of a response. */
export interface ResponseVerdict {
  readonly allowed: boolean;
  /** The origin; any value if it is not allowed. */
  readonly origin: string;
  /** What the response varies on. */
  readonly vary: string;
}

/** Is told of a field of the protocol that somebody else has set. */
export interface ForeignFields {
  noteForeign(name: string): void;
}

const PREFIX = 'access-control-';

/** Whether a header field belongs to the CORS protocol. */
export function isCorsField(name: string): boolean {
  // Compared without a lower-case copy of each of a response's names: few begin with the letter at all.
  const first = name.charCodeAt(0) | 0x20;
  return (
    first === 0x61 && name.length > PREFIX.length && name.slice(0, PREFIX.length).toLowerCase() === PREFIX
  );
}

/**
 * The fields to give to `writeHead` in place of those that it was given: whatever belongs to the protocol is taken out,
 * whoever put it there, and the policy's own fields are put in.
 *
 * @param policy - the policy that governs the response
 * @param given - the fields that `writeHead` was given; not changed, because an app may share them between responses
 * @param varySoFar - the response's `Vary` from elsewhere, which counts if the given fields have none
 * @param foreign - is told of fields that are taken out
 */
export function sealedFields(
  policy: Policy,
  verdict: ResponseVerdict,
  given: GivenFields,
  varySoFar: HeaderFields[string],
  foreign?: ForeignFields,
): GivenFields {
  if (Array.isArray(given)) return sealedList(policy, verdict, given, varySoFar, foreign);
  const fields: HeaderFields = {};
  let vary: HeaderFields[string];
  for (const name in given as HeaderFields | undefined) {
    // As Node does: what an object inherits is no header.
    if (!Object.hasOwn(given as HeaderFields, name)) continue;
    const value = (given as HeaderFields)[name];
    if (isVary(name)) vary = vary === undefined ? value : ([vary, value].flat() as string[]);
    else if (!isCorsField(name)) putField(fields, name, value);
    else foreign?.noteForeign(name);
  }
  putFields(fields, policy, verdict, vary ?? varySoFar);
  return fields;
}

function putField(fields: HeaderFields, name: string, value: HeaderFields[string]): void {
  // To assign to it would set the object's prototype.
  if (name === '__proto__') {
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    fields[name] = value;
  }
}

/** A list may name a field more than once, so it stays a list. */
function sealedList(
  policy: Policy,
  verdict: ResponseVerdict,
  given: readonly unknown[],
  varySoFar: HeaderFields[string],
  foreign: ForeignFields | undefined,
): readonly unknown[] {
  const pairs = Array.isArray(given[0]) ? united(given as readonly Pair[]) : pairsOf(given);
  const varies = pairs.filter(([name]) => isVary(String(name))).flatMap(([, value]) => value) as string[];
  const others = pairs.filter(([name]) => !isVary(String(name)) && !isForeign(String(name), foreign));
  const fields: HeaderFields = {};
  putFields(fields, policy, verdict, varies.length === 0 ? varySoFar : varies);
  return [...others, ...Object.entries(fields)].flat();
}

function isForeign(name: string, foreign: ForeignFields | undefined): boolean {
  const isOne = isCorsField(name);
  if (isOne) foreign?.noteForeign(name);
  return isOne;
}

type Pair = readonly [name: unknown, value: unknown];

/** With lists of values copied: from version 22 on, Node adds to that of a name which a flat list has more than once. */
function pairsOf(list: readonly unknown[]): readonly Pair[] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, copied(list[index + 1])] as const] : []));
}

function copied(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as readonly unknown[])] : value;
}

/**
 * Pairs with each name once. Node keeps all of a list of pairs, but of a flat list, which is what it takes beside fields
 * that were set before, its version 20 then keeps only the last line of a name.
 */
function united(pairs: readonly Pair[]): readonly Pair[] {
  const byName = new Map<string, Pair>();
  for (const pair of pairs) {
    const key = String(pair[0]).toLowerCase();
    const first = byName.get(key);
    byName.set(key, first === undefined ? pair : [first[0], [first[1], pair[1]].flat()]);
  }
  return [...byName.values()];
}

function putFields(
  fields: HeaderFields,
  policy: Policy,
  { allowed, origin, vary }: ResponseVerdict,
  varySoFar: HeaderFields[string],
): void {
  if (policy.varies) fields['vary'] = addVary(varySoFar, vary);
  else if (varySoFar !== undefined) fields['vary'] = oneLine(varySoFar);
  if (allowed) putResponseFields(fields, policy, origin);
}

/** Many a cache reads only one of several lines. */
function oneLine(vary: NonNullable<HeaderFields[string]>): number | string {
  return typeof vary === 'string' || typeof vary === 'number' ? vary : vary.join(', ');
}

function isVary(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'vary';
}
