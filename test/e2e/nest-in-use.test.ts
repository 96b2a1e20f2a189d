import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isInRange } from '../../lib/routing/nest/nest-in-use.js';
import { PLATFORMS, type Platform } from '../support/apps.js';

/*
 * What is installed where, which only a process of its own can show: each test makes a project with packages of its own,
 * and those of this one for all else.
 */

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the app says when it starts. */
interface Said {
  readonly name?: string;
  readonly message?: string;
  readonly problems?: readonly { readonly code: string; readonly where: string; readonly value?: unknown }[];
  readonly status?: number;
  readonly allowed?: string | null;
}

const APP = (platform: Platform, decorators: boolean, imports: boolean): string => `
  import 'reflect-metadata';
  import { Controller, Get, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { AllowOrigin, CorsModule } from 'nestjs-cors';
  class Cats { list() { return 'cats'; } }
  Get()(Cats.prototype, 'list', Object.getOwnPropertyDescriptor(Cats.prototype, 'list'));
  Controller('cats')(Cats);
  ${decorators ? "AllowOrigin('https://a.example')(Cats);" : ''}
  class AppModule {}
  Module({ controllers: [Cats], imports: [${imports ? "CorsModule.forRoot({ origin: 'https://a.example' })" : ''}] })(AppModule);
  const { ${platform === 'fastify' ? 'FastifyAdapter' : 'ExpressAdapter'}: Adapter } = await import('@nestjs/platform-${platform}');
  let said;
  try {
    const app = await NestFactory.create(AppModule, new Adapter(), { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    const response = await fetch(await app.getUrl() + '/cats', { headers: { origin: 'https://a.example' } });
    said = { status: response.status, allowed: response.headers.get('access-control-allow-origin') };
    await app.close();
  } catch ({ name, message, problems }) {
    said = { name, message, problems };
  }
  console.log(JSON.stringify(said));
`;

let project = '';
/** The copies of `@nestjs/core`: the app's, and one that only nestjs-cors imports, if it is there. */
let ofApp = '';
let ours = '';

/** A project that has all packages of this one, but a copy of `@nestjs/core`, and the built library. */
beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'nest-in-use-')));
  const packages = join(project, 'node_modules');
  ofApp = join(packages, '@nestjs/core');
  ours = join(packages, 'nestjs-cors/node_modules/@nestjs/core');
  mkdirSync(join(packages, '@nestjs'), { recursive: true });
  linkAll(join(root, 'node_modules'), packages, ['@nestjs']);
  // These import the core, and have to import the copy.
  const copied = ['core', 'platform-express', 'platform-fastify'];
  linkAll(join(root, 'node_modules/@nestjs'), join(packages, '@nestjs'), copied);
  for (const name of copied) copyPackage(name, join(packages, '@nestjs', name));
  mkdirSync(join(packages, 'nestjs-cors'));
  for (const path of ['dist', 'package.json']) {
    cpSync(join(root, path), join(packages, 'nestjs-cors', path), { recursive: true });
  }
});

afterEach(() => {
  rename(ofApp, version);
  rmSync(ours, { recursive: true, force: true });
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function linkAll(from: string, to: string, except: readonly string[]): void {
  for (const name of readdirSync(from)) {
    if (!except.includes(name)) symlinkSync(join(from, name), join(to, name));
  }
}

function copyPackage(name: string, to: string): void {
  cpSync(join(root, 'node_modules/@nestjs', name), to, { recursive: true });
}

/** Says of a copy of `@nestjs/core` that it is of another version. */
function rename(folder: string, version: string): void {
  const path = join(folder, 'package.json');
  const content = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...content, version }));
}

async function start(platform: Platform, { decorators = false, imports = true } = {}): Promise<Said> {
  writeFileSync(join(project, 'app.mjs'), APP(platform, decorators, imports));
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, ['app.mjs'], { cwd: project, env });
  return JSON.parse(stdout) as Said;
}

const version = (
  JSON.parse(readFileSync(join(root, 'node_modules/@nestjs/core/package.json'), 'utf8')) as {
    version: string;
  }
).version;

describe.each(PLATFORMS)('the Nest that an app runs on, on %s', (platform) => {
  it('is fine where there is one copy, of a version in the range', async () => {
    const said = await start(platform, { decorators: true });
    expect(said).toEqual({ status: 200, allowed: 'https://a.example' });
  });

  it('has a problem where nestjs-cors imports another copy: both are named', async () => {
    copyPackage('core', ours);
    rename(ofApp, '12.99.1');
    const { problems, message, name } = await start(platform);
    expect(name).toBe('CorsConfigurationError');
    expect(problems).toMatchObject([{ code: 'nest-copies', where: '@nestjs/core' }]);
    expect(message).toContain(
      `the app runs on 12.99.1 in ${ofApp}, and nestjs-cors imports ${version} in ${ours}`,
    );
  });

  it('has that problem as well where only decorators are in use', async () => {
    copyPackage('core', ours);
    const { problems } = await start(platform, { decorators: true, imports: false });
    expect(problems?.map(({ code }) => code)).toEqual(['nest-copies']);
  });

  it.each(['11.2.7', '13.0.0'])('has a problem where it is of version %s', async (other) => {
    rename(ofApp, other);
    const { problems, message } = await start(platform);
    expect(problems).toMatchObject([{ code: 'nest-unsupported', where: '@nestjs/core', value: other }]);
    expect(message).toContain(ofApp);
  });
});

describe('the range of versions', () => {
  it.each([
    ['10.4.20', false],
    ['11.1.9', false],
    ['11.2.7', false],
    ['11.2.8', true],
    ['11.2.10', true],
    ['11.3.0', true],
    ['12.0.0', true],
    ['12.5.1', true],
    ['12.0.0-alpha.1', true],
    ['13.0.0', false],
    ['0.0.0', false],
    ['other', false],
  ])('%s: %s', (one, is) => {
    expect(isInRange(one)).toBe(is);
  });

  it('is that of peerDependencies', () => {
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      peerDependencies: Readonly<Record<string, string>>;
    };
    for (const name of ['common', 'core', 'platform-express', 'platform-fastify']) {
      expect(peerDependencies[`@nestjs/${name}`]).toBe('^11.2.8 || ^12.0.0');
    }
  });
});
