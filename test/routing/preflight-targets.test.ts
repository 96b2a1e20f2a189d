import type { ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  All,
  Controller,
  Delete,
  Get,
  Head,
  Module,
  Options,
  Patch,
  Post,
  Put,
  RequestMethod,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type MiddlewareConsumer,
  type Type,
} from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, RouteConstraints } from '@nestjs/platform-fastify';
import express from 'express';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { CorsModule, CorsService } from '../../lib/index.js';
import { seed } from '../protocol/seed.js';
import { PLATFORMS, startApp, type Platform, type RunningApp, type StartOptions } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import {
  concurrently,
  DEFAULT_OPTIONS,
  DEFAULT_POLICY,
  numbered,
  Numbered,
  Prober,
  type Probe,
} from './probes.js';

/** The policy of the `routes` entry. */
const ENTRY_POLICY = 2;

/** Fastify knows only a nameless wildcard at the end; on Express it has a name. */
const WILDCARD: Record<Platform, string> = { fastify: '*', express: '*path' };

/** Overlapping routes, as a class for each platform because of their wildcards. */
function catsOf(platform: Platform): Type {
  const wildcard = WILDCARD[platform];

  @Controller('cats')
  class Cats {
    @Get() @Numbered() list() {}
    @Get('special') @Numbered() special() {}
    @Get('special/:x') @Numbered() specialChild() {}
    @Get(':id') @Numbered() one() {}
    @Put(':id') @Numbered() put() {}
    @Delete(':id/toys/:toy') @Numbered() removeToy() {}
    @Get(':id/toys') @Numbered() toys() {}
    @Patch('special/:x') @Numbered() patchSpecial() {}
    @Get(`files/${wildcard}`) @Numbered() files() {}
    @Get('files/readme') @Numbered() readme() {}
    @All('any/:x') @Numbered() any() {}
    @Post(['multi', 'multi/:m']) @Numbered() multi() {}
    @Head('head') @Numbered() head() {}
    @Get('head') @Numbered() getHead() {}
    @Options('opt/:o') @Numbered() opt() {}
    @Get('Upper/Case') @Numbered() upper() {}
    @Get('a%20b') @Numbered() encoded() {}
  }
  return Cats;
}

@Controller()
class Roots {
  @Get() @Numbered() root() {}
  @Get(':slug') @Numbered() slug() {}
  @Put('cats/:a/:b/:c') @Numbered() deep() {}
}

@Controller({ path: 'cats', version: '1' })
class CatsV1 {
  @Get('special') @Numbered() special() {}
  @Get(':id') @Numbered() one() {}
  @Put(':id') @Numbered() put() {}
  @Post() @Version(['3', VERSION_NEUTRAL]) @Numbered() add() {}
}

@Controller({ path: 'cats', version: ['2', '3'] })
class CatsV2 {
  @Get('special') @Version('2') @Numbered() special() {}
  @Get(':id') @Numbered() one() {}
  @Get(':id/toys') @Numbered() toys() {}
}

@Controller({ path: 'cats', version: VERSION_NEUTRAL })
class CatsNeutral {
  @Get(':id') @Numbered() one() {}
  @Put('special') @Numbered() put() {}
}

@Controller({ path: 'hosted', host: 'a.example' })
class HostedA {
  @Get('special') @Numbered() special() {}
  @Put(':id') @Numbered() put() {}
}

@Controller({ path: 'hosted', host: [':tenant.b.example', /^c\d\.example$/] })
class HostedBC {
  @Get(':id') @Numbered() one() {}
  @Put('special') @Numbered() put() {}
}

/** On Express a request for another host goes on to these; Fastify refuses two routes of the same URL. */
@Controller({ path: 'hosted', host: 'd.example' })
class HostedD {
  @Get('special') @Numbered() special() {}
  @Get(':id') @Numbered() one() {}
}

/** Where URLs, methods and headers of random requests come from. */
interface Space {
  readonly prefixes: readonly string[];
  readonly hosts?: readonly string[];
  readonly versions?: readonly (string | undefined)[];
}

interface Configuration {
  readonly name: string;
  readonly platforms?: readonly Platform[];
  readonly controllers: (platform: Platform) => readonly Type[];
  readonly space: Space;
  readonly start?: (platform: Platform) => StartOptions;
}

const plain = (platform: Platform): readonly Type[] => [catsOf(platform), Roots];

