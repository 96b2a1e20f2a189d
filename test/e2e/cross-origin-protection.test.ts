import { METHODS, type Server } from 'node:http';
import { connect, type ClientHttp2Session } from 'node:http2';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { All, Controller, Module, type INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CorsModule } from '../../lib/index.js';
import { createAdapter, PLATFORMS } from '../support/apps.js';
import { send, sendLines } from '../support/http.js';
import { has } from '../support/nest-11.js';
import { appsOfSuite, startedBySuite } from '../support/suites.js';

/*
 * `enforce: 'unsafe'` beside `http.CrossOriginProtection` of Go 1.25, row by row: the rows of its own tests, and those in which
 * the two differ. What Go says is checked against Nest 12, whose protection follows it.
 */

const HOST = 'example.com';
const OWN = 'https://example.com';
const TRUSTED = 'https://trusted.example';
const ATTACKER = 'https://attacker.example';

/** What becomes of a request. */
type Outcome = 'passes' | 'is refused';

interface Row {
  readonly method?: string;
  /** `Sec-Fetch-Site`; a list sends it once for each element. */
  readonly site?: string | readonly string[];
  readonly origin?: string;
  readonly host?: string;
  readonly path?: string;
  readonly go: Outcome;
  /** What it is here, where that is something else, and why. */
  readonly here?: readonly [outcome: Outcome, why: string];
  /** What it is in Nest, where that is something else. */
  readonly nest?: Outcome;
}

/** Node 20 knows no QUERY. */
const UNSAFE_METHODS = ['PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY'].filter((one) => METHODS.includes(one));

const SAME: readonly Row[] = [
  // Safe methods.
  { method: 'GET', site: 'cross-site', go: 'passes' },
  { method: 'HEAD', site: 'cross-site', go: 'passes' },
  { method: 'OPTIONS', site: 'cross-site', go: 'passes' },
  { method: 'GET', site: 'cross-site', origin: ATTACKER, go: 'passes' },
  { method: 'HEAD', origin: ATTACKER, go: 'passes' },
  { method: 'OPTIONS', origin: ATTACKER, go: 'passes' },
  { method: 'GET', origin: 'null', go: 'passes' },
  // What the browser says, without Origin.
  { site: 'same-origin', go: 'passes' },
  { site: 'none', go: 'passes' },
  { site: 'cross-site', go: 'is refused' },
  { site: 'same-site', go: 'is refused' },
  { site: 'Same-Origin', go: 'is refused' },
  { site: 'something-new', go: 'is refused' },
  ...UNSAFE_METHODS.map((method): Row => ({
    method,
    site: 'cross-site',
    go: 'is refused',
  })),
  // What the browser says, with it.
  { site: 'same-origin', origin: OWN, go: 'passes' },
  { site: 'same-origin', origin: 'null', go: 'passes' },
  { site: 'same-origin', origin: ATTACKER, go: 'passes' },
  { site: 'none', origin: OWN, go: 'passes' },
  { site: 'cross-site', origin: ATTACKER, go: 'is refused' },
  { site: 'same-site', origin: 'https://www.example.com', go: 'is refused' },
  { site: 'cross-site', origin: OWN, go: 'is refused' },
  { site: 'cross-site', origin: 'null', go: 'is refused' },
  // What it leaves open.
  { go: 'passes' },
  { origin: OWN, go: 'passes' },
  { origin: 'http://example.com', go: 'passes' },
  { origin: 'https://example.com:8443', host: 'example.com:8443', go: 'passes' },
  { origin: ATTACKER, go: 'is refused' },
  { origin: 'https://example.com:8443', go: 'is refused' },
  { origin: 'null', go: 'is refused' },
  { method: 'PUT', origin: ATTACKER, go: 'is refused' },
  // Trusted origins.
  { origin: TRUSTED, go: 'passes' },
  { origin: TRUSTED, site: 'cross-site', go: 'passes' },
  { origin: TRUSTED, site: 'same-site', go: 'passes' },
  { origin: `${TRUSTED}/`, go: 'is refused' },
  { origin: `${TRUSTED}.attacker.example`, site: 'cross-site', go: 'is refused' },
  // Paths that are left out; those of Nest have no slash at their end.
  { path: '/bypass/', origin: ATTACKER, go: 'passes', nest: 'is refused' },
  { path: '/bypass/', origin: ATTACKER, site: 'cross-site', go: 'passes', nest: 'is refused' },
  { path: '/bypass/', site: 'cross-site', go: 'passes', nest: 'is refused' },
  { path: '/bypass/bar', origin: ATTACKER, go: 'passes' },
  { path: '/only/123', origin: ATTACKER, go: 'passes' },
  { path: '/only/123/foo', origin: ATTACKER, go: 'is refused' },
  { path: '/api/', origin: ATTACKER, go: 'is refused' },
  { path: '/api/', origin: ATTACKER, site: 'cross-site', go: 'is refused' },
  { path: '/api', origin: ATTACKER, go: 'is refused' },
  { path: '/foo/../api/bar', origin: ATTACKER, go: 'is refused' },
];

