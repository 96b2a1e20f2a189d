import 'reflect-metadata';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { AllowOrigin, Preflight, type CorsDecorator, type CorsProblemCode } from '../../lib/index.js';
import { NO_ROUTE_DEFAULTS } from '../../lib/policy/policy-fields.js';
import { LayerReader } from '../../lib/policy/layer-reader.js';
import { readModuleOptions } from '../../lib/policy/module-options.js';
import { PolicyComposer } from '../../lib/policy/policy-composer.js';
import { decoratorLayers } from '../../lib/routing/decorator-layers.js';
import { errorOf, providing } from '../policy/configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

/*
 * The types and the start-up check say the same of the same text: each row is compiled, and run.
 *
 * A type cannot say everything: not that a string has no path, nor what two layers come to. What it does say it must
 * say as the start-up check does, and never refuse what that accepts.
 */

/** What the start-up check refuses a row for; `undefined` if it accepts it. */
type Refusal = CorsProblemCode | undefined;

/** A row: the text, what the start-up check says of it, and whether the types can know. */
type Row = readonly [text: string, refusal: Refusal, byTypes?: 'types cannot know'];

const MODULE_OPTIONS: readonly Row[] = [
  // Credentials and wildcards.
  [`{ origin: '*' }`, undefined],
  [`{ origin: '*', credentials: false }`, undefined],
  [`{ origin: '*', credentials: undefined }`, undefined],
  [`{ origin: '*', credentials: true }`, 'origin-any-with-credentials'],
  [`{ origin: ['*'], credentials: true }`, 'origin-any-with-credentials'],
  [
    `{ origin: '*', credentials: true, dangerously: { insecureOrigins: true } }`,
    'origin-any-with-credentials',
  ],
  [`{ origin: 'https://a.example', credentials: true }`, undefined],
  [`{ origin: ['https://a.example', /^https:\\/\\/b\\.example$/], credentials: true }`, undefined],
  [`{ origin: (origin: string) => origin.length > 9, credentials: true }`, undefined],
  [`{ exposedHeaders: '*' }`, undefined],
  [`{ exposedHeaders: '*', credentials: false }`, undefined],
  [`{ exposedHeaders: '*', credentials: true }`, 'exposed-any-with-credentials'],
  [`{ exposedHeaders: ['*'], credentials: true }`, 'exposed-any-with-credentials'],
  [`{ exposedHeaders: ['x-a', '*'], credentials: true }`, 'exposed-any-with-credentials'],
  [`{ exposedHeaders: ['x-a', '1-b', 'ETag'], credentials: true }`, undefined],
  [`{ methods: '*', allowedHeaders: ['*', 'authorization'], credentials: true }`, undefined],
  [`{ policies: { p: { origin: '*', credentials: true } } }`, 'origin-any-with-credentials'],
  [`{ policies: { p: { exposedHeaders: '*', credentials: true } } }`, 'exposed-any-with-credentials'],
  [`{ routes: [{ path: '/x', policy: { origin: '*', credentials: true } }] }`, 'origin-any-with-credentials'],
  [
    `{ routes: [{ path: '/x', policy: { exposedHeaders: '*', credentials: true } }] }`,
    'exposed-any-with-credentials',
  ],
  // Layers that are fine alone.
  [
    `{ origin: '*', policies: { p: { credentials: true } } }`,
    'origin-any-with-credentials',
    'types cannot know',
  ],
  [
    `{ credentials: true, policies: { p: { exposedHeaders: '*' } } }`,
    'exposed-any-with-credentials',
    'types cannot know',
  ],

  // Origins.
  [`{ origin: 'https://*.example.com' }`, undefined],
  [`{ origin: 'http://localhost:*' }`, undefined],
  [`{ origin: 'capacitor://localhost' }`, undefined],
  [`{ origin: 'example.com' }`, 'origin-scheme-missing'],
  [`{ origin: '//example.com' }`, 'origin-scheme-missing'],
  [`{ origin: ['https://a.example', 'localhost:3000'] }`, 'origin-scheme-missing'],
  [`{ origin: '' }`, 'origin-empty'],
  [`{ origin: ['*', 'https://a.example'] }`, 'origin-any-in-list'],
  [`{ origin: true }`, 'option-type'],
  [`{ origin: false }`, 'option-type'],
  [`{ origin: null }`, 'option-type'],
  [`{ origin: 5 }`, 'option-type'],
  [`{ origin: {} }`, 'option-type'],
  [`{ origin: new Set(['https://a.example']) }`, 'option-type'],
  [`{ origin: new URL('https://a.example') }`, 'option-type'],
  [`{ origin: [['https://a.example']] }`, 'option-type'],
  [`{ origin: undefined }`, undefined],
  [`{ origin: [] }`, 'origin-empty', 'types cannot know'],
  [`{ origin: 'null' }`, 'origin-null', 'types cannot know'],
  [`{ origin: 'null', dangerously: { nullOrigin: true } }`, undefined],
  [`{ origin: 'file://' }`, 'origin-file', 'types cannot know'],
  [`{ origin: 'file://', dangerously: { fileOrigin: true } }`, undefined],
  [`{ origin: 'app://.', credentials: true }`, undefined],
  [`{ origin: 'https://a.example/' }`, 'origin-path', 'types cannot know'],
  [`{ origin: 'https://A.example' }`, 'origin-case', 'types cannot know'],
  [`{ origin: 'https://a.example:443' }`, 'origin-default-port', 'types cannot know'],
  [`{ origin: 'https://*.com' }`, 'origin-public-suffix', 'types cannot know'],
  [`{ origin: 'https://*' }`, 'origin-wildcard', 'types cannot know'],
  [`{ origin: /.*/ }`, 'origin-regexp-matches-any', 'types cannot know'],
  [
    `{ origin: 'http://a.example', credentials: true }`,
    'origin-insecure-with-credentials',
    'types cannot know',
  ],

  // Names.
  [`{ methods: 'PUT', allowedHeaders: 'x-a', exposedHeaders: 'x-b' }`, undefined],
  [`{ methods: ['*'], allowedHeaders: [], exposedHeaders: [] }`, undefined],
  [`{ methods: 5 }`, 'option-type'],
  [`{ methods: null }`, 'option-type'],
  [`{ allowedHeaders: [true] }`, 'option-type'],
  [`{ exposedHeaders: new Set(['x-a']) }`, 'option-type'],
  [`{ exposedHeaders: '', credentials: true }`, 'header-invalid'],
  [`{ methods: 'patch' }`, 'method-case', 'types cannot know'],
  [`{ methods: 'TRACE' }`, 'method-forbidden', 'types cannot know'],
  [`{ methods: 'GET,PUT' }`, 'method-invalid', 'types cannot know'],
  [`{ allowedHeaders: 'cookie' }`, 'header-forbidden', 'types cannot know'],
  [`{ allowedHeaders: 'x a' }`, 'header-invalid', 'types cannot know'],

  // Other values.
  [`{ maxAge: 600, optionsSuccessStatus: 200, enforce: true, dangerously: {} }`, undefined],
  [`{ maxAge: undefined, optionsSuccessStatus: undefined, enforce: undefined }`, undefined],
  [`{ credentials: 'true' }`, 'option-type'],
  [`{ credentials: null }`, 'option-type'],
  [`{ enforce: 1 }`, 'option-type'],
  [`{ enforce: 'unsafe' }`, undefined],
  [`{ enforce: 'safe' }`, 'option-type'],
  [`{ enforce: 'true' }`, 'option-type'],
  [`{ maxAge: '600' }`, 'max-age-invalid'],
  [`{ maxAge: null }`, 'max-age-invalid'],
  [`{ optionsSuccessStatus: '204' }`, 'status-invalid'],
  [`{ maxAge: -1 }`, 'max-age-invalid', 'types cannot know'],
  [`{ optionsSuccessStatus: 302 }`, 'status-invalid', 'types cannot know'],
  [`{ dangerously: true }`, 'option-type'],
  [`{ dangerously: { nullOrigin: 'true' } }`, 'option-type'],
  [`{ dangerously: { everything: true } }`, 'option-unknown'],

  // Options.
  [`{}`, undefined],
  [`{ orgin: '*' }`, 'option-unknown'],
  [`{ preflightContinue: true }`, 'option-unknown'],
  [`{ merge: 'extend' }`, undefined],
  [`{ merge: 'union' }`, 'option-type'],
  [`{ policies: {}, routes: [] }`, undefined],
  [`{ policies: undefined, routes: undefined }`, undefined],
  [`{ policies: null }`, 'option-type'],
  [`{ policies: [{}] }`, 'option-type'],
  [`{ policies: { p: undefined } }`, 'option-type'],
  [`{ policies: { p: 'https://a.example' } }`, 'option-type'],
  [`{ policies: { p: { merge: 'extend' } } }`, undefined],
  [`{ policies: { p: { merge: true } } }`, 'option-type'],
  [`{ routes: {} }`, 'option-type'],
  [`{ routes: ['/x'] }`, 'option-type'],
  [`{ routes: [{ path: '/x', policy: false }] }`, undefined],
  [`{ routes: [{ path: '/x', policy: true }] }`, 'option-type'],
  [`{ routes: [{ path: '/x', policy: { merge: 'restrict' } }] }`, undefined],
  [`{ routes: [{ path: '/x', policy: {}, merge: 'extend' }] }`, 'option-unknown'],
  [`{ routes: [{ path: '/x' }] }`, 'option-type'],
  [`{ routes: [{ policy: {} }] }`, 'route-path-invalid'],
  [`{ routes: [{ path: /x/, policy: {} }] }`, 'route-path-invalid'],
  [`{ routes: [{ path: '/x', policy: {}, origin: '*' }] }`, 'option-unknown'],
  [`{ routes: [{ path: 'x', policy: {} }] }`, 'route-path-invalid', 'types cannot know'],
  [`{ routes: [{ path: '/x', policy: 'p' }] }`, 'policy-unknown', 'types cannot know'],
];