const CONFIGURATIONS: readonly Configuration[] = [
  { name: 'by default', controllers: plain, space: { prefixes: [''] } },
  {
    name: 'without case, with any slashes',
    platforms: ['fastify'],
    controllers: plain,
    space: { prefixes: [''] },
    start: () => ({
      adapter: new FastifyAdapter({
        routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
      }),
    }),
  },
  {
    name: 'with router options at the top level',
    platforms: ['fastify'],
    controllers: plain,
    space: { prefixes: [''] },
    start: () => ({ adapter: new FastifyAdapter({ caseSensitive: false, ignoreDuplicateSlashes: true }) }),
  },
  {
    name: 'with the semicolon as a delimiter',
    platforms: ['fastify'],
    controllers: plain,
    space: { prefixes: [''] },
    start: () => ({
      adapter: new FastifyAdapter({ routerOptions: { useSemicolonDelimiter: true } as object }),
    }),
  },
  {
    name: 'with short parameters',
    platforms: ['fastify'],
    controllers: plain,
    space: { prefixes: [''] },
    start: () => ({ adapter: new FastifyAdapter({ routerOptions: { maxParamLength: 10 } }) }),
  },
  {
    name: 'strict and with case',
    platforms: ['express'],
    controllers: plain,
    space: { prefixes: [''] },
    start: () => {
      const instance = express();
      instance.enable('strict routing');
      instance.enable('case sensitive routing');
      return { adapter: new ExpressAdapter(instance) };
    },
  },
  {
    name: 'below a global prefix',
    controllers: plain,
    space: { prefixes: ['/api', '/api', ''] },
    start: () => ({
      prepare: (app) => void app.setGlobalPrefix('api', { exclude: ['cats/special', 'cats/files/readme'] }),
    }),
  },
  {
    name: 'with versions in the URL',
    controllers: () => [CatsV1, CatsV2, CatsNeutral, Roots],
    space: { prefixes: ['/v1', '/v2', '/v3', ''] },
    start: () => ({ prepare: (app) => void app.enableVersioning({ type: VersioningType.URI }) }),
  },
  {
    name: 'with versions in a header',
    controllers: () => [CatsV1, CatsV2, CatsNeutral, Roots],
    space: { prefixes: [''], versions: [undefined, '1', '2', '3', '9'] },
    start: () => ({
      prepare: (app) => void app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    }),
  },
  {
    name: 'with hosts',
    controllers: (platform) => [
      HostedA,
      HostedBC,
      ...(platform === 'express' ? [HostedD] : []),
      catsOf(platform),
    ],
    space: {
      prefixes: [''],
      hosts: [
        'a.example',
        'A.example:8080',
        't.b.example',
        'b.example',
        'c1.example',
        'd.example',
        '[::1]:80',
      ],
    },
  },
];

async function start(
  platform: Platform,
  { controllers, start: options }: Configuration,
): Promise<RunningApp> {
  @Module({
    imports: [
      CorsModule.forRoot({
        ...DEFAULT_OPTIONS,
        routes: [{ path: '/cats/entry/*path', policy: numbered(ENTRY_POLICY) }],
      }),
    ],
    controllers: [...controllers(platform)],
  })
  class AppModule {}
  return startApp(platform, AppModule, options?.(platform));
}

const SEGMENTS = [
  '',
  ...'cats special toys files readme any multi head opt Upper Case entry hosted 7 . .. %2e%2e * :id'.split(
    ' ',
  ),
  ...'a%2Fb %73pecial sp%65cial c%61ts x;y special;v=1 %C3%A9 a%20b A%20B %25 %3F %23'.split(' '),
  ...String.raw`%ZZ % %00 a,b a+b a'b \ {x}`.split(' '),
  ...[10, 11, 100, 101].map((length) => 'a'.repeat(length)),
];

const METHODS = ['GET', 'GET', 'HEAD', 'POST', 'PUT', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];

