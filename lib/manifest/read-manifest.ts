import { readWrittenOrigin } from '../policy/origin-grammar.js';
import { show } from '../policy/show.js';
import type { CorsManifest } from './cors-manifest.js';

const SCHEMA: CorsManifest['schema'] = 1;

/** Why something is no manifest: one line without its full stop. */
export class ManifestError extends TypeError {
  override readonly name = 'ManifestError';
}

/** What a value has to be: fields of these shapes and no others, a list or a record of one shape, or what a test says. */
type Shape =
  | { readonly fields: Readonly<Record<string, Shape>> }
  | { readonly each: Shape; readonly isRecord?: boolean }
  | { readonly what: string; readonly test: (value: unknown) => boolean }
  | ((value: unknown) => Shape);

const TEXT: Shape = { what: 'a string', test: (value) => typeof value === 'string' };
const FLAG: Shape = { what: 'true or false', test: (value) => typeof value === 'boolean' };
const ENFORCE: Shape = {
  what: 'true, false or "unsafe"',
  test: (value) => typeof value === 'boolean' || value === 'unsafe',
};
const NUMBER: Shape = { what: 'a whole number', test: Number.isInteger };
const NOTHING: Shape = { what: 'null', test: (value) => value === null };
const TEXTS: Shape = { each: TEXT };
const KINDS: ReadonlySet<unknown> = new Set(['route', 'entry', 'default']);

const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null ? NOTHING : shape;

const WRITTEN: Shape = {
  what: 'an origin',
  test: (value) => typeof value === 'string' && readWrittenOrigin(value) !== undefined,
};

const CONDITION: Shape = (value) => {
  if (!isObject(value)) return WRITTEN;
  return { fields: 'regexp' in value ? { regexp: TEXT } : { source: TEXT, where: TEXT } };
};

const ORIGINS: Shape = {
  each: (value) =>
    isObject(value) && 'allOf' in value ? { fields: { allOf: { each: CONDITION } } } : CONDITION,
};

const POLICY: Shape = {
  fields: {
    origin: (value) => (isObject(value) ? { fields: { list: TEXT } } : ORIGINS),
    credentials: FLAG,
    exposedHeaders: TEXTS,
    enforce: ENFORCE,
    methods: TEXTS,
    allowedHeaders: TEXTS,
    maxAge: orNull(NUMBER),
    optionsSuccessStatus: NUMBER,
    dangerously: TEXTS,
  },
};

const LINE: Shape = {
  fields: {
    kind: { what: '"route", "entry" or "default"', test: (value) => KINDS.has(value) },
    method: TEXT,
    path: TEXT,
    exact: FLAG,
    below: orNull(TEXT),
    version: TEXTS,
    hosts: TEXTS,
    where: TEXT,
    policy: orNull(POLICY),
    from: orNull({ each: TEXTS, isRecord: true }),
    reportOnly: orNull(POLICY),
  },
};

const MANIFEST: Shape = {
  fields: {
    schema: NUMBER,
    publicOrigins: orNull(TEXTS),
    lists: { each: ORIGINS, isRecord: true },
    routes: { each: LINE },
  },
};

/**
 * Takes a value for a manifest, if it is one.
 *
 * @throws ManifestError naming the place at fault
 */
export function readManifest(value: unknown): CorsManifest {
  if (!isObject(value)) throw new ManifestError(`it is ${show(value)}, and no manifest`);
  const { schema } = value;
  if (!Number.isInteger(schema)) throw new ManifestError('it has no schema, so it is no manifest');
  if (schema !== SCHEMA) throw new ManifestError(otherSchema(schema as number));
  check(MANIFEST, value, '');
  const manifest = value as unknown as CorsManifest;
  for (const [index, line] of manifest.routes.entries()) {
    for (const name of ['policy', 'reportOnly'] as const) {
      const origin = line[name]?.origin;
      const list = origin !== undefined && 'list' in origin ? origin.list : undefined;
      if (list === undefined || Object.hasOwn(manifest.lists, list)) continue;
      throw new ManifestError(`routes[${index}].${name}.origin.list is ${show(list)}, which is not in lists`);
    }
  }
  if (manifest.routes.some(({ kind }) => kind === 'default')) return manifest;
  throw new ManifestError('routes has no line of the kind "default"');
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
    throw new ManifestError(`it is no JSON: ${show((error as Error).message).slice(1, -1)}`);
  }
  return readManifest(value);
}

function otherSchema(schema: number): string {
  return schema < SCHEMA
    ? `its schema ${schema} is older than ${SCHEMA}: write it anew`
    : `its schema ${schema} is newer than ${SCHEMA}: use the nestjs-cors that wrote it, or a newer one`;
}

/** @throws ManifestError if a value is not of a shape */
function check(shape: Shape, value: unknown, place: string): void {
  if (typeof shape === 'function') return check(shape(value), value, place);
  if ('test' in shape) {
    if (!shape.test(value)) throw wrong(place, value, shape.what);
  } else if ('each' in shape && shape.isRecord !== true) {
    if (!Array.isArray(value)) throw wrong(place, value, 'a list');
    for (const [index, element] of value.entries()) check(shape.each, element, `${place}[${index}]`);
  } else {
    if (!isObject(value)) throw wrong(place, value, 'an object');
    const fields = 'fields' in shape ? shape.fields : undefined;
    for (const name of new Set([...Object.keys(value), ...Object.keys(fields ?? {})])) {
      const at = place === '' ? name : `${place}.${name}`;
      // What a field means that nobody knows, nobody can compare.
      if (fields !== undefined && !Object.hasOwn(fields, name)) throw new ManifestError(`${at} is not known`);
      check('each' in shape ? shape.each : (shape.fields[name] as Shape), value[name], at);
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(place: string, value: unknown, what: string): ManifestError {
  return new ManifestError(`${place} is ${value === undefined ? 'missing' : show(value)}, and not ${what}`);
}
