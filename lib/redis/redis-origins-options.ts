import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { isOptionsObject, type OptionsObject } from '../policy/options-object.js';
import type { CorsRequest } from '../policy/origin-source.js';
import { unknownOption } from '../policy/unknown-option.js';
import {
  readCacheOptions,
  type CachedOriginsOptions,
  type CacheSettings,
} from '../sources/cached-origins-options.js';
import { clientProblem, isName, noName } from './redis-client.js';

/** The options of {@link RedisOrigins}: where the origins are, and those of the cache in front of Redis. */
export interface RedisOriginsOptions extends Omit<CachedOriginsOptions, 'ttl'> {
  /**
   * The key of the Redis set. With {@link tenant}, what stands in front of each tenant's: `partners` and the tenant
   * `acme` make `partners:acme`. A `keyPrefix` of the client goes in front of both.
   *
   * @defaultValue 'nestjs-cors:origins'
   */
  readonly key?: string | undefined;
  /**
   * The channel on which changes are announced. A message is an origin, followed by a space and the tenant where there
   * are tenants; any other message drops all verdicts, so that whoever changes a set by other means can say so.
   *
   * @defaultValue the key, followed by `:changes`
   */
  readonly channel?: string | undefined;
  /**
   * Whose set decides: the name of the tenant that the request is for. No name (`undefined`, empty, or longer than 256
   * characters) refuses.
   *
   * Names of request headers that it reads join `Vary`. On a preflight most headers are absent, while host and path are
   * there; see {@link CorsRequest.header}. Where only the guards find out who is calling, write `() => undefined`, and ask
   * {@link RedisOrigins.allows} with the tenant from a source that is asked after them.
   *
   * @defaultValue one set for all requests
   */
  readonly tenant?: ((request: CorsRequest) => string | undefined) | undefined;
  /**
   * How long a verdict holds, in milliseconds: an origin whose removal was not heard of stays allowed for no longer.
   *
   * @defaultValue 60000
   */
  readonly ttl?: number | undefined;
  /**
   * How long requests wait for Redis, in milliseconds; then they are refused.
   *
   * @defaultValue 1000
   */
  readonly timeout?: number | undefined;
}

/** The options, complete. */
export interface RedisOriginsSettings {
  readonly key: string;
  readonly channel: string;
  readonly tenant: ((request: CorsRequest) => unknown) | undefined;
  readonly cache: Omit<CacheSettings, 'key'>;
}

const DEFAULT_KEY = 'nestjs-cors:origins';
const DEFAULT_TTL = 60_000;
const DEFAULT_TIMEOUT = 1000;

/** Names come from requests and are kept with the verdicts: longer ones would let anybody fill the memory. */
const MAX_TENANT_LENGTH = 256;

const CACHE_OPTIONS = [
  'ttl',
  'negativeTtl',
  'max',
  'timeout',
  'staleWhileRevalidate',
  'staleIfError',
] as const satisfies readonly (keyof CachedOriginsOptions)[];

const OPTIONS: readonly string[] = ['key', 'channel', 'tenant', ...CACHE_OPTIONS];

/**
 * Reads what a {@link RedisOrigins} is made with, without trusting the types.
 *
 * @param where - the place in messages
 * @throws CorsConfigurationError with all that is wrong
 */
export function readRedisOriginsOptions(redis: unknown, raw: unknown, where: string): RedisOriginsSettings {
  const problems: CorsProblem[] = [];
  const report = (field: string, value: unknown, problem: ValueProblem | undefined): void => {
    if (problem !== undefined) problems.push({ where, field, value, ...problem });
  };
  report('redis', undefined, clientProblem(redis));
  if (!isOptionsObject(raw)) {
    report('', raw, NO_OPTIONS);
    throw new CorsConfigurationError(problems);
  }
  for (const name of Object.keys(raw)) {
    if (!OPTIONS.includes(name)) report(name, undefined, unknownOption(name, OPTIONS));
  }
  const { key = DEFAULT_KEY, channel = `${String(key)}:changes`, tenant } = raw;
  report('key', key, isName(key) ? undefined : noName('the key of a set', DEFAULT_KEY));
  report('channel', channel, isName(channel) ? undefined : noName('a channel', `${DEFAULT_KEY}:changes`));
  report('tenant', tenant, tenant === undefined || typeof tenant === 'function' ? undefined : NO_FUNCTION);
  const cache = readCache(raw, where, problems);
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return { key, channel, tenant, cache } as RedisOriginsSettings;
}

/** Whether a value can be the name of a tenant. */
export function isTenantName(name: unknown): name is string {
  return isName(name) && name.length <= MAX_TENANT_LENGTH;
}

/**
 * What is wrong with the tenant that a change of a set is about.
 *
 * @param hasTenants - whether there is a set for each tenant
 */
export function tenantProblem(tenant: unknown, hasTenants: boolean): ValueProblem | undefined {
  if (!hasTenants) return tenant === undefined ? undefined : NO_TENANTS;
  return isTenantName(tenant) ? undefined : NO_TENANT;
}

function readCache(raw: OptionsObject, where: string, problems: CorsProblem[]): CacheSettings | undefined {
  const { ttl = DEFAULT_TTL, timeout = DEFAULT_TIMEOUT } = raw;
  const given = CACHE_OPTIONS.map((name) => [name, raw[name]]);
  try {
    return readCacheOptions({ ...Object.fromEntries(given), ttl, timeout }, where);
  } catch (error) {
    if (!(error instanceof CorsConfigurationError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

const NO_OPTIONS: ValueProblem = {
  code: 'option-type',
  message: 'is no object of options',
  fix: `write one, as in { key: "${DEFAULT_KEY}" }`,
};

const NO_FUNCTION: ValueProblem = {
  code: 'option-type',
  message: 'is no function',
  fix: "write one, as in (request) => request.params?.['tenant']",
};

const NO_TENANTS: ValueProblem = {
  code: 'option-type',
  message: 'names a tenant, and there is one set for all',
  fix: 'leave it out, or set the option tenant',
};

const NO_TENANT: ValueProblem = {
  code: 'option-type',
  message: 'is no name of a tenant, and there is a set for each',
  fix: `give the tenant's name, of 1 to ${MAX_TENANT_LENGTH} characters`,
};