/** Paths that look like those of the routes, with one thing or another gone wrong. */
function urls({ prefixes }: Space): fc.Arbitrary<string> {
  const known = fc.constantFrom(
    ...'/ /7 /cats /cats/special /cats/7 /cats/special/7 /cats/7/toys /cats/7/toys/8 /cats/any/7'.split(' '),
    ...'/cats/files/readme /cats/files/a/b /cats/multi /cats/multi/7 /cats/head /cats/opt/7'.split(' '),
    ...'/cats/Upper/Case /cats/entry/x /cats/1/2/3 /hosted/special /hosted/7'.split(' '),
  );
  const random = fc
    .array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 4 })
    .map((segments) => `/cats/${segments.join('/')}`);
  const anything = fc
    .array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.join('/')}`);
  const changes: readonly ((path: string, at: number) => string)[] = [
    (path) => path,
    (path) => path,
    (path) => path.toUpperCase(),
    (path, at) => path.slice(0, at) + path.slice(at).toUpperCase(),
    (path) => `${path}/`,
    (path) => `${path}//`,
    (path) => path.replace('/', '//'),
    (path, at) => `${path.slice(0, at)}/${path.slice(at)}`,
    (path, at) => path.slice(0, at) + path.slice(at + 1),
    (path, at) => `${path.slice(0, at)}%${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`,
    (path) => `${path}?a=/b;c#d`,
    (path) => `${path}#fragment?x`,
    (path) => `${path};v=1`,
    (path) => `http://other.example${path}`,
  ];
  return fc
    .tuple(
      fc.constantFrom(...prefixes),
      fc.oneof({ weight: 3, arbitrary: known }, { weight: 3, arbitrary: random }, anything),
      fc.constantFrom(...changes),
      fc.nat(40),
    )
    .map(([prefix, path, change, at]) => {
      const url = change(prefix + path, 1 + (at % Math.max(1, path.length - 1)));
      return url.startsWith('http:') || url.startsWith('/') ? url : `/${url}`;
    });
}

/** How many random requests are made in each configuration on each platform. */
const REQUESTS = Number(process.env['ROUTING_REQUESTS'] ?? 400);

function randomProbes(space: Space): readonly Probe[] {
  const probe = fc
    .tuple(fc.constantFrom(...METHODS), urls(space), fc.constantFrom(...(space.hosts ?? ['app.example'])))
    .map(([method, url, host]): Probe => ({ method, url, headers: { host } }));
  return fc.sample(probe, { numRuns: REQUESTS, seed });
}

const runs = CONFIGURATIONS.flatMap((configuration) =>
  (configuration.platforms ?? PLATFORMS).map((platform) => ({ ...configuration, platform, configuration })),
);

describe.each(runs)('$platform $name', ({ platform, configuration, space }) => {
  const own = startedBySuite();
  let running: RunningApp;
  let prober: Prober;

  beforeAll(async () => {
    running = await own(start(platform, configuration), ({ app }) => app.close());
    prober = await own(new Prober(running.port), (opened) => opened.close());
  });

  it(`gives a preflight the policy of the actual request [FC_SEED=${seed}]`, async () => {
    const wrong: string[] = [];
    const seen = new Set<number>();
    await concurrently(randomProbes(space), async (probe) => {
      const answers = await Promise.all(
        (space.versions ?? [undefined]).map((version) => prober.actual(versioned(probe, version))),
      );
      // What the router or the parser of HTTP refuses before any hook runs shows nothing.
      if (answers.every(({ status, policy }) => policy === undefined && [400, 414].includes(status))) return;
      const policies = [...new Set(answers.flatMap(({ policy }) => policy ?? []))];
      // Versions that nobody serves end in a 404 of the app's; they are no candidates beside those that are served.
      const ofRoutes = policies.filter((policy) => policy > ENTRY_POLICY);
      const expected = ofRoutes.length > 0 ? ofRoutes : policies;
      for (const policy of expected) seen.add(policy);
      const others = space.versions === undefined ? [...seen].slice(-2) : allPolicies();
      const asked = [DEFAULT_POLICY, ENTRY_POLICY, ...expected, ...others];
      const approvals = await Promise.all(
        [...new Set(asked)].map(async (policy) => ({
          policy,
          answer: await prober.preflight(probe, `x-ask-${policy}`),
        })),
      );
      // The router of Fastify may refuse a preflight although it takes the actual request, as it routes OPTIONS.
      if (approvals.some(({ answer }) => answer.status === 400 || answer.status === 414)) return;
      const found = approvals.flatMap(({ policy, answer }) => (answer.policy === policy ? [policy] : []));
      if (found.length !== expected.length || !found.every((policy) => expected.includes(policy))) {
        wrong.push(`${show(probe)}: actual ${named(expected)}, preflight ${named(found)}`);
      }
    });
    expect(wrong.slice(0, 10)).toEqual([]);
    // The requests are no good if they hardly reach anything.
    expect(seen.size).toBeGreaterThan(6);
  });

  function allPolicies(): readonly number[] {
    const routes = running.app.get(CorsService).routes();
    return routes.flatMap(({ policy }) => (typeof policy === 'object' ? (policy.maxAge ?? []) : []));
  }

  function versioned(probe: Probe, version: string | undefined): Probe {
    return version === undefined ? probe : { ...probe, headers: { ...probe.headers, 'x-version': version } };
  }

  function show({ method, url, headers }: Probe): string {
    return `${method} ${url} ${headers?.['host'] ?? ''}`;
  }

  function named(policies: readonly number[]): string {
    return policies.map((policy) => `${whereIs(running, policy)} (${policy})`).join(' + ') || 'none';
  }
});

