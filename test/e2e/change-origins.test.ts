import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import fc from 'fast-check';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  CorsService,
  type CorsModuleOptions,
  type OriginString,
} from '../../lib/index.js';
import { readingOf } from '../../lib/policy/origin-strings.js';
import { seed } from '../protocol/seed.js';
import { PLATFORMS, startApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const A = 'https://a.example';
const B = 'https://b.example';
const C = 'https://c.example';

@Controller('cats')
class CatsController {
  @Get() list() {
    return 'cats';
  }
  @Get('own') @AllowOrigin(B) own() {
    return 'own';
  }
}

@Controller('derived')
class DerivedController {
  @Get('wider') @AllowOrigin(B, { merge: 'extend' }) wider() {
    return 'wider';
  }
  @Get('narrower') @AllowOrigin(/https:\/\/[a-z]\.example/, { merge: 'restrict' }) narrower() {
    return 'narrower';
  }
}

/** So many that the list is changed in place. */
const MANY = Array.from({ length: 1_500 }, (_, index): OriginString => `https://many-${index}.example`);

function moduleOf(options: CorsModuleOptions, ...controllers: Type[]): DynamicModule {
  @Module({})
  class AppModule {}
  return {
    module: AppModule,
    imports: [CorsModule.forRoot(options)],
    controllers: [CatsController, ...controllers],
  };
}

type Listed = 'a few' | 'many' | 'many, from which others are derived';
const LISTS: readonly Listed[] = ['a few', 'many', 'many, from which others are derived'];

describe.each(PLATFORMS.flatMap((platform) => LISTS.map((listed) => [platform, listed] as const)))(
  'origins that come and go on %s, in a list of %s',
  (platform, listed) => {
    const start = appsOfSuite();
    const first: readonly OriginString[] = [
      ...(listed === 'a few' ? [] : MANY),
      'https://*.pattern.example',
      A,
    ];
    const isDerived = listed === 'many, from which others are derived';

    async function run(options: Partial<CorsModuleOptions> = {}) {
      const controllers = isDerived ? [DerivedController] : [];
      const given = { origin: first, ...options } as CorsModuleOptions;
      const { app, port } = await start(platform, moduleOf(given, ...controllers));
      const reads = async (path: string, origin: string): Promise<boolean> => {
        const found = corsHeaders(await send(port, { path, headers: { origin } }));
        const acac = options.credentials === true ? { acac: 'true' } : {};
        const open = expected({ acao: origin, ...acac, vary: 'Origin' });
        const isOpen = isDeepStrictEqual({ ...found }, { ...open });
        if (!isOpen) expect(found).toEqual(expected({ vary: 'Origin' }));
        return isOpen;
      };
      return { app, port, cors: app.get(CorsService), reads };
    }

    it('are allowed wherever the list is, and nowhere else', async () => {
      const { cors, reads } = await run();
      const added = cors.addOrigins([C, 'https://d.example']);
      await added;
      expect(await Promise.all([A, C].map((origin) => reads('/cats', origin)))).toEqual([true, true]);
      expect(await reads('/nowhere', C)).toBe(true);
      expect(await reads('/cats/own', C)).toBe(false);
      expect(await reads('/cats', B)).toBe(false);
      if (isDerived) {
        expect(await Promise.all([B, C].map((origin) => reads('/derived/wider', origin)))).toEqual([
          true,
          true,
        ]);
        expect(await Promise.all([B, C].map((origin) => reads('/derived/narrower', origin)))).toEqual([
          false,
          true,
        ]);
      }
      await cors.removeOrigins([A, C]);
      expect(await Promise.all([A, C].map((origin) => reads('/cats', origin)))).toEqual([false, false]);
      expect(await reads('/cats', 'https://d.example')).toBe(true);
      if (isDerived) expect(await reads('/derived/wider', C)).toBe(false);
    });

    // A later update() had to read the whole list again, though nothing of it was new.
    it('leave what was read of the list, once they are gone again', async () => {
      const { cors } = await run();
      const isRead = (): boolean => readingOf(cors.current().origin as readonly unknown[]) !== undefined;
      expect(isRead()).toBe(listed !== 'a few');
      await cors.addOrigins([B, C]);
      await cors.removeOrigins([B, C]);
      expect(isRead()).toBe(listed !== 'a few');
    });

    it('are shown, in their order, and last until the list is replaced', async () => {
      const { cors, reads } = await run({ maxAge: 7 });
      const before = cors.current();
      await cors.addOrigins(C);
      await cors.removeOrigins(A);
      await cors.addOrigins([B, A, C]);
      const origin = [...first.filter((one) => one !== A), C, B, A];
      expect(cors.current()).toEqual({ origin, maxAge: 7 });
      expect(cors.current()).toBe(cors.current());
      expect([Object.isFrozen(cors.current()), Object.isFrozen(cors.current().origin)]).toEqual([true, true]);
      expect(before).toEqual({ origin: first, maxAge: 7 });
      const shown = cors.routes().find(({ where }) => where === 'CatsController#list')?.policy?.origin;
      expect(shown).toEqual(origin);
      const explained = await cors.explain({ method: 'GET', url: '/cats', headers: { origin: C } });
      expect(explained.allowed).toBe(true);

      await cors.update({ ...cors.current(), maxAge: 8 });
      expect(await reads('/cats', C)).toBe(true);
      await cors.addOrigins('https://later.example');
      expect(await reads('/cats', 'https://later.example')).toBe(true);
      // What somebody has kept says what it said then.
      await cors.update(before);
      expect(cors.current()).toEqual(before);
      expect(await Promise.all([A, B, C].map((one) => reads('/cats', one)))).toEqual([true, false, false]);
    });

    it('are changed in the order of the calls, and none by one that is refused', async () => {
      const { cors, reads } = await run();
      const calls = [
        cors.addOrigins([B, C]),
        cors.addOrigins([`${B}/` as OriginString, 'https://never.example']),
        cors.removeOrigins(B),
        cors.update({ origin: [...first, B] }),
        cors.removeOrigins([A, 'https://never.example']),
        cors.addOrigins(C),
        cors.addOrigins(C),
      ];
      const settled = await Promise.allSettled(calls);
      expect(settled.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        ...Array.from({ length: 5 }, () => 'fulfilled'),
      ]);
      expect(cors.current()).toEqual({ origin: [...first.filter((one) => one !== A), B, C] });
      expect(await Promise.all([A, B, C].map((one) => reads('/cats', one)))).toEqual([false, true, true]);
      expect(await reads('/cats', 'https://never.example')).toBe(false);
    });

    it('are copied when they are given', async () => {
      const { cors, reads } = await run();
      const mine: OriginString[] = [B];
      const added = cors.addOrigins(mine);
      mine.push(C);
      await added;
      expect([await reads('/cats', B), await reads('/cats', C)]).toEqual([true, false]);
    });

    it('may be patterns', async () => {
      const { cors, reads } = await run();
      await cors.addOrigins('https://*.more.example');
      expect(await reads('/cats', 'https://x.more.example')).toBe(true);
      expect(await reads('/cats', 'https://x.pattern.example')).toBe(true);
      await cors.removeOrigins('https://*.pattern.example');
      expect(await reads('/cats', 'https://x.pattern.example')).toBe(false);
    });

    it.each<[what: string, origins: unknown, problem: object]>([
      [
        'what is no origin',
        [B, 'https://c.example/'],
        { code: 'origin-path', where: 'addOrigins()', field: '[1]', value: 'https://c.example/' },
      ],
      ['what is no string', [B, /x/], { code: 'option-type', where: 'addOrigins()', field: '[1]' }],
      ['nothing', undefined, { code: 'option-type', where: 'addOrigins()', field: '[0]' }],
      ["'*'", '*', { code: 'origin-any-in-list', where: 'addOrigins()' }],
      ["'null'", 'null', { code: 'origin-null', where: 'options' }],
      ["'file://'", 'file://', { code: 'origin-file', where: 'options' }],
      [
        'plain http with credentials',
        [B, 'http://c.example'],
        { code: 'origin-insecure-with-credentials', where: 'options', value: 'http://c.example' },
      ],
      ['a public suffix', 'https://*.com', { code: 'origin-public-suffix', where: 'options' }],
    ])('are refused as when the app starts, and none of them is added: %s', async (_, origins, problem) => {
      const { cors, reads } = await run({ credentials: true });
      const current = cors.current();
      const error: unknown = await cors
        .addOrigins(origins as OriginString)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CorsConfigurationError);
      const { problems } = error as CorsConfigurationError;
      expect(problems[0]).toMatchObject(problem);
      // Where a layer widens the list, the same is wrong with that.
      expect(new Set(problems.map(({ code }) => code)).size).toBe(1);
      expect(cors.current()).toBe(current);
      expect(await reads('/cats', B)).toBe(false);
    });

    it('are not removed if a pattern still allows them, and the list is never emptied', async () => {
      const { cors, reads } = await run();
      const covered = 'https://x.pattern.example';
      const codes = async (change: Promise<void>): Promise<unknown> => {
        const error: unknown = await change.catch((thrown: unknown) => thrown);
        return (error as CorsConfigurationError).problems.map(({ code, value }) => [code, value]);
      };
      expect(await codes(cors.removeOrigins([A, covered]))).toEqual([['option-conflict', covered]]);
      expect(await codes(cors.removeOrigins(first))).toEqual([['origin-empty', []]]);
      expect(await reads('/cats', A)).toBe(true);
      await cors.addOrigins(B);
      await cors.removeOrigins([A, covered, 'https://*.pattern.example']);
      expect(await reads('/cats', A)).toBe(false);
    });
  },
);

