import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { buildSamples, startSample, type RunningSample, type SampleBuild } from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';

/** A row of the page's table. */
interface Row {
  readonly outcome: string;
  readonly script: string;
  readonly why: string;
  readonly wire: readonly string[];
}

const FAILED = 'TypeError: Failed to fetch';

describe('the pages of sample/01-quick-start in Chromium', () => {
  let build: SampleBuild;
  let sample: RunningSample;
  let browser: TestBrowser;
  let allowed: string;
  let refused: string;

  const own = startedBySuite();
  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
    [sample, browser] = await Promise.all([
      own(startSample(build, '01-quick-start'), (started) => started.stop()),
      own(startBrowser(), (started) => started.close()),
    ]);
    allowed = String(sample.urls['Allowed page']);
    refused = String(sample.urls['Refused page']);
  });

  it('show what a page on the allowed origin may read, and why', async () => {
    const page = await browser.open(allowed);
    const rows = await tableOf(page);

    expect(await page.locator('#origin').innerText()).toBe(
      `You are on ${allowed}, which the API’s policy “app” names.`,
    );
    expect(rows).toEqual({
      open: {
        outcome: 'Readable',
        script: [
          'status: 200',
          'content-length: 37',
          'content-type: application/json; charset=utf-8',
          'x-report-count: 2',
          '["Sales in spring","Sales in summer"]',
        ].join('\n'),
        why: '* stands for every origin, as long as the call is made without cookies. Of the API’s own headers, the script sees x-report-count only.',
        wire: ['GET /reports/public → 200'],
      },
      'open-with-cookies': {
        outcome: 'Hidden',
        script: FAILED,
        why: '* is not enough for a call with credentials: include. The answer would have to name this origin.',
        wire: ['GET /reports/public → 200'],
      },
      mine: {
        outcome: 'Readable',
        script: expect.stringContaining('{"visits":1}'),
        why: 'The policy names this origin, and so does the answer. Access-Control-Allow-Credentials covers the cookies.',
        wire: ['GET /reports/mine → 200'],
      },
      partner: {
        outcome: 'Hidden',
        script: FAILED,
        why: `The answer names no origin: the policy is for https://partner.example.com, not for ${allowed}. The policy says enforce, so the handler did not even run.`,
        wire: ['GET /reports/partner → 403'],
      },
      rename: {
        outcome: 'Readable',
        script: expect.stringContaining('{"id":"1","title":"Sales in April"}'),
        why: 'The server approved the preflight. The policy names this origin, and so does the answer.',
        wire: ['OPTIONS /reports/1 → 204', 'PUT /reports/1 → 200'],
      },
      'rename-missing': {
        outcome: 'Readable',
        script: expect.stringContaining('There is no report 99'),
        why: 'The server approved the preflight. The policy names this origin, and so does the answer. Errors carry the headers too, so the script knows a 404 from a broken connection.',
        wire: ['OPTIONS /reports/99 → 204', 'PUT /reports/99 → 404'],
      },
      'rename-debug': {
        outcome: 'Hidden',
        script: FAILED,
        why: 'The browser asked first, with a preflight, and the server refused: the policy allows the headers authorization, content-type and x-csrf-token, but not x-debug. So the PUT was never sent.',
        wire: ['OPTIONS /reports/1 → 403'],
      },
      internal: {
        outcome: 'Hidden',
        script: FAILED,
        why: 'The answer names no origin: the route is closed, whoever asks. The handler ran all the same, and answered 201: CORS is about who may read, not about who may ask.',
        wire: ['POST /reports/internal → 201'],
      },
    });
  });

  it('show what a page on the refused origin may read, and why', async () => {
    const page = await browser.open(refused);
    const rows = await tableOf(page);

    const objection = `the policy is for ${allowed}, not for ${refused}`;
    const preflightRefused = {
      outcome: 'Hidden',
      script: FAILED,
      why: `The browser asked first, with a preflight, and the server refused: ${objection}. So the PUT was never sent.`,
    };
    expect(await page.locator('#origin').innerText()).toBe(
      `You are on ${refused}, which no policy of the API names.`,
    );
    expect(rows).toEqual({
      open: {
        outcome: 'Readable',
        script: expect.stringMatching(/^status: 200$[^]*^x-report-count: 2$/m),
        why: '* stands for every origin, as long as the call is made without cookies. Of the API’s own headers, the script sees x-report-count only.',
        wire: ['GET /reports/public → 200'],
      },
      'open-with-cookies': {
        outcome: 'Hidden',
        script: FAILED,
        why: '* is not enough for a call with credentials: include. The answer would have to name this origin.',
        wire: ['GET /reports/public → 200'],
      },
      mine: {
        outcome: 'Hidden',
        script: FAILED,
        why: `The answer names no origin: ${objection}. The handler ran all the same, and answered 200: CORS is about who may read, not about who may ask.`,
        wire: ['GET /reports/mine → 200'],
      },
      partner: {
        outcome: 'Hidden',
        script: FAILED,
        why: `The answer names no origin: the policy is for https://partner.example.com, not for ${refused}. The policy says enforce, so the handler did not even run.`,
        wire: ['GET /reports/partner → 403'],
      },
      rename: { ...preflightRefused, wire: ['OPTIONS /reports/1 → 403'] },
      'rename-missing': { ...preflightRefused, wire: ['OPTIONS /reports/99 → 403'] },
      'rename-debug': { ...preflightRefused, wire: ['OPTIONS /reports/1 → 403'] },
      internal: {
        outcome: 'Hidden',
        script: FAILED,
        why: 'The answer names no origin: the route is closed, whoever asks. The handler ran all the same, and answered 201: CORS is about who may read, not about who may ask.',
        wire: ['POST /reports/internal → 201'],
      },
    });
  });

  it('call again when they are told to, and send the cookie that they got', async () => {
    const page = await browser.open(allowed);
    await tableOf(page);
    await page.locator('#mine').evaluate((row) => row.setAttribute('data-old', ''));
    await page.getByRole('button', { name: 'Call again' }).click();
    await page.locator('#mine:not([data-old])').waitFor();
    expect((await tableOf(page))['mine']?.script).toContain('{"visits":2}');
  });

  it('show each policy and where it comes from', async () => {
    const page = await browser.open(allowed);
    await tableOf(page);
    const policies = await page.locator('#policies tbody tr').allInnerTexts();
    expect(policies.map((text) => text.split(/\s*[\t\n]+\s*/))).toContainEqual([
      'PUT /reports/:id',
      'ReportsController#rename',
      `origin: ${allowed} from options.policies.app`,
      'credentials: true from options.policies.app',
      'methods: PUT from the route itself',
      'allowedHeaders: authorization, content-type, x-csrf-token from the route itself',
      'maxAge: 600 from ReportsController#rename',
    ]);
    expect(policies).toHaveLength(8);
  });

  it('link to each other', async () => {
    const page = await browser.open(allowed);
    await page.getByRole('link', { name: 'refused origin' }).click();
    await page.waitForURL(`${refused}/`);
    await page.getByRole('link', { name: 'allowed origin' }).click();
    await page.waitForURL(`${allowed}/`);
  });
});

/** Waits until the calls have been made, and reads the table. */
async function tableOf(page: Page): Promise<Record<string, Row>> {
  await page.locator('#calls[aria-busy=false]').waitFor();
  const rows = await page.locator('#calls tbody tr').all();
  return Object.fromEntries(
    await Promise.all(
      rows.map(async (row) => [
        (await row.getAttribute('id')) ?? '',
        {
          outcome: await row.locator('.badge').innerText(),
          script: (await row.locator('.seen pre').allInnerTexts()).join('\n'),
          why: await row.locator('.why').innerText(),
          wire: (await row.locator('.wire pre').allInnerTexts()).map(summaryOf),
        },
      ]),
    ),
  );
}

/** Of an exchange, the first line and the status. */
function summaryOf(exchange: string): string {
  const lines = exchange.split('\n');
  return `${lines[0]} ${lines.find((line) => line.startsWith('→'))}`;
}
