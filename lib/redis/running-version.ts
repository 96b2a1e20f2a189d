import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { messageOf } from './message-of.js';
import { isSameEdition, NO_EDITION, readEdition, readStored, type Edition } from './options-store.js';
import type { RedisConnections } from './redis-connections.js';
import type { RedisCorsOptionsSettings } from './redis-cors-options-config.js';
import { endStatus, readStatuses, tellStatus, type CorsReplicaStatus } from './replica-status.js';
import { within } from './within.js';

/** What is done with versions. */
export interface VersionTaker {
  /**
   * Puts the options of a document in force, in one step.
   *
   * @throws Error (the promise rejects) if they are refused; then nothing has changed
   */
  takeOn(document: string): Promise<void>;
  /** Publishes the initial options, unless another replica has done so. */
  publishInitial(): Promise<void>;
}

/** An edition that is not in force here, and why. */
interface Refusal {
  readonly edition: Edition;
  readonly reason: string;
}

/** What a replica does at each heartbeat: it looks for another version, and tells which it runs. */
type Duty = 'look' | 'tell';

/** How many heartbeats may be lost before a replica counts for gone. */
const LOST_HEARTBEATS = 3;

/** How long the end of an app waits for Redis to take note, in milliseconds. */
const FAREWELL = 500;

/**
 * The version that a replica runs: it follows the one in Redis, one after the other, and tells the others of it at each heartbeat,
 * at which it also finds what it has not heard of.
 */
export class RunningVersion {
  readonly #logger = new Logger('RedisCorsOptions');
  readonly #connections: RedisConnections;
  readonly #settings: RedisCorsOptionsSettings;
  readonly #taker: VersionTaker;
  /** Of this replica among all, which may have names in common. */
  readonly #id = randomUUID();
  #edition = NO_EDITION;
  #since = new Date();
  #refusal: Refusal | undefined;
  /** What Redis has refused last, of what is done again and again. */
  readonly #failures = new Map<Duty, string>();
  /** Whether the app takes on versions: from its start to its end. */
  #isLive = false;
  #heartbeat: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #mayBeNew = false;

  constructor(connections: RedisConnections, settings: RedisCorsOptionsSettings, taker: VersionTaker) {
    this.#connections = connections;
    this.#settings = settings;
    this.#taker = taker;
  }

  /** 0 for the initial options. */
  get version(): number {
    return this.#edition.version;
  }

  /** Notes what the app starts with. */
  startWith(edition: Edition): void {
    this.#edition = edition;
    this.#since = new Date();
  }

