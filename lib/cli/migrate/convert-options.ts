import { partsOf } from '../../migration/comma-list.js';
import { parseOriginRegExp } from '../../policy/origin-regexp.js';
import { patternsInstead } from '../../policy/origin-regexp-pattern.js';
import { parseOrigin } from '../../policy/origin-syntax.js';
import type { ValueProblem } from '../../policy/cors-problem.js';
import { CliError } from '../cli-error.js';
import type { Written, WrittenOptions } from './written-options.js';

/** What becomes of an option, in source. */
export interface ConvertedField {
  /** What means something else than before, a sentence each. */
  readonly notes: readonly string[];
  /** `undefined` where nothing takes its place. */
  readonly code?: string;
}

type Fields = ReadonlyMap<string, Written>;

const ANY_SITE = 'Any site may read, as before. If that was not meant, name the origins of your pages.';

const NAME_THEM =
  'Any site could act with the cookies of its visitors, which cannot be had here. Name the origins of your pages.';

/** Options that are left out, with the values that meant nothing, and what to say of others. */
const WITHOUT_COUNTERPART: Readonly<Record<string, readonly [idle: unknown, note: string]>> = {
  preflightContinue: [
    false,
    'preflightContinue is left out: OPTIONS requests that are no preflights reach their handlers anyway.',
  ],
  preflight: [
    true,
    'preflight: false is left out. If something else answers the preflights of a path, write { path, unmanaged: true } in routes.',
  ],
  strictPreflight: [true, 'strictPreflight is left out: what is no preflight is none here.'],
  hideOptionsRoute: [true, 'hideOptionsRoute is left out: there are no routes for preflights here.'],
  cacheControl: [undefined, 'cacheControl is left out: browsers keep preflights by maxAge alone.'],
  hook: [undefined, 'hook is left out: fields are set when a response starts, whoever sends it.'],
  logLevel: [undefined, 'logLevel is left out.'],
};

const DEFAULT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE']);

const CONVERSIONS: Readonly<Record<string, (value: Written, name: string) => ConvertedField>> = {
  methods: methodsOf,
  allowedHeaders: namesOf,
  exposedHeaders: namesOf,
  credentials: asItIs,
  maxAge: asItIs,
  optionsSuccessStatus: asItIs,
};

/**
 * Turns options of `app.enableCors()`, of `cors` or of `@fastify/cors` into those of `CorsModule.forRoot()`.
 *
 * @returns what becomes of each, in the order in which they stand
 * @throws CliError for an option that none of them has, or that cannot be read
 */
export function convertOptions({ where, fields }: WrittenOptions): readonly ConvertedField[] {
  const converted = [originOf(fields)];
  for (const [name, value] of fields) {
    if (name === 'origin' || isAskedOrigin(fields, name)) continue;
    const conversion = Object.hasOwn(CONVERSIONS, name) ? CONVERSIONS[name] : undefined;
    if (isUndefined(value)) continue;
    else if (conversion !== undefined) converted.push(conversion(value, name));
    else converted.push(leftOut(name, value, where));
  }
  if (!isSet(fields, 'methods')) {
    converted.push({
      notes: [
        'methods were the same on every path. Here a preflight is told those that the app serves there.',
      ],
    });
  }
  if (!isSet(fields, 'allowedHeaders')) {
    converted.push({
      notes: [
        'allowedHeaders were whatever a preflight asked for. Here they are authorization, content-type and those that the handler declares by @Headers(); name others.',
      ],
    });
  }
  return converted.filter(({ notes, code }) => notes.length > 0 || code !== undefined);
}

function leftOut(name: string, value: Written, where: string): ConvertedField {
  const [idle, note] = (Object.hasOwn(WITHOUT_COUNTERPART, name) && WITHOUT_COUNTERPART[name]) || [];
  if (note === undefined) {
    const place = where === '' ? '' : `${where}: `;
    throw new CliError(
      name === 'delegator'
        ? `${place}cannot read delegator, a function that makes options for each request: give paths their own policies in routes, or routes theirs by @AllowOrigin()`
        : `${place}there is no option ${name} of app.enableCors(), cors() or @fastify/cors`,
    );
  }
  return { notes: value.kind === 'literal' && value.value === idle ? [] : [note] };
}