const DECORATORS: readonly Row[] = [
  [`AllowOrigin('*')`, undefined],
  [`AllowOrigin('*', { credentials: false, exposedHeaders: '*' })`, undefined],
  [`AllowOrigin('*', { credentials: true })`, 'origin-any-with-credentials'],
  [`AllowOrigin({ origin: '*' })`, undefined],
  [`AllowOrigin({ origin: '*', credentials: true })`, 'origin-any-with-credentials'],
  [`AllowOrigin({ origin: ['*'], credentials: true })`, 'origin-any-with-credentials'],
  [`AllowOrigin('https://a.example', 'https://*.b.example', { credentials: true })`, undefined],
  [`AllowOrigin(() => true, /^https:\\/\\/b\\.example$/)`, undefined],
  [
    `AllowOrigin('https://a.example', { exposedHeaders: '*', credentials: true })`,
    'exposed-any-with-credentials',
  ],
  [`AllowOrigin({ exposedHeaders: ['x-a', '*'], credentials: true })`, 'exposed-any-with-credentials'],
  [`AllowOrigin({ credentials: true })`, undefined],
  [`AllowOrigin({})`, undefined],
  [`AllowOrigin()`, 'origin-empty'],
  [`AllowOrigin('*', 'https://a.example')`, 'origin-any-in-list'],
  [`AllowOrigin('https://a.example', '*')`, 'origin-any-in-list'],
  [`AllowOrigin('example.com')`, 'origin-scheme-missing'],
  [`AllowOrigin(['https://a.example'])`, 'option-type'],
  [`AllowOrigin(true)`, 'option-type'],
  [`AllowOrigin(undefined)`, 'option-type'],
  [`AllowOrigin({ credentials: true }, 'https://a.example')`, 'option-type'],
  [`AllowOrigin('https://a.example', { merge: 'extend' })`, undefined],
  [`AllowOrigin('https://a.example', { merge: 'union' })`, 'option-type'],
  [`AllowOrigin('https://a.example', { maxAge: 5 })`, 'option-unknown'],
  [`AllowOrigin({ origin: 'https://a.example', methods: 'PUT' })`, 'option-unknown'],
  [`AllowOrigin('https://a.example/')`, 'origin-path', 'types cannot know'],
  [
    `AllowOrigin('http://a.example', { credentials: true })`,
    'origin-insecure-with-credentials',
    'types cannot know',
  ],
  [`Preflight({})`, undefined],
  [`Preflight({ methods: '*', allowedHeaders: ['x-a'], maxAge: 5, optionsSuccessStatus: 200 })`, undefined],
  [`Preflight({ methods: 'PUT', merge: 'restrict' })`, undefined],
  [`Preflight()`, 'option-type'],
  [`Preflight(['PUT'])`, 'option-type'],
  [`Preflight({ origin: '*' })`, 'option-unknown'],
  [`Preflight({ credentials: true })`, 'option-unknown'],
  [`Preflight({ maxAge: '5' })`, 'max-age-invalid'],
  [`Preflight({ merge: 'union' })`, 'option-type'],
  [`Preflight({ methods: 'patch' })`, 'method-case', 'types cannot know'],
];

