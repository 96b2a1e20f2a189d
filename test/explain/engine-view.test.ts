import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { profileOf } from '../../lib/engines/engine-profile.js';
import {
  ENGINE_NAMES,
  ENGINES,
  QUIRK_NAMES,
  QUIRKS,
  type EngineName,
  type QuirkName,
} from '../../lib/engines/quirks.js';
import { engineView, KNOWABLE_QUIRKS, type AnsweredRequest } from '../../lib/explain/engine-view.js';
import { seed } from '../protocol/seed.js';

const SHOP = 'https://shop.example.com';

const PREFLIGHT: AnsweredRequest = {
  kind: 'preflight',
  method: 'DELETE',
  origin: SHOP,
  allowed: true,
  maxAge: 5,
  credentials: false,
  names: ['x-key'],
  refusedNames: [],
  headers: {},
  target: 'https://api.example.com',
  lets: () => true,
  redirect: undefined,
};

const ACTUAL: AnsweredRequest = { ...PREFLIGHT, kind: 'actual', names: [], headers: { origin: SHOP } };

const JSON_POST: AnsweredRequest = {
  ...ACTUAL,
  method: 'POST',
  headers: { origin: SHOP, 'content-type': 'application/json' },
};

const SEE_OTHER = { status: 303, method: 'GET', losesBody: true, isElsewhere: false, refusing: [] };

/** A request that shows a quirk, what is said of it then, and the same without what shows it. */
interface Shown {
  readonly quirk: QuirkName;
  readonly shown: AnsweredRequest;
  readonly says: string;
  readonly hidden: AnsweredRequest;
  /** Whether the engine accepts what shows the quirk; as the standard does, if unset. */
  readonly accepted?: boolean;
}

