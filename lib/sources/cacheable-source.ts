import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import { nameOf } from '../policy/show.js';

/** A function, or an object with such a method `allows`. */
type Source<Lookup> = Lookup | { readonly after?: undefined; readonly allows: Lookup };

/** A source whose verdict depends on nothing but the origin. */
export type UnkeyedSource = Source<(origin: string) => boolean | Promise<boolean>>;

/** A source whose verdict depends on the origin and on what the option `key` makes of the asker. */
export type KeyedSource<Asker> = Source<(origin: string, asker: Asker) => boolean | Promise<boolean>>;

/** A source, in one form. */
export interface NamedSource {
  /** The function's or class's name; empty if it has none. */
  readonly name: string;
  readonly ask: (origin: string, asker: unknown) => unknown;
}

/**
 * Reads a source without trusting its type.
 *
 * @throws CorsConfigurationError if it is none, or one that can't be cached
 */
export function readCacheableSource(value: unknown): NamedSource {
  if (typeof value === 'function' && !isClass(value)) {
    return { name: nameOf(value, ''), ask: value as NamedSource['ask'] };
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('allows' in value) ||
    typeof value.allows !== 'function'
  ) {
    throw refused(
      value,
      'is no source',
      typeof value === 'function'
        ? `have ${nameOf(value, 'it')} injected: useFactory: (source: ${nameOf(value, 'Source')}) => cachedOrigins(source, …)`
        : 'give a function (origin) => …, or an object with such a method allows',
    );
  }
  if ('after' in value && value.after !== undefined) {
    throw refused(
      value,
      'is asked after the guards, and what it reads of the ExecutionContext cannot be told',
      'cache what it looks up: cachedOrigins((origin, tenant: string) => …, { key: (origin, tenant) => tenant, … })',
    );
  }
  const source = value as { readonly allows: NamedSource['ask'] };
  const { constructor } = value;
  return {
    name: typeof constructor === 'function' && constructor !== Object ? nameOf(constructor, '') : '',
    ask: (origin, asker) => source.allows(origin, asker),
  };
}

/** A class cannot be called. Unlike that of a function, its prototype cannot be replaced. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

function refused(value: unknown, message: string, fix: string): CorsConfigurationError {
  return new CorsConfigurationError([
    { where: 'cachedOrigins', field: 'source', value, code: 'option-type', message, fix },
  ]);
}
