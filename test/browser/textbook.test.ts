import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { buildSamples, type SampleBuild } from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';
import { readDepartures, untilRun } from './textbook-lesson.js';
import { corsFields, lineOf, readWitnessed, startStage, type Stage } from './textbook-stage.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

declare const axe: { run(): Promise<AxeResults> };

const FAILED = 'TypeError: Failed to fetch';

/** Why the browser decides as it does, in the words of the pages. */
const NOTHING_NAMED = 'There is no Access-Control-Allow-Origin.';
const HIDDEN = `${NOTHING_NAMED} So the CORS check fails.`;
const NAMED = 'Access-Control-Allow-Origin is the origin that was sent.';
const ANY = 'Access-Control-Allow-Origin is *: any origin, without credentials.';
const NAMED_WITH_CREDENTIALS =
  'Access-Control-Allow-Origin is the origin that was sent, and Access-Control-Allow-Credentials is true.';
const ANY_WITH_CREDENTIALS =
  'The credentials mode is include, for which * does not do. So the CORS check fails.';
const EMBEDDED = 'The mode is no-cors: no CORS check. The page may use the response, but not read it.';
const approved = (method: string): string =>
  `Origin, method and request headers are all allowed. So the ${method} is sent.`;
const refused = (method: string): string => `${NOTHING_NAMED} So the ${method} is not sent.`;

