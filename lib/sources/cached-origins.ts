import { createLRU } from 'lru.min';
import type { CorsRequest } from '../policy/origin-source.js';
import { cacheKey, prefixOf } from './cache-key.js';
import {
  readCacheableSource,
  type KeyedSource,
  type NamedSource,
  type UnkeyedSource,
} from './cacheable-source.js';
import {
  readCacheOptions,
  type CachedOriginsOptions,
  type KeyedOriginsOptions,
  type ReadCacheOptions,
} from './cached-origins-options.js';
import { FailureLog } from './failure-log.js';
import { KeyedRequest } from './keyed-request.js';
import { SourceCall } from './source-call.js';

/** What a source has said of an origin. */
interface Verdict {
  readonly allowed: boolean;
  /** When the source was asked. It may have changed its mind at any time since. */
  readonly askedAt: number;
}

/** What a source without a key sees of every request. */
const NOTHING = new KeyedRequest();

/**
 * Remembers what a source says of origins, so that a database is not asked for every request.
 *
 * - A verdict that is kept is given as a plain boolean: nothing waits. Otherwise the source is asked, once for all
 *   requests that wait for the same, and the verdict is a promise.
 * - Refusals are kept as well. Failures are not: the next request asks again, one question at a time.
 * - A source that throws, rejects, or answers no boolean or not in time refuses: the promise rejects, which the app
 *   logs. Nothing is ever allowed that the source itself has not allowed, within the times of the options.
 * - A verdict is given to every request with the same origin, whoever sends it. So a source behind a cache **sees
 *   nothing of the request** but what the option `key` has read: to read anything else is a failure, which refuses.
 *
 * A source that is asked after the guards (`after: 'guards'`) cannot be wrapped, since nothing tells what it reads of
 * the `ExecutionContext`. It asks caches itself, by what it has found out; see the last example.
 *
 * @param source - a function of the origin, or an object with such a method `allows`
 * @returns a source for `@AllowOrigin`, for `origin` in options, or for a provider
 * @throws CorsConfigurationError if an option is wrong, with all that is wrong
 *
 * @example As a provider, under a class of its own
 * ```ts
 * export abstract class PartnerOrigins extends CachedOrigins {}
 *
 * @Module({
 *   providers: [
 *     {
 *       provide: PartnerOrigins,
 *       useFactory: (partners: PartnerRepository) =>
 *         cachedOrigins((origin) => partners.hasOrigin(origin), {
 *           ttl: 60_000,
 *           staleWhileRevalidate: 30_000,
 *           staleIfError: 600_000,
 *         }),
 *       inject: [PartnerRepository],
 *     },
 *   ],
 * })
 *
 * @AllowOrigin(PartnerOrigins)
 * ```
 *
 * Wherever an origin is removed, `invalidate` makes it count at once in this process:
 * ```ts
 * constructor(private readonly origins: PartnerOrigins) {}
 *
 * async remove(origin: string): Promise<void> {
 *   await this.partners.removeOrigin(origin);
 *   this.origins.invalidate(origin);
 * }
 * ```
 *
 * @example By tenant, where the request says which one it is
 * ```ts
 * cachedOrigins((origin, request) => tenants.hasOrigin(request.host, origin), {
 *   ttl: 60_000,
 *   key: (origin, request) => request.host,
 * })
 * ```
 *
 * @example By tenant, where the guards say which one it is
 * ```ts
 * @Injectable()
 * export class TenantOrigins implements OriginSourceAfterGuards {
 *   readonly after = 'guards';
 *   private readonly ofTenant = cachedOrigins(
 *     (origin, tenant: string) => this.tenants.hasOrigin(tenant, origin),
 *     { ttl: 60_000, key: (origin, tenant) => tenant },
 *   );
 *   private readonly ofAnyTenant = cachedOrigins((origin) => this.tenants.someHasOrigin(origin), { ttl: 60_000 });
 *
 *   constructor(private readonly tenants: TenantRepository) {}
 *
 *   allows(origin: string, context: ExecutionContext) {
 *     return this.ofTenant.allows(origin, context.switchToHttp().getRequest<AuthenticatedRequest>().user.tenant);
 *   }
 *
 *   mayAllow(origin: string) {
 *     return this.ofAnyTenant.allows(origin);
 *   }
 * }
 * ```
 */
export function cachedOrigins<Asker extends CorsRequest | string = CorsRequest>(
  source: KeyedSource<Asker>,
  options: KeyedOriginsOptions<Asker>,
): CachedOrigins<Asker>;
export function cachedOrigins(
  source: UnkeyedSource,
  options: CachedOriginsOptions & { readonly key?: undefined },
): CachedOrigins;
export function cachedOrigins<Asker>(
  source: KeyedSource<Asker>,
  options: CachedOriginsOptions,
): CachedOrigins<Asker> {
  return new CachedOrigins(source, options);
}

/**
 * A source behind a cache; see {@link cachedOrigins}, which makes it. A class without a body that extends it is the
 * token of a provider.
 *
 * @typeParam Asker - what is asked with beside the origin: the request, or a string, where there is a `key`
 */
export class CachedOrigins<Asker = CorsRequest | void> {
  /** How long requests wait for the source, in milliseconds. */
  readonly timeout: number;
  readonly #settings: ReadCacheOptions;
  readonly #ask: NamedSource['ask'];
  readonly #failures: FailureLog;
  readonly #verdicts: ReturnType<typeof createLRU<string, Verdict>>;
  /**
   * The questions that requests may still join, by the name of the verdict.
   *
   * The cache's own `fetch` is not used: while a question is not answered, all who ask the same wait for it, so that
   * one answer that never comes would lock an origin out for good; what is under way takes the place of verdicts; and
   * how long it gives what is out of date is not bounded.
   */
  readonly #calls = new Map<string, SourceCall>();
  /** Counts what has been invalidated. */
  #epoch = 0;

