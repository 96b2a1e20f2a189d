import { fileURLToPath } from 'node:url';
import { HttpAdapterHost } from '@nestjs/core';
import { CorsConfigurationError } from '../../policy/cors-configuration-error.js';
import type { CorsProblem } from '../../policy/cors-problem.js';

/*
 * Which Nest the app runs on, told by whose code calls ours: where a package is installed twice, nothing else knows the
 * paths of both, and no export of Nest says its version.
 */

/** A copy of `@nestjs/core`. */
interface NestCopy {
  readonly folder: string;
  /** `undefined` where the package has been bundled, or its `package.json` cannot be read. */
  readonly version: string | undefined;
}

/** The versions of Nest that the library is made for: the range of its `peerDependencies`. */
const OLDEST_OF_11 = [11, 2, 8] as const;
const NEWEST = 12;
const RANGE = `^${OLDEST_OF_11.join('.')} || ^${NEWEST}.0.0`;

/**
 * Refuses an app whose Nest is not the one that this package imports: its container would not know our providers by the
 * tokens that we have. And one whose Nest is of a version that the library is not made for.
 *
 * To be called by a factory, which Nest's container itself calls.
 *
 * @param tokens - what the container has for tokens of `@nestjs/core`; `undefined` for one that it does not know
 * @throws CorsConfigurationError
 */
export function checkNestInUse(tokens: readonly unknown[]): void {
  if (tokens.includes(undefined)) refuseOtherCopy();
  const copy = callingCopy();
  if (copy?.version !== undefined && !isInRange(copy.version)) {
    throw new CorsConfigurationError([outOfRange(copy)]);
  }
}

/**
 * To be called, by what Nest's container itself calls, where the container does not know a token of `@nestjs/core`.
 *
 * @throws CorsConfigurationError
 */
export function refuseOtherCopy(): never {
  throw new CorsConfigurationError([twoCopies(callingCopy(), importedCopy())]);
}

/** Whether a version is one that the library is made for. */
export function isInRange(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/, 3).map(Number);
  if (major !== OLDEST_OF_11[0]) return major === NEWEST;
  return minor > OLDEST_OF_11[1] || (minor === OLDEST_OF_11[1] && patch >= OLDEST_OF_11[2]);
}

/** The copy that has called us, if its files are still there. */
function callingCopy(): NestCopy | undefined {
  // Not all of them: the one that calls is among the first.
  for (const file of callers()) {
    const folder = folderOf(file);
    if (folder !== undefined) return { folder, version: versionIn(folder) };
  }
  return undefined;
}

/** The copy that this package imports: one of its classes is made to call us. */
function importedCopy(): NestCopy | undefined {
  let copy: NestCopy | undefined;
  const host = new HttpAdapterHost();
  host.init$.subscribe(() => (copy = callingCopy()));
  host.httpAdapter = {} as never;
  return copy;
}

/** The files of the functions that are running, the innermost first. */
function callers(): readonly string[] {
  const { stackTraceLimit } = Error;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  let files: readonly string[] = [];
  try {
    Error.stackTraceLimit = 50;
    Error.prepareStackTrace = (_error, sites): string => {
      files = sites.flatMap((site) => site.getFileName() ?? []);
      return '';
    };
    // Where somebody wants it, a stack is prepared.
    String(new Error('asks who calls').stack);
    return files;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepare === undefined) delete (Error as Partial<ErrorConstructor>).prepareStackTrace;
    else Object.defineProperty(Error, 'prepareStackTrace', prepare);
  }
}

function folderOf(file: string): string | undefined {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return /^.*[\\/]@nestjs[\\/]core(?=[\\/])/.exec(path)?.[0];
}

function versionIn(folder: string): string | undefined {
  try {
    // Not imported: an ES module that imports it has all of it made, promises and streams, which takes as long as all of us.
    const { readFileSync } = process.getBuiltinModule('node:fs');
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function show(copy: NestCopy | undefined): string {
  return copy === undefined
    ? 'one that has been bundled'
    : `${copy.version ?? 'unknown version'} in ${copy.folder}`;
}

function twoCopies(ofApp: NestCopy | undefined, ours: NestCopy | undefined): CorsProblem {
  return {
    code: 'nest-copies',
    where: '@nestjs/core',
    field: '',
    value: undefined,
    message: `is there twice, and neither copy knows the classes of the other: the app runs on ${show(ofApp)}, and nestjs-cors imports ${show(ours)}`,
    fix: 'install one version of @nestjs/core, in one place from which the app and nestjs-cors both take it (npm ls @nestjs/core, npm dedupe)',
  };
}

function outOfRange({ version, folder }: NestCopy): CorsProblem {
  return {
    code: 'nest-unsupported',
    where: '@nestjs/core',
    field: '',
    value: version,
    message: `is the version in ${folder}, and nestjs-cors is made for ${RANGE}`,
    fix: 'install a version of Nest that is in this range, or a version of nestjs-cors whose range has this one',
  };
}
