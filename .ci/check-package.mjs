/*
 * Installs the packed library in an empty project, next to the versions of Nest that the tests ran with, and uses it
 * there as its users will: imported, required, and compiled against.
 *
 *   node .ci/check-package.mjs <tarball>
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from './installed.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = readJson(join(root, 'package.json'));

/** `nestjs-cors`, `nestjs-cors/testing`: what can be imported. */
const entries = Object.keys(library.exports)
  .filter((path) => path !== './package.json')
  .map((path) => library.name + path.slice(1));

/** What an app on Fastify has before it installs the library. */
const APP = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify', 'reflect-metadata', 'rxjs'].map(
  installed,
);

/** What the library may add to that, with all that it depends on. */
const MOST = { packages: 8, bytes: 5_000_000 };

const peers = [...Object.keys(library.peerDependencies), 'typescript', '@types/node'].map(installed);

/** Whether `import` and `require` give the same objects: otherwise decorators and module would not know each other. */
const SAME_OBJECTS = `
  import assert from 'node:assert/strict';
  import { createRequire } from 'node:module';
  import 'reflect-metadata';
  const require = createRequire(import.meta.url);
  for (const entry of ${JSON.stringify(entries)}) {
    const imported = await import(entry);
    const required = require(entry);
    assert.notEqual(Object.keys(imported).length, 0, entry + ' exports nothing');
    assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort());
    for (const name of Object.keys(imported)) assert.equal(required[name], imported[name], entry + ': ' + name);
  }
`;

/** A CommonJS program that has nothing but `require`. */
const required = (names) => `
  require('reflect-metadata');
  for (const entry of ${JSON.stringify(names)}) require(entry);
`;

/** Compiled twice, as an ES module and as CommonJS. */
const CONSUMER = `
  import { Controller, Get, Module } from '@nestjs/common';
  import { AllowOrigin, CorsModule, NoCors, Preflight, UseCorsPolicy } from '${library.name}';
  ${entries.map((entry, at) => `export * as entry${at} from '${entry}';`).join('\n')}

  @Controller('reports')
  @AllowOrigin('https://app.example.com', { credentials: true })
  @Preflight({ allowedHeaders: ['content-type'], maxAge: 600 })
  export class ReportsController {
    @Get() list(): void {}
    @Get('internal') @NoCors() internal(): void {}
  }

  @Module({ imports: [CorsModule.forRoot({ origin: '*' })], controllers: [ReportsController] })
  export class AppModule {}

  // @ts-expect-error: any origin never goes with credentials
  CorsModule.forRoot({ origin: '*', credentials: true });

  declare module '${library.name}' {
    interface CorsPolicyNames {
      partners: true;
    }
  }
  UseCorsPolicy('partners');
  // @ts-expect-error: no name of a policy
  UseCorsPolicy('partner');
`;

/** What is given to the program of the package, and part of what it has to print. */
const OLD_OPTIONS = "{ origin: ['https://app.example.com'], methods: 'PUT' }";
const NEW_OPTIONS = "  origin: ['https://app.example.com'],\n  methods: ['PUT'],";

/** What an app may lack, which a single entry is about. */
const OPTIONAL = {
  ioredis: `${library.name}/redis`,
  '@opentelemetry/api': `${library.name}/otel`,
  '@nestjs/platform-socket.io': `${library.name}/socket.io`,
  '@nestjs/platform-ws': `${library.name}/ws`,
};

/** What an app is without them. */
const WITHOUT_OPTIONAL = entries
  .filter((entry) => !Object.values(OPTIONAL).includes(entry))
  .map((entry, at) => `export * as entry${at} from '${entry}';`)
  .join('\n');

/** What extends something of the app, and so is nothing without it. */
const EXTENDING = new Set([OPTIONAL['@nestjs/platform-socket.io'], OPTIONAL['@nestjs/platform-ws']]);

/** What counts verdicts says what it lacks, however it was loaded. */
const WITHOUT_OTEL = `
  import assert from 'node:assert/strict';
  import { createRequire } from 'node:module';
  const entry = '${library.name}/otel';
  for (const { countVerdicts } of [await import(entry), createRequire(import.meta.url)(entry)]) {
    await assert.rejects(countVerdicts(), { message: /npm install @opentelemetry\\/api/ });
  }
`;

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    noEmit: true,
    // The library's own declarations are to be checked: what they cannot resolve would silently become `any`.
    skipLibCheck: false,
  },
  files: ['consumer.mts', 'consumer.cts'],
};