/** The place of a policy with a number: `Cats#one`, `options`. */
function whereIs({ app }: RunningApp, policy: number | undefined): string {
  const routes = app.get(CorsService).routes();
  const found = routes.find(({ policy: one }) => typeof one === 'object' && one.maxAge === policy);
  return found?.where ?? 'nothing';
}

/** Asks for the target of an actual request and of its preflight. */
async function targets(running: RunningApp, probe: Probe): Promise<{ actual: string; preflight: string }> {
  const prober = new Prober(running.port);
  try {
    return {
      actual: whereIs(running, (await prober.actual(probe)).policy),
      preflight: whereIs(running, (await prober.preflight(probe)).policy),
    };
  } finally {
    prober.close();
  }
}

const both = (where: string): { actual: string; preflight: string } => ({ actual: where, preflight: where });

describe.each(PLATFORMS)('%s, by hand', (platform) => {
  const own = startedBySuite();
  let running: RunningApp;

  beforeAll(async () => {
    const configuration = { name: '', controllers: plain, space: { prefixes: [] } };
    running = await own(start(platform, configuration), ({ app }) => app.close());
  });

  it.each([
    ['GET', '/cats/special', 'Cats#special'],
    ['PUT', '/cats/special', 'Cats#put'],
    ['HEAD', '/cats/special', 'Cats#special'],
    ['GET', '/cats/7', 'Cats#one'],
    ['HEAD', '/cats/head', { fastify: 'Cats#head', express: 'Cats#one' }],
    ['PATCH', '/cats/special/7', 'Cats#patchSpecial'],
    ['GET', '/cats/files/readme', { fastify: 'Cats#readme', express: 'Cats#files' }],
    ['GET', '/cats/files/a/b', 'Cats#files'],
    ['PROPFIND', '/cats/any/7', 'Cats#any'],
    ['GET', '/cats/any/7', 'Cats#any'],
    ['POST', '/cats/multi', 'Cats#multi'],
    ['POST', '/cats/multi/7', 'Cats#multi'],
    ['OPTIONS', '/cats/opt/7', 'Cats#opt'],
    // What no route serves there has the policy of those that serve the rest.
    ['GET', '/cats/opt/7', 'Cats#opt'],
    ['DELETE', '/cats/Upper/Case', 'Cats#upper'],
    ['GET', '/nowhere/at/all', 'options'],
    ['GET', '/cats/entry/7', { fastify: 'options.routes[0]', express: 'options.routes[0]' }],
    ['GET', '/cats/%73pecial', { fastify: 'Cats#special', express: 'Cats#one' }],
    ['GET', '/cats/a%2Fb', 'Cats#one'],
    ['GET', '/CATS/7', { fastify: 'options', express: 'Cats#one' }],
    ['GET', '/cats/7/', { fastify: 'options', express: 'Cats#one' }],
    ['GET', '/cats//toys', 'options'],
    ['GET', '/cats/', { fastify: 'options', express: 'Cats#list' }],
    ['GET', '/cats/special?x=/../y', 'Cats#special'],
    ['GET', '/cats/special;v=1', 'Cats#one'],
    ['GET', 'http://other.example/cats/special', 'Cats#special'],
    ['GET', '/cats/upper/case', { fastify: 'options', express: 'Cats#upper' }],
  ] as const)('%s %s', async (method, url, expected) => {
    const where = typeof expected === 'string' ? expected : expected[platform];
    expect(await targets(running, { method, url })).toEqual(both(where));
  });

  it('has what several routes have in common for a method that none of them serves', async () => {
    const prober = new Prober(running.port);
    const probe = { method: 'POST', url: '/cats/7' };
    // Each exposes, and allows, a header of its own.
    expect(await prober.actual(probe)).toMatchObject({ status: 404, allowed: true, policy: undefined });
    expect(await prober.preflight(probe)).toMatchObject({ status: 204, allowed: true });
    expect(await prober.preflight(probe, 'x-ask-1')).toMatchObject({ status: 403, allowed: false });
    prober.close();
  });

  it('answers a preflight for a malformed or over-long URL, which the router answers before any hook', async () => {
    const prober = new Prober(running.port);
    const malformed = { method: 'GET', url: '/cats/%ZZ' };
    const long = { method: 'GET', url: `/cats/${'x'.repeat(101)}` };
    const where = platform === 'fastify' ? 'options' : 'Cats#one';
    expect(await targets(running, malformed)).toEqual(both(where));
    expect(await prober.actual(malformed)).toMatchObject({ status: 400 });
    expect(await prober.preflight(malformed)).toMatchObject({ status: 204 });
    // Regression: the router's own body stood behind an answer that has none, where the next answer is looked for.
    expect(await prober.preflight(malformed, 'x-none')).toMatchObject({ status: 403, body: '' });
    expect(await prober.preflight(malformed)).toMatchObject({ status: 204, body: '' });
    expect(await prober.actual(long)).toMatchObject({ status: platform === 'fastify' ? 414 : 200 });
    expect(await prober.preflight(long)).toMatchObject({ status: 204 });
    prober.close();
  });
});