const DIFFERENT: readonly Row[] = [
  {
    site: 'none',
    origin: ATTACKER,
    go: 'passes',
    here: ['is refused', 'an extension can send that, so Origin decides'],
  },
  {
    site: ['same-origin', 'cross-site'],
    origin: ATTACKER,
    go: 'passes',
    here: ['is refused', 'a field that was sent twice says neither'],
    nest: 'is refused',
  },
  {
    site: '',
    origin: OWN,
    go: 'passes',
    here: ['is refused', 'an empty field is no value of a browser'],
  },
  { site: '', go: 'passes', here: ['is refused', 'an empty field is no value of a browser'] },
  { origin: '', go: 'passes', here: ['is refused', 'an empty field is no origin, and was sent'] },
  {
    origin: 'capacitor://example.com',
    go: 'passes',
    here: ['is refused', 'an app shell is another origin than the site, whatever its pages are called'],
  },
  {
    origin: OWN,
    host: 'example.com:443',
    go: 'is refused',
    here: ['passes', 'both name the default port of the scheme'],
    nest: 'passes',
  },
  {
    origin: OWN,
    host: 'EXAMPLE.com',
    go: 'is refused',
    here: ['passes', 'hosts have no letter case'],
    nest: 'passes',
  },
  {
    path: '/foo/../bypass/bar',
    origin: ATTACKER,
    go: 'passes',
    here: ['is refused', 'of a path that can be read in two ways the stricter policy counts'],
    nest: 'is refused',
  },
];

function title({ method = 'POST', site, origin, host, path = '/', go, here }: Row): string {
  const said = [
    `${method} ${path}`,
    ...(host === undefined ? [] : [`Host: ${host}`]),
    ...(site === undefined ? [] : [`Sec-Fetch-Site: ${JSON.stringify(site)}`]),
    ...(origin === undefined ? [] : [`Origin: ${JSON.stringify(origin)}`]),
  ].join(', ');
  return here === undefined ? `${said} ${go}` : `${said} ${here[0]}, since ${here[1]}; in Go it ${go}`;
}

/** What has run of the app. */
const ran: string[] = [];

@Controller()
class AnyController {
  @All(['/', 'api', 'api/bar', 'bypass', 'bypass/bar', 'only/:foo', 'only/:foo/foo'])
  any() {
    ran.push('handler');
    return 'any';
  }
}

@Module({
  imports: [
    CorsModule.forRoot({
      origin: TRUSTED,
      enforce: 'unsafe',
      routes: [
        { path: '/bypass', policy: { enforce: false } },
        { path: '/only/:foo', exact: true, policy: { enforce: false } },
      ],
    }),
  ],
  controllers: [AnyController],
})
class AppModule {}

@Module({ controllers: [AnyController] })
class BareModule {}

function protect(app: INestApplication): void {
  (app as NestExpressApplication).enableCsrfProtection({
    trustedOrigins: [TRUSTED],
    exclude: ['/bypass', '/bypass/', '/bypass/*path', '/only/:foo'],
  });
}

