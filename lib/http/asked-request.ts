import type { CorsRequest } from '../policy/origin-source.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest } from '../routing/route-matcher.js';

/** The view of a request that origin functions and sources get: it shows little, and notes which headers they read. */
export class AskedRequest implements CorsRequest {
  private readonly read = new Set<string>();
  readonly #request: PlatformRequest;

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
    return requestPath(this.#request.originalUrl) ?? this.#request.originalUrl;
  }

  get host(): string {
    return this.#request.host ?? '';
  }

  header(name: string): string | undefined {
    const key = name.toLowerCase();
    this.read.add(key);
    const value = this.#request.headers[key];
    return typeof value === 'string' || value === undefined ? value : value.join(', ');
  }

  /** The names of the headers read so far, in lower case. */
  get headersRead(): readonly string[] {
    return [...this.read];
  }
}
