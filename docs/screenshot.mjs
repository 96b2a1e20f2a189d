/*
 * `npm run screenshot`: takes the picture in README of the running quick start, into `docs/screenshot.png`.
 *
 * CHROMIUM_PATH   the Chromium that takes it; Debian's if unset
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const SAMPLE = fileURLToPath(new URL('../dist-sample/01-quick-start/main.js', import.meta.url));
const PICTURE = fileURLToPath(new URL('screenshot.png', import.meta.url));

/** What a picture on a package's page may weigh, in bytes. */
const MAX_SIZE = 200_000;

/** How much of the page is on it, in pixels and rows of its table. */
const WIDTH = 1280;
const ROWS = 2;
const MARGIN = 24;

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'];

const sample = spawn(process.execPath, [SAMPLE], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const url = await allowedPage(sample);
  await takePicture(url);
  const { size } = statSync(PICTURE);
  if (size > MAX_SIZE) {
    rmSync(PICTURE);
    throw new Error(`The picture has ${size} bytes, more than ${MAX_SIZE}.`);
  }
  console.log(`${PICTURE}: ${size} bytes`);
} finally {
  sample.kill();
  if (sample.exitCode === null) await once(sample, 'exit');
}

/** The URL of the page that the API allows, which the sample prints. */
async function allowedPage({ stdout }) {
  let output = '';
  for await (const chunk of stdout) {
    output += chunk;
    const [, url] = /Allowed page +(http:\S+)/.exec(output) ?? [];
    if (url !== undefined && output.includes('Ctrl+C')) return url;
  }
  throw new Error(`The sample ended before it was ready.\n${output}`);
}

async function takePicture(url) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: FLAGS,
  });
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 1200 }, colorScheme: 'light' });
    await page.goto(url);
    await page.locator('#calls[aria-busy="false"]').waitFor();
    const { y, height } = await page
      .locator('#calls tbody tr')
      .nth(ROWS - 1)
      .boundingBox();
    await page.screenshot({ path: PICTURE, clip: { x: 0, y: 0, width: WIDTH, height: y + height + MARGIN } });
  } finally {
    await browser.close();
  }
}
