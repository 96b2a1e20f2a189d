import { Agent } from 'node:http';
import { isDeepStrictEqual as isEqual } from 'node:util';
import { CorsService } from '../../../lib/index.js';
import type { Platform } from '../../support/apps.js';
import { corsHeaders } from '../../support/cors-headers.js';
import { preflightHeaders, send } from '../../support/http.js';
import { has } from '../../support/nest-11.js';
import {
  allows,
  approvalOf,
  explainedAnswer,
  fieldsOf,
  REFUSED_PREFLIGHT,
  SAFE,
  type Answer,
  type Asked,
  walls as isWall,
} from './answers.js';
import { ID, type FuzzedApp } from './app.js';
import type { AppModel } from './model.js';
import { Oracle, type HandlerAt, type Ruling, type Served } from './oracle.js';
import { askedOf, type Ask } from './requests.js';
import { handlersOf, Twin } from './twin.js';

/** What should be the same, and is not. */
export interface Mismatch {
  readonly request: string;
  readonly server: Answer;
  readonly explained: Answer;
  readonly why: string;
  /** Several where any of them will do. */
  readonly oracle: readonly Answer[];
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Who sends a request, as far as it says so. */
interface Sender {
  readonly method: string;
  readonly origin: string | undefined;
  readonly site: string | undefined;
}

/** What the oracle makes of the app's own answer; `undefined` where it cannot say. */
type Prediction = ((plain: Answer) => readonly Answer[]) | undefined;

/** Whether a request has been answered because its path cannot be decoded, by whoever found out. */
function isMalformed(path: string, status: number): boolean {
  return status === 400 || (status === 404 && !has('malformedPaths') && isUndecodable(path));
}

function isUndecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return false;
  } catch {
    return true;
  }
}

/** Asks an app, its twin without CORS, `explain()` and the oracle, and compares what they say. */
export class PairChecker {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly oracle: Oracle;
  private readonly service: CorsService;
  private readonly routing: Twin;
  /** Whether somebody has been on the instance before Nest had it, who sees preflights, whoever answers them. */
  private readonly isGiven: boolean;
  private sent = 0;

  /** @param note - is told what has been met */
  constructor(
    private readonly model: AppModel,
    private readonly platform: Platform,
    private readonly app: FuzzedApp,
    private readonly twin: FuzzedApp,
    private readonly note: (what: string) => void,
  ) {
    this.oracle = new Oracle(model, platform);
    this.service = app.app.get(CorsService);
    const versions = model.versioning === 'header' ? [undefined, '1', '2'] : [undefined];
    this.routing = new Twin(twin, versions, this.agent);
    this.isGiven = model.foreign.some(({ moment }) => moment === 'given');
  }

  close(): void {
    this.agent.destroy();
  }

  /** Sends a request and its preflight. */
  async check(ask: Ask): Promise<readonly Mismatch[]> {
    const { method, target } = askedOf(this.model, ask);
    const arrived = await this.routing.behind(method, target, ask.version);
    const ofVersions = await this.routing.ofVersions(method, target);
    const beside = arrived.served === undefined ? await this.routing.ofMethods(target, method) : [];
    // Who takes `next` may answer as well; and a malformed path is answered by whoever finds out.
    const isUnsure = [arrived, ...ofVersions, ...beside].some(
      ({ isPassed, status }) => isPassed || isMalformed(target, status),
    );

    const path = target.replace(/\?.*/, '');
    const others = handlersOf(beside);
    const ruling = this.oracle.ruling(arrived.served, path, others);
    this.noteRuling(arrived.served, others, ruling);
    const handlers = handlersOf(ofVersions);
    // A preflight says nothing of the version.
    const targets: readonly Served[] = handlers.length > 0 ? handlers : [arrived.served];
    const rulings = targets.map((one) => this.oracle.ruling(one, path, others));
    // In front of its routes, Express knows neither which version is asked for nor whether somebody serves it.
    const isHidden = this.platform === 'express' && handlers.length > 0 && typeof arrived.served !== 'object';
    const walls = isHidden ? [ruling, ...rulings] : [ruling];

    const origin = ask.origin === 'own' ? this.ownOrigin : ask.origin;
    const version: Record<string, string> = ask.version === undefined ? {} : { 'x-version': ask.version };
    const mismatches = await this.compare(
      {
        method,
        path: target,
        headers: {
          ...version,
          ...(origin !== undefined && { origin }),
          ...(ask.site !== undefined && { 'sec-fetch-site': ask.site }),
        },
      },
      isUnsure
        ? undefined
        : (plain) => [this.responseOf(ruling, walls, { method, origin, site: ask.site }, plain)],
    );
    if (origin === undefined) return mismatches;
    const headers = { ...version, ...preflightHeaders(origin, method, ask.header) };
    const asked = { origin, method, header: ask.header };
    return [
      ...mismatches,
      ...(await this.compare(
        { method: 'OPTIONS', path: target, headers },
        isUnsure ? undefined : (plain) => preflightAnswers(rulings, asked, plain),
      )),
    ];
  }

