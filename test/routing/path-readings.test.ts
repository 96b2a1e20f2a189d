import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPlainPath, pathReadings, segmentsOf, writtenSegment } from '../../lib/routing/path-readings.js';
import { seed } from '../protocol/seed.js';
import { somePath } from './random-paths.js';

/** The readings of a path, each as one text; the segments as URLs have them. */
function readingsOf(path: string): readonly string[] {
  const readings = pathReadings(path) ?? [];
  return [...new Set(readings.map((segments) => `/${segments.map(writtenSegment).join('/')}`))];
}

describe('the readings of a path', () => {
  it.each<[path: string, readings: readonly string[]]>([
    ['/', ['/']],
    ['/a/b', ['/a/b']],
    ['/a/b/', ['/a/b']],
    ['/A/b', ['/A/b']],
    ['/.well-known/x..y', ['/.well-known/x..y']],
    // Escapes, of what needs none, of what does, and of what is none any more when it is decoded.
    ['/%70rivate', ['/%70rivate', '/private']],
    ['/a%20b', ['/a%20b']],
    ['/caf%c3%a9', ['/caf%C3%A9']],
    ['/caf\xe9', ['/caf%C3%A9']],
    ['/%7e', ['/%7E', '/~']],
    ['/50%25', ['/50%25', '/50%']],
    ['/50%', ['/50%']],
    ['/%zz', ['/%zz']],
    ['/%ff', ['/%FF', '/%C3%BF']],
    ['/%70rivate%ff', ['/%70rivate%FF', '/private%C3%BF']],
    // Decoded twice, as by a proxy and the server behind it.
    ['/%2570rivate', ['/%2570rivate', '/%70rivate', '/private']],
    ['/a%252fb', ['/a%252fb', '/a%2Fb', '/a/b']],
    // Slashes.
    ['/a%2fb', ['/a%2Fb', '/a/b']],
    ['/a%2Fb/', ['/a%2Fb', '/a/b']],
    // As Fastify's router, which keeps an escaped slash in its segment, and decodes all else.
    ['/a%2fb/%43ats', ['/a%2Fb/%43ats', '/a/b/Cats', '/a%2Fb/Cats']],
    ['/a%5cb', ['/a%5Cb', String.raw`/a\b`, '/a/b']],
    [String.raw`/a\b`, [String.raw`/a\b`, '/a/b']],
    ['/a//b', ['/a//b', '/a/b']],
    ['/a%2fb//c', ['/a%2Fb//c', '/a%2Fb/c', '/a/b//c', '/a/b/c']],
    ['/a/b//', ['/a/b/', '/a/b']],
    // To a URL parser the first segment is a host.
    ['//a/b', ['//a/b', '/a/b', '/b']],
    ['//a', ['//a', '/a', '/']],
    ['///a/b', ['///a/b', '/a/b', '/b']],
    [String.raw`/\a/b`, [String.raw`/\a/b`, '//a/b', '/a/b', '/b']],
    // Dot segments.
    ['/a/./b', ['/a/./b', '/a/b']],
    ['/a/../b', ['/a/../b', '/b']],
    ['/../b', ['/../b', '/b']],
    ['/a/..', ['/a/..', '/']],
    // A router that decodes without resolving them serves this below `/a`.
    ['/a/%2e%2E/b', ['/a/%2E%2E/b', '/a/../b', '/b']],
    ['/a/.%2e/b', ['/a/.%2E/b', '/a/../b', '/b']],
    ['/%61/../b', ['/%61/../b', '/a/../b', '/b']],
    ['/public/..%2fprivate/x', ['/public/..%2Fprivate/x', '/public/../private/x', '/private/x']],
    ['/a/%252e%252e/b', ['/a/%252e%252e/b', '/a/%2E%2E/b', '/a/../b', '/b']],
    ['/a/...', ['/a/...']],
    // Semicolons end a path, or a segment, or nothing.
    ['/a;v=1', ['/a;v=1', '/a']],
    ['/a;v=1/b', ['/a;v=1/b', '/a', '/a/b']],
    ['/a/..;/b', ['/a/..;/b', '/a/..', '/', '/a/../b', '/b']],
    ['/;a', ['/;a', '/']],
    ['/a%3bb', ['/a%3Bb', '/a;b', '/a']],
    // Each step may be taken without the others, and in any order.
    [String.raw`/a/..\b`, [String.raw`/a/..\b`, '/a/../b', '/b']],
    [String.raw`/a\..//b`, [String.raw`/a\..//b`, '/a/..//b', String.raw`/a\../b`, '/a/../b', '//b', '/b']],
    ['/a//../b', ['/a//../b', '/a/../b', '/a/b', '/b']],
    ['/a/..;x/b', ['/a/..;x/b', '/a/..', '/', '/a/../b', '/b']],
    ['/a/;/../b', ['/a/;/../b', '/a', '/a//../b', '/a/../b', '/a/b', '/b']],
  ])('%s', (path, readings) => {
    expect(new Set(readingsOf(path))).toEqual(new Set(readings));
    expect(readingsOf(path)[0]).toBe(readings[0]);
  });

  it('are not gone through where they are too many', () => {
    expect(pathReadings(String.raw`//a\..//%2f;%5c%2e%2e;/%252f//;b/..\;c//%255c`)).toBeUndefined();
  });

  it('are found in time for very long paths', () => {
    const start = performance.now();
    for (const part of [
      '/',
      '/..',
      '%2f',
      '%ff',
      ';',
      '/;',
      '\\',
      '%252e',
      '/a;b%2f../',
      String.raw`//a\..;%5c%252f/`,
    ]) {
      pathReadings(`/${part.repeat(16_384 / part.length)}`);
    }
    expect(performance.now() - start).toBeLessThan(1000);
    expect(pathReadings(`/${'a%20b/'.repeat(2500)}`)).toHaveLength(2);
  });
});

