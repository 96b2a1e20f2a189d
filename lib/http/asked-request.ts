import type { CorsRequest } from '../policy/origin-source.js';
import { isToken } from '../protocol/names.js';
import { requestPath } from '../routing/request-path.js';
import type { PathParams, PlatformRequest } from '../routing/route-matcher.js';

/** What a source says of the request's origin, perhaps later. */
export type SourceAnswer = boolean | Promise<boolean>;

/** Finds the parameters of a request's path; `undefined` where they are not known. */
export type FindParams = () => PathParams | undefined;

/**
 * The view of a request that origin functions and sources get: it shows little, notes which headers they read, and
 * remembers what they said, so that none is asked twice where several policies have it.
 */
export class AskedRequest implements CorsRequest {
  readonly #request: PlatformRequest;
  readonly #method: string;
  readonly #preflight: boolean;
  readonly #findParams: FindParams;
  #read: Set<string> | undefined = undefined;
  #answers: Map<object, SourceAnswer> | undefined = undefined;
  #answersAfterGuards: Map<object, SourceAnswer> | undefined = undefined;
  #failed: Set<object> | undefined = undefined;

  /**
   * @param request - the platform's request
   * @param method - the method of the actual request
   * @param preflight - whether `request` is a preflight for it
   * @param findParams - called only if a source asks for the parameters
   */
  constructor(request: PlatformRequest, method: string, preflight: boolean, findParams: FindParams) {
    this.#request = request;
    this.#method = method;
    this.#preflight = preflight;
    this.#findParams = findParams;
  }

  get method(): string {
    return this.#method;
  }

  get preflight(): boolean {
    return this.#preflight;
  }

  get path(): string {
    const target = this.#request.originalUrl ?? this.#request.url;
    return requestPath(target) ?? target;
  }

  get host(): string {
    return this.#request.host ?? '';
  }

  get params(): PathParams | undefined {
    return this.#findParams();
  }

  header(name: string): string | undefined {
    // The name goes into `Vary`, where anything else than a token would break the response.
    if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no header name`);
    const key = name.toLowerCase();
    (this.#read ??= new Set()).add(key);
    const value = this.#request.headers[key];
    return typeof value === 'string' || value === undefined ? value : value.join(', ');
  }

  /**
   * What a source has answered; `undefined` if it has not been asked.
   *
   * @param source - the identity of the source
   * @param afterGuards - whether it was asked after the guards, which is another question
   */
  answerOf(source: object, afterGuards: boolean): SourceAnswer | undefined {
    return (afterGuards ? this.#answersAfterGuards : this.#answers)?.get(source);
  }

  /** Remembers what a source has answered; see {@link AskedRequest.answerOf}. */
  remember(source: object, afterGuards: boolean, answer: SourceAnswer): void {
    const answers = afterGuards ? (this.#answersAfterGuards ??= new Map()) : (this.#answers ??= new Map());
    answers.set(source, answer);
  }

  /** Notes that a source has failed, and so has refused. */
  noteFailure(source: object): void {
    (this.#failed ??= new Set()).add(source);
  }

  /** Whether one of these sources has failed. */
  hasFailed(sources: readonly { readonly identity: object }[]): boolean {
    return sources.some(({ identity }) => this.#failed?.has(identity) === true);
  }

  /** Forgets what sources have answered, but not what they have read for it: the response may depend on that. */
  forget(): void {
    this.#answers = undefined;
    this.#answersAfterGuards = undefined;
  }

  /** Forgets what sources have answered after the guards: others have run since. */
  forgetAfterGuards(): void {
    this.#answersAfterGuards = undefined;
  }

  /** The names of the headers read so far, in lower case. */
  get headersRead(): readonly string[] {
    return [...(this.#read ?? [])];
  }
}