describe.each(PLATFORMS)('%s, versions in a header', (platform) => {
  const versions = CONFIGURATIONS.find(({ name }) => name === 'with versions in a header') as Configuration;
  const own = startedBySuite();
  let running: RunningApp;
  let prober: Prober;

  beforeAll(async () => {
    running = await own(start(platform, versions), ({ app }) => app.close());
    prober = await own(new Prober(running.port), (opened) => opened.close());
  });

  /** The routes of which a preflight is approved all that their own policies approve. */
  async function approved(method: string, url: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { where, below, policy } of running.app.get(CorsService).routes()) {
      if (below !== undefined) continue;
      const id = typeof policy === 'object' ? policy.maxAge : undefined;
      const answer = await prober.preflight({ method, url }, `x-ask-${id}`);
      if (answer.policy === id) found.push(where);
    }
    return found.toSorted();
  }

  it('asks the routes of all versions', async () => {
    expect(await approved('GET', '/cats/7')).toEqual(['CatsNeutral#one', 'CatsV1#one', 'CatsV2#one']);
  });

  // Regression: on Express every version of every overlapping path was a candidate.
  it('asks no route that another one of its version hides', async () => {
    expect(await approved('GET', '/cats/special')).toEqual([
      'CatsNeutral#one',
      'CatsV1#special',
      'CatsV2#one',
      'CatsV2#special',
    ]);
  });
});

describe.each(PLATFORMS)('%s, versions of the app’s own', (platform) => {
  it('has what all versions have in common where the extractor throws, and takes all versions into account in a preflight', async () => {
    const running = await start(platform, {
      name: '',
      controllers: () => [CatsV1, CatsV2],
      space: { prefixes: [] },
      start: () => ({
        prepare: (app) =>
          void app.enableVersioning({
            type: VersioningType.CUSTOM,
            extractor: (request) => {
              const { headers } = request as { readonly headers: Readonly<Record<string, string>> };
              const { 'x-version': version } = headers;
              if (version === undefined) throw new Error('no version');
              return version.split(',');
            },
          }),
      }),
    });
    const prober = new Prober(running.port);
    try {
      const probe = { method: 'GET', url: '/cats/special' };
      const failed = await prober.actual(probe);
      expect(failed).toMatchObject({ status: 500, allowed: true, policy: undefined });
      const first = await prober.actual({ ...probe, headers: { 'x-version': '9,1' } });
      expect([first.status, whereIs(running, first.policy)]).toEqual([200, 'CatsV1#special']);
      const answer = await prober.preflight(probe, `x-ask-${first.policy}`);
      expect(answer.status).toBe(204);
    } finally {
      prober.close();
      await running.app.close();
    }
  });
});