  /** Begins to follow; fulfilled when that is done for what is there, or would take too long. */
  async begin(): Promise<void> {
    this.#isLive = true;
    const { heartbeat, timeout } = this.#settings;
    const beat = (): Promise<unknown> => Promise.all([this.look(), this.#tell()]);
    this.#heartbeat = setInterval(() => void beat(), heartbeat).unref();
    await within(timeout, beat());
  }

  /** Follows no more. */
  async end(): Promise<void> {
    const wasLive = this.#isLive;
    this.#isLive = false;
    clearInterval(this.#heartbeat);
    if (!wasLive) return;
    const farewell = this.#connections
      .send((redis) => endStatus(redis, this.#settings.key, this.#id))
      .catch(() => {
        // What it has said last expires.
      });
    await within(FAREWELL, Promise.all([farewell, this.#looking]));
  }

  /** Takes on what is in Redis, if it is something else; fulfilled when there is nothing else any more. Never rejects. */
  look(): Promise<void> {
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
        this.#failures.delete('look');
      } catch (error) {
        this.#fail('look', error);
      }
    }
    this.#looking = undefined;
  }

  /** @throws Error (the promise rejects) if Redis can't be reached or refuses */
  async #lookOnce(): Promise<void> {
    const { key } = this.#settings;
    const edition = await this.#connections.send((redis) => readEdition(redis, key));
    if (isSameEdition(edition, this.#edition)) {
      if (edition.version === 0) {
        await this.#lookAtOthers(edition);
      } else if (this.#refusal !== undefined) {
        await this.#settle(undefined);
      }
    } else if (this.#refusal === undefined || !isSameEdition(edition, this.#refusal.edition)) {
      await this.#takeOn();
    }
  }

  /** Where nothing is in Redis, and this replica has begun with the initial options: others may run what has been lost. */
  async #lookAtOthers(edition: Edition): Promise<void> {
    const { key, publishInitial } = this.#settings;
    // That what they tell cannot be read is said where this one tells.
    const statuses = await this.#connections.send((redis) => readStatuses(redis, key)).catch(() => []);
    const others = statuses.filter(({ version }) => version > 0);
    if (others.length === 0) {
      if (this.#refusal !== undefined) await this.#settle(undefined);
      if (!publishInitial) return;
      this.#mayBeNew = true;
      await this.#taker.publishInitial();
      return;
    }
    // What others run may have been published just now.
    const last = await this.#connections.send((redis) => readEdition(redis, key));
    if (!isSameEdition(last, edition)) this.#mayBeNew = true;
    else if (this.#refusal === undefined) await this.#settle({ edition, reason: lostReason(others) });
  }

  async #takeOn(): Promise<void> {
    const { key } = this.#settings;
    const { edition, document } = await this.#connections.send((redis) => readStored(redis, key));
    if (edition.version === 0) {
      await this.#settle({ edition, reason: `There are no options in Redis any more. ${RECOVERY}` });
      return;
    }
    try {
      await this.#taker.takeOn(document);
    } catch (error) {
      await this.#settle({ edition, reason: messageOf(error) });
      return;
    }
    this.startWith(edition);
    this.#logger.log(`Version ${edition.version} of the options is in force`);
    await this.#settle(undefined);
  }

  /** Notes, and tells, what has become of the version in Redis. */
  async #settle(refusal: Refusal | undefined): Promise<void> {
    this.#refusal = refusal;
    if (refusal !== undefined) {
      const { edition, reason } = refusal;
      const what = edition.version === 0 ? '' : `Version ${edition.version} of the options is refused. `;
      const kept = this.version === 0 ? 'The initial options stay' : `Version ${this.version} stays`;
      this.#logger.error(`${what}${kept} in force. ${reason}`);
    }
    await this.#tell();
  }

  /** Says what this replica runs, for as long as some heartbeats. Never rejects. */
  async #tell(): Promise<void> {
    const { key, replica, heartbeat } = this.#settings;
    const refused = this.#refusal && {
      version: this.#refusal.edition.version,
      reason: this.#refusal.reason,
    };
    const status = { replica, version: this.version, since: this.#since, refused };
    try {
      await this.#connections.send(async (redis) => {
        if (this.#isLive) await tellStatus(redis, key, this.#id, status, heartbeat * LOST_HEARTBEATS);
      });
      this.#failures.delete('tell');
    } catch (error) {
      this.#fail('tell', error);
    }
  }

  /** The next heartbeat tries again. That a connection is lost is logged by what has lost it. */
  #fail(duty: Duty, error: unknown): void {
    const message = messageOf(error);
    if (!this.#isLive || !isReply(error) || message === this.#failures.get(duty)) return;
    this.#failures.set(duty, message);
    const consequence =
      duty === 'look' ? `Version ${this.version} stays in force.` : 'Nobody is told what this replica runs.';
    this.#logger.error(`Redis refuses: ${message}. ${consequence}`);
  }
}

/** What to do where Redis has lost the document. */
const RECOVERY =
  'Publish them again, on a replica that still runs them: publish(cors.current(), { basedOn: 0 }).';

/** How many replicas are named at most. */
const MAX_NAMED = 5;

function lostReason(others: readonly CorsReplicaStatus[]): string {
  const named = others
    .slice(0, MAX_NAMED)
    .map(({ replica, version }) => `${replica} runs version ${version}`);
  const more = others.length > MAX_NAMED ? `, and ${others.length - MAX_NAMED} more have one` : '';
  return `There are no options in Redis, but ${named.join(', ')}${more}: Redis has lost them. ${RECOVERY}`;
}

/** Whether Redis itself says so. */
function isReply(error: unknown): boolean {
  return (Object(error) as { readonly name?: unknown }).name === 'ReplyError';
}
