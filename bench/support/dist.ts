/**
 * Imports an internal file of the library as it is compiled, which the package does not have. Its type is that of the source:
 * `await internal<typeof import('../../lib/protocol/verdict.js')>('protocol/verdict.js')`.
 *
 * @param file - relative to `build`, where each source has a file of its own
 */
export async function internal<T>(file: string): Promise<T> {
  return (await import(new URL(`build/${file}`, packageRoot()).href)) as T;
}

/** The folder of the package. */
export function packageRoot(): URL {
  return new URL('.', import.meta.resolve('nestjs-cors/package.json'));
}
