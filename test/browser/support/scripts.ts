import type { Page } from 'playwright-core';

/*
 * What the tests have pages do. The functions given to `evaluate` run in the browser: they see nothing of this file.
 */

/** A response, as far as a script may see it. */
export interface SeenResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly redirected: boolean;
}

/** What a script sees of a request that it made: a response, or an error that says nothing. */
export type Seen = SeenResponse | 'TypeError: Failed to fetch';

/** The parts of `RequestInit` that cross from a test into a page. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  readonly mode?: 'cors' | 'no-cors' | 'same-origin';
  readonly cache?: 'default' | 'no-store' | 'force-cache';
}

/** Has a page call `fetch()`. */
export function fetchIn(page: Page, url: string, options: FetchOptions = {}): Promise<Seen> {
  return page.evaluate(
    async ([target, init]) => {
      try {
        const response = await fetch(target, init);
        const { status, redirected } = response;
        return {
          status,
          headers: Object.fromEntries(response.headers),
          body: await response.text(),
          redirected,
        };
      } catch (error) {
        return String(error) as 'TypeError: Failed to fetch';
      }
    },
    [url, options] as const,
  );
}

/** Has a page load a script, without CORS, as a `<script>` element does. */
export async function loadScript(page: Page, url: string): Promise<void> {
  await page.addScriptTag({ url });
}

declare class XMLHttpRequest {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { addEventListener(type: string, listener: () => void): void };
  addEventListener(type: 'loadend', listener: () => void): void;
  open(method: string, url: string): void;
  send(body: string): void;
}

/** Has a page upload with a progress listener, which makes the browser send a preflight that names no header. */
export function uploadFrom(
  page: Page,
  url: string,
  body: string,
): Promise<{ status: number; text: string; events: number }> {
  return page.evaluate(
    ([target, content]) =>
      new Promise((resolve) => {
        const request = new XMLHttpRequest();
        let events = 0;
        request.upload.addEventListener('progress', () => events++);
        request.addEventListener('loadend', () => {
          resolve({ status: request.status, text: request.responseText, events });
        });
        request.open('POST', target);
        request.send(content);
      }),
    [url, body] as const,
  );
}

declare class EventSource {
  readonly readyState: number;
  addEventListener(type: 'message' | 'error', listener: (event: { data: string }) => void): void;
  constructor(url: string, options: { withCredentials: boolean });
  close(): void;
}

/** Has a page listen to an event stream until `count` messages have come, or the browser gives up. */
export function listenFrom(
  page: Page,
  url: string,
  count: number,
  withCredentials = false,
): Promise<readonly string[] | 'refused'> {
  return page.evaluate(
    ([target, expected, credentials]) =>
      new Promise<readonly string[] | 'refused'>((resolve) => {
        const messages: string[] = [];
        const source = new EventSource(target, { withCredentials: credentials });
        source.addEventListener('message', ({ data }) => {
          if (messages.push(data) < expected) return;
          source.close();
          resolve(messages);
        });
        source.addEventListener('error', () => {
          // It reconnects after a stream has ended, and not after CORS has refused one.
          if (source.readyState === 2) resolve('refused');
        });
      }),
    [url, count, withCredentials] as const,
  );
}

declare const document: {
  readonly body: { append(node: object): void };
  createElement(name: 'iframe'): { sandbox: string; srcdoc: string };
};
declare function addEventListener(type: 'message', listener: (event: { data: string }) => void): void;

/** Has a sandboxed frame in a page call `fetch()`; its origin is opaque, and is sent as `null`. */
export function fetchInSandbox(page: Page, url: string): Promise<string> {
  return page.evaluate(
    (target) =>
      new Promise<string>((resolve) => {
        addEventListener('message', ({ data }) => resolve(data));
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = `<script>
          fetch(${JSON.stringify(target)})
            .then((response) => response.text(), String)
            .then((text) => parent.postMessage(text, '*'));
        </script>`;
        document.body.append(frame);
      }),
    url,
  );
}
