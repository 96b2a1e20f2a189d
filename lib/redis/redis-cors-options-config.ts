import { hostname } from 'node:os';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsModuleOptions } from '../policy/cors-policy-options.interface.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { isOptionsObject, isOriginSource, type OptionsObject } from '../policy/options-object.js';
import { atOnce } from '../policy/slices.js';
import { unknownOption } from '../policy/unknown-option.js';
import { writeDocument } from './options-document.js';
import type { NamedSource, NamedSources } from './written-cors-options.interface.js';
import { clientProblem, isName, noName } from './redis-client.js';

/** The options of {@link RedisCorsOptions}: where the document is, and what replicas do with it. */
export interface RedisCorsOptionsConfig {
  /**
   * The key of the document, a hash; what replicas say of themselves stands under keys that begin with it. A `keyPrefix` of the
   * client goes in front.
   *
   * @defaultValue 'nestjs-cors:options'
   */
  readonly key?: string | undefined;
  /**
   * The channel on which new versions are announced.
   *
   * @defaultValue the key, followed by `:changes`
   */
  readonly channel?: string | undefined;
  /**
   * The options for as long as nothing has been published: version 0.
   *
   * @defaultValue `{}`, which denies everything that no decorator allows
   */
  readonly initial?: CorsModuleOptions | undefined;
  /**
   * Whether `initial` is published by the first replica that finds nothing, unless another one still runs a version: then Redis has
   * lost it, and what may have been taken out of `initial` since is not to come back.
   *
   * @defaultValue `false`
   */
  readonly publishInitial?: boolean | undefined;
  /**
   * Whether an app starts with `initial` where Redis cannot be reached within `timeout`, until it can. The published options may
   * allow less than that.
   *
   * @defaultValue `false`: the app does not start
   */
  readonly startWithoutRedis?: boolean | undefined;
  /**
   * Classes of sources, sources and functions by the names that stand for them in the document: `{ source: 'tenants' }`. All
   * replicas need the same names.
   *
   * @defaultValue none
   */
  readonly sources?: Readonly<Record<string, NamedSource>> | undefined;
  /**
   * What the replica is called in `status()`.
   *
   * @defaultValue the host's name and the number of the process: `api-7d4b9:1`
   */
  readonly replica?: string | undefined;
  /**
   * How often a replica says what it runs, and looks whether it has missed a version, in milliseconds, from 100 to 3600000.
   *
   * @defaultValue 5000
   */
  readonly heartbeat?: number | undefined;
  /**
   * How long the start of the app waits for Redis, in milliseconds, from 1 to 3600000.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number | undefined;
}

/** The options, complete. */
export interface RedisCorsOptionsSettings {
  readonly key: string;
  readonly channel: string;
  readonly initial: CorsModuleOptions;
  readonly publishInitial: boolean;
  readonly startWithoutRedis: boolean;
  readonly sources: NamedSources;
  readonly replica: string;
  readonly heartbeat: number;
  readonly timeout: number;
}

const DEFAULT_KEY = 'nestjs-cors:options';
const DEFAULT_HEARTBEAT = 5000;
const DEFAULT_TIMEOUT = 5000;
const MIN_HEARTBEAT = 100;

/** An hour, in milliseconds. */
const MAX_TIME = 3_600_000;

const OPTIONS = [
  'key',
  'channel',
  'initial',
  'publishInitial',
  'startWithoutRedis',
  'sources',
  'replica',
  'heartbeat',
  'timeout',
] as const satisfies readonly (keyof RedisCorsOptionsConfig)[];

/**
 * Reads what a {@link RedisCorsOptions} is made with, without trusting the types.
 *
 * @param where - the place in messages
 * @throws CorsConfigurationError with all that is wrong
 */
export function readRedisCorsOptionsConfig(
  cors: unknown,
  redis: unknown,
  raw: unknown,
  where: string,
): RedisCorsOptionsSettings {
  const problems: CorsProblem[] = [];
  const report = (field: string, value: unknown, problem: ValueProblem | undefined): void => {
    if (problem !== undefined) problems.push({ where, field, value, ...problem });
  };
  report('cors', undefined, hasMethods(cors, ['check', 'update']) ? undefined : NO_SERVICE);
  report('redis', undefined, clientProblem(redis) ?? clusterProblem(redis));
  if (!isOptionsObject(raw)) {
    report('', raw, NO_OPTIONS);
    throw new CorsConfigurationError(problems);
  }
  for (const name of Object.keys(raw)) {
    if (!(OPTIONS as readonly string[]).includes(name)) report(name, undefined, unknownOption(name, OPTIONS));
  }
  const {
    key = DEFAULT_KEY,
    channel = `${String(key)}:changes`,
    initial = {},
    publishInitial = false,
    startWithoutRedis = false,
    replica = `${hostname()}:${process.pid}`,
    heartbeat = DEFAULT_HEARTBEAT,
    timeout = DEFAULT_TIMEOUT,
  } = raw;
  report('key', key, isName(key) ? undefined : noName('a key', DEFAULT_KEY));
  report('channel', channel, isName(channel) ? undefined : noName('a channel', `${DEFAULT_KEY}:changes`));
  report('replica', replica, isName(replica) ? undefined : noName('the name of a replica', 'api-1'));
  report('publishInitial', publishInitial, booleanProblem(publishInitial));
  report('startWithoutRedis', startWithoutRedis, booleanProblem(startWithoutRedis));
  report('heartbeat', heartbeat, timeProblem(heartbeat, MIN_HEARTBEAT, DEFAULT_HEARTBEAT));
  report('timeout', timeout, timeProblem(timeout, 1, DEFAULT_TIMEOUT));
  const sources = readSources(raw, report);
  if (publishInitial === true) problems.push(...unwritable(initial, sources));
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return {
    key,
    channel,
    initial,
    publishInitial,
    startWithoutRedis,
    sources,
    replica,
    heartbeat,
    timeout,
  } as RedisCorsOptionsSettings;
}

function readSources(
  { sources = {} }: OptionsObject,
  report: (field: string, value: unknown, problem: ValueProblem) => void,
): NamedSources {
  const found = new Map<string, NamedSource>();
  if (!isOptionsObject(sources)) {
    report('sources', sources, NO_SOURCES);
    return found;
  }
  for (const [name, source] of Object.entries(sources)) {
    if (typeof source === 'function' || isOriginSource(source)) found.set(name, source as NamedSource);
    else report(`sources.${name}`, source, NO_SOURCE);
  }
  return found;
}

/** What cannot be published of the options that are to be. */
function unwritable(initial: unknown, sources: NamedSources): readonly CorsProblem[] {
  try {
    atOnce(writeDocument(initial, sources));
    return [];
  } catch (error) {
    if (!(error instanceof CorsConfigurationError)) throw error;
    return error.problems.map(({ where, ...problem }) => ({
      ...problem,
      where: where.replace(/^options/, 'initial'),
    }));
  }
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof (Object(value) as OptionsObject)[name] === 'function');
}

