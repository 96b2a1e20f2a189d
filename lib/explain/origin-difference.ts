import { ANY_PORT } from '../policy/origin-grammar.js';
import type { WildcardLabels } from '../policy/origin-entry.js';
import { hostEndOf, hostStartOf, schemeEndOf } from '../protocol/serialized-origin.js';
import type { CorsHintCode } from './cors-explanation.js';
import { editDistance } from './edit-distance.js';

/** An origin's parts; the host of a pattern may have wildcard labels in front. */
export interface OriginParts {
  readonly scheme: string;
  readonly labels: WildcardLabels;
  readonly host: string;
  /** `''` for the scheme's default, `*` for any. */
  readonly port: string;
}

/** One thing that tells an allowed origin from a refused one. */
export interface OriginDifference {
  /** The larger, the less likely one was meant to be the other; infinite if they have nothing to do with each other. */
  readonly distance: number;
  readonly code: CorsHintCode;
  /**
   * Says it of the allowed origin: `has the scheme "https", not "http"`. Not a text, since of a million origins only one
   * is shown.
   */
  readonly describe: (refused: OriginParts, allowed: OriginParts) => string;
}

/** The distance of two origins that differ by one small thing. */
export const SINGLE_STEP = 1;

/** More edits than these make another host. */
const MAX_EDITS = 2;

/** Of shorter names one letter more or less is as much as anybody overlooks. */
const SHORT_HOST = 12;

/** Of shorter ones a letter more or less makes another name. */
const TINY_HOST = 6;

const SCHEME: OriginDifference = {
  distance: SINGLE_STEP,
  code: 'scheme',
  describe: (refused, allowed) => `has the scheme "${allowed.scheme}", not "${refused.scheme}"`,
};

const STRANGE_SCHEME: OriginDifference = { ...SCHEME, distance: 4 };

const PORT: OriginDifference = {
  distance: SINGLE_STEP,
  code: 'port',
  describe: (refused, { port }) =>
    `has ${port === '' ? 'the default port' : `the port ${port}`}, not ${refused.port}`,
};

const PORT_MISSING: OriginDifference = {
  distance: SINGLE_STEP,
  code: 'port-missing',
  describe: (_, { port }) => `has the port ${port}, not the default one`,
};

const WWW: OriginDifference = { distance: SINGLE_STEP, code: 'www', describe: () => 'differs by "www."' };

const TRAILING_DOT: OriginDifference = {
  distance: SINGLE_STEP,
  code: 'trailing-dot',
  describe: () => 'differs by the dot behind the host',
};

/** A pattern where the host itself was meant as well. */
const APEX: OriginDifference = {
  distance: SINGLE_STEP,
  code: 'apex',
  describe: (_, { host }) => `covers the names below ${host}, not ${host} itself`,
};

const LABELS: OriginDifference = {
  distance: SINGLE_STEP,
  code: 'labels',
  describe: (refused, { host }) =>
    `covers one label in front of ${host}, not ${labelsAbove(refused.host, host)}`,
};

const SUBDOMAIN: OriginDifference = {
  distance: 3,
  code: 'subdomain',
  describe: (_, { host }) => `is the host ${host} alone, without the names below it`,
};

const PARENT: OriginDifference = {
  distance: 3,
  code: 'apex',
  describe: ({ host }) => `is a name below ${host}, not ${host} itself`,
};

/** By the number of edits. */
const TYPOS: readonly OriginDifference[] = [1, 2].map((edits) => ({
  distance: 3 + edits,
  code: 'typo',
  describe: (_, { labels, host }) =>
    `has ${labels === 'none' ? 'the host' : 'names below'} ${host}, ${edits === 1 ? 'one letter' : `${edits} letters`} away`,
}));

/** Hosts under one registrable domain are taken for one origin by many a reader. */
const SIBLING: OriginDifference = {
  distance: 8,
  code: 'sibling',
  describe: () => 'is another host of the same site',
};

const UNRELATED: OriginDifference = {
  distance: Number.POSITIVE_INFINITY,
  code: 'sibling',
  describe: () => 'is another origin',
};

/**
 * The parts of an origin.
 *
 * @param origin - a well-formed, tuple origin
 */
