import { describe, expect, it } from '@jest/globals';
import { LatePart, withParts } from '../lib/late-part.js';

/** A part that counts how often it has been imported. */
function counted(value: string): { readonly part: LatePart<string>; imports: number } {
  const counter = {
    imports: 0,
    part: new LatePart(async () => {
      counter.imports++;
      return value;
    }),
  };
  return counter;
}

describe('a late part', () => {
  it('is not imported before it is needed, and then once', async () => {
    const counter = counted('tail');
    expect(counter.imports).toBe(0);
    expect(() => counter.part.get()).toThrow('before it was loaded');
    expect(await counter.part.load()).toBe('tail');
    expect(await counter.part.load()).toBe('tail');
    expect(counter.part.get()).toBe('tail');
    expect(counter.imports).toBe(1);
  });

  it('that could not be imported is imported again', async () => {
    const answers = [() => Promise.reject(new Error('no such file')), () => Promise.resolve('tail')];
    const part = new LatePart(() => (answers.shift() as () => Promise<string>)());
    await expect(withParts(() => part.get())).rejects.toThrow('no such file');
    expect(await withParts(() => part.get())).toBe('tail');
  });
});

describe('a computation with parts', () => {
  it('is run once where none is missing', async () => {
    let runs = 0;
    expect(await withParts(() => ++runs)).toBe(1);
    expect(runs).toBe(1);
  });

  it('is run again for each that is missing', async () => {
    const [head, tail] = [counted('head'), counted('tail')];
    let runs = 0;
    const compute = (): string => {
      runs++;
      return head.part.get() + tail.part.get();
    };
    expect(await withParts(compute)).toBe('headtail');
    expect([runs, head.imports, tail.imports]).toEqual([3, 1, 1]);
  });

  it('throws what it throws', async () => {
    const compute = (): never => {
      throw new RangeError('too long');
    };
    await expect(withParts(compute)).rejects.toThrow(RangeError);
  });
});
