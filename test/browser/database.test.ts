import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { hasPostgres } from '../postgres/support/has-postgres.js';
import { PostgresServer } from '../postgres/support/postgres-server.js';
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

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const APP = 'https://app.acme.example';
const ORDERED = '201 {"ordered":"An anvil","after":2}';
const FAILED = 'TypeError: Failed to fetch';
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

declare const axe: { run(): Promise<AxeResults> };
declare const document: {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
};

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
    const placing = startOnFreePorts(build, '06-database', env);
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

async function add({ dashboard }: Stage, origin: string, customer: string): Promise<void> {
  const card = dashboard.locator(`.card#${customer}`);
  await card.getByLabel('One more origin').fill(origin);
  await card.getByRole('button', { name: 'Add' }).click();
}

async function remove({ dashboard }: Stage, origin: string, name: string): Promise<void> {
  await dashboard.getByRole('button', { name: `Remove ${origin} from ${name}`, exact: true }).click();
}

/** The origins in a customer's list, once there are as many. */
async function listOf({ dashboard }: Stage, customer: string, count: number): Promise<readonly string[]> {
  const items = dashboard.locator(`.card#${customer} li code`);
  await dashboard.locator(`.card#${customer} ul:has(> li:nth-child(${count}):last-child)`).waitFor();
  return items.allInnerTexts();
}

/** What a page shows that may call. */
function readable(origin: string, script: string, customer: string): object {
  const allowed = { 'access-control-allow-origin': origin };
  return {
    outcome: 'Readable',
    script,
    exchanges: [
      `OPTIONS /customers/${customer}/orders → 204, no handler ran`,
      `POST /customers/${customer}/orders → 201, OrdersController#place ran`,
    ],
    fields: [
      { ...allowed, 'access-control-allow-headers': 'content-type', vary: PREFLIGHT_VARY },
      { ...allowed, vary: 'Origin' },
    ],
    why: `The table has a row with “${customer}” and this origin.`,
  };
}

/** What it shows if the table has no row with acme and its origin. */
const REFUSED = {
  outcome: 'Hidden',
  script: FAILED,
  exchanges: ['OPTIONS /customers/acme/orders → 403, no handler ran'],
  fields: [{ vary: PREFLIGHT_VARY }],
  why: expect.stringContaining('The table has no row with “acme” and this origin'),
};

