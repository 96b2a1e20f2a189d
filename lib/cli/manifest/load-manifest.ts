import type { CorsManifest } from '../../manifest/cors-manifest.js';
import { parseManifest } from '../../manifest/read-manifest.js';
import { printable } from '../../policy/show.js';
import { CliError } from '../cli-error.js';
import { readText } from '../read-text.js';

/** The manifest in a file. @throws CliError if there is none */
export function loadManifest(file: string): CorsManifest {
  const text = readText(file);
  try {
    return parseManifest(text);
  } catch (error) {
    throw new CliError(printable(`${file}: ${(error as Error).message}`));
  }
}
