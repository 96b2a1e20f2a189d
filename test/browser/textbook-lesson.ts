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
  await page.locator('table[aria-busy=true]').waitFor({ state: 'detached' });
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

/** An exchange of lesson 8 as its page shows it, once it has run. */
export interface ShownDeparture {
  /** The name under which the server keeps what it received of this browser, and sent. */
  readonly call: string;
  readonly standard: readonly string[];
  readonly here: readonly string[];
  /** The lines that stand in one column alone, those of the standard first. */
  readonly bold: readonly string[];
  readonly result: string;
  /** Which engines are known to do just the same. */
  readonly like: string;
  /** The engines that are known to depart from the standard. */
  readonly known: readonly string[];
}

/** Reads the table of lesson 8, by the names of its exchanges. */
export async function readDepartures(page: Page): Promise<Readonly<Record<string, ShownDeparture>>> {
  const rows = await page.locator('#engines tbody tr').all();
  return Object.fromEntries(
    await Promise.all(
      rows.map(async (row) => [(await row.getAttribute('id')) ?? '', await readDeparture(row)] as const),
    ),
  );
}

async function readDeparture(row: Locator): Promise<ShownDeparture> {
  const lines = (selector: string): Promise<string[]> => row.locator(selector).allInnerTexts();
  const engines = await row.locator('[data-engine]').all();
  return {
    call: (await row.getAttribute('data-call')) ?? '',
    standard: await lines('.standard pre > *'),
    here: await lines('.here pre > *'),
    bold: await lines('td pre > strong'),
    result: await row.locator('.equal .badge').innerText(),
    like: (await row.locator('.equal p').allInnerTexts()).join(),
    known: await Promise.all(engines.map(async (item) => (await item.getAttribute('data-engine')) ?? '')),
  };
}
