import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { CorsService } from '../cors.service.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsModuleOptions, CorsOptionsFactory } from '../policy/cors-policy-options.interface.js';
import { nameOf } from '../policy/show.js';
import { inSlices } from '../policy/slices.js';
import { CorsOptionsConflictError } from './cors-options-conflict-error.js';
import {
  checkable,
  parseDocument,
  readOptions,
  writeDocument,
  type WrittenCorsOptions,
} from './options-document.js';
import {
  isSameEdition,
  NO_EDITION,
  readEdition,
  readStored,
  storeDocument,
  type Edition,
} from './options-store.js';
import { RedisConnections, type ConnectionWords } from './redis-connections.js';
import {
  readRedisCorsOptionsConfig,
  type RedisCorsOptionsConfig,
  type RedisCorsOptionsSettings,
} from './redis-cors-options-config.js';
import { endStatus, readStatuses, tellStatus, type CorsRollOut } from './replica-status.js';

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

/** An edition that is not in force here, and why. */
interface Refusal {
  readonly edition: Edition;
  readonly reason: string;
}

/** How often the start of an app tries to reach Redis, in milliseconds. */
const RETRY = 100;

/** How many heartbeats may be lost before a replica counts for gone. */
const LOST_HEARTBEATS = 3;

/** How long the end of an app waits for Redis to take note, in milliseconds. */
const FAREWELL = 500;

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
  /** Of this replica among all, which may have names in common. */
  readonly #id = randomUUID();
  #running: Edition & { readonly since: Date } = { ...NO_EDITION, since: new Date() };
  #refusal: Refusal | undefined;
  #failure: string | undefined;
  /** Whether the app takes on versions: from its start to its end. */
  #isLive = false;
  #heartbeat: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #mayBeNew = false;

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
    const look = (): void => void this.#look();
    this.#connections = this.#connect({ announced: look, missed: look });
  }

  /**
   * The options to start with, for `CorsModule.forRootAsync()`.
   *
   * @throws CorsConfigurationError (the promise rejects) if this replica does not understand the document
   * @throws Error (the promise rejects) if Redis cannot be reached within `timeout`, unless `startWithoutRedis` is set
   */
  async createCorsOptions(): Promise<CorsModuleOptions> {
    const { initial, startWithoutRedis, timeout, sources } = this.#settings;
    let stored;
    try {
      stored = await this.#firstStored();
    } catch (error) {
      const message = `The options are in Redis, which cannot be reached within ${timeout} ms`;
      if (!startWithoutRedis) throw new Error(`${message}: ${messageOf(error)}.`, { cause: error });
      this.#logger.warn(`${message}. The app starts with the initial ones.`);
      return initial;
    }
    if (stored.edition.version === 0) return initial;
    const options = readOptions(parseDocument(stored.document), sources);
    this.#running = { ...stored.edition, since: new Date() };
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
    await this.#look();
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
    if (!this.#hasPolicies()) return;
    this.#isLive = true;
    const { heartbeat, timeout } = this.#settings;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeat).unref();
    await within(timeout, Promise.all([this.#look(), this.#tell()]));
  }

  /** Takes on nothing any more, and closes the connections. Outside of Nest, call it yourself. */
  async onModuleDestroy(): Promise<void> {
    const wasLive = this.#isLive;
    this.#isLive = false;
    clearInterval(this.#heartbeat);
    if (wasLive) {
      const farewell = this.#connections
        .send((redis) => endStatus(redis, this.#settings.key, this.#id))
        .catch(() => {
          // Its status expires.
        });
      await within(FAREWELL, Promise.all([farewell, this.#looking]));
    }
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

  #connect(listener: ConstructorParameters<typeof RedisConnections>[2]): RedisConnections {
    return new RedisConnections(this.#redis, this.#settings.channel, listener, WORDS);
  }

  /**
   * What is in Redis when the app starts. Over connections of its own: those of an app that then fails to start would be closed by
   * nobody.
   */
  async #firstStored(): ReturnType<typeof readStored> {
    const { key, timeout } = this.#settings;
    const end = performance.now() + timeout;
    const connections = this.#connect({ announced: () => {}, missed: () => {} });
    try {
      for (;;) {
        const attempt = connections
          .send((redis) => readStored(redis, key))
          .then(
            (stored) => ({ stored }),
            (error: unknown) => ({ error }),
          );
        // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
        const outcome = (await within(end - performance.now(), attempt)) ?? { error: 'it does not answer' };
        if ('stored' in outcome) return outcome.stored;
        if (performance.now() + RETRY > end) throw asError(outcome.error);
        // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
        await sleep(RETRY);
      }
    } finally {
      connections.close();
    }
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

  #beat(): void {
    void this.#tell();
    void this.#look();
  }

  /** Takes on what is in Redis, if it is something else; fulfilled when there is nothing else any more. Never rejects. */
  #look(): Promise<void> {
    this.#mayBeNew = true;
    return (this.#looking ??= this.#lookOn());
  }

  async #lookOn(): Promise<void> {
    // Not before the promise is known as the one that looks.
    await Promise.resolve();
    while (this.#isLive && this.#mayBeNew) {
      this.#mayBeNew = false;
      try {
        // oxlint-disable-next-line no-await-in-loop -- one version after the other
        await this.#lookOnce();
        this.#failure = undefined;
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#looking = undefined;
  }

  /** @throws Error (the promise rejects) if Redis can't be reached or refuses */
  async #lookOnce(): Promise<void> {
    const { key, publishInitial } = this.#settings;
    const edition = await this.#connections.send((redis) => readEdition(redis, key));
    if (isSameEdition(edition, this.#running)) {
      if (edition.version === 0 && publishInitial) await this.#publishInitial();
      else if (this.#refusal !== undefined) await this.#settle(undefined);
    } else if (this.#refusal === undefined || !isSameEdition(edition, this.#refusal.edition)) {
      await this.#takeOn();
    }
  }

  async #publishInitial(): Promise<void> {
    this.#mayBeNew = true;
    try {
      await this.#store(await this.#checked(this.#settings.initial), 0);
    } catch (error) {
      // Another replica was first.
      if (!(error instanceof CorsOptionsConflictError)) throw error;
    }
  }

  /** In turns: a long document is not parsed in the one in which it has come in, nor is it checked in that. */
  async #takeOn(): Promise<void> {
    const { key, sources } = this.#settings;
    const { edition, document } = await this.#connections.send((redis) => readStored(redis, key));
    if (edition.version === 0) {
      await this.#settle({ edition, reason: 'There are no options in Redis any more.' });
      return;
    }
    try {
      await nextTurn();
      const written = parseDocument(document);
      await nextTurn();
      await this.#cors.update(readOptions(written, sources));
    } catch (error) {
      await this.#settle({ edition, reason: messageOf(error) });
      return;
    }
    this.#running = { ...edition, since: new Date() };
    this.#logger.log(`Version ${edition.version} of the options is in force`);
    await this.#settle(undefined);
  }

  /** Notes, and tells, what has become of the version in Redis. */
  async #settle(refusal: Refusal | undefined): Promise<void> {
    this.#refusal = refusal;
    if (refusal !== undefined) {
      const { edition, reason } = refusal;
      const what = edition.version === 0 ? '' : `Version ${edition.version} of the options is refused. `;
      this.#logger.error(`${what}Version ${this.#running.version} stays in force. ${reason}`);
    }
    await this.#tell();
  }

  /** Says what this replica runs, for as long as some heartbeats. Never rejects. */
  async #tell(): Promise<void> {
    const { key, replica, heartbeat } = this.#settings;
    const { version, since } = this.#running;
    const refused = this.#refusal && {
      version: this.#refusal.edition.version,
      reason: this.#refusal.reason,
    };
    try {
      await this.#connections.send(async (redis) => {
        if (!this.#isLive) return;
        const status = { replica, version, since, refused };
        await tellStatus(redis, key, this.#id, status, heartbeat * LOST_HEARTBEATS);
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The next heartbeat tries again. That a connection is lost is logged by what has lost it. */
  #fail(error: unknown): void {
    const message = messageOf(error);
    if (!this.#isLive || !isReply(error) || message === this.#failure) return;
    this.#failure = message;
    this.#logger.error(`Redis refuses: ${message}. Version ${this.#running.version} stays in force.`);
  }
}

/** Whether Redis itself says so. */
function isReply(error: unknown): boolean {
  return (Object(error) as { readonly name?: unknown }).name === 'ReplyError';
}

function messageOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}

/** What a promise is fulfilled with, or `undefined` after so many milliseconds. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const settled = new AbortController();
  const timeout = sleep(Math.max(0, milliseconds), undefined, { signal: settled.signal }).catch(
    () => undefined,
  );
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}
