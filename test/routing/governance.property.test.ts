import { describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Post, Put, type Type } from '@nestjs/common';
import fc from 'fast-check';
import { match } from 'path-to-regexp';
import { AllowOrigin, NoCors } from '../../lib/index.js';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import type { Enforcement } from '../../lib/policy/enforcement.js';
import type { CorsRoute } from '../../lib/routing/cors-route.js';
import { readEntryPath, routeSegments, type EntrySegment } from '../../lib/routing/path-pattern.js';
import { Places, type Place } from '../../lib/routing/places.js';
import { isSafelistedMethod } from '../../lib/protocol/names.js';
import { seed } from '../protocol/seed.js';
import { govern, ORIGINS, summary, type GovernedControllers } from './governed.js';
import { naivePlaces } from './naive-places.js';
import { somePath } from './random-paths.js';

type Letter = keyof typeof ORIGINS;

/** What a layer says: nothing, that all is closed, or who may read; and whether others are walled off. */
interface Said {
  readonly closes: boolean;
  readonly letters: readonly Letter[] | undefined;
  readonly enforce: Enforcement | undefined;
}

const enforce = fc.constantFrom<Enforcement | undefined>(undefined, undefined, true, 'unsafe', false);
const letters = fc.uniqueArray(fc.constantFrom<Letter>('A', 'B', 'C'), { minLength: 1, maxLength: 2 });
const opening = fc.record({ closes: fc.constant(false), letters, enforce });
const closing = fc.record({ closes: fc.constant(true), letters: fc.constant(undefined), enforce });
const nothing = fc.constant<Said>({ closes: false, letters: undefined, enforce: undefined });
const decoration: fc.Arbitrary<Said> = fc.oneof(nothing, opening, closing);

function options({ letters: allowed, enforce: walls }: Said): object {
  return {
    ...(allowed !== undefined && { origin: allowed.map((letter) => ORIGINS[letter]) }),
    ...(walls !== undefined && { enforce: walls }),
  };
}

/** The decorator that says so. */
function decorator(said: Said): ClassDecorator & MethodDecorator {
  if (said.closes) return NoCors({ enforce: said.enforce });
  return said.letters === undefined ? () => undefined : AllowOrigin(options(said) as { origin: '*' });
}

/** An entry of `routes`: unmanaged if it says nothing of a policy. */
interface Entry {
  readonly path: string;
  readonly exact: boolean;
  readonly policy: Said | undefined;
}

const someEntry: fc.Arbitrary<Entry> = fc.record({
  path: fc
    .array(fc.constantFrom('a', 'b', 'cats', 'Cats', ':p'), { maxLength: 3 })
    .map((segments) => `/${segments.join('/')}`),
  exact: fc.boolean(),
  policy: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 1 },
    {
      arbitrary: fc.oneof(
        opening,
        closing.map((said) => ({ ...said, enforce: undefined })),
      ),
      weight: 4,
    },
  ),
});

const METHODS = { GET: Get, PUT: Put, POST: Post, DELETE: Delete } as const;
type Method = keyof typeof METHODS;

/** A controller with one handler. */
interface OneHandler {
  readonly method: Method;
  readonly path: string;
  readonly ofClass: Said;
  readonly ofHandler: Said;
}

const someHandler: fc.Arbitrary<OneHandler> = fc.record({
  method: fc.constantFrom<Method>('GET', 'PUT', 'POST', 'DELETE'),
  path: fc
    .tuple(
      fc.array(fc.constantFrom('a', 'b', 'cats', 'Cats', ':p'), { maxLength: 3 }),
      fc.constantFrom('', '', '', '/*rest', '{/:last}'),
    )
    .map(
      ([segments, end]) =>
        segments.map((one, index) => `/${one.replace(':p', `:p${index}`)}`).join('') + end || '/',
    ),
  ofClass: decoration,
  ofHandler: decoration,
});

function controllerOf({ method, path, ofClass, ofHandler }: OneHandler): Type {
  class Handling {
    handle(): void {}
  }
  const { prototype } = Handling;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'handle') as PropertyDescriptor;
  METHODS[method](path)(prototype, 'handle', descriptor);
  decorator(ofHandler)(prototype, 'handle', descriptor);
  Controller()(Handling);
  decorator(ofClass)(Handling);
  return Handling;
}

