import { describe, expect, it } from '@jest/globals';
import { Controller, Get, type Type } from '@nestjs/common';
import fc from 'fast-check';
import { AllowOrigin, compareManifests, NoCors } from '../../lib/index.js';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import { makeManifest } from '../../lib/manifest/make-manifest.js';
import { seed } from '../protocol/seed.js';
import { arriving, govern, ORIGINS, summary } from '../routing/governed.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

/** Who may read, by a letter each; `-` is closed on purpose, `` says nothing. */
const AUDIENCES = ['', 'A', 'AB', 'B', '-'] as const;
type Audience = (typeof AUDIENCES)[number];

const ENTRIES = ['/', '/a', '/a/b', '/:x', '/:x/b', '/a/:x', '/b'] as const;
const ROUTES = ['/a', '/b', '/a/b', '/:x', '/a/:x', '/:x/b', '/a/*rest', '/*rest'] as const;
const PATHS = ['/', '/a', '/b', '/a/a', '/a/b', '/b/a', '/b/b', '/a/b/a', '/a/a/b', '/b/b/b'] as const;

/** What is refused: nothing that a layer says, or what `enforce` says. */
type Wall = boolean | 'unsafe' | undefined;

interface Written {
  readonly base: Audience;
  readonly baseWall: Wall;
  readonly entries: readonly (readonly [
    path: (typeof ENTRIES)[number],
    exact: boolean,
    wall: Wall,
    audience: Audience | 'unmanaged',
  ])[];
  readonly routes: readonly (readonly [path: (typeof ROUTES)[number], said: readonly [Audience, Wall]])[];
}

const audience = fc.constantFrom(...AUDIENCES);
const wall = fc.constantFrom<Wall>(undefined, undefined, undefined, false, 'unsafe', true);
const WRITTEN: fc.Arbitrary<Written> = fc.record({
  base: fc.constantFrom<Audience>('', 'A', 'AB'),
  baseWall: wall,
  entries: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom(...ENTRIES),
      fc.boolean(),
      wall,
      fc.constantFrom<Audience | 'unmanaged'>('A', 'AB', 'B', '-', 'A', 'AB', 'B', '-', 'unmanaged'),
    ),
    { maxLength: 4, selector: ([path, exact]) => `${path} ${exact}` },
  ),
  routes: fc.uniqueArray(fc.tuple(fc.constantFrom(...ROUTES), fc.tuple(audience, wall)), {
    maxLength: 4,
    selector: ([path]) => path,
  }),
});

/** One app, and another that has some of it in common, as after a change. */
const CHANGE = fc
  .tuple(WRITTEN, WRITTEN, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.boolean())
  .map(([before, other, isKept, isBase]): readonly [Written, Written] => {
    const kept = <T extends readonly unknown[]>(list: readonly T[], more: readonly T[], from: number) => {
      const own = list.filter((_, index) => isKept[from + index]);
      // What follows are walls and audiences.
      const keyOf = (one: T): string => one.slice(0, Math.max(one.length - 2, 1)).join(' ');
      return [...own, ...more.filter((one) => !own.some((two) => keyOf(two) === keyOf(one)))];
    };
    return [
      before,
      {
        base: isBase ? before.base : other.base,
        baseWall: isBase ? before.baseWall : other.baseWall,
        entries: kept(before.entries, other.entries, 0),
        routes: kept(before.routes, other.routes, 4),
      },
    ];
  });

const originsOf = (letters: string): readonly `https://${string}`[] =>
  Array.from(letters, (letter) => ORIGINS[letter as keyof typeof ORIGINS]);

