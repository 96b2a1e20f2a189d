import cors from 'cors';
import { fastifyCors } from '@fastify/cors';
import { cors as honoCors } from 'hono/cors';
import { internal } from '../support/dist.js';
import { originMatchers, originRegExp } from '../support/origins.js';
import { freshStrings, originPool, type Meeting } from './inputs.js';
import { policyFor, type OriginList } from './policies.js';
import { time, type Timing } from './timing.js';

type Verdict = typeof import('../../lib/protocol/verdict.js');
type SealedFields = typeof import('../../lib/http/sealed-fields.js');

/** The time that a library takes to find what to answer to an actual request. */
export interface RivalTiming extends Timing {
  readonly library: string;
  readonly list: string;
  readonly meeting: Meeting;
}

/**
 * The whole answer of a library, given an origin: what it sends as `Access-Control-Allow-Origin`. None of them exports
 * its matching, so each gets a request and a response that only keep that one header.
 */
type Answer = (origin: string) => string | undefined | Promise<string | undefined>;

const OPTIONS = { credentials: true, exposedHeaders: ['x-request-id'] };

/** Measures the libraries beside one another, on the same origins. */
export async function timeRivals(
  lists: readonly OriginList[],
  brief: boolean,
): Promise<readonly RivalTiming[]> {
  const timings: RivalTiming[] = [];
  for (const list of lists) {
    const libraries: readonly (readonly [string, Answer])[] = [
      ['nestjs-cors', await ours(list)],
      ['cors', corsAnswer(list)],
      ['@fastify/cors', fastifyAnswer(list)],
      ['hono/cors', honoAnswer(list)],
    ];
    for (const meeting of ['exact', 'pattern', 'refused'] as const) {
      const pool = originPool(meeting, list);
      for (const [library, answer] of libraries) {
        for (const origin of pool.slice(0, 64)) await assertAnswer(library, answer, origin, meeting);
        timings.push({
          library,
          list: list.name,
          meeting,
          ...(await time(freshStrings(pool), answer, brief)),
        });
      }
    }
  }
  return timings;
}

async function assertAnswer(
  library: string,
  answer: Answer,
  origin: string,
  meeting: Meeting,
): Promise<void> {
  const sent = await answer(origin);
  const expected = meeting === 'refused' ? undefined : origin;
  if (sent !== expected) throw new Error(`${library} answers ${origin} with ${sent}, not ${expected}`);
}

async function ours(list: OriginList): Promise<Answer> {
  const policy = await policyFor(list);
  const { decideOrigin, allowsReading } = await internal<Verdict>('protocol/verdict.js');
  const { sealedFields } = await internal<SealedFields>('http/sealed-fields.js');
  return (origin) => {
    const verdict = { allowed: allowsReading(decideOrigin(policy, origin)), origin, vary: 'Origin' };
    const fields = sealedFields(policy, verdict, undefined, undefined) as Record<string, string | undefined>;
    return fields['access-control-allow-origin'];
  };
}

/** A response that forgets every header but one. */
class StubResponse {
  sent: string | undefined = undefined;
  statusCode = 200;

  setHeader(name: string, value: string): void {
    if (name === 'Access-Control-Allow-Origin') this.sent = value;
  }

  getHeader(): undefined {
    return undefined;
  }

  header(name: string, value: string): void {
    this.setHeader(name, value);
  }

  end(): void {
    throw new Error('Only preflights are answered by themselves.');
  }
}

function corsAnswer(list: OriginList): Answer {
  const handler = cors({ origin: originMatchers(list), ...OPTIONS });
  return (origin) => {
    const response = new StubResponse();
    handler({ method: 'GET', headers: { origin } }, response, nothing);
    return response.sent;
  };
}

function fastifyAnswer(list: OriginList): Answer {
  type Hook = (request: object, reply: StubResponse, next: () => void) => void;
  let hook: Hook | undefined;
  const instance = {
    decorateRequest: nothing,
    options: nothing,
    addHook: (_: string, added: Hook) => {
      hook = added;
    },
  };
  const plugin = fastifyCors as unknown as (instance: object, options: object, done: () => void) => void;
  plugin(instance, { origin: originMatchers(list), ...OPTIONS }, nothing);
  const registered = hook as unknown as Hook;
  const routeOptions = { config: {} };
  return (origin) => {
    const response = new StubResponse();
    registered({ raw: { method: 'GET' }, headers: { origin }, routeOptions }, response, nothing);
    return response.sent;
  };
}

/** Its lists hold exact origins only; for patterns there is a function to write. */
function honoAnswer(list: OriginList): Answer {
  const exact = originMatchers({ ...list, patterns: 0 });
  const patterns = Array.from({ length: list.patterns }, (_, index) => originRegExp(index));
  const handler = honoCors({
    origin: (origin) =>
      exact.includes(origin) || patterns.some((pattern) => pattern.test(origin)) ? origin : null,
    credentials: true,
    exposeHeaders: OPTIONS.exposedHeaders,
  }) as unknown as (context: object, next: () => Promise<void>) => Promise<void>;
  const done = Promise.resolve();
  return async (origin) => {
    const response = new StubResponse();
    const headers = { set: (name: string, value: string) => response.setHeader(name, value) };
    const context = { req: { method: 'GET', header: () => origin }, res: { headers }, header: nothing };
    await handler(context, () => done);
    return response.sent;
  };
}

function nothing(): undefined {
  return undefined;
}
