import { describe, expect, it } from '@jest/globals';
import { canonicalPath, requestPath } from '../../lib/routing/request-path.js';

describe('requestPath', () => {
  it.each([
    ['/', '/'],
    ['/a', '/a'],
    ['/a/b/', '/a/b/'],
    ['/a?b=/c', '/a'],
    ['/a#b', '/a'],
    ['/a#b?c', '/a'],
    ['/a?b#c', '/a'],
    ['/?', '/'],
    ['//a//b', '//a//b'],
    ['/a%20b%2Fc', '/a%20b%2Fc'],
    ['/a;b', '/a;b'],
    ['http://host.example/a?b', '/a'],
    ['HTTP://host.example:8080/a', '/a'],
    ['https://host.example/a#b', '/a'],
    ['http://host.example', '/'],
    ['https://host.example?b', '/'],
    ['http://host.example#b', '/'],
    ['http://', '/'],
    ['https://', '/'],
    // Express serves whatever scheme a target has.
    ['ftp://host.example/a', '/a'],
    ['ws://host.example', '/'],
    ['x-1.0+a://host\\a', '\\a'],
    ['http://a:b@host.example/c', '/c'],
  ])('of %j is %j', (target, path) => {
    expect(requestPath(target)).toBe(path);
  });

  it.each(['*', '', 'a', 'host.example:443', 'http:/a', '1a://b/c', '://a/b', 'https:', '?a', '#a'])(
    'of %j is none',
    (target) => {
      expect(requestPath(target)).toBeUndefined();
    },
  );
});

describe('canonicalPath', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/', '/'],
    ['//', '/'],
    ['/a//b', '/a/b'],
    ['/a/b/', '/a/b/'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/..', '/'],
    ['/../../a', '/a'],
    ['/a/%2e%2e/b', '/b'],
    ['/a%2f..%2Fb', '/b'],
    [String.raw`/a\..\b`, '/b'],
    ['/a%5C..%5Cb', '/b'],
    ['/%61', '/a'],
    ['/%C3%A9', '/é'],
  ])('of %j is %j', (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical);
  });

  it('keeps what is no escape, and resolves the rest', () => {
    expect(canonicalPath('/%ZZ/../a')).toBe('/a');
    expect(canonicalPath('/%ZZ')).toBe('/%ZZ');
    expect(canonicalPath('/%')).toBe('/%');
    expect(canonicalPath('/%6')).toBe('/%6');
  });

  // No server makes less of `%70rivate%ff` than `private` and something.
  it('decodes escapes one by one that make no UTF-8', () => {
    expect(canonicalPath('/%FF')).toBe('/\xff');
    expect(canonicalPath('/%70rivate%ff')).toBe('/private\xff');
    expect(canonicalPath('/%70%ff%2f%61')).toBe('/p\xff/a');
    expect(canonicalPath('/%C3%A9/%ff')).toBe('/é/\xff');
    expect(canonicalPath('/%C3/%A9')).toBe('/\xc3/\xa9');
  });

  // It decodes once: `%252e` is the text `%2e` to every server that decodes once as well.
  it('decodes once', () => {
    expect(canonicalPath('/a/%252e%252e/b')).toBe('/a/%2e%2e/b');
  });
});
