/*
 * Makes `dist`, which is published, of what `nest build` has compiled (`build`) and of the types of the sources: one file
 * for each entry of the package, and one for each part that is loaded when it is first needed. Most of the time that an
 * import takes is spent on finding files.
 *
 * Nothing is minified, so that a stack trace names what it names in the sources. There are no source maps: they would be as
 * large as all else.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { dts } from 'rollup-plugin-dts';

const root = import.meta.dirname;
const library = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * What is taken into the package, because as packages of their own they would be many times as large as what is used, and the
 * module that is taken.
 */
const BUNDLED = {
  'lru.min': 'lru.min',
  tldts: 'tldts/dist/index.esm.min.js',
  'tough-cookie': 'tough-cookie',
};

/** What somebody else's data are, for the licenses. */
const DATA = {
  tldts:
    'With data of the Public Suffix List, https://publicsuffix.org, under the Mozilla Public License 2.0, ' +
    'https://mozilla.org/MPL/2.0.\n\n',
};

const ENTRIES = Object.entries(library.exports)
  .filter(([path]) => path !== './package.json')
  .map(([, { require }]) => relative('dist/cjs', require.default).replace(/\.js$/, ''));

/** The programs of the package, which are ES modules. */
const PROGRAMS = Object.values(library.bin).map((path) => relative('dist', path).replace(/\.js$/, ''));

const SHARED = {
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && !(id in BUNDLED),
  treeshake: { moduleSideEffects: 'no-external' },
  onwarn: (warning, warn) => {
    // What TypeScript writes for decorators asks for `this`, in case somebody has a global `__decorate`.
    if (warning.code !== 'THIS_IS_UNDEFINED') warn(warning);
  },
};

/**
 * What an app needs for the import, and what it needs besides once it imports the module, is one file each. Otherwise there
 * would be one for each set of entries that have something in common. What the other entries have in common with the second
 * is in the first as well, so that they do not load the second. What only programs have in common with it is a third one.
 */
const CORE = 'build/index.js';
const ENGINE = 'build/http/cors-engine.js';

const UNCOMMENTED = {
  removeComments: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
};

const OUTPUT = {
  hoistTransitiveImports: false,
  minifyInternalExports: false,
  exports: 'named',
  interop: 'auto',
};

export default [
  {
    ...SHARED,
    input: filesIn('build', 'js', [...ENTRIES, ...PROGRAMS]),
    plugins: [emptied(), bundled(), licenses()],
    output: [
      {
        ...OUTPUT,
        dir: 'dist',
        format: 'es',
        chunkFileNames: 'parts/[name].js',
        manualChunks: together,
        plugins: [ascii()],
      },
      {
        ...OUTPUT,
        dir: 'dist/cjs',
        format: 'cjs',
        chunkFileNames: 'parts/[name].js',
        manualChunks: together,
        // Where `require` is all there is, as in Jest, `import()` of a file does not work either.
        dynamicImportInCjs: false,
        plugins: [
          ascii(),
          withoutPrograms(),
          file('package.json', `${JSON.stringify({ type: 'commonjs' })}\n`),
        ],
      },
    ],
  },
  {
    ...SHARED,
    input: filesIn('lib', 'ts', ENTRIES),
    plugins: [
      dts({
        tsconfig: 'tsconfig.build.json',
        compilerOptions: { removeComments: false, stripInternal: true },
      }),
    ],
    output: ['dist', 'dist/cjs'].map((dir) => ({
      dir,
      format: 'es',
      minifyInternalExports: false,
      chunkFileNames: 'parts/[name].d.ts',
    })),
  },
];

function filesIn(folder, extension, entries) {
  return Object.fromEntries(entries.map((entry) => [entry, `${folder}/${entry}.${extension}`]));
}

function withoutPrograms() {
  return {
    name: 'without programs',
    generateBundle(_, bundle) {
      for (const program of PROGRAMS) delete bundle[`${program}.js`];
    },
  };
}

/** The name of the file that a module goes into, if it is one of those that have one. */
function together(id, { getModuleInfo }) {
  if (id.includes('/node_modules/tldts/')) return 'public-suffixes';
  // The table of engines, which several late parts take, and entries that few apps import.
  if (id.startsWith(join(root, 'build/engines/'))) return 'engines';
  const isTakenBy = (from) => takes(join(root, from), id, getModuleInfo);
  if (isTakenBy(CORE)) return 'core';
  if (!isTakenBy(ENGINE)) return undefined;
  const isCommon = (others) => others.some((entry) => isTakenBy(`build/${entry}.js`));
  if (isCommon(ENTRIES)) return 'core';
  return isCommon(PROGRAMS) ? 'policies' : 'engine';
}

/** Whether a module imports another, or what it imports does, and not only when it is first needed. */
function takes(from, id, getModuleInfo, seen = new Set()) {
  if (from === id) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return getModuleInfo(from).importedIds.some((one) => takes(one, id, getModuleInfo, seen));
}

/** Leaves nothing there of an earlier build. */
function emptied() {
  return { name: 'emptied', buildStart: () => rmSync(join(root, 'dist'), { recursive: true, force: true }) };
}

/** Finds what is taken into the package. */
function bundled() {
  return {
    name: 'bundled',
    resolveId: (id) => (id in BUNDLED ? fileURLToPath(import.meta.resolve(BUNDLED[id])) : null),
    // What the build leaves out of our own files as well.
    transform: (code, id) =>
      id.includes('/node_modules/')
        ? { code: ts.transpileModule(code, { compilerOptions: UNCOMMENTED }).outputText, map: null }
        : null,
  };
}

/** Adds the licenses of what has been taken into the package. */
function licenses() {
  return {
    name: 'licenses',
    generateBundle({ dir }, bundle) {
      if (relative(root, dir) !== 'dist') return;
      const modules = Object.values(bundle).flatMap(({ modules: found }) => Object.keys(found ?? {}));
      const texts = Object.keys(BUNDLED).map((name) => {
        const folder = modules.find((path) => path.includes(`/node_modules/${name}/`));
        if (folder === undefined) throw new Error(`${name} is not used, and should not be listed as bundled`);
        const home = `${folder.split(`/node_modules/${name}/`)[0]}/node_modules/${name}`;
        const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
        return `${name} ${version}\n\n${DATA[name] ?? ''}${readFileSync(join(home, 'LICENSE'), 'utf8').trim()}\n`;
      });
      this.emitFile({
        type: 'asset',
        fileName: 'THIRD-PARTY-LICENSES.txt',
        source: texts.join(`\n${'-'.repeat(80)}\n\n`),
      });
    },
  };
}

/** Writes other characters as escapes: for a single one of them, V8 keeps two bytes for each character of a file. */
function ascii() {
  return {
    name: 'ascii',
    renderChunk: (code) =>
      code.replaceAll(/[^\0-\x7F]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  };
}

function file(fileName, source) {
  return {
    name: 'file',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    },
  };
}
