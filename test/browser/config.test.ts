import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { buildSamples, startSample, type RunningSample, type SampleBuild } from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';

const RENAMED = '200 {"id":"1","title":"Sales in April"}';
const FAILED = 'TypeError: Failed to fetch';

describe('sample/04-config in Chromium', () => {
  let build: SampleBuild;
  let sample: RunningSample;
  let browser: TestBrowser;
  let dashboard: Page;
  let app: string;

  const own = startedBySuite();
  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
    [sample, browser] = await Promise.all([
      own(startSample(build, '04-config'), (started) => started.stop()),
      own(startBrowser(), (started) => started.close()),
    ]);
    app = new URL(String(sample.urls['App page'])).origin;
    dashboard = await browser.open(String(sample.urls['Dashboard']));
  });

  beforeEach(() => tryOut('The app alone', 'In force'));

  /** Presses the button of an example, and waits for the outcome. */
  async function tryOut(title: string, outcome: string): Promise<void> {
    await dashboard.getByRole('button', { name: title, exact: true }).click();
    await dashboard.locator('#outcome').getByText(outcome).waitFor();
  }

  /** Waits for what a page in a frame sees of its call. */
  async function untilSeen(frame: string, script: string, why: string): Promise<void> {
    const seen = dashboard.frameLocator(`#page-${frame} iframe`).locator('#seen');
    await seen.locator(`div:has(.text:text-is(${JSON.stringify(script)})) .why`, { hasText: why }).waitFor({
      timeout: 10_000,
    });
  }

  /** Expects that these options are in force, and no others, as soon as the dashboard has heard of it. */
  async function expectInForce(options: object): Promise<void> {
    const shown = dashboard.locator('#in-force', { hasText: JSON.stringify(options, null, 2) });
    await shown.waitFor({ timeout: 5000 });
    expect(JSON.parse(await shown.innerText())).toEqual(options);
  }

  it('shows what is in force, and what each page may do', async () => {
    await expectInForce({ origin: [app], credentials: false });
    await untilSeen('app', RENAMED, 'The configuration allows this origin.');
    await untilSeen('app-with-cookies', FAILED, 'allows this origin, but no cookies: the PUT is never sent');
    await untilSeen('beta', FAILED, 'does not allow this origin: the preflight is refused');
  });

  it('has a page gain and lose access', async () => {
    await tryOut('The beta version as well', 'In force');
    await untilSeen('beta', RENAMED, 'The configuration allows this origin.');
    await tryOut('The app alone', 'In force');
    await untilSeen('beta', FAILED, 'does not allow this origin');
  });

  it('has a page gain cookies, which everybody never has', async () => {
    await tryOut('The app with cookies', 'In force');
    await untilSeen('app-with-cookies', RENAMED, 'The configuration allows this origin.');
    await tryOut('Everybody', 'In force');
    await untilSeen('beta', RENAMED, 'The configuration allows every origin.');
    await untilSeen('app-with-cookies', FAILED, 'which does not do for calls with cookies');
  });

  it('says what is wrong with what is refused, and leaves in force what was', async () => {
    await tryOut('Three mistakes at once', 'Refused');
    const refusal = await dashboard.locator('#refusal').innerText();
    expect(refusal).toContain('The CORS configuration has 3 problems:');
    expect(refusal).toContain(`"${app}/" has a path: write "${app}". [origin-path]`);
    await tryOut('Everybody with cookies', 'Refused');
    await dashboard.locator('#refusal').getByText('origin-any-with-credentials').waitFor();
    await expectInForce({ origin: [app], credentials: false });
    await untilSeen('app', RENAMED, 'The configuration allows this origin.');
  });

  it('shows on a small screen, where a button is, what it has done', async () => {
    const size = dashboard.viewportSize();
    await dashboard.setViewportSize({ width: 375, height: 667 });
    try {
      await tryOut('Three mistakes at once', 'Refused');
      const tried = dashboard.locator('.tried:not(:empty)');
      expect(await tried.count()).toBe(1);
      expect(await tried.innerText()).toMatch(/^Refused\s+The CORS configuration has 3 problems:/);
      expect(await isInView(tried.locator('.badge'))).toBe(true);
      await tryOut('The app alone', 'In force');
      expect(await tried.allInnerTexts()).toEqual(['In force']);
      expect(await isInView(tried.locator('.badge'))).toBe(true);
    } finally {
      if (size !== null) await dashboard.setViewportSize(size);
    }
  });
});

/** Whether all of an element is on the screen, without scrolling. */
async function isInView(locator: Locator): Promise<boolean> {
  const box = await locator.boundingBox();
  const size = locator.page().viewportSize();
  return box !== null && size !== null && box.y >= 0 && box.y + box.height <= size.height;
}
