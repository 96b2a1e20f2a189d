import type { Locator, Page } from 'playwright-core';

/** An exchange as a lesson's page shows it. */
export interface ShownExchange {
  /** The request line, and a line for each header that matters. */
  readonly sent: readonly string[];
  /** The status behind an arrow, and a line for each header that matters. */
  readonly answered: readonly string[];
  readonly decision: string;
  readonly why: string;
  readonly handler: string;
}

/** An exercise as a lesson's page shows it, once it has run. */
export interface ShownExercise {
  /** The name under which the server keeps what it received and sent. */
  readonly call: string;
  readonly from: string;
  readonly outcome: string;
  readonly script: string;
  readonly exchanges: readonly ShownExchange[];
}

/** Waits until every exercise of a lesson has run. */
export async function untilRun(page: Page): Promise<void> {
  await page.locator('#comparison[aria-busy=true]').waitFor({ state: 'detached' });
  await page.locator('figure:not(:has(.result[aria-busy=false]))').first().waitFor({ state: 'detached' });
}

/** Reads an exercise. */
export async function readExercise(page: Page, id: string): Promise<ShownExercise> {
  const figure = page.locator(`figure#${id}`);
  const seen = figure.locator('.seen');
  return {
    call: (await figure.locator('.result').getAttribute('data-call')) ?? '',
    from: await figure.locator('.from code').innerText(),
    outcome: await seen.locator('.badge').innerText(),
    script: await seen.locator('pre').innerText(),
    exchanges: await Promise.all((await figure.locator('.exchange').all()).map(readExchange)),
  };
}

async function readExchange(exchange: Locator): Promise<ShownExchange> {
  const text = (selector: string): Promise<string> => exchange.locator(selector).innerText();
  return {
    sent: (await text('.sent pre')).split('\n'),
    answered: (await text('.answered pre')).split('\n'),
    decision: await text('.decided .badge'),
    why: await text('.why'),
    handler: await text('.handler'),
  };
}
