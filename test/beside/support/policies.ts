import { describe, expect, it, beforeAll } from '@jest/globals';
import type { CorsModuleOptions, CorsPolicyOptions } from 'nestjs-cors';
import type { Platform } from '../../support/apps.js';
import { expected, PREFLIGHT_VARY } from '../../support/cors-headers.js';
import type { Host } from './beside.js';
import {
  actual,
  actualName,
  at,
  observe,
  ORIGINS,
  OTHER,
  PAGE,
  PARTNER,
  preflightName,
  type Observed,
  type Probe,
  type Seen,
} from './observe.js';

/** The default policy. Its fields differ from those of {@link ENTRY}, so that each shows which one has decided. */
export const DEFAULT = { origin: PAGE, exposedHeaders: 'x-default', maxAge: 60 } as const;

/** The policy of an entry of `routes`. */
export const ENTRY = { origin: PARTNER, credentials: true, exposedHeaders: 'x-entry', maxAge: 120 } as const;

/** An app whose path is governed in every way there is. */
export interface Place {
  readonly fixture: string;
  /** The path at which the package lives. */
  readonly path: string;
  readonly probes: readonly Probe[];
  /** Whether the package sets `Access-Control-*` fields of its own there. */
  readonly setsFields: boolean;
}

/** Whom a policy lets in, and what it has sent to them. */
interface Granted {
  readonly origin: string;
  readonly actual: Parameters<typeof expected>[0];
  readonly preflight: Parameters<typeof expected>[0];
}

const BY_DEFAULT: Granted = {
  origin: PAGE,
  actual: { acao: PAGE, aceh: 'x-default' },
  preflight: { acao: PAGE, acma: '60' },
};

const BY_ENTRY: Granted = {
  origin: PARTNER,
  actual: { acao: PARTNER, acac: 'true', aceh: 'x-entry' },
  preflight: { acao: PARTNER, acac: 'true', acma: '120' },
};

const FORBIDDEN = JSON.stringify({ message: 'Forbidden resource', error: 'Forbidden', statusCode: 403 });

const REFUSED_PREFLIGHT: Seen = {
  status: 403,
  cors: expected({ vary: PREFLIGHT_VARY }),
  body: '',
  ran: [],
};

/**
 * Tests that a package does its work under every policy of its path, and that no policy but that one, and nobody else, has
 * a say in what pages may read. What is right is read off the same app without `CorsModule`.
 */
export function itObeysPolicies(host: Host, platform: Platform, place: Place): void {
  const { fixture, path, probes } = place;

  describe(`${path} on ${platform}`, () => {
    let plain: Observed;
    beforeAll(async () => {
      plain = await observe(await host.start(fixture, platform, undefined), probes);
    });

    const observeWith = async (cors: CorsModuleOptions): Promise<Observed> =>
      await observe(await host.start(fixture, platform, cors), probes);
    const entry = (policy: CorsPolicyOptions | false): CorsModuleOptions => ({
      ...DEFAULT,
      routes: [{ path, policy }],
    });

    it('works without the module', () => {
      for (const probe of probes) {
        const { status, ran, cors } = at(plain, actualName(probe, OTHER));
        expect([status < 400, ran]).toEqual([true, probe.ran]);
        expect(Object.keys(cors).some((name) => name.startsWith('access-control-'))).toBe(place.setsFields);
      }
    });

    it('has the policy of its entry', async () => {
      expect(await observeWith(entry(ENTRY))).toEqual(governed(plain, probes, BY_ENTRY));
    });

    it('has the default policy without an entry', async () => {
      expect(await observeWith(DEFAULT)).toEqual(governed(plain, probes, BY_DEFAULT));
    });

    it('is closed by `policy: false`', async () => {
      expect(await observeWith(entry(false))).toEqual(closed(plain, probes));
    });

    it('is closed where no policy governs it', async () => {
      expect(await observeWith({})).toEqual(closed(plain, probes));
    });

    it('is spoken of in the log where fields of somebody else are taken out, once', async () => {
      const app = await host.start(fixture, platform, DEFAULT);
      await app.log();
      await observe(app, probes);
      const lines = await app.log();
      const paths = new Set(probes.map((probe) => probe.path.split('?')[0] as string));
      expect(lines).toEqual(
        place.setsFields
          ? [...paths].map((name) =>
              expect.stringMatching(namesAll(name, 'access-control-allow-origin', 'unmanaged')),
            )
          : [],
      );
    });

    it('is left alone as `unmanaged`', async () => {
      expect(await observeWith({ ...DEFAULT, routes: [{ path, unmanaged: true }] })).toEqual(plain);
    });

    it('runs for nobody whom `enforce` keeps out', async () => {
      const app = await host.start(fixture, platform, entry({ ...ENTRY, enforce: true }));
      expect(await observe(app, probes)).toEqual(enforced(plain, probes, BY_ENTRY));
      for (const probe of probes) {
        const { status, ran } = await actual(app, probe, `http://127.0.0.1:${app.port}`);
        expect([status, ran]).toEqual([at(plain, actualName(probe, undefined)).status, probe.ran]);
      }
    });
  });
}