const ROWS: readonly Row[] = [...MODULE_OPTIONS, ...DECORATORS];

describe('the types and the start-up check agree on', () => {
  const refusedByTypes = compileRows();

  it.each(ROWS.map((row, index) => ({ text: row[0], row, index })))('$text', ({ row, index }) => {
    const [text, refusal, byTypes] = row;
    const codes = MODULE_OPTIONS.includes(row) ? checkOptions(text) : checkDecorator(text);
    expect(codes).toEqual(refusal === undefined ? [] : [refusal]);
    expect({ text, refused: refusedByTypes.has(index) }).toEqual({
      text,
      refused: refusal !== undefined && byTypes === undefined,
    });
  });
});

/** The codes with which an app with these options does not start. */
function checkOptions(text: string): readonly CorsProblemCode[] {
  return (errorOf(evaluate(text))?.problems ?? []).map(({ code }) => code);
}

/** The codes with which an app with this decorator on a controller does not start. */
function checkDecorator(text: string): readonly CorsProblemCode[] {
  class Cats {}
  (evaluate(text) as CorsDecorator)(Cats);
  const composer = new PolicyComposer();
  const reader = new LayerReader(providing());
  const { own, problems } = decoratorLayers(Cats, 'Cats', readModuleOptions({}, providing()), reader);
  composer.report(problems);
  composer.compose(own, NO_ROUTE_DEFAULTS);
  return composer.problems.map(({ code }) => code);
}

