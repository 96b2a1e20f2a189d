import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { RedisServer } from '../redis/support/redis-server.js';
import {
  buildSamples,
  startOnFreePorts,
  startSample,
  type RunningSample,
  type SampleBuild,
} from '../support/sample.js';
import { startWhole } from '../support/started.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';
import { corsFields, lineOf } from './textbook-stage.js';
import { openWitness, type Witness } from './textbook-witness.js';

const hasRedis = spawnSync(process.env['REDIS_SERVER_PATH'] ?? 'redis-server', ['--version']).status === 0;

const ACMES_ORDERS = '200 ["An anvil","A pair of rocket skates"]';
const FAILED = 'TypeError: Failed to fetch';
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** The sample, what stands between it and the browser, and its dashboard in the browser. */
interface Stage {
  readonly sample: RunningSample;
  readonly witness: Witness;
  readonly browser: TestBrowser;
  readonly dashboard: Page;
  /** The origin of the pages at a name. */
  originOf(name: string): string;
  close(): Promise<void>;
}

/** What a page shows of its last call, and what the witness saw of it. */
interface Shown {
  readonly outcome: string;
  readonly script: string;
  readonly why: string;
  /** For each exchange the line that the page shows: what was asked, the status, and the handler that ran. */
  readonly exchanges: readonly string[];
  /** The fields of the CORS protocol in the answers, as the witness saw them. */
  readonly fields: readonly object[];
}

let build: SampleBuild;

const own = startedBySuite();
beforeAll(async () => {
  build = await own(buildSamples(), (built) => built.remove());
});

async function open(env: NodeJS.ProcessEnv): Promise<Stage> {
  return await startWhole(async (owned, close) => {
    const placing = startOnFreePorts(build, '03-tenants', env);
    const { sample, port, pagesPort } = await owned(placing, (placed) => placed.sample.stop());
    const witness = await owned(openWitness(port), (opened) => opened.close());
    const ports = { [`*:${port}`]: witness.port };
    const browser = await owned(startBrowser({ ports }), (started) => started.close());
    return {
      sample,
      witness,
      browser,
      dashboard: await browser.open(String(sample.urls['Dashboard'])),
      originOf: (name) => `http://${name}.localhost:${pagesPort}`,
      close,
    };
  });
}

/** Waits until a page in a frame of the dashboard shows such an answer, and reads it. */
async function shownBy({ dashboard, witness }: Stage, frame: string, script: string): Promise<Shown> {
  const seen = dashboard.frameLocator(`#page-${frame} iframe`).locator('#seen');
  await seen.locator('.text', { hasText: script }).waitFor({ timeout: 10_000 });
  const { call, ...shown } = await seen.evaluate((place) => ({
    // In one go: the page goes on calling.
    call: place.getAttribute('data-call') ?? '',
    outcome: place.querySelector('.badge')?.textContent ?? '',
    script: place.querySelector('.text')?.textContent ?? '',
    why: place.querySelector('.why')?.textContent ?? '',
    exchanges: Array.from(place.querySelectorAll('summary'), ({ textContent }) => textContent ?? ''),
  }));
  const witnessed = witness.exchangesOf(call);
  expect(shown.exchanges.map((line) => line.split(', ')[0])).toEqual(witnessed.map(lineOf));
  return { ...shown, fields: witnessed.map(corsFields) };
}

async function add({ dashboard }: Stage, origin: string, tenant: string): Promise<void> {
  const card = dashboard.locator(`.card#${tenant}`);
  await card.getByLabel('One more origin').fill(origin);
  await card.getByRole('button', { name: 'Add' }).click();
}

async function remove({ dashboard }: Stage, origin: string, tenant: string): Promise<void> {
  await dashboard.getByRole('button', { name: `Remove ${origin} from ${tenant}`, exact: true }).click();
}

/** The origins in a tenant's list, once there are as many. */
async function listOf({ dashboard }: Stage, tenant: string, count: number): Promise<readonly string[]> {
  const items = dashboard.locator(`.card#${tenant} li code`);
  await dashboard.locator(`.card#${tenant} ul:has(> li:nth-child(${count}):last-child)`).waitFor();
  return items.allInnerTexts();
}

/** What a page shows that may read the answer. */
function readable(origin: string, script: string, exchange: string): object {
  const allowed = { 'access-control-allow-origin': origin };
  return {
    outcome: 'Readable',
    script,
    exchanges: ['OPTIONS /orders → 204, no handler ran', exchange],
    fields: [
      { ...allowed, 'access-control-allow-headers': 'x-api-key', vary: PREFLIGHT_VARY },
      { ...allowed, vary: 'Origin' },
    ],
  };
}

/** What it shows if no tenant lists its origin. */
const REFUSED_BEFORE = {
  outcome: 'Hidden',
  script: FAILED,
  exchanges: ['OPTIONS /orders → 403, no handler ran'],
  fields: [{ vary: PREFLIGHT_VARY }],
  why: 'No tenant lists this origin: mayAllow() refuses the preflight, and the GET is never sent.',
};

/** What it shows if another tenant than the one whose key it has lists its origin. */
function refusedAfter(origin: string): object {
  return {
    outcome: 'Hidden',
    script: FAILED,
    exchanges: ['OPTIONS /orders → 204, no handler ran', 'GET /orders → 403, no handler ran'],
    fields: [
      {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'x-api-key',
        vary: PREFLIGHT_VARY,
      },
      { vary: 'Origin' },
    ],
    why: expect.stringContaining('403, and the handler does not run'),
  };
}

