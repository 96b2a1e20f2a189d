import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import ts from 'typescript';
import { CorsModule, fromEnableCors, type EnableCorsOptions } from '../../lib/index.js';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { send } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';
import { nestjsCors } from './nestjs-cors.js';

const here = mkdtempSync(join(tmpdir(), 'nestjs-cors-migrate-'));

afterAll(() => rmSync(here, { recursive: true, force: true }));

/** What is printed for a source, without the lines that are always there. */
async function migrated(source: string): Promise<string> {
  const { code, printed, complaints } = await nestjsCors(['migrate'], source);
  expect([code, complaints]).toEqual([0, []]);
  const [imported, empty, comment, ...lines] = printed.split('\n');
  expect([imported, empty, comment]).toEqual([
    expect.stringMatching(
      /^import \{ CorsModule(?:, fromEnableCors)?(?:, originsFrom)? \} from 'nestjs-cors';$/,
    ),
    '',
    '// In the imports of the root module, instead of what is named here:',
  ]);
  return lines.join('\n');
}

const METHODS =
  '  // methods were the same on every path. Here a preflight is told those that the app serves there.';
const HEADERS = [
  '  // allowedHeaders were whatever a preflight asked for. Here they are authorization, content-type and',
  '  // those that the handler declares by @Headers(); name others.',
].join('\n');
const ANY =
  "  // Any site may read, as before. If that was not meant, name the origins of your pages.\n  origin: '*',";

/** Options alone, and what becomes of them between the brackets; without what is said of what they leave out. */
const OPTIONS: readonly (readonly [options: string, printed: string])[] = [
  ['{}', ANY],
  ["{ origin: '*' }", ANY],
  ['{ origin: true }', ANY],
  ['{ origin: undefined, maxAge: undefined }', ANY],
  ['{ origin: false }', '  // Nobody may read, as before: a route without an origin has no policy.'],
  [
    '{ origin: true, credentials: true }',
    [
      '  // Any site could act with the cookies of its visitors, which cannot be had here. Name the origins',
      '  // of your pages.',
      '  origin: [],',
      '  credentials: true,',
    ].join('\n'),
  ],
  [
    "{ origin: 'https://app.example.com', credentials: true, maxAge: 600, optionsSuccessStatus: 200 }",
    [
      '  // Was sent to whoever asked. Here only this origin gets it.',
      "  origin: 'https://app.example.com',",
      '  credentials: true,',
      '  maxAge: 600,',
      '  optionsSuccessStatus: 200,',
    ].join('\n'),
  ],
  [
    "{ origin: ['https://app.example.com/', 'localhost:3000'] as const }",
    [
      '  // \'https://app.example.com/\' has a path: write "https://app.example.com".',
      "  // 'localhost:3000' has no scheme, and pages of another scheme are of another origin: write",
      '  // "http://localhost:3000".',
      "  origin: ['https://app.example.com', 'http://localhost:3000'],",
    ].join('\n'),
  ],
  [
    "{ origin: 'https://a.example,https://b.example' }",
    [
      '  // Was sent to whoever asked. Here only this origin gets it.',
      "  // 'https://a.example,https://b.example' holds several origins in one string: write one string for",
      '  // each: "https://a.example", "https://b.example".',
      "  origin: ['https://a.example', 'https://b.example'],",
    ].join('\n'),
  ],
  [
    '{ origin: [/example\\.com$/, /^http:\\/\\/localhost/] }',
    [
      '  // /example\\.com$/ has no scheme, and an expression has to match the whole origin: write',
      '  // "https://example.com" and "https://**.example.com".',
      '  // It has let http: in as well, and any port. Name what of that you need.',
      '  // /^http:\\/\\/localhost/ would have to match the whole origin here, and not a part of it.',
      "  origin: ['https://example.com', 'https://**.example.com', 'http://localhost:*'],",
    ].join('\n'),
  ],
  [
    '{ origin: /^https:\\/\\/(app|admin)\\.example\\.com$/ }',
    '  origin: /^https:\\/\\/(app|admin)\\.example\\.com$/,',
  ],
  [
    '{ origin: /https:\\/\\/(app|admin)\\.example\\.com/ }',
    [
      '  // /https:\\/\\/(app|admin)\\.example\\.com/ would have to match the whole origin here, and not a part',
      '  // of it.',
      '  origin: /https:\\/\\/(app|admin)\\.example\\.com/,',
    ].join('\n'),
  ],
  [
    '{ origin: process.env.ORIGINS.split(",") }',
    ['  // Each origin is checked when the app starts.', '  origin: originsFrom(process.env.ORIGINS),'].join(
      '\n',
    ),
  ],
  [
    "{ origin: process.env['ORIGINS'] }",
    [
      '  // Each origin is checked when the app starts.',
      "  origin: originsFrom(process.env['ORIGINS']),",
    ].join('\n'),
  ],
  [
    '{ origin: names.split(";") }',
    ['  // Each origin is checked when the app starts.', '  origin: names.split(";"),'].join('\n'),
  ],
  [
    '{ origin: (origin, callback) => callback(null, origin === "https://a.example"), credentials: true, maxAge: 5 }',
    [
      '  // A function here returns the answer, or a promise of it: origin: (origin) => isKnown(origin).',
      '  // fromEnableCors() is for as long as it has a callback. It is not asked about requests without',
      '  // Origin.',
      '  ...fromEnableCors({ origin: (origin, callback) => callback(null, origin === "https://a.example"), credentials: true }),',
      '  maxAge: 5,',
    ].join('\n'),
  ],
];

