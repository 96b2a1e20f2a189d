import { describe, expect, it, jest } from '@jest/globals';
import { readOrigin } from '../../lib/policy/read-origin.js';
import { intersectOrigins, uniteOrigins } from '../../lib/policy/origin-intersection.js';
import { providing } from './configurations.js';
import { anyRequest } from './naive-origins.js';

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
    expect(readOrigin(value, providing(new Partners()))).toMatchObject({ entry: { kind } });
  });

  it.each(['null', 'https://a.example'])('reads %s as itself', (origin) => {
    expect(readOrigin(origin, providing(new Partners()))).toEqual({ entry: origin });
  });

  it('names functions and classes, whatever they call themselves', () => {
    const odd = Object.defineProperty(() => true, 'name', { value: 5 });
    const names = [function decide() {}, () => true, odd, Partners].map(
      (value) => (readOrigin(value, providing(new Partners())) as { entry: { text: string } }).entry.text,
    );
    expect(names).toEqual(['decide', 'function', 'function', 'Partners']);
  });

  it('calls the instance of a class as its method', () => {
    const read = readOrigin(Partners, providing(new Partners()));
    if (!('entry' in read) || typeof read.entry === 'string' || read.entry.kind !== 'source')
      throw new Error('not read');
    expect(read.entry.allows('https://partner.example', anyRequest)).toBe(true);
    expect(read.entry.allows('https://a.example', anyRequest)).toBe(false);
  });

  it('recognizes the same source in two layers, so that it is asked once', () => {
    const resolve = providing(new Partners());
    const entries = [readOrigin(Partners, resolve), readOrigin(Partners, resolve)].map((read) =>
      'entry' in read ? [read.entry] : [],
    );
    const [one = [], other = []] = entries;
    expect(uniteOrigins(one, other)).toHaveLength(1);
    expect(intersectOrigins(one, other)).toEqual(one);
  });

  it('does not take a method for a class because its name begins with "class"', () => {
    const tenants = {
      classOf(): boolean {
        return true;
      },
    };
    const resolve = jest.fn(providing());
    expect(readOrigin(tenants['classOf'], resolve)).toMatchObject({ entry: { kind: 'source' } });
    expect(resolve).not.toHaveBeenCalled();
  });

  it('does not trip over a function whose prototype is none', () => {
    function odd(): boolean {
      return true;
    }
    odd.prototype = undefined;
    expect(readOrigin(odd, providing())).toMatchObject({ entry: { kind: 'source', text: 'odd' } });
  });

  it.each([[Partners], [Abstract], [Compiled], [Decorated]])('asks the injector for %p', (value) => {
    expect(readOrigin(value, providing())).toMatchObject({ problem: { code: 'origin-source-missing' } });
  });

  it.each<[title: string, source: unknown]>([
    ['no method', new Decorated()],
    ['null', null],
    ['undefined', undefined],
  ])('refuses a class whose instance has no allows(): %s', (_, source) => {
    expect(readOrigin(Decorated, () => ({ source }) as never)).toEqual({
      problem: {
        code: 'option-type',
        message: 'has no method allows(origin, request)',
        fix: 'implement OriginSource',
      },
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
    expect(readOrigin(value, providing())).toEqual({
      problem: { code: 'option-type', message, fix: expect.stringMatching(fix) },
    });
  });
});
