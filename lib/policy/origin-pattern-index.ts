import {
  hostEndOf,
  hostStartOf,
  MAX_HOST_LENGTH,
  MAX_SCHEME_LENGTH,
  schemeEndOf,
} from '../protocol/serialized-origin.js';
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

/** The rest of the head of a record: how long the host is, and whether the scheme is `https`. */
const LENGTH_SHIFT = 9;
const HTTPS_BIT = 0x2_0000;
const LENGTH_BITS = HTTPS_BIT - 1;

/** What a slot has of the hash of its record, so that most others need not be looked at. The rest is where that stands. */
const TAG_BITS = 4;
const TAG_MASK = (1 << TAG_BITS) - 1;
const MAX_RECORD_WORDS = 2 ** (32 - TAG_BITS);

/** How full slots may become, and how many times as many there are then. */
const MAX_LOAD = 0.7;
const GROWTH_BITS = 2;

/** In a record, where the hash is, and where the characters begin. */
const HASH = 1;
const HOST = 2;

/** Slots that there are at first, at most, in as many bits. */
const FIRST_BITS = 10;

/** How many words of records there are for each slot, usually. */
const USUAL_RECORD = 4;

/** A slot, in place of a record. */
const NOWHERE = -1;

const HTTPS = 'https://';
const HTTP = 'http';
const HTTPS_SCHEME_END = HTTPS.length - '://'.length;

/** In place of a port, where an origin has none. */
const NO_PORT = 0;

/**
 * The characters of the host that was read last, from its end, four in a word; one that may end with a dot. Module-wide, since
 * reading is on the path of requests, where nothing is allocated.
 */
const words = new Int32Array(wordsOf(MAX_HOST_LENGTH + 1));

/** The same of its scheme, behind how long that is. Nearly all have `https`, which is no part of a record. */
const scheme = new Int32Array(1 + wordsOf(MAX_SCHEME_LENGTH));

/**
 * Patterns by scheme and host, so that a look-up costs one step for each label of the origin, and nothing for each pattern.
 * The host is gone through once, from the right; before each label, and at its start, what has been passed is looked up.
 *
 * What is compared are whole hosts, byte for byte. A radix tree over characters would be smaller, but has to tell apart
 * "this suffix was an entry" from "two entries share this suffix", where GHSA-vhxv-fg4m-p2w8 and GHSA-v84h-653v-4pq9 went
 * wrong.
 *
 * A record is a word with the length of the host and what is allowed below it; the hash; the characters of the host; and those
 * of the scheme, unless that is `https`.
 */
export class OriginPatternIndex {
  private readonly seed = Math.trunc(Math.random() * 0x1_0000_0000) | 0;
  /** Where a record stands, and its tag; 0 where there is none. A record is in the slot of its hash, or soon behind it. */
  private slots: Int32Array;
  /** What is left of a hash is its slot. */
  private shift: number;
  private count = 0;
  /** So many fit in the slots. */
  private room: number;
  private records: Int32Array;
  /** Where the next record will be. None is at zero. */
  private end = 1;
  /** The ports of a record that are neither none nor any, by the record's place and kind. */
  private readonly ports = new Map<number, Set<number>>();
  /** A bit for each number of labels that hosts behind a wildcard have: others need not be looked up. */
  private depths = 0;
  /** Whether there are hosts without a wildcard. */
  private hasWhole = false;

  private readonly expectedBits: number;

  /** @param expected - how many there may be, for which there is room as soon as there are some; there may be more */
  constructor(expected = 1) {
    let bits = 4;
    while (1 << bits < expected / MAX_LOAD) bits++;
    this.expectedBits = bits;
    bits = Math.min(bits, FIRST_BITS);
    this.slots = new Int32Array(1 << bits);
    this.shift = 32 - bits;
    this.room = roomIn(bits);
    this.records = new Int32Array(USUAL_RECORD << bits);
  }

