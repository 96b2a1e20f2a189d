import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program of a user, in plain Node: it is told where the library is by the package's own `exports`. */
const PROGRAM = `
  import 'reflect-metadata';
  import assert from 'node:assert/strict';
  import { createServer } from 'node:http';
  import { createRequire } from 'node:module';
  import { expectCors, VirtualBrowser } from 'nestjs-cors/testing';

  const required = createRequire(import.meta.url)('nestjs-cors/testing');
  assert.equal(required.VirtualBrowser, VirtualBrowser);
  assert.deepEqual(Object.keys(required).sort(), ['VirtualBrowser', 'expectCors', 'expectManifest']);

  const server = createServer((request, response) => {
    response.writeHead(200, { 'access-control-allow-origin': 'https://shop.example.com' }).end('ok');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = 'http://127.0.0.1:' + server.address().port;
  const browser = await VirtualBrowser.for(url);
  const result = await browser.page('https://shop.example.com').fetch('/');
  assert.equal(await result.text(), 'ok');
  await assert.rejects(expectCors(url).from('https://evil.example').toRead('/'), (error) => {
    assert.ok(error instanceof assert.AssertionError);
    console.log(error.message);
    return true;
  });
  server.close();
  console.log('done');
`;

describe('nestjs-cors/testing', () => {
  it('works in plain Node, imported and required, from the built package', () => {
    if (!existsSync(`${root}/dist/testing/index.js`)) throw new Error('Build first: npm run build.');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', PROGRAM],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe(
      'GET / from https://evil.example is refused: the response has Access-Control-Allow-Origin: ' +
        'https://shop.example.com, which is not https://evil.example\ndone\n',
    );
    expect(status).toBe(0);
  });

  it('imports no test runner, and nothing but Node, Nest, its libraries and the layers below', () => {
    const sources = readdirSync(`${root}/lib/testing`).map((name) =>
      readFileSync(`${root}/lib/testing/${name}`, 'utf8'),
    );
    const imported = sources.flatMap((source) =>
      [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name as string),
    );
    const foreign = new Set(imported.filter((name) => !name.startsWith('./') && !name.startsWith('node:')));
    expect(
      [...foreign].filter((name) => !/^\.\.\/(?:engines|manifest|policy|protocol)\//.test(name)).toSorted(),
    ).toEqual([
      '../cors.service.js',
      '../explain/cors-explanation.js',
      '../late-part.js',
      '@nestjs/common',
      'tldts',
      'tough-cookie',
    ]);
    const globals =
      /(?<![\w.#$])(?:describe|it|test|expect|beforeEach|afterEach|beforeAll|afterAll|jest|vi)\s*[.(]/;
    expect(sources.filter((source) => globals.test(source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))).toEqual(
      [],
    );
  });

  it('is imported by nothing else in the library', () => {
    const others = readdirSync(`${root}/lib`, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('testing'),
    );
    const importing = others.filter((name) =>
      /from '[^']*\/testing\//.test(readFileSync(`${root}/lib/${name}`, 'utf8')),
    );
    expect(importing).toEqual([]);
  });
});
