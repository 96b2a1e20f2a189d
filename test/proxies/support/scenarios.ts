import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { expected, PREFLIGHT_VARY } from '../../support/cors-headers.js';
import { preflightHeaders, type WireResponse } from '../../support/http.js';
import { A, B, ETAG, LAST_MODIFIED, OWN, PARTNER, REFUSED, VARIES } from './app.js';
import { ask, fieldsFor, fieldsOf, ordersOf, shake, type Asking, type Front } from './fronts.js';

/*
 * What has to be true behind every proxy, whatever its configuration. What may differ is in its `Behaviour`, and is held to
 * that.
 */

/** Two who are allowed, one who is not, and one who sends no `Origin`. */
const ASKING: readonly Asking[] = [A, B, REFUSED, undefined];
const ORDERS = ordersOf(ASKING);
/** A few of them, in which everybody comes before and behind everybody else. */
const FEW = [ASKING, ASKING.toReversed(), [REFUSED, A, undefined, B]];

/** What handlers answer who tell whom they answer. */
interface Told {
  readonly origin: string | null;
  readonly language?: string | null;
  readonly serial: number;
}

/** Runs something for each thing at once; what is to be told apart has a path of its own. */
async function forEach<Thing>(
  things: readonly Thing[],
  run: (thing: Thing, at: number) => Promise<void>,
): Promise<void> {
  await Promise.all(things.map(run));
}

/** Whether the second answer was stored when the first was given. */
function expectStored(isStored: 'yes' | 'no', first: Told, second: Told): void {
  if (isStored === 'yes') expect(second).toEqual(first);
  else expect(second.serial).toBeGreaterThan(first.serial);
}

/** Asks in each order, twice, for what is stored; nobody may get what was made for somebody else. */
async function expectOwnAnswers(
  front: Front,
  route: string,
  others?: Parameters<typeof fieldsFor>[1],
): Promise<void> {
  await forEach(ORDERS, async (order, at) => {
    const path = `/${route}/${front.mark}-${at}`;
    const first = new Map<Asking, Told>();
    for (const origin of [...order, ...order]) {
      const response = await ask(front, origin, { path });
      expect([origin, response.status, fieldsOf(response)]).toEqual([origin, 200, fieldsFor(origin, others)]);
      const told = JSON.parse(response.body) as Told;
      expect(told.origin).toBe(origin ?? null);
      const before = first.get(origin);
      if (before === undefined) first.set(origin, told);
      else expectStored(front.behaviour.variants, before, told);
    }
  });
}

/** What a proxy answers by itself that has the response, or `undefined` if it asks the app. */
function ownNotModified({ behaviour }: Front, origin: Asking): 'whole' | 'bare' | undefined {
  switch (behaviour.notModified) {
    case 'whole':
    case 'bare':
      return behaviour.notModified;
    case "the app's":
      return undefined;
    case "the app's to requests with Origin, else bare":
      return origin === undefined ? 'bare' : undefined;
  }
}

/** Makes a proxy store what has a validator, for all who ask. */
async function prime(front: Front, path: string, asking = ASKING): Promise<void> {
  for (const origin of asking) {
    const response = await ask(front, origin, { path });
    expect([response.status, response.body, response.headers.etag]).toEqual([200, `one at ${path}`, ETAG]);
  }
}

/** The wall behind /walled, for those who may be the app itself. */
async function expectWall(front: Front, isOwnKnown: boolean): Promise<void> {
  const path = `/walled/${front.mark}-post`;
  const statuses = new Map<Asking, number>([
    [A, 200],
    [OWN, isOwnKnown ? 200 : 403],
    [REFUSED, 403],
    [undefined, 200],
  ]);
  await forEach(ordersOf([...statuses.keys()]), async (order) => {
    for (const origin of order) {
      const response = await ask(front, origin, { method: 'POST', path, headers: { 'content-length': '0' } });
      expect([origin, response.status, fieldsOf(response)]).toEqual([
        origin,
        statuses.get(origin),
        fieldsFor(origin),
      ]);
    }
  });
}

/** How long it takes until what may be kept for a second is stale, and until what is fetched meanwhile is there, in milliseconds. */
const STALE = 2_100;
const AGAIN = 300;