describe.each(PLATFORMS)('origins that come and go on %s', (platform) => {
  it("have nothing to do beside '*', and start a list where there is none", async () => {
    const { app } = await startApp(platform, moduleOf({ origin: '*' }));
    const cors = app.get(CorsService);
    await expect(cors.addOrigins(A)).rejects.toThrow(/has nothing to add to '\*'.*\[origin-any-in-list\]/);
    await expect(cors.removeOrigins(A)).rejects.toThrow(/cannot be removed from '\*'.*\[option-conflict\]/);
    await cors.update({});
    await cors.removeOrigins(A);
    await cors.addOrigins([A, B]);
    expect(cors.current()).toEqual({ origin: [A, B] });
    await cors.update({ origin: () => false });
    await cors.addOrigins(A);
    const explained = await cors.explain({ method: 'GET', url: '/cats', headers: { origin: A } });
    await app.close();
    expect(explained.allowed).toBe(true);
  });

  // So many that they come in slices; and so many that the list is compiled anew.
  it.each([5_000, 31_000])('may be %d at once', async (length) => {
    const { app, port } = await startApp(platform, moduleOf({ origin: MANY }));
    const cors = app.get(CorsService);
    const more = Array.from({ length }, (_, index): OriginString => `https://more-${index}.example`);
    const last = more.at(-1) as OriginString;
    const reads = async (): Promise<unknown> =>
      corsHeaders(await send(port, { path: '/cats', headers: { origin: last } }));
    await cors.addOrigins(more);
    const added = [await reads(), cors.current()];
    await cors.removeOrigins(more);
    const removed = [await reads(), cors.current()];
    await app.close();
    expect(added).toEqual([expected({ acao: last, vary: 'Origin' }), { origin: [...MANY, ...more] }]);
    expect(removed).toEqual([expected({ vary: 'Origin' }), { origin: MANY }]);
  });

  it('are not all removed, and not what an expression beside them covers', async () => {
    const { app } = await startApp(platform, moduleOf({ origin: MANY }));
    const cors = app.get(CorsService);
    await expect(cors.removeOrigins(MANY)).rejects.toThrow('[origin-empty]');
    const pattern = 'https://*.f.example';
    await cors.update({ origin: [...MANY, pattern, /https:\/\/x\.g\.example/, () => false] });
    await expect(cors.removeOrigins([pattern, 'https://x.g.example'])).rejects.toThrow('[option-conflict]');
    await cors.removeOrigins([pattern, 'https://a.f.example']);
    const { origin } = cors.current();
    await app.close();
    expect(origin).toHaveLength(MANY.length + 2);
  });

  it.each<[beside: string, others: readonly (OriginString | RegExp)[]]>([
    ['plain patterns', ['https://*.p.example', 'https://**.q.example']],
    ['others', ['https://*.p.example', /https:\/\/r\d\.example/, 'https://*.q.example:*']],
  ])('come and go beside %s, and all are shown in their order', async (_, others) => {
    const [first, second] = [MANY[0] as OriginString, MANY[1] as OriginString];
    const rest = MANY.slice(2);
    const { app } = await startApp(platform, moduleOf({ origin: [first, ...others, second, ...rest] }));
    const cors = app.get(CorsService);
    await cors.addOrigins([B, C]);
    await cors.removeOrigins([first, B]);
    const shown = cors.routes().find(({ where }) => where === 'options')?.policy?.origin;
    const { origin } = cors.current();
    const asked = ['https://x.p.example', 'https://x.q.example', C, first, B, 'https://p.example'];
    const allowed = await Promise.all(
      asked.map(async (one) => cors.explain({ method: 'GET', url: '/cats', headers: { origin: one } })),
    );
    await app.close();
    const left = [...others, second, ...rest, C];
    expect(origin).toEqual(left);
    expect(shown).toEqual(left.map(String));
    expect(allowed.map((one) => one.allowed)).toEqual([true, true, true, false, false, false]);
  });

  it('come and go in a list that has had some of them twice', async () => {
    const twice = [...MANY, MANY[0] as OriginString, MANY[1] as OriginString];
    const { app } = await startApp(platform, moduleOf({ origin: twice }));
    const cors = app.get(CorsService);
    await cors.removeOrigins(MANY[1] as OriginString);
    const once = MANY.filter((one) => one !== MANY[1]);
    expect(new Set(cors.current().origin as readonly string[])).toEqual(new Set(once));
    await cors.update({ origin: [...twice, A] });
    await cors.update({ origin: [...twice, A, B] });
    const { allowed } = await cors.explain({ method: 'GET', url: '/cats', headers: { origin: B } });
    await app.close();
    expect(allowed).toBe(true);
  });

  it('leave alone what has the very same list elsewhere', async () => {
    const options: CorsModuleOptions = { origin: MANY };
    const one = await startApp(platform, moduleOf(options));
    const shared = one.app.get(CorsService).current();
    const other = await startApp(platform, moduleOf(shared));
    const cors = other.app.get(CorsService);
    await cors.update({ ...shared, routes: [{ path: '/x', policy: { origin: MANY } }] });
    const routes = [{ path: '/x', policy: { origin: cors.current().origin } }] as CorsModuleOptions['routes'];
    await cors.update({ ...cors.current(), routes });
    await cors.addOrigins(A);
    const get = async (port: number, path: string): Promise<unknown> =>
      corsHeaders(await send(port, { path, headers: { origin: A } }));
    const found = [await get(other.port, '/cats'), await get(other.port, '/x'), await get(one.port, '/cats')];
    await Promise.all([one.app.close(), other.app.close()]);
    const closed = expected({ vary: 'Origin' });
    expect(found).toEqual([expected({ acao: A, vary: 'Origin' }), closed, closed]);
  });
});

