/** Taken once: in a context of its own, as Jest gives one to each suite, each look at a global takes long. */
const { imul } = Math;

/** The most characters that a record counts, which is in eight bits. */
const MAX_CHARACTERS = 0xff;
const LENGTH_BITS = 0xff;
/** Set in a record that begins behind `https://`. */
const HTTPS_BIT = 0x100;
const HASH_SHIFT = 9;
const MAX_WORDS = (MAX_CHARACTERS + 3) >> 2;

const HTTPS = 'https://';

/** Records stand in pieces of so many words, so that none has to be moved as they become more. */
const CHUNK_BITS = 16;
const CHUNK_WORDS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_WORDS - 1;

/** What a slot has of the hash of its record, so that most others need not be looked at. The rest is where that stands. */
const TAG_BITS = 5;
const TAG_MASK = (1 << TAG_BITS) - 1;
const MAX_CHUNKS = 1 << (32 - TAG_BITS - CHUNK_BITS);

/** So many records may wait for their slots. */
export const MAX_WAITING = 1024;

/** How full slots may become. Of fewer there would not be that much less to keep, and more to go through. */
const MAX_LOAD = 0.55;
const MIN_SLOTS = 32;

/**
 * So many slots are looked at, at most. That so many origins share a hash happens to nobody who has not chosen them for it,
 * and what finds no slot is looked up elsewhere.
 */
const MAX_PROBES = 64;

/**
 * The characters of the string that was read last, four in a word, and behind them its hash. Module-wide, since reading is
 * on the path of requests, where nothing is allocated.
 */
const words = new Int32Array(MAX_WORDS + 1);
const HASH = MAX_WORDS;

/** What becomes of an origin that waits: it is there now, it was there, or it has to be looked up elsewhere. */
export const ADDED = 0;
export const REPEATED = 1;
export const UNFIT = 2;

/**
 * Many exact origins, packed: the characters of each stand in a typed array, behind its hash, so that a look-up has two ways
 * to the memory and not one for each of a slot, a string and its characters. Where there are a million, these ways are nearly
 * all that a look-up in a `Set` costs.
 *
 * A record is a word with most of the hash and the number of characters, and the characters, without the `https://` in front
 * that nearly all have. Filled once, by who makes it.
 */
export class OriginArena {
  /** Nobody can know which origins share a slot. */
  private readonly seed = Math.trunc(Math.random() * 0x1_0000_0000) | 0;
  /** Where a record stands, and its tag; 0 where there is none. A record is in the slot of its hash, or soon behind it. */
  private readonly slots: Int32Array;
  /** How many slots there are for each hash: as many as are needed, and not the next power of two, twice as many at worst. */
  private readonly scale: number;
  private readonly chunks: Int32Array[] = [];
  /** Behind the last record. No record stands at 0. */
  private end = 1;
  private count = 0;
  private readonly hashes = new Int32Array(MAX_WAITING);
  private readonly places = new Int32Array(MAX_WAITING);

  /** What has become of those that waited last: {@link ADDED}, {@link REPEATED} or {@link UNFIT}. */
  readonly outcomes = new Uint8Array(MAX_WAITING);
  /** How many wait for their slots. */
  waiting = 0;
  /** Kept, or nothing would be read. */
  touched = 0;

  /** @param most - how many there may be */
  constructor(most: number) {
    const count = Math.max(Math.ceil(most / MAX_LOAD), MIN_SLOTS);
    // Behind the last one there is room for what does not find any before.
    this.slots = new Int32Array(count + MAX_PROBES);
    this.scale = count / 0x1_0000_0000;
  }

  /** How many there are. */
  get size(): number {
    return this.count;
  }

  /** Whether an origin is one of them. */
  has(origin: string): boolean {
    const start = startOf(origin);
    const length = origin.length - start;
    if (length > MAX_CHARACTERS || !read(origin, start, this.seed)) return false;
    const { slots, chunks } = this;
    const hash = words[HASH]!;
    const head = headOf(hash, start === 0 ? length : length | HTTPS_BIT);
    const first = Math.floor((hash >>> 0) * this.scale);
    for (let slot = first; slot < first + MAX_PROBES; slot++) {
      const entry = slots[slot]!;
      if (entry === 0) return false;
      if ((entry & TAG_MASK) === (hash & TAG_MASK)) {
        const at = entry >>> TAG_BITS;
        if (isAt(chunks[at >>> CHUNK_BITS]!, at & CHUNK_MASK, head, words, 0)) return true;
      }
    }
    return false;
  }

  /**
   * Appends an origin, which waits for its slot: for each to look for it at once, the memory would be waited for as often.
   *
   * @returns whether it can be packed
   */
  append(origin: string): boolean {
    const start = startOf(origin);
    const length = origin.length - start;
    if (length > MAX_CHARACTERS || length === 0 || !read(origin, start, this.seed)) return false;
    const chunk = this.reserve(wordsOf(length));
    if (chunk === undefined) return false;
    chunk.set(words.subarray(0, wordsOf(length)), (this.end & CHUNK_MASK) + 1);
    this.wait(chunk, words[HASH]!, start === 0 ? length : length | HTTPS_BIT);
    return true;
  }

