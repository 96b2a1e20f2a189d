/*
 * Installs the packed library in an app as Nest 11's own starter makes it (`nest new`, CommonJS), and has the app do what
 * the starter's scripts do: build, start, and run its tests of both kinds with Jest, as they are configured there. Nothing
 * in it is made for the library, but for the module that it imports and a decorator.
 *
 *   node .ci/check-nest-11-app.mjs <tarball>
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const { packages } = JSON.parse(readFileSync(new URL('nest-11.json', import.meta.url), 'utf8'));
const library = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const ORIGIN = 'https://app.example.com';

/** What the starter has, and its versions, without what looks at the sources only: eslint, prettier. */
const PACKAGE = {
  name: 'app',
  version: '0.0.1',
  private: true,
  license: 'UNLICENSED',
  scripts: {
    build: 'nest build',
    'start:prod': 'node dist/main',
    test: 'jest',
    'test:e2e': 'jest --config ./test/jest-e2e.json',
  },
  dependencies: {
    ...Object.fromEntries(
      ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express'].map((name) => [name, packages[name]]),
    ),
    ioredis: library.devDependencies.ioredis,
    'reflect-metadata': '^0.2.2',
    rxjs: '^7.8.1',
  },
  devDependencies: {
    '@nestjs/cli': '^11.0.0',
    '@nestjs/schematics': '^11.0.0',
    '@nestjs/testing': packages['@nestjs/testing'],
    '@types/express': '^5.0.0',
    '@types/jest': '^30.0.0',
    '@types/node': '^24.0.0',
    '@types/supertest': '^7.0.0',
    jest: '^30.0.0',
    supertest: '^7.0.0',
    'ts-jest': '^29.2.5',
    typescript: '^5.7.3',
  },
  jest: {
    moduleFileExtensions: ['js', 'json', 'ts'],
    rootDir: 'src',
    testRegex: String.raw`.*\.spec\.ts$`,
    transform: { '^.+\\.(t|j)s$': 'ts-jest' },
    collectCoverageFrom: ['**/*.(t|j)s'],
    coverageDirectory: '../coverage',
    testEnvironment: 'node',
  },
};

const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    resolvePackageJsonExports: true,
    esModuleInterop: true,
    isolatedModules: true,
    declaration: true,
    removeComments: true,
    emitDecoratorMetadata: true,
    experimentalDecorators: true,
    allowSyntheticDefaultImports: true,
    target: 'ES2023',
    sourceMap: true,
    outDir: './dist',
    baseUrl: './',
    incremental: true,
    skipLibCheck: true,
    strictNullChecks: true,
    forceConsistentCasingInFileNames: true,
    noImplicitAny: true,
    strictBindCallApply: true,
    noFallthroughCasesInSwitch: true,
  },
};

/** How TypeScript may be told to find modules: as in the starter, and as in apps that are older than it. */
const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'commonjs', moduleResolution: 'node10' },
];

/** Compiled in each of these ways: all entries, and a rule that is one of the types. */
const CONSUMER = `
  import { CorsModule } from '${library.name}';
  import { expectCors, VirtualBrowser } from '${library.name}/testing';
  import { RedisOrigins } from '${library.name}/redis';
  import { CorsInspectorModule } from '${library.name}/inspector';

  export const all = [expectCors, VirtualBrowser, RedisOrigins, CorsInspectorModule];
  export const module = CorsModule.forRoot({ origin: '*' });
  // @ts-expect-error: any origin never goes with credentials
  CorsModule.forRoot({ origin: '*', credentials: true });
`;