/** Options beside an origin, and what becomes of them; each with what is said of the others that are missing. */
const OTHERS: readonly (readonly [options: string, printed: readonly string[]])[] = [
  [
    "methods: 'GET,PUT', allowedHeaders: ['X-A', 'X-B, X-C']",
    ["  methods: ['GET', 'PUT'],", "  allowedHeaders: ['X-A', 'X-B', 'X-C'],"],
  ],
  [
    "methods: 'GET,HEAD,PUT,PATCH,POST,DELETE', allowedHeaders: '*'",
    [
      '  // methods are left out: a preflight is told those that the app serves at its path.',
      "  allowedHeaders: '*',",
    ],
  ],
  [
    "methods, allowedHeaders: names.split(','), exposedHeaders: 'X-Total'",
    [
      '  // Has to be a list, and not a string with commas.',
      '  methods,',
      '  // Has to be a list, and not a string with commas.',
      "  allowedHeaders: names.split(','),",
      "  exposedHeaders: ['X-Total'],",
    ],
  ],
  [
    "methods: '*', allowedHeaders: '*', credentials, maxAge: hour / 2, preflightContinue: false, strictPreflight: true",
    ["  methods: '*',", "  allowedHeaders: '*',", '  credentials,', '  maxAge: hour / 2,'],
  ],
  [
    "methods: '*', allowedHeaders: '*', preflightContinue: true, hideOptionsRoute: false, logLevel: 'silent'",
    [
      "  methods: '*',",
      "  allowedHeaders: '*',",
      '  // preflightContinue is left out: OPTIONS requests that are no preflights reach their handlers',
      '  // anyway.',
      '  // hideOptionsRoute is left out: there are no routes for preflights here.',
      '  // logLevel is left out.',
    ],
  ],
];

