import { beforeAll, describe, expect, it } from '@jest/globals';
import { VersioningType } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { AllowOrigin, NoCors, type CorsModuleOptions } from '../../lib/index.js';
import {
  createAdapter,
  PLATFORMS,
  type Platform,
  type RunningApp,
  type StartOptions,
} from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send, type WireRequest, type WireResponse } from '../support/http.js';
import { has } from '../support/nest-11.js';
import { appsOfSuite } from '../support/suites.js';
import { whileInstrumented, wrapRoutes } from '../support/wrapped-handlers.js';
import { CONTROLLER_PATHS } from './response-matrix/controllers.js';
import { FOREIGN_FIELDS, matrixModule, prepareMatrixApp } from './response-matrix/app.js';
import {
  ALL_RESPONSES,
  BELOW_RESPONSES,
  BODY_LIMIT,
  ENTRY_RESPONSES,
  OTHER_RESPONSES,
  ROUTE_RESPONSES,
  statusOn,
  UNSERVED_RESPONSES,
  type ResponseKind,
} from './response-matrix/responses.js';

const APP = 'https://app.example.com';

/** What a request may have for an `Origin`. */
const ORIGINS: Readonly<Record<string, string | readonly string[] | undefined>> = {
  allowed: APP,
  refused: 'https://evil.example.com',
  missing: undefined,
  repeated: [APP, APP],
  'two in one line': `${APP}, ${APP}`,
  empty: '',
  opaque: 'null',
  'with a slash': `${APP}/`,
  'with a path': `${APP}/things`,
  'with the default port': `${APP}:443`,
  'with another port': `${APP}:8443`,
  'upper case': APP.toUpperCase(),
  'trailing dot': `${APP}.`,
  'no scheme': 'app.example.com',
  'userinfo before it': 'https://user@app.example.com',
  'white space in it': 'https://app .example.com',
  'no ASCII': 'https://äpp.example.com',
  'one byte too long': `https://${'a'.repeat(327 - 'https://'.length - '.example.com'.length)}.example.com`,
};

type Fields = Parameters<typeof expected>[0];

interface Table {
  readonly name: string;
  readonly decorate: ClassDecorator;
  readonly options: CorsModuleOptions;
  /** Whether a middleware of the app sets headers of its own. */
  readonly foreign?: boolean;
  /** Whether somebody wraps the handlers, for tracing. */
  readonly wrapped?: boolean;
  /** The groups of responses, each with the headers that the library sends, and whether those of the app go out. */
  readonly groups: readonly {
    readonly kinds: readonly ResponseKind[];
    readonly allowed: Fields;
    readonly others: Fields;
    readonly passes?: boolean;
  }[];
}

/** All three allow the same origin; credentials and exposed headers tell which one has decided. */
const DEFAULT: CorsModuleOptions = { origin: APP, exposedHeaders: 'x-default' };

/** Of routes, with credentials and exposed headers unlike the default's and those of the entry. */
const OWN = { origin: APP, credentials: true, exposedHeaders: ['x-request-id', 'etag'] } as const;

const ENTRY = { path: '/entry/*path', policy: { origin: APP, exposedHeaders: 'x-entry' } } as const;

type Group = Table['groups'][number];

const ofOwn = (...kinds: readonly ResponseKind[]): Group => ({
  kinds,
  allowed: { acao: APP, acac: 'true', aceh: 'x-request-id, etag', vary: 'Origin' },
  others: { vary: 'Origin' },
});

const ofDefault = (...kinds: readonly ResponseKind[]): Group => ({
  kinds,
  allowed: { acao: APP, aceh: 'x-default', vary: 'Origin' },
  others: { vary: 'Origin' },
});

const OF_ENTRY: Group = {
  kinds: ENTRY_RESPONSES,
  allowed: { acao: APP, aceh: 'x-entry', vary: 'Origin' },
  others: { vary: 'Origin' },
};

/** What goes out where routes have {@link OWN}, all else {@link DEFAULT}, and an entry its own. */
const OWN_GROUPS: readonly Group[] = [
  ofOwn(...ROUTE_RESPONSES, ...UNSERVED_RESPONSES),
  ofDefault(...BELOW_RESPONSES, ...OTHER_RESPONSES),
  OF_ENTRY,
];