describe('Express, routes that are not Nest’s', () => {
  @Controller('cats')
  class Cats {
    @Get('special') @Numbered() special() {}
    @Get(':id') @Numbered() one() {}
    @Put(':id') @Numbered() put() {}
  }

  const answer: express.RequestHandler = (_request, response) => void response.end('foreign');
  const passOn: express.RequestHandler = (_request, _response, next) => next();

  /** Starts an app with something in front of Nest's routes. */
  function startBehind(prepare: (app: NestExpressApplication) => void): Promise<RunningApp> {
    return start('express', {
      name: '',
      controllers: () => [Cats],
      space: { prefixes: [] },
      start: () => ({ prepare: (app) => prepare(app as NestExpressApplication) }),
    });
  }

  it.each<[string, (app: NestExpressApplication) => void]>([
    ['of the adapter', (app) => void app.getHttpAdapter().get('/cats/special', answer as never)],
    // Regression: the path alone told Nest's route from another one.
    ['with the path of one of Nest’s', (app) => void app.getHttpAdapter().get('/cats/:id', answer as never)],
    ['of the Express app', (app) => void app.getHttpAdapter().getInstance().get('/cats/special/', answer)],
    [
      'with a list of paths',
      (app) => void app.getHttpAdapter().getInstance().get(['/a', '/cats/special'], answer),
    ],
    [
      'with an expression',
      (app) =>
        void app
          .getHttpAdapter()
          .getInstance()
          .get(/^\/cats\/spec/, answer),
    ],
    ['for all methods', (app) => void app.getHttpAdapter().getInstance().all('/cats/special', answer)],
    [
      'for all methods at once',
      (app) => void app.getHttpAdapter().getInstance().route('/cats/special').all(answer),
    ],
  ])('gives the default policy to a route %s', async (_name, prepare) => {
    const running = await startBehind(prepare);
    try {
      expect(await targets(running, { method: 'GET', url: '/cats/special' })).toEqual(both('options'));
      expect(await targets(running, { method: 'HEAD', url: '/cats/special' })).toEqual(both('options'));
    } finally {
      await running.app.close();
    }
  });

  it('goes by Nest’s routes behind one that passes requests on', async () => {
    const running = await startBehind((app) => app.getHttpAdapter().getInstance().all('/{*path}', passOn));
    try {
      expect(await targets(running, { method: 'GET', url: '/cats/special' })).toEqual(both('Cats#special'));
      expect(await targets(running, { method: 'PUT', url: '/cats/special' })).toEqual(both('Cats#put'));
      expect(await targets(running, { method: 'GET', url: '/nowhere' })).toEqual(both('options'));
    } finally {
      await running.app.close();
    }
  });

  it('gives the default policy to what is mounted at a path that no route of Nest serves', async () => {
    const router = express.Router();
    router.get('/special', answer);
    const running = await startBehind((app) => {
      app.use('/mount', router);
      app.use('/plain', answer);
    });
    try {
      expect(await targets(running, { method: 'GET', url: '/mount/special' })).toEqual(both('options'));
      expect(await targets(running, { method: 'GET', url: '/plain/special' })).toEqual(both('options'));
    } finally {
      await running.app.close();
    }
  });

  it('gives the default policy to the route of a mounted router in front of a route of Nest', async () => {
    const router = express.Router();
    router.get('/special', answer);
    const running = await startBehind((app) => void app.use('/cats', router));
    try {
      const { actual } = await targets(running, { method: 'GET', url: '/cats/special' });
      expect(actual).toBe('options');
    } finally {
      await running.app.close();
    }
  });

  // Regression: the route that carries such a middleware was taken for somebody else's.
  it('gives the route’s policy to what Nest’s middleware for one method answers', async () => {
    @Module({
      imports: [CorsModule.forRoot(DEFAULT_OPTIONS)],
      controllers: [Cats],
    })
    class AppModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer
          .apply((_request: unknown, response: ServerResponse) => response.end('stopped'))
          .forRoutes({ path: 'cats/{*path}', method: RequestMethod.GET });
      }
    }
    const running = await startApp('express', AppModule);
    try {
      expect(await targets(running, { method: 'GET', url: '/cats/special' })).toEqual(both('Cats#special'));
    } finally {
      await running.app.close();
    }
  });
});