function controllersOf(routes: Written['routes']): readonly Type[] {
  return routes.map(([path, [who, enforce]]) => {
    class One {
      answer(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(One.prototype, 'answer') as PropertyDescriptor;
    Get()(One.prototype, 'answer', descriptor);
    const decorators =
      who === ''
        ? []
        : [who === '-' ? NoCors({ enforce }) : AllowOrigin({ origin: originsOf(who), enforce })];
    for (const decorate of decorators) decorate(One.prototype, 'answer', descriptor);
    Controller(path)(One);
    return One;
  });
}

/** `undefined` where the app would not start. */
function governed({ base, baseWall, entries, routes }: Written) {
  const options = {
    ...(base !== '' && { origin: originsOf(base) }),
    enforce: baseWall,
    routes: entries.map(([path, exact, enforce, who]) => ({
      path,
      ...(exact && who !== 'unmanaged' && { exact }),
      ...(who === 'unmanaged'
        ? { unmanaged: true }
        : { policy: who === '-' ? false : { origin: originsOf(who), enforce } }),
    })),
  };
  try {
    return govern(options, controllersOf(routes));
  } catch (error) {
    if (error instanceof CorsConfigurationError) return undefined;
    throw error;
  }
}

/** Text before parameter before wildcard, as Fastify has it. */
function servedBy(routes: readonly { readonly path: string }[], path: string): number {
  const ranked = routes.flatMap((route, index) => {
    const segments = path.split('/').slice(1);
    const pattern = route.path.split('/').slice(1);
    const ranks: number[] = [];
    for (const [at, part] of pattern.entries()) {
      const own = segments[at];
      if (own === undefined || own === '') return [];
      if (part.startsWith('*')) return [{ index, key: [...ranks, 2].join('') }];
      if (!part.startsWith(':') && part !== own) return [];
      ranks.push(part.startsWith(':') ? 1 : 0);
    }
    return segments.length === pattern.length ? [{ index, key: ranks.join('') }] : [];
  });
  return ranked.toSorted((a, b) => (a.key < b.key ? -1 : 1))[0]?.index ?? -1;
}

/** What may happen at a path, by what decides live requests: who may read, and of whom requests arrive. */
function powersAt(
  { governance, routes }: NonNullable<ReturnType<typeof governed>>,
  path: string,
): ReadonlySet<string> {
  const policy = governance.policyOf(routes[servedBy(routes, path)], arriving(path));
  const all = ['A', 'B', 'somebody else'].flatMap((who) => [`${who} reads`, `${who} gets`, `${who} posts`]);
  if (policy === undefined) return new Set(all);
  const readers = summary(policy).replace(/[!?]$/, '');
  return new Set(
    all.filter((power) => {
      const mayRead = readers !== 'nobody' && readers.includes(power.split(' ', 1)[0] as string);
      if (mayRead || power.endsWith('reads')) return mayRead;
      return power.endsWith('gets') ? policy.enforce !== true : policy.enforce === false;
    }),
  );
}

describe('a comparison of two apps', () => {
  it(`that finds nothing wider has no path that may be read, or reached, by more (seed ${seed})`, async () => {
    const seen = { wider: 0, notWider: 0, read: 0, reached: 0 };
    await fc.assert(
      fc.asyncProperty(CHANGE, async (change) => {
        const apps = change.map(governed);
        fc.pre(apps.every((app) => app !== undefined));
        const [before, after] = apps as [NonNullable<(typeof apps)[0]>, NonNullable<(typeof apps)[0]>];
        const { isWider, changes } = await compareManifests(
          makeManifest(before.routes, before.governance),
          makeManifest(after.routes, after.governance),
        );
        seen.wider += Number(isWider);
        seen.notWider += Number(!isWider);
        for (const path of PATHS) {
          const [was, is] = [powersAt(before, path), powersAt(after, path)];
          const more = [...is].filter((power) => !was.has(power));
          if (more.length === 0) continue;
          seen[more.some((power) => power.endsWith('reads')) ? 'read' : 'reached']++;
          expect({ path, more, isWider, changes }).toMatchObject({ isWider: true });
        }
      }),
      { seed, numRuns: 800 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  }, 60_000);
});