  /**
   * @param source - as of {@link cachedOrigins}
   * @param options - as of {@link cachedOrigins}
   * @param reportedAs - the source that has this cache inside, if it is another one: they share one line a minute in the log
   * @throws CorsConfigurationError if an option is wrong, with all that is wrong
   */
  constructor(source: KeyedSource<Asker>, options: CachedOriginsOptions, reportedAs?: object) {
    const { name, ask } = readCacheableSource(source);
    const text = name === '' ? 'cachedOrigins' : `cachedOrigins(${name})`;
    this.#settings = readCacheOptions(options, text);
    this.#ask = ask;
    this.#failures = new FailureLog(
      reportedAs ?? this,
      name === '' ? 'An origin source behind a cache' : `The origin source ${name}`,
    );
    this.#verdicts = createLRU({ max: this.#settings.max });
    this.timeout = this.#settings.timeout;
  }

  /** How many verdicts are kept, those included that are out of date. */
  get size(): number {
    return this.#verdicts.size;
  }

  /**
   * Whether scripts on `origin` may read the response.
   *
   * @param asker - what the option `key` gets; left out where there is none
   * @returns a boolean if the verdict is in the cache, else a promise. It rejects, which refuses, if the source fails
   * or does not answer in time
   * @throws whatever `key` throws
   */
  allows(origin: string, asker: Asker): boolean | Promise<boolean> {
    const { key } = this.#settings;
    if (key === undefined) return this.#decide(origin, origin, NOTHING);
    if (typeof asker !== 'object') return this.#decide(cacheKey(origin, key(origin, asker)), origin, asker);
    const seen = new KeyedRequest(asker as CorsRequest);
    const name = cacheKey(origin, key(origin, seen));
    seen.close();
    return this.#decide(name, origin, seen);
  }

  /**
   * Drops verdicts. Who asks from now on gets what the source says from now on. Who is waiting gets the answer that was
   * asked for, but it is not kept.
   *
   * @param origin - drops what is known of this origin only, with whatever `key`; this walks through the cache if there
   * is one
   */
  invalidate(origin?: string): void {
    this.#epoch++;
    for (const [name, call] of this.#calls) {
      if (origin === undefined || call.origin === origin) this.#calls.delete(name);
      else call.epoch = this.#epoch;
    }
    if (origin === undefined) this.#verdicts.clear();
    else if (this.#settings.key === undefined) this.#verdicts.delete(origin);
    else this.#drop(prefixOf(origin));
  }

  #drop(prefix: string): void {
    const dropped = [...this.#verdicts.keys()].filter((name) => name.startsWith(prefix));
    for (const name of dropped) this.#verdicts.delete(name);
  }

  /** @param name - of the verdict */
  #decide(name: string, origin: string, asker: unknown): boolean | Promise<boolean> {
    const verdict = this.#verdicts.get(name);
    if (verdict === undefined) return this.#callFor(name, origin, asker).wait();
    const staleFor = this.#staleFor(verdict);
    if (staleFor < 0) return verdict.allowed;
    const call = this.#callFor(name, origin, asker);
    return staleFor < this.#settings.staleWhileRevalidate ? verdict.allowed : call.wait();
  }

  /** For how long a verdict has been out of date, in milliseconds; negative while it holds. */
  #staleFor({ allowed, askedAt }: Verdict): number {
    const { ttl, negativeTtl } = this.#settings;
    return performance.now() - askedAt - (allowed ? ttl : negativeTtl);
  }

  /** The question that is under way, or a new one. */
  #callFor(name: string, origin: string, asker: unknown): SourceCall {
    const joined = this.#calls.get(name);
    if (joined !== undefined) return joined;
    const call: SourceCall = new SourceCall({
      origin,
      ask: () => this.#ask(origin, asker),
      timeout: this.#settings.timeout,
      epoch: this.#epoch,
      ended: () => {
        // Another one may have taken its place since.
        if (this.#calls.get(name) === call) this.#calls.delete(name);
      },
      standIn: (error) => this.#standIn(name, call, error),
    });
    this.#calls.set(name, call);
    call.answer.then(
      (allowed) => this.#keep(name, call, allowed),
      (error: unknown) => {
        if (call.isLate) this.#failures.report('when its time was up', error);
      },
    );
    return call;
  }

  #keep(name: string, { epoch, askedAt }: SourceCall, allowed: boolean): void {
    if (epoch !== this.#epoch) return;
    const kept = this.#verdicts.peek(name);
    // Of two answers, that to the later question counts, in whatever order they come.
    if (kept === undefined || kept.askedAt <= askedAt) this.#verdicts.set(name, { allowed, askedAt });
  }

  /** What is given in place of an answer, if anything is kept that may be. */
  #standIn(name: string, { isAwaited }: SourceCall, error: unknown): boolean {
    const kept = this.#verdicts.peek(name);
    const mayStandIn = kept !== undefined && this.#staleFor(kept) < this.#settings.staleIfError;
    // Otherwise the rejection is logged by who waits.
    if (mayStandIn || !isAwaited) this.#failures.report('and no request was refused for it', error);
    if (!mayStandIn) throw error;
    return kept.allowed;
  }
}
