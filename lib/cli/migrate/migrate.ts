import { findCompiler } from './find-compiler.js';
import { printOptions } from './print-options.js';
import { readSource } from './read-source.js';

/**
 * Reads options of `app.enableCors()`, of the package `cors` or of `@fastify/cors` in a source, and writes those of this library.
 *
 * @param file - the name of the source, for messages
 * @param folder - the project's, which has the compiler
 * @throws CliError for what cannot be read
 */
export function migrate(text: string, file: string, folder: string): string {
  return printOptions(readSource(text, file, findCompiler(folder)));
}
