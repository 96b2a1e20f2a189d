import type { Platform } from '../support/options.js';
import type { OriginCount } from '../support/origins.js';

/** What an app has for CORS. */
export type Variant =
  /** Nothing: the floor. */
  | 'bare'
  /** Nothing, once more: how far apart two processes are that run the same. */
  | 'bare again'
  /** `app.enableCors()`: `@fastify/cors` on Fastify, `cors` on Express. */
  | 'enableCors'
  /** `@fastify/cors`, registered by hand, with the policy in each route's `config.cors`. */
  | '@fastify/cors'
  | 'nestjs-cors'
  /** Handlers that set the very fields that this library would, and decide nothing: the floor of what it adds. */
  | 'by hand'
  /** A server of Node's own that answers any preflight with the same fields, and does nothing else: their floor. */
  | 'node:http';

/** Everything else about an app. */
export interface Setup {
  readonly name: string;
  readonly origins: OriginCount;
  /**
   * Whether the policy is the module's, or each route's own; or the module's with a cached source in place of the list, or with
   * another one in `reportOnly`. Only this library makes a difference of it.
   */
  readonly place: 'module' | 'route' | 'source' | 'reported';
  readonly routes: number;
}

/** One process under load. */
export interface Server {
  readonly platform: Platform;
  readonly variant: Variant;
  readonly setup: Setup;
}

const TEN: OriginCount = { exact: 10, patterns: 0 };

/** The setup that the others differ from in one thing. */
export const BASE: Setup = { name: '10 origins', origins: TEN, place: 'module', routes: 10 };

/** The origins live elsewhere; the other libraries have a fixed list all the same. */
export const CACHED: Setup = { ...BASE, name: 'cached source', place: 'source' };

/** Two policies: one decides, and the other is only reported. */
export const REPORTED: Setup = { ...BASE, name: 'reportOnly', place: 'reported' };

export const SETUPS: readonly Setup[] = [
  BASE,
  { ...BASE, name: '1 origin', origins: { exact: 1, patterns: 0 } },
  { ...BASE, name: '1,000 origins', origins: { exact: 1000, patterns: 0 } },
  { ...BASE, name: '100 patterns', origins: { exact: 0, patterns: 100 } },
  { ...BASE, name: 'on the route', place: 'route' },
  { ...BASE, name: '1,000 routes', routes: 1000 },
  CACHED,
  REPORTED,
];

/** The server that a variant's figures for a setup come from: where it knows no difference, one process serves several. */
export function serverOf(platform: Platform, variant: Variant, setup: Setup): Server {
  switch (variant) {
    case 'bare':
    case 'bare again':
    case 'by hand':
    case 'node:http':
      return { platform, variant, setup: { ...setup, origins: TEN, place: 'module' } };
    case 'enableCors':
    case '@fastify/cors':
      return { platform, variant, setup: { ...setup, place: 'module' } };
    case 'nestjs-cors':
      return { platform, variant, setup };
  }
}

/** The variants to compare. */
export function variantsOf(platform: Platform, setup: Setup): readonly Variant[] {
  return [
    'bare',
    ...(setup === BASE ? (['bare again'] as const) : []),
    'enableCors',
    ...(platform === 'fastify' ? (['@fastify/cors'] as const) : []),
    'nestjs-cors',
    ...(setup === BASE ? (['by hand', 'node:http'] as const) : []),
  ];
}

/** Tells servers apart. */
export function serverKey({ variant, setup: { origins, place, routes } }: Server): string {
  return `${variant}, ${origins.exact} origins, ${origins.patterns} patterns, policy by the ${place}, ${routes} routes`;
}

/** Every process that the setups need, each once. */
export function serversFor(platform: Platform, setups: readonly Setup[]): readonly Server[] {
  const all = setups.flatMap((setup) =>
    variantsOf(platform, setup).map((variant) => serverOf(platform, variant, setup)),
  );
  return [...new Map(all.map((server) => [serverKey(server), server])).values()];
}