const SHOWN: readonly Shown[] = [
  {
    quirk: 'redirects-ask-again',
    shown: { ...PREFLIGHT, method: 'GET', names: [] },
    says: 'preflights the GET after the redirect, though nothing asks for it any more',
    hidden: { ...PREFLIGHT, method: 'GET' },
  },
  {
    quirk: 'redirects-ask-again',
    shown: { ...ACTUAL, redirect: SEE_OTHER },
    says: 'preflights the GET after the 303, though nothing asks for it any more',
    hidden: { ...ACTUAL, method: 'POST', redirect: SEE_OTHER },
  },
  {
    quirk: 'lost-body-headers-still-named',
    shown: { ...PREFLIGHT, method: 'GET', names: ['content-type'] },
    says: 'names content-type in the preflight of the GET after the redirect',
    hidden: { ...PREFLIGHT, method: 'POST', names: ['content-type'] },
  },
  {
    quirk: 'lost-body-headers-still-named',
    shown: { ...JSON_POST, redirect: SEE_OTHER },
    says: 'names content-type in the preflight of the GET after the 303',
    hidden: {
      ...JSON_POST,
      headers: { origin: SHOP, 'content-type': 'text/plain; charset=utf-8' },
      redirect: SEE_OTHER,
    },
  },
  {
    quirk: 'lost-body-headers-still-named',
    shown: { ...JSON_POST, redirect: { ...SEE_OTHER, refusing: ['Orders#one'] } },
    says: 'names content-type in the preflight of the GET after the 303, which Orders#one does not allow',
    hidden: { ...JSON_POST, headers: { 'content-type': 'application/json' }, redirect: SEE_OTHER },
    accepted: false,
  },
  {
    quirk: 'lost-authorization-still-named',
    shown: { ...PREFLIGHT, method: 'GET', origin: 'null', names: ['authorization'] },
    says: 'names authorization in the preflight of the GET after the redirect, though it sends none',
    hidden: { ...PREFLIGHT, method: 'GET', names: ['authorization'] },
  },
  {
    quirk: 'preflight-shows-tainted-origin',
    shown: { ...PREFLIGHT, origin: 'null' },
    says: "sends the preflight after a redirect between other origins with Origin: the page's, and the request after it with null",
    hidden: PREFLIGHT,
  },
  {
    quirk: 'preflight-shows-tainted-origin',
    shown: {
      ...ACTUAL,
      method: 'PUT',
      redirect: { ...SEE_OTHER, status: 307, method: 'PUT', isElsewhere: true },
    },
    says: `sends the preflight after a redirect between other origins with Origin: ${SHOP}, and the request after it with null`,
    hidden: { ...ACTUAL, method: 'PUT', redirect: { ...SEE_OTHER, isElsewhere: true } },
  },
  {
    quirk: 'credentialed-preflights-apart',
    shown: { ...PREFLIGHT, credentials: true },
    says: 'does not let an answer that was given with credentials serve a request without',
    hidden: { ...PREFLIGHT, credentials: true, allowed: false },
  },
  {
    quirk: 'preflights-kept-after-failure',
    shown: { ...ACTUAL, allowed: false },
    says: 'keeps what a preflight has allowed though the request after it has failed',
    hidden: { ...ACTUAL, allowed: false, method: 'POST' },
  },
  {
    quirk: 'user-agent-kept-from-script',
    shown: { ...PREFLIGHT, names: ['user-agent'], allowed: false, refusedNames: ['user-agent'] },
    says: 'ignores a User-Agent that script sets',
    hidden: { ...PREFLIGHT, names: ['x-agent'] },
    accepted: true,
  },
  {
    quirk: 'user-agent-kept-from-script',
    shown: {
      ...PREFLIGHT,
      names: ['user-agent', 'x-key'],
      allowed: false,
      refusedNames: ['user-agent', 'x-key'],
    },
    says: 'ignores a User-Agent that script sets',
    hidden: ACTUAL,
    accepted: false,
  },
  {
    quirk: 'client-hints-safelisted',
    shown: { ...PREFLIGHT, names: ['dpr', 'x-key'], allowed: false, refusedNames: ['dpr'] },
    says: 'does not ask for the client hint dpr',
    hidden: { ...PREFLIGHT, names: ['x-dpr'] },
    accepted: true,
  },
  {
    quirk: 'referrer-policy-leaves-origin',
    shown: {
      ...ACTUAL,
      method: 'POST',
      origin: 'null',
      headers: { origin: 'null', 'sec-fetch-mode': 'no-cors' },
    },
    says: "sends Origin: the page's of a fetch() whose referrer policy is no-referrer",
    hidden: {
      ...ACTUAL,
      method: 'POST',
      origin: 'null',
      headers: { origin: 'null', 'sec-fetch-mode': 'cors' },
    },
  },
  {
    quirk: 'bytes-beyond-ascii-unsafe',
    shown: { ...ACTUAL, headers: { origin: SHOP, accept: '\u00C3\u00A9' } },
    says: 'asks for accept with a byte beyond ASCII',
    hidden: { ...ACTUAL, headers: { origin: SHOP, accept: 'e' } },
  },
  {
    quirk: 'bytes-beyond-ascii-unsafe',
    shown: {
      ...ACTUAL,
      headers: { origin: SHOP, accept: '\u00C3\u00A9' },
      lets: (name) => name !== 'accept',
    },
    says: 'asks for accept with a byte beyond ASCII, which the policy does not allow',
    hidden: { ...ACTUAL, headers: { 'x-a': '\u00C3\u00A9' } },
    accepted: false,
  },
  {
    quirk: 'localhost-is-mixed-content',
    shown: { ...ACTUAL, target: 'http://localhost:3000' },
    says: 'sends nothing from a page on https to http://localhost:3000: mixed content',
    hidden: { ...ACTUAL, target: 'http://localhost:3000', origin: 'http://shop.example.com' },
    accepted: false,
  },
  {
    quirk: 'local-network-needs-permission',
    shown: { ...ACTUAL, target: 'http://192.168.0.2:8080' },
    says: 'sends nothing from a public page to http://192.168.0.2:8080 before the user has permitted it',
    hidden: { ...ACTUAL, origin: 'http://10.0.0.7', target: 'http://192.168.0.2:8080' },
  },
  {
    quirk: 'permitted-local-network-is-no-mixed-content',
    shown: { ...ACTUAL, target: 'http://192.168.0.2' },
    says: 'calls http://192.168.0.2 from a page on https, once the user has permitted the local network',
    hidden: { ...ACTUAL, target: 'http://127.0.0.1' },
  },
  {
    quirk: 'streams-need-http2',
    shown: {
      ...ACTUAL,
      method: 'POST',
      target: 'http://api.example.com',
      headers: { origin: SHOP, 'transfer-encoding': 'chunked' },
    },
    says: 'streams a body over HTTP/2 only, which there is none of on plain http, and fails after the preflight',
    hidden: { ...ACTUAL, method: 'POST', headers: { origin: SHOP, 'transfer-encoding': 'chunked' } },
    accepted: false,
  },
  {
    quirk: 'streams-become-text',
    shown: { ...ACTUAL, method: 'POST', headers: { origin: SHOP, 'transfer-encoding': 'gzip, Chunked' } },
    says: 'sends the text [object ReadableStream] for a stream',
    hidden: { ...ACTUAL, method: 'POST', origin: undefined, headers: { 'transfer-encoding': 'chunked' } },
  },
  {
    quirk: 'streams-throw',
    shown: { ...ACTUAL, method: 'POST', headers: { origin: SHOP, 'transfer-encoding': 'chunked' } },
    says: 'takes no stream as body: fetch() throws',
    hidden: { ...PREFLIGHT, headers: { origin: SHOP, 'transfer-encoding': 'chunked' } },
    accepted: false,
  },
  {
    quirk: 'file-access-shows-origin',
    shown: { ...ACTUAL, origin: 'file://' },
    says: 'gives a page in a file the origin file://, where it was started with access to files',
    hidden: { ...ACTUAL, origin: 'null' },
  },
  {
    quirk: 'extensions-skip-cors',
    shown: { ...ACTUAL, origin: 'chrome-extension://abc' },
    says: 'lets an extension with a host permission read without CORS, with Origin: chrome-extension://abc where it writes',
    hidden: { ...ACTUAL, origin: 'moz-extension://abc' },
  },
  {
    quirk: 'addresses-asked-three-times',
    shown: { ...PREFLIGHT, target: 'http://[2001:db8::1]:3000' },
    says: 'asks before each of the first three requests to an IP address, then keeps the answer',
    hidden: { ...PREFLIGHT, target: undefined },
  },
];

