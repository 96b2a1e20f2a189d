import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Delete, Get, Headers, Patch, Put, Version } from '@nestjs/common';
import { AllowOrigin, CorsService, NoCors, type CorsManifest } from '../../lib/index.js';
import { made, versioned, WholeModule, APP } from '../manifest/apps.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { appsOfSuite } from '../support/suites.js';
import { nestjsCors, type Outcome } from './nestjs-cors.js';

const here = mkdtempSync(join(tmpdir(), 'nestjs-cors-cli-'));

afterAll(() => rmSync(here, { recursive: true, force: true }));

function fileOf(name: string, content: unknown): string {
  const path = join(here, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const SHOP = 'https://shop.example.com';
const PARTNERS = (): boolean => true;

@Controller('orders')
@AllowOrigin(SHOP, 'https://*.partner.example', { credentials: true })
class OrdersController {
  @Get() list() {}
  @Delete(':id') remove(@Headers('x-reason') _reason: string) {}
  @Patch(':id') @AllowOrigin('*', { credentials: false }) patch() {}
  @Put('special') @NoCors() special() {}
  @Put(':id') put() {}
}

@Controller('asked')
@AllowOrigin(PARTNERS, /https:\/\/[a-z]+\.example\.org/)
class AskedController {
  @Get() list() {}
}

@Controller()
class VersionedController {
  @Version('1') @Get('news') @AllowOrigin(SHOP) one() {}
  @Version('2') @Get('news') @AllowOrigin('https://new.example.com') two() {}
}

@Controller({ path: 'hosted', host: 'a.example' })
class HostedController {
  @All('*path') @AllowOrigin(SHOP) all() {}
}

const OPTIONS = {
  enforce: true,
  routes: [
    { path: '/graphql', policy: { origin: SHOP } },
    { path: '/own', unmanaged: true },
  ],
};
const CONTROLLERS = [OrdersController, AskedController, VersionedController, HostedController];

describe('npx nestjs-cors diff', () => {
  const narrow = fileOf('narrow.json', made({ origin: SHOP }, [AskedController]));
  const wide = fileOf('wide.json', made({ origin: ['https://*.example.com'], maxAge: 5 }, [AskedController]));
  const asked = fileOf('asked.json', made({ origin: [SHOP, PARTNERS] }, [AskedController]));
  const diff = (...args: readonly string[]): Promise<Outcome> => nestjsCors(['diff', ...args]);

  it('prints a line for each change, and fails if anything is wider', async () => {
    expect(await diff(narrow, wide)).toEqual({
      code: 1,
      printed: [
        `default is wider: https://*.example.com may now read it, before ${SHOP}`,
        'default has changed: maxAge is 5 seconds now, before not sent',
        'GET /asked has changed: maxAge is 5 seconds now, before not sent',
        '3 changes: 1 wider, 2 neutral.',
        '',
      ].join('\n'),
      complaints: [],
    });
  });

  it('fails as well where it cannot be told', async () => {
    const { code, printed } = await diff(narrow, asked);
    expect([code, printed.split('\n').at(-2)]).toEqual([1, '1 change: 1 undecidable.']);
  });

  it('succeeds if nothing is', async () => {
    const { code, printed } = await diff(wide, narrow);
    expect([code, printed.split('\n').at(-2)]).toEqual([0, '3 changes: 1 narrower, 2 neutral.']);
    expect(await diff(narrow, narrow)).toEqual({
      code: 0,
      printed: 'Nothing has changed.\n',
      complaints: [],
    });
  });

  it('prints JSON', async () => {
    const { code, printed } = await diff('--format', 'json', narrow, wide);
    expect(code).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      isWider: true,
      changes: [
        { effect: 'wider', subject: 'default', field: 'origin' },
        { effect: 'neutral', subject: 'default', field: 'maxAge' },
        { effect: 'neutral', subject: 'GET /asked', field: 'maxAge' },
      ],
    });
  });

  it('prints Markdown, in which nothing of a policy means anything', async () => {
    expect((await diff(narrow, wide, '--format=markdown')).printed).toBe(
      [
        '**The CORS policy is wider.** 3 changes: 1 wider, 2 neutral.',
        '',
        '#### wider',
        '',
        `- \`default is wider: https://*.example.com may now read it, before ${SHOP}\``,
        '',
        '#### neutral',
        '',
        '- `default has changed: maxAge is 5 seconds now, before not sent`',
        '- `GET /asked has changed: maxAge is 5 seconds now, before not sent`',
        '',
      ].join('\n'),
    );
    const strange = made({ origin: Object.defineProperty(() => true, 'name', { value: '``](x)\n# <b>' }) });
    const { printed } = await diff(
      fileOf('none.json', made({})),
      fileOf('strange.json', strange),
      '--format=markdown',
    );
    expect(printed).toContain('- ``` default is wider: ``](x)\\u{a}# <b> (options) may now read it');
    expect(printed).not.toContain('\n# <b>');
  });
});