describe.each(PLATFORMS)(`changes in random order on %s (FC_SEED=${seed})`, (platform) => {
  const start = appsOfSuite();
  /** With one that is never removed: a list that is restricted to nothing would be refused. */
  const BASE: readonly OriginString[] = [...MANY, 'https://z.example'];
  const apps: INestApplication[] = [];
  beforeAll(async () => {
    for (const controllers of [[], [DerivedController]]) {
      apps.push((await start(platform, moduleOf({ origin: BASE }, ...controllers))).app);
    }
  });

  const NAMES: readonly OriginString[] = [
    A,
    B,
    C,
    'https://d.example',
    'http://e.example',
    'https://*.f.example',
  ];
  const some = fc.uniqueArray(fc.constantFrom(...NAMES, ...MANY.slice(0, 3)), { minLength: 1, maxLength: 3 });
  const change = fc.oneof(
    { arbitrary: fc.record({ kind: fc.constantFrom('add', 'remove', 'remove'), origins: some }), weight: 8 },
    { arbitrary: fc.record({ kind: fc.constantFrom('update', 'repeat', 'junk'), origins: some }), weight: 1 },
  );

  it('come to what they come to in a plain list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), fc.boolean(), async (changes, isHasty) => {
        for (const app of apps) {
          const cors = app.get(CorsService);
          let list: readonly OriginString[] = BASE;
          await cors.update({ origin: BASE });
          const calls: Promise<void>[] = [];
          for (const { kind, origins } of changes) {
            let call: Promise<void>;
            if (kind === 'add') {
              call = cors.addOrigins(origins);
              list = list.concat(origins.filter((one) => !list.includes(one)));
            } else if (kind === 'remove') {
              call = cors.removeOrigins(origins);
              list = list.filter((one) => !origins.includes(one));
            } else if (kind === 'update') {
              list = [...origins, ...BASE.filter((one) => !origins.includes(one))];
              call = cors.update({ origin: list });
            } else if (kind === 'repeat') {
              call = isHasty ? Promise.resolve() : cors.update(cors.current());
            } else {
              call = cors.addOrigins([...origins, 'https://junk/']).catch(() => {});
            }
            calls.push(call);
            if (!isHasty) await call;
          }
          await Promise.all(calls);
          if (JSON.stringify(cors.current().origin) !== JSON.stringify(list)) return false;
          for (const origin of [...NAMES.slice(0, 5), 'https://x.f.example', ...MANY.slice(0, 3)]) {
            const expectedVerdict = list.includes(
              (origin === 'https://x.f.example' ? 'https://*.f.example' : origin) as OriginString,
            );
            const { allowed } = await cors.explain({ method: 'GET', url: '/cats', headers: { origin } });
            if (allowed !== expectedVerdict) return false;
          }
        }
        return true;
      }),
      { seed, numRuns: 60 },
    );
  });
});