describe('a plain path', () => {
  it.each(['/', '/a', '/a/', '/a/b.c', "/~a/!b/$&'()*+,=:@-_.~", '/7/a..b', '/a.'])('is %s', (path) => {
    expect(isPlainPath(path, true)).toBe(true);
    expect(isPlainPath(path, false)).toBe(true);
  });

  it.each([
    '*',
    'a',
    '//',
    '/a//',
    '//a',
    '/a//b',
    '/.',
    '/..',
    '/.a',
    '/a/.',
    '/a/../b',
    '/a/...',
    '/a%20b',
    '/%',
    '/a;b',
    '/a\\b',
    '/a b',
    '/é',
    '/a?b',
    '/a#b',
    '/a"b',
    '/a\n',
    '/a\0',
    '/{a}',
    '/[a]',
  ])('is not %j', (path) => {
    expect(isPlainPath(path, true)).toBe(false);
    expect(isPlainPath(path, false)).toBe(false);
  });

  it('has no upper case where a router ignores case', () => {
    expect([isPlainPath('/a/B', true), isPlainPath('/a/B', false)]).toEqual([true, false]);
  });

  it(`has one reading only [FC_SEED=${seed}]`, () => {
    let plain = 0;
    fc.assert(
      fc.property(somePath, (path) => {
        if (!isPlainPath(path, true)) return;
        plain++;
        expect([path, ...readingsOf(path)]).toEqual([path, `/${segmentsOf(path).join('/')}`]);
      }),
      { seed, numRuns: 5000 },
    );
    expect(plain).toBeGreaterThan(300);
  });
});

describe('a segment as URLs have it', () => {
  it.each([
    ['', ''],
    ['a', 'a'],
    ['a b', 'a%20b'],
    ['é', '%C3%A9'],
    ['%c3%a9', '%C3%A9'],
    ['😀', '%F0%9F%98%80'],
    ['\ud800', '\ud800'],
    ['%', '%'],
    ['%7e~', '%7E~'],
    ['"#<>?^`{|}', '%22%23%3C%3E%3F%5E%60%7B%7C%7D'],
    ["!$&'()*+,-.:;=@[]_~", "!$&'()*+,-.:;=@[]_~"],
    ['\x00\x7f', '%00%7F'],
  ])('%j is %j', (segment, written) => {
    expect(writtenSegment(segment)).toBe(written);
  });

  it(`does not change when it is written again [FC_SEED=${seed}]`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (segment) => {
        const written = writtenSegment(segment);
        expect(writtenSegment(written)).toBe(written);
      }),
      { seed },
    );
  });
});

describe('the segments of a path', () => {
  it.each([
    ['/', []],
    ['', []],
    ['/a', ['a']],
    ['/a/', ['a']],
    ['/a//', ['a', '']],
    ['//a', ['', 'a']],
    ['/a/b', ['a', 'b']],
  ])('%s', (path, segments) => {
    expect(segmentsOf(path)).toEqual(segments);
  });
});
