import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { INestApplication } from '@nestjs/common';
import type { CorsService, OriginString } from 'nestjs-cors';
import { job, reply, serve } from '../support/child.js';
import { exactOrigin } from '../support/origins.js';

/** Which build is measured, with how many origins. */
export interface ListTask {
  /** The package's folder, with its own Nest beside it. */
  readonly root: string;
  readonly origins: number;
}

/** What the parent asks for, in this order: all but the first twice, the second time while the app is under load. */
export const QUESTIONS = ['start', 'update', 'add', 'remove'] as const;
export type Question = (typeof QUESTIONS)[number];

/** What something costs. */
export interface ListCost {
  /** CPU time of the process, in milliseconds; of an answer per origin, in microseconds. */
  readonly cpu: number;
  /** The longest that the event loop stood still, in milliseconds. */
  readonly pause: number;
}

/** The answer to `start`. */
export interface StartCost extends ListCost {
  readonly port: number;
  /** Live memory for each origin, in bytes, strings that the caller holds not counted. */
  readonly bytes: number;
}

/** Origins that come and go: some one by one, some all at once. */
const ONE_BY_ONE = 300;
const TOGETHER = 3_000;

serve(async () => {
  const { root, origins } = job<ListTask>();
  const from = createRequire(new URL('package.json', pathToFileURL(`${root}/`)));
  const load = async <T>(name: string): Promise<T> =>
    (await import(pathToFileURL(from.resolve(name)).href)) as T;
  await load('reflect-metadata');
  const { Module } = await load<typeof import('@nestjs/common')>('@nestjs/common');
  const { NestFactory } = await load<typeof import('@nestjs/core')>('@nestjs/core');
  const { FastifyAdapter } =
    await load<typeof import('@nestjs/platform-fastify')>('@nestjs/platform-fastify');
  const library = (await import(pathToFileURL(`${root}/dist/index.js`).href)) as typeof import('nestjs-cors');

  const start = async (origin: readonly OriginString[]): Promise<INestApplication> => {
    class AppModule {}
    Module({ imports: [library.CorsModule.forRoot({ origin, credentials: true })] })(AppModule);
    const app = await NestFactory.create(AppModule, new FastifyAdapter() as never, {
      logger: ['error', 'warn'],
      abortOnError: false,
    });
    await app.listen(0, '127.0.0.1');
    return app;
  };

  // What is loaded and compiled once is there, whatever the list.
  const small = await start([exactOrigin(0)]);
  await small.get(library.CorsService).update({ origin: [exactOrigin(1)] });
  await small.close();
  // As they come from a database: characters in one piece, which what a template makes are not.
  const list = JSON.parse(
    JSON.stringify(Array.from({ length: origins }, (_, index) => exactOrigin(index))),
  ) as OriginString[];
  const extra = Array.from({ length: TOGETHER }, (_, index) => exactOrigin(2 * origins + index));
  const apps: INestApplication[] = [];
  let areChangesWarm = false;
  let updates = 0;
  const cors = (): CorsService => (apps[0] as INestApplication).get(library.CorsService);

  const answers: Readonly<Record<Question, () => Promise<ListCost | undefined>>> = {
    async start(): Promise<StartCost> {
      const before = liveMemory();
      const cost = await measure(async () => {
        apps.push(await start(list));
      });
      const { port } = (apps[0] as INestApplication).getHttpServer().address() as AddressInfo;
      return { ...cost, port, bytes: (liveMemory() - before) / origins };
    },
    async update(): Promise<ListCost> {
      // That somebody has to make the longer list costs the same, whoever takes it.
      const origin = [...list, exactOrigin(origins + updates++)];
      return measure(() => cors().update({ ...cors().current(), origin }));
    },
    add: () => each((some) => cors().addOrigins(some)),
    remove: () => each((some) => cors().removeOrigins(some)),
  };

  /** By the origin. */
  async function each(
    change: (origins: readonly OriginString[]) => Promise<void>,
  ): Promise<ListCost | undefined> {
    if (!('addOrigins' in library.CorsService.prototype)) return undefined;
    if (!areChangesWarm) await warmChanges();
    areChangesWarm = true;
    const { cpu, pause } = await measure(async () => {
      for (const one of extra.slice(0, ONE_BY_ONE)) await change([one]);
      await change(extra.slice(ONE_BY_ONE));
    });
    return { cpu: (cpu * 1000) / TOGETHER, pause };
  }

  /** V8 takes about as many of one kind to compile what makes them, which takes longer than all that are measured. */
  async function warmChanges(): Promise<void> {
    const others = Array.from({ length: TOGETHER }, (_, index) => exactOrigin(3 * origins + index));
    for (const one of others) await cors().addOrigins(one);
    for (const one of others) await cors().removeOrigins(one);
  }

  process.on('message', (question: Question) => {
    serve(async () => {
      reply((await answers[question]()) ?? null);
    });
  });
  reply('ready');
});

async function measure(run: () => Promise<void>): Promise<ListCost> {
  gc?.();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // It has to look at the clock once, or the first pause is none; reset() would make it forget that.
  await turn();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  await turn();
  delay.disable();
  return { cpu: (user + system) / 1000, pause: delay.max / 1e6 };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
}

/** The characters of packed origins are no part of the heap. */
function liveMemory(): number {
  gc?.();
  gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