describe('the lessons of sample/02-textbook in Chromium', () => {
  const own = startedBySuite();
  let build: SampleBuild;
  let browser: TestBrowser;
  let here: Stage;
  /** The one in which `foo` and `bar` have their true names. */
  let classic: Stage;
  let api: string;
  let shop: string;
  let other: string;
  const opened = new Map<string, Promise<Page>>();

  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
    [here, classic] = await Promise.all([
      own(startStage(build), (stage) => stage.close()),
      own(startStage(build, { FOO_ORIGIN: 'http://foo.example', BAR_ORIGIN: 'http://bar.other' }), (stage) =>
        stage.close(),
      ),
    ]);
    const ports = {
      [`*:${here.port}`]: here.witness.port,
      [`*:${classic.port}`]: classic.witness.port,
      'foo.example:80': classic.pagesPort,
      'bar.other:80': classic.witness.port,
    };
    browser = await own(startBrowser({ ports }), (started) => started.close());
    api = `http://api.shop.localhost:${here.port}`;
    shop = `http://shop.localhost:${here.pagesPort}`;
    other = `http://other.localhost:${here.pagesPort}`;
  });

  /** A lesson's page, once all its exercises have run. */
  function lesson(title: string, { sample } = here): Promise<Page> {
    const url = String(sample.urls[title]);
    const page = opened.get(url) ?? openLesson(url);
    opened.set(url, page);
    return page;
  }

  async function openLesson(url: string): Promise<Page> {
    const page = await browser.open(url);
    await untilRun(page);
    return page;
  }

  it('1: compare URLs with the page’s, and fetch each', async () => {
    const page = await lesson('1. The same-origin policy');
    const rows = await page.locator('#comparison tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\t').map((cell) => cell.trim()))).toEqual([
      ['Same path', `${shop}/same-origin.html`, 'none', 'Same', 'Readable', 'GET → 200'],
      ['Other path', `${shop}/index.html`, 'none', 'Same', 'Readable', 'GET → 200'],
      [
        'Other scheme',
        `${shop.replace('http:', 'https:')}/same-origin.html`,
        'scheme',
        'Another',
        'Failed',
        'No request',
      ],
      [
        'Other port',
        `http://shop.localhost:${here.port}/embeds/greeting`,
        'port',
        'Another',
        'Failed',
        'GET → 200',
      ],
      ['Other host', `${other}/same-origin.html`, 'host', 'Another', 'Failed', 'GET → 200'],
    ]);
  });

  it('1: a script reads nothing of another origin without opt-in, though the server has answered', async () => {
    const page = await lesson('1. The same-origin policy');
    const { seen, ...exercise } = await readWitnessed(page, 'without-opt-in', here);
    expect(exercise).toMatchObject({
      from: shop,
      script: FAILED,
      exchanges: [
        { decision: 'Hidden', why: HIDDEN, handler: 'On the server, SameOriginController#greeting ran.' },
      ],
    });
    expect(seen.map(corsFields)).toEqual([{}]);
    expect(await readWitnessed(page, 'no-cors', here)).toMatchObject({
      script: '{"type":"opaque","status":0,"body":""}',
      exchanges: [{ decision: 'Opaque' }],
    });
  });

  it('1: an image, a style sheet and a script of another origin load, and cannot be read', async () => {
    const page = await lesson('1. The same-origin policy');
    const { seen, ...exercise } = await readWitnessed(page, 'embedded', here);
    expect(exercise.script).toBe('<img> has loaded\n<link> has loaded\n<script> has loaded');
    expect(exercise.exchanges.map(({ decision, why }) => ({ decision, why }))).toEqual(
      Array.from({ length: 3 }, () => ({ decision: 'Embedded', why: EMBEDDED })),
    );
    expect(new Set(seen.map(({ url }) => url.split('?')[0]))).toEqual(
      new Set(['/embeds/picture.svg', '/embeds/script.js', '/embeds/style.css']),
    );
    for (const exchange of seen) {
      expect(exchange.sent.origin).toBeUndefined();
      expect(corsFields(exchange)).toEqual({});
    }

    const embedded = page.locator('#embedded .embedded');
    expect(await embedded.innerText()).toBe('Written by a script of the API');
    expect(await page.evaluate("getComputedStyle(document.querySelector('#embedded .embedded')).color")).toBe(
      'rgb(59, 111, 212)',
    );
    expect(await page.evaluate("document.querySelector('#embedded img').naturalWidth")).toBe(96);

    expect(await readWitnessed(page, 'canvas', here)).toMatchObject({
      outcome: 'An error',
      script: expect.stringMatching(/^SecurityError: .*tainted by cross-origin data/),
      exchanges: [],
    });
  });

  it('2: any site reads a public API, and the headers that it exposes', async () => {
    const page = await lesson('2. A public API');
    for (const [id, origin] of [
      ['repository', shop],
      ['repository-from-other', other],
    ] as const) {
      const { seen, ...exercise } = await readWitnessed(page, id, here);
      expect(exercise).toMatchObject({
        from: origin,
        outcome: 'A result',
        exchanges: [{ decision: 'Readable', why: ANY }],
      });
      expect(JSON.parse(exercise.script)).toEqual({
        headers: ['content-length', 'content-type', 'x-ratelimit-remaining'],
        body: { full_name: 'nestjs/nest', private: false },
      });
      expect(seen).toEqual([expect.objectContaining({ sent: expect.objectContaining({ origin }) })]);
      expect(seen[0]?.answered).toHaveProperty('x-served-by');
      expect(seen.map(corsFields)).toEqual([
        { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'x-ratelimit-remaining' },
      ]);
    }
  });

  it('2: a web font loads with the opt-in, and not without', async () => {
    const page = await lesson('2. A public API');
    expect(await readWitnessed(page, 'font', here)).toMatchObject({
      script: 'loaded',
      exchanges: [{ decision: 'Readable', why: ANY }],
    });
    // In this font, every letter is as wide as the font is high.
    const [width, height] = await page.evaluate<[number, number]>(`(() => {
      const text = document.querySelector('#font .stage p');
      const range = document.createRange();
      range.selectNodeContents(text);
      return [range.getBoundingClientRect().width, parseFloat(getComputedStyle(text).fontSize)];
    })()`);
    expect(width).toBeCloseTo('CORS'.length * height, 0);

    expect(await readWitnessed(page, 'font-without-opt-in', here)).toMatchObject({
      outcome: 'An error',
      script: 'NetworkError: A network error occurred.',
      exchanges: [
        { decision: 'Hidden', why: HIDDEN, handler: 'On the server, SameOriginController#font ran.' },
      ],
    });
  });

  it('2: who has a capability URL reads what is behind it, and who guesses gets a 404', async () => {
    const page = await lesson('2. A public API');
    const made = await readWitnessed(page, 'made', here);
    const { path } = JSON.parse(made.script) as { path: string };
    expect(path).toMatch(/^\/shares\/[\w-]{43}$/);
    const again = await openLesson(String(here.sample.urls['2. A public API']));
    expect((await readWitnessed(again, 'made', here)).script).not.toBe(made.script);

    expect(await readWitnessed(page, 'capability', here)).toMatchObject({
      from: other,
      script: '{"title":"Minutes of the meeting"}',
      seen: [{ url: expect.stringContaining(path), sent: { origin: other } }],
      exchanges: [{ decision: 'Readable', why: ANY }],
    });
    const guess = await readWitnessed(page, 'guess', here);
    expect(guess).toMatchObject({ from: other, outcome: 'A result', seen: [{ status: 404 }] });
    expect(JSON.parse(guess.script)).toMatchObject({ status: 404 });
  });

  it('3: the admitted origin is sent and comes back', async () => {
    const page = await lesson('3. One origin is admitted');
    const { seen, ...exercise } = await readWitnessed(page, 'admitted', here);
    expect(exercise).toMatchObject({
      from: shop,
      script: '[{"id":7,"item":"A pair of shoes"}]',
      exchanges: [
        {
          sent: expect.arrayContaining([`origin: ${shop}`]),
          answered: expect.arrayContaining([`access-control-allow-origin: ${shop}`, 'vary: Origin']),
          decision: 'Readable',
          why: NAMED,
        },
      ],
    });
    expect(seen.map(corsFields)).toEqual([{ 'access-control-allow-origin': shop, vary: 'Origin' }]);
  });

  it('3: a script of another origin learns nothing, and the server’s page says why', async () => {
    const page = await lesson('3. One origin is admitted');
    const { seen, ...exercise } = await readWitnessed(page, 'refused', here);
    expect(exercise).toMatchObject({
      from: other,
      script: FAILED,
      exchanges: [
        { decision: 'Hidden', why: HIDDEN, handler: 'On the server, OneOriginController#list ran.' },
      ],
    });
    expect(seen).toMatchObject([{ status: 200, sent: { origin: other } }]);
    expect(seen.map(corsFields)).toEqual([{ vary: 'Origin' }]);

    const says = await serverPage(page, 'refused');
    expect(says).toContain(`${other} may not read GET /orders`);
    expect(says).toContain(shop);
    expect(says).toContain('origin-not-allowed');
    expect(await serverPage(page, 'admitted')).toContain(`${shop} may read GET /orders`);

    // It can be looked at, and that is all: no script of another origin reads it, in a frame or otherwise.
    expect(await page.evaluate("document.querySelector('#refused iframe').contentDocument")).toBeNull();
    const url = `${api}/why/${exercise.call}`;
    expect(await page.evaluate(`fetch('${url}').then(String, String)`)).toBe(FAILED);
  });

  it('4: no preflight for a GET, and one with its actual request for a PUT', async () => {
    const page = await lesson('4. The preflight');
    expect(await readWitnessed(page, 'simple', here)).toMatchObject({
      exchanges: [{ sent: expect.arrayContaining(['GET /items/1']), decision: 'Readable' }],
    });

    const { seen, ...exercise } = await readWitnessed(page, 'approved', here);
    expect(exercise).toMatchObject({
      script: '{"id":"1","title":"Boots","token":"a-token"}',
      exchanges: [
        {
          sent: expect.arrayContaining([
            'OPTIONS /items/1',
            'access-control-request-method: PUT',
            'access-control-request-headers: content-type,x-csrf-token',
          ]),
          decision: 'Approved',
          why: approved('PUT'),
          handler: 'On the server, no handler ran.',
        },
        {
          sent: expect.arrayContaining(['PUT /items/1', 'x-csrf-token: a-token']),
          decision: 'Readable',
          why: NAMED,
          handler: 'On the server, PreflightController#change ran.',
        },
      ],
    });
    expect(seen.map(corsFields)).toEqual([
      {
        'access-control-allow-origin': shop,
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'content-type,x-csrf-token',
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
      },
      { 'access-control-allow-origin': shop, vary: 'Origin' },
    ]);
  });

  it('4: an approval is remembered', async () => {
    const page = await lesson('4. The preflight');
    const { seen, script } = await readWitnessed(page, 'remembered', here);
    expect(script).toBe('200');
    expect(seen.map(lineOf)).toEqual(['OPTIONS /items/2 → 204', 'PUT /items/2 → 200', 'PUT /items/2 → 200']);
  });

  it.each([
    { id: 'refused-method', method: 'DELETE', by: 'shop', says: 'PreflightController#remove' },
    { id: 'refused-header', method: 'PUT', by: 'shop', says: 'request header x-debug' },
    { id: 'refused-origin', method: 'PUT', by: 'other', says: 'does not allow the origin' },
  ] as const)('4: a refused preflight, and no actual request: $id', async ({ id, method, by, says }) => {
    const page = await lesson('4. The preflight');
    const { seen, ...exercise } = await readWitnessed(page, id, here);
    const origin = by === 'shop' ? shop : other;
    expect(exercise).toMatchObject({
      from: origin,
      script: FAILED,
      exchanges: [
        {
          sent: expect.arrayContaining(['OPTIONS /items/1', `access-control-request-method: ${method}`]),
          answered: expect.arrayContaining(['→ 403']),
          decision: 'Not sent',
          why: refused(method),
          handler: 'On the server, no handler ran.',
        },
      ],
    });
    expect(seen).toMatchObject([{ method: 'OPTIONS', status: 403, sent: { origin } }]);
    expect(await serverPage(page, id)).toContain(says);
    expect(await serverPage(page, id)).toContain(`${origin} may not send ${method} /items/1`);
  });

  it('5: cookies go only if both script and server say so, and never with *', async () => {
    const page = await lesson('5. Credentials');
    expect(await readWitnessed(page, 'log-in', here)).toMatchObject({
      script: '{"session":"begun"}',
      seen: [{ answered: { 'set-cookie': [expect.stringMatching(/^session=/)] } }],
    });

    const without = await readWitnessed(page, 'without-cookie', here);
    expect(without).toMatchObject({ script: '{"name":"nobody"}', exchanges: [{ why: NAMED }] });
    expect(without.seen[0]?.sent.cookie).toBeUndefined();

    const withCookie = await readWitnessed(page, 'with-cookie', here);
    expect(withCookie).toMatchObject({
      script: '{"name":"Ann"}',
      exchanges: [{ decision: 'Readable', why: NAMED_WITH_CREDENTIALS }],
      seen: [{ sent: { cookie: expect.stringMatching(/^session=/) } }],
    });
    expect(withCookie.seen.map(corsFields)).toEqual([
      { 'access-control-allow-origin': shop, 'access-control-allow-credentials': 'true', vary: 'Origin' },
    ]);

    const withAny = await readWitnessed(page, 'with-cookie-and-any', here);
    expect(withAny).toMatchObject({
      script: FAILED,
      exchanges: [{ decision: 'Hidden', why: ANY_WITH_CREDENTIALS }],
      seen: [{ status: 200, sent: { cookie: expect.stringMatching(/^session=/) } }],
    });
    expect(withAny.seen.map(corsFields)).toEqual([{ 'access-control-allow-origin': '*' }]);
  });

  it('5: a preflight without Access-Control-Allow-Credentials keeps the cookies at home', async () => {
    const page = await lesson('5. Credentials');
    const { seen, ...exercise } = await readWitnessed(page, 'credentials-not-approved', here);
    expect(exercise).toMatchObject({
      script: FAILED,
      exchanges: [
        {
          decision: 'Not sent',
          why: 'The credentials mode is include, and there is no Access-Control-Allow-Credentials: true. So the PUT is not sent.',
        },
      ],
    });
    expect(seen.map(lineOf)).toEqual(['OPTIONS /account/newsletter → 204']);
    expect(seen[0]?.sent.cookie).toBeUndefined();
  });

  it('5: HTTP authentication goes only if both script and server say so, and never with *', async () => {
    const page = await lesson('5. Credentials');
    expect(await readWitnessed(page, 'password', here)).toMatchObject({
      script: '{"login":200}',
      seen: [{ status: 200 }, { status: 401 }, { status: 200, sent: { authorization: expect.any(String) } }],
    });

    const without = await readWitnessed(page, 'without-password', here);
    expect(without).toMatchObject({ outcome: 'A result', seen: [{ status: 401 }] });
    expect(without.seen[0]?.sent.authorization).toBeUndefined();

    const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    expect(await readWitnessed(page, 'with-password', here)).toMatchObject({
      script: '{"balance":42}',
      exchanges: [{ decision: 'Readable', why: NAMED_WITH_CREDENTIALS }],
      seen: [{ method: 'GET', status: 200, sent: { authorization } }],
    });
    expect(await readWitnessed(page, 'with-password-and-any', here)).toMatchObject({
      script: FAILED,
      exchanges: [{ decision: 'Hidden', why: ANY_WITH_CREDENTIALS }],
      seen: [{ method: 'GET', status: 200, sent: { authorization } }],
    });
  });

  it('6: without enforce the handler runs, and with it, it does not', async () => {
    const page = await lesson('6. A server that refuses');
    const lenient = await readWitnessed(page, 'lenient', here);
    expect(lenient).toMatchObject({
      from: other,
      script: FAILED,
      exchanges: [
        { decision: 'Hidden', why: HIDDEN, handler: 'On the server, EnforceController#lenient ran.' },
      ],
      seen: [{ method: 'POST', status: 201, sent: { origin: other } }],
    });
    expect(await counterOf(page, 'lenient')).toEqual([0, 1]);
    expect(await serverPage(page, 'lenient')).toContain('enforce-off');

    const strict = await readWitnessed(page, 'strict', here);
    expect(strict).toMatchObject({
      from: other,
      script: FAILED,
      exchanges: [{ decision: 'Hidden', why: HIDDEN, handler: 'On the server, no handler ran.' }],
      seen: [{ method: 'POST', status: 403, sent: { origin: other } }],
    });
    expect(strict.seen.map(corsFields)).toEqual([{ vary: 'Origin' }]);
    expect(await counterOf(page, 'strict')).toEqual([0, 0]);
    expect(await serverPage(page, 'strict')).toContain('enforce-refused');

    expect(await readWitnessed(page, 'strict-allowed', here)).toMatchObject({
      from: shop,
      script: '{"transferred":1}',
      exchanges: [
        { decision: 'Readable', why: NAMED, handler: 'On the server, EnforceController#strict ran.' },
      ],
    });
    expect(await counterOf(page, 'strict-allowed')).toEqual([0, 1]);
  });

  it('8: what this browser made of ten exchanges, beside the standard', async () => {
    const page = await lesson('8. Where engines differ');
    const shown = await readDepartures(page);
    expect(Object.keys(shown)).toHaveLength(10);
    for (const [id, { call, here: lines, standard, bold, result, like, known }] of Object.entries(shown)) {
      // What the page says of this browser is what the witness saw of it, but for the first hop of one, which is the pages' server's.
      const seen = here.witness.exchangesOf(call).map(({ method, status }) => `${method} ${status}`);
      const atApi = lines.slice(0, -1).filter((line) => !line.startsWith('GET shop.localhost '));
      expect(atApi.map((line) => line.replace(/ .* → /, ' '))).toEqual(seen);
      expect([id, lines.at(-1)]).toEqual([id, expect.stringMatching(/^script: (?:200|201|an error)/)]);

      const isKnown = known.includes('chromium');
      expect([id, result]).toEqual([id, isKnown ? 'Different' : 'Equal']);
      expect([id, like]).toEqual([id, isKnown ? expect.stringContaining('As Chromium') : '']);
      expect([id, lines.join('\n') === standard.join('\n')]).toEqual([id, !isKnown]);
      expect([id, bold.length > 0]).toEqual([id, isKnown]);
    }
    expect(await page.locator('#summary').innerText()).toBe(
      'Your browser departs from the standard in 4 of 10, and does in all what Chromium is known to do.',
    );
  });

  it('8: the differences of Chromium, line by line', async () => {
    const shown = await readDepartures(await lesson('8. Where engines differ'));
    expect(Object.fromEntries(Object.entries(shown).map(([id, { bold }]) => [id, bold]))).toMatchObject({
      'any-header': ['script: an error', 'GET /by-hand/any-header → 200', 'script: 200'],
      'kept-after-failure': ['OPTIONS /by-hand/second-fails for PUT → 204'],
      'user-agent': ['OPTIONS /engines/agent for GET, user-agent → 204'],
      stream: ['POST /engines/upload → 201', 'script: 201', 'script: an error'],
    });
    expect(shown['any-header']?.like).toBe('As Chromium, Firefox and WebKit');
    expect(shown['kept-after-failure']?.like).toBe('As Chromium and WebKit');
    expect(shown['user-agent']?.like).toBe('As Chromium');
    expect(shown['preflight-origin']?.here).toEqual([
      'OPTIONS /engines/moved for PUT → 204',
      'PUT /engines/moved → 307',
      'OPTIONS partner.localhost /engines/data for PUT, Origin: null → 204',
      'PUT partner.localhost /engines/data, Origin: null → 200',
      'script: 200',
    ]);
    expect(shown['two-redirects']?.here[0]).toBe('GET shop.localhost /away, no Origin → 302');
  });

  it('8: runs all of it again when it is told to, from the keyboard too, and shows the code', async () => {
    const page = await lesson('8. Where engines differ');
    const before = await readDepartures(page);
    await page.locator('#again').focus();
    await page.keyboard.press('Enter');
    await page.locator('#stream:not([data-call="' + (before['stream']?.call ?? '') + '"])').waitFor();
    await untilRun(page);
    const after = await readDepartures(page);
    const withoutCalls = (shown: typeof before) =>
      Object.values(shown).map(({ call: _call, ...others }) => others);
    expect(withoutCalls(after)).toEqual(withoutCalls(before));
    expect(Object.values(after).every(({ call }, at) => call !== Object.values(before)[at]?.call)).toBe(true);

    await page.locator('#user-agent summary').focus();
    await page.keyboard.press('Enter');
    const code = await page.locator('#user-agent details pre').innerText();
    expect(code).toContain(`await fetch('${api}/engines/agent', {`);
    expect(code).toContain('"user-agent": "textbook"');
  });

  it.each(['light', 'dark'] as const)(
    '8: has nothing that axe complains about, in %s',
    async (colorScheme) => {
      const page = await lesson('8. Where engines differ');
      await page.emulateMedia({ colorScheme });
      await page.evaluate(AXE);
      const { violations, passes } = await page.evaluate(() => axe.run());
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(passes.length).toBeGreaterThan(10);
    },
  );

  it('run an exercise again when they are told to', async () => {
    const page = await lesson('3. One origin is admitted');
    const { call } = await readWitnessed(page, 'admitted', here);
    await page.locator('#admitted').getByRole('button', { name: 'Run again' }).click();
    await page.locator(`#admitted .result[aria-busy=false]:not([data-call="${call}"])`).waitFor();
    expect(await readWitnessed(page, 'admitted', here)).toMatchObject({
      outcome: 'A result',
      seen: [{ status: 200 }],
    });
  });

  it('need nothing from elsewhere, and can be read aloud', async () => {
    const hosts = new Set<string>();
    const page = await browser.open(shop);
    page.context().on('request', (request) => hosts.add(new URL(request.url()).hostname));
    for (const url of Object.values(here.sample.urls).filter((each) => each.endsWith('.html'))) {
      await page.goto(url);
      await untilRun(page);
      expect(await page.locator('html[lang=en] h1').count()).toBe(1);
      expect(await page.locator('iframe:not([title]), img:not([alt]), button:empty').count()).toBe(0);
      expect(await page.title()).toBe(await page.locator('h1').innerText());
    }
    expect([...hosts].filter((host) => !host.endsWith('.localhost'))).toEqual([]);
  });

  describe.each(['of this machine', 'of the classic'])('7: the XHR classic, under the names %s', (names) => {
    let stage: Stage;
    let page: Page;
    let foo: string;
    let bar: string;
    let elsewhere: string;

    beforeAll(async () => {
      const isHere = names === 'of this machine';
      stage = isHere ? here : classic;
      foo = isHere ? `http://foo.localhost:${here.pagesPort}` : 'http://foo.example';
      bar = isHere ? `http://bar.localhost:${here.port}` : 'http://bar.other';
      elsewhere = `http://other.localhost:${stage.pagesPort}`;
      page = await lesson('7. The XHR classic', stage);
    });

    it('the page shows the code that calls bar', async () => {
      for (const id of ['for-everybody', 'for-one-origin']) {
        expect(await page.locator(`#${id} pre.code`).innerText()).toContain(
          `request.open('GET', '${bar}/resources/public-data/');`,
        );
      }
    });

    it.each([
      { id: 'for-everybody', by: 'foo', fields: { 'access-control-allow-origin': '*' }, why: ANY },
      {
        id: 'for-everybody-from-other',
        by: 'other',
        fields: { 'access-control-allow-origin': '*' },
        why: ANY,
      },
      {
        id: 'for-one-origin',
        by: 'foo',
        fields: { 'access-control-allow-origin': 'foo', vary: 'Origin' },
        why: NAMED,
      },
    ] as const)('$id: the script gets the XML', async ({ id, by, fields, why }) => {
      const origin = by === 'foo' ? foo : elsewhere;
      const { seen, ...exercise } = await readWitnessed(page, id, stage);
      expect(exercise).toMatchObject({
        from: origin,
        outcome: 'A result',
        script: expect.stringMatching(/^<\?xml [^]*<station id="1" level="3.20">Upper Weir<\/station>/),
        exchanges: [{ decision: 'Readable', why }],
      });
      expect(seen.map(lineOf)).toEqual(['GET /resources/public-data/ → 200']);
      expect(seen[0]?.sent).toMatchObject({ host: new URL(bar).host, origin });
      expect(seen[0]?.answered['content-type']).toBe('application/xml');
      expect(seen.map(corsFields)).toEqual([
        fields['access-control-allow-origin'] === 'foo'
          ? { ...fields, 'access-control-allow-origin': foo }
          : fields,
      ]);
    });

    it('for-one-origin-from-other: another site gets nothing', async () => {
      const { seen, ...exercise } = await readWitnessed(page, 'for-one-origin-from-other', stage);
      expect(exercise).toMatchObject({
        from: elsewhere,
        script: 'Error: status 0, and no document',
        exchanges: [{ decision: 'Hidden', why: HIDDEN }],
      });
      expect(seen).toMatchObject([{ status: 200, sent: { host: new URL(bar).host, origin: elsewhere } }]);
      expect(seen.map(corsFields)).toEqual([{ vary: 'Origin' }]);
      expect(await serverPage(page, 'for-one-origin-from-other')).toContain(foo);
    });
  });
});

/** What the server's page says in its frame. */
async function serverPage(page: Page, id: string): Promise<string> {
  return page.frameLocator(`#${id} .server iframe`).locator('body:has(li)').innerText();
}

/** The handler's counter before and after an exercise. */
async function counterOf(page: Page, id: string): Promise<readonly number[]> {
  return (await page.locator(`#${id} .counter output`).allInnerTexts()).map(Number);
}
