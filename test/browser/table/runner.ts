import { setTimeout as sleep } from 'node:timers/promises';
import { anonymous, type Outcome } from './agreement.js';
import {
  API,
  APP,
  SECURE_API,
  SECURE_RAW,
  type Call,
  type Place,
  type Seen,
  type TableCase,
} from './case.js';
import type { Driver, DriverPage } from './driver.js';
import { performElsewhere } from './elsewhere.js';
import { perform } from './perform.js';
import { COOKIE_ORIGINS, type World } from './world.js';

/** Origins whose documents are the servers' own. Every other origin serves an empty document at any path. */
const SERVERS: ReadonlySet<string> = new Set([...COOKIE_ORIGINS, `${API}:8081`, SECURE_API, SECURE_RAW]);

/** Runs cases in a real browser. Pages are kept and shared, by origin. */
export class Runner {
  private readonly pages = new Map<string, Promise<DriverPage>>();

  private constructor(
    private readonly driver: Driver,
    private readonly world: World,
  ) {}

  /** A runner whose browser has a cookie for each server. */
  static async start(driver: Driver, world: World): Promise<Runner> {
    for (const origin of COOKIE_ORIGINS) {
      const page = await driver.open(`${origin}/page`, 'shared');
      // It may open a document as late as that.
      await page.run(async () => null, null);
      await page.close();
    }
    return new Runner(driver, world);
  }

  async run(testCase: TableCase): Promise<Outcome> {
    const { page: origin = APP, from = 'page', freshProfile = false } = testCase;
    const run = this.world.begin(testCase);
    const page = freshProfile ? await this.driver.open(urlOf(origin), 'own') : await this.shared(origin);
    const seen: Seen[] = [];
    for (const call of run.calls) {
      const result = await evaluate(page, from, call);
      if ('wait' in call) continue;
      seen.push(anonymous(await withReason(result, page, run.token), run.token));
    }
    if (seen.includes('queued')) await settled(() => run.received().length, testCase.server.length);
    if (freshProfile) await page.close();
    run.end();
    return { seen, server: run.received() };
  }

  private shared(origin: string): Promise<DriverPage> {
    const known = this.pages.get(origin) ?? this.driver.open(urlOf(origin), 'shared');
    this.pages.set(origin, known);
    return known;
  }
}

function urlOf(origin: string): string {
  return SERVERS.has(origin) ? `${origin}/page` : `${origin}/`;
}

/** Adds to a failure what only the developer tools say, if they do. */
async function withReason(seen: Seen, page: DriverPage, token: string): Promise<Seen> {
  if (typeof seen === 'string' || !('fails' in seen) || seen.fails === 'type error') return seen;
  const reason = await page.why(token);
  return reason === undefined ? seen : { ...seen, reasons: [reason] };
}

/** A beacon's requests go after the script has its answer: waits until as many have come as shall, or none comes. */
async function settled(count: () => number, expected: number): Promise<void> {
  for (let tries = 0; count() < expected && tries < 40; tries++) await sleep(50);
  await sleep(50);
}

function evaluate(page: DriverPage, from: Place, call: Call): Promise<Seen> {
  // Nothing comes of a wait; no one asks for it.
  if (from === 'page') return page.run(perform, call) as Promise<Seen>;
  return page.run(performElsewhere, { from, call, source: String(perform) }) as Promise<Seen>;
}