/** A client of ioredis, of whichever copy: asked by what is used of it. */
function clusterProblem(redis: unknown): ValueProblem | undefined {
  return (redis as { readonly isCluster?: unknown }).isCluster === true ? CLUSTER : undefined;
}

function booleanProblem(value: unknown): ValueProblem | undefined {
  if (typeof value === 'boolean') return undefined;
  return { code: 'option-type', message: 'is no boolean', fix: 'write true or false' };
}

function timeProblem(value: unknown, least: number, usual: number): ValueProblem | undefined {
  const isTime = Number.isInteger(value) && (value as number) >= least && (value as number) <= MAX_TIME;
  if (isTime) return undefined;
  return {
    code: 'option-type',
    message: `is no whole number of milliseconds from ${least} to ${MAX_TIME}`,
    fix: `write a number such as ${usual}`,
  };
}

const NO_SERVICE: ValueProblem = {
  code: 'option-type',
  message: 'is no CorsService',
  fix: 'inject the one of the app: constructor(cors: CorsService, …) { super(cors, …) }',
};

const CLUSTER: ValueProblem = {
  code: 'option-type',
  message: 'is a client of a cluster, in which options cannot be published yet',
  fix: 'give a client of one server or of Sentinels',
};

const NO_OPTIONS: ValueProblem = {
  code: 'option-type',
  message: 'is no object of options',
  fix: `write one, as in { key: "${DEFAULT_KEY}" }`,
};

const NO_SOURCES: ValueProblem = {
  code: 'option-type',
  message: 'is no object of sources by name',
  fix: 'write one, as in { tenants: TenantOrigins }',
};

const NO_SOURCE: ValueProblem = {
  code: 'option-type',
  message: 'is no source of origins',
  fix: 'give a class that implements OriginSource, an instance of one, or a function',
};
