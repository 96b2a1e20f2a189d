import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import FindMyWay from 'find-my-way';
import { match } from 'path-to-regexp';
import { readEntryPath, routeSegments, type EntrySegment } from '../../lib/routing/path-pattern.js';
import { segmentsOf } from '../../lib/routing/path-readings.js';
import { Places, type Place } from '../../lib/routing/places.js';
import { seed } from '../protocol/seed.js';
import type { Platform } from '../support/apps.js';
import { covers, naivePlaces } from './naive-places.js';
import { somePath, TEXTS } from './random-paths.js';

const ELSEWHERE: Place = { segments: [], exact: false };

const someEntry: fc.Arbitrary<Place> = fc
  .tuple(
    fc.array(fc.constantFrom(...TEXTS, ':x', ':y'), { maxLength: 4 }),
    fc.constantFrom('', '/', '/*path'),
    fc.boolean(),
  )
  .map(([segments, end, exact]) => {
    const read = readEntryPath(`/${segments.join('/')}${end}`.replace('//', '/'));
    return { segments: read as readonly EntrySegment[], exact };
  });

const someEntries = fc.array(someEntry, { maxLength: 8 });

/** Places with all entries that are no repetition, and a list of these. */
function placesOf(entries: readonly Place[], caseSensitive: boolean): Places<Place> {
  const places = new Places<Place>(ELSEWHERE, { caseSensitive });
  for (const entry of entries) places.add(entry);
  return places;
}

/** One way to write an entry's path, so that repetitions are the same text. */
function written({ segments, exact }: Place, caseSensitive: boolean): string {
  const path = segments.map((segment) => segment ?? ':').join('/');
  return `${exact ? '=' : ''}/${caseSensitive ? path : path.toLowerCase()}`;
}

describe(`places [FC_SEED=${seed}]`, () => {
  it('are those that a walk over all entries finds', () => {
    let several = 0;
    fc.assert(
      fc.property(
        someEntries,
        fc.array(somePath, { minLength: 5, maxLength: 5 }),
        fc.boolean(),
        (entries, paths, cased) => {
          const places = placesOf(entries, cased);
          for (const path of paths) {
            const found = places.placesOf(path);
            const expected = naivePlaces(places.list, ELSEWHERE, path, cased);
            expect([path, new Set(found)]).toEqual([path, expected]);
            expect(found).toHaveLength(expected.size);
            // What the router itself reads is the first.
            expect(found[0]).toBe([...expected][0]);
            if (found.length > 1) several++;
          }
        },
      ),
      { seed, numRuns: 2500 },
    );
    expect(several).toBeGreaterThan(500);
  });

  it('repeat each other where they are written the same', () => {
    fc.assert(
      fc.property(someEntries, fc.boolean(), (entries, cased) => {
        const places = new Places<Place>(ELSEWHERE, { caseSensitive: cased });
        const before = new Map<string, Place>();
        for (const entry of entries) {
          const text = written(entry, cased);
          expect(places.add(entry)).toBe(before.get(text));
          if (!before.has(text)) before.set(text, entry);
        }
        expect(places.list).toEqual([...before.values()]);
      }),
      { seed, numRuns: 2000 },
    );
  });
});

/** A router of one route, as a platform has it. */
interface OneRoute {
  readonly caseSensitive: boolean;
  readonly matches: (path: string) => boolean;
}

const SEGMENTS: Readonly<Record<Platform, readonly string[]>> = {
  express: [...TEXTS, ':p', ':p', ':p-:q', 'v:p', 'a{b}', '{:p}', String.raw`\:a`],
  fastify: [...TEXTS, ':p', ':p', ':p-:q', 'v:p', ':p(^\\d+)', '::a', 'x%20y'],
};
const ENDS: Readonly<Record<Platform, readonly string[]>> = {
  express: ['', '', '/', '/*rest', '/{*rest}', '{/:last}', '/:last.json'],
  fastify: ['', '', '/', '/*', '*', '/:last?', '/:last.json'],
};

/** A route that the platform takes; its parameters have names that differ. */
function someRoute(platform: Platform): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(fc.constantFrom(...SEGMENTS[platform]), { maxLength: 4 }),
      fc.constantFrom(...ENDS[platform]),
    )
    .map(([segments, end]) => {
      const path = segments
        .map((segment, index) => `/${segment.replaceAll(/(?<![\\:]):([a-z])/g, `:$1${index}`)}`)
        .join('');
      return path + end || '/';
    });
}