  private get ownOrigin(): string {
    return `http://127.0.0.1:${this.app.port}`;
  }

  private async compare(request: Sent, predict: Prediction): Promise<readonly Mismatch[]> {
    const server = await this.answer(this.app, request);
    const plain = await this.answer(this.twin, request);
    const { method, path, headers } = request;
    const host = `127.0.0.1:${this.app.port}`;
    const explanation = await this.service.explain({ method, url: path, headers: { ...headers, host } });
    this.note(explanation.reason);
    const explained = explainedAnswer(explanation, plain);
    if (isMalformed(path, plain[0]) && isEqual(server[1], explained[1])) return [];
    const oracle = predict?.(plain) ?? [server];
    if (isEqual(server, explained) && oracle.some((one) => isEqual(one, server))) return [];
    const line = `${method} ${path} ${JSON.stringify(headers)}`;
    return [{ request: line, server, explained, why: explanation.message, oracle }];
  }

  private async answer({ port, ran }: FuzzedApp, { method, path, headers }: Sent): Promise<Answer> {
    const id = String(++this.sent);
    const sent = { method, path, headers: { ...headers, [ID]: id }, agent: this.agent };
    const response = await send(port, sent);
    const isSeen = this.isGiven && 'access-control-request-method' in headers;
    return [response.status, corsHeaders(response), ran.has(id) && !isSeen];
  }

  /** @param walls - what the request may come under, for all that is known in front of the handler */
  private responseOf(
    { policy }: Ruling,
    walls: readonly Ruling[],
    { method, origin, site }: Sender,
    plain: Answer,
  ): Answer {
    if (policy === undefined) return plain;
    const [status, , hasRun] = plain;
    const isNamed = site !== undefined && site !== 'none';
    const isOwn =
      origin === undefined
        ? SAFE.includes(method) || !isNamed || site === 'same-origin'
        : isNamed
          ? site === 'same-origin'
          : origin === this.ownOrigin;
    const isRefused =
      !isOwn &&
      walls.every(
        (wall) => wall.policy !== undefined && isWall(wall.policy, method) && !allows(wall.policy, origin),
      );
    const what = origin === undefined ? 'what has lost its origin' : String(policy.enforce);
    if (isRefused) this.note(`refused by enforce: ${what}`);
    return [isRefused ? 403 : status, fieldsOf(policy, origin), hasRun && !isRefused];
  }

  private noteRuling(served: Served, others: readonly HandlerAt[], { policy, isAmbiguous }: Ruling): void {
    const by = typeof served === 'object' ? 'a handler' : (served ?? 'nobody');
    const beside = others.length > 0 ? ' beside others' : '';
    if (isAmbiguous) this.note(`${by}${beside}: ambiguous`);
    else if (policy === undefined) this.note(`${by}${beside}: unmanaged`);
    else this.note(`${by}${beside}: ${policy.origin.length === 0 ? 'closed' : 'open'}`);
  }
}

/** Of several versions any may approve it; where all leave the path alone, it is the app's. */
function preflightAnswers(rulings: readonly Ruling[], asked: Asked, plain: Answer): readonly Answer[] {
  const policies = rulings.flatMap(({ policy }) => policy ?? []);
  if (policies.length === 0) return [plain];
  const approvals = policies.map((policy) => approvalOf(policy, asked)).filter((one) => one !== undefined);
  return approvals.length > 0 ? approvals : [REFUSED_PREFLIGHT];
}
