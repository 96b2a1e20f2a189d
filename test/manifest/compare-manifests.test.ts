import { describe, expect, it } from '@jest/globals';
import { All, Controller, Delete, Get, Head, Post, Put, type Type } from '@nestjs/common';
import {
  AllowOrigin,
  compareManifests,
  NoCors,
  Preflight,
  type CorsManifest,
  type ManifestLine,
  type ManifestPolicy,
} from '../../lib/index.js';
import { made } from './apps.js';

const A = 'https://a.example';
const B = 'https://b.example';

/** What is said of two apps without routes. */
async function said(before: object, after: object): Promise<readonly string[]> {
  return between(made(before), made(after));
}

async function between(before: CorsManifest, after: CorsManifest): Promise<readonly string[]> {
  const { changes, isWider } = await compareManifests(before, after);
  expect(isWider).toBe(changes.some(({ effect }) => effect === 'wider' || effect === 'undecidable'));
  const verbs = {
    wider: 'is wider',
    undecidable: 'may be wider',
    narrower: 'is narrower',
    neutral: 'has changed',
  };
  for (const { effect, subject, message } of changes) {
    expect(message.startsWith(`${subject} ${verbs[effect]}: `)).toBe(true);
  }
  return changes.map(({ message }) => message);
}

const isPartner = (): boolean => true;
const UNDECIDABLE = 'what expressions and sources allow is undecidable';

