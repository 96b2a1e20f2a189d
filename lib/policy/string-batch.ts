const encoder = new TextEncoder();

/** Strings in one batch at most, and bytes for all of them. */
export const BATCH = 1024;
const BYTES = BATCH * 128;

const LINE_FEED = 0x0a;

/**
 * Some strings of a list, written to one buffer. Going through the characters of a million strings one by one takes several
 * times as long: each has its own way to be stored, and to ask for a character asks for that again.
 */
export class StringBatch {
  readonly bytes = new Uint8Array(BYTES);
  /** Where each string ends; the next one starts behind the separator. */
  readonly ends = new Int32Array(BATCH);

  /**
   * Writes `list[from, to)` to the buffer.
   *
   * @returns `false` where they are not all strings, do not fit, or hold the separator
   */
  write(list: readonly unknown[], from: number, to: number): boolean {
    for (let place = from; place < to; place++) if (typeof list[place] !== 'string') return false;
    const text = list.slice(from, to).join('\n');
    const { read, written } = encoder.encodeInto(text, this.bytes);
    return read === text.length && this.split(written) === to - from;
  }

  /** Notes where the strings end, and says how many there are. */
  private split(length: number): number {
    const { bytes, ends } = this;
    let count = 0;
    for (let at = 0; at < length; at++) {
      if (bytes[at] !== LINE_FEED) continue;
      ends[count++] = at;
      if (count === BATCH) return Number.POSITIVE_INFINITY;
    }
    ends[count++] = length;
    return count;
  }
}