/** What holds wherever the table is; and `more`, with the same stage. */
function databaseSuite(env: () => NodeJS.ProcessEnv, more?: (onStage: () => Stage) => void): void {
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

  it('shows the table, and what each page may do', async () => {
    expect(await listOf(stage, 'acme', 2)).toEqual([acme, APP]);
    expect(await listOf(stage, 'globex', 2)).toEqual([globex, 'https://www.globex.example']);
    expect(await shownBy(stage, 'acme', '201')).toEqual(readable(acme, ORDERED, 'acme'));
    expect(await shownBy(stage, 'globex', '201')).toEqual(
      readable(globex, '201 {"ordered":"An anvil","after":1}', 'globex'),
    );
    expect(await shownBy(stage, 'globex-as-acme', FAILED)).toEqual(REFUSED);
    expect(await shownBy(stage, 'partner', FAILED)).toEqual(REFUSED);
  });

  it('gives a page access when its origin is added, and takes it away when it is removed', async () => {
    for (let round = 0; round < 2; round++) {
      await add(stage, partner, 'acme');
      expect(await listOf(stage, 'acme', 3)).toEqual([acme, partner, APP]);
      expect(await shownBy(stage, 'partner', ORDERED)).toEqual(readable(partner, ORDERED, 'acme'));

      await remove(stage, partner, 'Acme');
      expect(await listOf(stage, 'acme', 2)).toEqual([acme, APP]);
      expect(await shownBy(stage, 'partner', FAILED)).toEqual(REFUSED);
    }
  });

  it('keeps the customers apart: what one has opens nothing of the other', async () => {
    await add(stage, partner, 'globex');
    await listOf(stage, 'globex', 3);
    expect(await shownBy(stage, 'partner', FAILED)).toEqual(REFUSED);
    await remove(stage, partner, 'Globex');
    await listOf(stage, 'globex', 2);
  });

  it('says what is wrong with what is no origin, and changes nothing', async () => {
    await add(stage, `${partner}/`, 'acme');
    const alert = stage.dashboard.locator('.card#acme [role=alert]');
    await alert.getByText(`write "${partner}".`).waitFor();
    await add(stage, 'null', 'acme');
    await alert.getByText('serve the page from an origin of its own').waitFor();
    expect(await listOf(stage, 'acme', 2)).toEqual([acme, APP]);
  });

  it('can be used with the keyboard alone', async () => {
    const { dashboard } = stage;
    await dashboard.locator('.card#acme').getByLabel('One more origin').focus();
    await dashboard.keyboard.press('Control+A');
    await dashboard.keyboard.type('https://keys.example');
    await dashboard.keyboard.press('Enter');
    expect(await listOf(stage, 'acme', 3)).toContain('https://keys.example');
    await dashboard
      .getByRole('button', { name: 'Remove https://keys.example from Acme', exact: true })
      .press('Enter');
    expect(await listOf(stage, 'acme', 2)).not.toContain('https://keys.example');
  });

  it.each(['light', 'dark'] as const)('has nothing that axe complains about, in %s', async (colorScheme) => {
    const { dashboard } = stage;
    await dashboard.emulateMedia({ colorScheme });
    await add(stage, 'null', 'acme');
    await dashboard.locator('.card#acme [role=alert]').getByText('"null"').waitFor();
    await dashboard.evaluate(AXE);
    const { violations, passes } = await dashboard.evaluate(() => axe.run());
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
  });

  it('fits 390 pixels', async () => {
    await stage.dashboard.setViewportSize({ width: 390, height: 800 });
    const { scrollWidth, clientWidth } = await stage.dashboard.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      clientWidth: document.documentElement.clientWidth,
    }));
    expect(scrollWidth).toBe(clientWidth);
  });

  it('lets nobody in who has not been given the token', async () => {
    const page = await stage.browser.open(stage.originOf('dashboard'));
    await page
      .locator('#problem')
      .getByText('Open the dashboard at the URL that the sample has printed')
      .waitFor();
    expect(await page.locator('#customers').innerText()).toBe('');
  });

  more?.(() => stage);
}

describe('sample/06-database in Chromium, on SQLite', () => databaseSuite(() => ({})));

(hasPostgres ? describe : describe.skip)('sample/06-database in Chromium, on PostgreSQL', () => {
  const ownServer = startedBySuite();
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    server = await ownServer(PostgresServer.start(), (started) => started.stop());
    url = await server.createDatabase();
  });

  const env = (): NodeJS.ProcessEnv => ({ DATABASE_URL: url });

  databaseSuite(env, (onStage) => {
    it('shows what somebody changes in SQL', async () => {
      const stage = onStage();
      const partner = stage.originOf('partner');
      await server.run(url, `INSERT INTO customer_origins VALUES ('acme', $1)`, [partner]);
      await listOf(stage, 'acme', 3);
      await shownBy(stage, 'partner', ORDERED);
      await server.run(url, 'DELETE FROM customer_origins WHERE origin = $1', [partner]);
      await listOf(stage, 'acme', 2);
      await shownBy(stage, 'partner', FAILED);
    });

    it('has a page of another process gain and lose access', async () => {
      const stage = onStage();
      const another = await startSample(build, '06-database', env());
      try {
        const page = await stage.browser.open(String(another.urls['Partner page']));
        const shows = (script: string): Promise<void> =>
          page.locator('#seen .text', { hasText: script }).waitFor({ timeout: 10_000 });
        await shows(FAILED);
        const { origin } = new URL(String(another.urls['Partner page']));
        await add(stage, origin, 'acme');
        await shows(ORDERED);
        await remove(stage, origin, 'Acme');
        await shows(FAILED);
      } finally {
        expect(await another.stop()).toEqual({ code: 0, signal: null, errors: '' });
      }
    });

    it('says that the database is away, and recovers', async () => {
      const stage = onStage();
      const problem = stage.dashboard.locator('#problem');
      await shownBy(stage, 'acme', ORDERED);
      await server.kill();
      try {
        await problem.getByText('The database cannot be reached at the moment').waitFor();
        await shownBy(stage, 'acme', FAILED);
      } finally {
        await server.start();
      }
      await shownBy(stage, 'acme', ORDERED);
      await problem.getByText('The database').waitFor({ state: 'detached' });
    });
  });
});
