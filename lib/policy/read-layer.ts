import type { MergeMode } from './cors-policy-options.interface.js';
import type { CorsProblem, ValueProblem } from './cors-problem.js';
import type { Enforcement } from './enforcement.js';
import { isOptionsObject } from './options-object.js';
import {
  NO_DANGERS,
  type Dangers,
  type PolicyField,
  type PolicyFields,
  type PolicyLayer,
} from './policy-fields.js';
import { POLICY_FIELDS, POLICY_OPTIONS, REPORT_ONLY } from './policy-options.js';
import { readMethod, readRequestHeader, readResponseHeader, type ReadName } from './read-names.js';
import { readOrigins } from './read-origins.js';
import type { ResolveSource } from './read-source.js';
import { unknownOption } from './unknown-option.js';

/** The longest `maxAge`, in seconds: a day, which is what the most patient browser keeps. */
const MAX_MAX_AGE = 86_400;

/** Reports a problem with an option of the layer, or with an element of it: `origin[1]`. */
export type Report = (field: string, value: unknown, problem: ValueProblem) => void;

/** Where a layer stands, and what reads its sources. */
interface LayerPlace {
  readonly where: string;
  readonly resolveSource: ResolveSource;
}

type FieldReader<T> = (value: unknown, field: string, report: Report, place: LayerPlace) => T | undefined;

const READERS: { readonly [F in PolicyField]: FieldReader<NonNullable<PolicyFields[F]>> } = {
  origin: readOrigins,
  credentials: readBoolean,
  enforce: readEnforcement,
  exposedHeaders: (value, field, report) => readNames(value, field, report, readResponseHeader),
  methods: (value, field, report) => readNames(value, field, report, readMethod),
  allowedHeaders: (value, field, report) => readNames(value, field, report, readRequestHeader),
  maxAge: (value, field, report) => readInteger(value, field, report, MAX_AGE_RANGE),
  optionsSuccessStatus: (value, field, report) => readInteger(value, field, report, STATUS_RANGE),
  dangerously: readDangers,
};

/** What reading a layer gives: what could be read of it, and all that is wrong with the rest. */
export interface ReadLayer {
  readonly layer: PolicyLayer;
  readonly problems: readonly CorsProblem[];
}

/**
 * Reads one layer from what a user wrote, without trusting its types: options come from JavaScript, from environment
 * variables and from factories as well. Only own, enumerable properties count; `undefined` is as if it were not there.
 *
 * @param raw - the options as they were given
 * @param where - the layer's place, for messages
 * @param known - the options that may stand there; the module's own ones beside those of a policy
 * @param resolveSource - finds the instance of an `OriginSource`
 */
export function readLayer(
  raw: unknown,
  where: string,
  known: readonly string[],
  resolveSource: ResolveSource,
): ReadLayer {
  const problems: CorsProblem[] = [];
  const report: Report = (field, value, problem) => problems.push({ where, field, value, ...problem });
  if (!isOptionsObject(raw)) {
    report('', raw, notOptions(raw, known));
    return { layer: { where, merge: 'replace', fields: {}, unread: POLICY_FIELDS, raw: {} }, problems };
  }
  const fields: Partial<Record<PolicyField, unknown>> = {};
  const unread: PolicyField[] = [];
  let merge: MergeMode = 'replace';
  let reportOnly: PolicyLayer | undefined;
  for (const [name, value] of Object.entries(raw)) {
    if (!known.includes(name)) {
      report(name, undefined, unknownOption(name, known));
    } else if (value === undefined) {
      // Factories write `maxAge: config.get('CORS_MAX_AGE')`.
    } else if (name === 'merge') {
      merge = readMerge(value, report) ?? merge;
    } else if (name === REPORT_ONLY) {
      const read = readReportOnly(value, where, known, resolveSource);
      reportOnly = read.layer;
      for (const { field, ...problem } of read.problems) {
        problems.push({ ...problem, field: field === '' ? name : `${name}.${field}` });
      }
    } else if (isPolicyField(name)) {
      const before = problems.length;
      const read = READERS[name](value, name, report, { where, resolveSource });
      if (read !== undefined) fields[name] = read;
      if (problems.length > before) unread.push(name);
    }
  }
  const layer: PolicyLayer = { where, merge, fields: fields as Partial<PolicyFields>, unread, raw };
  return { layer: reportOnly === undefined ? layer : { ...layer, reportOnly }, problems };
}

