import {
  VirtualBrowser,
  type BodyInput,
  type PageFetchInit,
  type VirtualPage,
} from '../../../lib/testing/index.js';
import type { EngineName } from '../../../lib/engines/quirks.js';
import { anonymous, type Outcome } from './agreement.js';
import {
  API,
  APP,
  type BodySource,
  type Call,
  type Fetch,
  type Load,
  type Place,
  type Seen,
  type TableCase,
} from './case.js';
import { COOKIE_ORIGINS, type World } from './world.js';

/** What a virtual page does instead of a call, and what its result means to the script that made the call. */
interface Translation {
  readonly url: string;
  readonly init?: PageFetchInit;
}

/** Runs cases in the virtual browser. */
export class VirtualRunner {
  private constructor(
    private readonly world: World,
    private readonly engine: EngineName,
    /** A profile with cookies, which is shared. */
    private readonly shared: VirtualBrowser,
  ) {}

  /** @param engine - whose browser it is */
  static async start(world: World, engine: EngineName): Promise<VirtualRunner> {
    const shared = await profile(world, engine);
    for (const origin of COOKIE_ORIGINS) await shared.page(origin).fetch(`${origin}/page`);
    return new VirtualRunner(world, engine, shared);
  }

  async run(testCase: TableCase): Promise<Outcome> {
    const run = this.world.begin(testCase);
    const browser = testCase.freshProfile ? await profile(this.world, this.engine) : this.shared;
    const page = browser.page(originOf(testCase));
    const seen: Seen[] = [];
    for (const call of run.calls) {
      if ('wait' in call) browser.advance(call.wait / 1000);
      else seen.push(anonymous(await perform(page, call), run.token));
    }
    if (testCase.freshProfile) browser.close();
    run.end();
    return { seen, server: run.received() };
  }

  close(): void {
    this.shared.close();
  }
}

function profile({ app, ports, tlsPort }: World, engine: EngineName): Promise<VirtualBrowser> {
  const served = Object.entries(ports).flatMap(([host, port]) => {
    const plain = [new URL(`http://${host}`).origin, `http://127.0.0.1:${port}`] as const;
    const secure = [plain[0].replace('http:', 'https:'), `https://127.0.0.1:${tlsPort}`] as const;
    return host.endsWith(':80') ? [plain, secure] : [plain];
  });
  return VirtualBrowser.for(app, { origin: API, origins: Object.fromEntries(served), engine });
}

/** The origin of the place where the script runs. */
function originOf({ page = APP, from = 'page' }: TableCase): string {
  const opaque: readonly Place[] = ['sandboxed frame', 'data frame', 'data worker'];
  return opaque.includes(from) ? 'null' : page;
}

/** Carries out a call with the one thing that virtual pages can do, and says of it what the call would. */
async function perform(page: VirtualPage, call: Exclude<Call, { wait: number }>): Promise<Seen> {
  const { url, init } = translate(call);
  const result = await page.fetch(url, init);
  const { failure, status, type, redirected, headers } = result;
  const ok = failure === undefined && (type === 'opaque' || result.ok);
  if ('beacon' in call) {
    return failure?.step === 'request' ? { fails: 'type error', reasons: [failure.reason] } : 'queued';
  }
  if ('element' in call) return ok ? 'loaded' : 'not loaded';
  if (failure !== undefined) {
    return { fails: failure.step === 'request' ? 'type error' : 'network error', reasons: [failure.reason] };
  }
  const body = await result.text();
  if ('eventSource' in call) {
    const streams = headers.get('content-type') === 'text/event-stream' && status === 200;
    return streams ? { events: body.match(/(?<=^data: ).*/gm) ?? [] } : { fails: 'network error' };
  }
  return {
    status,
    headers: Object.fromEntries(headers),
    body,
    ...('fetch' in call && { type: type as 'cors', redirected }),
    ...('fetch' in call && call.timing && { timed: result.timingAllowed }),
  };
}

/** The fetch that stands behind a call (XMLHttpRequest, HTML and Beacon standards). */
function translate(call: Exclude<Call, { wait: number }>): Translation {
  if ('fetch' in call) return { url: call.fetch, init: fetchInit(call) };
  if ('xhr' in call) {
    const { xhr, withCredentials, ...init } = call;
    return { url: xhr, init: { ...init, ...(withCredentials && { credentials: 'include' }) } };
  }
  if ('eventSource' in call) {
    const init: PageFetchInit = { headers: { Accept: 'text/event-stream' } };
    return {
      url: call.eventSource,
      init: { ...init, ...(call.withCredentials && { credentials: 'include' }) },
    };
  }
  if ('element' in call) return { url: call.src, init: elementInit(call) };
  const body = bodyOf(call.body);
  const simple = !(body instanceof Blob) || /^(?:text\/plain)?$/.test(body.type);
  return {
    url: call.beacon,
    init: { method: 'POST', body, credentials: 'include', mode: simple ? 'no-cors' : 'cors' },
  };
}

function fetchInit({ fetch: _url, cache: _cache, timing: _timing, body, ...init }: Fetch): PageFetchInit {
  if (body === undefined) return init;
  return {
    ...init,
    body: bodyOf(body),
    ...(typeof body === 'object' && 'stream' in body && { duplex: 'half' }),
  };
}

function elementInit({ crossOrigin }: Load): PageFetchInit {
  if (crossOrigin === undefined) return { mode: 'no-cors', credentials: 'include' };
  return { credentials: crossOrigin === 'anonymous' ? 'same-origin' : 'include' };
}

function bodyOf(source: BodySource): BodyInput {
  if (typeof source === 'string') return source;
  if ('params' in source) return new URLSearchParams(source.params);
  if ('blob' in source) return new Blob([source.blob], { type: source.type });
  if ('bytes' in source) return 'x'.repeat(source.bytes);
  if ('stream' in source) return new Blob([source.stream]).stream();
  const body = new FormData();
  for (const [name, value] of Object.entries(source.form)) body.append(name, value);
  return body;
}
