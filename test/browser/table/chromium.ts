import type { FetchFailureReason } from '../../../lib/testing/index.js';
import type { Page } from 'playwright-core';
import type { Profile, TestBrowser } from '../support/browser.js';
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
import { anonymous, type Outcome } from './agreement.js';
import { perform } from './perform.js';
import { listenForReasons, type Reasons } from './why.js';
import { COOKIE_ORIGINS, type World } from './world.js';

/** Origins whose documents are the servers' own. Every other origin serves an empty document at any path. */
const SERVERS: ReadonlySet<string> = new Set([...COOKIE_ORIGINS, `${API}:8081`, SECURE_API, SECURE_RAW]);

/** A page that is open. */
interface OpenPage {
  readonly page: Page;
  readonly reasons: Reasons;
}

/** Runs cases in a real browser. Pages are kept and shared, by origin. */
export class ChromiumRunner {
  private readonly pages = new Map<string, Promise<OpenPage>>();

  private constructor(
    private readonly browser: TestBrowser,
    private readonly world: World,
    /** With a cookie for each server. */
    private readonly profile: Profile,
  ) {}

  static async start(browser: TestBrowser, world: World): Promise<ChromiumRunner> {
    const profile = await browser.newProfile();
    const page = await profile.open(`${API}/page`);
    const cookie = { name: 'sid', value: '1', sameSite: 'Lax' as const };
    await page.context().addCookies(COOKIE_ORIGINS.map((url) => ({ ...cookie, url })));
    return new ChromiumRunner(browser, world, profile);
  }

  async run(testCase: TableCase): Promise<Outcome> {
    const { page: origin = APP, from = 'page', freshProfile = false } = testCase;
    const run = this.world.begin(testCase);
    const { page, reasons } = freshProfile ? await open(this.browser, origin) : await this.shared(origin);
    const seen: Seen[] = [];
    for (const call of run.calls) {
      const result = await evaluate(page, from, call);
      if (result === undefined) continue;
      seen.push(anonymous(await withReason(result, () => reasons.take(run.token)), run.token));
    }
    if (seen.includes('queued')) await settled(() => run.received().length, testCase.server.length);
    if (freshProfile) await page.context().close();
    run.end();
    return { seen, server: run.received() };
  }

  private shared(origin: string): Promise<OpenPage> {
    const known = this.pages.get(origin) ?? open(this.profile, origin);
    this.pages.set(origin, known);
    return known;
  }
}

async function open(profile: Profile, origin: string): Promise<OpenPage> {
  const page = await profile.open(SERVERS.has(origin) ? `${origin}/page` : origin);
  return { page, reasons: await listenForReasons(page) };
}

/** Adds to a failure what only the developer tools say. */
async function withReason(seen: Seen, take: () => Promise<FetchFailureReason | undefined>): Promise<Seen> {
  if (typeof seen === 'string' || !('fails' in seen) || seen.fails === 'type error') return seen;
  const reason = await take();
  return reason === undefined ? seen : { ...seen, reasons: [reason] };
}

/** A beacon's requests go after the script has its answer: waits until as many have come as shall, or none comes. */
async function settled(count: () => number, expected: number): Promise<void> {
  for (let tries = 0; count() < expected && tries < 40; tries++) await pause(50);
  await pause(50);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function evaluate(page: Page, from: Place, call: Call): Promise<Seen | undefined> {
  if (from === 'page') return page.evaluate(perform, call);
  return page.evaluate(performElsewhere, { from, call, source: String(perform) });
}

/** Carries out a call in a worker or a frame of the page. Like `perform`, it sees nothing of this file. */
function performElsewhere({
  from,
  call,
  source,
}: {
  from: Place;
  call: Call;
  source: string;
}): Promise<Seen | undefined> {
  interface Channel {
    addEventListener(type: 'message', listener: (event: { data: Seen | undefined }) => void): void;
  }
  interface Scope extends Channel {
    readonly Worker: new (url: string) => Channel;
    readonly document: {
      readonly body: { append(node: object): void };
      createElement(name: 'iframe'): {
        sandbox: string;
        srcdoc: string;
        src: string;
        contentWindow: { eval(script: string): unknown };
        remove(): void;
      };
    };
  }
  const scope = globalThis as unknown as Scope;
  const script = `(${source})(${JSON.stringify(call)})`;
  return new Promise((resolve) => {
    if (from === 'worker' || from === 'blob worker' || from === 'data worker') {
      const code = `${script}.then(postMessage)`;
      const urls = {
        worker: `/worker.js?code=${encodeURIComponent(code)}`,
        'blob worker': URL.createObjectURL(new Blob([code], { type: 'text/javascript' })),
        'data worker': `data:text/javascript,${encodeURIComponent(code)}`,
      };
      new scope.Worker(urls[from]).addEventListener('message', ({ data }) => resolve(data));
      return;
    }
    const frame = scope.document.createElement('iframe');
    const finish = (data: Seen | undefined): void => {
      frame.remove();
      resolve(data);
    };
    if (from === 'about:blank frame') {
      scope.document.body.append(frame);
      void (frame.contentWindow.eval(script) as Promise<Seen>).then(finish);
      return;
    }
    const html = `<script>${script}.then((seen) => parent.postMessage(seen, '*'))</script>`;
    if (from === 'sandboxed frame') {
      frame.sandbox = 'allow-scripts';
      frame.srcdoc = html;
    } else frame.src = `data:text/html,${encodeURIComponent(html)}`;
    scope.addEventListener('message', ({ data }) => finish(data));
    scope.document.body.append(frame);
  });
}
