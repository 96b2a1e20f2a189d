import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Module, type DynamicModule, type INestApplication, type Provider, type Type } from '@nestjs/common';
import { CorsConfigurationError, CorsModule } from 'nestjs-cors';
import { PLATFORMS, startApp, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { runRegistered } from './runners.js';
import type { HttpAnswer, Outcome, RunBlock, RunTask } from './run-task.js';

/*
 * The process in which the blocks of the manual run, page by page. It is one of its own, since packages that are CommonJS
 * cannot load Nest's ES modules inside of Jest before Node 24.9, and a block may print what it likes.
 */

/** The default policy where a block has a controller and no page says in which module it is. */
const POLICY_OF_CONTROLLERS = { origin: 'https://app.example.com' } as const;

const { pages, output } = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as RunTask;

/** What is open: of the app that was started last, and what a page's blocks have started themselves. */
let running: readonly RunningApp[] = [];

process.env['PORT'] = '0';
const outcomes: Outcome[] = [];
for (const page of pages) outcomes.push(...(await runPage(page)));
writeFileSync(output, JSON.stringify(outcomes));
// Whatever a block has left open.
process.exit();

async function runPage(blocks: readonly RunBlock[]): Promise<readonly Outcome[]> {
  const found: Outcome[] = [];
  const loaded = new Map<RunBlock, Record<string, unknown>>();
  for (const block of blocks) {
    if (block.file === undefined || block.verb === 'compile') continue;
    try {
      loaded.set(block, (await import(pathToFileURL(block.file).href)) as Record<string, unknown>);
    } catch (error) {
      found.push({ id: block.id, ...thrown(error) });
    }
  }
  const values = [...loaded.values()].flatMap((exported) => Object.values(exported));
  const listed = new Set(values.filter(isModule).flatMap((type) => metadata(type, 'controllers')));
  for (const block of blocks) {
    const exported = loaded.get(block);
    if (exported !== undefined) {
      found.push(await runBlock(block, Object.values(exported), listed));
    } else if (block.http !== undefined) {
      found.push({ id: block.id, ...(await askAll(block.http)) });
    }
  }
  await closeAll(values);
  return found;
}

/** Starts what a block declares, on both platforms, and runs the tests that it has registered. */
async function runBlock(
  { id, verb, words }: RunBlock,
  own: readonly unknown[],
  listed: ReadonlySet<unknown>,
): Promise<Outcome> {
  const platforms = verb === 'on' ? PLATFORMS.filter((platform) => words.includes(platform)) : PLATFORMS;
  let started = 0;
  try {
    for (const module of modulesIn(own, listed)) {
      await closeAll([]);
      running = await startOn(platforms, module);
      for (const { port } of running) await send(port, { headers: { origin: 'https://app.example.com' } });
      started += running.length;
    }
    return { id, started, tests: await runRegistered() };
  } catch (error) {
    return { id, started, ...thrown(error) };
  }
}

/** What can be started: modules that import CorsModule, what `CorsModule.forRoot()` has returned, and lone controllers. */
function modulesIn(own: readonly unknown[], listed: ReadonlySet<unknown>): readonly (Type | DynamicModule)[] {
  const controllers = own.filter(
    (value) => isMarked(value, '__controller__') && !listed.has(value),
  ) as Type[];
  const providers = own.filter(isProvider);
  const lone = { imports: [CorsModule.forRoot(POLICY_OF_CONTROLLERS)], controllers, providers };
  return [
    ...own.filter((value) => isModule(value) && metadata(value, 'imports').some(isCorsModule)),
    ...own.filter(isCorsModule).map((dynamic) => moduleWith({ imports: [dynamic as DynamicModule] })),
    ...(controllers.length === 0 ? [] : [moduleWith(lone)]),
  ] as Type[];
}

function moduleWith(parts: Parameters<typeof Module>[0]): Type {
  @Module(parts)
  class AppModule {}
  return AppModule;
}

async function startOn(platforms: readonly Platform[], module: Type | DynamicModule): Promise<RunningApp[]> {
  const apps: RunningApp[] = [];
  for (const platform of platforms) apps.push(await startApp(platform, module));
  return apps;
}

async function closeAll(values: readonly unknown[]): Promise<void> {
  const own = values.filter((value) => typeof (value as INestApplication | undefined)?.listen === 'function');
  for (const { app } of running) await app.close();
  for (const app of own) await (app as INestApplication).close();
  running = [];
}

/** What the running apps answer, on one platform as on the other. */
async function askAll(request: NonNullable<RunBlock['http']>): Promise<Pick<Outcome, 'answers'>> {
  const answers = [];
  for (const { port } of running) {
    const response = await send(port, request);
    const others = request.wanted.map((name) => [name, response.headers[name] ?? ''] as const);
    answers.push({
      status: response.status,
      fields: { ...Object.fromEntries(others), ...corsHeaders(response) } as HttpAnswer['fields'],
    });
  }
  return { answers };
}

function thrown(error: unknown): Pick<Outcome, 'error' | 'codes'> {
  const codes = error instanceof CorsConfigurationError ? error.problems.map(({ code }) => code) : undefined;
  const { message, stack } = error as Error;
  return { error: { message, stack: String(stack) }, ...(codes && { codes }) };
}

function isModule(value: unknown): value is Type {
  return (
    typeof value === 'function' && ['imports', 'controllers', 'providers'].some((key) => has(value, key))
  );
}

function isCorsModule(value: unknown): boolean {
  return (value as DynamicModule | undefined)?.module === CorsModule;
}

function isProvider(value: unknown): value is Provider {
  if (typeof value === 'object' && value !== null) return 'provide' in value;
  return isMarked(value, '__injectable__') && !isMarked(value, '__controller__');
}

function isMarked(value: unknown, mark: string): boolean {
  return typeof value === 'function' && has(value, mark);
}

function has(value: object, key: string): boolean {
  return Reflect.hasOwnMetadata(key, value);
}

function metadata(value: object, key: string): readonly unknown[] {
  return (Reflect.getMetadata(key, value) as readonly unknown[] | undefined) ?? [];
}
