import { describe, expect, it } from '@jest/globals';
import { copyOptions } from '../../lib/policy/copy-options.js';

class Source {
  readonly hidden = { list: [1] };
  allows(): boolean {
    return true;
  }
}

describe('copyOptions', () => {
  it('copies options and lists, as deep as options go, and freezes the copies', () => {
    const list = ['https://a.example'];
    const options = { routes: [{ path: '/x', policy: { origin: list } }] };
    const copy = copyOptions(options) as typeof options;
    expect(copy).toEqual(options);
    list.push('https://b.example');
    expect(copy.routes[0]?.policy.origin).toEqual(['https://a.example']);
    const containers = [
      copy,
      copy.routes,
      copy.routes[0],
      copy.routes[0]?.policy,
      copy.routes[0]?.policy.origin,
    ];
    expect(containers.every(Object.isFrozen)).toBe(true);
    expect([options, options.routes, list].some(Object.isFrozen)).toBe(false);
  });

  it.each<[title: string, value: unknown]>([
    ['a function', () => true],
    ['a class', Source],
    ['a regular expression', /x/],
    ['a source', new Source()],
    ['a source that is a plain object', { allows: () => true, list: [1] }],
    ['a promise', Promise.resolve({})],
    ['a Set', new Set(['https://a.example'])],
    ['a URL', new URL('https://a.example')],
    ['text', 'https://a.example'],
    ['nothing', undefined],
    ['null', null],
  ])('leaves what it is: %s', (_, value) => {
    expect(copyOptions(value)).toBe(value);
    expect((copyOptions({ origin: [value] }) as { origin: unknown[] }).origin[0]).toBe(value);
    if (typeof value === 'object' && value !== null) expect(Object.isFrozen(value)).toBe(false);
  });

  it('copies what the check reads of an object of options, and nothing else', () => {
    class Config {
      origin = 'https://a.example';
      get inherited(): string {
        return 'x';
      }
    }
    expect(copyOptions(new Config())).toStrictEqual({ origin: 'https://a.example' });
    const named = JSON.parse('{ "policies": { "__proto__": { "origin": "https://a.example" } } }') as object;
    expect(JSON.stringify(copyOptions(named))).toBe(JSON.stringify(named));
  });

  it('reads a hole in a list as the check does, and does not follow a circle', () => {
    // oxlint-disable-next-line no-sparse-arrays -- the hole is the point
    expect(copyOptions([, 1])).toStrictEqual([undefined, 1]);
    const circle: Record<string, unknown> = {};
    circle['policies'] = circle;
    expect(() => copyOptions(circle)).not.toThrow();
  });
});
