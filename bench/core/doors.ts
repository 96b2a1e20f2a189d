import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { internal } from '../support/dist.js';
import { originStrings } from '../support/origins.js';
import { freshStrings, originPool } from './inputs.js';
import { policyFor, type OriginList } from './policies.js';
import type { SourceTiming } from './sources.js';
import { time } from './timing.js';

type Library = typeof import('../../lib/index.js');
type LoadEngine = typeof import('../../lib/http/load-engine.js');
type GatewayDoors = typeof import('../../lib/http/gateway-doors.js');
type RequestHook = typeof import('../../lib/http/request-hook.js');
type Verdict = typeof import('../../lib/protocol/verdict.js');
type PlatformRequest = import('../../lib/routing/route-matcher.js').PlatformRequest;
type Engine = import('../../lib/http/cors-engine.js').CorsEngine;

/** Timings of doors beside the routes, each compared with the first of its list. */
export interface DoorTimings {
  /** The verdict on an origin, and `CorsService.allows()`. */
  readonly allows: readonly SourceTiming[];
  /** What is decided of a request, and of a handshake at a gateway. */
  readonly handshake: readonly SourceTiming[];
}

const LIST: OriginList = { name: '10 exact', exact: 10, patterns: 0 };

const NAMED = { policy: 'named' };

/** Measures what doors beside the routes take for a fixed list. */
export async function timeDoors(brief: boolean): Promise<DoorTimings> {
  const app = await startApp();
  try {
    return { allows: await timeAllows(app, brief), handshake: await timeHandshake(app, brief) };
  } finally {
    await app.close();
  }
}

async function startApp(): Promise<INestApplication> {
  const { CorsModule } = await internal<Library>('index.js');
  const origin = originStrings(LIST);
  class AppModule {}
  Module({ imports: [CorsModule.forRoot({ origin, policies: { named: { maxAge: 5 } } })] })(AppModule);
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
  return app.init();
}

async function timeAllows(app: INestApplication, brief: boolean): Promise<readonly SourceTiming[]> {
  const { CorsService } = await internal<Library>('index.js');
  const { decideOrigin } = await internal<Verdict>('protocol/verdict.js');
  const policy = await policyFor(LIST);
  const cors = app.get(CorsService);
  return timeAll(
    [
      ['the verdict on an origin', (origin) => decideOrigin(policy, origin) === 'origin-allowed'],
      ['allows()', (origin) => cors.allows(origin) === true],
      ['allows() of a named policy', (origin) => cors.allows(origin, NAMED) === true],
    ],
    brief,
  );
}

/** Without what Node, the platform and the server of WebSockets do. */
async function timeHandshake(app: INestApplication, brief: boolean): Promise<readonly SourceTiming[]> {
  const { CORS_ENGINE } = await internal<LoadEngine>('http/load-engine.js');
  const { gatewayContext, gatewayDoor } = await internal<GatewayDoors>('http/gateway-doors.js');
  const { createExchange } = await internal<RequestHook>('http/request-hook.js');
  const context = app.get<Engine>(CORS_ENGINE, { strict: false }).inForce;
  if (context === undefined) throw new Error('The app has no policies.');
  const atGateway = gatewayContext(context, '/chat');
  const gateway = {
    path: '/chat',
    polls: true,
    takes: ({ url }: { readonly url: string }) => url.startsWith('/chat'),
  };
  const others = { request: fail, upgrade: fail, failed: fail };
  const socket = new Duplex();
  const door = gatewayDoor([gateway], others, () => atGateway);
  const requestOf = (origin: string) =>
    ({ method: 'GET', url: '/chat?EIO=4', headers: { origin, host: 'api.example.com' } }) as IncomingMessage;
  return timeAll(
    [
      [
        'a request',
        (origin) => {
          const exchange = createExchange(ofFastify(requestOf(origin)), context);
          const policy = exchange.policy();
          return policy !== undefined && exchange.isReadable(policy, 200);
        },
      ],
      ['a handshake', (origin) => door.upgrade(requestOf(origin), socket) === 'continue'],
    ],
    brief,
  );
}

/** A request as Fastify has it, which knows by now what serves it. */
function ofFastify({ headers }: IncomingMessage): PlatformRequest {
  const known = { routeOptions: { config: {} }, params: {}, host: 'api.example.com' };
  return { method: 'GET', url: '/chat?EIO=4', headers, ...known };
}

function fail(): never {
  throw new Error('The gateway takes all of it.');
}

async function timeAll(
  all: readonly (readonly [what: string, allows: (origin: string) => boolean])[],
  brief: boolean,
): Promise<readonly SourceTiming[]> {
  const pool = originPool('exact', LIST);
  const timings: SourceTiming[] = [];
  for (const [what, allows] of all) {
    for (const origin of pool) if (!allows(origin)) throw new Error(`${what}: ${origin} is not allowed`);
    timings.push({ what, ...(await time(freshStrings(pool), allows, brief)) });
  }
  return timings;
}