function originOf(fields: Fields): ConvertedField {
  const value = fields.get('origin');
  const credentials = fields.get('credentials');
  const mayHaveCredentials =
    credentials !== undefined && !(credentials.kind === 'literal' && credentials.value !== true);
  if (value === undefined || isUndefined(value) || isLiteral(value, true) || isLiteral(value, '*')) {
    return mayHaveCredentials
      ? { notes: [NAME_THEM], code: 'origin: []' }
      : { notes: [ANY_SITE], code: "origin: '*'" };
  }
  if (isLiteral(value, false)) {
    return { notes: ['Nobody may read, as before: a route without an origin has no policy.'] };
  }
  switch (value.kind) {
    case 'function':
      return asked(value, credentials);
    case 'code':
      return computed(value.text);
    case 'literal': {
      const { entries, notes } = entriesOf(value);
      const sent = 'Was sent to whoever asked. Here only this origin gets it.';
      return { notes: [sent, ...notes], code: `origin: ${oneOrList(entries)}` };
    }
    case 'regexp': {
      const { entries, notes } = entriesOf(value);
      return { notes, code: `origin: ${oneOrList(entries)}` };
    }
    case 'list': {
      const read = value.elements.map(entriesOf);
      return {
        notes: read.flatMap(({ notes }) => notes),
        code: `origin: [${read.flatMap(({ entries }) => entries).join(', ')}]`,
      };
    }
  }
}

