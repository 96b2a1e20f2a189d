import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsModuleOptions } from '../policy/cors-policy-options.interface.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { isOptionsObject, isOriginSource, type OptionsObject } from '../policy/options-object.js';
import { ELEMENTS_AT_ONCE, type Sliced } from '../policy/slices.js';
import { suggest } from '../policy/suggest.js';
import type {
  NamedSources,
  WrittenCorsOptions,
  WrittenRegExp,
  WrittenSource,
} from './written-cors-options.interface.js';

/** Where the layout of the document is one that others may not know, this number is another. */
const FORMAT = 1;

/** Deeper than any options go: what is so deep may hold itself. */
const MAX_DEPTH = 20;

/** What becomes of an element of `origin`, or of a value of another option; or what is wrong with it. */
type Convert = (value: unknown) => { readonly value: unknown } | { readonly problem: ValueProblem };

/** How a value is to be converted that is an element of `origin`, and how any other. */
interface Conversion {
  readonly origin: Convert;
  readonly other: (value: unknown, place: string, report: Report) => unknown;
}

type Report = (place: string, value: unknown, problem: ValueProblem) => void;

/**
 * Writes options as JSON.
 *
 * @param options - as `CorsModule.forRoot()` takes them, or written already, or some of this and some of that
 * @throws CorsConfigurationError with all that cannot be written
 */
export function* writeDocument(options: unknown, sources: NamedSources): Sliced<string> {
  const { value, problems } = convert(options, { origin: (one) => writeOrigin(one, sources), other: toJson });
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return yield* textOf({ format: FORMAT, options: value });
}

/** The JSON of a value that JSON can hold, of long lists in pieces. */
function* textOf(value: unknown): Sliced<string> {
  if (Array.isArray(value)) {
    const pieces: string[] = [];
    for (let from = 0; from < value.length; from += ELEMENTS_AT_ONCE) {
      pieces.push(JSON.stringify(value.slice(from, from + ELEMENTS_AT_ONCE)).slice(1, -1));
      yield;
    }
    return `[${pieces.join(',')}]`;
  }
  if (!isPlain(value)) return JSON.stringify(value);
  const members: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    members.push(`${JSON.stringify(name)}:${yield* textOf(inner)}`);
  }
  return `{${members.join(',')}}`;
}

/**
 * The written options in a document.
 *
 * @throws CorsConfigurationError if it has none, or is laid out as this version of the library does not know
 */
