/*
 * `npm run screenshot`: takes the pictures in README of running samples, into `docs/`: `screenshot.png` of the quick start, and
 * `inspector.png` of the inspector.
 *
 * CHROMIUM_PATH   the Chromium that takes them; Debian's if unset
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** What a picture on a package's page may weigh, in bytes. */
const MAX_SIZE = 200_000;

/** How wide a picture is, and how much of the page below what it shows is on it, in pixels. */
const WIDTH = 1280;
const MARGIN = 24;

/** The pictures: of which sample, at the URL that it prints behind which words, down to which row, once what is there. */
const PICTURES = [
  {
    file: 'screenshot.png',
    sample: '01-quick-start',
    page: 'Allowed page',
    ready: '#calls[aria-busy="false"]',
    rows: '#calls tbody tr',
    last: 2,
  },
  {
    file: 'inspector.png',
    sample: '05-inspector',
    page: 'Refusals',
    ready: '#live-state:text("Live.")',
    rows: '#live .card',
    last: 3,
  },
];

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'];

await Promise.all(PICTURES.map(makePicture));

async function makePicture({ file, sample, ...shown }) {
  const main = fileURLToPath(new URL(`../dist-sample/${sample}/main.js`, import.meta.url));
  const path = fileURLToPath(new URL(file, import.meta.url));
  const running = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await takePicture(path, await printedUrl(running, shown.page), shown);
    const { size } = statSync(path);
    if (size > MAX_SIZE) {
      rmSync(path);
      throw new Error(`The picture has ${size} bytes, more than ${MAX_SIZE}.`);
    }
    console.log(`${path}: ${size} bytes`);
  } finally {
    running.kill();
    if (running.exitCode === null) await once(running, 'exit');
  }
}

/** The URL that the sample prints behind these words. */
async function printedUrl({ stdout }, words) {
  let output = '';
  for await (const chunk of stdout) {
    output += chunk;
    const [, url] = new RegExp(`${words} +(http:\\S+)`).exec(output) ?? [];
    if (url !== undefined && output.includes('Ctrl+C')) return url;
  }
  throw new Error(`The sample ended before it was ready.\n${output}`);
}

async function takePicture(path, url, { ready, rows, last }) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: FLAGS,
  });
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 1200 }, colorScheme: 'light' });
    await page.goto(url);
    await page.locator(ready).waitFor();
    const { y, height } = await page
      .locator(rows)
      .nth(last - 1)
      .boundingBox();
    await page.screenshot({ path, clip: { x: 0, y: 0, width: WIDTH, height: y + height + MARGIN } });
  } finally {
    await browser.close();
  }
}
