import { Logger } from '@nestjs/common';
import { deploymentOf, type Client, type Deployment, type ExpectedReplicas } from './deployment.js';
import { Subscription } from './subscription.js';
import { within } from './within.js';

/** How often it is asked whether we still listen at the right place, where that can be asked, in milliseconds. */
const CHECK_INTERVAL = 1000;

/** For how long that answer may take, in milliseconds. */
const MAX_CHECK = 1500;

/** For how long verdicts still hold once another server has taken over, while we look for it, in milliseconds. */
const MAX_RENEWAL = 200;

/** In place of an answer that has not come. */
const SILENCE = Symbol('silence');

/** For how long the first connection waits for those who tell that another server has taken over, in milliseconds. */
const MAX_GUIDANCE = 500;

/**
 * For how long replicas may take to confirm a change, in milliseconds. Meanwhile commands on this connection wait: it has
 * to be well below the usual `timeout`.
 */
const MAX_CONFIRMATION = 500;

/** How often the confirmation is asked for anew where the slot moves meanwhile. */
const CONFIRMATIONS = 3;

/** What connections have to say. */
export interface ConnectionListener {
  /** Something was published on the channel. */
  announced(message: string): void;
  /** From now on nothing is missed, but something may have been. */
  missed(): void;
}

/** What is said in the log of those whose connections they are. */
export interface ConnectionWords {
  readonly name: string;
  /** What follows from it that Redis cannot be reached. */
  readonly whenLost: string;
  /** What follows from it that the channel cannot be subscribed to. */
  readonly whenDeaf: string;
}

const WORDS_OF_ORIGINS: ConnectionWords = {
  name: 'RedisOrigins',
  whenLost: 'Cached verdicts hold until they expire, then origins are refused.',
  whenDeaf: 'changes are noticed when cached verdicts expire',
};

/**
 * Two connections of our own, made after the model of the user's client: one for commands and one for the channel,
 * which RESP2 wants to have for itself; with Sentinels, one more to each of them, and in a cluster, one for commands to
 * each node that is needed. Nothing is sent over the user's client, whose queues and retries are made for commands that
 * can wait.
 *
 * They connect when they are first needed, reconnect for as long as they are not closed, and never keep a command for
 * later: what can't be sent or is not answered fails.
 */
export class RedisConnections {
  readonly #logger: Logger;
  readonly #words: ConnectionWords;
  readonly #deployment: Deployment;
  readonly #commands: Client;
  readonly #announcements: Subscription;
  readonly #guides: readonly Subscription[];
  readonly #listener: ConnectionListener;
  #firstAttempt: Promise<void> | undefined;
  #checks: NodeJS.Timeout | undefined;
  #checking = false;
  #known: string | undefined;
  /** Whether the server that the connection for commands leads to was found before another one took over. */
  #outdated = false;
  #guided = false;
  #lost = false;
  #unguided = false;
  #closed = false;

