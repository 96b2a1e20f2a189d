/* The versions that the tests run with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `rxjs@7.8.2`: a package as it is installed here. */
export function installed(name) {
  const path = join(root, 'node_modules', name, 'package.json');
  return `${name}@${JSON.parse(readFileSync(path, 'utf8')).version}`;
}
