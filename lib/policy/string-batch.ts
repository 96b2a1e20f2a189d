import { TextBuffer } from '../protocol/plain-origin.js';

const encoder = new TextEncoder();

/** Strings in one batch at most, and bytes for all of them. */
export const BATCH = 1024;
const BYTES = BATCH * 128;

/**
 * Some strings of a list, written to one buffer. Going through the characters of a million strings one by one takes several
 * times as long: each has its own way to be stored, and to ask for a character asks for that again.
 */
export class StringBatch extends TextBuffer {
  /** Where each string ends, and the next one starts. */
  readonly ends = new Int32Array(BATCH);
  /** A slice of the list, which V8 takes a hundred times as long to make of one that is frozen. */
  private readonly some: string[] = [];

  constructor() {
    super(BYTES);
  }

  /**
   * Writes `list[from, to)` to the buffer.
   *
   * @returns `false` where they are not all strings of ASCII, or do not fit
   */
  write(list: readonly unknown[], from: number, to: number): boolean {
    const { some, ends } = this;
    some.length = to - from;
    let length = 0;
    for (let place = from; place < to; place++) {
      const element = list[place];
      if (typeof element !== 'string') return false;
      some[place - from] = element;
      length += element.length;
      ends[place - from] = length;
    }
    const { read, written } = encoder.encodeInto(some.join(''), this.bytes);
    // What is no ASCII takes more bytes than characters.
    return read === length && written === length;
  }
}
