import { describe, expect, it, jest } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import type { AskedOrigin } from '../../lib/policy/origin-entry.js';
import { readOrigin } from '../../lib/policy/read-origin.js';
import { intersectOrigins, uniteOrigins } from '../../lib/policy/origin-intersection.js';
import { providing } from './configurations.js';
import { anyRequest } from './naive-origins.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

class Partners {
  readonly origin = 'https://partner.example';

  allows(origin: string): boolean {
    return origin === this.origin;
  }
}
class Decorated {}
abstract class Abstract {
  abstract allows(): boolean;
}
function Compiled(): void {}
Compiled.prototype.allows = () => true;

/** Where the layer stands. */
const PLACE = 'Cats#list';

describe('readOrigin', () => {
  it.each<[title: string, value: unknown, kind: string]>([
    ["'*'", '*', 'any'],
    ['a pattern', 'https://*.a.example', 'pattern'],
    ['a regular expression', /^https:\/\/[a-z]+\.a\.example$/, 'regexp'],
    ['a function', () => true, 'source'],
    ['an asynchronous function', async () => true, 'source'],
    [
      'a function of old',
      function decide() {
        return true;
      },
      'source',
    ],
    ['a class', Partners, 'source'],
  ])('reads %s', (_, value, kind) => {
    expect(readOrigin(value, PLACE, providing(new Partners()))).toMatchObject({ entry: { kind } });
  });

  it.each(['null', 'https://a.example'])('reads %s as itself', (origin) => {
    expect(readOrigin(origin, PLACE, providing(new Partners()))).toEqual({ entry: origin });
  });

  it('names functions and classes, whatever they call themselves', () => {
    const odd = Object.defineProperty(() => true, 'name', { value: 5 });
    const names = [function decide() {}, () => true, odd, Partners].map(
      (value) =>
        (readOrigin(value, PLACE, providing(new Partners())) as { entry: { text: string } }).entry.text,
    );
    expect(names).toEqual(['decide', 'function', 'function', 'Partners']);
  });

  it('calls the instance of a class as its method', () => {
    const read = readOrigin(Partners, PLACE, providing(new Partners()));
    if (!('entry' in read) || typeof read.entry === 'string' || read.entry.kind !== 'source')
      throw new Error('not read');
    expect(read.entry.ask('https://partner.example', anyRequest)).toBe(true);
    expect(read.entry.ask('https://a.example', anyRequest)).toBe(false);
  });

  it('recognizes the same source in two layers, so that it is asked once', () => {
    const resolve = providing(new Partners());
    const entries = [readOrigin(Partners, PLACE, resolve), readOrigin(Partners, PLACE, resolve)].map(
      (read) => ('entry' in read ? [read.entry] : []),
    );
    const [one = [], other = []] = entries;
    expect(uniteOrigins(one, other)).toHaveLength(1);
    expect(intersectOrigins(one, other)).toEqual(other);
  });

  it('does not take a method for a class because its name begins with "class"', () => {
    const tenants = {
      classOf(): boolean {
        return true;
      },
    };
    const resolve = jest.fn(providing());
    expect(readOrigin(tenants['classOf'], PLACE, resolve)).toMatchObject({ entry: { kind: 'source' } });
    expect(resolve).not.toHaveBeenCalled();
  });

  it('does not trip over a function whose prototype is none', () => {
    function odd(): boolean {
      return true;
    }
    odd.prototype = undefined;
    expect(readOrigin(odd, PLACE, providing())).toMatchObject({ entry: { kind: 'source', text: 'odd' } });
  });

  it.each([[Partners], [Abstract], [Compiled], [Decorated]])('asks the injector for %p', (value) => {
    expect(readOrigin(value, PLACE, providing())).toMatchObject({
      problem: { code: 'origin-source-missing' },
    });
  });

  it('takes a source as it is, and names it by its class', () => {
    const partners = new Partners();
    const read = [partners, { allows: () => true }, Object.create({ allows: () => true })].map(
      (value) => (readOrigin(value, PLACE, providing()) as { entry: AskedOrigin }).entry,
    );
    expect(read.map(({ text, where }) => [text, where])).toEqual([
      ['Partners', PLACE],
      ['source', PLACE],
      ['source', PLACE],
    ]);
    expect(read[0]?.identity).toBe(partners);
    expect(read[0]?.ask(partners.origin, anyRequest)).toBe(true);
  });

  it('recognizes the source that a class stands for', () => {
    const partners = new Partners();
    const entries = [Partners, partners].map(
      (value) => (readOrigin(value, PLACE, providing(partners)) as { entry: AskedOrigin }).entry,
    );
    expect(uniteOrigins([], entries)).toHaveLength(1);
  });

  it.each<[title: string, source: object, timeout: number]>([
    ['5 seconds where the source does not say', {}, 5000],
    ['5 seconds where it says undefined', { timeout: undefined }, 5000],
    ['what it says', { timeout: 1 }, 1],
    ['what timers know at most', { timeout: 2_147_483_647 }, 2_147_483_647],
  ])('gives a source time: %s', (_, source, timeout) => {
    const allows = (): boolean => true;
    expect(readOrigin({ ...source, allows }, PLACE, providing())).toMatchObject({ entry: { timeout } });
    const after = { ...source, after: 'guards', allows, mayAllow: allows };
    expect(readOrigin(after, PLACE, providing())).toMatchObject({ entry: { timeout } });
  });

  it.each<[title: string, source: object, message: RegExp]>([
    ['no time', { timeout: 0 }, /timeout/],
    ['a time that has passed', { timeout: -1 }, /timeout/],
    ['half a millisecond', { timeout: 0.5 }, /timeout/],
    ['more than timers know', { timeout: 2 ** 31 }, /from 1 to 2147483647/],
    ['forever', { timeout: Number.POSITIVE_INFINITY }, /timeout/],
    ['text', { timeout: '5000' }, /timeout/],
    ['null', { timeout: null }, /timeout/],
    ['after something else', { after: 'guard' }, /^decides after something else than 'guards'$/],
    ['after the guards, without mayAllow()', { after: 'guards' }, /has no method mayAllow\(origin\)$/],
    ['after the guards, with another mayAllow', { after: 'guards', mayAllow: true }, /mayAllow/],
  ])('refuses a source with %s', (_, source, message) => {
    expect(readOrigin({ ...source, allows: () => true }, PLACE, providing())).toEqual({
      problem: {
        code: 'option-type',
        message: expect.stringMatching(message),
        fix: expect.stringMatching(/^(write|implement) \S/),
      },
    });
  });

  it('asks a source that decides after the guards by mayAllow() before, and by allows() after them', () => {
    const context = {} as ExecutionContext;
    const source = {
      after: 'guards',
      verdict: true,
      allows(...asked: unknown[]) {
        return [this.verdict, 'allows', ...asked];
      },
      mayAllow(...asked: unknown[]) {
        return [this.verdict, 'mayAllow', ...asked];
      },
    };
    const { entry } = readOrigin(source, PLACE, providing()) as { entry: AskedOrigin };
    expect(entry.ask('https://a.example', anyRequest)).toEqual([
      true,
      'mayAllow',
      'https://a.example',
      anyRequest,
    ]);
    expect(entry.askAfterGuards?.('https://a.example', context)).toEqual([
      true,
      'allows',
      'https://a.example',
      context,
    ]);
  });

  it.each<[title: string, source: unknown]>([
    ['no method', new Decorated()],
    ['null', null],
    ['undefined', undefined],
  ])('refuses a class whose instance has no allows(): %s', (_, source) => {
    expect(readOrigin(Decorated, PLACE, () => ({ source }) as never)).toEqual({
      problem: {
        code: 'option-type',
        message: 'has no method allows(origin, request)',
        fix: 'implement OriginSource',
      },
    });
  });

  const RETURNING =
    'write (origin) => …, which returns what the callback is given, or a promise of it; until then, fromEnableCors({ origin: … }).origin';

  it.each<[value: unknown, fix: string]>([
    [
      (origin: string, cb: (error: null, allows: boolean) => void) => cb(null, origin !== ''),
      "write (origin) => origin !== ''",
    ],
    [
      (origin: string, callback: (error: null, allows: boolean) => void) => {
        callback(null, ['https://a.example', origin].includes(origin));
      },
      "write (origin) => [ 'https://a.example', origin ].includes(origin)",
    ],
    // What it does besides would be lost.
    [
      (origin: string, callback: (error: null, allows: boolean) => void) => {
        callback(null, origin !== '');
        callback(null, origin === '');
      },
      RETURNING,
    ],
    [
      (origin: string, callback: (error: null, allows: boolean, more?: string) => void) =>
        callback(null, origin !== '', origin),
      RETURNING,
    ],
    [(_: string, cb: (error: Error) => void) => cb(new Error('nobody')), RETURNING],
    [
      function decide(_: string, callback: () => void) {
        callback();
      },
      RETURNING,
    ],
    ...Object.values({
      async origin(_: string, done: () => void) {
        done();
      },
    }).map((value): [unknown, string] => [value, RETURNING]),
  ])('refuses a function in callback style: %s', (value, fix) => {
    expect(readOrigin(value, PLACE, providing())).toEqual({
      problem: {
        code: 'origin-callback-style',
        message: expect.stringMatching(
          /^is in callback style, but its second parameter (cb|callback|done) is the request/,
        ),
        fix,
      },
    });
  });

  describe('of a function that calls its second parameter, whatever that is called', () => {
    const called = new TypeError('it is in callback style, but its second parameter n is the request');
    const askOf = (value: unknown): AskedOrigin['ask'] =>
      (readOrigin(value, PLACE, providing()) as { entry: AskedOrigin }).entry.ask;

    it('says so when it fails', async () => {
      expect(() => askOf((_: string, n: () => void) => n())('https://a.example', anyRequest)).toThrow(called);
      await expect(
        askOf(async (_: string, n: () => void) => n())('https://a.example', anyRequest),
      ).rejects.toEqual(called);
    });

    it('says nothing of other failures, and nothing where there is none', async () => {
      const failure = new TypeError('x is not a function');
      const failing = (_: string, n: { path: string }): boolean => {
        if (n.path === '/') throw failure;
        return true;
      };
      expect(() => askOf(failing)('https://a.example', anyRequest)).toThrow(failure);
      await expect(
        askOf(async (_: string, n: { path: string }) => failing(_, n))('https://a.example', anyRequest),
      ).rejects.toBe(failure);
      expect(askOf((origin: string, n: { path: string }) => origin === n.path)('/', anyRequest)).toBe(true);
      await expect(
        askOf(async (origin: string, n: { path: string }) => origin === n.path)('/', anyRequest),
      ).resolves.toBe(true);
    });
  });

  it.each<[title: string, value: unknown, message: string, fix: RegExp]>([
    ['true', true, 'would send back whatever origin asks', /name the origins/],
    ['false', false, 'is no origin', /leave the option out/],
    ['null', null, 'is no origin', /^give/],
    ['undefined', undefined, 'is no origin', /^give/],
    ['a number', 5, 'is no origin', /^give/],
    ['a symbol', Symbol('x'), 'is no origin', /^give/],
    ['an object', { origin: '*' }, 'is no origin', /^give/],
    ['a URL', new URL('https://a.example/x'), 'is no string', /^write "https:\/\/a\.example"$/],
    ['a Set', new Set(['https://a.example']), 'is a list, but not an array of entries', /\[\.\.\.a/],
    ['a list in a list', ['https://a.example'], 'is a list, but not an array of entries', /\[\.\.\.a/],
    ['a boxed string', Object('https://a.example'), 'is a list, but not an array of entries', /one array/],
  ])('refuses %s', (_, value, message, fix) => {
    expect(readOrigin(value, PLACE, providing())).toEqual({
      problem: { code: 'option-type', message, fix: expect.stringMatching(fix) },
    });
  });
});