  /**
   * @param model - the user's client
   * @param channel - where changes are announced
   */
  constructor(model: Client, channel: string, listener: ConnectionListener, words = WORDS_OF_ORIGINS) {
    this.#logger = new Logger(words.name);
    this.#words = words;
    this.#listener = listener;
    this.#deployment = deploymentOf(model);
    this.#commands = this.#deployment.commands;
    // ioredis writes errors that nobody listens to on the console.
    this.#commands.on('error', (error: Error) => this.#lose(error));
    this.#commands.on('ready', () => {
      if (this.#outdated) return this.#reconnect();
      // What is asked from now on is kept, so that changes are to be heard of as soon as can be.
      this.#announcements.hurry();
      listener.missed();
      this.#found();
    });
    this.#announcements = new Subscription(() => this.#deployment.openListener(), channel, {
      heard: (message) => listener.announced(message),
      subscribed: () => {
        listener.missed();
        this.#found();
        void this.#check();
      },
      lost: (error) => this.#lose(error),
      refused: (error) =>
        this.#logger.error(`Can't subscribe to ${channel}, so that ${words.whenDeaf}: ${messageOf(error)}`),
    });
    this.#guides = this.#openGuides();
  }

  /**
   * Sends commands, now or never.
   *
   * @throws Error if there is no connection, or none any more before the answer, or what Redis says if it refuses
   */
  async send<T>(ask: (redis: Client) => Promise<T>): Promise<T> {
    await this.connect();
    if (this.#closed || this.#commands.status !== 'ready') throw new Error('Redis is not connected');
    try {
      return await ask(this.#commands);
    } catch (error) {
      if (this.#commands.status === 'ready') throw error;
      throw new Error('The connection to Redis was lost before the answer', { cause: error });
    }
  }

  /** Whether a change has to be {@link confirm}ed, with the answer to `ROLE` from the transaction that makes it. */
  get confirms(): boolean {
    return this.#deployment.expectedReplicas !== undefined;
  }

  /**
   * Fulfilled once all replicas have a change that ought to have it, so that it outlives a failover.
   *
   * @param role - what the server that has made the change said of itself
   * @param isStillSo - reads back whether the set is as the change has left it
   * @throws Error if they have not within half a second, or another server has taken over that does not have it
   */
  async confirm(role: unknown, key: string, isStillSo: (redis: Client) => Promise<boolean>): Promise<void> {
    const expected = await this.#deployment.expectedReplicas?.();
    const replicas = Math.max(connectedReplicas(role), expected?.count ?? 0);
    const confirmed = replicas === 0 ? 0 : await this.#replicasThatConfirm(key, replicas);
    if (confirmed < replicas) {
      throw unconfirmed(
        `${confirmed} of ${replicas} replicas have confirmed it in time`,
        expected && adviceOn(expected),
      );
    }
    // Last of all: a server that has taken over meanwhile may not have it.
    if (!(await this.send(isStillSo))) throw unconfirmed('it is not there any more');
  }

  /** Connects; fulfilled once the first attempt has succeeded or failed. A later attempt is made by itself. */
  connect(): Promise<void> {
    this.#firstAttempt ??= this.#connectFirst();
    return this.#firstAttempt;
  }

  /** As {@link connect}, but fulfilled after so many milliseconds in any case. */
  async connectWithin(milliseconds: number): Promise<void> {
    await within(milliseconds, this.connect());
  }

  /** Closes all for good. Redis still gets, and answers, what has been sent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Nobody may open what was never opened.
    this.#firstAttempt ??= Promise.resolve();
    clearInterval(this.#checks);
    this.#commands.disconnect();
    this.#announcements.close();
    for (const guide of this.#guides) guide.close();
  }

  #openGuides(): readonly Subscription[] {
    const { guides } = this.#deployment;
    if (guides === undefined) return [];
    return guides.open.map(
      (open) =>
        new Subscription(open, guides.channel, {
          heard: (message) => {
            if (guides.tellsOfSwitch(message)) this.#renew();
          },
          subscribed: () => {
            this.#unguided = false;
            // All of them tell of another server: it is enough that somebody has listened to one all the time.
            if (this.#guided && this.#listening.length === 1) this.#renew();
          },
          lost: (error) => this.#loseGuide(error),
          refused: (error) => this.#loseGuide(error),
        }),
    );
  }

  /** Those who would be heard now, should they tell that another server has taken over. */
  get #listening(): readonly Subscription[] {
    return this.#guides.filter(({ connection }) => connection !== undefined);
  }

  async #connectFirst(): Promise<void> {
    // First, so that no server takes over unheard between the moment when we ask where it is and that when we listen.
    if (this.#guides.length > 0) {
      const first = this.#guides.map(async (guide) => {
        await guide.connect();
        if (guide.connection === undefined) throw new Error('There is no connection');
      });
      await within(
        MAX_GUIDANCE,
        Promise.any(first).catch(() => {}),
      );
      this.#guided = true;
      if (this.#closed) return;
    }
    const { check } = this.#deployment;
    if (check !== undefined) this.#checks = setInterval(() => void this.#check(), CHECK_INTERVAL).unref();
    const connected = this.#commands.connect();
    // Only a cluster that is known has nodes to listen at.
    if (this.#commands.isCluster) await connected.catch(() => {});
    await Promise.allSettled([connected, this.#announcements.connect()]);
  }

  /** Asks whether we still listen at the right place, and acts on it. */
  async #check(): Promise<void> {
    const { check, refresh } = this.#deployment;
    const listener = this.#announcements.connection;
    // A connection that comes back leads to the right place, and is announced by itself.
    if (check === undefined || listener === undefined || this.#checking || this.#commands.status !== 'ready')
      return;
    this.#checking = true;
    try {
      const answer = await within(MAX_CHECK, check(listener), SILENCE);
      if (answer === SILENCE) throw new Error(`There was no answer within ${MAX_CHECK} ms`);
      if (answer === undefined) return;
      const known = this.#known;
      this.#known = answer;
      // Something may have been announced meanwhile that nobody heard.
      if (known !== undefined && known !== answer) {
        refresh?.(() => this.#listener.missed());
        this.#forgetInTime();
      }
    } catch (error) {
      if (listener !== this.#announcements.connection || this.#commands.status !== 'ready') return;
      this.#lose(error);
      this.#announcements.leave();
      if (refresh === undefined) this.#reconnect();
    } finally {
      this.#checking = false;
    }
  }

  /** Leads both connections to the right place; once they are there, all is forgotten. */
  #renew(): void {
    if (this.#closed) return;
    this.#announcements.leave();
    this.#reconnect();
    this.#forgetInTime();
  }

  /** Whoever has not found the right place by then refuses, rather than rely on what may be out of date. */
  #forgetInTime(): void {
    setTimeout(() => this.#listener.missed(), MAX_RENEWAL).unref();
  }

  /** Elsewhere if the right place is elsewhere by now. All is forgotten once the connection is there. */
  #reconnect(): void {
    const { status } = this.#commands;
    // To disconnect from what it is still looking for would end it for good.
    this.#outdated = status === 'connecting';
    if (status === 'connect' || status === 'ready') this.#commands.disconnect(true);
  }

  async #replicasThatConfirm(key: string, replicas: number, attempts = CONFIRMATIONS): Promise<number> {
    // The key leads both commands to the same server, over the connection over which the change was made.
    const results = await this.send((redis) =>
      redis
        .pipeline([
          ['exists', key],
          ['wait', replicas, MAX_CONFIRMATION],
        ])
        .exec(),
    );
    const [[moved] = [null], [error, confirmed] = [null]] = results ?? [];
    const failure = moved ?? error;
    if (failure === null) return Number(confirmed);
    if (attempts === 1) throw unconfirmed(messageOf(failure));
    // A single command follows the slot to where it is now, and what comes after it goes there at once.
    await this.send((redis) => redis.exists(key));
    return this.#replicasThatConfirm(key, replicas, attempts - 1);
  }

  /** Each attempt to connect fails with an error of its own; what matters is when it began and when it is over. */
  #lose(error: unknown): void {
    if (this.#lost || this.#closed) return;
    this.#lost = true;
    this.#logger.error(`Redis can't be reached: ${messageOf(error)}. ${this.#words.whenLost}`);
  }

  #found(): void {
    if (!this.#lost || this.#commands.status !== 'ready' || this.#announcements.connection === undefined)
      return;
    this.#lost = false;
    this.#logger.log('Redis is back');
  }

  /** One that answers is enough: what it knows, the others know, too. */
  #loseGuide(error: unknown): void {
    if (this.#unguided || this.#closed || this.#listening.length > 0) return;
    this.#unguided = true;
    this.#logger.error(`No Sentinel can be reached, so that a failover is noticed late: ${messageOf(error)}`);
  }
}

/** How many replicas a primary has that says `['master', offset, replicas]` of itself. */
function connectedReplicas(role: unknown): number {
  const replicas: unknown = Array.isArray(role) ? role[2] : undefined;
  return Array.isArray(replicas) ? replicas.length : 0;
}

function unconfirmed(reason: string, advice = 'Make it again'): Error {
  return new Error(`The change was made and announced, but a failover may undo it: ${reason}. ${advice}.`);
}

/** What to do where replicas have not confirmed a change: again is of no use while they are away. */
function adviceOn({ away, name }: ExpectedReplicas): string | undefined {
  if (away.length === 0) return undefined;
  const [are, they] = away.length === 1 ? ['is', 'it is'] : ['are', 'they are'];
  return (
    `By the Sentinels ${away.join(', ')} ${are} away: to make the change again helps once ${they} back, ` +
    `or taken out for good by SENTINEL RESET ${name} at each Sentinel`
  );
}

/** An error of several attempts, one for each address of a host, has no message of its own. */
function messageOf(error: unknown): string {
  const { message, code } = Object(error) as { readonly message?: unknown; readonly code?: unknown };
  return String(message || code || error);
}
