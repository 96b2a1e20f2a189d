/* Bundles the app with webpack: `webpack.mjs FILE ABSENT…`, where the latter are packages that nobody has installed. */
import { basename, dirname, resolve } from 'node:path';
import webpack from 'webpack';

const [, , output, ...absent] = process.argv;
const compiler = webpack({
  mode: 'production',
  target: 'node20',
  entry: './hosted/apps/serve.mjs',
  output: { path: resolve(dirname(output)), filename: basename(output) },
  externals: absent.map((name) => new RegExp(`^${name}(/|$)`)),
  externalsType: 'import',
  // To minify takes half a minute, and esbuild does so.
  optimization: { minimize: false },
  devtool: false,
});
compiler.run((error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString('errors-only'));
    process.exitCode = 1;
  }
  compiler.close(() => undefined);
});