type Scenario = readonly [name: string, run: (front: Front) => Promise<void>];

/** In front of an app that has `publicOrigins`. */
export const SCENARIOS: readonly Scenario[] = [
  [
    'allowed, refused and absent origins get their own answers, in all orders',
    (front) => expectOwnAnswers(front, 'cached'),
  ],
  [
    'they do with credentials',
    (front) => expectOwnAnswers(front, 'credentials', { acac: 'true', aceh: 'x-total' }),
  ],
  ...Object.entries(VARIES).map(([how, lines]): Scenario => [
    `they do where the app itself varies on ${[lines].flat().join(' and, in a line of its own, on ')}`,
    (front) =>
      forEach(FEW, async (order, at) => {
        const path = `/varies/${how}/${front.mark}-${at}`;
        const vary = `${[lines].flat().join(', ')}, Origin`;
        for (const origin of [...order, ...order]) {
          for (const language of ['de', 'en']) {
            const encoding = (at + (language === 'de' ? 0 : 1)) % 2 === 0 ? 'gzip' : 'identity';
            const headers = { 'accept-language': language, 'accept-encoding': encoding };
            const response = await ask(front, origin, { path, headers });
            expect([origin, response.status, fieldsOf(response)]).toEqual([
              origin,
              200,
              fieldsFor(origin, { vary }),
            ]);
            expect(response.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined);
            const told = JSON.parse(response.headers['x-told'] as string) as Told;
            expect(told.origin).toBe(origin ?? null);
            if (/language/i.test(vary)) expect(told.language).toBe(language);
          }
        }
      }),
  ]),
  [
    "one answer of policy '*' serves all",
    (front) =>
      forEach(FEW, async (order, at) => {
        const serials = new Set<number>();
        for (const origin of [...order, ...order]) {
          const response = await ask(front, origin, { path: `/any/${front.mark}-${at}` });
          expect([response.status, fieldsOf(response)]).toEqual([200, expected({ acao: '*' })]);
          serials.add((JSON.parse(response.body) as Told).serial);
        }
        expect(serials.size).toBe(1);
      }),
  ],
  [
    'a 304 has the fields of whoever asked, where the proxy has nothing yet',
    (front) =>
      forEach(FEW, async (order, at) => {
        const path = `/etag/${front.mark}-cold-${at}`;
        for (const origin of order) {
          const response = await ask(front, origin, { path, headers: { 'if-none-match': ETAG } });
          expect([origin, response.status, fieldsOf(response)]).toEqual([origin, 304, fieldsFor(origin)]);
        }
        // None of them is taken for the whole.
        await prime(front, path);
      }),
  ],
  ...(
    [
      ['If-None-Match', ETAG],
      ['If-Modified-Since', LAST_MODIFIED],
    ] as const
  ).map(([field, value]): Scenario => [
    `a 304 has the fields of whoever asked with ${field}, where the proxy has it all`,
    (front) =>
      forEach(FEW, async (order, at) => {
        const path = `/etag/${front.mark}-${field}-${at}`;
        await prime(front, path);
        const before = front.app.answered(304, path);
        for (const origin of order) {
          const response = await ask(front, origin, { path, headers: { [field]: value } });
          expect([origin, response.status, fieldsOf(response)]).toEqual([
            origin,
            304,
            ownNotModified(front, origin) === 'bare' ? {} : fieldsFor(origin),
          ]);
        }
        const passed = order.filter((origin) => ownNotModified(front, origin) === undefined);
        expect(front.app.answered(304, path) - before).toBe(passed.length);
      }),
  ]),
  [
    "a 304 of policy '*' has its field, or none",
    (front) =>
      forEach(FEW, async (order, at) => {
        const path = `/any-etag/${front.mark}-${at}`;
        await ask(front, order[0], { path });
        for (const origin of order) {
          const response = await ask(front, origin, { path, headers: { 'if-none-match': ETAG } });
          const isBare = ownNotModified(front, origin) === 'bare';
          expect([response.status, fieldsOf(response)]).toEqual([304, isBare ? {} : expected({ acao: '*' })]);
        }
      }),
  ],
  [
    'HEAD has the fields of whoever asks, beside GET',
    (front) =>
      forEach(FEW, async (order, at) => {
        const path = `/cached/${front.mark}-head-${at}`;
        for (const [index, origin] of [...order, ...order].entries()) {
          const method = (index + at) % 2 === 0 ? 'HEAD' : 'GET';
          const response = await ask(front, origin, { method, path });
          expect([method, origin, response.status, fieldsOf(response)]).toEqual([
            method,
            origin,
            200,
            fieldsFor(origin),
          ]);
          if (method === 'HEAD') expect(response.body).toBe('');
          else expect((JSON.parse(response.body) as Told).origin).toBe(origin ?? null);
        }
      }),
  ],
  [
    'every preflight gets through, and none is answered for another one',
    (front) =>
      forEach(ordersOf([A, B, REFUSED]), async (order, at) => {
        const path = `/changed?${front.mark}-${at}`;
        let sent = 0;
        for (const origin of [...order, ...order]) {
          for (const header of ['content-type', 'x-unlisted']) {
            const response = await ask(front, origin, {
              method: 'OPTIONS',
              path,
              headers: preflightHeaders(origin, 'PUT', header),
            });
            sent += 1;
            const isApproved = origin !== REFUSED && header === 'content-type';
            expect([origin, header, response.status, response.body, fieldsOf(response)]).toEqual([
              origin,
              header,
              isApproved ? 204 : 403,
              '',
              expected({
                vary: PREFLIGHT_VARY,
                ...(isApproved && { acao: origin, acam: 'PUT', acah: 'content-type', acma: '600' }),
              }),
            ]);
          }
        }
        expect(front.app.received('OPTIONS', path)).toBe(sent);
      }),
  ],
  [
    'other OPTIONS get through, with what they bring',
    async (front) => {
      const body = '{"a":1}';
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
      const response = await ask(front, A, { method: 'OPTIONS', path: '/options', headers, body });
      expect([response.status, response.body]).toEqual([200, `{"body":${body}}`]);
      expect(fieldsOf(response)).toEqual(fieldsFor(A));
    },
  ],
  [
    'enforce lets the own origin and allowed ones pass, and refuses others',
    (front) => expectWall(front, true),
  ],
  [
    'enforce refuses others also what is stored for those who may have it',
    (front) =>
      forEach(ordersOf([A, OWN, REFUSED, undefined]), async (order, at) => {
        const path = `/walled/${front.mark}-${at}`;
        for (const origin of [...order, ...order]) {
          const response = await ask(front, origin, { path });
          const status = origin === REFUSED ? 403 : 200;
          expect([origin, response.status, fieldsOf(response)]).toEqual([origin, status, fieldsFor(origin)]);
          if (status === 200) expect((JSON.parse(response.body) as Told).origin).toBe(origin ?? null);
        }
      }),
  ],
  [
    'enforce refuses others whatever they say of themselves',
    async (front) => {
      const { host } = new URL(REFUSED);
      for (const headers of [
        { 'sec-fetch-site': 'same-origin' },
        { host },
        { 'x-forwarded-host': host },
        { host, 'x-forwarded-host': host, 'sec-fetch-site': 'same-origin' },
      ]) {
        const path = `/walled/${front.mark}-forged`;
        const request = { method: 'POST', path, headers: { ...headers, 'content-length': '0' } };
        const response = await ask(front, REFUSED, request);
        expect([response.status, fieldsOf(response)]).toEqual([403, fieldsFor(REFUSED)]);
      }
    },
  ],
  [
    'handshakes of WebSockets are refused to others, and those of its own let through where any are',
    async (front) => {
      for (const origin of [OWN, A]) {
        const { status } = await shake(front, origin);
        // What comes without its Upgrade is a GET for what nobody serves.
        expect([origin, status]).toEqual([origin, front.behaviour.webSockets === 'yes' ? 101 : 404]);
      }
      const refused = await shake(front, REFUSED);
      expect(refused.status).toBe(403);
    },
  ],
  [
    'the app sees the hosts that it is known to see',
    async (front) => {
      const headers = { 'x-forwarded-host': 'forged.example.net' };
      const response = await ask(front, undefined, { path: '/seen', headers });
      const seen = JSON.parse(response.body) as Record<string, string>;
      const { host } = new URL(OWN);
      expect(seen['host']).toBe(front.behaviour.host === 'kept' ? host : `127.0.0.1:${front.app.port}`);
      expect(seen['x-forwarded-host']).toBe(
        {
          "the client's own": 'forged.example.net',
          "the client's own, then the outer": `forged.example.net, ${host}`,
          'the outer': host,
          none: undefined,
        }[front.behaviour.forwardedHost],
      );
    },
  ],
  [
    'what says nothing of caching is stored where that is known',
    async (front) => {
      for (const route of ['unsaid', 'unsaid-tagged']) {
        const path = `/${route}/${front.mark}`;
        const told = async (origin: string): Promise<Told> => {
          const response = await ask(front, origin, { path });
          expect([response.status, fieldsOf(response)]).toEqual([200, fieldsFor(origin)]);
          return JSON.parse(response.body) as Told;
        };
        const first = await told(A);
        await told(B);
        const { unsaid } = front.behaviour;
        const isTagged = route === 'unsaid-tagged' ? 'yes' : 'no';
        expectStored(unsaid === 'with an ETag' ? isTagged : unsaid, first, await told(A));
      }
    },
  ],
  [
    'what is stale has the fields of whoever asks once it is revalidated; an origin that was withdrawn is gone where that is known',
    async (front) => {
      const path = `/stale/${front.mark}`;
      const asking = [...ASKING, PARTNER];
      for (const after of [0, STALE, AGAIN]) {
        await sleep(after);
        // One after the other: of those that ask at once for what it has not, nginx keeps one answer.
        for (const origin of asking) {
          const response = await ask(front, origin, { path });
          const isKept = after === 0 || front.behaviour.withdrawn === 'yes';
          expect([after, origin, response.status, fieldsOf(response)]).toEqual([
            after,
            origin,
            200,
            fieldsFor(origin, {}, [A, B, ...(isKept ? [PARTNER] : [])]),
          ]);
          expect(response.body).toBe(`one at ${path}`);
        }
        front.app.withdraw(path);
      }
      const revalidated = front.app.answered(304, path);
      if (front.behaviour.revalidates === 'yes') expect(revalidated).toBeGreaterThanOrEqual(asking.length);
      else expect(revalidated).toBe(0);
    },
  ],
  [
    'what the proxy itself says for an app that hangs up has no field of CORS',
    async (front) => {
      const response = await ask(front, A, { path: '/hang-up' });
      expectFailure(front, response);
    },
  ],
];

