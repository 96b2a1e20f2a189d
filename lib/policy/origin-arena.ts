import { isHttps } from '../protocol/plain-origin.js';
import type { Sliced } from './slices.js';

/** Taken once: in a context of its own, as Jest gives one to each suite, each look at a global takes long. */
const { imul } = Math;

/** The most characters that a record counts, which is in eight bits. */
const MAX_CHARACTERS = 0xff;
const LENGTH_BITS = 0xff;
/** Set in a record that begins behind `https://`. */
const HTTPS_BIT = 0x100;
const HASH_SHIFT = 9;
const MAX_WORDS = (MAX_CHARACTERS + 3) >> 2;

/**
 * The most words in a bucket. That so many origins fall into one happens to nobody who has not chosen them for it, and
 * what does not fit is looked up elsewhere.
 */
const MAX_BUCKET_WORDS = 1024;

const HTTPS = 'https://';

/**
 * Records are staged in as many parts, each of which has the buckets of some hashes, so that those of one part fit into the
 * processor's caches while they are filled.
 */
const PART_BITS = 6;
/** Words of a piece of a staging area, which is filled from the start to the end. */
const CHUNK_WORDS = 1 << 12;
/** In front of the words of a staged record: its hash, its form, and its place. */
const STAGED_HEAD = 3;

/**
 * The characters of the string that was read last, four in a word, and behind them its hash. Module-wide, since reading is
 * on the path of requests, where nothing is allocated.
 */
const words = new Int32Array(MAX_WORDS + 1);
const HASH = MAX_WORDS;

/**
 * Many exact origins, packed: the characters of each stand in one typed array, next to those of the origins that share its
 * bucket, so that a look-up has one way to the memory and not one for each of a slot, a string and its characters. Where
 * there are a million, these ways are nearly all that a look-up in a `Set` costs.
 *
 * A record is a word with most of the hash and the number of characters, and the characters, without the `https://` in front
 * that nearly all have. Never changed once it is made.
 */
export class OriginArena {
  /**
   * @param seed - of the hash, so that nobody can know which origins share a bucket
   * @param shift - what is left of a hash is its bucket
   * @param starts - where the buckets start, and at the end where the last one ends; a power of two and one
   * @param records - all buckets
   */
  constructor(
    private readonly seed: number,
    private readonly shift: number,
    private readonly starts: Uint32Array,
    private readonly records: Int32Array,
    /** How many there are. */
    readonly size: number,
  ) {}

  /** Whether an origin is one of them. */
  has(origin: string): boolean {
    const { seed, starts, records } = this;
    const start = startOf(origin);
    const length = origin.length - start;
    if (length > MAX_CHARACTERS || !read(origin, start, seed)) return false;
    const hash = words[HASH]!;
    const bucket = hash >>> this.shift;
    const head = headOf(hash, start === 0 ? length : length | HTTPS_BIT);
    const count = wordsOf(length);
    const end = starts[bucket + 1]!;
    let at = starts[bucket]!;
    while (at < end) {
      const other = records[at++]!;
      if (other === head && isAt(records, at, count)) return true;
      at += wordsOf(other);
    }
    return false;
  }
}

/** What has become of origins that were to be packed. */
export interface PackedOrigins {
  readonly arena: OriginArena;
  /** The places of those that are in it already. */
  readonly repeated: readonly number[];
  /** The places of those that don't fit. */
  readonly left: readonly number[];
}

/** Packs origins. They are staged first, until it is known how many there are. */
export class OriginPacker {
  private readonly seed = Math.trunc(Math.random() * 0x1_0000_0000) | 0;
  private readonly parts = Array.from({ length: 1 << PART_BITS }, () => new StagedPart());
  private count = 0;

  /**
   * @param place - what stands for the origin in {@link PackedOrigins}
   * @returns whether it has a form that can be packed
   */
  add(origin: string, place: number): boolean {
    const start = startOf(origin);
    const length = origin.length - start;
    if (length > MAX_CHARACTERS || length === 0 || !read(origin, start, this.seed)) return false;
    this.stage(start === 0 ? length : length | HTTPS_BIT, place);
    return true;
  }

