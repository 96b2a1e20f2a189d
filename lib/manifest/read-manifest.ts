import { show } from '../policy/show.js';
import { readWrittenOrigin } from '../policy/origin-grammar.js';
import {
  MANIFEST_SCHEMA,
  type CorsManifest,
  type ManifestCondition,
  type ManifestOrigin,
} from './cors-manifest.js';

/** Why something is no manifest: one line without its full stop. */
export class ManifestError extends TypeError {
  override readonly name = 'ManifestError';
}

type Read<T = unknown> = (value: unknown, place: string) => T;
type Shape = Readonly<Record<string, Read>>;

/**
 * Takes a value for a manifest, if it is one.
 *
 * @throws ManifestError naming the place at fault
 */
export function readManifest(value: unknown): CorsManifest {
  if (!isObject(value)) throw new ManifestError(`it is ${show(value)}, and no manifest`);
  const { schema } = value;
  if (!Number.isInteger(schema)) throw new ManifestError('it has no schema, so it is no manifest');
  if (schema !== MANIFEST_SCHEMA) throw new ManifestError(otherSchema(schema as number));
  const manifest = MANIFEST(value, '') as CorsManifest;
  for (const [index, { policy }] of manifest.routes.entries()) {
    const list = policy !== null && 'list' in policy.origin ? policy.origin.list : undefined;
    if (list !== undefined && !Object.hasOwn(manifest.lists, list)) {
      throw new ManifestError(`routes[${index}].policy.origin.list is ${show(list)}, which is not in lists`);
    }
  }
  if (!manifest.routes.some(({ kind }) => kind === 'default')) {
    throw new ManifestError('routes has no line of the kind "default"');
  }
  return manifest;
}

/**
 * Reads the text of a manifest.
 *
 * @throws ManifestError if it is no JSON, or no manifest
 */
export function parseManifest(text: string): CorsManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1);
    throw new ManifestError(`it is no JSON: ${show(reason).slice(1, -1)}`);
  }
  return readManifest(value);
}

function otherSchema(schema: number): string {
  return schema < MANIFEST_SCHEMA
    ? `its schema ${schema} is older than ${MANIFEST_SCHEMA}: write it anew`
    : `its schema ${schema} is newer than ${MANIFEST_SCHEMA}: use the nestjs-cors that wrote it, or a newer one`;
}

/** An object with these properties, and no others: what a property means that nobody knows, nobody can compare. */
function object(shape: Shape): Read {
  return (value, place) => {
    if (!isObject(value)) throw wrong(place, value, 'an object');
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(shape, name)) throw new ManifestError(`${at(place, name)} is not known`);
    }
    return Object.fromEntries(
      Object.entries(shape).map(([name, read]) => [name, read(value[name], at(place, name))]),
    );
  };
}

function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw wrong(place, value, 'a list');
    return value.map((element, index) => read(element, `${place}[${index}]`));
  };
}

function recordOf(read: Read): Read {
  return (value, place) => {
    if (!isObject(value)) throw wrong(place, value, 'an object');
    return Object.fromEntries(
      Object.entries(value).map(([name, element]) => [name, read(element, at(place, name))]),
    );
  };
}

function orNull(read: Read): Read {
  return (value, place) => (value === null ? null : read(value, place));
}

function of(type: 'string' | 'boolean', what: string): Read {
  return (value, place) => {
    if (typeof value !== type) throw wrong(place, value, what);
    return value;
  };
}

const text = of('string', 'a string') as Read<string>;
const flag = of('boolean', 'true or false');
const texts = listOf(text);

const wholeNumber: Read = (value, place) => {
  if (!Number.isInteger(value)) throw wrong(place, value, 'a whole number');
  return value;
};

const kind: Read = (value, place) => {
  if (value !== 'route' && value !== 'entry' && value !== 'default') {
    throw wrong(place, value, '"route", "entry" or "default"');
  }
  return value;
};

const regexp = object({ regexp: text });
const source = object({ source: text, where: text });

const condition: Read<ManifestCondition> = (value, place) => {
  if (isObject(value))
    return (Object.hasOwn(value, 'regexp') ? regexp : source)(value, place) as ManifestCondition;
  const origin = text(value, place);
  if (readWrittenOrigin(origin) === undefined) throw wrong(place, value, 'an origin');
  return origin;
};

const allOf = object({ allOf: listOf(condition) });

const origin: Read<ManifestOrigin> = (value, place) =>
  isObject(value) && Object.hasOwn(value, 'allOf')
    ? (allOf(value, place) as ManifestOrigin)
    : condition(value, place);

const origins = listOf(origin);
const listName = object({ list: text });

const policy = object({
  origin: (value, place) => (isObject(value) ? listName : origins)(value, place),
  credentials: flag,
  exposedHeaders: texts,
  enforce: flag,
  methods: texts,
  allowedHeaders: texts,
  maxAge: orNull(wholeNumber),
  optionsSuccessStatus: wholeNumber,
  dangerously: texts,
});

const MANIFEST = object({
  schema: wholeNumber,
  publicOrigins: orNull(texts),
  lists: recordOf(origins),
  routes: listOf(
    object({
      kind,
      method: text,
      path: text,
      exact: flag,
      below: orNull(text),
      version: texts,
      hosts: texts,
      where: text,
      policy: orNull(policy),
      from: orNull(recordOf(texts)),
    }),
  ),
});

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

function wrong(place: string, value: unknown, what: string): ManifestError {
  return new ManifestError(`${place} is ${value === undefined ? 'missing' : show(value)}, and not ${what}`);
}
