import { parse, type Token } from 'path-to-regexp';
import { pathReadings, writtenSegment } from './path-readings.js';
import { canonicalPath } from './request-path.js';

/**
 * One segment of the path of an entry of `routes`: its text as URLs have it, or `undefined` for a parameter, which is any
 * one segment.
 */
export type EntrySegment = string | undefined;

/** What a segment of a route's path can be: its text, `one` for any one segment, `rest` for whatever follows. */
export type RouteSegment = { readonly text: string } | 'one' | 'rest';

/** Why the path of an entry cannot be read. */
export interface UnreadablePath {
  /** What is wrong with it: `has a parameter that is only a part of a segment`. */
  readonly message: string;
  /** The mended path, `undefined` where that would be guessing. */
  readonly mended: string | undefined;
}

/**
 * Reads the path of an entry of `routes`, in Nest's syntax: text, parameters that are whole segments, and at its end a
 * wildcard, which says what an entry says anyway: everything below.
 *
 * Text that can be read in several ways is refused: a request for it would be closed, so the entry could never apply.
 */
export function readEntryPath(path: string): readonly EntrySegment[] | UnreadablePath {
  let tokens: readonly Token[];
  try {
    ({ tokens } = parse(path));
  } catch {
    return { message: 'is no path in the syntax of Nest', mended: readable(ofOlderSyntax(path), path) };
  }
  const segments: EntrySegment[] = [];
  let text: string | undefined;
  const end = (): void => {
    if (text !== undefined && text !== '') segments.push(writtenSegment(text));
    text = undefined;
  };
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'text') {
      const [first = '', ...others] = token.value.split('/');
      if (text === undefined && first !== '') return PARTIAL;
      text = (text ?? '') + first;
      for (const part of others) {
        end();
        text = part;
      }
      continue;
    }
    if (token.type === 'group')
      return { ...OPTIONAL, mended: readable(path.replace(/\{[^{}]*\}$/, ''), path) };
    if (text !== '') return PARTIAL;
    text = undefined;
    if (token.type === 'wildcard') {
      const behind = tokens.slice(index + 1);
      if (behind.length > 1 || !behind.every(isSlash)) return MIDDLE;
      break;
    }
    segments.push(undefined);
  }
  end();
  return hasOneReading(segments) ? segments : severalReadings(path);
}

/** A parameter as `path-to-regexp` reads it. A text: V8 looks its sets of characters up where an expression is parsed. */
const PARAMETER = String.raw`:[\p{ID_Start}_][\p{ID_Continue}]*`;

/** A path in the syntax of Express 4, which Nest 10 had, as an entry has it, which covers all below. */
function ofOlderSyntax(path: string): string {
  const written = path
    .replaceAll(new RegExp(String.raw`(${PARAMETER})\([^()]*\)`, 'gu'), '$1')
    .replace(new RegExp(String.raw`\/(?:\(\.\*\)|\.\*|\*\*|${PARAMETER}\?)$`, 'u'), '')
    .replaceAll(new RegExp(String.raw`\*(?![\p{ID_Start}"])`, 'gu'), '*path');
  return written === '' ? '/' : written;
}

/** A mended path, if it is one. */
function readable(mended: string, path: string): string | undefined {
  return mended !== path && mended !== '' && Array.isArray(readEntryPath(mended)) ? mended : undefined;
}

function hasOneReading(segments: readonly EntrySegment[]): boolean {
  const path = segments.map((segment) => `/${segment ?? 'parameter'}`).join('');
  const readings = pathReadings(path)?.map((reading) => reading.map(writtenSegment).join('/'));
  return readings !== undefined && new Set(readings).size === 1;
}

function severalReadings(path: string): UnreadablePath {
  const mended = canonicalPath(path);
  return {
    message: 'can be read in more than one way, so it could never apply',
    mended: mended === path ? undefined : mended,
  };
}

function isSlash(token: Token): boolean {
  return token.type === 'text' && token.value === '/';
}

const PARTIAL: UnreadablePath = {
  message: 'has a parameter that is only a part of a segment',
  mended: undefined,
};
const OPTIONAL: UnreadablePath = {
  message: 'has an optional part, and an entry covers all below its path anyway',
  mended: undefined,
};
const MIDDLE: UnreadablePath = { message: 'has a wildcard in front of its end', mended: undefined };

/** What ends the part of a route's path of which anything is known: groups, expressions and wildcards. */
const OPEN_ENDED = /[{}()[\]+*\\]|:.*\?$/;

/**
 * The segments of the path of a route, in the syntax of a platform; what cannot be read for sure is `rest`.
 *
 * @param path - as it is registered with the platform
 */
export function routeSegments(path: string): readonly RouteSegment[] {
  // Fastify's `*`, which serves all there is.
  if (path.startsWith('*')) return ['rest'];
  const segments: RouteSegment[] = [];
  for (const segment of path.split('/').slice(1)) {
    // Fastify writes a colon that is text as two.
    if (OPEN_ENDED.test(segment) || segment.includes('::')) return [...segments, 'rest'];
    if (segment.includes(':')) segments.push('one');
    else if (segment !== '') segments.push({ text: writtenSegment(segment) });
  }
  return segments;
}