export function partsOf(origin: string): OriginParts {
  const schemeEnd = schemeEndOf(origin);
  const hostEnd = hostEndOf(origin);
  return {
    scheme: origin.slice(0, schemeEnd),
    labels: 'none',
    host: origin.slice(hostStartOf(schemeEnd), hostEnd),
    port: origin.slice(hostEnd + 1),
  };
}

/**
 * All that tells a refused origin from an allowed origin or pattern, the host first.
 *
 * @param refused - its host has no wildcard
 * @param site - the registrable domain of the refused origin's host, if it has one
 */
export function differencesOf(
  refused: OriginParts,
  allowed: OriginParts,
  site: string | undefined,
): readonly OriginDifference[] {
  const host =
    allowed.labels === 'none'
      ? hostDifference(refused.host, allowed.host)
      : wildcardDifference(refused.host, allowed.labels, allowed.host);
  if (host === UNRELATED) return isWithin(allowed.host, site) ? [SIBLING] : NOTHING_IN_COMMON;
  return [
    host,
    schemeDifference(refused.scheme, allowed.scheme),
    portDifference(refused.port, allowed.port),
  ].filter((difference) => difference !== undefined);
}

const NOTHING_IN_COMMON = [UNRELATED];

function schemeDifference(refused: string, allowed: string): OriginDifference | undefined {
  if (refused === allowed) return undefined;
  return isHttp(refused) && isHttp(allowed) ? SCHEME : STRANGE_SCHEME;
}

function isHttp(scheme: string): boolean {
  return scheme === 'http' || scheme === 'https';
}

function portDifference(refused: string, allowed: string): OriginDifference | undefined {
  if (refused === allowed || allowed === ANY_PORT) return undefined;
  return refused === '' ? PORT_MISSING : PORT;
}

/** `undefined` if they are the same. */
function hostDifference(refused: string, allowed: string): OriginDifference | undefined {
  if (refused === allowed) return undefined;
  if (isWww(refused, allowed) || isWww(allowed, refused)) return WWW;
  if (isRooted(refused, allowed) || isRooted(allowed, refused)) return TRAILING_DOT;
  // Below a top-level domain names have nothing in common.
  if (isBelow(refused, allowed) && allowed.includes('.')) return SUBDOMAIN;
  if (isBelow(allowed, refused) && refused.includes('.')) return PARENT;
  return typo(refused, allowed);
}

/** `undefined` if the wildcard covers the refused host. */
function wildcardDifference(
  refused: string,
  labels: 'one' | 'many',
  allowed: string,
): OriginDifference | undefined {
  if (refused === allowed) return APEX;
  if (isBelow(refused, allowed)) {
    return labels === 'many' || labelsAbove(refused, allowed) === 1 ? undefined : LABELS;
  }
  if (refused.endsWith('.') && isBelow(refused.slice(0, -1), allowed)) return TRAILING_DOT;
  const tail = refused.split('.').slice(-allowed.split('.').length).join('.');
  return tail.length < refused.length ? typo(tail, allowed) : UNRELATED;
}

function typo(refused: string, allowed: string): OriginDifference {
  const limit = allowed.length < SHORT_HOST ? 1 : MAX_EDITS;
  const edits = allowed.length < TINY_HOST ? undefined : editDistance(refused, allowed, limit);
  return edits === undefined ? UNRELATED : (TYPOS[edits - 1] as OriginDifference);
}

function isWww(long: string, short: string): boolean {
  return long.length === short.length + 4 && long.startsWith('www.') && long.endsWith(short);
}

function isRooted(long: string, short: string): boolean {
  return long.length === short.length + 1 && long.endsWith('.') && long.startsWith(short);
}

/** Whether a host is a name below another one. */
function isBelow(host: string, parent: string): boolean {
  const dot = host.length - parent.length - 1;
  return dot > 0 && host[dot] === '.' && host.endsWith(parent);
}

function isWithin(host: string, site: string | undefined): boolean {
  return site !== undefined && (host === site || isBelow(host, site));
}

/** How many labels a host has in front of one that it is below. */
function labelsAbove(host: string, parent: string): number {
  return host.slice(0, -parent.length - 1).split('.').length;
}
