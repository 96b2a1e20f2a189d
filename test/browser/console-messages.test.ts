import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { readPage, tablesOf } from '../docs/pages.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser } from './support/browser.js';

/*
 * The manual's page on blocked requests is found by what the console says. So each message of Chromium that stands there has to
 * be what Chromium says.
 */

const PAGE = 'http://page.example';
const API = 'http://api.example';
const OWN = { 'access-control-allow-origin': PAGE };
const PUT = { method: 'PUT' };
const WITH_COOKIES = { credentials: 'include' };

/** What a server answers, to the request or to its preflight, and what script has sent. */
interface Failure {
  readonly init?: object;
  readonly response?: OutgoingHttpHeaders;
  readonly preflight?: readonly [status: number, headers: OutgoingHttpHeaders];
  readonly redirect?: string;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  '/missing': {},
  '/refused': { init: PUT, preflight: [403, {}] },
  '/not-found': { init: PUT, preflight: [404, OWN] },
  '/moved': { init: PUT, preflight: [302, { ...OWN, location: '/' }] },
  '/methods': { init: PUT, preflight: [204, { ...OWN, 'access-control-allow-methods': 'GET' }] },
  '/headers': { init: { headers: { 'x-one': '1' } }, preflight: [204, OWN] },
  '/odd-methods': { init: PUT, preflight: [204, { ...OWN, 'access-control-allow-methods': 'P UT' }] },
  '/odd-headers': { init: PUT, preflight: [204, { ...OWN, 'access-control-allow-headers': 'x one' }] },
  '/other': { response: { 'access-control-allow-origin': 'https://other.example' } },
  '/two': { response: { 'Access-Control-Allow-Origin': [PAGE, '*'] } },
  '/invalid': { response: { 'access-control-allow-origin': 'page.example' } },
  '/wildcard': { init: WITH_COOKIES, response: { 'access-control-allow-origin': '*' } },
  '/cookies': { init: WITH_COOKIES, response: OWN },
  '/password': { redirect: 'http://user:secret@third.example/' },
  '/scheme': { redirect: 'ftp://third.example/' },
};

/** What a test would need another network for; the words are those of WICG/local-network-access, issue 47, and others. */
const NOT_PROVOKED = ['Permission was denied for this request to access the `loopback` address space.'];

describe('the messages of Chromium in docs/why-blocked.md', () => {
  const own = startedBySuite();
  const said: string[] = [];

  beforeAll(async () => {
    const server = await own(serve(), (started) => started.close());
    const { port } = server.address() as AddressInfo;
    const browser = await own(startBrowser({ ports: { 'api.example:80': port } }), (started) =>
      started.close(),
    );
    const page = await browser.open(PAGE);
    page.on('console', (message) => said.push(message.text()));
    for (const [path, { init = {} }] of Object.entries(FAILURES)) await call(page, path, init);
    // The network's process says it to the console in its own time.
    const blocked = (): number => said.filter((text) => text.includes('blocked by CORS policy')).length;
    while (blocked() < Object.keys(FAILURES).length) await setTimeout(20);
  });

  const [listed = []] = tablesOf(readPage('docs/why-blocked.md'));
  const messages = listed.slice(1).map(([message = '']) => message.replace(/^(`+)(.*)\1$/, '$2'));

  it('are a list of it', () => {
    expect(messages.length).toBe(Object.keys(FAILURES).length + NOT_PROVOKED.length);
  });

  it.each(messages.filter((message) => !NOT_PROVOKED.includes(message)))('%s', (message) => {
    const from = `from origin '${PAGE}' has been blocked by CORS policy: ${message}`;
    expect(said).toContainEqual(expect.stringContaining(from));
  });
});

function call(page: Page, path: string, init: object): Promise<unknown> {
  return page.evaluate(
    ([url, options]) => (globalThis as unknown as { fetch: typeof fetch }).fetch(url, options).catch(() => 0),
    [API + path, init] as const,
  );
}

function serve(): Promise<Server> {
  const server = createServer(({ method, url = '' }, response) => {
    const { preflight, response: headers = {}, redirect } = FAILURES[url] ?? {};
    if (method === 'OPTIONS' && preflight !== undefined) response.writeHead(...preflight).end();
    else if (redirect !== undefined) response.writeHead(302, { ...OWN, location: redirect }).end();
    else response.writeHead(200, headers).end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