function routerOf(platform: Platform, route: string, flags: readonly boolean[]): OneRoute {
  const [
    caseSensitive = false,
    ignoreTrailingSlash = false,
    ignoreDuplicateSlashes = false,
    useSemicolonDelimiter = false,
  ] = flags;
  if (platform === 'express') {
    const matches = match(ignoreTrailingSlash && route !== '/' ? route.replace(/\/+$/, '') : route, {
      sensitive: caseSensitive,
      trailing: ignoreTrailingSlash,
      decode: false,
    });
    return { caseSensitive, matches: (path) => matches(path) !== false };
  }
  // The types do not list the semicolon.
  const options = { caseSensitive, ignoreTrailingSlash, ignoreDuplicateSlashes, useSemicolonDelimiter };
  const router = FindMyWay(options);
  router.on('GET', route, () => undefined);
  return {
    caseSensitive,
    matches: (path) => {
      const found = router.find('GET', path);
      // Nest answers 404 where a parameter is empty.
      return (
        found !== null && !Object.entries(found.params).some(([name, value]) => name !== '*' && value === '')
      );
    },
  };
}

/** A path that a route may well serve, with one thing or another changed. */
function pathFor(route: string): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    'a',
    'b',
    'cats',
    'Cats',
    '7',
    'a-b',
    'x%20y',
    '%61',
    'a%2fb',
    '..',
    'a.json',
    ';v',
  );
  return fc
    .tuple(fc.array(piece, { minLength: 6, maxLength: 6 }), fc.nat(12), fc.nat(40))
    .map(([pieces, change, at]) => {
      let next = 0;
      const path = route
        .replaceAll(/\{\/?|\}/g, (brace) => (brace.endsWith('/') ? '/' : ''))
        .replaceAll(/::|\\:/g, '\0')
        .replaceAll(/:\w+(\(\^\\d\+\))?\??/g, (_, digits) =>
          digits === undefined ? String(pieces[next++]) : '42',
        )
        .replace(/\*\w*/, () => `${pieces[next++]}/${pieces[next]}`)
        .replaceAll('\0', ':')
        .replaceAll('x y', 'x%20y')
        .replaceAll('é', '%C3%A9');
      const place = 1 + (at % Math.max(1, path.length - 1));
      switch (change) {
        case 0:
          return path.toUpperCase();
        case 1:
          return `${path}/`;
        case 2:
          return path.length === 1
            ? path
            : `${path.slice(0, place)}%${path.charCodeAt(place).toString(16)}${path.slice(place + 1)}`;
        case 3:
          return path.replace('/', '//');
        case 4:
          return `${path};a/b`;
        default:
          return path;
      }
    });
}

describe.each(['express', 'fastify'] as const)(`routes of %s and places [FC_SEED=${seed}]`, (platform) => {
  const aRouteWithPaths = someRoute(platform).chain((route) =>
    fc.tuple(
      fc.constant(route),
      fc.array(fc.oneof(pathFor(route), somePath), { minLength: 4, maxLength: 8 }),
    ),
  );
  const flags = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

  it('inside is where every path of the route is, and disjoint where none is', () => {
    const seen = { inside: 0, overlapping: 0, disjoint: 0 };
    fc.assert(
      fc.property(aRouteWithPaths, someEntries, flags, ([route, paths], entries, options) => {
        const { caseSensitive, matches } = routerOf(platform, route, options);
        const places = placesOf(entries, caseSensitive);
        const segments = routeSegments(route);
        for (const path of paths) {
          if (!matches(path) || !places.isPlain(path)) continue;
          for (const place of places.list) {
            const relation = places.relate(segments, place);
            seen[relation]++;
            if (relation === 'overlapping') continue;
            const isCovered = covers(place, segmentsOf(path), caseSensitive);
            expect([route, path, written(place, true), isCovered]).toEqual([
              route,
              path,
              written(place, true),
              relation === 'inside',
            ]);
          }
        }
      }),
      { seed, numRuns: 2500 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(250);
  });

  it('each path of a route has one of its places, or is read in several ways', () => {
    let served = 0;
    fc.assert(
      fc.property(aRouteWithPaths, someEntries, flags, ([route, paths], entries, options) => {
        const { caseSensitive, matches } = routerOf(platform, route, options);
        const places = placesOf(entries, caseSensitive);
        const { home, others } = places.locate(routeSegments(route));
        for (const path of paths) {
          if (!matches(path)) continue;
          served++;
          const found = places.placesOf(path);
          const isKnown = found.some((place) => place === home || others.includes(place));
          expect([route, path, isKnown]).toEqual([route, path, true]);
          // A route without other places is governed without a look at the path.
          if (others.length === 0 && places.isPlain(path))
            expect([route, path, found]).toEqual([route, path, [home]]);
        }
      }),
      { seed, numRuns: 2500 },
    );
    expect(served).toBeGreaterThan(1000);
  });
});