describe('Fastify, routes that are not Nest’s', () => {
  @Controller()
  class Cats {
    @Get('cats/special') @Numbered() special() {}
    @Get('cats/:id') @Numbered() one() {}
    @Put('cats/:id') @Numbered() put() {}
    @Get('*') @Numbered() rest() {}
  }

  const own = startedBySuite();
  let running: RunningApp;

  beforeAll(async () => {
    const configuration: Configuration = {
      name: '',
      controllers: () => [Cats],
      space: { prefixes: [] },
      start: () => ({
        prepare: async (app) => {
          const instance: FastifyInstance = app.getHttpAdapter().getInstance();
          const answer = async (): Promise<string> => 'foreign';
          instance.get('/cats/mine', answer);
          await instance.register(
            async (plugin) => {
              plugin.get('/', answer);
              plugin.get('/:x', answer);
              plugin.put('/put', { exposeHeadRoute: false }, answer);
              plugin.route({ method: ['GET', 'POST'], url: '/both', handler: answer });
            },
            { prefix: '/plugin' },
          );
          await instance.register(async (plugin) => void plugin.get('/', answer), { prefix: '/root' });
        },
      }),
    };
    running = await own(start('fastify', configuration), ({ app }) => app.close());
  });

  it.each([
    ['GET', '/cats/mine', 'options'],
    ['HEAD', '/cats/mine', 'options'],
    ['PUT', '/cats/mine', 'Cats#put'],
    ['GET', '/plugin', 'options'],
    ['GET', '/root', 'options'],
    // Regression: `onRoute` is not told of this URL, and the preflight was the wildcard's.
    ['GET', '/root/', 'options'],
    ['HEAD', '/root/', 'options'],
    ['GET', '/plugin/7', 'options'],
    ['HEAD', '/plugin/7', 'options'],
    ['POST', '/plugin/both', 'options'],
    ['PUT', '/plugin/put', 'options'],
    ['GET', '/plugin/7/8', 'Cats#rest'],
    ['GET', '/cats/special', 'Cats#special'],
  ] as const)('%s %s', async (method, url, where) => {
    expect(await targets(running, { method, url })).toEqual(both(where));
  });
});

