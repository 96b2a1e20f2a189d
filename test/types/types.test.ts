import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/*
 * Each file in fixtures/ is a program of a user. It has to compile under the project's own compiler options; what must
 * not compile stands below a `@ts-expect-error`, which is an error itself where there is none to expect.
 */

const here = dirname(fileURLToPath(import.meta.url));
const fixtures = readdirSync(join(here, 'fixtures')).filter((name) => name.endsWith('.ts'));
const options = projectOptions(join(here, '../../tsconfig.json'));
const program = ts.createProgram(
  fixtures.map((name) => join(here, 'fixtures', name)),
  options,
);

describe('type tests', () => {
  it.each(fixtures)('%s', (name) => {
    expect(diagnosticsOf(program, join(here, 'fixtures', name))).toEqual([]);
  });

  it.each([
    { name: 'an error', source: 'export const text: string = 1;', code: 2322 },
    {
      name: 'an error that did not happen',
      source: '// @ts-expect-error\nexport const text: string = "";',
      code: 2578,
    },
    { name: 'a syntax error', source: 'export const = 1;', code: 1134 },
  ])('see $name', ({ source, code }) => {
    const path = join(here, 'fixtures', 'in-memory.ts');
    const broken = ts.createProgram([path], options, hostWith(path, source));
    expect(diagnosticsOf(broken, path)).toEqual([expect.stringContaining(`TS${code}`)]);
  });
});

/** Values that are refused, and what the message about each calls the option. */
const MESSAGES: readonly (readonly [source: string, named: string])[] = [
  ["const a: CorsPolicyOptions = { origin: '*', credentials: true }", "property 'origin'"],
  ["const a: CorsPolicyOptions = { origin: 'example.com' }", 'OriginOption'],
  ["const a: CorsPolicyOptions = { origin: ['https://a.example', 'b.example'] }", 'OriginOption'],
  ['const a: CorsPolicyOptions = { origin: true }', 'OriginOption'],
  ["const a: CorsPolicyOptions = { orgin: '*' }", "'orgin' does not exist"],
  ["const a: CorsPolicyOptions = { exposedHeaders: '*', credentials: true }", "property 'exposedHeaders'"],
  [
    "const a: CorsPolicyOptions = { exposedHeaders: ['x-a', '*'], credentials: true }",
    "property 'exposedHeaders'",
  ],
  ['const a: CorsPolicyOptions = { methods: true }', 'MethodsOption'],
  ['const a: CorsPolicyOptions = { allowedHeaders: 1 }', 'AllowedHeadersOption'],
  ["const a: CorsModuleOptions = { publicOrigins: 'api.example.com' }", 'PublicOriginsOption'],
  ["CorsModule.forRoot({ origin: '*', credentials: true })", "property 'origin'"],
  ["CorsModule.forRoot({ origin: ['b.example'] })", 'OriginOption'],
  [
    "CorsModule.forRootAsync({ useFactory: () => ({ origin: '*', credentials: true }) })",
    "property 'origin'",
  ],
  ["AllowOrigin('example.com')", 'OriginOption'],
  ["AllowOrigin('*', { credentials: true })", 'OriginOption'],
  ["UseCorsPolicy('partner')", '"partners"'],
  ["const a: CorsModuleOptions = { policies: { partner: { origin: '*' } } }", "'partner' does not exist"],
  ["const a: CorsModuleOptions = { routes: [{ path: '/a', policy: 'partner' }] }", '"partner"'],
];

describe('messages of the compiler', () => {
  const path = join(here, 'fixtures', 'in-memory.ts');
  const imported = 'AllowOrigin, CorsModule, UseCorsPolicy, type CorsModuleOptions, type CorsPolicyOptions';
  const lines = [
    `import { ${imported} } from '../../../lib/index.js';`,
    "declare module '../../../lib/index.js' { interface CorsPolicyNames { partners: true } }",
    "UseCorsPolicy('partners'); const known: CorsModuleOptions = { policies: { partners: {} } };",
    ...MESSAGES.map(([source]) => `{ ${source}; }`),
  ];
  const messages = ts.createProgram(
    [path],
    { ...options, noUnusedLocals: false },
    hostWith(path, lines.join('\n')),
  );
  const found = diagnosticsOf(messages, path);

  it('are about no other line', () => {
    expect(found).toHaveLength(MESSAGES.length);
  });

  it.each(MESSAGES.map(([source, named], index) => ({ source, named, index })))(
    'name the option: $source',
    ({ named, index }) => {
      expect(found[index]).toContain(`in-memory.ts(${index + 4},`);
      expect(found[index]).toContain(named);
      expect(found[index]).not.toContain('more ...');
    },
  );
});

function projectOptions(path: string): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as {
    config: unknown;
    error?: ts.Diagnostic;
  };
  if (error !== undefined) throw new Error(format(error));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  return { ...parsed.options, noEmit: true };
}

/** What the compiler has to say about one file, in its own words. */
function diagnosticsOf(from: ts.Program, path: string): string[] {
  const file = from.getSourceFile(path);
  if (file === undefined) throw new Error(`${path} is no part of the program`);
  const syntactic = from.getSyntacticDiagnostics(file);
  const found = syntactic.length > 0 ? syntactic.slice(0, 1) : from.getSemanticDiagnostics(file);
  return found.map(format);
}

function format(diagnostic: ts.Diagnostic): string {
  return ts.formatDiagnostic(diagnostic, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => here,
    getNewLine: () => '\n',
  });
}

/** A compiler host that has one file more than the disk. */
function hostWith(path: string, source: string): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (name) => name === path || host.fileExists(name),
    readFile: (name) => (name === path ? source : host.readFile(name)),
    getSourceFile: (name, language) =>
      name === path ? ts.createSourceFile(name, source, language) : host.getSourceFile(name, language),
  };
}
