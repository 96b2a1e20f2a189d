import { hostEndOf, hostStartOf, schemeEndOf } from '../protocol/serialized-origin.js';
import type { OriginPattern, WildcardLabels } from './origin-entry.js';
import { ANY_PORT } from './origin-grammar.js';

/** Taken once: in a context of its own, as Jest gives one to each suite, each look at a global takes long. */
const { imul } = Math;

const DOT = 0x2e;

/** What a record says of the ports of one kind of wildcard labels, in as many bits. */
const DEFAULT_PORT = 1;
const EVERY_PORT = 2;
const OTHER_PORTS = 4;

/** Where these bits are, and the place of the kind among the three. */
const SHIFT: Readonly<Record<WildcardLabels, number>> = { none: 0, one: 3, many: 6 };
const NONE = SHIFT.none;
const ONE = SHIFT.one;
const MANY = SHIFT.many;

/** In front of the characters of a record: two bytes of ports, the length of the scheme, and that of the host. */
const HEAD = 4;

/** In place of a port, where an origin has none. */
const NO_PORT = 0;

/**
 * Patterns by scheme and host, so that a look-up costs one step for each label of the origin, and nothing for each pattern.
 * The host is gone through once, from the right; before each label, and at its start, what has been passed is looked up.
 *
 * What is compared are whole hosts, byte for byte. A radix tree over characters would be smaller, but has to tell apart
 * "this suffix was an entry" from "two entries share this suffix", where GHSA-vhxv-fg4m-p2w8 and GHSA-v84h-653v-4pq9 went
 * wrong.
 */
export class OriginPatternIndex {
  private readonly seed = Math.trunc(Math.random() * 0x1_0000_0000) | 0;
  /** Pairs of a hash and where its record is, or zero. */
  private slots = new Int32Array(2 * 16);
  private count = 0;
  private records = new Uint8Array(64);
  /** Where the next record will be. None is at zero. */
  private end = 1;
  /** The ports of a record that are neither none nor any, by the record's place and kind. */
  private readonly ports = new Map<number, Set<number>>();
  /** A bit for each number of labels that hosts behind a wildcard have: others need not be looked up. */
  private depths = 0;
  /** Whether there are hosts without a wildcard. */
  private hasWhole = false;

  /** @returns whether it was not among them */
  add(pattern: OriginPattern): boolean {
    const { labels, host, port } = pattern;
    const shift = SHIFT[labels];
    if (labels === 'none') this.hasWhole = true;
    else this.depths |= depthBit(host.split('.').length);
    const record = this.recordOf(pattern);
    if (port === ANY_PORT) return this.allow(record, shift, EVERY_PORT);
    if (port === '') return this.allow(record, shift, DEFAULT_PORT);
    this.allow(record, shift, OTHER_PORTS);
    const key = portsKey(record, shift);
    const ports = this.ports.get(key) ?? new Set();
    const { size } = ports;
    this.ports.set(key, ports.add(Number(port)));
    return ports.size > size;
  }

  /**
   * Whether one of the patterns allows an origin.
   *
   * @param origin - a well-formed, tuple origin; the walk relies on labels that are not empty
   */
  matches(origin: string): boolean {
    if (this.count === 0) return false;
    const schemeEnd = schemeEndOf(origin);
    const hostStart = hostStartOf(schemeEnd);
    const hostEnd = hostEndOf(origin);
    const port = portOf(origin, hostEnd);
    let hash = this.seed;
    for (let at = 0; at < schemeEnd; at++) hash = mix(hash, origin.charCodeAt(at));
    let isOneLabel = false;
    let depth = 0;
    for (let at = hostEnd - 1; at >= hostStart; at--) {
      const code = origin.charCodeAt(at);
      if (code === DOT) {
        const isDeep = (this.depths & depthBit(++depth)) !== 0;
        const record = isDeep ? this.find(hash, origin, schemeEnd, at + 1, hostEnd) : 0;
        if (record !== 0 && this.hasPort(record, MANY, port)) return true;
        // As long as no other label is in front of the one that follows.
        isOneLabel = record !== 0 && this.hasPort(record, ONE, port);
      }
      hash = mix(hash, code);
    }
    if (isOneLabel) return true;
    if (!this.hasWhole) return false;
    const record = this.find(hash, origin, schemeEnd, hostStart, hostEnd);
    return record !== 0 && this.hasPort(record, NONE, port);
  }