/** Why one request and the answer of a policy cannot show a quirk. */
const HIDDEN: Partial<Record<QuirkName, string>> = {
  'second-redirect-wants-credentials': 'a server sees one hop of several',
  'star-covers-authorization': 'no policy answers with *',
  'malformed-max-age-not-kept': 'no policy answers so',
  'negative-max-age-not-kept': 'no policy answers so',
  'star-not-kept': 'no policy answers with *',
  'lone-cr-ends-line': 'no policy answers so',
  'lines-measured-together': 'browsers join the lines of a header on the wire',
  'values-together-unmeasured': 'browsers join the lines of a header on the wire',
  'preflight-tells-mode-over-http': 'whether a proxy in front speaks TLS is not known',
  'credentials-in-subresource-urls-fail': 'the page that asks is of the same origin',
};

const said = (engine: EngineName, request: AnsweredRequest, quirk: QuirkName): string | undefined =>
  engineView(engine, request).quirks.find(({ name }) => name === quirk)?.message;

describe('engineView()', () => {
  it('knows each quirk, or says why one request cannot show it', () => {
    expect([...KNOWABLE_QUIRKS, ...Object.keys(HIDDEN)].toSorted()).toEqual(QUIRK_NAMES.toSorted());
    expect(new Set(SHOWN.map(({ quirk }) => quirk))).toEqual(new Set(KNOWABLE_QUIRKS));
  });

  it.each(SHOWN.map((one) => [`${one.quirk}: ${one.says}`, one] as const))(
    '%s',
    (_, { quirk, shown, says, hidden, accepted }) => {
      for (const engine of ENGINE_NAMES) {
        const has = (QUIRKS[quirk].engines as readonly string[]).includes(engine);
        expect([engine, said(engine, shown, quirk)]).toEqual([engine, has ? says : undefined]);
        expect([engine, said(engine, hidden, quirk)]).toEqual([engine, undefined]);
        if (!has) continue;
        const view = engineView(engine, shown);
        expect([engine, view.accepted]).toEqual([engine, accepted ?? shown.allowed]);
        expect(view.message).toContain(` It ${says}.`);
        expect(view.quirks.find(({ name }) => name === quirk)).toEqual({
          name: quirk,
          message: says,
          standard: QUIRKS[quirk].standard,
          source: QUIRKS[quirk].source,
        });
      }
      expect(engineView('standard', shown)).toMatchObject({ accepted: shown.allowed, quirks: [] });
    },
  );

  it.each([
    ['webkit', 3600, 600, 'WebKit: the DELETE is sent, and the approval kept for 600 of 3600 seconds.'],
    ['webkit', 600, 600, 'WebKit: the DELETE is sent, and the approval kept for 600 seconds.'],
    [
      'chromium',
      86_400,
      7200,
      'Chromium: the DELETE is sent, and the approval kept for 7200 of 86400 seconds.',
    ],
    ['firefox', 86_400, 86_400, 'Firefox: the DELETE is sent, and the approval kept for 86400 seconds.'],
    ['standard', 5, 5, 'The standard: the DELETE is sent, and the approval kept for 5 seconds.'],
    ['standard', 0, 0, 'The standard: the DELETE is sent, and the approval kept for 0 seconds.'],
  ] as const)('%s keeps what may be kept for %s seconds for %s', (engine, maxAge, keptFor, message) => {
    expect(engineView(engine, { ...PREFLIGHT, maxAge })).toEqual({
      name: engine,
      version: ENGINES[engine].version,
      accepted: true,
      keptFor,
      quirks: [],
      message,
    });
  });

  it('says that it asks where it does not say what it names', () => {
    const request = { ...JSON_POST, redirect: SEE_OTHER };
    expect(engineView('firefox', request).quirks.map(({ name }) => name)).toEqual(['redirects-ask-again']);
    expect(engineView('webkit', request).quirks.map(({ name }) => name)).toEqual([
      'lost-body-headers-still-named',
    ]);
  });

  it('says what does not come about', () => {
    expect(engineView('webkit', { ...PREFLIGHT, allowed: false })).toMatchObject({
      accepted: false,
      keptFor: undefined,
      message: 'WebKit: the DELETE is not sent.',
    });
    expect(engineView('firefox', ACTUAL).message).toBe('Firefox: script gets the response.');
    expect(engineView('firefox', { ...ACTUAL, allowed: false }).message).toBe(
      'Firefox: script does not get the response.',
    );
  });

  it.each(['safari', '', 'Chromium', undefined, null, {}])(
    'refuses an engine %j, and lists those that there are',
    (engine) => {
      expect(() => engineView(engine as EngineName, ACTUAL)).toThrow(
        /^engine: .* is none of standard, chromium, firefox, webkit\./,
      );
    },
  );

  const anyRequest: fc.Arbitrary<AnsweredRequest> = fc
    .record({
      kind: fc.constantFrom('preflight' as const, 'actual' as const),
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE'),
      origin: fc.constantFrom(
        undefined,
        'null',
        'file://',
        SHOP,
        'http://localhost:8080',
        'chrome-extension://abc',
        ' ',
      ),
      allowed: fc.boolean(),
      maxAge: fc.nat(86_400),
      credentials: fc.boolean(),
      names: fc.subarray(['authorization', 'content-type', 'dpr', 'user-agent', 'x-key']),
      headers: fc.dictionary(
        fc.constantFrom('origin', 'accept', 'content-type', 'transfer-encoding', 'sec-fetch-mode'),
        fc.constantFrom('chunked', 'application/json', 'text/plain', 'no-cors', '\u00E9', SHOP),
      ),
      target: fc.constantFrom(
        undefined,
        'http://localhost',
        'http://10.0.0.1',
        'http://[::1]:1',
        'https://api.example.com',
      ),
      lets: fc.constantFrom(
        () => true,
        () => false,
      ),
      redirect: fc.option(
        fc.record({
          status: fc.constantFrom(302, 303, 307),
          method: fc.constantFrom('GET', 'PUT'),
          losesBody: fc.boolean(),
          isElsewhere: fc.boolean(),
          refusing: fc.constantFrom([], ['Orders#one']),
        }),
        { nil: undefined },
      ),
    })
    .map((request) => ({ ...request, refusedNames: request.allowed ? [] : request.names }));

  it(`departs from the standard only by quirks that the engine has (seed ${seed})`, () => {
    fc.assert(
      fc.property(anyRequest, fc.constantFrom(...ENGINE_NAMES), (request, engine) => {
        const { accepted, keptFor, quirks } = engineView(engine, request);
        const standard = engineView('standard', request);
        const profile = profileOf(engine);
        expect(quirks.filter(({ name }) => !profile.has(name))).toEqual([]);
        expect(standard).toMatchObject({ accepted: request.allowed, quirks: [] });
        if (quirks.length === 0) expect(accepted).toBe(request.allowed);
        expect(keptFor === undefined).toBe(!(request.kind === 'preflight' && request.allowed && accepted));
        if (keptFor !== undefined) expect(keptFor).toBe(Math.min(request.maxAge, profile.maxPreflightAge));
      }),
      { seed, numRuns: 1000 },
    );
  });
});
