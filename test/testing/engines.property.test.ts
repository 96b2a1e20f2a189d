import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ENGINE_NAMES, type EngineName } from '../../lib/engines/quirks.js';
import { VirtualBrowser, type PageFetchInit } from '../../lib/testing/index.js';
import { seed } from '../protocol/seed.js';
import { startedBySuite } from '../support/suites.js';

const API = 'https://api.example.com';
const ORIGINS = [API, 'https://files.example.net', 'http://localhost:81', 'https://203.0.113.7'];

type Lines = readonly (readonly [name: string, value: string])[];

interface Answer {
  readonly status: number;
  readonly headers: Lines;
}

interface Call {
  readonly url: string;
  readonly init: PageFetchInit;
  readonly wait: number;
}

interface Story {
  readonly page: string;
  /** By path; that of a preflight is `ask`. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly calls: readonly Call[];
}

const url = fc
  .tuple(fc.constantFrom('', ...ORIGINS), fc.constantFrom('/a', '/b', '/b#f'))
  .map((parts) => parts.join(''));

const requestHeaders = fc.array(
  fc.constantFrom(
    ['content-type', 'application/json'] as const,
    ['x-a', '1'] as const,
    ['authorization', 'x'] as const,
    ['accept', 'é'] as const,
    ['accept', 'a'.repeat(127)] as const,
    ['user-agent', 'mine'] as const,
    ['save-data', 'on'] as const,
  ),
  { maxLength: 3 },
);

const OPEN: Lines = [
  ['access-control-allow-origin', 'the origin'],
  ['access-control-allow-credentials', 'true'],
];

const actual = fc
  .record({
    status: fc.constantFrom(200, 200, 302, 303, 307),
    open: fc.constantFrom<Lines>(OPEN, OPEN, [['access-control-allow-origin', '*']], []),
    to: url,
  })
  .map(({ status, open, to }): Answer => ({
    status,
    headers: status === 200 ? open : [...open, ['location', to]],
  }));

const preflight = fc
  .record({
    open: fc.constantFrom<Lines>(OPEN, [['access-control-allow-origin', '*']]),
    names: fc.constantFrom('*', 'x-a, content-type, accept, authorization, user-agent, save-data'),
    methods: fc.constantFrom('*', 'PUT'),
    age: fc.constantFrom('60', '-1', 'abc', '0'),
  })
  .map(({ open, names, methods, age }): Answer => {
    const allowed: Lines = [
      ['access-control-allow-headers', names],
      ['access-control-allow-methods', methods],
      ['access-control-max-age', age],
    ];
    return { status: 204, headers: [...open, ...allowed] };
  });

const call: fc.Arbitrary<Call> = fc.record({
  url,
  init: fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'patch'),
    headers: requestHeaders,
    credentials: fc.constantFrom('omit', 'same-origin', 'include'),
    mode: fc.constantFrom('cors', 'cors', 'no-cors', 'same-origin'),
    referrerPolicy: fc.constantFrom('', 'no-referrer'),
  }),
  wait: fc.constantFrom(0, 4, 70),
});

const story: fc.Arbitrary<Story> = fc.record({
  page: fc.constantFrom('https://shop.example.com', API, 'null', 'http://plain.example.com'),
  answers: fc.record({ ask: preflight, '/a': actual, '/b': actual }),
  calls: fc.array(call, { minLength: 1, maxLength: 3 }),
});

describe('an engine', () => {
  const own = startedBySuite();
  let served: string;
  let answers: Story['answers'] = {};

  beforeAll(async () => {
    const server = await own(start(), (started) => {
      started.closeAllConnections();
      started.close();
    });
    served = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  async function start(): Promise<Server> {
    const server = createServer(({ url: path = '', headers }, response) => {
      const asks = headers['access-control-request-method'] !== undefined;
      const { status, headers: lines } = answers[asks ? 'ask' : path] as Answer;
      for (const [name, value] of lines) {
        response.setHeader(name, value === 'the origin' ? (headers.origin ?? '*') : value);
      }
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** What is sent and what script sees, as text, and the quirks that have made a difference. */
  async function play(
    engine: EngineName,
    told: Story,
  ): Promise<{ readonly text: string; readonly quirks: number }> {
    const origins = Object.fromEntries(ORIGINS.slice(1).map((origin) => [origin, served]));
    const browser = await VirtualBrowser.for(served, { origin: API, origins, engine });
    const page = browser.page(told.page);
    ({ answers } = told);
    const results = [];
    for (const one of told.calls) {
      browser.advance(one.wait);
      // One after the other, as a page that waits for each.
      results.push(await page.fetch(one.url, one.init));
    }
    const seen = results.map(({ type, status, failure, preflight: use, exchanges }) => ({
      type,
      status,
      failure,
      use,
      sent: exchanges.map(({ method, url: to, headers }) => [method, to, headers.lines]),
    }));
    return { text: JSON.stringify(seen), quirks: results.flatMap(({ quirks }) => quirks).length };
  }

  it('does what the standard says, unless the result names a quirk', async () => {
    const seen = { alike: 0, different: 0 };
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const standard = await play('standard', told);
        expect(standard.quirks).toBe(0);
        for (const engine of ENGINE_NAMES) {
          const { text, quirks } = await play(engine, told);
          if (quirks === 0) expect(text).toBe(standard.text);
          if (text !== standard.text) seen.different++;
          else seen.alike++;
        }
      }),
      { seed, numRuns: 100 },
    );
    // The requests are such that both happens.
    expect(Math.min(seen.alike, seen.different)).toBeGreaterThan(50);
  });
});
