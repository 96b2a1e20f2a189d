import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { CorsService } from '../cors.service.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsModuleOptions, CorsOptionsFactory } from '../policy/cors-policy-options.interface.js';
import { nameOf } from '../policy/show.js';
import { inSlices } from '../policy/slices.js';
import { CorsOptionsConflictError } from './cors-options-conflict-error.js';
import { messageOf } from './message-of.js';
import { checkable, parseDocument, readOptions, writeDocument } from './options-document.js';
import { firstStored, readEdition, readStored, storeDocument } from './options-store.js';
import { RedisConnections, type ConnectionListener, type ConnectionWords } from './redis-connections.js';
import {
  readRedisCorsOptionsConfig,
  type RedisCorsOptionsConfig,
  type RedisCorsOptionsSettings,
} from './redis-cors-options-config.js';
import { readStatuses, type CorsRollOut } from './replica-status.js';
import { RunningVersion } from './running-version.js';
import type { WrittenCorsOptions } from './written-cors-options.interface.js';

/** What has been published, see {@link RedisCorsOptions.read}. */
export interface PublishedCorsOptions {
  /** The version, 0 where nothing has been published. */
  readonly version: number;
  /** As they are in Redis, and can be published again; `undefined` where nothing has been published. */
  readonly options: WrittenCorsOptions | undefined;
}

/** What else {@link RedisCorsOptions.publish} takes. */
export interface PublishOptions {
  /**
   * The version that the options were made from, which has to be the last one: 0 if nothing has been published.
   *
   * @defaultValue the version that this replica runs, as `{ ...cors.current(), … }` is made from it
   */
  readonly basedOn?: number | undefined;
}

const WORDS: ConnectionWords = {
  name: 'RedisCorsOptions',
  whenLost: 'The options in force stay, and new ones are taken on when it is back.',
  whenDeaf: 'new options are noticed at the next heartbeat',
};

/**
 * The options of `CorsModule` as one versioned document in Redis, for apps that run as several replicas: {@link publish} checks
 * options against the running app and announces them, and every replica takes them on as `CorsService.update()` does, in one step,
 * or keeps those that it has and says why in {@link status}.
 *
 * **A replica starts** with the last published version, or with `initial` where nothing has been published. It does not start
 * where it cannot use that version, as with options given to `forRoot()`; nor where Redis cannot be reached, unless
 * `startWithoutRedis` says so.
 *
 * **While it runs**, it takes on a version when it hears of it. What it has missed it finds at the next heartbeat, or when its
 * connection is back. A version that it cannot use (an unknown option of a newer release, a source without a name, a policy that
 * its decorators lack) is refused as a whole, and what was in force stays. So it does where Redis is lost, or has lost the document.
 *
 * **Expressions and sources** are written as `{ regexp, flags }` and `{ source: name }`, with names from `sources`. Functions,
 * and sources without a name, cannot be published.
 *
 * What is changed by `CorsService.update()`, `addOrigins()` or `removeOrigins()` changes one replica, until it takes on the next
 * version. A document is parsed in one go: 100,000 origins take some 10 milliseconds, a million some 100, in which the
 * replica answers nobody; so many belong in a source, such as `RedisOrigins`.
 *
 * It opens two connections of its own with the options of the client that it is given, and closes them with the app. The client
 * itself is never used, and remains its owner's. It has to lead to the primary.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class SharedOptions extends RedisCorsOptions {
 *   constructor(cors: CorsService, @Inject(REDIS) redis: Redis) {
 *     super(cors, redis, {
 *       initial: { origin: 'https://app.example.com' },
 *       sources: { tenants: TenantOrigins },
 *     });
 *   }
 * }
 *
 * @Module({ providers: [SharedOptions, redisProvider], exports: [SharedOptions] })
 * export class SharedOptionsModule {}
 *
 * CorsModule.forRootAsync({ imports: [SharedOptionsModule], useExisting: SharedOptions })
 * ```
 *
 * @example
 * ```ts
 * const version = await shared.publish({ ...cors.current(), maxAge: 60 });
 * ```
 */
