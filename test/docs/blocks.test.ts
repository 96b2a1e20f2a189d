import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { assemble } from './assemble.js';
import { blocksOf, PAGES, root, type Block } from './pages.js';
import type { HttpAnswer, HttpRequest, Outcome, RunBlock, RunTask } from './run-task.js';

/*
 * Every block of code in README and `docs/` is compiled and run.
 *
 * - `ts`: compiled as strictly as Nest's own starter and more (`strict`), against the library's types. A block sees what the
 *   blocks before it on its page declare and import. Its first line may be its name, `// reports.controller.ts`, under which
 *   others import it. What is wrong on purpose stands below a `// @ts-expect-error`. Then it is run: its statements are; each
 *   module with CorsModule in its imports, and each `CorsModule.forRoot(…)` that is a statement, is started on both platforms
 *   and asked something over HTTP; so are controllers that no module of the page has. Tests that it registers are run. Beside it
 *   is a folder `public` with a file `font.woff2`, and `PORT` is 0.
 * - `http`: a request and what comes back, as the app that was started last on the page answers it, on both platforms: the
 *   status, all fields of CORS with `Vary`, and of the others those that stand there.
 * - `text`, directly behind a block that is refused or throws: the message.
 * - `js`: for pages in a browser; its syntax is checked. `json` is parsed. `sh` and others are left alone.
 *
 * A comment in front of a block says what else is to be expected:
 *
 *   <!-- docs: refused CODE … -->   the app does not start, for just these problems
 *   <!-- docs: throws -->           running it throws
 *   <!-- docs: on express -->       started on that platform alone
 *   <!-- docs: compile WHY … -->    compiled, and not run, for this reason
 */

const execute = promisify(execFile);

/** A block with its page, and where it stands. */
interface Case {
  /** `docs/options.md:12`. */
  readonly id: string;
  readonly block: Block;
  /** The module that is made of it, if it is TypeScript. */
  readonly file?: string;
  /** What stands directly behind it, if that is text. */
  readonly text?: string;
}

/** The folders lie where the library finds itself by its name, and git looks away. */
mkdirSync(join(root, 'dist-sample'), { recursive: true });
const folder = mkdtempSync(join(root, 'dist-sample/docs-'));
const pages: readonly (readonly Case[])[] = PAGES.map((page) => {
  const home = join(folder, page.path.replace('/', '-').replace('.md', ''));
  mkdirSync(join(home, 'public'), { recursive: true });
  writeFileSync(join(home, 'public/font.woff2'), '');
  const blocks = blocksOf(page);
  const modules = assemble(
    blocks.filter(({ language }) => language === 'ts'),
    "'../../../test/docs/runners.js'",
  );
  expectUnique(modules.map(({ file }) => file));
  for (const { file, source } of modules) writeFileSync(join(home, file), source);
  return blocks.map((block, index): Case => {
    const made = modules.find((one) => one.block === block);
    const next = blocks[index + 1];
    return {
      id: `${page.path}:${block.line}`,
      block,
      ...(made && { file: join(home, made.file) }),
      ...(next?.language === 'text' && { text: next.code }),
    };
  });
});
const cases = pages.flat();
const compiled = cases.filter((one) => one.file !== undefined);

afterAll(() => rmSync(folder, { recursive: true }));

describe('blocks of TypeScript', () => {
  // What adds to the library's types adds to those of a whole program.
  const adding = compiled.filter(({ block }) => block.code.includes("declare module 'nestjs-cors'"));
  const together = programOf(compiled.filter((one) => !adding.includes(one)));
  const alone = new Map(adding.map((one) => [one, programOf([one])]));

  it.each(compiled)('$id compiles', (one) => {
    const { file } = one;
    const program = alone.get(one) ?? together;
    const source = program.getSourceFile(file as string);
    const syntactic = program.getSyntacticDiagnostics(source);
    const found = syntactic.length > 0 ? syntactic : program.getSemanticDiagnostics(source);
    expect(found.map(format)).toEqual([]);
  });
});

function programOf(some: readonly Case[]): ts.Program {
  return ts.createProgram(
    some.map(({ file }) => file as string),
    compilerOptions(),
  );
}