  /** The record of the scheme of an origin and a part of it, `0` if there is none. */
  private find(hash: number, origin: string, schemeEnd: number, hostStart: number, hostEnd: number): number {
    const { slots } = this;
    const mask = slots.length - 2;
    const finished = finish(hash);
    for (let slot = (finished << 1) & mask; ; slot = (slot + 2) & mask) {
      const record = slots[slot + 1]!;
      if (record === 0) return 0;
      if (slots[slot] === finished && this.isAt(record, origin, schemeEnd, hostStart, hostEnd)) return record;
    }
  }

  private isAt(
    record: number,
    origin: string,
    schemeEnd: number,
    hostStart: number,
    hostEnd: number,
  ): boolean {
    const { records } = this;
    if (records[record + 2] !== schemeEnd || records[record + 3] !== hostEnd - hostStart) return false;
    let byte = record + HEAD;
    for (let at = 0; at < schemeEnd; at++) if (records[byte++] !== origin.charCodeAt(at)) return false;
    for (let at = hostStart; at < hostEnd; at++) if (records[byte++] !== origin.charCodeAt(at)) return false;
    return true;
  }

  private hasPort(record: number, shift: number, port: number): boolean {
    const { records } = this;
    const bits = (records[record]! | (records[record + 1]! << 8)) >> shift;
    if ((bits & EVERY_PORT) !== 0) return true;
    if (port === NO_PORT) return (bits & DEFAULT_PORT) !== 0;
    return (bits & OTHER_PORTS) !== 0 && this.ports.get(portsKey(record, shift))?.has(port) === true;
  }

  /** @returns whether it did not say so already */
  private allow(record: number, shift: number, ports: number): boolean {
    const { records } = this;
    const before = records[record]! | (records[record + 1]! << 8);
    const after = before | (ports << shift);
    records[record] = after;
    records[record + 1] = after >> 8;
    return after !== before;
  }

  /** The record of a pattern's scheme and host, made if there is none. */
  private recordOf({ text, scheme, host, port }: OriginPattern): number {
    // Of the text, which is in one piece: what is cut out of it takes longer to go through.
    const schemeEnd = scheme.length;
    const hostEnd = text.length - (port === '' ? 0 : port.length + 1);
    const hostStart = hostEnd - host.length;
    let hash = this.seed;
    for (let at = 0; at < schemeEnd; at++) hash = mix(hash, text.charCodeAt(at));
    for (let at = hostEnd - 1; at >= hostStart; at--) hash = mix(hash, text.charCodeAt(at));
    const known = this.find(hash, text, schemeEnd, hostStart, hostEnd);
    if (known !== 0) return known;
    // Half of the slots at most are taken, so that a search soon comes to one that is not.
    if (++this.count * 4 > this.slots.length) this.slots = grown(this.slots);
    const record = this.write(text, schemeEnd, hostStart, hostEnd);
    put(this.slots, finish(hash), record);
    return record;
  }

  private write(text: string, schemeEnd: number, hostStart: number, hostEnd: number): number {
    const record = this.end;
    this.end += HEAD + schemeEnd + hostEnd - hostStart;
    if (this.end > this.records.length) {
      const larger = new Uint8Array(Math.max(this.records.length * 2, this.end));
      larger.set(this.records);
      this.records = larger;
    }
    const { records } = this;
    records[record + 2] = schemeEnd;
    records[record + 3] = hostEnd - hostStart;
    let byte = record + HEAD;
    for (let at = 0; at < schemeEnd; at++) records[byte++] = text.charCodeAt(at);
    for (let at = hostStart; at < hostEnd; at++) records[byte++] = text.charCodeAt(at);
    return record;
  }
}

/** Twice as many slots, with the same in them. */
function grown(slots: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(slots.length * 2);
  for (let slot = 0; slot < slots.length; slot += 2) {
    if (slots[slot + 1] !== 0) put(larger, slots[slot] as number, slots[slot + 1] as number);
  }
  return larger;
}

function put(slots: Int32Array, hash: number, record: number): void {
  const mask = slots.length - 2;
  let slot = (hash << 1) & mask;
  while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
  slots[slot] = hash;
  slots[slot + 1] = record;
}

/** The last bit is that of all that are deeper. */
function depthBit(depth: number): number {
  return 1 << (depth < 31 ? depth : 31);
}

function portsKey(record: number, shift: number): number {
  return record * 3 + shift / 3;
}

/** The port behind the host of a well-formed origin. */
function portOf(origin: string, hostEnd: number): number {
  let port = NO_PORT;
  for (let at = hostEnd + 1; at < origin.length; at++) port = port * 10 + origin.charCodeAt(at) - 0x30;
  return port;
}

function mix(hash: number, code: number): number {
  return imul(hash ^ code, 0x9e3779b1);
}

/** The high bits, which all characters have a part in, come down to where slots are chosen. */
function finish(hash: number): number {
  const folded = imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return folded ^ (folded >>> 13);
}