/** A variable of the environment, with or without its parts. */
const FROM_ENVIRONMENT = /^(process\.env(?:\.\w+|\[['"]\w+['"]\]))(?:\??\.split\(\s*['"],['"]\s*\))?$/;

/** What only running it would tell. */
function computed(text: string): ConvertedField {
  const variable = FROM_ENVIRONMENT.exec(text)?.[1];
  const notes = ['Each origin is checked when the app starts.'];
  if (/\btrue\b/.test(text)) notes.push('true cannot be had here: name the origins.');
  return { notes, code: `origin: ${variable === undefined ? text : `originsFrom(${variable})`}` };
}

/** A function with a callback goes on being called, until somebody has it return the answer. */
function asked(custom: Written, credentials: Written | undefined): ConvertedField {
  const given = [`origin: ${custom.text}`];
  if (credentials !== undefined && !isUndefined(credentials)) given.push(`credentials: ${credentials.text}`);
  return {
    notes: [
      'A function here returns the answer, or a promise of it: origin: (origin) => isKnown(origin). fromEnableCors() is for as long as it has a callback. It is not asked about requests without Origin.',
    ],
    code: `...fromEnableCors({ ${given.join(', ')} })`,
  };
}

/** Whether an option goes with a function that is asked for the origin. */
function isAskedOrigin(fields: Fields, name: string): boolean {
  return name === 'credentials' && fields.get('origin')?.kind === 'function';
}

interface Entries {
  readonly entries: readonly string[];
  readonly notes: readonly string[];
}

/** What becomes of an element of `origin`. */
function entriesOf(element: Written): Entries {
  switch (element.kind) {
    case 'literal':
      return typeof element.value === 'string'
        ? textEntries(element.value)
        : { entries: [element.text], notes: [`${element.text} is no origin.`] };
    case 'regexp':
      return regexpEntries(element.value, element.text);
    case 'list': {
      const read = element.elements.map(entriesOf);
      return {
        entries: read.flatMap(({ entries }) => entries),
        notes: read.flatMap(({ notes }) => notes),
      };
    }
    case 'function':
    case 'code':
      return { entries: [element.text], notes: [] };
  }
}

function textEntries(text: string): Entries {
  const read = parseOrigin(text);
  return 'entry' in read
    ? { entries: [quoted(text)], notes: [] }
    : mendedEntries(quoted(text), quoted(text), read.problem);
}

function regexpEntries(regexp: RegExp, text: string): Entries {
  const read = parseOriginRegExp(regexp);
  if ('problem' in read) {
    const { entries, notes } = mendedEntries(text, text, read.problem);
    return { entries, notes: [...notes, ...losingHttp(regexp, entries)] };
  }
  if (regexp.source.startsWith('^') && regexp.source.endsWith('$')) return { entries: [text], notes: [] };
  const patterns = patternsInstead(regexp).map(quoted);
  return {
    entries: patterns.length > 0 ? patterns : [text],
    notes: [`${text} would have to match the whole origin here, and not a part of it.`],
  };
}

/** Patterns are of one scheme each, and what is mended is of the better one. */
function losingHttp(regexp: RegExp, entries: readonly string[]): readonly string[] {
  const isLost = entries.some(
    (entry) =>
      entry.startsWith("'https:") &&
      regexp.test(entry.slice(1, -1).replace('https:', 'http:').replace('**', 'a')),
  );
  return isLost ? ['It has let http: in as well, and any port. Name what of that you need.'] : [];
}

/** What the start-up check would say to write instead. */
function mendedEntries(written: string, unmended: string, { message, fix }: ValueProblem): Entries {
  const texts = [
    ...(/^write (?:one string for each: )?("[^"]+"(?:(?:, | and )"[^"]+")*)$/.exec(fix)?.[1] ?? '').matchAll(
      /"([^"]+)"/g,
    ),
  ];
  const regexp = /^write (\/.+\/[a-z]*)$/.exec(fix)?.[1];
  const entries = texts.map(([, text = '']) => quoted(text));
  return {
    entries: entries.length > 0 ? entries : [regexp ?? unmended],
    notes: [`${written} ${message}: ${fix}.`],
  };
}

function methodsOf(value: Written, name: string): ConvertedField {
  const names = namesIn(value);
  const isDefault =
    names !== undefined &&
    names.length === DEFAULT_METHODS.size &&
    names.every((method) => DEFAULT_METHODS.has(method));
  if (!isDefault) return namesOf(value, name);
  return { notes: ['methods are left out: a preflight is told those that the app serves at its path.'] };
}

function namesOf(value: Written, name: string): ConvertedField {
  const names = namesIn(value);
  if (names === undefined) {
    return { notes: ['Has to be a list, and not a string with commas.'], code: asWritten(value, name) };
  }
  const [only] = names;
  const code = only === '*' && names.length === 1 ? quoted(only) : `[${names.map(quoted).join(', ')}]`;
  return { notes: [], code: `${name}: ${code}` };
}

/** The names in a list, or in a string with commas; `undefined` where they are not known. */
function namesIn(value: Written): readonly string[] | undefined {
  if (value.kind === 'literal' && typeof value.value === 'string') return partsOf(value.value);
  if (value.kind !== 'list') return undefined;
  const names = value.elements.map(namesIn);
  return names.includes(undefined) ? undefined : names.flatMap((some) => some ?? []);
}

function asItIs(value: Written, name: string): ConvertedField {
  return { notes: [], code: asWritten(value, name) };
}

function asWritten({ text }: Written, name: string): string {
  return text === name ? name : `${name}: ${text}`;
}

function oneOrList(entries: readonly string[]): string {
  return entries.length === 1 ? String(entries[0]) : `[${entries.join(', ')}]`;
}

function isSet(fields: Fields, name: string): boolean {
  const value = fields.get(name);
  return value !== undefined && !isUndefined(value);
}

function isUndefined(value: Written): boolean {
  return isLiteral(value, undefined);
}

function isLiteral(value: Written, expected: unknown): boolean {
  return value.kind === 'literal' && value.value === expected;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
}
