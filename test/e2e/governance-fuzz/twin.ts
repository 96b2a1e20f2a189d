import type { Agent } from 'node:http';
import { send } from '../../support/http.js';
import { BY, PASS, PASSED, ROUTE, type FuzzedApp } from './app.js';
import type { HandlerAt, Served } from './oracle.js';

/** Who answers a request where everybody who takes `next` passes it on. */
export interface Behind {
  readonly served: Served;
  /** Whether somebody has passed it on who could have answered. */
  readonly isPassed: boolean;
  readonly status: number;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The app without CORS, which shows who serves what: Nest and the platform themselves say it. */
export class Twin {
  private readonly known = new Map<string, Promise<Behind>>();

  /** @param versions - that a request can ask for otherwise than by its path */
  constructor(
    private readonly app: FuzzedApp,
    private readonly versions: readonly (string | undefined)[],
    private readonly agent: Agent,
  ) {}

  /** Who serves a method of a target, for each version. */
  ofVersions(method: string, target: string): Promise<readonly Behind[]> {
    return Promise.all(this.versions.map((version) => this.behind(method, target, version)));
  }

  /**
   * Who serves the path of a target, whatever the method and the version.
   *
   * @param asked - one of the methods; a handler for all methods may serve others than are usual, where somebody else has those
   */
  async ofMethods(target: string, asked: string): Promise<readonly Behind[]> {
    const methods = [...new Set([...METHODS, asked])];
    return (await Promise.all(methods.map((method) => this.ofVersions(method, target)))).flat();
  }

  behind(method: string, target: string, version: string | undefined): Promise<Behind> {
    const key = `${method} ${target} ${version}`;
    const known = this.known.get(key) ?? this.ask(method, target, version);
    this.known.set(key, known);
    return known;
  }

  private async ask(method: string, path: string, version: string | undefined): Promise<Behind> {
    const headers = { [PASS]: 'yes', ...(version !== undefined && { 'x-version': version }) };
    const sent = { method, path, headers, agent: this.agent };
    const { headers: given, status } = await send(this.app.port, sent);
    return {
      served: servedBy(given[BY] as string | undefined, given[ROUTE] as string),
      isPassed: PASSED in given,
      status,
    };
  }
}

function servedBy(by: string | undefined, route: string): Served {
  if (by === undefined || by === 'foreign') return by;
  const [controller, handler] = by.split('.').map(Number) as [number, number];
  return { controller, handler, route };
}

/** The handlers among those who answer, each once. */
export function handlersOf(all: readonly Behind[]): readonly HandlerAt[] {
  const handlers = all.map(({ served }) => served).filter((served) => typeof served === 'object');
  return [...new Map(handlers.map((one) => [JSON.stringify(one), one])).values()];
}