const FILES = {
  'package.json': JSON.stringify(PACKAGE),
  'tsconfig.json': JSON.stringify(TSCONFIG),
  'tsconfig.build.json': JSON.stringify({
    extends: './tsconfig.json',
    exclude: ['node_modules', 'test', 'dist', '**/*spec.ts'],
  }),
  'nest-cli.json': JSON.stringify({
    collection: '@nestjs/schematics',
    sourceRoot: 'src',
    compilerOptions: { deleteOutDir: true },
  }),
  'src/main.ts': `
    import { NestFactory } from '@nestjs/core';
    import { AppModule } from './app.module';

    async function bootstrap() {
      const app = await NestFactory.create(AppModule);
      await app.listen(process.env.PORT ?? 3000);
    }
    bootstrap();
  `,
  'src/app.module.ts': `
    import { Module } from '@nestjs/common';
    import { CorsModule } from '${library.name}';
    import { AppController } from './app.controller';
    import { AppService } from './app.service';

    @Module({
      imports: [CorsModule.forRoot({})],
      controllers: [AppController],
      providers: [AppService],
    })
    export class AppModule {}
  `,
  'src/app.controller.ts': `
    import { Controller, Get } from '@nestjs/common';
    import { AllowOrigin } from '${library.name}';
    import { AppService } from './app.service';

    @Controller()
    @AllowOrigin('${ORIGIN}')
    export class AppController {
      constructor(private readonly appService: AppService) {}

      @Get()
      getHello(): string {
        return this.appService.getHello();
      }
    }
  `,
  'src/app.service.ts': `
    import { Injectable } from '@nestjs/common';

    @Injectable()
    export class AppService {
      getHello(): string {
        return 'Hello World!';
      }
    }
  `,
  'src/app.controller.spec.ts': `
    import { Test, TestingModule } from '@nestjs/testing';
    import { AppController } from './app.controller';
    import { AppService } from './app.service';

    describe('AppController', () => {
      let appController: AppController;

      beforeEach(async () => {
        const app: TestingModule = await Test.createTestingModule({
          controllers: [AppController],
          providers: [AppService],
        }).compile();

        appController = app.get<AppController>(AppController);
      });

      describe('root', () => {
        it('should return "Hello World!"', () => {
          expect(appController.getHello()).toBe('Hello World!');
        });
      });
    });
  `,
  'test/jest-e2e.json': JSON.stringify({
    moduleFileExtensions: ['js', 'json', 'ts'],
    rootDir: '.',
    testEnvironment: 'node',
    testRegex: '.e2e-spec.ts$',
    transform: { '^.+\\.(t|j)s$': 'ts-jest' },
  }),
  'test/app.e2e-spec.ts': `
    import { Test, TestingModule } from '@nestjs/testing';
    import { INestApplication } from '@nestjs/common';
    import request from 'supertest';
    import { App } from 'supertest/types';
    import { expectCors } from '${library.name}/testing';
    import { AppModule } from './../src/app.module';

    describe('AppController (e2e)', () => {
      let app: INestApplication<App>;

      beforeEach(async () => {
        const moduleFixture: TestingModule = await Test.createTestingModule({
          imports: [AppModule],
        }).compile();

        app = moduleFixture.createNestApplication();
        await app.init();
      });

      it('/ (GET)', () => {
        return request(app.getHttpServer())
          .get('/')
          .set('Origin', '${ORIGIN}')
          .expect(200)
          .expect('Access-Control-Allow-Origin', '${ORIGIN}')
          .expect('Hello World!');
      });

      it('/ (GET) from a page of another origin', async () => {
        await expectCors(app).from('${ORIGIN}').toRead('GET /');
        await expectCors(app).from('https://other.example.com').toBeRefused('GET /');
      });

      afterEach(async () => {
        await app.close();
      });
    });
  `,
  'test/consumer.ts': CONSUMER,
};

await main(resolve(process.argv[2]));

async function main(tarball) {
  const project = mkdtempSync(join(tmpdir(), 'nest-11-app-'));
  const inProject = { cwd: project, stdio: 'inherit' };
  const npm = (...args) => execFileSync('npm', args, inProject);
  try {
    for (const [path, content] of Object.entries(FILES)) {
      mkdirSync(join(project, dirname(path)), { recursive: true });
      writeFileSync(join(project, path), content);
    }
    npm('install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', tarball);
    npm('run', '--silent', 'build');
    await start(project);
    console.log('an app of Nest 11, built and started');
    npm('run', '--silent', 'test');
    npm('run', '--silent', 'test:e2e');
    console.log('its tests pass in Jest');
    for (const resolution of RESOLUTIONS) {
      compile(project, resolution);
      console.log(`compiled with ${Object.values(resolution).join(' and ')}`);
    }
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** Starts the built app, and asks it for what only its policy allows. */
async function start(project) {
  const port = await freePort();
  const app = spawn(process.execPath, ['dist/main'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(port) },
  });
  const ended = once(app, 'exit');
  try {
    const response = await answerOf(`http://127.0.0.1:${port}/`, app);
    const allowed = response.headers.get('access-control-allow-origin');
    if (response.status !== 200 || allowed !== ORIGIN) {
      throw new Error(`the app answers ${response.status} and allows ${allowed}`);
    }
  } finally {
    app.kill();
    await ended;
  }
}

async function answerOf(url, app) {
  for (const deadline = Date.now() + 60_000; ;) {
    try {
      return await fetch(url, { headers: { origin: ORIGIN } });
    } catch (error) {
      if (app.exitCode !== null || Date.now() > deadline) throw error;
      await setTimeout(100);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Compiles the consumer; the library's own declarations are checked as well, and so are Nest's. */
function compile(project, resolution) {
  const compilerOptions = { ...TSCONFIG.compilerOptions, ...resolution, noEmit: true, incremental: false };
  const checked = { strict: true, skipLibCheck: false, types: ['node'] };
  // Older ways to find modules do not know the option.
  const options = {
    ...compilerOptions,
    ...checked,
    baseUrl: undefined,
    resolvePackageJsonExports: undefined,
  };
  const path = join(project, 'test/tsconfig.json');
  writeFileSync(path, JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', path], { cwd: project, stdio: 'inherit' });
}
