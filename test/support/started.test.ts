import { beforeEach, describe, expect, it } from '@jest/globals';
import { Started, startWhole } from './started.js';

/** What resolves when it is told to. */
function later<T>(): { readonly promise: Promise<T>; resolve(value: T): void; reject(error: Error): void } {
  let settle: { resolve(value: T): void; reject(error: Error): void } | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...(settle as NonNullable<typeof settle>) };
}

describe('what was started', () => {
  let started: Started;
  let ended: string[];

  beforeEach(() => {
    started = new Started(50);
    ended = [];
  });

  const note = (name: string): void => void ended.push(name);

  it('is handed on, and ended with the last one first', async () => {
    expect(await started.own('server', note)).toBe('server');
    expect(await started.own(Promise.resolve('browser'), note)).toBe('browser');
    await started.end();
    expect(ended).toEqual(['browser', 'server']);
    await started.end();
    expect(ended).toEqual(['browser', 'server']);
  });

  it('is ended though another one has not started', async () => {
    const failing = started.own(Promise.reject(new Error('no browser')), note);
    await expect(failing).rejects.toThrow('no browser');
    await started.own('server', note);
    await started.end();
    expect(ended).toEqual(['server']);
  });

  it('is ended though another one can`t be', async () => {
    await started.own('server', note);
    await started.own('browser', () => Promise.reject(new Error('it hangs')));
    await started.own('page', () => {
      throw new Error('it is gone');
    });
    await expect(started.end()).rejects.toThrow('it is gone');
    expect(ended).toEqual(['server']);
  });

  it('is ended once it has started, if it is still starting at the end', async () => {
    const server = later<string>();
    const starting = started.own(server.promise, note);
    const ending = started.end();
    server.resolve('server');
    await ending;
    expect(ended).toEqual(['server']);
    expect(await starting).toBe('server');
  });

  it('is ended after the end, if it starts as late as that', async () => {
    const browser = later<string>();
    void started.own(browser.promise, note);
    await started.own('server', note);
    await expect(started.end()).rejects.toThrow('has not ended within 50 ms');
    expect(ended).toEqual(['server']);
    browser.resolve('browser');
    await new Promise(setImmediate);
    expect(ended).toEqual(['server', 'browser']);
    await expect(started.own('page', note)).rejects.toThrow('so it was ended, too');
    expect(ended).toEqual(['server', 'browser', 'page']);
  });
});

describe('what is made of parts', () => {
  it('has its parts ended if one doesn`t start', async () => {
    const ended: string[] = [];
    const witness = later<string>();
    const whole = startWhole(async (own) => {
      await own('sample', (name) => ended.push(name));
      return await Promise.all([
        own(witness.promise, (name) => ended.push(name)),
        own(Promise.reject(new Error('no browser')), () => ended.push('browser')),
      ]);
    });
    witness.resolve('witness');
    await expect(whole).rejects.toThrow('no browser');
    expect(ended).toEqual(['witness', 'sample']);
  });

  it('runs on if all do, until it is ended', async () => {
    const ended: string[] = [];
    const whole = await startWhole(async (own, end) => {
      await own('sample', (name) => ended.push(name));
      return { end };
    });
    expect(ended).toEqual([]);
    await whole.end();
    expect(ended).toEqual(['sample']);
  });
});
