/**
 * Imports an internal file of the built library, which the package does not export. Its type is that of the source:
 * `await internal<typeof import('../../lib/protocol/verdict.js')>('protocol/verdict.js')`.
 *
 * @param file - relative to `dist`
 */
export async function internal<T>(file: string): Promise<T> {
  return (await import(new URL(`dist/${file}`, packageRoot()).href)) as T;
}

/** The folder of the package. */
export function packageRoot(): URL {
  return new URL('.', import.meta.resolve('nestjs-cors/package.json'));
}