export class RedisCorsOptions implements CorsOptionsFactory, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(WORDS.name);
  readonly #cors: CorsService;
  readonly #redis: Redis;
  readonly #settings: RedisCorsOptionsSettings;
  readonly #connections: RedisConnections;
  readonly #running: RunningVersion;

  /**
   * @param cors - the app's
   * @param redis - a client of ioredis, for a server or for Sentinels
   * @throws CorsConfigurationError with all that is wrong
   */
  constructor(cors: CorsService, redis: Redis, config: RedisCorsOptionsConfig = {}) {
    const name = nameOf(new.target, RedisCorsOptions.name);
    this.#settings = readRedisCorsOptionsConfig(cors, redis, config, name);
    this.#cors = cors;
    this.#redis = redis;
    const look = (): void => void this.#running.look();
    this.#connections = this.#connect({ announced: look, missed: look });
    this.#running = new RunningVersion(this.#connections, this.#settings, {
      takeOn: (document) => this.#takeOn(document),
      publishInitial: () => this.#publishInitial(),
    });
  }

  /**
   * The options to start with, for `CorsModule.forRootAsync()`.
   *
   * @throws CorsConfigurationError (the promise rejects) if this replica does not understand the document
   * @throws Error (the promise rejects) if Redis cannot be reached within `timeout`, unless `startWithoutRedis` is set
   */
  async createCorsOptions(): Promise<CorsModuleOptions> {
    const { initial, startWithoutRedis, timeout, sources } = this.#settings;
    // Those of an app that then fails to start would be closed by nobody.
    const connections = this.#connect({ announced: () => {}, missed: () => {} });
    let stored;
    try {
      stored = await firstStored(connections, this.#settings);
    } catch (error) {
      const message = `The options are in Redis, which cannot be reached within ${timeout} ms`;
      if (!startWithoutRedis) throw new Error(`${message}: ${messageOf(error)}.`, { cause: error });
      this.#logger.warn(`${message}. The app starts with the initial ones.`);
      return initial;
    } finally {
      connections.close();
    }
    if (stored.edition.version === 0) return initial;
    const options = readOptions(parseDocument(stored.document), sources);
    this.#running.startWith(stored.edition);
    return options;
  }

  /**
   * What has been published, as a form for its change would show it: with its version, to be given back as `basedOn`.
   *
   * @throws CorsConfigurationError (the promise rejects) if a newer release has written it, in a form unknown here
   * @throws Error (the promise rejects) if Redis can't be reached or refuses
   */
  async read(): Promise<PublishedCorsOptions> {
    const { edition, document } = await this.#connections.send((redis) =>
      readStored(redis, this.#settings.key),
    );
    const { version } = edition;
    return { version, options: version === 0 ? undefined : parseDocument(document) };
  }

  /**
   * Checks options against the running app, stores them as the next version, and announces it. When the promise is fulfilled, this
   * replica has taken them on; the others do as soon as they hear of them.
   *
   * The check is the whole one of this replica, its decorators included. Replicas of another release may still refuse: see
   * {@link status}.
   *
   * @param options - what `CorsModule.forRoot()` takes, or what {@link read} gives: all of them, in place of those in force
   * @returns a promise of the new version
   * @throws CorsConfigurationError (the promise rejects) with everything that is refused, or cannot be written as JSON; then
   * nothing has changed
   * @throws CorsOptionsConflictError (the promise rejects) if `basedOn` is not the last version; then nothing has changed
   * @throws TypeError (the promise rejects) if `basedOn` is no version
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP; and if Redis can't be reached or
   * refuses: whether the options were published is not known if the connection was lost meanwhile, but {@link read} says it
   *
   * @example
   * ```ts
   * const { version, options } = await shared.read();
   * await shared.publish({ ...options, origin: 'https://app.example.com' }, { basedOn: version });
   * ```
   */
  async publish(
    options: CorsModuleOptions | WrittenCorsOptions,
    { basedOn = this.#running.version }: PublishOptions = {},
  ): Promise<number> {
    if (!Number.isSafeInteger(basedOn) || basedOn < 0) {
      throw new TypeError(`basedOn is no version: give the one that read() or status() says, or 0`);
    }
    const version = await this.#store(await this.#checked(options), basedOn);
    await this.#running.look();
    return version;
  }

  /**
   * Which version each replica runs, for a dashboard of a roll-out.
   *
   * @throws Error (the promise rejects) if Redis can't be reached or refuses
   */
  async status(): Promise<CorsRollOut> {
    const { key } = this.#settings;
    return this.#connections.send(async (redis) => {
      const [{ version }, replicas] = await Promise.all([readEdition(redis, key), readStatuses(redis, key)]);
      return { version, replicas };
    });
  }

  /** Begins to take on versions, with what has been published since the app began to start. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.#hasPolicies()) await this.#running.begin();
  }

  /** Takes on nothing any more, and closes the connections. Outside of Nest, call it yourself. */
  async onModuleDestroy(): Promise<void> {
    await this.#running.end();
    this.#connections.close();
  }

  /** An app without HTTP has none. */
  #hasPolicies(): boolean {
    try {
      this.#cors.current();
      return true;
    } catch {
      return false;
    }
  }

  #connect(listener: ConnectionListener): RedisConnections {
    return new RedisConnections(this.#redis, this.#settings.channel, listener, WORDS);
  }

  /**
   * Checks options as all replicas will see them.
   *
   * @returns a promise of the document
   * @throws CorsConfigurationError (the promise rejects) with all problems
   */
  async #checked(options: unknown): Promise<string> {
    const { sources } = this.#settings;
    let document, read;
    try {
      document = await inSlices(writeDocument(options, sources));
      await nextTurn();
      read = readOptions(parseDocument(document), sources);
    } catch (error) {
      if (!(error instanceof CorsConfigurationError)) throw error;
      throw await this.#withOthers(error, options);
    }
    await this.#cors.check(read);
    return document;
  }

  /** What cannot be written, with all else that is wrong. */
  async #withOthers({ problems }: CorsConfigurationError, options: unknown): Promise<CorsConfigurationError> {
    try {
      await this.#cors.check(checkable(options, this.#settings.sources));
      return new CorsConfigurationError(problems);
    } catch (error) {
      if (!(error instanceof CorsConfigurationError)) throw error;
      const known = new Set(problems.map(({ where, field }) => `${where} ${field}`));
      const others = error.problems.filter(({ where, field }) => !known.has(`${where} ${field}`));
      return new CorsConfigurationError([...problems, ...others]);
    }
  }

  /** @throws CorsOptionsConflictError (the promise rejects) */
  async #store(document: string, basedOn: number): Promise<number> {
    const { isStored, version } = await this.#connections.send((redis) =>
      storeDocument(redis, this.#settings, document, basedOn),
    );
    if (!isStored) throw new CorsOptionsConflictError(basedOn, version);
    return version;
  }

  /** In turns: a long document is not parsed in the one in which it has come in, nor is it checked in that. */
  async #takeOn(document: string): Promise<void> {
    await nextTurn();
    const written = parseDocument(document);
    await nextTurn();
    await this.#cors.update(readOptions(written, this.#settings.sources));
  }

  async #publishInitial(): Promise<void> {
    try {
      await this.#store(await this.#checked(this.#settings.initial), 0);
    } catch (error) {
      // Another replica was first.
      if (!(error instanceof CorsOptionsConflictError)) throw error;
    }
  }
}
