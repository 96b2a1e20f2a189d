import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { Compiler } from './read-source.js';

/** Where else there is one: TypeScript 7 has no interface of its own yet, and Nest's command line brings an older one along. */
const BROUGHT_BY = '@nestjs/cli';

/**
 * The TypeScript compiler that reads sources: of the project from whose folder the command is run, or of Nest's command line
 * there, or of the package itself.
 *
 * @param folder - the project's
 * @throws CliError where there is none
 */
export function findCompiler(folder: string): Compiler {
  const places = [join(folder, 'package.json'), import.meta.filename];
  for (const place of places) {
    const found = compilerFrom(place) ?? compilerFrom(packageFrom(place, BROUGHT_BY));
    if (found !== undefined) return found;
  }
  throw new CliError(
    'reading a source takes TypeScript 5 or 6, which is not there: run npm install --save-dev typescript@6, and try again',
  );
}

function packageFrom(place: string, name: string): string | undefined {
  try {
    return createRequire(place).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}

function compilerFrom(place: string | undefined): Compiler | undefined {
  if (place === undefined) return undefined;
  try {
    const found = createRequire(join(dirname(place), 'package.json'))('typescript') as Compiler;
    return typeof found.createSourceFile === 'function' ? found : undefined;
  } catch {
    return undefined;
  }
}
