import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Redis } from 'ioredis';
import {
  CorsConfigurationError,
  CorsModule,
  CorsService,
  UseCorsPolicy,
  type CorsModuleOptions,
  type OriginOption,
} from '../../lib/index.js';
import {
  CorsOptionsConflictError,
  RedisCorsOptions,
  type RedisCorsOptionsConfig,
} from '../../lib/redis/index.js';
import { PLATFORMS, startApp, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { startedBySuite } from '../support/suites.js';
import { Log } from './support/log.js';
import {
  appWith,
  FIXED,
  modelClient,
  moduleOf,
  optionsApp,
  SharedOptions,
  sharedOptions,
  TenantOrigins,
} from './support/options-app.js';
import { Proxy } from './support/proxy.js';
import { RedisServer } from './support/redis-server.js';
import { until } from './support/until.js';

const A = 'https://a.example.com';
const B = 'https://b.example.com';
const C = 'https://c.example.com';
const KEY = 'nestjs-cors:options';

/** A replica. */
interface Replica extends RunningApp {
  readonly shared: SharedOptions;
  readonly cors: CorsService;
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function problemsOf(promise: Promise<unknown>): Promise<readonly (readonly string[])[]> {
  const error = await caught(promise);
  if (!(error instanceof CorsConfigurationError)) throw new Error('Nothing is refused.', { cause: error });
  return error.problems.map(({ code, where, field }) => [code, where, field]);
}

describe.each(PLATFORMS)('RedisCorsOptions in an app on %s', (platform) => {
  const ownRedis = startedBySuite();
  let server: RedisServer;
  let redis: Redis;
  let running: INestApplication[] = [];
  const log = new Log().listen();

  beforeAll(async () => {
    server = await ownRedis(RedisServer.start(), (started) => started.stop());
    redis = server.client();
  });

  beforeEach(async () => {
    await redis.flushall();
    log.lines.length = 0;
  });

  afterEach(async () => {
    const apps = running;
    running = [];
    await Promise.all(apps.map((app) => app.close()));
  });

  async function startModule(module: Type): Promise<RunningApp> {
    const started = await startApp(platform, module, { logger: log });
    running.push(started.app);
    return started;
  }

  async function start(config: RedisCorsOptionsConfig = {}, connection = {}): Promise<Replica> {
    const started = await startModule(optionsApp({ port: server.port, ...connection }, config));
    return { ...started, shared: started.app.get(SharedOptions), cors: started.app.get(CorsService) };
  }

  function get({ port }: RunningApp, origin: string, path = '/cats'): Promise<WireResponse> {
    return send(port, { path, headers: { origin } });
  }

  async function allows(app: RunningApp, origin: string): Promise<boolean> {
    return (await get(app, origin)).headers['access-control-allow-origin'] === origin;
  }

  const quick = { heartbeat: 100, timeout: 300 };

  describe('that starts', () => {
    it('has the initial options where nothing has been published', async () => {
      const closed = await start();
      const initial: CorsModuleOptions = { origin: A, exposedHeaders: 'x-a' };
      const app = await start({ initial });
      expect(corsHeaders(await get(app, A))).toEqual(expected({ acao: A, aceh: 'x-a', vary: 'Origin' }));
      expect(corsHeaders(await get(closed, A))).toEqual(expected({}));
      expect(corsHeaders(await get(closed, FIXED, '/cats/fixed'))).toEqual(
        expected({ acao: FIXED, vary: 'Origin' }),
      );
      expect(await app.shared.read()).toEqual({ version: 0, options: undefined });
      expect(await redis.exists(KEY)).toBe(0);
    });

    it('has the last version', async () => {
      const first = await start();
      expect(await first.shared.publish({ origin: B })).toBe(1);
      expect(await first.shared.publish({ origin: [A, TenantOrigins], maxAge: 7 })).toBe(2);
      const app = await start({ initial: { origin: C } });
      for (const origin of [A, TenantOrigins.ALLOWED]) {
        const headers = preflightHeaders(origin, 'PUT');
        const preflight = await send(app.port, { method: 'OPTIONS', path: '/cats', headers });
        expect([preflight.status, corsHeaders(preflight)]).toEqual([
          204,
          expected({ acao: origin, acam: 'PUT', acma: '7', vary: PREFLIGHT_VARY }),
        ]);
      }
      expect([await allows(app, B), await allows(app, C)]).toEqual([false, false]);
      const { replicas } = await app.shared.status();
      expect(replicas.map(({ version }) => version)).toEqual([2, 2]);
    });

    it('publishes the initial options if asked to, once for all replicas', async () => {
      const config = { initial: { origin: A }, publishInitial: true } as const;
      const apps = await Promise.all([start(config), start(config), start(config)]);
      expect(await redis.hget(KEY, 'version')).toBe('1');
      for (const { shared } of apps) {
        expect(await shared.read()).toEqual({ version: 1, options: { origin: A } });
        await until(async () => (await shared.status()).replicas.every(({ version }) => version === 1));
      }
      await apps[0]?.shared.publish({ origin: B });
      const later = await start(config);
      expect(await allows(later, B)).toBe(true);
      expect(await redis.hget(KEY, 'version')).toBe('2');
    });

    it('sees what is published while it starts', async () => {
      const first = await start();
      const module = optionsApp({ port: server.port });
      const { app, port } = await startApp(platform, module, {
        logger: log,
        prepare: async () => void (await first.shared.publish({ origin: A })),
      });
      running.push(app);
      expect(await allows({ app, port }, A)).toBe(true);
    });

    it.each([
      ['unknown options', { future: 1, origin: A }, /options, future: is no option here.*\[option-unknown\]/],
      ['a source without a name', { origin: { source: 'new' } }, /"new" to the sources/],
      ['a policy that is wrong', { origin: `${A}/` }, /options, origin: .* has a path/],
    ])('does not start with %s, and leaves no connection behind', async (_, options, message) => {
      const document = JSON.stringify({ format: 1, options });
      await redis.hset(KEY, { version: 3, id: 'x', document });
      const before = await clients();
      await expect(start()).rejects.toThrow(message);
      await until(async () => (await clients()) === before);
    });

    it('does not start with a document of another format', async () => {
      await redis.hset(KEY, { version: 3, id: 'x', document: '{"format":2}' });
      await expect(start()).rejects.toThrow(/document, format: 2 is not 1/);
    });

    it('does not start without Redis, unless it may', async () => {
      const first = await start();
      await first.shared.publish({ origin: B });
      await server.kill();
      let app: Replica;
      try {
        await expect(start({ timeout: 300 })).rejects.toThrow(
          'The options are in Redis, which cannot be reached within 300 ms: Redis is not connected.',
        );
        app = await start({ ...quick, startWithoutRedis: true, initial: { origin: A } });
        expect(await allows(app, A)).toBe(true);
        expect(log.lines).toContain(
          'warn: The options are in Redis, which cannot be reached within 300 ms. The app starts with the initial ones.',
        );
      } finally {
        await server.start();
      }
      const document = JSON.stringify({ format: 1, options: { origin: C } });
      await redis.hset(KEY, { version: 9, id: 'x', document });
      await until(() => allows(app, C));
      expect(await allows(app, A)).toBe(false);
    });

    it('waits for a Redis that is about to come', async () => {
      await server.kill();
      const starting = start({ timeout: 5000, initial: { origin: A } });
      await sleep(300);
      await server.start();
      expect(await allows(await starting, A)).toBe(true);
    });

    it('does not start where Redis does not answer', async () => {
      server.pause();
      try {
        await expect(start({ timeout: 300 })).rejects.toThrow(/cannot be reached within 300 ms: /);
      } finally {
        server.resume();
      }
    });

    async function clients(): Promise<number> {
      const list = String(await redis.client('LIST'));
      return list.split('\n').filter((line) => line !== '').length;
    }
  });

  describe('is made', () => {
    const config = (): [Redis, RedisCorsOptionsConfig] => [
      modelClient({ port: server.port }),
      { initial: { origin: A } },
    ];

    it('by the injector, and is used as a class of its own or as another provider', async () => {
      const REDIS = Symbol('REDIS');

      @Injectable()
      class InjectedOptions extends RedisCorsOptions {
        constructor(cors: CorsService, @Inject(REDIS) client: Redis) {
          super(cors, client, { initial: { origin: A } });
        }
      }

      const client = { provide: REDIS, useFactory: () => modelClient({ port: server.port }) };
      for (const module of [
        CorsModule.forRootAsync({ imports: [moduleOf(client)], useClass: InjectedOptions }),
        CorsModule.forRootAsync({
          imports: [moduleOf(client, InjectedOptions)],
          useExisting: InjectedOptions,
        }),
      ]) {
        await redis.flushall();
        const app = await startModule(appWith(module));
        expect(await allows(app, A)).toBe(true);
        await app.app.get(InjectedOptions, { strict: false }).publish({ origin: B });
        expect([await allows(app, A), await allows(app, B)]).toEqual([false, true]);
      }
    });

    it('by a factory of the options, which may hand them on', async () => {
      const app = await startModule(
        appWith(
          CorsModule.forRootAsync({
            imports: [moduleOf(sharedOptions({ port: server.port }, { initial: { origin: A } }))],
            inject: [SharedOptions],
            useFactory: (shared: SharedOptions) => shared.createCorsOptions(),
          }),
        ),
      );
      expect(await allows(app, A)).toBe(true);
      await app.app.get(SharedOptions).publish({ origin: B });
      expect(await allows(app, B)).toBe(true);
    });

    it('without HTTP, where nothing can be checked', async () => {
      @Module({ imports: [CorsModule.forRoot({})] })
      class ContextModule {}
      const context = await NestFactory.createApplicationContext(ContextModule, { logger: log });
      const shared = new SharedOptions(context.get(CorsService), ...config());
      try {
        await shared.onApplicationBootstrap();
        await expect(shared.publish({})).rejects.toThrow('This app serves no HTTP');
        expect(await shared.read()).toEqual({ version: 0, options: undefined });
        expect(await shared.status()).toEqual({ version: 0, replicas: [] });
      } finally {
        await shared.onModuleDestroy();
        await context.close();
      }
    });
  });

  describe('that publishes', () => {
    it('has the new version at once, and all others soon', async () => {
      const [here, there] = await Promise.all([
        start({ initial: { origin: A } }),
        start({ initial: { origin: A } }),
      ]);
      const origin: OriginOption[] = [B, /^https:\/\/pr-[0-9]+\.example\.com$/, TenantOrigins];
      expect(await here.shared.publish({ origin, credentials: true })).toBe(1);
      expect(here.cors.current()).toEqual({ origin, credentials: true });
      await until(async () => (await allows(there, B)) && !(await allows(there, A)), 200);
      for (const app of [here, there]) {
        for (const allowed of [B, 'https://pr-12.example.com', TenantOrigins.ALLOWED]) {
          expect(corsHeaders(await get(app, allowed))).toEqual(
            expected({ acao: allowed, acac: 'true', vary: 'Origin' }),
          );
        }
        expect(await app.shared.read()).toEqual({
          version: 1,
          options: {
            origin: [B, { regexp: String.raw`^https:\/\/pr-[0-9]+\.example\.com$` }, { source: 'tenants' }],
            credentials: true,
          },
        });
      }
      expect(log.lines.filter((line) => line === 'log: Version 1 of the options is in force')).toHaveLength(
        2,
      );
    });

    it('takes what has been read, in JSON', async () => {
      const app = await start();
      const { version, options } = await app.shared.read();
      await app.shared.publish({ ...options, origin: [A, { source: 'tenants' }] }, { basedOn: version });
      const second = await app.shared.read();
      const next = {
        ...second.options,
        policies: { cats: { origin: { regexp: '^https://c[a-z]+\\.example$' } } },
      };
      await app.shared.publish(next, { basedOn: second.version });
      expect(await app.shared.read()).toEqual({ version: 2, options: next });
      expect(app.cors.current()).toEqual({
        origin: [A, TenantOrigins],
        policies: { cats: { origin: /^https:\/\/c[a-z]+\.example$/ } },
      });
      expect(await allows(app, TenantOrigins.ALLOWED)).toBe(true);
    });

    @Controller('cats')
    class NamedController {
      @Get() @UseCorsPolicy('cats') list() {
        return [];
      }
    }

    it('is refused with all problems of the app, and nothing has changed', async () => {
      const initial: CorsModuleOptions = { policies: { cats: { origin: A } } };
      const started = await startModule(
        appWith(
          CorsModule.forRootAsync({
            imports: [moduleOf(sharedOptions({ port: server.port }, { initial }))],
            useExisting: SharedOptions,
          }),
          [NamedController],
        ),
      );
      const shared = started.app.get(SharedOptions);
      const before = started.app.get(CorsService).current();
      const listener = server.client();
      await listener.subscribe(`${KEY}:changes`);
      const heard: string[] = [];
      listener.on('message', (_channel, message) => void heard.push(message));

      expect(await problemsOf(shared.publish({ origin: B }))).toEqual([
        ['policy-unknown', 'NamedController#list', ''],
      ]);
      const invalid = { origin: [`${A}/`, () => true], maxAge: -1, future: 1, methods: [5n], policies: {} };
      expect(await problemsOf(shared.publish(invalid as never))).toEqual([
        ['option-type', 'options', 'origin[1]'],
        ['option-type', 'options', 'methods[0]'],
        ['origin-path', 'options', 'origin[0]'],
        ['max-age-invalid', 'options', 'maxAge'],
        ['option-unknown', 'options', 'future'],
        ['policy-unknown', 'NamedController#list', ''],
      ]);
      expect(await problemsOf(shared.publish({ ...initial, origin: [() => true] }))).toEqual([
        ['option-type', 'options', 'origin[0]'],
      ]);
      expect(await problemsOf(shared.publish({ ...initial, origin: { source: 'tenant' } } as never))).toEqual(
        [['origin-source-missing', 'options', 'origin']],
      );
      expect(await problemsOf(shared.publish('https://a.example' as never))).toEqual(
        expect.arrayContaining([['option-type', 'options', '']]),
      );
      await expect(shared.publish(initial, { basedOn: -1 })).rejects.toThrow(TypeError);
      await expect(shared.publish(initial, { basedOn: '0' as never })).rejects.toThrow(
        'basedOn is no version: give the one that read() or status() says, or 0',
      );
      expect(await redis.exists(KEY)).toBe(0);
      expect(started.app.get(CorsService).current()).toBe(before);
      expect(heard).toEqual([]);
      await shared.publish(initial);
      await until(() => heard.length > 0);
      expect(heard).toEqual(['1']);
    });

    it('loses to who was faster, by name and with both versions', async () => {
      const [here, there] = await Promise.all([start(), start()]);
      const outcomes = await Promise.all(
        [here, there, here, there].map(({ shared }, index) =>
          caught(shared.publish({ origin: `https://n${index}.example` }, { basedOn: 0 })),
        ),
      );
      const conflicts = outcomes.filter((one) => one instanceof CorsOptionsConflictError);
      expect(outcomes.filter((one) => one === undefined)).toHaveLength(1);
      expect(conflicts.map(({ name, basedOn, version }) => [name, basedOn, version])).toEqual(
        Array.from({ length: 3 }, () => ['CorsOptionsConflictError', 0, 1]),
      );
      const error = (await caught(here.shared.publish({}, { basedOn: 7 }))) as Error;
      expect(error.message).toBe(
        'The options are based on version 7, and version 1 is in Redis: read() it, make the change there, and publish again.',
      );
      const { options } = await here.shared.read();
      await until(async () => {
        const { replicas } = await here.shared.status();
        return replicas.every(({ version }) => version === 1);
      });
      expect(here.cors.current()).toEqual(options);
      expect(there.cors.current()).toEqual(options);
      // Without a word, based on what this replica runs.
      expect(await there.shared.publish({ origin: B })).toBe(2);
    });

    it('fails without Redis, and changes nothing', async () => {
      const app = await start({ ...quick, initial: { origin: A } });
      await server.kill();
      try {
        await until(() => log.lines.some((line) => line.startsWith("error: Redis can't be reached")));
        await expect(app.shared.publish({ origin: B })).rejects.toThrow('Redis is not connected');
        await expect(app.shared.read()).rejects.toThrow('Redis is not connected');
        await expect(app.shared.status()).rejects.toThrow('Redis is not connected');
        expect(await allows(app, A)).toBe(true);
        expect(log.lines).toContainEqual(
          expect.stringMatching(
            /^error: Redis can't be reached: .*The options in force stay, and new ones are taken on when it is back\.$/,
          ),
        );
      } finally {
        await server.start();
      }
      await until(() =>
        app.shared.publish({ origin: B }).then(
          () => true,
          () => false,
        ),
      );
      expect(await allows(app, B)).toBe(true);
    });
  });

  describe('that runs', () => {
    it('refuses as a whole what it cannot use, keeps what it has, and says why', async () => {
      const newer = await start({ ...quick, replica: 'newer' });
      const older = await start({ ...quick, replica: 'older', sources: {} });
      await newer.shared.publish({ origin: A });
      await until(() => allows(older, A));
      await newer.shared.publish({ origin: [B, TenantOrigins] });
      await until(async () => (await newer.shared.status()).replicas.some(({ refused }) => refused));
      const { version, replicas } = await newer.shared.status();
      expect(version).toBe(2);
      expect(replicas).toEqual([
        { replica: 'newer', version: 2, since: expect.any(Date), refused: undefined },
        {
          replica: 'older',
          version: 1,
          since: expect.any(Date),
          refused: {
            version: 2,
            reason: expect.stringContaining(
              'options, origin[1]: { source } names no source of this replica: add "tenants" to the sources of RedisCorsOptions (there are none). [origin-source-missing]',
            ),
          },
        },
      ]);
      expect([await allows(older, A), await allows(older, B)]).toEqual([true, false]);
      // Several heartbeats later it is still refused once.
      await sleep(350);
      const refusals = (): readonly string[] =>
        log.lines.filter((line) =>
          line.startsWith('error: Version 2 of the options is refused. Version 1 stays'),
        );
      expect(refusals()).toHaveLength(1);

      // What a newer release writes.
      const future = JSON.stringify({ format: 1, options: { origin: C, crossOriginIsolation: true } });
      await redis.hset(KEY, { version: 3, id: 'y', document: future });
      const why = async (): Promise<readonly unknown[]> =>
        (await newer.shared.status()).replicas.map(({ refused }) => refused);
      await until(async () =>
        (await why()).every((refused) => (refused as { version: number })?.version === 3),
      );
      for (const refused of await why()) {
        expect(refused).toMatchObject({
          reason: expect.stringContaining('options, crossOriginIsolation: is no option here'),
        });
      }
      expect([await allows(older, A), await allows(newer, B)]).toEqual([true, true]);
      expect([await allows(older, C), await allows(newer, C)]).toEqual([false, false]);

      // The way out.
      await newer.shared.publish({ origin: C }, { basedOn: 3 });
      await until(async () => (await allows(older, C)) && (await why()).every((one) => one === undefined));
    });

    it('finds at a heartbeat what was not announced, and another document of the same version', async () => {
      const app = await start(quick);
      await app.shared.publish({ origin: A });
      const put = (version: number, id: string, origin: string): Promise<number> =>
        redis.hset(KEY, { version, id, document: JSON.stringify({ format: 1, options: { origin } }) });
      await put(2, 'x', B);
      await until(() => allows(app, B), 1000);
      // As after a failover that has lost a version.
      await put(2, 'y', C);
      await until(() => allows(app, C), 1000);
      await put(1, 'z', A);
      await until(() => allows(app, A), 1000);
      expect(await app.shared.publish({ origin: B })).toBe(2);
    });

    it('keeps what it has where Redis has lost the document', async () => {
      const app = await start({ ...quick, initial: { origin: B }, publishInitial: true });
      await until(async () => (await app.shared.read()).version === 1);
      await app.shared.publish({ origin: A });
      await redis.flushall();
      await until(async () => (await app.shared.status()).replicas.some(({ refused }) => refused));
      expect(await app.shared.status()).toMatchObject({
        version: 0,
        replicas: [
          { version: 2, refused: { version: 0, reason: expect.stringContaining('{ basedOn: 0 }') } },
        ],
      });
      await sleep(250);
      expect([await allows(app, A), await allows(app, B)]).toEqual([true, false]);
      expect(log.lines.filter((line) => line.includes('any more'))).toEqual([
        'error: Version 2 stays in force. There are no options in Redis any more. Publish them again, on a replica that still runs them: publish(cors.current(), { basedOn: 0 }).',
      ]);
      expect(await app.shared.publish({ origin: C }, { basedOn: 0 })).toBe(1);
      expect(await allows(app, C)).toBe(true);
      expect((await app.shared.status()).replicas).toMatchObject([{ version: 1, refused: undefined }]);
    });

    it.each([
      ['nobody publishes the initial ones', false],
      ['it would publish the initial ones', true],
    ])('says loudly that others have options which Redis has lost, where %s', async (_, publishInitial) => {
      const config: RedisCorsOptionsConfig = { ...quick, initial: { origin: B } };
      const old = await start({ ...config, replica: 'old' });
      await old.shared.publish({ origin: A });
      await redis.del(KEY);
      const app = await start({ ...config, publishInitial, replica: 'new' });
      const lost = log.lines.filter((line) => line.includes('old runs version 1'));
      expect(lost).toEqual([
        'error: The initial options stay in force. There are no options in Redis, but old runs version 1: Redis has lost them. ' +
          'Publish them again, on a replica that still runs them: publish(cors.current(), { basedOn: 0 }).',
      ]);
      const refusal = (await app.shared.status()).replicas.find(({ replica }) => replica === 'new');
      expect(refusal).toMatchObject({ version: 0, refused: { version: 0 } });
      expect(refusal?.refused?.reason).toContain('old runs version 1');
      await sleep(350);
      expect(log.lines.filter((line) => line.includes('old runs version 1'))).toHaveLength(1);
      expect([await allows(app, A), await allows(app, B)]).toEqual([false, true]);
      await expect(old.shared.publish({ origin: C })).rejects.toThrow(
        'The options are based on version 1, and Redis has none: it has lost them, or they are in another one. To publish these as the first ones, say so: publish(options, { basedOn: 0 }).',
      );
      expect(await old.shared.publish(old.cors.current(), { basedOn: 0 })).toBe(1);
      await until(() => allows(app, A));
      await until(async () =>
        (await app.shared.status()).replicas.every(({ refused }) => refused === undefined),
      );
    });

    it('takes nothing for lost where the others that had it are gone', async () => {
      const config: RedisCorsOptionsConfig = { ...quick, initial: { origin: B } };
      const old = await start({ ...config, replica: 'old' });
      await old.shared.publish({ origin: A });
      await redis.del(KEY);
      const app = await start({ ...config, replica: 'new' });
      await old.app.close();
      running = running.filter((one) => one !== old.app);
      await until(async () =>
        (await app.shared.status()).replicas.every(({ refused }) => refused === undefined),
      );
    });

    it('says once that it may not tell what it runs, and goes on', async () => {
      const app = await start(quick);
      await redis.multi().del(`${KEY}:replicas`).set(`${KEY}:replicas`, 'a string').exec();
      await until(() => log.lines.some((line) => line.includes('WRONGTYPE')));
      await sleep(350);
      expect(log.lines.filter((line) => line.includes('WRONGTYPE'))).toEqual([
        'error: Redis refuses: WRONGTYPE Operation against a key holding the wrong kind of value. ' +
          'Nobody is told what this replica runs.',
      ]);
      await app.shared.publish({ origin: A });
      expect(await allows(app, A)).toBe(true);
    });

    it('stays in the list beside one that tells more often, and is gone', async () => {
      const slow = await start({ ...quick, heartbeat: 60_000, replica: 'slow' });
      const often = await start({ ...quick, replica: 'often' });
      const names = async () => (await slow.shared.status()).replicas.map(({ replica }) => replica);
      await until(async () => (await names()).length === 2);
      running = running.filter((app) => app !== often.app);
      await often.app.close();
      // Longer than three of its heartbeats.
      await sleep(400);
      expect(await names()).toEqual(['slow']);
    });

    it('says once that Redis refuses, and goes on', async () => {
      const app = await start(quick);
      await app.shared.publish({ origin: A });
      await redis.multi().del(KEY).set(KEY, 'a string').exec();
      await until(() => log.lines.some((line) => line.startsWith('error: Redis refuses: WRONGTYPE')));
      await sleep(350);
      expect(log.lines.filter((line) => line.includes('WRONGTYPE'))).toHaveLength(1);
      expect(await allows(app, A)).toBe(true);
      await redis.del(KEY);
      await app.shared.publish({ origin: B }, { basedOn: 0 });
      expect(await allows(app, B)).toBe(true);
    });

    it('finds at a heartbeat what it has not heard, because the connection that listens is dead', async () => {
      const proxy = await Proxy.to(server.port);
      try {
        const here = await start();
        const there = await start(quick, { port: proxy.port });
        await here.shared.publish({ origin: A });
        await until(() => allows(there, A));
        proxy.forget('subscribe');
        await here.shared.publish({ origin: B });
        await until(() => allows(there, B), 1000);
      } finally {
        proxy.close();
      }
    });

    it('uses keys with the prefix of the client', async () => {
      const [here, there] = await Promise.all([
        start({ key: 'cors' }, { keyPrefix: 'app:' }),
        start({ key: 'cors' }, { keyPrefix: 'app:' }),
      ]);
      await here.shared.publish({ origin: A });
      await until(() => allows(there, A), 200);
      const { version, replicas } = await there.shared.status();
      expect([version, replicas.length]).toEqual([1, 2]);
      const keys = (await redis.keys('*')).map((key) => key.replace(/[0-9a-f-]{36}$/, '…')).toSorted();
      expect(keys).toEqual(['app:cors', 'app:cors:replica:…', 'app:cors:replica:…', 'app:cors:replicas']);
    });

    it('says what it runs until it ends, by itself or not', async () => {
      const before = Date.now();
      const heartbeat = 400;
      const here = await start({ heartbeat, replica: 'here' });
      const there = await start({ heartbeat, replica: 'there' });
      const names = async (): Promise<readonly string[]> =>
        (await here.shared.status()).replicas.map(({ replica }) => replica);
      expect(await names()).toEqual(['here', 'there']);
      await here.shared.publish({ origin: A });
      const [status] = (await here.shared.status()).replicas;
      expect(Number(status?.since)).toBeGreaterThanOrEqual(before);
      expect(Number(status?.since)).toBeLessThanOrEqual(Date.now());
      running = running.filter((app) => app !== there.app);
      await there.app.close();
      expect(await names()).toEqual(['here']);
      // One that has ended without a word.
      await redis.sadd(`${KEY}:replicas`, 'dead');
      await redis.set(
        `${KEY}:replica:dead`,
        JSON.stringify({ replica: 'dead', version: 1, since: 0 }),
        'PX',
        200,
      );
      expect(await names()).toEqual(['dead', 'here']);
      await sleep(250);
      expect(await names()).toEqual(['here']);
      expect(await redis.scard(`${KEY}:replicas`)).toBe(1);
      // Longer than what it has said last holds.
      await sleep(heartbeat * 4);
      expect(await names()).toEqual(['here']);
      await here.app.close();
      running = [];
      expect(await redis.keys('*')).toEqual([KEY]);
    });
  });
});