const someApp = fc.record({
  base: fc.oneof(nothing, opening),
  entries: fc.array(someEntry, { maxLength: 4 }),
  handlers: fc.array(someHandler, { minLength: 1, maxLength: 4 }),
  caseSensitive: fc.boolean(),
});

/** A place of the oracle, with the policy of the entry. */
interface NaivePlace extends Place {
  readonly policy: Said | undefined;
}

/** What a stack of layers comes to, outermost first; `undefined` where the path is left alone. */
interface Naive {
  readonly letters: readonly Letter[];
  readonly enforce: Enforcement;
}

function merged(layers: readonly Said[]): Naive {
  let result: Naive = { letters: [], enforce: false };
  for (const layer of layers) {
    result = {
      letters: layer.closes ? [] : (layer.letters ?? result.letters),
      enforce: layer.enforce ?? result.enforce,
    };
  }
  return result;
}

/** As `summary()` writes it. */
const WALLS = { false: '', unsafe: '?', true: '!' } as const;

function strictest(all: readonly (Naive | undefined)[]): Enforcement {
  const said = new Set(all.map((one) => one?.enforce));
  return said.has(true) || (said.has('unsafe') && 'unsafe');
}

function written(naive: Naive | undefined): string {
  if (naive === undefined) return 'unmanaged';
  return ([...naive.letters].toSorted().join('') || 'nobody') + WALLS[`${naive.enforce}`];
}

/** The same question, asked of lists. */
class Oracle {
  private readonly elsewhere: NaivePlace = { segments: [], exact: false, policy: NOTHING };
  private readonly places: readonly NaivePlace[];
  /** Only how a route lies to a place is taken from the library: that has tests of its own. */
  private readonly located: Places<NaivePlace>;

  constructor(
    private readonly base: Said,
    entries: readonly Entry[],
    private readonly handlers: readonly OneHandler[],
    private readonly caseSensitive: boolean,
  ) {
    this.places = entries.map(({ path, exact, policy }) => ({
      segments: readEntryPath(path) as readonly EntrySegment[],
      exact,
      policy,
    }));
    this.located = new Places(this.elsewhere, { caseSensitive });
    for (const place of this.places) this.located.add(place);
  }

  ruling(
    route: CorsRoute | undefined,
    path: string,
    others: readonly CorsRoute[],
    isRewritten: boolean,
  ): string {
    const places = [...naivePlaces(this.places, this.elsewhere, path, this.caseSensitive)];
    if (route !== undefined && !isRewritten) {
      const own = this.placesOfRoute(route);
      if (!places.some((place) => own.includes(place))) places.push(own[0] as NaivePlace);
    }
    const found = places.map((place) =>
      route === undefined ? this.unserved(place, others) : this.served(place, route),
    );
    const keys = new Set(found.map(({ key }) => key));
    if (keys.size === 1) return written(found[0]?.naive);
    return written({ letters: [], enforce: strictest(found.map(({ naive }) => naive)) });
  }

  private placesOfRoute({ path }: CorsRoute): readonly NaivePlace[] {
    const { home, others } = this.located.locate(routeSegments(path));
    return [home, ...others];
  }

  /** What layers come to; two that come to the same have the same key. */
  private of(methods: string, naive: Naive | undefined): Keyed {
    const key = naive?.letters.length === 0 ? written(naive) : `${written(naive)} ${methods}`;
    return { key: naive === undefined ? 'unmanaged' : key, naive };
  }

  private own({ policy }: NaivePlace): Keyed {
    return this.of('', policy && merged([this.base, policy]));
  }

  private served(place: NaivePlace, route: CorsRoute): Keyed {
    return this.of(this.methodsAt(route.path), this.layersOf(place, route));
  }

  /** Those that the app serves at a path, as far as they have to be listed. */
  private methodsAt(path: string): string {
    const methods = this.handlers.filter((one) => one.path === path).map(({ method }) => method);
    return [...new Set(methods.filter((method) => !isSafelistedMethod(method)))].toSorted().join();
  }

  private layersOf({ policy }: NaivePlace, route: CorsRoute): Naive | undefined {
    const { ofClass, ofHandler } = this.handlers[route.index] as OneHandler;
    return policy && merged([this.base, policy, ofClass, ofHandler]);
  }

