import { beforeAll, describe, expect, it } from '@jest/globals';
import { VersioningType } from '@nestjs/common';
import { AllowOrigin, NoCors, type CorsModuleOptions } from '../../lib/index.js';
import {
  createAdapter,
  PLATFORMS,
  type Platform,
  type RunningApp,
  type StartOptions,
} from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import { FOREIGN_FIELDS, matrixModule, prepareMatrixApp } from './response-matrix/app.js';
import {
  BODY_LIMIT,
  ENTRY_RESPONSES,
  OTHER_RESPONSES,
  ROUTE_RESPONSES,
  statusOn,
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
  readonly foreign?: true;
  /** The groups of responses, each with the headers that the library sends, and whether those of the app go out. */
  readonly groups: readonly {
    readonly kinds: readonly ResponseKind[];
    readonly allowed: Fields;
    readonly others: Fields;
    readonly passes?: true;
  }[];
}

/** All three allow the same origin; credentials and exposed headers tell which one has decided. */
const DEFAULT: CorsModuleOptions = { origin: APP, exposedHeaders: 'x-default' };

const TABLES: readonly Table[] = [
  {
    name: 'a restricted policy with credentials',
    decorate: AllowOrigin(APP, { credentials: true, exposedHeaders: ['x-request-id', 'etag'] }),
    options: {
      ...DEFAULT,
      routes: [{ path: '/entry/*path', policy: { origin: APP, exposedHeaders: 'x-entry' } }],
    },
    groups: [
      {
        kinds: ROUTE_RESPONSES,
        allowed: { acao: APP, acac: 'true', aceh: 'x-request-id, etag', vary: 'Origin' },
        others: { vary: 'Origin' },
      },
      {
        kinds: OTHER_RESPONSES,
        allowed: { acao: APP, aceh: 'x-default', vary: 'Origin' },
        others: { vary: 'Origin' },
      },
      {
        kinds: ENTRY_RESPONSES,
        allowed: { acao: APP, aceh: 'x-entry', vary: 'Origin' },
        others: { vary: 'Origin' },
      },
    ],
  },
  {
    name: "'*'",
    decorate: AllowOrigin('*', { exposedHeaders: '*' }),
    options: { origin: '*', routes: [{ path: '/entry/*path', policy: { exposedHeaders: 'x-entry' } }] },
    groups: [
      { kinds: ROUTE_RESPONSES, allowed: { acao: '*', aceh: '*' }, others: { acao: '*', aceh: '*' } },
      { kinds: OTHER_RESPONSES, allowed: { acao: '*' }, others: { acao: '*' } },
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
    groups: [{ kinds: [...ROUTE_RESPONSES, ...ENTRY_RESPONSES], allowed: {}, others: {} }],
  },
  {
    name: 'no policy, in an app that sets headers',
    decorate: () => undefined,
    options: {},
    foreign: true,
    groups: [
      {
        kinds: [...ROUTE_RESPONSES, ...OTHER_RESPONSES, ...ENTRY_RESPONSES],
        allowed: {},
        others: {},
        passes: true,
      },
    ],
  },
];

describe.each(PLATFORMS)('every response on %s', (platform) => {
  describe.each(TABLES)('under $name', ({ decorate, options, foreign = false, groups }) => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      running = await startApp(platform, matrixModule(decorate, options), matrixOptions(platform, foreign));
    });

    for (const { kinds, allowed, others, passes = false } of groups) {
      it.each(kinds.filter((kind) => statusOn(kind, platform) !== undefined))('$name', async (kind) => {
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
          const response = await send(running.port, { ...kind.request, headers });
          seen[name] = [response.status, corsHeaders(response)];
          wanted[name] = [statusOn(kind, platform), wantedFields(name === 'allowed' ? allowed : others)];
        }
        expect(seen).toEqual(wanted);
      });
    }
  });
});

/** `Vary`, if anybody has set it: the app first, then the platform, the library last. */
function varyOf(...names: readonly (string | undefined)[]): object {
  const vary = names.filter((name) => name !== undefined).join(', ');
  return vary === '' ? {} : { vary };
}

function matrixOptions(platform: Platform, foreign: boolean): StartOptions {
  return {
    adapter: createAdapter(platform, { bodyLimit: BODY_LIMIT }),
    prepare: async (app) => {
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
      await prepareMatrixApp(app, platform, { foreign });
    },
  };
}
