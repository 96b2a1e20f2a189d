import { isExact, type OriginPattern } from '../policy/origin-entry.js';
import { ANY_PORT, readWrittenOrigin } from '../policy/origin-grammar.js';
import { OriginPatternIndex } from '../policy/origin-pattern-index.js';
import {
  FILE_ORIGIN,
  hostEndOf,
  hostStartOf,
  isOwnOrigin,
  isSerializedOrigin,
  OPAQUE_ORIGIN,
  schemeEndOf,
} from '../protocol/serialized-origin.js';
import type { ManifestAllOf, ManifestCondition, ManifestOrigin } from './cors-manifest.js';

/**
 * What is known of whether all that an entry allows is allowed by a list. `refuted`: there is an origin that only the entry
 * allows. `undecided`: expressions and sources are compared by what they are called, and not by what they allow.
 */
export type Inclusion =
  | { readonly verdict: 'included' }
  | {
      readonly verdict: 'refuted';
      /** An origin that the entry allows, and the list does not; `undefined` for expressions and sources. */
      readonly witness: string | undefined;
    }
  | { readonly verdict: 'undecided' };

const INCLUDED: Inclusion = { verdict: 'included' };
const UNDECIDED: Inclusion = { verdict: 'undecided' };

/** Ports are looked for from here on: none is the default of a scheme. */
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;

/**
 * A list of origins, to be asked what it includes: in time that hardly depends on how long it is.
 *
 * Of patterns one origin is enough to decide that: one with labels and a port that stand nowhere in the list. Whole labels
 * from the right decide what a pattern allows, so that whatever allows such an origin allows all that the pattern does.
 */
export class OriginList {
  /** Whether it has `*`. */
  readonly any: boolean;
  /** Whether it has expressions or sources. */
  readonly isOpen: boolean;
  /** What is written as a string; patterns as well, which no origin is equal to. */
  private readonly written = new Set<string>();
  private readonly patterns = new OriginPatternIndex();
  private readonly hosts: string[] = [];
  private readonly ports = new Set<string>();
  /** Of expressions and sources, how often each stands in the list: functions without a name are called the same. */
  private readonly named = new Map<string, number>();
  private readonly compound: readonly ManifestAllOf[];
  private fresh: FreshParts | undefined;

  constructor(readonly origins: readonly ManifestOrigin[]) {
    const open: Exclude<ManifestOrigin, string>[] = [];
    for (const origin of origins) {
      if (typeof origin === 'string') this.add(origin);
      else open.push(origin);
    }
    this.any = this.written.has('*');
    this.isOpen = open.length > 0;
    this.compound = open.filter(isAllOf);
    for (const one of open) this.named.set(keyOf(one), this.times(one) + 1);
  }

  /**
   * Whether the list allows all that an entry does.
   *
   * @param nth - how many the entry is of those that are called the same
   */
  includes(origin: ManifestOrigin, nth = 1): Inclusion {
    const isListed = typeof origin === 'string' ? this.written.has(origin) : this.times(origin) >= nth;
    if (this.any || isListed) return INCLUDED;
    if (this.origins.length === 0) {
      return { verdict: 'refuted', witness: typeof origin === 'string' ? this.witnessOf(origin) : undefined };
    }
    if (typeof origin === 'string') return this.includesWritten(origin);
    return isAllOf(origin) && this.times(origin) === 0 && this.includesAllOf(origin) ? INCLUDED : UNDECIDED;
  }

  private times(origin: Exclude<ManifestOrigin, string>): number {
    return this.named.get(keyOf(origin)) ?? 0;
  }

  /** Whether an exact origin or a pattern of the list allows an origin. */
  allows(origin: string): boolean {
    return this.any || this.written.has(origin) || (isOwnOrigin(origin) && this.patterns.matches(origin));
  }

  private includesWritten(origin: string): Inclusion {
    const witness = this.witnessOf(origin);
    if (witness === undefined) return UNDECIDED;
    if (this.allows(witness)) return INCLUDED;
    // Neither expressions nor sources are asked about an origin that anybody can have.
    return this.isOpen && isOwnOrigin(witness) ? UNDECIDED : { verdict: 'refuted', witness };
  }

  /** What meets all conditions is included if what meets one of them is, or what meets those of one entry. */
  private includesAllOf({ allOf }: ManifestAllOf): boolean {
    return (
      allOf.some((condition) => this.includes(condition).verdict === 'included') ||
      this.compound.some((other) =>
        other.allOf.every((wanted) => {
          const list = new OriginList([wanted]);
          return allOf.some((condition) => list.includes(condition).verdict === 'included');
        }),
      )
    );
  }

  /** An origin that an entry allows, and which the list allows only if it allows all others of the entry as well. */
  private witnessOf(origin: string): string | undefined {
    if (origin === '*') {
      const { label } = this.freshParts();
      const witnesses = [OPAQUE_ORIGIN, FILE_ORIGIN, `https://${label}`];
      return witnesses.find((witness) => !this.written.has(witness));
    }
    const read = readWrittenOrigin(origin);
    if (read === undefined || isExact(read) || read.kind === 'any') return origin;
    return this.witnessOfPattern(read);
  }

  private witnessOfPattern({ scheme, labels, host, port }: OriginPattern): string | undefined {
    const { label, port: freshPort } = this.freshParts();
    const front = { none: '', one: `${label}.`, many: `${label}.${label}.` }[labels];
    const end = port === ANY_PORT ? freshPort : port;
    const witness = `${scheme}://${front}${host}${end === '' ? '' : `:${end}`}`;
    return end === undefined || !isSerializedOrigin(witness) ? undefined : witness;
  }

  private freshParts(): FreshParts {
    this.fresh ??= freshParts(this.hosts, this.ports);
    return this.fresh;
  }

  private add(origin: string): void {
    const read = readWrittenOrigin(origin);
    this.written.add(origin);
    if (read === undefined || isExact(read) || read.kind === 'any') {
      if (!isOwnOrigin(origin)) return;
      const hostEnd = hostEndOf(origin);
      this.hosts.push(origin.slice(hostStartOf(schemeEndOf(origin)), hostEnd));
      this.ports.add(origin.slice(hostEnd + 1));
    } else {
      this.patterns.add(read);
      this.hosts.push(read.host);
      this.ports.add(read.port);
    }
  }
}

/** A label and a port that stand nowhere in a list; no port where all of them do. */
interface FreshParts {
  readonly label: string;
  readonly port: string | undefined;
}

function freshParts(hosts: readonly string[], ports: ReadonlySet<string>): FreshParts {
  const labels = new Set(hosts.flatMap((host) => host.split('.')));
  let number = 0;
  while (labels.has(`x${number.toString(36)}`)) number++;
  let port = FIRST_PORT;
  while (port <= LAST_PORT && ports.has(String(port))) port++;
  return { label: `x${number.toString(36)}`, port: port > LAST_PORT ? undefined : String(port) };
}

function isAllOf(origin: ManifestOrigin): origin is ManifestAllOf {
  return typeof origin !== 'string' && 'allOf' in origin;
}

/** Equal for what is the same expression or source, as far as a manifest tells. */
function keyOf(origin: ManifestCondition | ManifestAllOf): string {
  return JSON.stringify(origin);
}
