import { randomBytes } from 'node:crypto';
import { VirtualBrowser, type EngineName, type PageFetchInit, type VirtualPage } from 'nestjs-cors/testing';
import { API, PAGES_PORT, PARTNER, PORT, SHOP } from './origins.js';

/** One call of `fetch()`, as plain data. */
export interface Call {
  readonly url: string;
  readonly init: Omit<PageFetchInit, 'body' | 'headers' | 'signal'> & {
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** The body is sent as a stream. */
  readonly streams?: true;
}

/** One or more calls that a script of the shop makes, one after the other. */
export type Calls = readonly [Call, ...Call[]];

/** What a script made of its calls, and the name under which the server's log has what went over the wire. */
export interface Outcome {
  readonly call: string;
  /** The status of each call that the script could read, `error` for one that failed. */
  readonly script: readonly (number | 'error')[];
}

const PUT = { method: 'PUT' } as const;

/** The exchanges of lesson 8, by name: in each, a shipping engine departs from the standard. */
export const ENGINE_EXCHANGES: Readonly<Record<string, Calls>> = {
  'post-redirect': [
    {
      url: `${API}/engines/orders`,
      init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"item":"shoes"}' },
    },
  ],
  'authorization-redirect': [
    { url: `${API}/engines/moved`, init: { headers: { authorization: 'Bearer a-token' } } },
  ],
  'two-redirects': [{ url: `${SHOP}/away`, init: {} }],
  'preflight-origin': [{ url: `${API}/engines/moved`, init: PUT }],
  'any-header': [
    { url: `${API}/by-hand/any-header`, init: { headers: { authorization: 'Bearer a-token' } } },
  ],
  'odd-max-age': [
    { url: `${API}/by-hand/max-age`, init: PUT },
    { url: `${API}/by-hand/max-age`, init: PUT },
  ],
  'kept-with-credentials': [
    { url: `${API}/engines/account`, init: { ...PUT, credentials: 'include' } },
    { url: `${API}/engines/account`, init: { ...PUT, credentials: 'omit' } },
  ],
  'kept-after-failure': [
    { url: `${API}/by-hand/second-fails`, init: PUT },
    { url: `${API}/by-hand/second-fails`, init: PUT },
    { url: `${API}/by-hand/second-fails`, init: PUT },
  ],
  'user-agent': [{ url: `${API}/engines/agent`, init: { headers: { 'user-agent': 'textbook' } } }],
  stream: [
    {
      url: `${API}/engines/upload`,
      init: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'one, two', duplex: 'half' },
      streams: true,
    },
  ],
};

/** Whose behaviour the virtual browser knows. */
const ENGINES: readonly EngineName[] = ['standard', 'chromium', 'firefox', 'webkit'];

/** Runs an exchange as the standard has it, and as each engine does: in the virtual browser of `nestjs-cors/testing`. */
export async function runVirtually(calls: Calls): Promise<Readonly<Record<string, Outcome>>> {
  const outcomes: (readonly [EngineName, Outcome])[] = [];
  for (const engine of ENGINES) outcomes.push([engine, await runAs(engine, calls)]);
  return Object.fromEntries(outcomes);
}

async function runAs(engine: EngineName, calls: Calls): Promise<Outcome> {
  const api = `http://127.0.0.1:${PORT}`;
  const browser = await VirtualBrowser.for(api, {
    engine,
    origins: { [API]: api, [PARTNER]: api, [SHOP]: `http://127.0.0.1:${PAGES_PORT}` },
  });
  try {
    const page = browser.page(SHOP);
    const call = randomBytes(8).toString('hex');
    const script: Outcome['script'][number][] = [];
    // One after the other: what one leaves behind is what the next one is about.
    for (const each of calls) {
      script.push(await statusOf(page, each, call));
    }
    return { call, script };
  } finally {
    browser.close();
  }
}

async function statusOf(
  page: VirtualPage,
  { url, init, streams }: Call,
  call: string,
): Promise<number | 'error'> {
  const body = streams ? new Blob([init.body ?? '']).stream() : init.body;
  const result = await page.fetch(`${url}?call=${call}`, { ...init, body });
  return result.readable ? result.status : 'error';
}