const TABLES: readonly Table[] = [
  {
    name: 'a restricted policy with credentials',
    decorate: AllowOrigin(OWN),
    options: { ...DEFAULT, routes: [ENTRY] },
    groups: OWN_GROUPS,
  },
  {
    name: 'such a policy on handlers that are wrapped, in an app that sets headers',
    decorate: AllowOrigin(OWN),
    options: { ...DEFAULT, routes: [ENTRY] },
    foreign: true,
    wrapped: true,
    groups: OWN_GROUPS,
  },
  {
    name: 'such a policy from an entry of routes, above the controllers and beside others',
    decorate: () => undefined,
    options: {
      ...DEFAULT,
      routes: [
        ENTRY,
        ...CONTROLLER_PATHS.map((path) => ({ path, policy: OWN })),
        { path: '/things-beside', policy: false },
      ],
    },
    groups: [
      ofOwn(...ROUTE_RESPONSES, ...UNSERVED_RESPONSES, ...BELOW_RESPONSES),
      ofDefault(...OTHER_RESPONSES),
      OF_ENTRY,
    ],
  },
  {
    name: "'*'",
    decorate: AllowOrigin('*', { exposedHeaders: '*' }),
    options: { origin: '*', routes: [{ path: '/entry/*path', policy: { exposedHeaders: 'x-entry' } }] },
    groups: [
      { kinds: ROUTE_RESPONSES, allowed: { acao: '*', aceh: '*' }, others: { acao: '*', aceh: '*' } },
      { kinds: UNSERVED_RESPONSES, allowed: { acao: '*', aceh: '*' }, others: { acao: '*', aceh: '*' } },
      {
        kinds: [...BELOW_RESPONSES, ...OTHER_RESPONSES],
        allowed: { acao: '*' },
        others: { acao: '*' },
      },
      {
        kinds: ENTRY_RESPONSES,
        allowed: { acao: '*', aceh: 'x-entry' },
        others: { acao: '*', aceh: 'x-entry' },
      },
    ],
  },
  {
    name: '@NoCors(), in an app that sets headers',
    decorate: NoCors(),
    options: { ...DEFAULT, routes: [{ path: '/entry/*path', policy: false }] },
    foreign: true,
    groups: [
      {
        kinds: [...ROUTE_RESPONSES, ...UNSERVED_RESPONSES, ...ENTRY_RESPONSES],
        allowed: {},
        others: {},
      },
    ],
  },
  {
    name: 'no policy, in an app that sets headers',
    decorate: () => undefined,
    options: {},
    foreign: true,
    groups: [{ kinds: ALL_RESPONSES, allowed: {}, others: {} }],
  },
  {
    name: 'an unmanaged path, in an app that sets headers',
    decorate: () => undefined,
    options: { ...DEFAULT, routes: [{ path: '/', unmanaged: true }] },
    foreign: true,
    groups: [{ kinds: ALL_RESPONSES, allowed: {}, others: {}, passes: true }],
  },
];

/** Sends one kind of response for each origin, and says what came and what should have come. */
async function compare(
  { allowed, others, passes = false }: Group,
  kind: ResponseKind,
  platform: Platform,
  foreign: boolean,
  exchange: (request: WireRequest) => Promise<WireResponse>,
): Promise<readonly [seen: object, wanted: object]> {
  const ofApp: Partial<typeof FOREIGN_FIELDS> = foreign && !kind.cleared ? FOREIGN_FIELDS : {};
  const wantedFields = ({ vary, ...fields }: Fields): object => ({
    ...expected(fields),
    ...(passes && ofApp.cors),
    ...varyOf(ofApp.vary, kind.vary?.[platform], vary as string | undefined),
  });
  const seen: Record<string, unknown> = {};
  const wanted: Record<string, unknown> = {};
  for (const [name, origin] of Object.entries(ORIGINS)) {
    const headers = { ...kind.request.headers, ...(origin !== undefined && { origin }) };
    const response = await exchange({ ...kind.request, headers });
    seen[name] = [response.status, corsHeaders(response)];
    wanted[name] = [statusOn(kind, platform), wantedFields(name === 'allowed' ? allowed : others)];
  }
  return [seen, wanted];
}

describe.each(PLATFORMS)('every response on %s', (platform) => {
  describe.each(TABLES)('under $name', ({ decorate, options, foreign = false, wrapped = false, groups }) => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      const start = () =>
        startApp(platform, matrixModule(decorate, options), matrixOptions(platform, { foreign, wrapped }));
      running = await (wrapped ? whileInstrumented(start) : start());
    });

    for (const group of groups) {
      it.each(group.kinds.filter((kind) => statusOn(kind, platform) !== undefined))('$name', async (kind) => {
        const exchange = (request: WireRequest) => send(running.port, request);
        const [seen, wanted] = await compare(group, kind, platform, foreign, exchange);
        expect(seen).toEqual(wanted);
      });
    }
  });
});

describe("every response that Fastify's inject() gives", () => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const module = matrixModule(AllowOrigin(OWN), { ...DEFAULT, routes: [ENTRY] });
    running = await startApp('fastify', module, matrixOptions('fastify', { foreign: true, wrapped: false }));
  });

  async function inject({ method = 'GET', path = '/', headers, body }: WireRequest): Promise<WireResponse> {
    const instance = running.app.getHttpAdapter().getInstance() as FastifyInstance;
    const response = await instance.inject({
      method: method as 'GET',
      url: path,
      headers: headers as Record<string, string | string[]>,
      ...(body !== undefined && { payload: body }),
    });
    const lines = Object.entries(response.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((line) => [name, String(line)] as const),
    );
    return { status: response.statusCode, headers: {}, lines, body: response.body };
  }

  for (const group of OWN_GROUPS) {
    const kinds = group.kinds
      .filter((kind) => statusOn(kind, 'fastify') !== undefined)
      .filter(({ name }) => name !== '@Sse()' || has('injectedEvents'));
    it.each(kinds)('$name', async (kind) => {
      const [seen, wanted] = await compare(group, kind, 'fastify', true, inject);
      expect(seen).toEqual(wanted);
    });
  }
});

/** `Vary`, if anybody has set it: the app first, then the platform, the library last. */
function varyOf(...names: readonly (string | undefined)[]): object {
  const vary = names.filter((name) => name !== undefined).join(', ');
  return vary === '' ? {} : { vary };
}

function matrixOptions(
  platform: Platform,
  { foreign, wrapped }: Required<{ readonly [K in 'foreign' | 'wrapped']: boolean }>,
): StartOptions {
  const adapter = createAdapter(platform, { bodyLimit: BODY_LIMIT });
  return {
    adapter,
    prepare: async (app) => {
      if (wrapped && platform === 'fastify') wrapRoutes(adapter.getInstance());
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
      await prepareMatrixApp(app, platform, { foreign });
    },
  };
}
