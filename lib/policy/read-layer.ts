import type { MergeMode } from './cors-policy-options.interface.js';
import type { CorsProblem, ValueProblem } from './cors-problem.js';
import type { OriginEntry } from './origin-entry.js';
import type { Dangers, PolicyField, PolicyFields, PolicyLayer } from './policy-fields.js';
import { readMethod, readRequestHeader, readResponseHeader, type ReadName } from './read-names.js';
import { readOrigin, type ResolveSource } from './read-origin.js';
import { suggest } from './suggest.js';

/** The longest `maxAge`, in seconds: a day, which is what the most patient browser keeps. */
export const MAX_MAX_AGE = 86_400;

/** Options of other CORS packages that look as if they belonged here, and what does their work. */
const FOREIGN_OPTIONS: Readonly<Record<string, string>> = {
  preflightContinue: 'leave it out: an OPTIONS request that is no preflight always reaches its handler',
  strictPreflight: 'leave it out: only OPTIONS with Origin and Access-Control-Request-Method is a preflight',
  preflight: 'leave it out, or put @NoCors() on the route',
  optionSuccessStatus: 'write optionsSuccessStatus',
  hideOptionsRoute: 'leave it out: no OPTIONS route is registered',
  cacheControl: 'leave it out: browsers keep preflights by maxAge alone',
  delegator: 'use decorators on the routes, or a function in origin',
  allowPrivateNetwork: 'leave it out: Private Network Access is gone, its successor has no headers',
};

/** Reports a problem with a field of the layer; `index` is given where the field is a list. */
type Report = (field: string, value: unknown, problem: ValueProblem) => void;

type FieldReader<T> = (
  value: unknown,
  field: string,
  report: Report,
  resolveSource: ResolveSource,
) => T | undefined;

const READERS: { readonly [F in PolicyField]: FieldReader<NonNullable<PolicyFields[F]>> } = {
  origin: readOrigins,
  credentials: readBoolean,
  enforce: readBoolean,
  exposedHeaders: (value, field, report) => readNames(value, field, report, readResponseHeader),
  methods: (value, field, report) => readNames(value, field, report, readMethod),
  allowedHeaders: (value, field, report) => readNames(value, field, report, readRequestHeader),
  maxAge: (value, field, report) => readInteger(value, field, report, 'max-age-invalid', 0, MAX_MAX_AGE),
  optionsSuccessStatus: (value, field, report) =>
    readInteger(value, field, report, 'status-invalid', 200, 299),
  dangerously: readDangers,
};

/** What reading a layer gives: what could be read of it, and all that is wrong with the rest. */
export interface ReadLayer {
  readonly layer: PolicyLayer;
  readonly problems: readonly CorsProblem[];
}

/**
 * Reads one layer from what a user wrote, without trusting its types: options come from JavaScript, from environment
 * variables and from factories as well.
 *
 * @param raw - the options as they were given
 * @param where - the layer's place, for messages
 * @param known - the options that may stand there; `merge` and the module's own ones beside a policy's fields
 * @param resolveSource - finds the instance of an `OriginSource`
 */
export function readLayer(
  raw: object,
  where: string,
  known: readonly string[],
  resolveSource: ResolveSource,
): ReadLayer {
  const problems: CorsProblem[] = [];
  const report: Report = (field, value, problem) => problems.push({ where, field, value, ...problem });
  const fields: Partial<Record<PolicyField, unknown>> = {};
  let merge: MergeMode = 'replace';
  for (const [name, value] of Object.entries(raw)) {
    if (!known.includes(name)) {
      report(name, undefined, unknownOption(name, known));
    } else if (value === undefined) {
      // As if it were not there: factories write `maxAge: config.get('CORS_MAX_AGE')`.
    } else if (name === 'merge') {
      merge = readMerge(value, report) ?? merge;
    } else if (isPolicyField(name)) {
      const read = READERS[name](value, name, report, resolveSource);
      if (read !== undefined) fields[name] = read;
    }
  }
  return { layer: { where, merge, fields: fields as Partial<PolicyFields> }, problems };
}