/** What holds wherever the lists are kept; and `more`, with the same stage. */
function storeSuite(env: () => NodeJS.ProcessEnv, more?: (onStage: () => Stage) => void): void {
  const ownStage = startedBySuite();
  let stage: Stage;
  let acme: string;
  let globex: string;
  let partner: string;

  beforeAll(async () => {
    stage = await ownStage(open(env()), (opened) => opened.close());
    [acme, globex, partner] = ['acme', 'globex', 'partner'].map((name) => stage.originOf(name)) as [
      string,
      string,
      string,
    ];
  });

  it('shows the lists, and what each page may read', async () => {
    expect(await listOf(stage, 'acme', 1)).toEqual([acme]);
    expect(await listOf(stage, 'globex', 1)).toEqual([globex]);

    const ran = 'GET /orders → 200, OrdersController#list ran';
    expect(await shownBy(stage, 'acme', '200')).toMatchObject(readable(acme, ACMES_ORDERS, ran));
    expect(await shownBy(stage, 'globex', '200')).toMatchObject(
      readable(globex, '200 ["A hammock district"]', ran),
    );
  });

  it('refuses a tenant’s origin with another tenant’s key, after the preflight and before the handler', async () => {
    expect(await shownBy(stage, 'globex-as-acme', FAILED)).toEqual(refusedAfter(globex));
  });

  it('refuses the preflight of an origin that no tenant lists', async () => {
    expect(await shownBy(stage, 'partner', FAILED)).toEqual(REFUSED_BEFORE);
  });

  it('lets a page read that its key is wrong', async () => {
    expect(await shownBy(stage, 'wrong-key', '401')).toMatchObject(
      readable(
        acme,
        '401 {"message":"x-api-key is missing or unknown","error":"Unauthorized","statusCode":401}',
        'GET /orders → 401, no handler ran',
      ),
    );
  });

  it('gives a page access when its origin is added, and takes it away when it is removed', async () => {
    await shownBy(stage, 'partner', FAILED);
    for (let round = 0; round < 2; round++) {
      await add(stage, partner, 'acme');
      expect(await listOf(stage, 'acme', 2)).toEqual([acme, partner]);
      expect(await shownBy(stage, 'partner', ACMES_ORDERS)).toMatchObject(
        readable(partner, ACMES_ORDERS, 'GET /orders → 200, OrdersController#list ran'),
      );

      await remove(stage, partner, 'acme');
      expect(await listOf(stage, 'acme', 1)).toEqual([acme]);
      expect(await shownBy(stage, 'partner', FAILED)).toEqual(REFUSED_BEFORE);
    }
  });

  it('keeps the tenants apart: what one adds opens nothing of the other', async () => {
    await add(stage, partner, 'globex');
    await listOf(stage, 'globex', 2);
    const passes = stage.dashboard.frameLocator('#page-partner iframe').getByText('GET /orders → 403');
    await passes.waitFor();
    expect(await shownBy(stage, 'partner', FAILED)).toEqual(refusedAfter(partner));

    await remove(stage, partner, 'globex');
    await passes.waitFor({ state: 'detached' });
    expect(await shownBy(stage, 'partner', FAILED)).toEqual(REFUSED_BEFORE);
  });

  it('says what is wrong with what is no origin, and changes nothing', async () => {
    await add(stage, `${partner}/`, 'acme');
    const alert = stage.dashboard.locator('.card#acme [role=alert]');
    await alert.getByText(`"${partner}/" is no origin. Write "${partner}".`).waitFor();
    await add(stage, 'null', 'acme');
    await alert.getByText('"null" is no origin. Write one such as "https://app.example.com".').waitFor();
    expect(await listOf(stage, 'acme', 1)).toEqual([acme]);
  });

  it('lets nobody in who has not been given the token', async () => {
    const page = await stage.browser.open(stage.originOf('dashboard'));
    await page
      .locator('#problem')
      .getByText('Open the dashboard at the URL that the sample has printed')
      .waitFor();
    expect(await page.locator('#tenants').innerText()).toBe('');
  });

  more?.(() => stage);
}

describe('sample/03-tenants in Chromium, in memory', () => storeSuite(() => ({})));

(hasRedis ? describe : describe.skip)('sample/03-tenants in Chromium, on Redis', () => {
  const ownRedis = startedBySuite();
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await ownRedis(RedisServer.start(), (server) => server.stop());
  });

  const env = (): NodeJS.ProcessEnv => ({ REDIS_URL: `redis://127.0.0.1:${redis.port}` });

  storeSuite(env, (onStage) => {
    it('has a page of another process gain and lose access', async () => {
      const stage = onStage();
      const another = await startSample(build, '03-tenants', env());
      try {
        const url = String(another.urls['Partner page']);
        const page = await stage.browser.open(url);
        const shows = (script: string): Promise<void> =>
          page.locator('#seen .text', { hasText: script }).waitFor({ timeout: 10_000 });
        await shows(FAILED);
        await add(stage, new URL(url).origin, 'acme');
        await shows(ACMES_ORDERS);
        await remove(stage, new URL(url).origin, 'acme');
        await shows(FAILED);
      } finally {
        expect(await another.stop()).toEqual({ code: 0, signal: null, errors: '' });
      }
    });
  });
});
