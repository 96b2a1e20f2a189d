import type ts from 'typescript';
import { CliError } from '../cli-error.js';
import type { Written, WrittenOptions } from './written-options.js';

/** The compiler, which the app has. */
export type Compiler = typeof ts;

/** The other libraries, by the packages that they are imported from. */
const EXPRESS_CORS = 'cors';
const FASTIFY_CORS = '@fastify/cors';

/** How they are called in a source that does not import them, as in an excerpt. */
const USUAL_NAMES: Readonly<Record<string, string>> = {
  cors: EXPRESS_CORS,
  fastifyCors: FASTIFY_CORS,
};

/**
 * Finds the options that a source gives to `app.enableCors()`, `NestFactory.create()`, the package `cors` or `@fastify/cors`;
 * or the source is nothing but the options.
 *
 * @param file - its name, for messages
 * @throws CliError for what cannot be read, with the line
 */
export function readSource(text: string, file: string, compiler: Compiler): readonly WrittenOptions[] {
  return new SourceReader(text, file, compiler).read();
}

class SourceReader {
  private readonly source: ts.SourceFile;
  private readonly packages: ReadonlyMap<string, string>;
  private readonly found: WrittenOptions[] = [];
  /** Where the text starts in what is parsed: an object alone is none of JavaScript's statements. */
  private readonly offset: number;

  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly compiler: Compiler,
  ) {
    const isObject = /^\s*\{/.test(text);
    this.offset = isObject ? 1 : 0;
    const parsed = isObject ? `(${text.trimEnd().replace(/;$/, '')}\n)` : text;
    const name = /\.[cm]?[jt]sx?$/.test(file) ? file : `${file}.ts`;
    this.refuseMistakes(parsed, name);
    this.source = compiler.createSourceFile(name, parsed, compiler.ScriptTarget.Latest, true);
    this.packages = this.importedPackages();
  }

  read(): readonly WrittenOptions[] {
    const [only] = this.source.statements;
    if (only !== undefined && this.compiler.isExpressionStatement(only)) {
      const value = this.bare(only.expression);
      if (this.compiler.isObjectLiteralExpression(value)) {
        return [{ where: '', path: undefined, fields: this.fieldsOf(value) }];
      }
    }
    this.visit(this.source);
    if (this.found.length === 0) {
      throw new CliError(
        `${this.file}: no options of app.enableCors(), NestFactory.create(), cors() or @fastify/cors in it`,
      );
    }
    return this.found;
  }

  private refuseMistakes(parsed: string, fileName: string): void {
    const [mistake] =
      this.compiler.transpileModule(parsed, { fileName, reportDiagnostics: true }).diagnostics ?? [];
    if (mistake === undefined) return;
    const message = this.compiler.flattenDiagnosticMessageText(mistake.messageText, ' ');
    throw new CliError(`${this.file}:${lineAt(parsed, mistake.start ?? 0)}: ${message}`);
  }

  /** What is imported as what: `import cors from 'cors'`, `const cors = require('cors')`. */
  private importedPackages(): ReadonlyMap<string, string> {
    const { compiler } = this;
    const packages = new Map<string, string>();
    const visit = (node: ts.Node): void => {
      if (compiler.isImportDeclaration(node) && compiler.isStringLiteral(node.moduleSpecifier)) {
        const { name, namedBindings } = node.importClause ?? {};
        const bindings = namedBindings === undefined ? [] : bindingsOf(namedBindings, compiler);
        for (const binding of [name, ...bindings]) {
          if (binding !== undefined) packages.set(binding.text, node.moduleSpecifier.text);
        }
      } else if (compiler.isImportEqualsDeclaration(node)) {
        const { moduleReference: from } = node;
        const name = compiler.isExternalModuleReference(from) ? this.literalOf(from.expression) : undefined;
        if (name !== undefined) packages.set(node.name.text, name);
      } else if (compiler.isVariableDeclaration(node) && compiler.isIdentifier(node.name)) {
        const name = node.initializer && this.packageOf(node.initializer);
        if (name !== undefined) packages.set(node.name.text, name);
      }
      compiler.forEachChild(node, visit);
    };
    visit(this.source);
    return packages;
  }

  /** The package that `require('…')` or `await import('…')` is of. */
  private packageOf(expression: ts.Expression): string | undefined {
    const { compiler } = this;
    const value = this.bare(expression);
    if (compiler.isAwaitExpression(value)) return this.packageOf(value.expression);
    if (compiler.isPropertyAccessExpression(value)) return this.packageOf(value.expression);
    if (!compiler.isCallExpression(value)) return undefined;
    const isImport =
      value.expression.kind === compiler.SyntaxKind.ImportKeyword ||
      (compiler.isIdentifier(value.expression) && value.expression.text === 'require');
    return isImport ? this.literalOf(value.arguments[0]) : undefined;
  }

  /** The library that an expression stands for. */
  private libraryOf(expression: ts.Expression): string | undefined {
    const value = this.bare(expression);
    const name = this.compiler.isIdentifier(value) ? value.text : undefined;
    if (name === undefined) return this.packageOf(value);
    return this.packages.get(name) ?? (Object.hasOwn(USUAL_NAMES, name) ? USUAL_NAMES[name] : undefined);
  }

  private visit(node: ts.Node): void {
    if (this.compiler.isCallExpression(node)) this.visitCall(node);
    this.compiler.forEachChild(node, (child) => this.visit(child));
  }

  private visitCall(call: ts.CallExpression): void {
    const { compiler } = this;
    const { expression: callee, arguments: given } = call;
    if (compiler.isPropertyAccessExpression(callee)) {
      const method = callee.name.text;
      if (method === 'enableCors') this.add('app.enableCors()', call, given[0]);
      else if (method === 'create') this.visitCreate(call);
      else if (method === 'register' && given[0] !== undefined && this.libraryOf(given[0]) === FASTIFY_CORS) {
        this.add(FASTIFY_CORS, call, given[1]);
      }
    } else if (this.libraryOf(callee) === EXPRESS_CORS) {
      this.add('cors()', call, given[0], this.pathOf(call));
    }
  }

  /** `NestFactory.create(AppModule, { cors: … })`. */
  private visitCreate(call: ts.CallExpression): void {
    const { compiler } = this;
    for (const argument of call.arguments.map((one) => this.bare(one))) {
      if (!compiler.isObjectLiteralExpression(argument)) continue;
      for (const property of argument.properties) {
        if (!compiler.isPropertyAssignment(property) || this.nameOf(property.name) !== 'cors') continue;
        if (this.bare(property.initializer).kind !== compiler.SyntaxKind.FalseKeyword) {
          this.add('NestFactory.create()', property, property.initializer);
        }
      }
    }
  }

  /** The path in `app.use('/path', cors())`. */
  private pathOf(call: ts.CallExpression): string | undefined {
    const { compiler } = this;
    const { parent } = call;
    if (!compiler.isCallExpression(parent) || !compiler.isPropertyAccessExpression(parent.expression)) {
      return undefined;
    }
    const [path] = parent.arguments;
    if (path === undefined || path === call) return undefined;
    const text = this.literalOf(path);
    if (text === undefined || !/^\/[^*(){}?+]*$/.test(text)) {
      throw this.unreadable(path, `the path ${path.getText(this.source)}: write an entry of routes for it`);
    }
    return text;
  }

  private add(what: string, at: ts.Node, given: ts.Expression | undefined, path?: string): void {
    const { compiler } = this;
    const value = given && this.definitionOf(given);
    const fields = value && this.givenFields(value);
    if (value !== undefined && fields === undefined) {
      const isFunction = compiler.isArrowFunction(value) || compiler.isFunctionExpression(value);
      throw this.unreadable(
        value,
        isFunction
          ? 'a function that makes options for each request: give paths their own policies in routes, or routes theirs by @AllowOrigin()'
          : `${shortened(value.getText(this.source))}: give it the object with the options, or print it and give that`,
      );
    }
    this.found.push({ where: `${what}, line ${this.lineOf(at)}`, path, fields: fields ?? new Map() });
  }

  /** The options that were given; `undefined` where they cannot be read. */
  private givenFields(value: ts.Expression): WrittenOptions['fields'] | undefined {
    if (value.kind === this.compiler.SyntaxKind.TrueKeyword) return new Map();
    return this.compiler.isObjectLiteralExpression(value) ? this.fieldsOf(value) : undefined;
  }

  /** What a name stands for, if a constant of the source says so. */
  private definitionOf(expression: ts.Expression): ts.Expression {
    const { compiler } = this;
    const value = this.bare(expression);
    if (!compiler.isIdentifier(value)) return value;
    let found: ts.Expression | undefined;
    const visit = (node: ts.Node): void => {
      if (
        compiler.isVariableDeclaration(node) &&
        compiler.isIdentifier(node.name) &&
        node.name.text === value.text &&
        node.initializer !== undefined
      ) {
        found ??= this.bare(node.initializer);
      }
      compiler.forEachChild(node, visit);
    };
    visit(this.source);
    return found ?? value;
  }

  private fieldsOf(literal: ts.ObjectLiteralExpression): ReadonlyMap<string, Written> {
    const { compiler } = this;
    return new Map(
      literal.properties.map((property): [string, Written] => {
        if (compiler.isSpreadAssignment(property)) {
          throw this.unreadable(property, `${property.getText(this.source)}: write its options out`);
        }
        const name = this.nameOf(property.name);
        if (name === undefined) {
          throw this.unreadable(
            property,
            `${property.name.getText(this.source)}: write the name of the option`,
          );
        }
        if (compiler.isPropertyAssignment(property)) return [name, this.written(property.initializer)];
        if (compiler.isShorthandPropertyAssignment(property)) return [name, this.written(property.name)];
        if (compiler.isMethodDeclaration(property)) return [name, this.method(property)];
        throw this.unreadable(property, `the accessor ${name}: write its value`);
      }),
    );
  }

  /** A method, as a function that can stand anywhere. */
  private method(method: ts.MethodDeclaration): Written {
    const { source, compiler } = this;
    const isAsync = method.modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.AsyncKeyword) === true;
    const start = method.name.getEnd();
    const text = source.text.slice(start, method.getEnd()).trimStart();
    return { kind: 'function', text: `${isAsync ? 'async ' : ''}function ${text}` };
  }

  private written(expression: ts.Expression): Written {
    const { compiler } = this;
    const value = this.bare(expression);
    const text = value.getText(this.source);
    const literal = this.literalOf(value);
    if (literal !== undefined) return { kind: 'literal', value: literal, text };
    if (compiler.isNumericLiteral(value)) return { kind: 'literal', value: Number(value.text), text };
    if (value.kind === compiler.SyntaxKind.TrueKeyword) return { kind: 'literal', value: true, text };
    if (value.kind === compiler.SyntaxKind.FalseKeyword) return { kind: 'literal', value: false, text };
    if (compiler.isIdentifier(value) && value.text === 'undefined') {
      return { kind: 'literal', value: undefined, text };
    }
    if (compiler.isRegularExpressionLiteral(value)) return this.regexp(value, text);
    if (compiler.isArrayLiteralExpression(value)) {
      return { kind: 'list', elements: value.elements.map((element) => this.written(element)), text };
    }
    const isFunction = compiler.isArrowFunction(value) || compiler.isFunctionExpression(value);
    return { kind: isFunction ? 'function' : 'code', text };
  }

  private regexp(value: ts.RegularExpressionLiteral, text: string): Written {
    const end = text.lastIndexOf('/');
    try {
      return { kind: 'regexp', value: new RegExp(text.slice(1, end), text.slice(end + 1)), text };
    } catch (error) {
      throw this.unreadable(value, (error as Error).message);
    }
  }

  private literalOf(expression: ts.Expression | undefined): string | undefined {
    return expression !== undefined && this.compiler.isStringLiteralLike(expression)
      ? expression.text
      : undefined;
  }

  private nameOf(name: ts.PropertyName): string | undefined {
    return this.compiler.isIdentifier(name) || this.compiler.isStringLiteral(name) ? name.text : undefined;
  }

  /** An expression without what is only there for the compiler: brackets, `as const`, `satisfies`. */
  private bare(expression: ts.Expression): ts.Expression {
    const { compiler } = this;
    const isWrapped =
      compiler.isParenthesizedExpression(expression) ||
      compiler.isAsExpression(expression) ||
      compiler.isSatisfiesExpression(expression) ||
      compiler.isNonNullExpression(expression);
    return isWrapped ? this.bare(expression.expression) : expression;
  }

  private unreadable(node: ts.Node, what: string): CliError {
    return new CliError(`${this.file}:${this.lineOf(node)}: cannot read ${what}`);
  }

  private lineOf(node: ts.Node): number {
    return lineAt(this.text, node.getStart(this.source) - this.offset);
  }
}

function bindingsOf(bindings: ts.NamedImportBindings, compiler: Compiler): readonly ts.Identifier[] {
  return compiler.isNamespaceImport(bindings) ? [bindings.name] : bindings.elements.map(({ name }) => name);
}

function lineAt(text: string, place: number): number {
  return text.slice(0, place).split('\n').length;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
}