async function outcomeOf(port: number, row: Row): Promise<Outcome> {
  const { method = 'POST', site, origin, host = HOST, path = '/' } = row;
  const { status } = await send(port, {
    method,
    path,
    headers: {
      host,
      ...(site !== undefined && { 'sec-fetch-site': site }),
      ...(origin !== undefined && { origin }),
    },
  });
  return status === 403 ? 'is refused' : 'passes';
}

describe.each(PLATFORMS)("enforce: 'unsafe' beside http.CrossOriginProtection of Go, on %s", (platform) => {
  const startApp = appsOfSuite();
  let port: number;
  beforeAll(async () => {
    ({ port } = await startApp(platform, AppModule));
  });
  beforeEach(() => {
    ran.length = 0;
  });

  it.each([...SAME, ...DIFFERENT].map((row) => [title(row), row] as const))('%s', async (_, row) => {
    expect(await outcomeOf(port, row)).toBe(row.here?.[0] ?? row.go);
    // What is refused has not run; of what passes, all has that a handler serves.
    if (row.here?.[0] === 'is refused' || (row.here === undefined && row.go === 'is refused'))
      expect(ran).toEqual([]);
    else if (row.path !== '/bypass/') expect(ran).toEqual(['handler']);
  });

  it('refuses with 403 in front of the app, and names no origin', async () => {
    const { status, body, headers } = await send(port, { method: 'POST', headers: { origin: ATTACKER } });
    expect([status, JSON.parse(body)]).toEqual([
      403,
      { message: 'Forbidden resource', error: 'Forbidden', statusCode: 403 },
    ]);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('has no method in lower case on HTTP/1, which Node itself refuses', async () => {
    for (const method of ['get', 'post']) {
      const { status } = await sendLines(
        port,
        `${method} / HTTP/1.1`,
        `Host: ${HOST}`,
        `Origin: ${ATTACKER}`,
      );
      expect([status, ran]).toEqual([400, []]);
    }
  });
});

describe("enforce: 'unsafe' on HTTP/2", () => {
  const own = startedBySuite();
  const startApp = appsOfSuite();
  const answered: string[] = [];
  let session: ClientHttp2Session;
  beforeAll(async () => {
    const { port } = await startApp('fastify', AppModule, {
      adapter: createAdapter('fastify', { http2: true }),
      prepare: (app) => {
        // Fastify knows no methods in lower case, but who stands in front of it may.
        (app.getHttpServer() as Server).prependListener('request', ({ method = '' }, response) => {
          if (method === method.toUpperCase()) return;
          answered.push(method);
          response.end();
        });
      },
    });
    session = await own(connect(`http://127.0.0.1:${port}`), (opened) => opened.close());
  });
  beforeEach(() => {
    answered.length = 0;
  });

  function statusOf(method: string, headers: Record<string, string>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':path': '/', ':method': method, ':authority': HOST, ...headers });
      stream.on('response', (response) => resolve(response[':status']));
      stream.on('error', reject);
      stream.resume();
      stream.end();
    });
  }

  it.each([
    ['GET', 200],
    ['POST', 403],
    // No method is safe but those that are written as they are.
    ['get', 403],
    ['Post', 403],
    ['post', 403],
    ['options', 403],
  ])('takes methods as they are written: %s', async (method, status) => {
    expect(await statusOf(method, { origin: ATTACKER })).toBe(status);
    expect(await statusOf(method, { 'sec-fetch-site': 'cross-site' })).toBe(status);
    expect(answered).toEqual([]);
  });

  it('compares with the authority', async () => {
    expect(await statusOf('POST', { origin: OWN })).toBe(200);
  });
});

(has('csrfProtection') ? describe : describe.skip).each(PLATFORMS)(
  "what Go says, by Nest's protection on %s",
  (platform) => {
    const startApp = appsOfSuite();
    let port: number;
    beforeAll(async () => {
      ({ port } = await startApp(platform, BareModule, { prepare: protect }));
    });

    it.each([...SAME, ...DIFFERENT].map((row) => [title(row), row] as const))('%s', async (_, row) => {
      expect(await outcomeOf(port, row)).toBe(row.nest ?? row.go);
    });
  },
);