describe('Fastify, options of the server', () => {
  async function startWith(
    controller: Type,
    adapter: FastifyAdapter,
    prepare: () => void = () => undefined,
  ): Promise<RunningApp> {
    return start('fastify', {
      name: '',
      controllers: () => [controller],
      space: { prefixes: [] },
      start: () => ({ adapter, prepare }),
    });
  }

  const addHead = (instance: FastifyInstance): void => {
    instance.head('/cats/special', (_, reply) => reply.send());
  };

  /** Plugins are loaded when the routes of Nest are there. */
  const addHeadLater = (instance: FastifyInstance): void => {
    instance.register(async (child) => addHead(child));
  };

  it('goes by the URL that `rewriteUrl` makes', async () => {
    @Controller('new')
    class Rewritten {
      @Get('cats') @Numbered() cats() {}
      @Put('cats') @Numbered() put() {}
    }
    const adapter = new FastifyAdapter({ rewriteUrl: ({ url = '' }) => url.replace('/old', '/new') });
    const running = await startWith(Rewritten, adapter);
    try {
      expect(await targets(running, { method: 'GET', url: '/old/cats' })).toEqual(both('Rewritten#cats'));
      expect(await targets(running, { method: 'PUT', url: '/old/cats' })).toEqual(both('Rewritten#put'));
    } finally {
      await running.app.close();
    }
  });

  it('goes without HEAD routes where `exposeHeadRoutes` is off', async () => {
    @Controller('cats')
    class Cats {
      @Get('special') @Numbered() special() {}
      @Head(':id') @Numbered() head() {}
    }
    const running = await startWith(Cats, new FastifyAdapter({ exposeHeadRoutes: false }));
    try {
      expect(await targets(running, { method: 'HEAD', url: '/cats/special' })).toEqual(both('Cats#head'));
      expect(await targets(running, { method: 'HEAD', url: '/cats' })).toEqual(both('options'));
    } finally {
      await running.app.close();
    }
  });

  // Regression: the forwarded host was compared, while the router reads the one that was sent.
  it('compares the `host` constraint as the router does, behind a trusted proxy too', async () => {
    @Controller('cats')
    class Cats {
      @Get('special') @RouteConstraints({ host: 'in.example' }) @Numbered() inside() {}
      @Get('special') @RouteConstraints({ host: /^out/ }) @Numbered() outside() {}
      @Get(':id') @Numbered() one() {}
    }
    const running = await startWith(Cats, new FastifyAdapter({ trustProxy: true }));
    try {
      const at = (host: string): Probe => ({
        method: 'GET',
        url: '/cats/special',
        headers: { host, 'x-forwarded-host': 'in.example' },
      });
      expect(await targets(running, at('in.example'))).toEqual(both('Cats#inside'));
      expect(await targets(running, at('out.example'))).toEqual(both('Cats#outside'));
      expect(await targets(running, at('other.example'))).toEqual(both('Cats#one'));
    } finally {
      await running.app.close();
    }
  });

  it.each(['before', 'after'])(
    'does not take a route for one of Nest with the same method and URL, registered %s the app is created',
    async (time) => {
      @Controller('cats')
      class Cats {
        @Get('special') @Numbered() special() {}
      }
      const adapter = new FastifyAdapter();
      const register = (): void => {
        adapter.getInstance().route({
          method: 'GET',
          url: '/cats/special',
          constraints: { host: 'plugin.example' },
          handler: () => 'a plugin',
        });
      };
      if (time === 'before') register();
      const running = await startWith(Cats, adapter, time === 'after' ? register : undefined);
      try {
        const at = (host: string, method: string): Probe => ({
          method,
          url: '/cats/special',
          headers: { host },
        });
        for (const method of ['GET', 'HEAD']) {
          expect(await targets(running, at('plugin.example', method))).toEqual(both('options'));
          expect(await targets(running, at('cats.example', method))).toEqual(both('Cats#special'));
        }
      } finally {
        await running.app.close();
      }
    },
  );

  // Regression: a HEAD route that was registered behind Nest's was taken for the one that Fastify adds to a GET route.
  it.each([
    ["in front of Nest's", new FastifyAdapter(), addHead],
    ["behind Nest's", new FastifyAdapter({ exposeHeadRoutes: false }), addHeadLater],
  ])('does not take a HEAD route of a plugin for the one of a GET route, %s', async (_, adapter, add) => {
    @Controller('cats')
    class Cats {
      @Get('special') @Numbered() special() {}
      @Head('own') @Numbered() own() {}
      @Get('own') @Numbered() get() {}
    }
    const running = await startWith(Cats, adapter, () => add(adapter.getInstance()));
    try {
      const at = (method: string, path: string): Probe => ({ method, url: `/cats/${path}` });
      expect(await targets(running, at('HEAD', 'special'))).toEqual(both('options'));
      expect(await targets(running, at('GET', 'special'))).toEqual(both('Cats#special'));
      expect(await targets(running, at('HEAD', 'own'))).toEqual(both('Cats#own'));
      expect(await targets(running, at('GET', 'own'))).toEqual(both('Cats#get'));
    } finally {
      await running.app.close();
    }
  });

  it('looks for as many requests as there are different constraints, not for all combinations of them', async () => {
    const strategies = Array.from({ length: 12 }, (_, index) => ({
      name: `c${index}`,
      storage: () => {
        const handlers = new Map<unknown, unknown>();
        return { get: (key: unknown) => handlers.get(key) ?? null, set: handlers.set.bind(handlers) };
      },
      validate: () => true,
      deriveConstraint: ({ headers }: { headers: Record<string, string> }) => headers[`c${index}`],
    }));
    @Controller('cats')
    class Cats {
      @Get('special') @Numbered() special() {}
    }
    Array.from({ length: 12 }, (_, constraint) =>
      Array.from({ length: 5 }, (__, value) => {
        const name = `at${constraint}x${value}`;
        const descriptor = { value: () => name, writable: true, configurable: true };
        Object.defineProperty(Cats.prototype, name, descriptor);
        Get(constraint % 2 === 0 ? 'special' : `special${constraint}`)(Cats.prototype, name, descriptor);
        RouteConstraints({ [`c${constraint}`]: String(value) })(Cats.prototype, name, descriptor);
        return Numbered()(Cats.prototype, name, descriptor);
      }),
    );
    const adapter = new FastifyAdapter();
    // Not by the option `constraints`, which the adapter of Nest 11 does not pass on.
    for (const strategy of strategies) adapter.getInstance().addConstraintStrategy(strategy as never);
    const running = await startWith(Cats, adapter);
    const prober = new Prober(running.port);
    try {
      const own = await prober.actual({ method: 'GET', url: '/cats/special', headers: { c4: '3' } });
      expect(whereIs(running, own.policy)).toBe('Cats#at4x3');
      const answer = await prober.preflight({ method: 'GET', url: '/cats/special' }, `x-ask-${own.policy}`);
      expect(answer).toMatchObject({ status: 204, policy: own.policy });
      const other = await prober.actual({ method: 'GET', url: '/cats/special5', headers: { c5: '1' } });
      expect(whereIs(running, other.policy)).toBe('Cats#at5x1');
      const refused = await prober.preflight(
        { method: 'GET', url: '/cats/special' },
        `x-ask-${other.policy}`,
      );
      expect(refused.status).toBe(403);
    } finally {
      prober.close();
      await running.app.close();
    }
  });
});