/** The options before and after, and what is said of the default, in front of which all have its name. */
const DEFAULTS: readonly (readonly [before: object, after: object, said: readonly string[]])[] = [
  [{ origin: A }, { origin: A }, []],
  [{ origin: [A, B] }, { origin: [B, A] }, []],
  [{ origin: A }, { origin: [A, B] }, [`is wider: ${B} may now read it, before ${A}`]],
  [
    { origin: 'https://app.example.com' },
    { origin: 'https://*.example.com' },
    ['is wider: https://*.example.com may now read it, before https://app.example.com'],
  ],
  [
    { origin: 'https://**.example.com' },
    { origin: ['https://*.example.com', 'https://a.b.example.com'] },
    [
      'is narrower: https://**.example.com may no longer read it, now https://*.example.com and https://a.b.example.com',
    ],
  ],
  [
    { origin: A },
    { origin: B },
    [`is wider: ${B} may now read it, before ${A}`, `is narrower: ${A} may no longer read it, now ${B}`],
  ],
  [{}, { origin: '*' }, ['is wider: everybody may now read it, before nobody', 'has changed: origin']],
  [{ origin: '*' }, {}, ['is narrower: everybody may no longer read it, now nobody', 'has changed: origin']],
  [
    { origin: A },
    { origin: [A, isPartner] },
    [`may be wider: isPartner (options) may now read it, before ${A}: ${UNDECIDABLE}`],
  ],
  [
    { origin: [A, isPartner] },
    { origin: A },
    [`is narrower: isPartner (options) may no longer read it, now ${A}: ${UNDECIDABLE}`],
  ],
  [{ origin: isPartner }, { origin: isPartner }, []],
  [
    { origin: [A, B] },
    { origin: [A, B], reportOnly: { origin: A } },
    [`has changed: a policy to come is reported now: under it ${A} may read it`],
  ],
  [
    { origin: [A, B], reportOnly: { origin: A } },
    { origin: [A, B] },
    ['has changed: no policy to come is reported any more'],
  ],
  [
    { origin: [A, B], reportOnly: { origin: A } },
    { origin: [A, B], reportOnly: { origin: [A, 'https://c.example'] } },
    [`has changed: under the policy to come https://c.example may now read it, before ${A}`],
  ],
  [
    { origin: /https:\/\/[a-z]\.example\.com/ },
    { origin: 'https://a.example.com' },
    [
      String.raw`may be wider: https://a.example.com may now read it, before /https:\/\/[a-z]\.example\.com/: ${UNDECIDABLE}`,
      String.raw`is narrower: /https:\/\/[a-z]\.example\.com/ may no longer read it, now https://a.example.com: ${UNDECIDABLE}`,
    ],
  ],
  [
    { origin: A },
    { origin: A, credentials: true },
    ['is wider: responses to requests with credentials may now be read'],
  ],
  [
    { origin: A, credentials: true },
    { origin: A },
    ['is narrower: responses to requests with credentials may no longer be read'],
  ],
  [
    { origin: isPartner, credentials: true },
    { origin: isPartner },
    [
      'may be wider: plain http: origins may now be let in by its expressions and sources',
      'is narrower: responses to requests with credentials may no longer be read',
    ],
  ],
  [
    { origin: isPartner, credentials: true, dangerously: { insecureOrigins: true } },
    { origin: isPartner, credentials: true },
    [
      'is narrower: plain http: origins may no longer be let in by its expressions and sources',
      'has changed: dangerously is none now, before insecureOrigins',
    ],
  ],
  [
    { origin: A },
    { origin: A, dangerously: { nullOrigin: true } },
    ['has changed: dangerously is nullOrigin now, before none'],
  ],
  [
    { origin: A, exposedHeaders: 'x-a' },
    { origin: A, exposedHeaders: 'x-b' },
    ['is wider: scripts may now see x-b', 'is narrower: scripts may no longer see x-a'],
  ],
  [
    { origin: A, exposedHeaders: 'x-a' },
    { origin: A, exposedHeaders: '*' },
    ['is wider: scripts may now see any other header'],
  ],
  [
    { origin: A, exposedHeaders: '*' },
    { origin: A, exposedHeaders: 'x-a' },
    ['is narrower: scripts may no longer see any other header'],
  ],
  [
    { origin: A, allowedHeaders: '*' },
    { origin: A, allowedHeaders: ['x-a', 'authorization'] },
    [
      'is wider: requests may now carry authorization',
      'is narrower: requests may no longer carry any other header',
    ],
  ],
  [
    { origin: A, methods: 'PUT' },
    { origin: A, methods: ['PUT', 'DELETE', 'GET'] },
    ['is wider: a preflight may now approve DELETE'],
  ],
  [
    { origin: A, methods: 'PUT' },
    { origin: A, methods: ['PUT', 'GET'] },
    ['has changed: methods is GET, PUT now, before PUT'],
  ],
  [
    { origin: A },
    { origin: A, methods: 'PUT' },
    [
      'is wider: a preflight may now approve PUT',
      'is narrower: a preflight may no longer approve methods that no route serves',
    ],
  ],
  [
    { origin: A, enforce: true },
    { origin: A },
    ['is wider: requests of other origins now reach it, before they were refused'],
  ],
  [{ origin: A }, { origin: A, enforce: true }, ['is narrower: requests of other origins are now refused']],
  [
    { origin: A, enforce: true },
    { origin: A, enforce: 'unsafe' },
    ['is wider: requests of other origins by GET, HEAD and OPTIONS now reach it, before they were refused'],
  ],
  [
    { origin: A, enforce: 'unsafe' },
    { origin: A },
    [
      'is wider: requests of other origins by methods other than GET, HEAD and OPTIONS now reach it, before they were refused',
    ],
  ],
  [
    { origin: A },
    { origin: A, enforce: 'unsafe' },
    ['is narrower: requests of other origins by methods other than GET, HEAD and OPTIONS are now refused'],
  ],
  [
    { origin: A, enforce: 'unsafe' },
    { origin: A, enforce: true },
    ['is narrower: requests of other origins by GET, HEAD and OPTIONS are now refused'],
  ],
  [
    { origin: '*', enforce: true },
    { origin: '*', enforce: 'unsafe' },
    ["has changed: enforce is 'unsafe' now, and refused nobody before"],
  ],
  [
    { origin: '*' },
    { origin: '*', enforce: 'unsafe' },
    ["has changed: enforce is 'unsafe' now, and refuses nobody, since '*' allows every origin"],
  ],
  [
    { origin: '*' },
    { origin: '*', enforce: true },
    ["has changed: enforce is on now, and refuses nobody, since '*' allows every origin"],
  ],
  [
    { origin: '*', enforce: true },
    { origin: '*' },
    ['has changed: enforce is off now, and refused nobody before'],
  ],
  [{ origin: A, maxAge: 5 }, { origin: A }, ['has changed: maxAge is not sent now, before 5 seconds']],
  [
    { origin: A },
    { origin: A, maxAge: 600, optionsSuccessStatus: 200 },
    [
      'has changed: maxAge is 600 seconds now, before not sent',
      'has changed: optionsSuccessStatus is 200 now, before 204',
    ],
  ],
  // Where nobody may read, no header of a policy matters.
  [
    { exposedHeaders: 'x-a' },
    { exposedHeaders: 'x-b' },
    ['has changed: scripts may now see x-b', 'has changed: scripts may no longer see x-a'],
  ],
];