/** In front of an app without `publicOrigins`, which trusts the proxy. */
export const SCENARIOS_WITHOUT_PUBLIC_ORIGINS: readonly Scenario[] = [
  [
    'enforce knows the own origin where the host comes through',
    (front) => expectWall(front, front.behaviour.host === 'kept' || seesOuter(front)),
  ],
  [
    'enforce believes a forged X-Forwarded-Host where that comes through',
    async (front) => {
      const headers = { 'x-forwarded-host': new URL(REFUSED).host, 'content-length': '0' };
      const request = { method: 'POST', path: `/walled/${front.mark}-forged`, headers };
      const { status } = await ask(front, REFUSED, request);
      expect(status).toBe(
        {
          "the client's own": 200,
          // Express takes the first, Fastify the last.
          "the client's own, then the outer": front.platform === 'express' ? 200 : 403,
          'the outer': 403,
          none: 403,
        }[front.behaviour.forwardedHost],
      );
    },
  ],
];

function seesOuter({ behaviour }: Front): boolean {
  return /outer/.test(behaviour.forwardedHost);
}

/** What a proxy says by itself. */
export function expectFailure(
  { behaviour }: Pick<Front, 'behaviour'>,
  response: WireResponse,
  acao?: string,
): void {
  expect([502, 503, 504]).toContain(response.status);
  const vary = behaviour.failureVary;
  expect(fieldsOf(response)).toEqual(expected({ ...(acao && { acao }), ...(vary && { vary }) }));
}