main(resolve(process.argv[2]));

function main(tarball) {
  const project = mkdtempSync(join(tmpdir(), 'nestjs-cors-'));
  try {
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'scratch', private: true }));
    writeFileSync(join(project, 'same-objects.mjs'), SAME_OBJECTS);
    writeFileSync(join(project, 'required.cjs'), required(entries));
    writeFileSync(join(project, 'consumer.mts'), CONSUMER);
    writeFileSync(join(project, 'consumer.cts'), CONSUMER);
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));

    const inProject = { cwd: project, stdio: 'inherit' };
    const install = (...names) =>
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...names], inProject);
    install(...APP);
    const before = sizeOf(join(project, 'node_modules'));
    install(tarball);
    checkSize(before, sizeOf(join(project, 'node_modules')));
    install(...peers);
    execFileSync(process.execPath, ['same-objects.mjs'], inProject);
    console.log(`imported and required, the same objects: ${entries.join(', ')}`);
    execFileSync(process.execPath, ['required.cjs'], inProject);
    console.log('required from CommonJS');
    const printed = execFileSync('npx', ['--no-install', library.name, 'migrate'], {
      cwd: project,
      input: OLD_OPTIONS,
      encoding: 'utf8',
    });
    if (!printed.includes(NEW_OPTIONS))
      throw new Error(`npx ${library.name} migrate has printed\n${printed}`);
    console.log(`run: npx ${library.name} migrate`);
    checkTypes(project);
    console.log('compiled against, as an ES module and as CommonJS');

    for (const name of Object.keys(OPTIONAL))
      rmSync(join(project, 'node_modules', name), { recursive: true });
    writeFileSync(join(project, 'consumer.mts'), WITHOUT_OPTIONAL);
    writeFileSync(join(project, 'consumer.cts'), WITHOUT_OPTIONAL);
    // The client of Redis comes from the app, and the API of OpenTelemetry is loaded when it is needed.
    writeFileSync(join(project, 'required.cjs'), required(entries.filter((entry) => !EXTENDING.has(entry))));
    execFileSync(process.execPath, ['required.cjs'], inProject);
    writeFileSync(join(project, 'without-otel.mjs'), WITHOUT_OTEL);
    execFileSync(process.execPath, ['without-otel.mjs'], inProject);
    checkTypes(project);
    console.log(`the same without ${Object.keys(OPTIONAL).join(' and ')}`);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** The packages below a folder, and the bytes of all that they consist of. */
function sizeOf(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    lstatSync(join(folder, path)).isFile(),
  );
  const manifest = /^(?:.*node_modules[\\/])?((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]package\.json$/;
  return {
    packages: files.flatMap((path) => manifest.exec(path)?.[1] ?? []),
    bytes: files.reduce((sum, path) => sum + lstatSync(join(folder, path)).size, 0),
  };
}

/** Fails if the library adds too much, or a package that the app had already. */
function checkSize(before, after) {
  const added = [...after.packages];
  for (const name of before.packages) added.splice(added.indexOf(name), 1);
  const bytes = after.bytes - before.bytes;
  console.log(`adds ${(bytes / 1e6).toFixed(1)} MB, ${added.length} packages: ${added.join(', ')}`);
  if (bytes > MOST.bytes || added.length > MOST.packages) {
    throw new Error(`adds more than ${MOST.bytes} bytes or ${MOST.packages} packages`);
  }
  const twice = added.filter((name) => before.packages.includes(name));
  if (twice.length > 0) throw new Error(`adds another copy of ${twice.join(', ')}`);
}

/** Fails with what TypeScript says of the consumer and of the library; what it says of other packages is theirs. */
function checkTypes(project) {
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '--pretty', 'false'], {
    cwd: project,
    encoding: 'utf8',
  });
  const ours = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith(' '))
    .filter((line) => !line.startsWith('node_modules/') || line.startsWith(`node_modules/${library.name}/`));
  if (ours.length > 0) throw new Error(`TypeScript reports:\n${ours.join('\n')}`);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