  /**
   * The same for a plain origin in a buffer.
   *
   * @param bytes - the origin, from `start` to `end`
   */
  addPlain(bytes: Uint8Array, start: number, end: number, place: number): boolean {
    const kept = isHttps(bytes, start) ? start + HTTPS.length : start;
    if (end - kept > MAX_CHARACTERS) return false;
    readBytes(bytes, kept, end, this.seed);
    this.stage(kept === start ? end - kept : (end - kept) | HTTPS_BIT, place);
    return true;
  }

  /** Moves the records to their buckets. */
  *pack(): Sliced<PackedOrigins> {
    let bits = PART_BITS;
    // Between one and two for each.
    while (1 << (bits + 1) <= this.count) bits++;
    const shift = 32 - bits;
    const starts = new Uint32Array((1 << bits) + 1);
    for (const part of this.parts) yield* part.each((chunk) => measure(chunk, shift, starts));
    for (let from = 0; from < 1 << bits; from += CHUNK_WORDS) {
      sumUp(starts, from, Math.min(from + CHUNK_WORDS, 1 << bits));
      yield;
    }
    const packing: Packing = {
      shift,
      starts,
      ends: starts.slice(0, -1),
      records: new Int32Array(starts[1 << bits]!),
      repeated: [],
      left: [],
    };
    for (const part of this.parts) yield* part.each((chunk) => moveAll(chunk, packing));
    const { records, repeated, left } = packing;
    const size = this.count - repeated.length - left.length;
    return { arena: new OriginArena(this.seed, shift, starts, records, size), repeated, left };
  }

  /** Stages the string that was read last. */
  private stage(form: number, place: number): void {
    (this.parts[words[HASH]! >>> (32 - PART_BITS)] as StagedPart).add(form, place);
    this.count++;
  }
}

/** The staged records of some hashes. */
class StagedPart {
  private readonly chunks: Int32Array[] = [];
  private chunk = new Int32Array(0);
  private at = 0;

  /** Adds the string that was read last. */
  add(form: number, place: number): void {
    const size = wordsOf(form);
    if (this.at + STAGED_HEAD + size > this.chunk.length) {
      this.chunks.push((this.chunk = new Int32Array(CHUNK_WORDS)));
      this.at = 0;
    }
    const { chunk } = this;
    let { at } = this;
    chunk[at++] = words[HASH]!;
    chunk[at++] = form;
    chunk[at++] = place;
    for (let word = 0; word < size; word++) chunk[at++] = words[word]!;
    this.at = at;
  }

  *each(handle: (chunk: Int32Array) => void): Sliced<void> {
    for (const chunk of this.chunks) {
      handle(chunk);
      yield;
    }
  }
}

/** Buckets that are being filled. */
interface Packing {
  readonly shift: number;
  readonly starts: Uint32Array;
  /** Where the next record of each bucket will be. */
  readonly ends: Uint32Array;
  readonly records: Int32Array;
  readonly repeated: number[];
  readonly left: number[];
}

/*
 * The loops are functions of their own, for one chunk each, and not in the generator that calls them: V8 makes far worse
 * code of loops in generators.
 */

/** Adds the words of staged records to the buckets that they belong to, each noted one behind its own. */
function measure(chunk: Int32Array, shift: number, starts: Uint32Array): void {
  for (let at = 0; isRecord(chunk, at); at = behind(chunk, at)) {
    starts[(chunk[at]! >>> shift) + 1]! += 1 + wordsOf(chunk[at + 1]!);
  }
}

/** Makes starts of lengths. */
function sumUp(starts: Uint32Array, from: number, to: number): void {
  for (let bucket = from; bucket < to; bucket++) starts[bucket + 1]! += starts[bucket]!;
}

function moveAll(chunk: Int32Array, { shift, starts, ends, records, repeated, left }: Packing): void {
  for (let at = 0; isRecord(chunk, at); at = behind(chunk, at)) {
    const bucket = chunk[at]! >>> shift;
    const start = starts[bucket]!;
    const end = ends[bucket]!;
    if (hasRecord(records, start, end, chunk, at)) repeated.push(chunk[at + 2]!);
    else if (end - start > MAX_BUCKET_WORDS) left.push(chunk[at + 2]!);
    else ends[bucket] = move(chunk, at, records, end);
  }
}

