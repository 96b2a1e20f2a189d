import type { BodySource, Call, Seen, SeenResponse } from './case.js';

/*
 * What a script in a browser does. The function runs there, in pages, frames and workers: it sees nothing of this
 * file, so that all of it has to be inside.
 */

/** The parts of the browser that it uses. */
interface Scope {
  readonly XMLHttpRequest: new () => {
    readonly status: number;
    readonly responseText: string;
    withCredentials: boolean;
    readonly upload: { addEventListener(type: string, listener: () => void): void };
    addEventListener(type: 'loadend' | 'error', listener: () => void): void;
    open(method: string, url: string): void;
    setRequestHeader(name: string, value: string): void;
    getAllResponseHeaders(): string;
    send(body?: string): void;
  };
  readonly EventSource: new (
    url: string,
    options: { withCredentials: boolean },
  ) => {
    readonly readyState: number;
    addEventListener(type: 'message' | 'error', listener: (event: { data: string }) => void): void;
    close(): void;
  };
  readonly navigator: { sendBeacon(url: string, body: unknown): boolean };
  readonly document: {
    readonly body: { append(node: object): void };
    createElement(name: string): {
      src: string;
      crossOrigin: string | null;
      addEventListener(type: 'load' | 'error', listener: () => void): void;
    };
  };
}

/** Carries out one call, and says what came of it. */
export function perform(call: Call): Promise<Seen | undefined> {
  const scope = globalThis as unknown as Scope;
  // What Chromium, Firefox and WebKit say of all of them.
  const NETWORK_ERRORS = new Set([
    'TypeError: Failed to fetch',
    'TypeError: NetworkError when attempting to fetch resource.',
    'TypeError: Load failed',
  ]);
  if ('fetch' in call) return callFetch(call);
  if ('xhr' in call) return callXhr(call);
  if ('eventSource' in call) return listen(call);
  if ('beacon' in call) return sendBeacon(call);
  if ('element' in call) return load(call);
  return new Promise((resolve) => setTimeout(() => resolve(undefined), call.wait));

  function bodyOf(source: BodySource | undefined): { body?: RequestInit['body']; duplex?: 'half' } {
    if (source === undefined) return {};
    if (typeof source === 'string') return { body: source };
    if ('params' in source) return { body: new URLSearchParams(source.params) };
    if ('blob' in source) return { body: new Blob([source.blob], { type: source.type }) };
    if ('bytes' in source) return { body: 'x'.repeat(source.bytes) };
    if ('stream' in source) return { body: new Blob([source.stream]).stream(), duplex: 'half' };
    const body = new FormData();
    for (const [name, value] of Object.entries(source.form)) body.append(name, value);
    return { body };
  }

  async function callFetch({
    fetch: url,
    timing,
    body,
    ...init
  }: Extract<Call, { fetch: string }>): Promise<Seen> {
    // Pages are shared, and keep a limited number of entries.
    performance.clearResourceTimings();
    let seen;
    try {
      const response = await fetch(url, { ...init, ...bodyOf(body) } as RequestInit);
      const { status, redirected, type } = response;
      const headers = Object.fromEntries(response.headers);
      seen = { status, type, redirected, headers, body: await response.text() } as SeenResponse;
    } catch (error) {
      return { fails: NETWORK_ERRORS.has(String(error)) ? 'network error' : 'type error' };
    }
    return timing ? { ...seen, timed: await hasDetails(url) } : seen;
  }

  /** Whether the entry of a request, which may come after its response, tells when it was sent. */
  async function hasDetails(url: string): Promise<boolean> {
    for (let tries = 0; tries < 100; tries++) {
      const [entry] = performance.getEntriesByName(url, 'resource');
      if (entry !== undefined) return (entry as unknown as { requestStart: number }).requestStart > 0;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`performance has no entry for ${url}`);
  }

  function callXhr(options: Extract<Call, { xhr: string }>): Promise<Seen> {
    return new Promise((resolve) => {
      const request = new scope.XMLHttpRequest();
      let failed = false;
      if (options.uploadListener) request.upload.addEventListener('progress', () => {});
      request.addEventListener('error', () => (failed = true));
      request.addEventListener('loadend', () => {
        if (failed) return resolve({ fails: 'network error' });
        const lines = request.getAllResponseHeaders().trim().split('\r\n').filter(Boolean);
        const headers = Object.fromEntries(lines.map((line) => line.split(/: ?(.*)/s)));
        resolve({ status: request.status, headers, body: request.responseText });
      });
      try {
        request.open(options.method ?? 'GET', options.xhr);
        request.withCredentials = options.withCredentials ?? false;
        for (const [name, value] of Object.entries(options.headers ?? {})) {
          request.setRequestHeader(name, value);
        }
        request.send(options.body);
      } catch {
        resolve({ fails: 'type error' });
      }
    });
  }

  function listen(options: Extract<Call, { eventSource: string }>): Promise<Seen> {
    return new Promise((resolve) => {
      const events: string[] = [];
      const withCredentials = options.withCredentials ?? false;
      const source = new scope.EventSource(options.eventSource, { withCredentials });
      source.addEventListener('message', ({ data }) => events.push(data));
      source.addEventListener('error', () => {
        // At the end of a stream it would connect again; where CORS or the status is against it, it gives up.
        const gaveUp = source.readyState === 2;
        source.close();
        resolve(gaveUp ? { fails: 'network error' } : { events });
      });
    });
  }

  async function sendBeacon({ beacon, body }: Extract<Call, { beacon: string }>): Promise<Seen> {
    return scope.navigator.sendBeacon(beacon, bodyOf(body).body) ? 'queued' : { fails: 'type error' };
  }

  function load({ element, src, crossOrigin }: Extract<Call, { element: string }>): Promise<Seen> {
    return new Promise((resolve) => {
      const node = scope.document.createElement(element);
      if (crossOrigin) node.crossOrigin = crossOrigin;
      node.addEventListener('load', () => resolve('loaded'));
      node.addEventListener('error', () => resolve('not loaded'));
      node.src = src;
      scope.document.body.append(node);
    });
  }
}
