import type { CorsRequest, OriginFunction } from '../policy/origin-source.js';
import { isToken } from '../protocol/names.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest } from '../routing/route-matcher.js';

/** What a source says of the request's origin, perhaps later. */
export type SourceAnswer = boolean | Promise<boolean>;

/**
 * The view of a request that origin functions and sources get: it shows little, notes which headers they read, and
 * remembers what they said, so that none is asked twice where several policies have it.
 */
export class AskedRequest implements CorsRequest {
  readonly #request: PlatformRequest;
  readonly #read = new Set<string>();
  readonly #answers = new Map<OriginFunction, SourceAnswer>();

  /**
   * @param request - the platform's request
   * @param method - the method of the actual request
   * @param preflight - whether `request` is a preflight for it
   */
  constructor(
    request: PlatformRequest,
    readonly method: string,
    readonly preflight: boolean,
  ) {
    this.#request = request;
  }

  get path(): string {
    const target = this.#request.originalUrl ?? this.#request.url;
    return requestPath(target) ?? target;
  }

  get host(): string {
    return this.#request.host ?? '';
  }

  header(name: string): string | undefined {
    // The name goes into `Vary`, where anything else than a token would break the response.
    if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no header name`);
    const key = name.toLowerCase();
    this.#read.add(key);
    const value = this.#request.headers[key];
    return typeof value === 'string' || value === undefined ? value : value.join(', ');
  }

  /** What a source answers to `ask`, which is called the first time only. */
  answerOf(source: OriginFunction, ask: () => SourceAnswer): SourceAnswer {
    let answer = this.#answers.get(source);
    if (answer === undefined) {
      answer = ask();
      this.#answers.set(source, answer);
    }
    return answer;
  }

  /** The names of the headers read so far, in lower case. */
  get headersRead(): readonly string[] {
    return [...this.#read];
  }
}