describe('blocks that run', () => {
  let outcomes: ReadonlyMap<string, Outcome>;
  beforeAll(async () => {
    outcomes = new Map((await runAll()).map((outcome) => [outcome.id, outcome]));
  }, 120_000);

  const ran = compiled.filter(({ block }) => block.note?.verb !== 'compile');

  it.each(ran)('$id does what its page says', ({ id, block, text }) => {
    const { error, codes } = outcomes.get(id) as Outcome;
    const { verb, words = [] } = block.note ?? {};
    if (verb !== 'refused' && verb !== 'throws') return expect(error?.stack).toBeUndefined();
    expect([...(codes ?? [])].toSorted()).toEqual(verb === 'refused' ? [...words].toSorted() : (codes ?? []));
    expect(error).toBeDefined();
    if (text !== undefined) expect(inOneLine(error?.message ?? '')).toBe(inOneLine(text));
  });

  it.each(cases.filter(isHttp))('$id is what the app answers', ({ id, block }) => {
    const { answers = [] } = outcomes.get(id) as Outcome;
    const { answer } = readExchange(block.code);
    expect(answers.length).toBeGreaterThan(0);
    for (const one of answers) expect(one).toEqual(answer);
  });

  it('start apps, and run tests', () => {
    const sum = (count: (outcome: Outcome) => number | undefined): number =>
      [...outcomes.values()].reduce((total, outcome) => total + (count(outcome) ?? 0), 0);
    expect(sum(({ started }) => started)).toBeGreaterThan(50);
    expect(sum(({ tests }) => tests)).toBeGreaterThan(3);
  });
});

describe('other blocks', () => {
  const inLanguage = (language: string): readonly Case[] =>
    cases.filter(({ block }) => block.language === language);

  it('for pages in a browser have no mistake of syntax', () => {
    const found = inLanguage('js').flatMap(({ id, block }) => {
      const { diagnostics = [] } = ts.transpileModule(block.code, {
        fileName: 'page.js',
        reportDiagnostics: true,
        compilerOptions: { allowJs: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
      });
      return diagnostics.map((diagnostic) => `${id}: ${format(diagnostic)}`);
    });
    expect(found).toEqual([]);
  });

  it('of JSON can be parsed', () => {
    for (const { block } of inLanguage('json')) expect(() => JSON.parse(block.code) as unknown).not.toThrow();
  });

  it('say what they are, and comments what is known', () => {
    for (const { block } of cases) {
      expect(block.language).not.toBe('');
      expect(['refused', 'throws', 'on', 'compile', undefined]).toContain(block.note?.verb);
      if (block.note !== undefined && block.note.verb !== 'throws') expect(block.note.words).not.toEqual([]);
    }
  });
});

/** The project's own, but for what is a matter of taste. */
function compilerOptions(): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown };
  return {
    ...ts.parseJsonConfigFileContent(config, ts.sys, dirname(path)).options,
    noEmit: true,
    exactOptionalPropertyTypes: false,
    noPropertyAccessFromIndexSignature: false,
    noUncheckedIndexedAccess: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noImplicitOverride: false,
    verbatimModuleSyntax: false,
    isolatedModules: true,
    strict: true,
  };
}

async function runAll(): Promise<readonly Outcome[]> {
  const [input, output] = [join(folder, 'task.json'), join(folder, 'outcomes.json')];
  const task: RunTask = { pages: pages.map((page) => page.map(toRun)), output };
  writeFileSync(input, JSON.stringify(task));
  const program = fileURLToPath(new URL('run.ts', import.meta.url));
  const compiler = new URL('../support/typescript.mjs', import.meta.url).href;
  const endWithParent = new URL('../support/end-with-parent.mjs', import.meta.url).href;
  await execute(process.execPath, ['--import', endWithParent, '--import', compiler, program, input], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'test' },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(readFileSync(output, 'utf8')) as Outcome[];
}

function toRun(one: Case): RunBlock {
  const { id, block, file } = one;
  const { verb, words = [] } = block.note ?? {};
  return { id, verb, words, file, http: isHttp(one) ? readExchange(block.code).request : undefined };
}

function isHttp({ block }: Case): boolean {
  return block.language === 'http' && block.note?.verb !== 'compile';
}

/** A request, an empty line, and an answer: its status, all fields of CORS, `Vary`, and what else stands there. */
function readExchange(code: string): { readonly request: HttpRequest; readonly answer: HttpAnswer } {
  const [sent = '', received = ''] = code.split('\n\n');
  const [start = '', ...lines] = sent.split('\n');
  const [method = '', path = ''] = start.split(' ');
  const [status = '', ...answered] = received.split('\n');
  const fields = Object.fromEntries(answered.map(readField));
  return {
    request: {
      method,
      path,
      headers: Object.fromEntries(lines.map(readField)),
      wanted: Object.keys(fields).filter((name) => !/^(?:vary|access-control-.*)$/.test(name)),
    },
    answer: { status: Number(status.split(' ')[1]), fields },
  };
}

function readField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function format(diagnostic: ts.Diagnostic): string {
  return ts.formatDiagnostic(diagnostic, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => '\n',
  });
}

function expectUnique(names: readonly string[]): void {
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) throw new Error(`Two blocks of a page have the name ${repeated.join(', ')}.`);
}