/** Whether there is another staged record; none has no characters. */
function isRecord(chunk: Int32Array, at: number): boolean {
  return at + 1 < chunk.length && chunk[at + 1] !== 0;
}

/** Where the next staged record starts. */
function behind(chunk: Int32Array, at: number): number {
  return at + STAGED_HEAD + wordsOf(chunk[at + 1]!);
}

function hasRecord(
  records: Int32Array,
  start: number,
  end: number,
  chunk: Int32Array,
  staged: number,
): boolean {
  const form = chunk[staged + 1]!;
  const head = headOf(chunk[staged]!, form);
  const count = wordsOf(form);
  let at = start;
  while (at < end) {
    const other = records[at++]!;
    if (other === head) {
      let word = 0;
      while (word < count && records[at + word] === chunk[staged + STAGED_HEAD + word]) word++;
      if (word === count) return true;
    }
    at += wordsOf(other);
  }
  return false;
}

/** Writes a staged record, and says where it ends. */
function move(chunk: Int32Array, staged: number, records: Int32Array, start: number): number {
  const form = chunk[staged + 1]!;
  const from = staged + STAGED_HEAD;
  const count = wordsOf(form);
  records[start] = headOf(chunk[staged]!, form);
  for (let word = 0; word < count; word++) records[start + 1 + word] = chunk[from + word]!;
  return start + 1 + count;
}

/** @param form - how many characters there are, and whether `https://` stands in front of them */
function headOf(hash: number, form: number): number {
  return (hash << HASH_SHIFT) | form;
}

/** How many words the characters of a record take, by its head or its form. */
function wordsOf(head: number): number {
  return ((head & LENGTH_BITS) + 3) >> 2;
}

/** Whether the string that was read last stands in the records. */
function isAt(records: Int32Array, at: number, count: number): boolean {
  for (let word = 0; word < count; word++) {
    if (records[at + word] !== words[word]) return false;
  }
  return true;
}

/** Where the characters start that are kept. */
function startOf(origin: string): number {
  return origin.startsWith(HTTPS) ? HTTPS.length : 0;
}

/**
 * Reads a string into {@link words}, and its hash.
 *
 * @param origin - of at most {@link MAX_CHARACTERS} from `start` on
 * @returns whether it is all ASCII: no other string is in any list, and others would be mistaken for one that is
 */
function read(origin: string, start: number, seed: number): boolean {
  const end = origin.length;
  const wholeEnd = end - 3;
  let mixed = seed;
  let all = 0;
  let count = 0;
  let at = start;
  for (; at < wholeEnd; at += 4) {
    const a = origin.charCodeAt(at);
    const b = origin.charCodeAt(at + 1);
    const c = origin.charCodeAt(at + 2);
    const d = origin.charCodeAt(at + 3);
    all |= a | b | c | d;
    const word = a | (b << 8) | (c << 16) | (d << 24);
    words[count++] = word;
    mixed = imul(mixed ^ word, MULTIPLIER);
    mixed ^= mixed >>> 15;
  }
  if (at < end) {
    let word = 0;
    for (let shift = 0; at < end; shift += 8) {
      const code = origin.charCodeAt(at++);
      all |= code;
      word |= code << shift;
    }
    words[count] = word;
    mixed = imul(mixed ^ word, MULTIPLIER);
    mixed ^= mixed >>> 15;
  }
  mixed = imul(mixed, FINISHER);
  words[HASH] = mixed ^ (mixed >>> 13);
  return all < 0x80;
}

/** The same for ASCII in a buffer. */
function readBytes(bytes: Uint8Array, start: number, end: number, seed: number): void {
  let mixed = seed;
  let count = 0;
  for (let at = start; at < end; at += 4) {
    let word = bytes[at]!;
    if (at + 1 < end) word |= bytes[at + 1]! << 8;
    if (at + 2 < end) word |= bytes[at + 2]! << 16;
    if (at + 3 < end) word |= bytes[at + 3]! << 24;
    words[count++] = word;
    mixed = imul(mixed ^ word, MULTIPLIER);
    mixed ^= mixed >>> 15;
  }
  mixed = imul(mixed, FINISHER);
  words[HASH] = mixed ^ (mixed >>> 13);
}

/** Odd, and without a pattern in its bits: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1;
/** From the last step of MurmurHash3. */
const FINISHER = 0x85ebca6b;
