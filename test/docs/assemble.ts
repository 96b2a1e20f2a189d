import ts from 'typescript';
import type { Block } from './pages.js';

/*
 * Makes modules of a page's blocks. A block sees what the blocks before it on the page declare and import, as a reader
 * does: what it mentions and has not itself is imported, on its first line, so that its lines keep their numbers. What it
 * declares is exported on its last one.
 */

/** A module that is made of a block. */
export interface Assembled {
  readonly block: Block;
  /** As `reports.controller.ts`, which the block's first line may say. */
  readonly file: string;
  readonly source: string;
}

/** What a block has to give to those behind it. */
interface Given {
  /** The statement that gives it, to a module in the same folder. */
  readonly statement: string;
}

/** What tests import their runner's functions from, in blocks. */
const RUNNERS = ["'vitest'", "'@jest/globals'", "'node:test'"];

/** @param runners - what stands for them, as a specifier */
export function assemble(blocks: readonly Block[], runners: string): readonly Assembled[] {
  const given = new Map<string, Given>();
  return blocks.map((block, index) => {
    const file = /^\/\/ ([\w.-]+\.ts)\n/.exec(block.code)?.[1] ?? `block-${index + 1}.ts`;
    const parsed = ts.createSourceFile(file, block.code, ts.ScriptTarget.ES2023, true);
    const { imported, values, types, exported } = namesOf(parsed);
    const own = new Set([...imported.keys(), ...values, ...types]);
    const wanted = [...mentionsOf(parsed)].filter((name) => !own.has(name));
    const prelude = wanted.flatMap((name) => given.get(name)?.statement ?? []);
    const from = `'./${file.replace(/ts$/, 'js')}'`;
    for (const [name, statement] of imported) given.set(name, { statement });
    for (const name of values) given.set(name, { statement: `import { ${name} } from ${from};` });
    for (const name of types) given.set(name, { statement: `import type { ${name} } from ${from};` });
    const { code, started } = withStarted(parsed);
    const source = [
      ...prelude,
      `${code}\n`,
      ...[...values, ...started].filter((name) => !exported.has(name)).map((name) => `export { ${name} };`),
      ...types.filter((name) => !exported.has(name)).map((name) => `export type { ${name} };`),
    ].join(' ');
    return { block, file, source: RUNNERS.reduce((text, name) => text.replaceAll(name, runners), source) };
  });
}

interface Names {
  /** The statements that import the names. */
  readonly imported: ReadonlyMap<string, string>;
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Those that the module exports by itself. */
  readonly exported: ReadonlySet<string>;
}

/** The names that a module has at its top. */
function namesOf(parsed: ts.SourceFile): Names {
  const imported = new Map<string, string>();
  const values: string[] = [];
  const types: string[] = [];
  const exported = new Set<string>();
  for (const statement of parsed.statements) {
    const before = new Set([...values, ...types]);
    if (ts.isImportDeclaration(statement)) {
      const from = statement.moduleSpecifier.getText();
      const { name, namedBindings, isTypeOnly = false } = statement.importClause ?? {};
      const word = isTypeOnly ? 'import type' : 'import';
      if (name !== undefined) imported.set(name.text, `${word} ${name.text} from ${from};`);
      if (namedBindings !== undefined && ts.isNamespaceImport(namedBindings)) {
        imported.set(namedBindings.name.text, `${word} ${namedBindings.getText()} from ${from};`);
      } else if (namedBindings !== undefined) {
        for (const one of namedBindings.elements)
          imported.set(one.name.text, `${word} { ${one.getText()} } from ${from};`);
      }
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) values.push(...boundBy(name));
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      types.push(statement.name.text);
    } else if (ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) {
      if (statement.name !== undefined) values.push(statement.name.text);
    }
    if (isExported(statement))
      for (const name of [...values, ...types].filter((one) => !before.has(one))) exported.add(name);
  }
  return { imported, values, types, exported };
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function boundBy(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundBy(element.name) : []));
}

/** Every name that stands somewhere in a module. Those of properties are among them, and do no harm. */
function mentionsOf(parsed: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return names;
}

/** Gives names to what `CorsModule.forRoot(…)` and `forRootAsync(…)` return as statements of their own. */
function withStarted(parsed: ts.SourceFile): { readonly code: string; readonly started: readonly string[] } {
  const at = parsed.statements
    .filter((statement) => ts.isExpressionStatement(statement))
    .filter((statement) => statement.getText().startsWith('CorsModule.for'))
    .map((statement) => statement.getStart());
  const started = at.map((_, index) => `started${index + 1}`);
  const code = at.reduceRight(
    (text, start, index) => `${text.slice(0, start)}const ${started[index]} = ${text.slice(start)}`,
    parsed.text,
  );
  return { code, started };
}