  /** @returns whether it was not among them */
  add({ text, scheme: itsScheme, labels, host, port }: OriginPattern): boolean {
    const shift = SHIFT[labels];
    // Of the text, which is in one piece: what is cut out of it takes longer to go through.
    const hostEnd = text.length - (port === '' ? 0 : port.length + 1);
    const isHttps = text.startsWith(HTTPS);
    const start = isHttps ? this.seed : readScheme(text, itsScheme.length, this.seed);
    const hash = readHost(text, hostEnd - host.length, hostEnd, start);
    if (labels === 'none') this.hasWhole = true;
    else this.depths |= depthBit(host.split('.').length);
    const record = this.recordOf(hash, formOf(host.length, isHttps));
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
   * The same for a plain pattern in a buffer, without its scheme and its wildcard.
   *
   * @param bytes - the host, from `start` to `end`
   * @param labels - how many labels the host has
   * @param isHttps - whether the scheme is that, or `http`
   * @param isMany - whether it has one wildcard label or several
   */
  addPlain(
    bytes: DataView,
    start: number,
    end: number,
    labels: number,
    isHttps: boolean,
    isMany: boolean,
  ): boolean {
    const hash = readBytes(bytes, start, end, isHttps ? this.seed : readScheme(HTTP, HTTP.length, this.seed));
    this.depths |= depthBit(labels);
    return this.allow(this.recordOf(hash, formOf(end - start, isHttps)), isMany ? MANY : ONE, DEFAULT_PORT);
  }

  /**
   * Whether one of the patterns allows an origin.
   *
   * @param origin - a well-formed, tuple origin; the walk relies on labels that are not empty
   */
  matches(origin: string): boolean {
    if (this.count === 0) return false;
    const isHttps = origin.startsWith(HTTPS);
    const schemeEnd = isHttps ? HTTPS_SCHEME_END : schemeEndOf(origin);
    const hostStart = hostStartOf(schemeEnd);
    const hostEnd = hostEndOf(origin);
    const port = portOf(origin, hostEnd);
    let hash = isHttps ? this.seed : readScheme(origin, schemeEnd, this.seed);
    let isOneLabel = false;
    let depth = 0;
    let word = 0;
    let passed = 0;
    for (let at = hostEnd - 1; at >= hostStart; at--) {
      const code = origin.charCodeAt(at);
      if (code === DOT) {
        const isDeep = (this.depths & depthBit(++depth)) !== 0;
        const record = isDeep ? this.findPassed(hash, word, passed, isHttps) : NOWHERE;
        if (record > 0 && this.hasPort(record, MANY, port)) return true;
        // As long as no other label is in front of the one that follows.
        isOneLabel = record > 0 && this.hasPort(record, ONE, port);
      }
      // By the last five bits of what is on the right, which is eight times the characters of the word so far.
      word |= code << (passed << 3);
      if ((++passed & 3) === 0) {
        words[(passed >> 2) - 1] = word;
        hash = mix(hash, word);
        word = 0;
      }
    }
    if (isOneLabel) return true;
    if (!this.hasWhole) return false;
    const record = this.findPassed(hash, word, passed, isHttps);
    return record > 0 && this.hasPort(record, NONE, port);
  }

  /** @param word - the last characters, if they are less than a word */
  private findPassed(hash: number, word: number, passed: number, isHttps: boolean): number {
    words[passed >> 2] = word;
    return this.find(finish((passed & 3) === 0 ? hash : mix(hash, word)), formOf(passed, isHttps));
  }

  /** The record of what has been read; if there is none, the complement of the slot in which it would be. */
  private find(hash: number, form: number): number {
    const { slots, records } = this;
    for (let slot = hash >>> this.shift; ; slot = (slot + 1) & (slots.length - 1)) {
      const entry = slots[slot]!;
      if (entry === 0) return ~slot;
      if (((entry ^ hash) & TAG_MASK) === 0 && isAt(records, entry >>> TAG_BITS, hash, form)) {
        return entry >>> TAG_BITS;
      }
    }
  }

  private hasPort(record: number, shift: number, port: number): boolean {
    const bits = this.records[record]! >> shift;
    if ((bits & EVERY_PORT) !== 0) return true;
    if (port === NO_PORT) return (bits & DEFAULT_PORT) !== 0;
    return (bits & OTHER_PORTS) !== 0 && this.ports.get(portsKey(record, shift))?.has(port) === true;
  }

  /** @returns whether it did not say so already */
  private allow(record: number, shift: number, ports: number): boolean {
    const { records } = this;
    const before = records[record]!;
    const after = before | (ports << shift);
    records[record] = after;
    return after !== before;
  }

  /** The record of what has been read, made if there is none. */
  private recordOf(hash: number, form: number): number {
    const found = this.find(hash, form);
    if (found > 0) return found;
    const record = this.write(hash, form);
    this.slots[~found] = (record << TAG_BITS) | (hash & TAG_MASK);
    if (++this.count > this.room) this.grow();
    return record;
  }

  private write(hash: number, form: number): number {
    const record = this.end;
    const hostEnd = record + HOST + wordsOf(lengthOf(form));
    this.end = hostEnd + schemeWordsOf(form);
    if (this.end > this.records.length) {
      const usual = USUAL_RECORD * this.slots.length;
      this.records = larger(this.records, Math.max(this.end, usual));
    }
    const { records } = this;
    records[record] = form;
    records[record + HASH] = hash;
    for (let at = record + HOST; at < hostEnd; at++) records[at] = words[at - record - HOST]!;
    for (let at = hostEnd; at < this.end; at++) records[at] = scheme[at - hostEnd]!;
    return record;
  }

  /** More slots, with the same in them. */
  private grow(): void {
    const bits = Math.max(32 - this.shift + GROWTH_BITS, this.expectedBits);
    const slots = new Int32Array(1 << bits);
    const shift = 32 - bits;
    this.slots = slots;
    this.shift = shift;
    this.room = roomIn(bits);
    const { records } = this;
    for (let record = 1; record < this.end; record += sizeOf(records, record)) {
      const hash = records[record + HASH]!;
      let slot = hash >>> shift;
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = (record << TAG_BITS) | (hash & TAG_MASK);
    }
  }
}

/** Room for so many words, and as many again. */
function larger(records: Int32Array, least: number): Int32Array<ArrayBuffer> {
  if (least > MAX_RECORD_WORDS) throw new RangeError('There are more patterns than can be looked up.');
  const room = new Int32Array(Math.max(records.length * 2, least));
  room.set(records);
  return room;
}

/** How many records may be in so many slots, given in bits. */
function roomIn(bits: number): number {
  return Math.floor((1 << bits) * MAX_LOAD);
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

function formOf(length: number, isHttps: boolean): number {
  return isHttps ? (length << LENGTH_SHIFT) | HTTPS_BIT : length << LENGTH_SHIFT;
}

/** By the form or the head of a record. */
function lengthOf(form: number): number {
  return (form & LENGTH_BITS) >> LENGTH_SHIFT;
}

function wordsOf(length: number): number {
  return (length + 3) >> 2;
}

/** How many words the scheme that was read last takes. */
function schemeWordsOf(form: number): number {
  return (form & HTTPS_BIT) === 0 ? 1 + wordsOf(scheme[0]!) : 0;
}

function sizeOf(records: Int32Array, record: number): number {
  const head = records[record]!;
  const size = HOST + wordsOf(lengthOf(head));
  return (head & HTTPS_BIT) === 0 ? size + 1 + wordsOf(records[record + size]!) : size;
}

/** Whether a record has some hash and form, and the characters that were read. */
function isAt(records: Int32Array, record: number, hash: number, form: number): boolean {
  if (records[record + HASH] !== hash || records[record]! >> LENGTH_SHIFT !== form >> LENGTH_SHIFT)
    return false;
  const hostEnd = record + HOST + wordsOf(lengthOf(form));
  for (let at = record + HOST; at < hostEnd; at++)
    if (records[at] !== words[at - record - HOST]) return false;
  const end = hostEnd + schemeWordsOf(form);
  for (let at = hostEnd; at < end; at++) if (records[at] !== scheme[at - hostEnd]) return false;
  return true;
}

/** Reads the host of a text into {@link words}, and its hash. */
function readHost(text: string, start: number, end: number, hash: number): number {
  let mixed = hash;
  let count = 0;
  let at = end;
  while (at > start) {
    let word = 0;
    for (let shift = 0; shift < 32 && at > start; shift += 8) word |= text.charCodeAt(--at) << shift;
    words[count++] = word;
    mixed = mix(mixed, word);
  }
  return finish(mixed);
}

/** The same for ASCII in a buffer. */
function readBytes(bytes: DataView, start: number, end: number, hash: number): number {
  let mixed = hash;
  let count = 0;
  let at = end;
  for (; at - 4 >= start; at -= 4) {
    // Big-endian: the last character in the lowest byte.
    const word = bytes.getInt32(at - 4);
    words[count++] = word;
    mixed = mix(mixed, word);
  }
  if (at > start) {
    let word = 0;
    for (let shift = 0; at > start; shift += 8) word |= bytes.getUint8(--at) << shift;
    words[count] = word;
    mixed = mix(mixed, word);
  }
  return finish(mixed);
}

/** Reads a scheme into {@link scheme}, and its hash, which is where that of the host begins. */
function readScheme(text: string, end: number, seed: number): number {
  let mixed = seed;
  scheme[0] = end;
  let count = 0;
  let at = 0;
  while (at < end) {
    let word = 0;
    for (let shift = 0; shift < 32 && at < end; shift += 8) word |= text.charCodeAt(at++) << shift;
    scheme[++count] = word;
    mixed = mix(mixed, word);
  }
  return mixed;
}

function mix(hash: number, word: number): number {
  const mixed = imul(hash ^ word, MULTIPLIER);
  return mixed ^ (mixed >>> 15);
}

/** The high bits, by which slots are chosen, have a part of all characters. */
function finish(hash: number): number {
  const mixed = imul(hash, FINISHER);
  return mixed ^ (mixed >>> 13);
}

/** Odd, and without a pattern in its bits: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1;
/** From the last step of MurmurHash3. */
const FINISHER = 0x85ebca6b;
