import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';

/*
 * What an app loads of the built package, and when. In a process of its own that says of each file when it is loaded: in
 * Jest, the sources of all parts may have been loaded by an earlier test.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

const HOOKS = `export async function load(url, context, next) {
  process._rawDebug('loaded ' + url);
  return next(url, context);
}`;

const program = (platform: string, adapter: string): string => `
  import { register } from 'node:module';
  import 'reflect-metadata';
  import { Controller, Get, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { ${adapter} } from '@nestjs/platform-${platform}';

  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(HOOKS)}));
  const then = (name) => process._rawDebug('then ' + name);

  then('import');
  const { AllowOrigin, compareManifests, CorsModule, CorsService, NoCors } = await import('nestjs-cors');

  then('listen');
  class CatsController {
    list() {
      return 'cats';
    }
  }
  const list = Object.getOwnPropertyDescriptor(CatsController.prototype, 'list');
  Get()(CatsController.prototype, 'list', list);
  AllowOrigin('https://cats.example')(CatsController.prototype, 'list', list);
  Controller('cats')(CatsController);
  class AppModule {}
  const imports = [CorsModule.forRoot({ origin: ['https://a.example', 'https://b.example'], maxAge: 5 })];
  Module({ imports, controllers: [CatsController] })(AppModule);
  const app = await NestFactory.create(AppModule, new ${adapter}(), { logger: ['error'] });
  await app.listen(0, '127.0.0.1');

  then('serve');
  const url = 'http://127.0.0.1:' + app.getHttpServer().address().port + '/cats';
  const preflight = { origin: 'https://cats.example', 'access-control-request-method': 'GET' };
  for (const [method, headers] of [['GET', { origin: 'https://cats.example' }], ['OPTIONS', preflight]]) {
    const response = await fetch(url, { method, headers });
    if (response.headers.get('access-control-allow-origin') !== 'https://cats.example') throw new Error(method);
  }
  const cors = app.get(CorsService);
  cors.routes();

  then('doors');
  if (cors.allows('https://a.example') !== true) throw new Error('not allowed');
  await new Promise((resolve) => cors.corsOptionsDelegate()({ headers: {} }, resolve));
  then('manifest');
  const before = await cors.manifest();
  then('compare');
  if ((await compareManifests(before, await cors.manifest())).isWider) throw new Error('wider');
  then('pattern');
  await cors.update({ origin: 'https://*.a.example' });
  then('expression');
  const first = cors.update({ origin: /^https:\\/\\/[a-z]\\.example\\.com$/ });
  await Promise.all([first, cors.update({ origin: 'https://last.example' })]);
  if (cors.current().origin !== 'https://last.example') throw new Error('an earlier update has won');
  then('explain');
  const { allowed } = await cors.explain({ method: 'GET', url: '/cats', headers: { origin: 'https://x.example' } });
  if (allowed) throw new Error('allowed');
  then('engine');
  const asked = { method: 'GET', url: '/cats', headers: { origin: 'https://x.example' } };
  if ((await cors.explain(asked, { engine: 'webkit' })).engine.accepted) throw new Error('accepted');
  then('advice');
  await cors.update({ origin: 'https://last.example', maxAge: 601 });
  if (!cors.routes().at(-1).notes[0].startsWith('maxAge: WebKit')) throw new Error('no advice');
  then('trust');
  if ((await cors.trustedOrigins()).join() !== 'https://last.example') throw new Error('trusted');
  await cors.trustedOriginsDelegate()(new Request(url, { headers: { origin: 'https://x.example' } }));
  then('refuse');
  const refused = await cors.update({ origin: 'https://a.example/' }).catch((error) => error);
  if (refused.problems?.[0]?.code !== 'origin-path') throw refused;
  then('check');
  await cors.checkOrigin('https://a.example');
  await app.close();
  then('end');
`;

/** What is loaded from when something is begun until the next is: files of the package, and packages. */
function loadedIn(platform: string, adapter: string): ReadonlyMap<string, ReadonlySet<string>> {
  const { stderr, stdout, status } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', program(platform, adapter)],
    { cwd: root, encoding: 'utf8' },
  );
  const loaded = new Map<string, Set<string>>();
  let current = new Set<string>();
  for (const line of stderr.split('\n')) {
    const [word, what = ''] = line.split(' ');
    if (word === 'then') loaded.set(what, (current = new Set()));
    const file = /\/dist\/(.*\.js)$|.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(what);
    if (word === 'loaded' && file !== null) current.add(file[1] ?? (file[2] as string));
  }
  if (status !== 0 || !loaded.has('end')) throw new Error(`${stderr}\n${stdout}`);
  return loaded;
}

/** Packages that the library takes and Nest does not, or not on both platforms. */
const OTHERS: ReadonlySet<string> = new Set(['find-my-way', 'lru.min', 'ret', 'tough-cookie']);

/** What explains an engine: the table, and where redirects lead, are what advice needs as well. */
const ENGINE_PARTS = [
  'parts/engine-view.js',
  'parts/engines.js',
  'parts/explain-engine.js',
  'parts/redirects.js',
];

describe.each(PLATFORMS)('parts of the package on %s', (platform) => {
  it('are loaded when they are first needed', () => {
    if (!existsSync(`${root}/dist/index.js`)) throw new Error('Build first: npm run build.');
    const isFastify = platform === 'fastify';
    const loaded = loadedIn(platform, isFastify ? 'FastifyAdapter' : 'ExpressAdapter');
    const of = (when: string): readonly string[] =>
      [...(loaded.get(when) as ReadonlySet<string>)].filter(
        (name) => name.endsWith('.js') || OTHERS.has(name),
      );

    expect(of('import')).toEqual(['index.js', 'parts/core.js']);
    expect(of('listen')).toEqual(['parts/engine.js', 'parts/policies.js']);
    expect(of('serve')).toEqual([]);
    expect(of('doors')).toEqual(['parts/late-doors.js']);
    expect(of('manifest')).toEqual(['parts/make-manifest.js']);
    expect(of('compare')).toEqual(['parts/compare-lines.js']);
    expect(of('pattern')).toEqual(['parts/public-suffixes.js']);
    expect(of('expression').toSorted()).toEqual([
      'parts/origin-diagnosis.js',
      'parts/origin-regexp.js',
      'ret',
    ]);
    // Gateways take the second one as well.
    expect(of('explain').toSorted()).toEqual(['parts/beside-routes.js', 'parts/explain-request.js']);
    expect(of('engine').toSorted()).toEqual(ENGINE_PARTS);
    expect(of('advice')).toEqual(['parts/engine-advice.js']);
    expect(of('trust')).toEqual(['parts/trusted-origins.js']);
    expect(of('refuse')).toEqual([]);
    expect(of('check')).toEqual(['parts/exact-origin.js']);
  });
});