function evaluate(text: string): unknown {
  const { outputText } = ts.transpileModule(`const value = ${text};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2023 },
  });
  // The text is this file's own.
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function('AllowOrigin', 'Preflight', `${outputText} return value;`)(AllowOrigin, Preflight);
}

/** The indexes of the rows that do not compile: each is one line of one file, which is compiled once. */
function compileRows(): ReadonlySet<number> {
  const here = dirname(fileURLToPath(import.meta.url));
  const path = join(here, 'fixtures', 'agreement-in-memory.ts');
  const lines = ROWS.map(([text], index) =>
    index < MODULE_OPTIONS.length
      ? `export const row${index}: CorsModuleOptions = ${text};`
      : `export const row${index} = ${text};`,
  );
  const source = [
    ...lines,
    `import { AllowOrigin, Preflight, type CorsModuleOptions } from '../../../lib/index.js';`,
  ].join('\n');
  const config = ts.readConfigFile(join(here, '../../tsconfig.json'), (name) => ts.sys.readFile(name));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, join(here, '../..'));
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([path], options, {
    ...host,
    fileExists: (name) => name === path || host.fileExists(name),
    readFile: (name) => (name === path ? source : host.readFile(name)),
    getSourceFile: (name, language) =>
      name === path ? ts.createSourceFile(name, source, language) : host.getSourceFile(name, language),
  });
  const file = program.getSourceFile(path);
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  const rows = found.map(
    ({ start }) => ts.getLineAndCharacterOfPosition(file as ts.SourceFile, start ?? 0).line,
  );
  if (rows.some((row) => row >= ROWS.length)) throw new Error('the import does not compile');
  return new Set(rows);
}