export function parseDocument(text: string): WrittenCorsOptions {
  const document = parse(text);
  const { format, options } = isOptionsObject(document) ? document : ({} as OptionsObject);
  if (format === FORMAT) return options as WrittenCorsOptions;
  throw new CorsConfigurationError([
    {
      where: 'document',
      field: 'format',
      value: format,
      code: 'option-type',
      message: `is not ${FORMAT}, the only one known here`,
      fix: 'publish the options again, or run the release of nestjs-cors that has written them',
    },
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads written options. What is no part of the form, such as an unknown option, is left for the check of the app to refuse.
 *
 * @throws CorsConfigurationError with all sources that are not known, and expressions that are none
 */
export function readOptions(written: unknown, sources: NamedSources): CorsModuleOptions {
  const { value, problems } = convert(written, {
    origin: (one) => readOrigin(one, sources),
    other: (other) => other,
  });
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return value as CorsModuleOptions;
}

/**
 * All that can be said of options of which some cannot be written, or read, in a form that can be checked: what is at fault is a
 * function that refuses everybody.
 */
export function checkable(options: unknown, sources: NamedSources): CorsModuleOptions {
  const origin: Convert = (one) => {
    const isLive = typeof one === 'function' || one instanceof RegExp || isOriginSource(one);
    const read = isLive ? { value: one } : readOrigin(one, sources);
    return 'problem' in read ? { value: refuseAll } : read;
  };
  return convert(options, { origin, other: (other) => other }).value as CorsModuleOptions;
}

function refuseAll(): boolean {
  return false;
}

/** Converts options, whose places are those that the check names. */
function convert(
  options: unknown,
  { origin, other }: Conversion,
): { readonly value: unknown; readonly problems: readonly CorsProblem[] } {
  const problems: CorsProblem[] = [];

  const mapped = (
    raw: unknown,
    where: string,
    prefix: string,
    special: Readonly<Record<string, (value: unknown) => unknown>>,
  ): unknown => {
    const report: Report = (field, value, problem) =>
      problems.push({ where, field: prefix + field, value, ...problem });
    if (!isOptionsObject(raw)) return other(raw, '', report);
    const entries = Object.entries(raw).filter(([, value]) => value !== undefined);
    return Object.fromEntries(
      entries.map(([name, value]) => [
        name,
        Object.hasOwn(special, name)
          ? (special[name] as (value: unknown) => unknown)(value)
          : other(value, name, report),
      ]),
    );
  };

  const origins = (raw: unknown, where: string, field: string): unknown => {
    const one = (value: unknown, place: string): unknown => {
      const converted = origin(value);
      if (!('problem' in converted)) return converted.value;
      problems.push({ where, field: place, value, ...converted.problem });
      return undefined;
    };
    if (!Array.isArray(raw)) return one(raw, field);
    // Nearly all lists that are long.
    if (raw.every((element) => typeof element === 'string')) return raw;
    return Array.from(raw, (element: unknown, index) =>
      typeof element === 'string' ? element : one(element, `${field}[${index}]`),
    );
  };

  const layer = (raw: unknown, where: string, special = {}): unknown =>
    mapped(raw, where, '', {
      origin: (value) => origins(value, where, 'origin'),
      reportOnly: (value) =>
        mapped(value, where, 'reportOnly.', {
          origin: (inner) => origins(inner, where, 'reportOnly.origin'),
        }),
      ...special,
    });

  const policies = (raw: unknown): unknown =>
    isOptionsObject(raw)
      ? Object.fromEntries(
          Object.entries(raw).map(([name, policy]) => [name, layer(policy, `options.policies.${name}`)]),
        )
      : mapped(raw, 'options.policies', '', {});

  const route = (raw: unknown, where: string): unknown =>
    mapped(raw, where, '', { policy: (policy) => layer(policy, `${where}.policy`) });

  const routes = (raw: unknown): unknown =>
    Array.isArray(raw)
      ? Array.from(raw, (entry: unknown, index) => route(entry, `options.routes[${index}]`))
      : mapped(raw, 'options.routes', '', {});

  return { value: layer(options, 'options', { policies, routes }), problems };
}

function writeOrigin(value: unknown, sources: NamedSources): ReturnType<Convert> {
  if (typeof value === 'string') return { value };
  if (value instanceof RegExp) {
    const { source: regexp, flags } = value;
    return { value: flags === '' ? { regexp } : { regexp, flags } };
  }
  if (typeof value === 'function' || isOriginSource(value)) {
    const name = [...sources].find(([, source]) => source === value)?.[0];
    return name === undefined ? { problem: unnamed(value, sources) } : { value: { source: name } };
  }
  const read = readOrigin(value, sources);
  return 'problem' in read ? read : { value };
}

function readOrigin(value: unknown, sources: NamedSources): ReturnType<Convert> {
  if (typeof value === 'string') return { value };
  if (isWrittenRegExp(value)) return readRegExp(value);
  if (!isWrittenSource(value)) return { problem: NOT_WRITTEN };
  const source = sources.get(value.source);
  return source === undefined ? { problem: unknownSource(value.source, sources) } : { value: source };
}

function readRegExp({ regexp, flags }: WrittenRegExp): ReturnType<Convert> {
  try {
    return { value: new RegExp(regexp, flags) };
  } catch (error) {
    const { message } = error as Error;
    return {
      problem: {
        code: 'option-type',
        message: `is no regular expression (${message})`,
        fix: 'write its source without slashes, with two backslashes for one, as in { "regexp": "^https://[a-z]+\\\\.example\\\\.com$" }',
      },
    };
  }
}

function isWrittenRegExp(value: unknown): value is WrittenRegExp {
  if (!hasOnly(value, ['regexp', 'flags'])) return false;
  const { regexp, flags } = value;
  return typeof regexp === 'string' && (flags === undefined || typeof flags === 'string');
}

function isWrittenSource(value: unknown): value is WrittenSource {
  return hasOnly(value, ['source']) && typeof value['source'] === 'string';
}

/** What a newer release may add to an entry must not be passed over. */
function hasOnly(value: unknown, names: readonly string[]): value is OptionsObject {
  return isPlain(value) && Object.keys(value).every((name) => names.includes(name));
}

/** What `JSON.parse()` gives, or could. */
function isPlain(value: unknown): value is OptionsObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also the prototype of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A copy that JSON can hold, without what is undefined; reports all else. */
function toJson(value: unknown, place: string, report: Report, depth = MAX_DEPTH): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth > 0 && Array.isArray(value)) {
    return Array.from(value, (element: unknown, index) =>
      toJson(element, `${place}[${index}]`, report, depth - 1),
    );
  }
  if (depth > 0 && isPlain(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(
      entries.map(([name, inner]) => [
        name,
        toJson(inner, place === '' ? name : `${place}.${name}`, report, depth - 1),
      ]),
    );
  }
  report(place, value, NO_JSON);
  return undefined;
}

function unnamed(value: unknown, sources: NamedSources): ValueProblem {
  const what = typeof value === 'function' ? 'is a function or a class' : 'is an object with methods';
  const known = sources.size === 0 ? 'there are none yet' : `there are ${[...sources.keys()].join(', ')}`;
  return {
    code: 'option-type',
    message: `${what}, which cannot be written as JSON, and has no name among the sources`,
    fix: `give it one in RedisCorsOptions, as in { sources: { tenants: TenantOrigins } } (${known})`,
  };
}

function unknownSource(name: string, sources: NamedSources): ValueProblem {
  const meant = suggest(name, sources.keys());
  const known = sources.size === 0 ? 'there are none' : `there are ${[...sources.keys()].join(', ')}`;
  return {
    code: 'origin-source-missing',
    message: 'names no source of this replica',
    fix:
      meant === undefined
        ? `add ${JSON.stringify(name)} to the sources of RedisCorsOptions (${known})`
        : `write { "source": ${JSON.stringify(meant)} }`,
  };
}

const NOT_WRITTEN: ValueProblem = {
  code: 'option-type',
  message: 'is no origin in JSON',
  fix: 'write a string, { "regexp": "…" } with "flags" or without, or { "source": "name" }',
};

const NO_JSON: ValueProblem = {
  code: 'option-type',
  message: 'cannot be written as JSON',
  fix: 'write strings, finite numbers, booleans, and lists and plain objects of these',
};