describe('npx nestjs-cors migrate', () => {
  it.each(OPTIONS)('reads the options %s', async (options, printed) => {
    expect(await migrated(options)).toBe(`CorsModule.forRoot({\n${printed}\n${METHODS}\n${HEADERS}\n})\n`);
  });

  it.each(OTHERS)('reads the options %s', async (options, printed) => {
    const lines = ['  // Nobody may read, as before: a route without an origin has no policy.', ...printed];
    expect(await migrated(`{ origin: false, ${options} };`)).toBe(
      `CorsModule.forRoot({\n${lines.join('\n')}\n})\n`,
    );
  });

  it.each([
    ['app.enableCors();', 'app.enableCors(), line 1'],
    [
      '\nawait NestFactory.create(AppModule, new FastifyAdapter(), { cors: true, logger: false });',
      'NestFactory.create(), line 2',
    ],
    ['app.use(cors());', 'cors(), line 1'],
    ["import middleware from 'cors';\napp.use(middleware());", 'cors(), line 2'],
    ["import * as middleware from 'cors';\napp.use(middleware());", 'cors(), line 2'],
    ["import middleware = require('cors');\napp.use(middleware());", 'cors(), line 2'],
    ["const middleware = require('cors');\napp.use(middleware());", 'cors(), line 2'],
    ['await app.register(fastifyCors);', '@fastify/cors, line 1'],
    ["await app.register(import('@fastify/cors'));", '@fastify/cors, line 1'],
    ["await app.register(require('@fastify/cors'), {});", '@fastify/cors, line 1'],
    [
      "const { default: cors } = 0;\nimport plugin from '@fastify/cors';\nawait app.register(plugin, {});",
      '@fastify/cors, line 3',
    ],
    ['const options: CorsOptions = {};\napp.enableCors(options);', 'app.enableCors(), line 2'],
  ])('finds the options in %j', async (source, where) => {
    expect(await migrated(source)).toBe(
      `// ${where}\nCorsModule.forRoot({\n${ANY}\n${METHODS}\n${HEADERS}\n})\n`,
    );
  });

  it('makes entries of what is for a path', async () => {
    const source = [
      "import cors from 'cors';",
      "app.enableCors({ origin: false, methods: '*', allowedHeaders: '*' });",
      "app.use('/public', cors({ methods: '*', allowedHeaders: '*' }));",
      "app.use('/partners', cors({ origin: [a, ...others], methods: ['PUT'], allowedHeaders: 'x-a' }));",
    ].join('\n');
    expect(await migrated(source)).toBe(
      [
        '// app.enableCors(), line 2',
        'CorsModule.forRoot({',
        '  // Nobody may read, as before: a route without an origin has no policy.',
        "  methods: '*',",
        "  allowedHeaders: '*',",
        '  routes: [',
        '    // cors(), line 3',
        '    {',
        "      path: '/public',",
        '      policy: {',
        '        // Any site may read, as before. If that was not meant, name the origins of your pages.',
        "        origin: '*',",
        "        methods: '*',",
        "        allowedHeaders: '*',",
        '      },',
        '    },',
        '    // cors(), line 4',
        '    {',
        "      path: '/partners',",
        '      policy: {',
        '        origin: [a, ...others],',
        "        methods: ['PUT'],",
        "        allowedHeaders: ['x-a'],",
        '      },',
        '    },',
        '  ],',
        '})',
        '',
      ].join('\n'),
    );
  });

  it('says what cannot be had of what it does not know', async () => {
    expect(await migrated("{ origin: isProduction ? 'https://a.example' : true }")).toContain(
      '  // true cannot be had here: name the origins.\n',
    );
  });

  it('prints one module for each place that has options for all paths', async () => {
    const printed = await migrated("one.enableCors();\ntwo.enableCors({ origin: 'https://a.example' });");
    expect(printed.match(/^\/\/ app.*line \d$/gm)).toEqual([
      '// app.enableCors(), line 1',
      '// app.enableCors(), line 2',
    ]);
    expect(printed.match(/^CorsModule\.forRoot/gm)).toHaveLength(2);
    expect(printed).toMatch(
      /^\/\/ 2 places have options for the whole app\. Keep one CorsModule\.forRoot\(\)/,
    );
  });

  it('reads a file', async () => {
    const file = join(here, 'main.js');
    writeFileSync(file, "app.enableCors({ origin: 'https://a.example' });\n");
    const { code, printed, complaints } = await nestjsCors(['migrate', file]);
    expect([code, complaints]).toEqual([0, []]);
    expect(printed).toContain("  origin: 'https://a.example',");
  });

  it('prints what compiles', async () => {
    const declared =
      'declare const methods: string[], names: string, credentials: boolean, hour: number, process: { env: { ORIGINS: string } };';
    const sources = [
      ...OPTIONS.map(([options]) => options),
      ...OTHERS.map(([options]) => `{ origin: false, ${options} }`),
    ];
    const printed = await Promise.all(sources.map((source) => nestjsCors(['migrate'], source)));
    const text = [
      "import { CorsModule, fromEnableCors, originsFrom } from '../../lib/index.js';",
      declared,
      ...printed.map((one) => one.printed.split('\n').slice(2).join('\n')),
    ].join('\n');
    expect(mistakesIn(text)).toEqual([]);
    expect(mistakesIn(`${text}\nCorsModule.forRoot({ orgin: '*' });`)).toHaveLength(1);
  });
});

