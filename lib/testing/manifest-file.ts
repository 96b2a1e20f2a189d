import { AssertionError } from 'node:assert';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareChecked } from '../manifest/compare-lines.js';
import type { CorsManifest } from '../manifest/cors-manifest.js';
import { manifestText } from '../manifest/manifest-text.js';
import { parseManifest } from '../manifest/read-manifest.js';
import { printable } from '../policy/show.js';

/** What tells that the file is to be written. */
const UPDATE = 'UPDATE_CORS_MANIFEST';

const HOW_TO_UPDATE = `run the tests with ${UPDATE}=1, and commit the file`;

/** More changes than these are counted. */
const MAX_SHOWN = 50;

/** Checks that a file says the same as a manifest, or writes it. @see ManifestExpectation.toMatchFile */
export async function matchFile(
  manifest: CorsManifest,
  file: string | URL,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const path = file instanceof URL ? fileURLToPath(file) : file;
  const isUpdate = isSet(environment[UPDATE]);
  const before = await textOf(path);
  if (before === undefined && !isUpdate && isSet(environment['CI'])) {
    throw failure(`There is no ${path}, and CI is set, so it is not written: ${HOW_TO_UPDATE}.`);
  }
  if (before === undefined || isUpdate) {
    const text = manifestText(manifest);
    if (text !== before) await write(path, text);
    return;
  }
  const message = differenceTo(before, manifest, path);
  if (message !== undefined) throw failure(message);
}

/** What the manifest has become that a file has, in words; `undefined` if it means the same. */
function differenceTo(text: string, manifest: CorsManifest, path: string): string | undefined {
  let before: CorsManifest;
  try {
    before = parseManifest(text);
  } catch (error) {
    return `${path} cannot be compared: ${(error as Error).message}. To write it anew, ${HOW_TO_UPDATE}.`;
  }
  const { isWider, changes } = compareChecked(before, manifest);
  if (changes.length === 0) return undefined;
  const shown = changes.slice(0, MAX_SHOWN).map(({ message }) => `  ${message}`);
  if (changes.length > MAX_SHOWN) shown.push(`  and ${changes.length - MAX_SHOWN} more`);
  const what = isWider ? 'is wider than' : 'is not that of';
  return [`The CORS policy ${what} ${path}:`, ...shown, `If that is meant, ${HOW_TO_UPDATE}.`].join('\n');
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** In one step, so that a test of another process never reads the half of it. */
async function write(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, text);
  await rename(unfinished, path);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value);
}

function failure(message: string): AssertionError {
  return new AssertionError({ message: message.split('\n').map(printable).join('\n'), operator: 'fail' });
}