/** Reads the fields to come, which are those that may stand in the layer itself. */
function readReportOnly(
  raw: unknown,
  where: string,
  known: readonly string[],
  resolveSource: ResolveSource,
): ReadLayer {
  const fields = known.filter((name) => POLICY_OPTIONS.includes(name) && name !== REPORT_ONLY);
  const isNested = isOptionsObject(raw) && raw[REPORT_ONLY] !== undefined;
  const { [REPORT_ONLY]: _nested, ...own } = isOptionsObject(raw) ? raw : {};
  const { layer, problems } = readLayer(isNested ? own : raw, where, fields, resolveSource);
  const all = isNested ? [...problems, { where, field: REPORT_ONLY, value: undefined, ...NESTED }] : problems;
  const isIdle = all.length === 0 && Object.keys(layer.fields).length === 0;
  return {
    layer: { ...layer, prefix: `${REPORT_ONLY}.` },
    problems: isIdle ? [{ where, field: '', value: undefined, ...IDLE }] : all,
  };
}

const NESTED: ValueProblem = {
  code: 'option-conflict',
  message: 'stands in a reportOnly, whose fields are not in force to be compared with',
  fix: 'put its fields into the outer reportOnly, or leave them out',
};

const IDLE: ValueProblem = {
  code: 'option-conflict',
  message: 'has no field, so that there is nothing to report',
  fix: 'name the fields to come, as in { origin: "https://app.example.com" }, or leave it out',
};

function isPolicyField(name: string): name is PolicyField {
  return Object.hasOwn(READERS, name);
}

/** What is wrong with a value that should be an object of options. */
function notOptions(value: unknown, known: readonly string[]): ValueProblem {
  return {
    code: 'option-type',
    message: 'is no object of options',
    fix:
      value instanceof Promise
        ? 'await it, or use forRootAsync'
        : `write one, with any of ${known.join(', ')}`,
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
      report(place, element, {
        code: 'option-type',
        message: 'is no name',
        fix: 'write a string, or a list of strings',
      });
    } else {
      const result = read(element);
      if (result !== undefined && 'problem' in result) report(place, element, result.problem);
      else if (result !== undefined) names.add(result.name);
    }
  }
  return [...names];
}

/** The elements of a value that may be a list, each with its place. A hole in a list is an element as well. */
export function elements(
  value: unknown,
  field: string,
): readonly (readonly [place: string, element: unknown])[] {
  return Array.isArray(value)
    ? Array.from(value, (element: unknown, index) => [`${field}[${index}]`, element] as const)
    : [[field, value]];
}

/** Reads a switch. */
export function readBoolean(value: unknown, field: string, report: Report): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const quoted = value === 'true' || value === 'false';
  report(field, value, {
    code: 'option-type',
    message: 'is no boolean',
    fix: quoted ? `write ${value}, without quotes` : 'write true or false',
  });
  return undefined;
}

/** Reads `enforce`: a switch, or the methods that it is for. */
function readEnforcement(value: unknown, field: string, report: Report): Enforcement | undefined {
  if (typeof value === 'boolean' || value === 'unsafe') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  const meant = text === 'unsafe' ? "write 'unsafe'" : "write true, false or 'unsafe'";
  const quoted = text === 'true' || text === 'false';
  report(field, value, {
    code: 'option-type',
    message: "is neither a boolean nor 'unsafe'",
    fix: quoted ? `write ${text}, without quotes` : meant,
  });
  return undefined;
}

/** What an integer may be. */
interface IntegerRange {
  readonly code: 'max-age-invalid' | 'status-invalid';
  readonly least: number;
  readonly most: number;
  /** What to write where the value itself says nothing. */
  readonly usual: number;
}

const MAX_AGE_RANGE: IntegerRange = { code: 'max-age-invalid', least: 0, most: MAX_MAX_AGE, usual: 600 };
const STATUS_RANGE: IntegerRange = { code: 'status-invalid', least: 200, most: 299, usual: 204 };

function readInteger(
  value: unknown,
  field: string,
  report: Report,
  { code, least, most, usual }: IntegerRange,
): number | undefined {
  const isInRange = (candidate: number): boolean =>
    Number.isInteger(candidate) && candidate >= least && candidate <= most;
  if (typeof value === 'number' && isInRange(value)) return value;
  const quoted = typeof value === 'string' && value.trim() !== '' && isInRange(Number(value));
  report(field, value, {
    code,
    message: `is no whole number from ${least} to ${most}`,
    fix: quoted ? `write ${Number(value)}, without quotes` : `write a number such as ${usual}`,
  });
  return undefined;
}

const DANGERS = Object.keys(NO_DANGERS) as readonly (keyof Dangers)[];

function readDangers(value: unknown, field: string, report: Report): Dangers | undefined {
  if (!isOptionsObject(value)) {
    report(field, value, notOptions(value, DANGERS));
    return undefined;
  }
  const dangers = { ...NO_DANGERS };
  for (const [name, flag] of Object.entries(value)) {
    const danger = DANGERS.find((known) => known === name);
    if (danger === undefined) report(`${field}.${name}`, undefined, unknownOption(name, DANGERS));
    else if (flag !== undefined) dangers[danger] = readBoolean(flag, `${field}.${name}`, report) ?? false;
  }
  return dangers;
}
