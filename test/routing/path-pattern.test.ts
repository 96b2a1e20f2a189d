import { describe, expect, it } from '@jest/globals';
import {
  readEntryPath,
  routeSegments,
  type EntrySegment,
  type RouteSegment,
} from '../../lib/routing/path-pattern.js';
import { lineOf } from '../policy/configurations.js';

describe('the path of an entry', () => {
  it.each<[path: string, segments: readonly EntrySegment[]]>([
    ['/', []],
    ['/a', ['a']],
    ['/a/b', ['a', 'b']],
    ['/a/', ['a']],
    ['/a//b', ['a', 'b']],
    ['//a', ['a']],
    ['/:tenant', [undefined]],
    ['/:tenant/files', [undefined, 'files']],
    ['/t/:a/:b', ['t', undefined, undefined]],
    ['/:"any name"/files', [undefined, 'files']],
    // A wildcard says what an entry says anyway.
    ['/*path', []],
    ['/a/*path', ['a']],
    ['/a/*path/', ['a']],
    ['/a/*"any name"', ['a']],
    ['/:tenant/*path', [undefined]],
    // Text as URLs have it.
    ['/a b', ['a%20b']],
    ['/a%20b', ['a%20b']],
    ['/caf%c3%a9', ['caf%C3%A9']],
    ['/café', ['caf%C3%A9']],
    [String.raw`/a\?b`, ['a%3Fb']],
    [String.raw`/a\:b`, ['a:b']],
    ['/a"<>^`|', ['a%22%3C%3E%5E%60%7C']],
    ['/.well-known/x', ['.well-known', 'x']],
    ['/~user/$a/-_.@&=', ['~user', '$a', '-_.@&=']],
    ['/Upper/Case', ['Upper', 'Case']],
  ])('%s', (path, segments) => {
    expect(readEntryPath(path)).toEqual(segments);
  });

  it.each<[path: string, message: RegExp, mended: string | undefined]>([
    ['/a/*', /no path in the syntax of Nest/, '/a/*path'],
    ['/*', /no path in the syntax/, '/*path'],
    ['/a(.*)', /no path in the syntax/, undefined],
    ['/a/(.*)', /no path in the syntax/, '/a'],
    ['/a/.*', /more than one way|no path in the syntax/, '/a'],
    ['/a/:id(\\d+)', /no path in the syntax/, '/a/:id'],
    ['/a/:id(\\d+)/b/(.*)', /no path in the syntax/, '/a/:id/b'],
    ['/a/**', /no path in the syntax/, '/a'],
    ['/a/:b?', /no path in the syntax/, '/a'],
    ['/(.*)', /no path in the syntax/, '/'],
    ['/a(b)', /no path in the syntax/, undefined],
    ['/a?', /no path in the syntax/, undefined],
    ['/:', /no path in the syntax/, undefined],
    ['/a{/:b}', /an optional part/, '/a'],
    ['/a{/:b}/c', /an optional part/, undefined],
    ['{/a}/b', /an optional part/, undefined],
    ['/:a-b', /only a part of a segment/, undefined],
    ['/v:major', /only a part of a segment/, undefined],
    ['/:a.json', /only a part of a segment/, undefined],
    ['/:a:b', /only a part of a segment/, undefined],
    ['/a*path', /only a part of a segment/, undefined],
    ['/a/*path/b', /a wildcard in front of its end/, undefined],
    // Read as `/a`, it would cover far more than it says.
    ['/a/*path/:name', /a wildcard in front of its end/, undefined],
    ['/a/*path/*more', /a wildcard in front of its end/, undefined],
    // A request for any of these is read in two ways, so that it is closed.
    ['/a/../b', /more than one way/, '/b'],
    ['/./a', /more than one way/, '/a'],
    ['/%70rivate', /more than one way/, '/private'],
    ['/a%2fb', /more than one way/, '/a/b'],
    ['/a%5cb/:c', /more than one way/, '/a/b/:c'],
    [String.raw`/a\\b`, /more than one way/, '/a/b'],
    ['/a%252fb', /more than one way/, '/a%2fb'],
    ['/50%25', /more than one way/, '/50%'],
    ['/a;v=1', /more than one way/, undefined],
    ['/%ff', /more than one way/, '/\xff'],
  ])('%s is refused', (path, message, mended) => {
    expect(readEntryPath(path)).toEqual({ message: expect.stringMatching(message), mended });
  });

  it.each([
    [
      '/files/*',
      'options.routes[0], path: "/files/*" is no path in the syntax of Nest: write "/files/*path". [route-path-invalid]',
    ],
    [
      '/files{/:name}',
      'options.routes[0], path: "/files{/:name}" has an optional part, and an entry covers all below its path anyway: ' +
        'write "/files". [route-path-invalid]',
    ],
    [
      '/admin/(.*)',
      'options.routes[0], path: "/admin/(.*)" is no path in the syntax of Nest: write "/admin". [route-path-invalid]',
    ],
    [
      '/files/v:major',
      'options.routes[0], path: "/files/v:major" has a parameter that is only a part of a segment: ' +
        'write one such as "/files" or "/tenants/:tenant/files", which covers all below. [route-path-invalid]',
    ],
    [
      '/public/../private',
      'options.routes[0], path: "/public/../private" can be read in more than one way, so it could never apply: ' +
        'write "/private". [route-path-invalid]',
    ],
  ])('%s is refused in one line', (path, line) => {
    expect(lineOf({ routes: [{ path, policy: false }] })).toBe(line);
  });
});

describe('the path of a route', () => {
  const text = (written: string): RouteSegment => ({ text: written });

  it.each<[path: string, segments: readonly RouteSegment[]]>([
    ['/', []],
    ['', []],
    ['/a', [text('a')]],
    ['/a/b/', [text('a'), text('b')]],
    ['/a//b', [text('a'), text('b')]],
    ['/:id', ['one']],
    ['/a/:id/b', [text('a'), 'one', text('b')]],
    ['/a b/é', [text('a%20b'), text('%C3%A9')]],
    ['/a%2fb', [text('a%2Fb')]],
    // A part of a segment is one segment all the same.
    ['/v:major', ['one']],
    ['/:from-:to', ['one']],
    ['/:name.json/x', ['one', text('x')]],
    // What cannot be read for sure may be anything.
    ['/*', ['rest']],
    ['*', ['rest']],
    ['/a/*path', [text('a'), 'rest']],
    ['/a/{*path}', [text('a'), 'rest']],
    ['/a{/:b}/c', ['rest']],
    ['/a/b{.json}', [text('a'), 'rest']],
    ['/a/:id?', [text('a'), 'rest']],
    ['/a/:id(\\d+)/b', [text('a'), 'rest']],
    ['/a/:id([^/]+)/b', [text('a'), 'rest']],
    ['/a/(.*)', [text('a'), 'rest']],
    ['/a/b+', [text('a'), 'rest']],
    ['/a/::literal', [text('a'), 'rest']],
    [String.raw`/a/\:literal`, [text('a'), 'rest']],
    // Not on Fastify, and on Express it has to be escaped, so it is text.
    ['/a/b?', [text('a'), text('b%3F')]],
    ['/a/*/b', [text('a'), 'rest']],
  ])('%s', (path, segments) => {
    expect(routeSegments(path)).toEqual(segments);
  });
});