function isPolicyField(name: string): name is PolicyField {
  return Object.hasOwn(READERS, name);
}

function unknownOption(name: string, known: readonly string[]): ValueProblem {
  const meant = suggest(name, known);
  const advice =
    meant === undefined ? `remove it; known options are ${known.join(', ')}` : `did you mean ${meant}?`;
  return {
    code: 'option-unknown',
    message: 'is no option here',
    fix: Object.hasOwn(FOREIGN_OPTIONS, name) ? (FOREIGN_OPTIONS[name] as string) : advice,
  };
}

function readMerge(value: unknown, report: Report): MergeMode | undefined {
  if (value === 'replace' || value === 'extend' || value === 'restrict') return value;
  report('merge', value, {
    code: 'option-type',
    message: 'is no way to merge',
    fix: "write 'replace', 'extend' or 'restrict'",
  });
  return undefined;
}

function readOrigins(
  value: unknown,
  field: string,
  report: Report,
  resolveSource: ResolveSource,
): readonly OriginEntry[] | undefined {
  const entries: OriginEntry[] = [];
  let sound = true;
  for (const [place, element] of elements(value, field)) {
    const read = readOrigin(element, resolveSource);
    if ('entry' in read) entries.push(read.entry);
    else report(place, element, read.problem);
    sound &&= 'entry' in read;
  }
  if (sound && entries.length === 0) {
    report(field, value, {
      code: 'origin-empty',
      message: 'names no origin',
      fix: 'name at least one, leave the option out, or put @NoCors() on the route',
    });
  }
  return entries;
}

function readNames(
  value: unknown,
  field: string,
  report: Report,
  read: (name: string) => ReadName | undefined,
): readonly string[] {
  const names = new Set<string>();
  for (const [place, element] of elements(value, field)) {
    if (element === '*') {
      names.add(element);
    } else if (typeof element !== 'string') {
      report(place, element, { code: 'option-type', message: 'is no name', fix: 'write a string' });
    } else {
      const result = read(element);
      if (result !== undefined && 'problem' in result) report(place, element, result.problem);
      else if (result !== undefined) names.add(result.name);
    }
  }
  return [...names];
}

/** The elements of a value that may be a list, each with its place: `origin[1]`. */
function elements(value: unknown, field: string): readonly (readonly [place: string, element: unknown])[] {
  return Array.isArray(value)
    ? value.map((element, index) => [`${field}[${index}]`, element])
    : [[field, value]];
}

function readBoolean(value: unknown, field: string, report: Report): boolean | undefined {
  if (typeof value === 'boolean') return value;
  report(field, value, { code: 'option-type', message: 'is no boolean', fix: 'write true or false' });
  return undefined;
}

function readInteger(
  value: unknown,
  field: string,
  report: Report,
  code: 'max-age-invalid' | 'status-invalid',
  least: number,
  most: number,
): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const asNumber = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  const mended = Number.isInteger(asNumber) && asNumber >= least && asNumber <= most ? asNumber : undefined;
  report(field, value, {
    code,
    message: `is no whole number from ${least} to ${most}`,
    fix: mended === undefined ? 'write one' : `write ${mended}, without quotes`,
  });
  return undefined;
}

const DANGERS: readonly (keyof Dangers)[] = ['insecureOrigins', 'publicSuffixes', 'nullOrigin'];

function readDangers(value: unknown, field: string, report: Report): Dangers | undefined {
  if (typeof value !== 'object' || value === null) {
    report(field, value, {
      code: 'option-type',
      message: 'is no object',
      fix: `write { ${DANGERS.map((danger) => `${danger}: true`).join(', ')} }, with only what is needed`,
    });
    return undefined;
  }
  const dangers = { insecureOrigins: false, publicSuffixes: false, nullOrigin: false };
  for (const [name, flag] of Object.entries(value)) {
    const danger = DANGERS.find((known) => known === name);
    if (danger === undefined) report(`${field}.${name}`, undefined, unknownOption(name, DANGERS));
    else if (flag !== undefined) dangers[danger] = readBoolean(flag, `${field}.${name}`, report) ?? false;
  }
  return dangers;
}
