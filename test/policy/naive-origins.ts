import type { AskedOrigin, OriginEntry, OriginPattern, OriginRegExp } from '../../lib/policy/origin-entry.js';
import { compileOrigins, type OriginRule } from '../../lib/policy/origin-set.js';
import type { CorsRequest } from '../../lib/policy/origin-source.js';
import { parseOriginRegExp } from '../../lib/policy/origin-regexp.js';
import { parseOrigin } from '../../lib/policy/origin-syntax.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

/** A request for sources that do not look at it. */
export const anyRequest: CorsRequest = {
  method: 'GET',
  path: '/',
  host: 'api.example',
  params: undefined,
  preflight: false,
  header: () => undefined,
};

/** Parses what is known to be legal. */
export function entryOf(value: string | RegExp): OriginEntry {
  const parsed = typeof value === 'string' ? parseOrigin(value) : parseOriginRegExp(value);
  if ('problem' in parsed) throw new Error(`${String(value)} ${parsed.problem.message}`);
  return parsed.entry;
}

export function entriesOf(...values: readonly (string | RegExp)[]): readonly OriginEntry[] {
  return values.map(entryOf);
}

export function ruleOf(...values: readonly (string | RegExp)[]): OriginRule {
  return compileOrigins(entriesOf(...values), { secureOnly: false });
}

export function sourceOf(text: string, allows: (origin: string) => boolean): AskedOrigin {
  return {
    kind: 'source',
    text,
    where: 'options',
    identity: allows,
    timeout: 5000,
    ask: allows,
    askAfterGuards: undefined,
  };
}

/** A regular expression without the checks that `parseOriginRegExp` makes, so that random ones can be used. */
export function uncheckedRegExp(source: string): OriginRegExp {
  return {
    kind: 'regexp',
    text: `/${source}/`,
    regexp: new RegExp(`^(?:${source})$`),
    isInsecure: false,
    extension: undefined,
  };
}

/** What a compiled rule says in the end, its sources asked. */
export function decide(rule: OriginRule, origin: string): boolean {
  return (
    rule.allows(origin) ||
    rule.asked.some(
      (asked) => asked.within(origin) && asked.sources.every(({ ask }) => ask(origin, anyRequest) === true),
    )
  );
}

/** What entries allow, written without any thought of speed and without a line of the library. */
export function naiveDecide(entries: readonly OriginEntry[], origin: string, secureOnly = false): boolean {
  return entries.some((entry) => {
    const fixed = typeof entry === 'string' || entry.kind === 'any' || entry.kind === 'pattern';
    return naiveAllows(entry, origin) && (fixed || !secureOnly || !naiveInsecure(origin));
  });
}

function naiveAllows(entry: OriginEntry, origin: string): boolean {
  const parts = naiveParts(origin);
  if (typeof entry === 'string') return origin === entry;
  switch (entry.kind) {
    case 'any':
      return origin === 'null' || parts !== undefined;
    case 'pattern':
      return parts !== undefined && naivePatternAllows(entry, parts);
    case 'regexp':
      return parts !== undefined && entry.regexp.test(origin);
    case 'source':
      return parts !== undefined && entry.ask(origin, anyRequest) === true;
    case 'all-of':
      return entry.parts.every((part) => naiveAllows(part, origin));
  }
}

interface NaiveParts {
  readonly scheme: string;
  readonly labels: readonly string[];
  readonly port: string;
}

function naiveParts(origin: string): NaiveParts | undefined {
  // Shells for apps have schemes of their own, without a host.
  const shell = /^([a-z][a-z0-9+.-]*):\/\/\.?$/.exec(origin);
  if (shell !== null) {
    const [, scheme = ''] = shell;
    const hasHost = ['http', 'https', 'ws', 'wss', 'ftp'].includes(scheme) || scheme.length > 64;
    return hasHost ? undefined : { scheme, labels: [origin.endsWith('.') ? '.' : ''], port: '' };
  }
  const match =
    /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\.?)(?::([1-9]\d*))?$/.exec(
      origin,
    );
  if (match === null || origin.length > 326) return undefined;
  const [, scheme = '', host = '', port = ''] = match;
  const defaults: Record<string, string> = { http: '80', https: '443', ws: '80', wss: '443', ftp: '21' };
  if (Number(port) > 65535 || (port !== '' && defaults[scheme] === port)) return undefined;
  if (/^\.?$/.test(host) && (port !== '' || defaults[scheme] !== undefined)) return undefined;
  return { scheme, labels: host.split('.'), port };
}

/** Reads the pattern's own text, so that mistakes in taking it apart show as well. */
function naivePatternAllows(pattern: OriginPattern, origin: NaiveParts): boolean {
  const [scheme = '', rest = ''] = pattern.text.split('://');
  const [, host = '', port = ''] = /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(rest) ?? [];
  if (scheme !== origin.scheme || (port !== '*' && port !== origin.port)) return false;
  const labels = host.split('.');
  const wildcard = /^\*+$/.test(labels[0] ?? '') ? labels.shift() : '';
  const more = origin.labels.length - labels.length;
  if (more < 0 || labels.some((label, at) => origin.labels[at + more] !== label)) return false;
  return wildcard === '**' ? more >= 1 : more === (wildcard === '*' ? 1 : 0);
}

function naiveInsecure(origin: string): boolean {
  const { scheme, labels } = naiveParts(origin) ?? { scheme: '', labels: [] };
  return scheme === 'http' && !/^(?:(?:.*\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(labels.join('.'));
}