describe('npx nestjs-cors, of which nobody reads on', () => {
  it('has its exit code, and complains of nothing', async () => {
    const [before, after] = [made({}), made({ origin: SHOP })].map((manifest, index) =>
      fileOf(`piped-${index}.json`, manifest),
    ) as [string, string];
    const compiler = new URL('../support/typescript.mjs', import.meta.url).href;
    const program = fileURLToPath(new URL('../../lib/cli/index.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--no-warnings', '--import', compiler, program, 'diff', before, after],
      {
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    child.stdout.destroy();
    const [errors, code] = await Promise.all([
      textOf(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    expect([code, errors]).toEqual([1, '']);
  });
});

describe('npx nestjs-cors explain', () => {
  const manifest = made(OPTIONS, CONTROLLERS);
  const versionOf = (where: string): readonly string[] => {
    const handler = where.split('#')[1] ?? '';
    return where.startsWith('Versioned') ? [handler === 'one' ? '1' : '2'] : [];
  };
  // Which versions there are is a matter of how the app tells them.
  const routes = manifest.routes.map((line) => ({ ...line, version: versionOf(line.where) }));
  const file = fileOf('explain.json', { ...manifest, routes });
  const explain = (from: string, ...args: readonly string[]): Promise<Outcome> =>
    nestjsCors(['explain', file, '--from', from, ...args]);

  const ORDERS = 'OrdersController#remove (origin from OrdersController)';
  it.each<[args: readonly string[], code: number, printed: readonly string[]]>([
    [
      [SHOP, 'DELETE', '/orders/7'],
      0,
      [`${SHOP} may send DELETE /orders/7: DELETE /orders/:id, ${ORDERS} allows it.`],
    ],
    [
      ['https://a.partner.example', 'delete', '/orders/7?now', '--credentials', '--header', 'X-Reason'],
      0,
      [
        `https://a.partner.example may send DELETE /orders/7 with credentials: DELETE /orders/:id, ${ORDERS} allows it.`,
      ],
    ],
    [
      ['https://evil.example', 'DELETE', '/orders/7', '--header', 'x-b', '--header', 'x-a'],
      1,
      [
        `https://evil.example may not send DELETE /orders/7: DELETE /orders/:id, ${ORDERS} allows https://*.partner.example and ${SHOP}, and not this origin, does not allow the header x-a and does not allow the header x-b.`,
      ],
    ],
    [
      [SHOP, 'PATCH', '/orders/7', '--credentials'],
      1,
      [
        `${SHOP} may not send PATCH /orders/7 with credentials: PATCH /orders/:id, OrdersController#patch (origin from OrdersController#patch) does not allow credentials.`,
      ],
    ],
    [
      ['null', 'PATCH', '/orders/7'],
      0,
      [
        'null may send PATCH /orders/7: PATCH /orders/:id, OrdersController#patch (origin from OrdersController#patch) allows it.',
      ],
    ],
    [
      [SHOP, 'PUT', '/orders/special'],
      1,
      [
        `${SHOP} may not send PUT /orders/special: PUT /orders/special, OrdersController#special (origin from OrdersController#special) allows nobody.`,
        `${SHOP} may send PUT /orders/special: PUT /orders/:id, OrdersController#put (origin from OrdersController) allows it.`,
        'Which of them governs it depends on version and host, which can be given, and on the order in which Express has its routes.',
      ],
    ],
    [
      ['https://any.example', 'GET', '/asked'],
      1,
      [
        'Whether https://any.example may read GET /asked only the app can tell: GET /asked, AskedController#list (origin from AskedController) asks PARTNERS (AskedController).',
      ],
    ],
    [
      ['https://any.example.org', 'HEAD', '/asked'],
      0,
      [
        'https://any.example.org may read HEAD /asked: GET /asked, AskedController#list (origin from AskedController) allows it.',
      ],
    ],
    [
      [SHOP, 'GET', '/news', '--api-version', '1'],
      0,
      [
        `${SHOP} may read GET /news: GET /news (version 1), VersionedController#one (origin from VersionedController#one) allows it.`,
      ],
    ],
    [
      [SHOP, 'POST', '/graphql/x', '--header', 'content-type'],
      0,
      [
        `${SHOP} may send POST /graphql/x: entry /graphql, options.routes[/graphql] (origin from options.routes[/graphql].policy) allows it.`,
      ],
    ],
    [
      [SHOP, 'GET', '/own/x'],
      1,
      [`Whether ${SHOP} may read GET /own/x is left to what answers there: entry /own is unmanaged.`],
    ],
    [
      [SHOP, 'GET', '/hosted/x', '--host', 'a.example'],
      0,
      [
        `${SHOP} may read GET /hosted/x: ALL /hosted/* (host a.example), HostedController#all (origin from HostedController#all) allows it.`,
      ],
    ],
    [
      [SHOP, 'GET', '/hosted/x', '--host', 'b.example'],
      1,
      [`${SHOP} may not read GET /hosted/x: default, options (origin from nobody) allows nobody.`],
    ],
    [
      [SHOP, 'POST', '/orders'],
      1,
      [
        `${SHOP} may not read POST /orders: default, options (origin from nobody) allows nobody.`,
        'No route serves POST there, but routes serve other methods: what they have in common governs it, which only the app knows.',
      ],
    ],
    [
      [SHOP, 'POST', '/x/..%2fgraphql'],
      1,
      [
        `${SHOP} may not read POST /x/..%2fgraphql: default, options (origin from nobody) allows nobody.`,
        `${SHOP} may read POST /x/..%2fgraphql: entry /graphql, options.routes[/graphql] (origin from options.routes[/graphql].policy) allows it.`,
        'The path can be read in more than one way: where policies differ, the app refuses it.',
      ],
    ],
    [
      [SHOP, 'GET', '/x/..%2forders'],
      1,
      [
        `${SHOP} may not read GET /x/..%2forders: default, options (origin from nobody) allows nobody.`,
        'The path can be read in more than one way: where policies differ, the app refuses it.',
      ],
    ],
  ])('%j', async (args, code, printed) => {
    const [from, ...others] = args as [string];
    expect(await explain(from, ...others)).toEqual({
      code,
      printed: printed.map((line) => `${line}\n`).join(''),
      complaints: [],
    });
  });

  it.each([
    [true, 'GET', ''],
    ['unsafe', 'GET', ' The handler runs all the same.'],
    ['unsafe', 'HEAD', ' The handler runs all the same.'],
    ['unsafe', 'POST', ''],
    [false, 'POST', ' The handler runs all the same.'],
  ] as const)('says what runs all the same: with enforce %p, a %s', async (enforce, method, end) => {
    const walled = fileOf('walled.json', made({ origin: SHOP, enforce }, []));
    const { code, printed } = await nestjsCors([
      'explain',
      walled,
      '--from',
      'https://evil.example',
      method,
      '/x',
    ]);
    expect([code, printed]).toEqual([
      1,
      `https://evil.example may not read ${method} /x: default, options (origin from options) allows ${SHOP}, and not this origin.${end}\n`,
    ]);
  });

  it.each<[engine: string, args: readonly string[], code: number, says: string]>([
    [
      'webkit',
      ['DELETE', '/x'],
      0,
      'allows it. WebKit: the DELETE is sent, and the approval kept for 600 of 3600 seconds.',
    ],
    ['standard', ['GET', '/x'], 0, 'allows it. The standard: script gets the response.'],
    [
      'webkit',
      ['GET', '/x', '--host', 'localhost:3000'],
      1,
      'allows it. WebKit: script does not get the response. It sends nothing from a page on https to http://localhost:3000: mixed content.',
    ],
    [
      'chromium',
      ['GET', '/x', '--header', 'user-agent'],
      0,
      'does not allow the header user-agent. Chromium: the GET is sent. It ignores a User-Agent that script sets.',
    ],
    [
      'firefox',
      ['GET', '/x', '--header', 'user-agent'],
      1,
      'does not allow the header user-agent. Firefox: the GET is not sent.',
    ],
    [
      'chromium',
      ['GET', '/x', '--header', 'user-agent', '--credentials'],
      1,
      'does not allow credentials and does not allow the header user-agent. Chromium: the GET is not sent. It ignores a User-Agent that script sets.',
    ],
  ])('says what %s makes of %j', async (engine, args, code, says) => {
    const kept = fileOf('kept.json', made({ origin: SHOP, maxAge: 3600, methods: ['DELETE'] }, []));
    const outcome = await nestjsCors(['explain', kept, '--from', SHOP, '--engine', engine, ...args]);
    expect([outcome.code, outcome.printed]).toEqual([code, expect.stringContaining(`${says}\n`)]);
  });

  it('says nothing of an engine where only the app can tell', async () => {
    const asking = fileOf('asking.json', made({}, [AskedController]));
    const args = ['explain', asking, '--from', 'https://b.example.com', 'GET', '/asked'];
    expect(await nestjsCors([...args, '--engine', 'webkit'])).toEqual(await nestjsCors(args));
  });

  it('knows both versions where none is named', async () => {
    const { code, printed } = await explain(SHOP, 'GET', '/news');
    expect([code, printed.match(/may (?:not )?read/g)]).toEqual([1, ['may read', 'may not read']]);
  });

  it('takes expressions only that the library takes', async () => {
    const asking = JSON.stringify(made({}, [AskedController]));
    const text = asking.replace(
      JSON.stringify(String.raw`/https:\/\/[a-z]+\.example\.org/`),
      JSON.stringify(String.raw`/https:\/\/(?:[a-z]+)+\.example\.org/`),
    );
    const own = [
      'explain',
      fileOf('slow.json', text),
      '--from',
      `https://${'a'.repeat(60)}.example`,
      'GET',
      '/asked',
    ];
    const { code, printed } = await nestjsCors(own);
    expect([code, printed]).toEqual([1, expect.stringContaining('only the app can tell')]);
    const broken = asking.replace(/"\/https[^"]*"/, '"/(/"');
    const outcome = await nestjsCors([
      'explain',
      fileOf('broken.json', broken),
      '--from',
      'https://b.example.org',
      'GET',
      '/asked',
    ]);
    expect([outcome.code, outcome.printed]).toEqual([1, expect.stringContaining('asks /(/ and PARTNERS')]);
  });
});

describe.each(PLATFORMS)('npx nestjs-cors explain, of an app on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  let file: string;

  beforeAll(async () => {
    running = await startApp(platform, WholeModule, { prepare: versioned });
    const manifest: CorsManifest = await running.app.get(CorsService).manifest();
    file = fileOf(`${platform}.json`, manifest);
  });

  it.each([
    ['GET', '/docs'],
    ['GET', '/doc%73'],
    ['GET', '/docs/below'],
    ['GET', '/%66iles/closed/b'],
    ['GET', '/grap%68ql/x'],
    ['GET', '/anything'],
    ['PUT', '/anything'],
    ['GET', '/files/a/b'],
    ['GET', '/files/closed/b'],
    ['GET', '/nobody/here'],
    ['PUT', '/nobody/here'],
    ['GET', '/reports/some'],
    ['DELETE', '/reports/7'],
    ['POST', '/reports'],
  ])('says what the app says: %s %s', async (method, path) => {
    const origins = [APP, 'https://b.example', 'https://ab.example.com', 'https://a.b.example.com', 'null'];
    const host = path.startsWith('/reports') ? 'a.example' : 'x.example';
    const verdicts = origins.map(async (origin) => {
      const isSafe = method === 'GET' || method === 'POST';
      const preflight = { 'access-control-request-method': method };
      const { allowed, message } = await running.app.get(CorsService).explain({
        method: isSafe ? method : 'OPTIONS',
        url: path,
        headers: { origin, host, 'x-version': '2', ...(isSafe ? {} : preflight) },
      });
      const args = ['explain', file, method, path, '--from', origin, '--host', host, '--api-version', '2'];
      const { code, printed } = await nestjsCors(args);
      // What asks a source is the app's.
      if (printed.startsWith('Whether')) return [printed];
      // The most specific route comes first. Whether another one is in front of it the manifest does not know.
      const isAlone = printed.split('\n').length === 2 || printed.includes('in more than one way');
      return [origin, isAlone ? code === 0 : printed.startsWith(`${origin} may read`), allowed, message];
    });
    for (const [origin, said, is, message] of await Promise.all(verdicts)) {
      if (said !== undefined) expect([origin, said, message]).toEqual([origin, is, message]);
      else expect(origin).toContain('isPartner');
    }
  });
});

describe('npx nestjs-cors, with files and options that are wrong', () => {
  const good = fileOf('good.json', made({}));
  const old = fileOf('old.json', { schema: 0 });
  const newer = fileOf('newer.json', { schema: 2 });
  const broken = fileOf('broken.txt', '{"schema": 1,\n');
  const shape = fileOf('shape.json', { ...made({}), routes: 1 });
  const question = ['--from', SHOP, 'GET', '/x'];
  it.each<[args: readonly string[], complaint: string | RegExp]>([
    [['diff', good], 'diff takes two files: see nestjs-cors --help'],
    [['diff', good, good, good], 'diff takes two files: see nestjs-cors --help'],
    [['diff', good, 'missing.json'], 'missing.json: there is no such file'],
    [['diff', 'lib', good], 'lib: cannot be read (EISDIR)'],
    [['diff', old, good], `${old}: its schema 0 is older than 1: write it anew`],
    [
      ['diff', good, newer],
      `${newer}: its schema 2 is newer than 1: use the nestjs-cors that wrote it, or a newer one`,
    ],
    [['diff', broken, good], /broken\.txt: it is no JSON: .*JSON/],
    [['diff', shape, good], `${shape}: routes is 1, and not a list`],
    [
      ['diff', good, good, '--format', 'html'],
      '--format takes text, json, markdown, and not html: see nestjs-cors --help',
    ],
    [['diff', good, good, '--from', SHOP], 'diff takes no option --from: see nestjs-cors --help'],
    [['migrate', '--credentials'], 'migrate takes no option --credentials: see nestjs-cors --help'],
    [
      ['explain', good, 'GET', '/x'],
      /^explain takes the origin of a page, --from https:\/\/shop\.example\.com/,
    ],
    [
      ['explain', good, '--from', SHOP, 'GET'],
      'explain takes a file, a method and a path: see nestjs-cors --help',
    ],
    [['explain', 'missing.json', ...question], 'missing.json: there is no such file'],
    [['explain', old, ...question], `${old}: its schema 0 is older than 1: write it anew`],
    [
      ['explain', good, '--from', 'https://shop.example.com/', 'GET', '/x'],
      '--from "https://shop.example.com/" is no origin: write one such as https://shop.example.com',
    ],
    [['explain', good, '--from', SHOP, 'G T', '/x'], '"G T" is no method: write one such as DELETE'],
    [['explain', good, '--from', SHOP, 'GET', 'x'], '"x" is no path: write one such as /orders/7'],
    [
      ['explain', good, ...question, '--header', 'x a'],
      '--header "x a" is no name of a header: write one such as x-api-key',
    ],
    [
      ['explain', good, ...question, '--engine', 'safari'],
      '--engine "safari" is none of standard, chromium, firefox, webkit',
    ],
    [['diff', good, good, '--engine', 'webkit'], 'diff takes no option --engine: see nestjs-cors --help'],
    [['toString'], 'there is no command toString: see nestjs-cors --help'],
  ])('%j: one line, and exit code 2', async (args, complaint) => {
    const { code, printed, complaints } = await nestjsCors(args);
    const [line = ''] = complaints;
    expect([code, printed, complaints.length, line.includes('\n')]).toEqual([2, '', 1, false]);
    const [name, said] = [line.slice(0, 13), line.slice(13)];
    expect(name).toBe('nestjs-cors: ');
    if (typeof complaint === 'string') expect(said).toBe(complaint);
    else expect(said).toMatch(complaint);
  });
});