  private unserved(place: NaivePlace, others: readonly CorsRoute[]): Keyed {
    if (others.length === 0 || place.policy === undefined) return this.own(place);
    const methods = others.some(({ path }) => path.includes('*')) ? '' : 'all that Node knows';
    if (place !== this.elsewhere) return this.of(methods, merged([this.base, place.policy]));
    if (others.some((route) => !this.placesOfRoute(route).includes(place))) return this.own(place);
    const all = others.map((route) => this.layersOf(place, route) as Naive);
    return this.of(methods, {
      letters: (['A', 'B', 'C'] as const).filter((letter) =>
        all.every((one) => one.letters.includes(letter)),
      ),
      enforce: strictest(all),
    });
  }
}

/** What governs something. */
interface Keyed {
  readonly key: string;
  readonly naive: Naive | undefined;
}

const NOTHING: Said = { closes: false, letters: undefined, enforce: undefined };

/** The app, if it starts: a decorator on what is left alone is an error. */
function started(
  base: Said,
  entries: readonly Entry[],
  handlers: readonly OneHandler[],
  caseSensitive: boolean,
): GovernedControllers | undefined {
  const routes = entries.map(({ path, exact, policy }) => ({
    path,
    exact,
    ...(policy === undefined ? { unmanaged: true } : { policy: policy.closes ? false : options(policy) }),
  }));
  try {
    return govern({ ...options(base), routes }, handlers.map(controllerOf), {
      pathSyntax: { caseSensitive },
    });
  } catch (error) {
    if (!(error instanceof CorsConfigurationError)) throw error;
    const codes = new Set(error.problems.map(({ code }) => code));
    codes.delete('decorator-unmanaged');
    codes.delete('route-path-repeated');
    expect([...codes]).toEqual([]);
    return undefined;
  }
}

describe(`what governs a request [FC_SEED=${seed}]`, () => {
  it('is what lists say', () => {
    const seen = new Map<string, number>();
    const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(
        someApp,
        fc.array(somePath, { minLength: 8, maxLength: 8 }),
        fc.nat(3),
        ({ base, entries, handlers, caseSensitive }, paths, moved) => {
          const app = started(base, entries, handlers, caseSensitive);
          if (app === undefined) return;
          const oracle = new Oracle(base, entries, handlers, caseSensitive);
          const { governance, routes } = app;
          const serves = (route: CorsRoute, path: string): boolean =>
            match(route.path, { sensitive: caseSensitive, trailing: true, decode: false })(path) !== false;
          const ask = (
            route: CorsRoute | undefined,
            path: string,
            others: readonly CorsRoute[],
            isRewritten: boolean,
          ) => {
            const arrival = { path, isRewritten, othersAt: () => others };
            const ruling = governance.rulingOf(route, arrival);
            const where = route === undefined ? `nobody beside ${others.length}` : route.path;
            expect([path, where, summary(ruling.policy)]).toEqual([
              path,
              where,
              oracle.ruling(route, path, others, isRewritten),
            ]);
            expect(governance.policyOf(route, arrival)).toBe(ruling.policy);
            expect(ruling.governed === undefined || ruling.governed.policy === ruling.policy).toBe(true);
            if (ruling.isAmbiguous) expect(ruling.policy?.closed).toBe(true);
            return ruling;
          };
          for (const path of paths) {
            const serving = routes.filter((route) => serves(route, path));
            for (const route of serving)
              note(ask(route, path, [], false).isAmbiguous ? 'served, closed' : 'served');
            note(ask(undefined, path, [], false).isAmbiguous ? 'unserved, closed' : 'unserved');
            if (serving.length > 0) {
              ask(undefined, path, serving, false);
              note(serving.length > 1 ? 'beside several' : 'beside one');
            }
            // A middleware has sent it to some route.
            const route = routes[moved % routes.length];
            note(ask(route, path, [], true).isAmbiguous ? 'rewritten, closed' : 'rewritten');
          }
        },
      ),
      { seed, numRuns: 4000 },
    );
    for (const [what, times] of seen) expect([what, times > 40]).toEqual([what, true]);
    expect(seen.size).toBe(8);
    // Long for a machine that does other things at once.
  }, 180_000);
});
