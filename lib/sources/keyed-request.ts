import type { CorsRequest } from '../policy/origin-source.js';

type Params = CorsRequest['params'];

/**
 * What a source behind a cache sees of a request: as much as the cache's `key` has read, and nothing else. Whatever the
 * source decided by besides would be kept for requests that differ in it: what one tenant allows would open the door of
 * another. So it cannot read it.
 *
 * It takes down what the key reads, and goes on without the request when that is done: the source may still be at work
 * long after the response has left.
 */
export class KeyedRequest implements CorsRequest {
  #request: CorsRequest | undefined;
  /** What has been read, and the value of each. */
  readonly #parts: string[] = [];
  readonly #values: unknown[] = [];

  /** @param request - the request that asks; `undefined` where there is no key, so that nothing may be read */
  constructor(request?: CorsRequest) {
    this.#request = request;
  }

  get method(): string {
    return this.#request === undefined ? this.#recall('method') : this.#note('method', this.#request.method);
  }

  get path(): string {
    return this.#request === undefined ? this.#recall('path') : this.#note('path', this.#request.path);
  }

  get host(): string {
    return this.#request === undefined ? this.#recall('host') : this.#note('host', this.#request.host);
  }

  get preflight(): boolean {
    return this.#request === undefined
      ? this.#recall('preflight')
      : this.#note('preflight', this.#request.preflight);
  }

  /** Each parameter is a part of its own. */
  get params(): Params {
    const params =
      this.#request === undefined
        ? this.#recall<Params>('params')
        : this.#note('params', this.#request.params);
    return (
      params &&
      new Proxy(params, {
        get: (_, name) => this.#param(params, name),
        has: refuseToList,
        ownKeys: refuseToList,
        getOwnPropertyDescriptor: refuseToList,
      })
    );
  }

  header(name: string): string | undefined {
    const part = `header("${name.toLowerCase()}")`;
    return this.#request === undefined ? this.#recall(part) : this.#note(part, this.#request.header(name));
  }

  /** Ends the key's turn: from now on, nothing can be read that was not read before. */
  close(): void {
    this.#request = undefined;
  }

  #param(params: NonNullable<Params>, name: string | symbol): string | undefined {
    // What is no string is read by whoever shows a value, not by who looks for a parameter.
    if (typeof name === 'symbol') return undefined;
    const part = `params["${name}"]`;
    return this.#request === undefined ? this.#recall(part) : this.#note(part, params[name]);
  }

  #note<T>(part: string, value: T): T {
    this.#parts.push(part);
    this.#values.push(value);
    return value;
  }

  #recall<T>(part: string): T {
    const at = this.#parts.indexOf(part);
    if (at === -1) {
      throw new TypeError(
        `request.${part} is no part of what the verdict is cached by: read it in the key of cachedOrigins`,
      );
    }
    return this.#values[at] as T;
  }
}

function refuseToList(): never {
  throw new TypeError('request.params can be read by name only here: a verdict is cached by what was read');
}