  /**
   * The same for a plain origin in a buffer.
   *
   * @param text - the origin, from `start` to `end`
   * @param hasHttps - whether `https://` stands in front of it
   */
  appendPlain(text: DataView, start: number, end: number, hasHttps: boolean): boolean {
    const kept = hasHttps ? start + HTTPS.length : start;
    const length = end - kept;
    if (length > MAX_CHARACTERS) return false;
    const chunk = this.reserve(wordsOf(length));
    if (chunk === undefined) return false;
    const hash = readBytes(text, kept, end, this.seed, chunk, (this.end & CHUNK_MASK) + 1);
    this.wait(chunk, hash, hasHttps ? length | HTTPS_BIT : length);
    return true;
  }

  /** Finds slots for those that wait, of which there may be {@link MAX_WAITING}, and notes what becomes of each. */
  settle(): void {
    const { hashes, places, outcomes, waiting } = this;
    this.touchSlots();
    for (let index = 0; index < waiting; index++) {
      outcomes[index] = this.settleOne(hashes[index]!, places[index]!);
    }
    this.waiting = 0;
  }

  /**
   * Reads the first slot of each that waits, so that the processor has them all at hand: with nothing to decide in between it
   * waits for several at a time.
   */
  private touchSlots(): void {
    const { hashes, slots, scale, waiting } = this;
    let touched = 0;
    for (let index = 0; index < waiting; index++) {
      touched |= slots[Math.floor((hashes[index]! >>> 0) * scale)]!;
    }
    this.touched = touched;
  }

  /** The piece in which the next record stands, at the end of all; `undefined` if there is no more room. */
  private reserve(count: number): Int32Array | undefined {
    if ((this.end & CHUNK_MASK) + 1 + count > CHUNK_WORDS) this.end = (this.end | CHUNK_MASK) + 1;
    const chunk = this.end >>> CHUNK_BITS;
    if (chunk >= MAX_CHUNKS) return undefined;
    return (this.chunks[chunk] ??= new Int32Array(CHUNK_WORDS));
  }

  /** Completes the record at the end of all. */
  private wait(chunk: Int32Array, hash: number, form: number): void {
    const { end } = this;
    chunk[end & CHUNK_MASK] = headOf(hash, form);
    this.hashes[this.waiting] = hash;
    this.places[this.waiting++] = end;
    this.end = end + 1 + wordsOf(form);
  }

  private settleOne(hash: number, place: number): number {
    const { slots } = this;
    const tag = hash & TAG_MASK;
    const first = Math.floor((hash >>> 0) * this.scale);
    for (let slot = first; slot < first + MAX_PROBES; slot++) {
      const entry = slots[slot]!;
      if (entry === 0) {
        slots[slot] = (place << TAG_BITS) | tag;
        this.count++;
        return ADDED;
      }
      if ((entry & TAG_MASK) === tag && this.isSame(entry >>> TAG_BITS, place)) return REPEATED;
    }
    return UNFIT;
  }

  private isSame(one: number, other: number): boolean {
    const { chunks } = this;
    const from = chunks[other >>> CHUNK_BITS]!;
    const start = other & CHUNK_MASK;
    return isAt(chunks[one >>> CHUNK_BITS]!, one & CHUNK_MASK, from[start]!, from, start + 1);
  }
}

/** @param form - how many characters there are, and whether `https://` stands in front of them */
function headOf(hash: number, form: number): number {
  return (hash << HASH_SHIFT) | form;
}

/** How many words the characters of a record take, by its head or its form. */
function wordsOf(head: number): number {
  return ((head & LENGTH_BITS) + 3) >> 2;
}

/** Whether a record has some head, and the characters that stand in `from`. */
function isAt(chunk: Int32Array, at: number, head: number, from: Int32Array, start: number): boolean {
  if (chunk[at] !== head) return false;
  const count = wordsOf(head);
  for (let word = 0; word < count; word++) {
    if (chunk[at + 1 + word] !== from[start + word]) return false;
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

/** The same for ASCII in a buffer, in which `http://` or more stands in front of it, into `to`; returns the hash. */
function readBytes(
  text: DataView,
  start: number,
  end: number,
  seed: number,
  to: Int32Array,
  at: number,
): number {
  let mixed = seed;
  let from = start;
  let into = at;
  for (; from < end - 3; from += 4) {
    const word = text.getInt32(from, true);
    to[into++] = word;
    mixed = imul(mixed ^ word, MULTIPLIER);
    mixed ^= mixed >>> 15;
  }
  if (from < end) {
    // The last four bytes, without those of them that have been read.
    const word = text.getInt32(end - 4, true) >>> ((4 - (end - from)) << 3);
    to[into] = word;
    mixed = imul(mixed ^ word, MULTIPLIER);
    mixed ^= mixed >>> 15;
  }
  mixed = imul(mixed, FINISHER);
  return mixed ^ (mixed >>> 13);
}

/** Odd, and without a pattern in its bits: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1;
/** From the last step of MurmurHash3. */
const FINISHER = 0x85ebca6b;