function governed(
  plain: Observed,
  probes: readonly Probe[],
  { origin: allowed, ...fields }: Granted,
): Observed {
  return expectedOf(
    probes,
    (probe, origin) => {
      const before = at(plain, actualName(probe, origin));
      const vary = varyOf(before, 'Origin');
      return { ...before, cors: expected({ ...(origin === allowed && fields.actual), ...vary }) };
    },
    (_, origin) =>
      origin === allowed
        ? {
            status: 204,
            cors: expected({ ...fields.preflight, acah: 'content-type', vary: PREFLIGHT_VARY }),
            body: '',
            ran: [],
          }
        : REFUSED_PREFLIGHT,
  );
}

function enforced(plain: Observed, probes: readonly Probe[], granted: Granted): Observed {
  const reached = governed(plain, probes, granted);
  return expectedOf(
    probes,
    (probe, origin) =>
      origin === undefined || origin === granted.origin
        ? at(reached, actualName(probe, origin))
        : {
            status: 403,
            cors: expected({ vary: 'Origin' }),
            body: probe.method === 'HEAD' ? '' : FORBIDDEN,
            ran: [],
          },
    (probe, origin) => at(reached, preflightName(probe, origin)),
  );
}

function closed(plain: Observed, probes: readonly Probe[]): Observed {
  return expectedOf(
    probes,
    (probe, origin) => {
      const before = at(plain, actualName(probe, origin));
      return { ...before, cors: expected(varyOf(before)) };
    },
    () => REFUSED_PREFLIGHT,
  );
}

function expectedOf(
  probes: readonly Probe[],
  actualOf: (probe: Probe, origin: string | undefined) => Seen,
  preflightOf: (probe: Probe, origin: string) => Seen,
): Observed {
  return Object.fromEntries(
    probes.flatMap((probe) =>
      ORIGINS.flatMap((origin) => [
        [actualName(probe, origin), actualOf(probe, origin)] as const,
        ...(origin === undefined
          ? []
          : [[preflightName(probe, origin), preflightOf(probe, origin)] as const]),
      ]),
    ),
  );
}

/** Matches a text with all of the words, in any order and case. */
function namesAll(...words: readonly string[]): RegExp {
  return new RegExp(
    words.map((word) => `(?=.*${word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')})`).join(''),
    'is',
  );
}

/** The one `Vary` line that a response has: what was there without the module, then what the module adds. */
function varyOf({ cors }: Seen, added?: string): { readonly vary?: string } {
  const before = [(cors as Record<string, string | readonly string[]>)['vary'] ?? []].flat();
  const names = before.flatMap((line) => line.split(',')).map((name) => name.trim());
  const has = added === undefined || names.some((name) => name.toLowerCase() === added.toLowerCase());
  const all = has ? names : [...names, added];
  return all.length === 0 ? {} : { vary: all.join(', ') };
}
