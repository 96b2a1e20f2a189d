import { describe, expect, it } from '@jest/globals';
import { readEntryPath, routeSegments, type EntrySegment } from '../../lib/routing/path-pattern.js';
import { bySpecificity, Places, type Place } from '../../lib/routing/places.js';

interface NamedPlace extends Place {
  readonly path: string;
}

/** The place of an entry; `=` in front of its path makes it exact. */
function placeAt(path: string): NamedPlace {
  const exact = path.startsWith('=');
  const segments = readEntryPath(exact ? path.slice(1) : path);
  if (!Array.isArray(segments)) throw new Error(`${path} is no path`);
  return { path, segments: segments as readonly EntrySegment[], exact };
}

const ELSEWHERE: NamedPlace = { path: 'elsewhere', segments: [], exact: false };

function placesAt(paths: readonly string[], caseSensitive = true): Places<NamedPlace> {
  const places = new Places(ELSEWHERE, { caseSensitive });
  for (const path of paths) places.add(placeAt(path));
  return places;
}

function found(places: Places<NamedPlace>, path: string): readonly string[] {
  return places.placesOf(path).map((place) => place.path);
}

describe('the place of a path', () => {
  const ENTRIES = ['/p', '/p/x', '/p/:id', '/p/:id/toys', '=/p/x/exact', '/:any/x', '/q', '=/q', '=/r'];

  it.each<[path: string, place: string]>([
    ['/p', '/p'],
    ['/p/', '/p'],
    ['/p/x', '/p/x'],
    ['/p/x/y/z', '/p/x'],
    ['/p/7', '/p/:id'],
    ['/p/7/8', '/p/:id'],
    ['/p/7/toys', '/p/:id/toys'],
    ['/p/7/toys/8', '/p/:id/toys'],
    // Text before a parameter, segment by segment: what comes behind counts less.
    ['/p/x/toys', '/p/x'],
    ['/p/x/exact', '=/p/x/exact'],
    ['/p/x/exact/', '=/p/x/exact'],
    ['/p/x/exact/y', '/p/x'],
    ['/other/x', '/:any/x'],
    ['/other/x/y', '/:any/x'],
    ['/other/y', 'elsewhere'],
    ['/q/x', '/q'],
    ['/q', '=/q'],
    ['/q/', '=/q'],
    ['/q/y', '/q'],
    ['/r', '=/r'],
    ['/r/y', 'elsewhere'],
    ['/', 'elsewhere'],
    // No prefix of a segment is the segment.
    ['/pp', 'elsewhere'],
    ['/P', 'elsewhere'],
  ])('%s', (path, place) => {
    // Whichever way they stand in the options.
    for (const entries of [ENTRIES, ENTRIES.toReversed()]) {
      expect(found(placesAt(entries), path)).toEqual([place]);
    }
  });

  it('may be any if there are too many readings to go through', () => {
    const path = String.raw`//a\..//%2f;%5c%2e%2e;/%252f//;b/..\;c//%255c`;
    expect(found(placesAt(['/p', '/q']), path)).toEqual(['elsewhere', '/p', '/q']);
  });

  it('may be that of an entry for everything', () => {
    const places = placesAt(['/', '/a', '=/']);
    expect(['/', '/a', '/b/c'].map((path) => found(places, path))).toEqual([['=/'], ['/a'], ['/']]);
    expect(found(placesAt(['/*path']), '/b')).toEqual(['/*path']);
  });

  // flask-cors took the entry whose text is longest.
  it('CVE-2024-6839: the most specific entry counts, not the one whose text is longest', () => {
    const places = placesAt(['/p/:id', '/p/*everythingBelowThisPath']);
    expect([found(places, '/p/7'), found(places, '/p')]).toEqual([
      ['/p/:id'],
      ['/p/*everythingBelowThisPath'],
    ]);
  });

  // CVE-2020-25032 (flask-cors), CVE-2019-18978 (rack-cors): the path was not canonical when the policy was looked up.
  it.each<[path: string, places: readonly string[]]>([
    ['/public/..%2fprivate/x', ['/public', '/private']],
    ['/public/../private/x', ['/public', '/private']],
    ['/public/%2e%2e/private/x', ['/public', '/private']],
    [String.raw`/public/..\private/x`, ['/public', '/private']],
    ['/public/..%5cprivate/x', ['/public', '/private']],
    ['/public/%252e%252e/private/x', ['/public', '/private']],
    ['/public;/../private/x', ['elsewhere', '/public', '/private']],
    ['/private/../public/x', ['/private', '/public']],
    ['/%70rivate/x', ['elsewhere', '/private']],
    ['/%2570rivate/x', ['elsewhere', '/private']],
    ['/%70rivate%2fx%ff', ['elsewhere', '/private']],
    ['//private/x', ['elsewhere', '/private']],
    ['//host/private/x', ['elsewhere', '/private']],
    ['/./private/x', ['elsewhere', '/private']],
    ['/private;v=1/x', ['elsewhere', '/private']],
    ['/private%2fx', ['elsewhere', '/private']],
    ['/priva%74e', ['elsewhere', '/private']],
  ])('is several where one server reads %j in another way than the next', (path, expected) => {
    const places = placesAt(['/public', '/private']);
    expect(new Set(found(places, path))).toEqual(new Set(expected));
    expect(found(places, path)[0]).toBe(expected[0]);
    expect(places.isPlain(path)).toBe(false);
  });

  it.each([
    '/public/a%20b',
    '/public/a/../b',
    '/public//a',
    '/public/%ZZ',
    '/public/%ff',
    '/public/x;/a',
    '/public//',
  ])('is one for %j, which all read as one below the same entry', (path) => {
    expect(found(placesAt(['/public', '/private']), path)).toEqual(['/public']);
  });

  it('has the spellings of one text in common', () => {
    for (const entry of ['/café au lait', '/caf%C3%A9%20au%20lait', '/caf%c3%a9 au lait']) {
      const places = placesAt([entry]);
      expect(found(places, '/caf%C3%A9%20au%20lait/x')).toEqual([entry]);
      expect(found(places, '/caf%c3%a9%20au%20lait')).toEqual([entry]);
      expect(found(places, '/caf%C3%A9')).toEqual(['elsewhere']);
    }
  });

  describe('on a router that ignores case', () => {
    it.each<[path: string, places: readonly string[]]>([
      ['/private/x', ['/private']],
      ['/Private/x', ['/private', 'elsewhere']],
      ['/private/X', ['/private']],
      ['/PRIVATE', ['/private', 'elsewhere']],
      ['/other/X', ['elsewhere']],
    ])('%s', (path, expected) => {
      expect(found(placesAt(['/private'], false), path)).toEqual(expected);
    });

    it.each<[path: string, places: readonly string[]]>([
      ['/Private/x', ['/Private']],
      ['/Private/X', ['/Private']],
      // A server behind that knows case has another file there.
      ['/private/x', ['/Private', 'elsewhere']],
      ['/PRIVATE/x', ['/Private', 'elsewhere']],
      ['/caf%C3%A9/x', ['/café']],
    ])('with an entry in upper case: %s', (path, expected) => {
      const places = placesAt(['/Private', '/café'], false);
      expect(found(places, path)).toEqual(expected);
      expect(places.isPlain(path)).toBe(false);
    });

    it('escapes are no letters in upper case', () => {
      expect(placesAt(['/café'], false).isPlain('/x')).toBe(true);
    });
  });

  it('is always one where there are no entries', () => {
    expect(found(placesAt([]), '/a/../b')).toEqual(['elsewhere']);
    expect(found(placesAt([], false), '/A')).toEqual(['elsewhere']);
    expect([placesAt([]).isEmpty, placesAt(['/']).isEmpty]).toEqual([true, false]);
  });

  it('is found in time whatever is asked for', () => {
    const deep = Array.from(
      { length: 12 },
      (_, index) => `/${Array.from({ length: index + 1 }, () => ':p').join('/')}/a`,
    );
    const places = placesAt([...deep, ...deep.map((path) => path.replaceAll(':p', 'a'))]);
    const start = performance.now();
    for (const path of ['/a'.repeat(8000), '/%61'.repeat(4000), '/a/..'.repeat(3000), '/;a'.repeat(5000)]) {
      expect(found(places, path).length).toBeGreaterThan(0);
    }
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('a repetition', () => {
  it.each<[second: string, first: string | undefined]>([
    ['/t/:x/files', '/t/:tenant/files'],
    ['/t/:tenant/files/', '/t/:tenant/files'],
    ['/t/:tenant/files/*path', '/t/:tenant/files'],
    ['/a%20b', '/a b'],
    // An exact entry and one for all below are no repetition.
    ['=/t/:tenant/files', undefined],
    ['/t/tenant/files', undefined],
    ['/t/:tenant', undefined],
    ['/T/:tenant/files', undefined],
  ])('%s', (second, first) => {
    const places = placesAt(['/t/:tenant/files', '/a b']);
    expect(places.add(placeAt(second))?.path).toBe(first);
    expect(places.list).toHaveLength(first === undefined ? 3 : 2);
  });

  it('is another spelling of case on a router that ignores it', () => {
    const places = placesAt(['/Files'], false);
    expect(places.add(placeAt('/files'))?.path).toBe('/Files');
    expect(places.add(placeAt('/FILES/'))?.path).toBe('/Files');
    expect(found(places, '/Files')).toEqual(['/Files']);
    expect(places.list).toHaveLength(1);
  });

  it('changes nothing', () => {
    const places = placesAt(['/a']);
    places.add(placeAt('/a/*path'));
    expect(found(places, '/a/b')).toEqual(['/a']);
  });
});

describe('of two places', () => {
  it.each([
    ['/a', '/:p'],
    ['/a', '/'],
    ['/a/b', '/a'],
    ['/a/b', '/a/:p'],
    ['/a', '/:p/b/c'],
    ['/:p/b', '/:p/:q/c'],
    ['/:p/:q', '/:p'],
    ['=/a', '/a'],
    ['/a/b', '=/a'],
    ['=/:p', '/:p'],
    ['/a', '=/:p'],
  ])('%s is more specific than %s', (one, other) => {
    expect(bySpecificity(placeAt(one), placeAt(other))).toBeLessThan(0);
    expect(bySpecificity(placeAt(other), placeAt(one))).toBeGreaterThan(0);
  });

  it.each([
    ['/a', '/b'],
    ['/a/:p', '/b/:q'],
    ['=/a', '=/a'],
  ])('%s is as specific as %s', (one, other) => {
    expect(bySpecificity(placeAt(one), placeAt(other))).toBe(0);
  });
});

describe('how a route lies to a place', () => {
  it.each<[route: string, place: string, relation: string]>([
    ['/a', '/a', 'inside'],
    ['/a/', '/a', 'inside'],
    ['/a/b', '/a', 'inside'],
    ['/a/:id', '/a', 'inside'],
    ['/a/:id/b', '/a/:x', 'inside'],
    ['/a/b', '/a/:x', 'inside'],
    ['/a/*path', '/a', 'inside'],
    ['/a{/:x}', '/', 'inside'],
    ['/', '/', 'inside'],
    ['/*path', '/', 'inside'],
    ['/:slug', '/', 'inside'],
    ['/:slug', '/a', 'overlapping'],
    ['/:slug', '/a/b', 'disjoint'],
    ['/:x/b', '/a/b', 'overlapping'],
    ['/:x/b/c', '/a/b', 'overlapping'],
    ['/:x/c', '/a/b', 'disjoint'],
    ['/:x-:y', '/a', 'overlapping'],
    ['/*path', '/a', 'overlapping'],
    ['/a/*path', '/a/b', 'overlapping'],
    ['/a/*path', '/b', 'disjoint'],
    // What it says behind an optional part is not asked.
    ['/a{/:x}', '/a', 'overlapping'],
    ['/a{/:x}', '/b', 'overlapping'],
    ['/b', '/a', 'disjoint'],
    ['/', '/a', 'disjoint'],
    ['/', '/:x', 'disjoint'],
    ['/a', '/a/b', 'disjoint'],
    ['/a', '/a/:x', 'disjoint'],
    ['/ab', '/a', 'disjoint'],
    ['/A', '/a', 'disjoint'],
    ['/a b', '/a%20b', 'inside'],
    // Exact places end with their path.
    ['/a', '=/a', 'inside'],
    ['/a/b', '=/a', 'disjoint'],
    ['/a/:id', '=/a', 'disjoint'],
    ['/a/*path', '=/a', 'overlapping'],
    ['/:slug', '=/a', 'overlapping'],
    ['/:slug/b', '=/a', 'disjoint'],
    ['/', '=/', 'inside'],
    ['/a', '=/', 'disjoint'],
    ['/*path', '=/', 'overlapping'],
    ['/a/*path', '=/a/b', 'overlapping'],
  ])('%s to %s: %s', (route, place, relation) => {
    expect(placesAt([]).relate(routeSegments(route), placeAt(place))).toBe(relation);
  });

  it('where the router ignores case', () => {
    const relate = (route: string, place: string): string =>
      placesAt([], false).relate(routeSegments(route), placeAt(place));
    expect([relate('/Cats', '/cats'), relate('/cats/x', '/Cats')]).toEqual(['inside', 'inside']);
  });
});

describe('where a route is at home', () => {
  it.each<[route: string, home: string, others: readonly string[]]>([
    ['/', 'elsewhere', []],
    ['/x', 'elsewhere', []],
    ['/a', '/a', []],
    ['/a/x', '/a', []],
    ['/a/b', '/a/b', []],
    ['/a/b/c/d', '/a/b', []],
    ['/a/:id', '/a', ['/a/b']],
    ['/a/:id/x', '/a', ['/a/b']],
    ['/a/*path', '/a', ['/a/b', '=/a/b/c', '/a/:x/toys']],
    ['/a/:id/toys', '/a/:x/toys', ['/a/b']],
    ['/a/b/c', '=/a/b/c', []],
    ['/a/b/*path', '/a/b', ['=/a/b/c']],
    ['/:slug', 'elsewhere', ['/a']],
    ['/*path', 'elsewhere', ['/a', '/a/b', '/a/:x/toys', '=/a/b/c']],
  ])('%s', (route, home, others) => {
    const places = placesAt(['/a', '/a/b', '/a/:x/toys', '=/a/b/c']);
    const located = places.locate(routeSegments(route));
    expect(located.home.path).toBe(home);
    expect(new Set(located.others.map(({ path }) => path))).toEqual(new Set(others));
  });
});