function mistakesIn(text: string): readonly string[] {
  const path = join(process.cwd(), 'test/cli/printed.ts');
  const { config } = ts.readConfigFile('tsconfig.json', (name) => ts.sys.readFile(name)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([path], options, {
    ...host,
    fileExists: (name) => name === path || host.fileExists(name),
    readFile: (name) => (name === path ? text : host.readFile(name)),
    getSourceFile: (name, language) =>
      name === path ? ts.createSourceFile(name, text, language) : host.getSourceFile(name, language),
  });
  return program
    .getSemanticDiagnostics(program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

const APP = 'https://app.example.com';
const OTHER = 'https://other.example.net';

@Controller('cats')
class CatsController {
  @Get() list(): string {
    return 'cats';
  }
}

@Module({ controllers: [CatsController] })
class OldModule {}

describe.each(PLATFORMS)('what npx nestjs-cors migrate prints, on %s', (platform: Platform) => {
  const startApp = appsOfTest();

  async function readers(port: number): Promise<readonly string[]> {
    const may = await Promise.all(
      [APP, OTHER].map(async (origin) => {
        const { headers } = await send(port, { path: '/cats', headers: { origin } });
        return ['*', origin].includes(String(headers['access-control-allow-origin']));
      }),
    );
    return [APP, OTHER].filter((_, index) => may[index]);
  }

  it.each([
    ['{}', [APP, OTHER]],
    ['{ origin: false }', []],
    [
      "{ origin: ['https://app.example.com'], credentials: true, methods: 'PUT', exposedHeaders: 'X-A,X-B' }",
      [APP],
    ],
    ['{ origin: /\\.example\\.com$/ }', [APP]],
    ["{ origin: (origin, callback) => callback(null, origin === 'https://app.example.com') }", [APP]],
  ])('lets those read who could before: %s', async (source, expected) => {
    const options = evaluated(`(${source})`) as EnableCorsOptions;
    const before = await startApp(platform, OldModule, { prepare: (app) => app.enableCors(options) });
    expect(await readers(before.port)).toEqual(expected);
    const printed = await migrated(source);

    @Module({ imports: [evaluated(printed) as Type], controllers: [CatsController] })
    class NewModule {}
    expect(await readers((await startApp(platform, NewModule)).port)).toEqual(expected);
  });
});

function evaluated(source: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- of what stands above
  const make = new Function('CorsModule', 'fromEnableCors', `return (\n${source}\n)`) as (
    ...given: unknown[]
  ) => unknown;
  return make(CorsModule, fromEnableCors);
}

describe('npx nestjs-cors', () => {
  it.each(['--version', '-v'])('says which version it is: %s', async (option) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
    expect(await nestjsCors([option])).toEqual({ code: 0, printed: `${version}\n`, complaints: [] });
  });

  it.each<[args: readonly string[], stdin: string, complaint: string]>([
    [[], '', 'a command is missing: see nestjs-cors --help'],
    [['migrat'], '', 'there is no command migrat: see nestjs-cors --help'],
    [['migrate', '--fix'], '', "Unknown option '--fix': see nestjs-cors --help"],
    [['migrate', 'a.ts', 'b.ts'], '', 'migrate takes one file: see nestjs-cors --help'],
    [['migrate', 'missing.ts'], '', 'missing.ts: there is no such file'],
    [['migrate', 'lib'], '', 'lib: cannot be read (EISDIR)'],
    [
      ['migrate'],
      '',
      'standard input: no options of app.enableCors(), NestFactory.create(), cors() or @fastify/cors in it',
    ],
    [
      ['migrate'],
      'await listen(3000);',
      'standard input: no options of app.enableCors(), NestFactory.create(), cors() or @fastify/cors in it',
    ],
    [['migrate'], '\n{ origin: [ }', 'standard input:2: Expression or comma expected.'],
    [
      ['migrate'],
      '{\n ...base, origin: false }',
      'standard input:2: cannot read ...base: write its options out',
    ],
    [
      ['migrate'],
      "{ ['origin']: false }",
      "standard input:1: cannot read ['origin']: write the name of the option",
    ],
    [
      ['migrate'],
      '{ get origin() { return [] } }',
      'standard input:1: cannot read the accessor origin: write its value',
    ],
    [
      ['migrate'],
      '{ orgin: false }',
      'there is no option orgin of app.enableCors(), cors() or @fastify/cors',
    ],
    [
      ['migrate'],
      'app.enableCors({ toString: 1 })',
      'app.enableCors(), line 1: there is no option toString of app.enableCors(), cors() or @fastify/cors',
    ],
    [
      ['migrate'],
      'app.register(fastifyCors, { delegator })',
      '@fastify/cors, line 1: cannot read delegator, a function that makes options for each request: give paths their own policies in routes, or routes theirs by @AllowOrigin()',
    ],
    [
      ['migrate'],
      '\napp.enableCors((request, callback) => callback(null, {}));',
      'standard input:2: cannot read a function that makes options for each request: give paths their own policies in routes, or routes theirs by @AllowOrigin()',
    ],
    [
      ['migrate'],
      'app.enableCors(config.get("cors"));',
      'standard input:1: cannot read config.get("cors"): give it the object with the options, or print it and give that',
    ],
    [
      ['migrate'],
      "app.use('/a/:id', cors()); app.use(/^b/, cors());",
      'standard input:1: cannot read the path /^b/: write an entry of routes for it',
    ],
    [
      ['migrate'],
      "app.use('/a*', cors());",
      "standard input:1: cannot read the path '/a*': write an entry of routes for it",
    ],
  ])('%j with %j on standard input: one line, and exit code 2', async (args, stdin, complaint) => {
    expect(await nestjsCors(args, stdin)).toEqual({
      code: 2,
      printed: '',
      complaints: [`nestjs-cors: ${complaint}`],
    });
  });

  it('does not wait for somebody to type a source', async () => {
    expect(await nestjsCors(['migrate'], '', true)).toEqual({
      code: 2,
      printed: '',
      complaints: [
        'nestjs-cors: migrate takes a file, or a source on standard input: see nestjs-cors --help',
      ],
    });
  });

  it.each(['--help', '-h'])('shows how it is used: %s', async (option) => {
    const { code, printed, complaints } = await nestjsCors([option]);
    expect([code, complaints]).toEqual([0, []]);
    expect(printed).toMatch(/^Usage: nestjs-cors <command>\n\n {2}migrate \[file\]/);
  });
});