describe('compareManifests()', () => {
  it.each(
    DEFAULTS.map(([before, after, messages]) => ({
      title: messages.join('; ') || 'nothing',
      before,
      after,
      messages,
    })),
  )('says: $title', async ({ before, after, messages }) => {
    const found = (await said(before, after)).filter((message) => !message.includes('comes from'));
    const expected = messages.filter((message) => message !== 'has changed: origin');
    expect(found).toEqual(expected.map((message) => `default ${message}`));
  });

  it('says whether anything is wider, also where that is undecidable', async () => {
    expect(await compareManifests(made({ origin: A }), made({ origin: A }))).toEqual({
      isWider: false,
      changes: [],
    });
    expect(await compareManifests(made({ origin: A }), made({ origin: [A, isPartner] }))).toEqual({
      isWider: true,
      changes: [
        {
          effect: 'undecidable',
          subject: 'default',
          field: 'origin',
          message: `default may be wider: isPartner (options) may now read it, before ${A}: ${UNDECIDABLE}`,
        },
      ],
    });
  });

  it('counts functions that are called the same', async () => {
    const functions = (count: number): object => ({
      origin: Array.from({ length: count }, () => () => true),
    });
    const what = `function (options) may now read it, before function (options): ${UNDECIDABLE}`;
    expect(await said(functions(1), functions(2))).toEqual([`default may be wider: ${what}`]);
    const less = 'function (options) may no longer read it, now function (options)';
    expect(await said(functions(2), functions(1))).toEqual([`default is narrower: ${less}: ${UNDECIDABLE}`]);
    expect(await said(functions(2), functions(2))).toEqual([]);
  });

  it('compares fields that come from other layers now', async () => {
    const controllerWith = (decorator: ClassDecorator): Type => {
      @Controller('a')
      @decorator
      class Plain {
        @Get() list() {}
      }
      return Plain;
    };
    const plain = controllerWith(() => undefined);
    const decorated = controllerWith(AllowOrigin(A));
    expect(await between(made({ origin: A }, [plain]), made({ origin: A }, [decorated]))).toEqual([
      'GET /a has changed: origin comes from Plain now, before from options',
    ]);
  });

  describe('of publicOrigins', () => {
    const PUBLIC = ['https://api.example', 'https://www.example'];
    it.each<[before: object, after: object, said: readonly string[]]>([
      [{ publicOrigins: PUBLIC }, { publicOrigins: PUBLIC.toReversed() }, []],
      [
        {},
        { publicOrigins: PUBLIC[0] },
        ['may be wider: publicOrigins is https://api.example now, before not said'],
      ],
      [
        { publicOrigins: PUBLIC[0] },
        {},
        ['is wider: publicOrigins is not said now, before https://api.example'],
      ],
      [
        { publicOrigins: PUBLIC[0] },
        { publicOrigins: PUBLIC },
        [
          'is wider: publicOrigins is https://api.example and https://www.example now, before https://api.example',
        ],
      ],
      [
        { publicOrigins: PUBLIC },
        { publicOrigins: PUBLIC[0] },
        [
          'is narrower: publicOrigins is https://api.example now, before https://api.example and https://www.example',
        ],
      ],
    ])('%j, %j: %j', async (before, after, messages) => {
      for (const enforce of [true, 'unsafe'] as const) {
        const wall = { origin: A, enforce };
        expect(await said({ ...wall, ...before }, { ...wall, ...after })).toEqual(
          messages.map((message) => `publicOrigins ${message}`),
        );
      }
      // Which requests are those of the app itself is only asked where others are refused.
      expect(await said({ origin: A, ...before }, { origin: A, ...after })).toEqual(
        messages.map((message) => `publicOrigins has changed: ${message.split(': ')[1]}`),
      );
    });
  });

  describe('of routes', () => {
    @Controller('orders')
    class None {}
    @Controller('orders')
    @AllowOrigin(A, { credentials: true })
    class Open {
      @Delete(':id') remove() {}
    }
    @Controller('orders')
    class Closed {
      @Delete(':id') @NoCors() remove() {}
    }
    @Controller('orders')
    class Hook {
      @Post('hook') @NoCors({ enforce: false }) hook() {}
    }
    @Controller('orders')
    class Listed {
      @Delete(':id') @Preflight({ methods: 'DELETE' }) @AllowOrigin(A, { credentials: true }) remove() {}
    }

    it('that are new', async () => {
      expect(await between(made({}, [None]), made({}, [Open]))).toEqual([
        `DELETE /orders/:id is wider: it is new, and ${A} may read it with credentials`,
      ]);
      expect(await between(made({}, [None]), made({}, [Closed]))).toEqual([
        'DELETE /orders/:id has changed: it is new, and nobody may read it',
      ]);
      for (const enforce of [true, 'unsafe']) {
        const wall = { origin: A, enforce };
        expect(await between(made(wall, [Open]), made(wall, [Open, Hook]))).toEqual([
          'POST /orders/hook is wider: it is new, and nobody may read it, but requests of other origins reach it',
        ]);
      }
    });

    it('that are new in front of one that was a wall', async () => {
      @Controller('orders')
      class Walled {
        @Post('*path') @AllowOrigin(A, { enforce: 'unsafe' }) all() {}
      }
      expect(await between(made({}, [Walled]), made({}, [Walled, Hook]))).toEqual([
        'POST /orders/hook is wider: it is new, and nobody may read it, but requests of other origins reach it',
      ]);
      // One for another method is in front of nothing.
      expect(await between(made({}, [Walled]), made({}, [Walled, Closed]))).toEqual([
        'DELETE /orders/:id has changed: it is new, and nobody may read it',
      ]);
    });

    it('that are gone', async () => {
      expect(await between(made({}, [Open]), made({}, [None]))).toEqual([
        'DELETE /orders/:id is narrower: it is gone',
      ]);
      expect(await between(made({ origin: '*' }, [Closed]), made({ origin: '*' }, [None]))).toEqual([
        'DELETE /orders/:id is wider: it is gone, and under default everybody may now read it, before nobody',
        'DELETE /orders/:id has changed: it is gone',
      ]);
    });

    it('that are gone, and of which another route has the path', async () => {
      @Controller('orders')
      class Special {
        @Get('special') @NoCors() special() {}
        @Get(':id') @AllowOrigin(A) one() {}
        @All('all/*path') @AllowOrigin(B) all() {}
      }
      @Controller('orders')
      class Others {
        @Get(':id') @AllowOrigin(A) one() {}
        @All('all/*path') @AllowOrigin(B) all() {}
      }
      const messages = await between(made({}, [Special]), made({}, [Others]));
      expect(messages.filter((message) => message.startsWith('GET /orders/special'))).toEqual([
        `GET /orders/special is wider: it is gone, and under GET /orders/:id ${A} may now read it, before nobody`,
        'GET /orders/special has changed: it is gone',
      ]);
    });

    it('that are gone, and of which another method has the path', async () => {
      @Controller('orders')
      class Both {
        @Head() @NoCors() head() {}
        @Get() @AllowOrigin(A) list() {}
        @All('all') @NoCors() all() {}
        @Get('all') @AllowOrigin(A) one() {}
      }
      @Controller('orders')
      class Rest {
        @Get() @AllowOrigin(A) list() {}
        @Get('all') @AllowOrigin(A) one() {}
      }
      const messages = await between(made({}, [Both]), made({}, [Rest]));
      expect(messages.filter((message) => message.includes(' wider: '))).toEqual([
        `HEAD /orders is wider: it is gone, and under GET /orders ${A} may now read it, before nobody`,
        `ALL /orders/all is wider: it is gone, and under GET /orders/all ${A} may now read it, before nobody`,
      ]);
    });

    it('that are gone, and of which others have other versions and hosts', async () => {
      const { routes, ...rest } = made({}, [Open]);
      const line = routes.find(({ kind }) => kind === 'route') as ManifestLine;
      const closed = { ...(line.policy as ManifestPolicy), origin: [] };
      const after = (more: Partial<ManifestLine>): CorsManifest => ({
        ...rest,
        routes: [...routes.filter(({ kind }) => kind === 'default'), { ...line, ...more }],
      });
      const before = (more: Partial<ManifestLine>, gone: Partial<ManifestLine>): CorsManifest => {
        const { routes: kept } = after(more);
        return { ...rest, routes: [...kept, { ...line, policy: closed, ...gone }] };
      };
      const isWider = async (more: Partial<ManifestLine>, gone: Partial<ManifestLine>) =>
        (await compareManifests(before(more, gone), after(more))).isWider;
      expect(await isWider({ version: ['1'] }, { version: ['2'] })).toBe(false);
      expect(await isWider({ version: ['1', '2'] }, { version: ['2'] })).toBe(true);
      expect(await isWider({ version: ['neutral'] }, { version: ['2'] })).toBe(true);
      expect(await isWider({ hosts: ['a.example'] }, { hosts: ['b.example'] })).toBe(false);
      expect(await isWider({ hosts: ['a.example'] }, { hosts: ['a.example', 'b.example'] })).toBe(true);
      expect(await isWider({}, { hosts: ['b.example'] })).toBe(true);
    });

    it('that are gone, and of which an entry has some paths', async () => {
      @Controller()
      class Slugs {
        @Get(':slug') @AllowOrigin(A) page() {}
      }
      const entries = [{ path: '/about', policy: { origin: B } }];
      expect(await between(made({ origin: [A, B] }, [Slugs]), made({ routes: entries }, [None]))).toContain(
        `GET /:slug is wider: it is gone, and under entry /about ${B} may now read it, before ${A}`,
      );
    });

    it('that are gone, and were in front of some paths of another one', async () => {
      @Controller()
      class Both {
        @Get('a/:x') @NoCors() front() {}
        @Get(':x/b') @AllowOrigin(A) back() {}
      }
      @Controller()
      class Back {
        @Get(':x/b') @AllowOrigin(A) back() {}
      }
      expect(await between(made({}, [Both]), made({}, [Back]))).toContain(
        `GET /a/:x is wider: it is gone, and under GET /:x/b ${A} may now read it, before nobody`,
      );
      @Controller()
      class CatchAll {
        @Get('*path') @NoCors() all() {}
        @Get(':x/b') @AllowOrigin(A) back() {}
      }
      expect(await between(made({}, [CatchAll]), made({}, [Back]))).toContain(
        'GET /* has changed: it is gone',
      );
    });

    it('of which two are for the same, and the first one answers', async () => {
      @Controller('same')
      class First {
        @Get() @NoCors() get() {}
      }
      @Controller('same')
      class Second {
        @Get() @AllowOrigin(A) get() {}
      }
      expect(await between(made({}, [First, Second]), made({}, [First, Second]))).toEqual([]);
      expect(await between(made({}, [First, Second]), made({}, [Second, First]))).toContain(
        `GET /same is wider: ${A} may now read it, before nobody`,
      );
      expect(await between(made({}, [Second, First]), made({}, [First]))).toContain(
        `GET /same is narrower: ${A} may no longer read it, now nobody`,
      );
      expect(await between(made({}, [First, Second]), made({}, [Second]))).toContain(
        `GET /same is wider: ${A} may now read it, before nobody`,
      );
    });

    it('whose methods nobody else has to do with', async () => {
      @Controller('orders')
      @AllowOrigin(A, { credentials: true })
      class More {
        @Delete(':id') remove() {}
        @Put(':id') put() {}
      }
      expect(await between(made({}, [Open]), made({}, [More]))).toEqual([
        `PUT /orders/:id is wider: it is new, and ${A} may read it with credentials`,
        'DELETE /orders/:id has changed: methods is DELETE, PUT now, before DELETE',
        'DELETE /orders/:id has changed: where is More#remove now, before Open#remove',
        'DELETE /orders/:id has changed: origin comes from More now, before from Open; credentials comes from More now, before from Open',
      ]);
      const listed = await between(made({}, [Listed]), made({}, [Open]));
      expect(listed[0]).toBe(
        'DELETE /orders/:id is wider: a preflight may now approve methods that no route serves',
      );
    });

    it('whose parameters and handlers have other names', async () => {
      @Controller('orders')
      @AllowOrigin(A, { credentials: true })
      class Renamed {
        @Delete(':order') erase() {}
      }
      const messages = await between(made({}, [Open]), made({}, [Renamed]));
      expect(messages.slice(0, 2)).toEqual([
        'DELETE /orders/:order has changed: path is /orders/:order now, before /orders/:id',
        'DELETE /orders/:order has changed: where is Renamed#erase now, before Open#remove',
      ]);
    });
  });

  describe('of entries', () => {
    it.each<[title: string, before: object, after: object, said: readonly string[]]>([
      [
        'that are new and wider',
        { origin: A },
        { origin: A, routes: [{ path: '/x', policy: { origin: '*' } }] },
        [`entry /x is wider: it is new, and compared with default everybody may now read it, before ${A}`],
      ],
      [
        'that are new and below another one',
        { routes: [{ path: '/x', policy: { origin: '*' } }] },
        {
          routes: [
            { path: '/x', policy: { origin: '*' } },
            { path: '/x/y', policy: { origin: A } },
          ],
        },
        [
          `entry /x/y is narrower: it is new, and compared with entry /x everybody may no longer read it, now ${A}`,
        ],
      ],
      [
        'that are gone',
        { origin: A, routes: [{ path: '/x', policy: false }] },
        { origin: A },
        [`entry /x is wider: it is gone, and compared with default ${A} may now read it, before nobody`],
      ],
      [
        'that say what is said anyway',
        { origin: A },
        { origin: A, routes: [{ path: '/x', policy: { origin: A } }] },
        ['entry /x has changed: it is new, and says the same as default'],
      ],
      [
        'that were exact, and cover all below from now on',
        { routes: [{ path: '/x', policy: { origin: A }, exact: true }] },
        { routes: [{ path: '/x', policy: { origin: A } }] },
        [
          `entry /x is wider: it is new, and compared with default ${A} may now read it, before nobody`,
          'entry /x (exact) has changed: it is gone, and says the same as entry /x',
        ],
      ],
      [
        'that are exact, and covered all below',
        { origin: A, routes: [{ path: '/x', policy: false }] },
        { origin: A, routes: [{ path: '/x', policy: false, exact: true }] },
        [
          `entry /x is wider: it is gone, and compared with default ${A} may now read it, before nobody`,
          'entry /x (exact) has changed: it is new, and says the same as entry /x',
        ],
      ],
      [
        'that are new, and take paths of one with a parameter',
        { origin: A, routes: [{ path: '/:tenant/x', policy: false }] },
        {
          origin: A,
          routes: [
            { path: '/:tenant/x', policy: false },
            { path: '/a', policy: { origin: A } },
          ],
        },
        [
          `entry /a is wider: it is new, and compared with entry /:tenant/x ${A} may now read it, before nobody`,
          'entry /a has changed: it is new, and says the same as default',
        ],
      ],
      [
        'that are gone, and leave paths to one with a parameter',
        {
          routes: [
            { path: '/:tenant/x', policy: { origin: A } },
            { path: '/a', policy: false },
          ],
        },
        { routes: [{ path: '/:tenant/x', policy: { origin: A } }] },
        [
          `entry /a is wider: it is gone, and compared with entry /:tenant/x ${A} may now read it, before nobody`,
          'entry /a has changed: it is gone, and says the same as default',
        ],
      ],
      [
        'that are unmanaged from now on',
        { origin: A },
        { origin: A, routes: [{ path: '/x', unmanaged: true }] },
        [
          'entry /x is wider: it is new, and compared with default it is unmanaged now: who may read it is left to what answers there',
        ],
      ],
      [
        'that were unmanaged',
        { routes: [{ path: '/x', unmanaged: true }] },
        { routes: [{ path: '/x', policy: { origin: A } }] },
        [
          `entry /x may be wider: ${A} may read it, and before it was unmanaged: who could read it then is undecidable`,
        ],
      ],
      [
        'that were unmanaged, and are closed',
        { routes: [{ path: '/x', unmanaged: true }] },
        { routes: [{ path: '/x', policy: false }] },
        [
          'entry /x is narrower: nobody may read it, and before it was unmanaged: who could read it then is undecidable',
        ],
      ],
      [
        'that have changed places',
        {
          routes: [
            { path: '/x', policy: false },
            { path: '/y', unmanaged: true },
          ],
        },
        {
          routes: [
            { path: '/y', unmanaged: true },
            { path: '/x', policy: false },
          ],
        },
        [],
      ],
    ])('%s', async (_title, before, after, messages) => {
      expect(await said(before, after)).toEqual(messages);
    });
  });

  it('compares a route below an entry with the same route elsewhere, where there is no such line', async () => {
    @Controller('a')
    @AllowOrigin(A)
    class Files {
      @Get('*path') files() {}
    }
    const [without, below] = [
      made({}, [Files]),
      made({ routes: [{ path: '/a/b', policy: { maxAge: 5 } }] }, [Files]),
    ];
    expect(await between(without, below)).toEqual([
      'GET /a/* (below /a/b) has changed: it is new, and compared with GET /a/* maxAge is 5 seconds now, before not sent',
      'entry /a/b has changed: it is new, and compared with default maxAge is 5 seconds now, before not sent',
    ]);
    expect(await between(below, without)).toEqual([
      'GET /a/* (below /a/b) has changed: it is gone, and compared with GET /a/* maxAge is not sent now, before 5 seconds',
      'entry /a/b has changed: it is gone, and compared with default maxAge is not sent now, before 5 seconds',
    ]);
  });

  it('knows a route below an entry by its path, whatever its parameters are called', async () => {
    @Controller()
    class Files {
      @Get('*path') files() {}
    }
    const below = (path: string): CorsManifest =>
      made({ origin: A, routes: [{ path, policy: { origin: B } }] }, [Files]);
    expect(await between(below('/t/:id'), below('/t/:name'))).toEqual([
      'GET /* (below /t/:name) has changed: origin comes from options.routes[/t/:name].policy now, before from options.routes[/t/:id].policy',
      'entry /t/:name has changed: path is /t/:name now, before /t/:id',
      'entry /t/:name has changed: where is options.routes[/t/:name] now, before options.routes[/t/:id]',
      'entry /t/:name has changed: origin comes from options.routes[/t/:name].policy now, before from options.routes[/t/:id].policy',
    ]);
  });

  it('tells a route at a path from the same below it, in whatever order the entries stand', async () => {
    @Controller()
    class Files {
      @Get('*path') files() {}
    }
    const exact = (origin: string) => ({ path: '/a', exact: true, policy: { origin } });
    const whole = { path: '/a', policy: { origin: B } };
    const one = made({ routes: [exact(A), whole] }, [Files]);
    expect(made({ routes: [whole, exact(A)] }, [Files])).toEqual(one);
    const other = made({ routes: [whole, exact(B)] }, [Files]);
    expect((await between(one, other)).slice(0, 2)).toEqual([
      `GET /* (at /a) is wider: ${B} may now read it, before ${A}`,
      `entry /a (exact) is wider: ${B} may now read it, before ${A}`,
    ]);
  });

  it('tells what has several lines apart', async () => {
    @Controller('a')
    class Files {
      @Get('*path') files() {}
      @Get('*path') again() {}
    }
    const routes = (policy: object): object => ({ origin: A, routes: [{ path: '/a/b', policy }] });
    expect(await between(made(routes({ maxAge: 5 }), [Files]), made(routes({ maxAge: 6 }), [Files]))).toEqual(
      [
        'GET /a/* (below /a/b) has changed: maxAge is 6 seconds now, before 5 seconds',
        'GET /a/* (below /a/b) has changed: maxAge is 6 seconds now, before 5 seconds',
        'entry /a/b has changed: maxAge is 6 seconds now, before 5 seconds',
      ],
    );
  });

  it('compares lists of 10,000 that 2,000 lines have once, and not 2,000 times', async () => {
    const list = (tag: string): string[] =>
      Array.from({ length: 10_000 }, (_, index) => `https://${index % 2 ? '*.' : ''}${tag}${index}.example`);
    const [one] = made({ origin: A }).routes as [ManifestLine];
    const policy = { ...(one.policy as ManifestPolicy), origin: { list: 'options' } };
    const manifestOf = (options: readonly string[]): CorsManifest => ({
      schema: 1,
      publicOrigins: null,
      lists: { options },
      routes: [
        { ...one, policy },
        ...Array.from({ length: 2000 }, (_, index) => ({
          ...one,
          kind: 'route' as const,
          path: `/r${index}`,
          policy,
        })),
      ],
    });
    const [before, after] = [manifestOf(list('a')), manifestOf([...list('a').slice(1), 'https://b.example'])];
    const { user } = process.cpuUsage();
    const { changes } = await compareManifests(before, after);
    const took = (process.cpuUsage().user - user) / 1000;
    expect(changes).toHaveLength(2 * 2001);
    expect(took).toBeLessThan(4000);
  });

  it.each<[value: unknown, message: string]>([
    [undefined, 'it is undefined, and no manifest'],
    [[], 'it is [], and no manifest'],
    [{ schema: 0 }, 'its schema 0 is older than 1: write it anew'],
    [{ schema: 2 }, 'its schema 2 is newer than 1: use the nestjs-cors that wrote it, or a newer one'],
    [{}, 'it has no schema, so it is no manifest'],
    [{ schema: 1 }, 'publicOrigins is missing, and not a list'],
    [{ ...made({}), more: 1 }, 'more is not known'],
    [{ ...made({}), lists: [] }, 'lists is [], and not an object'],
    [{ ...made({}), routes: [] }, 'routes has no line of the kind "default"'],
    [{ ...made({}), routes: [1] }, 'routes[0] is 1, and not an object'],
    [lineWith({ kind: 'x' }), 'routes[0].kind is "x", and not "route", "entry" or "default"'],
    [lineWith({ exact: 'no' }), 'routes[0].exact is "no", and not true or false'],
    [policyWith({ enforce: 'safe' }), 'routes[0].policy.enforce is "safe", and not true, false or "unsafe"'],
    [lineWith({ version: [1] }), 'routes[0].version[0] is 1, and not a string'],
    [policyWith({ origin: ['a.example'] }), 'routes[0].policy.origin[0] is "a.example", and not an origin'],
    [policyWith({ origin: [{}] }), 'routes[0].policy.origin[0].source is missing, and not a string'],
    [policyWith({ origin: [{ regexp: 1 }] }), 'routes[0].policy.origin[0].regexp is 1, and not a string'],
    [policyWith({ origin: [{ allOf: 1 }] }), 'routes[0].policy.origin[0].allOf is 1, and not a list'],
    [policyWith({ origin: { list: 'x' } }), 'routes[0].policy.origin.list is "x", which is not in lists'],
    [policyWith({ maxAge: 1.5 }), 'routes[0].policy.maxAge is 1.5, and not a whole number'],
    [policyWith({ reportOnlyX: {} }), 'routes[0].policy.reportOnlyX is not known'],
  ])('refuses %j: %s', async (value, message) => {
    const manifest = made({});
    const error = { name: 'TypeError', message: `compareManifests(): before: ${message}` };
    await expect(compareManifests(value as CorsManifest, manifest)).rejects.toMatchObject(error);
    await expect(compareManifests(manifest, value as CorsManifest)).rejects.toThrow(
      'compareManifests(): after: ',
    );
  });
});

function lineWith(more: object): object {
  const { routes, ...others } = made({ origin: A });
  return { ...others, routes: [{ ...routes[0], ...more }] };
}

function policyWith(more: object): object {
  const { routes } = made({ origin: A });
  return lineWith({ policy: { ...routes[0]?.policy, ...more } });
}
