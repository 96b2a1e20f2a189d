import { convertOptions, type ConvertedField } from './convert-options.js';
import type { WrittenOptions } from './written-options.js';

const KEEP_ONE =
  'places have options for the whole app. Keep one CorsModule.forRoot(), and choose between their options where the app did: conditions around the calls are not kept.';

/** The longest line of a comment. */
const WIDTH = 100;

/**
 * Prints `CorsModule.forRoot(…)` for options of other libraries: one for each place that had some for the whole app, with the
 * paths that had some of their own as entries of `routes`.
 */
export function printOptions(found: readonly WrittenOptions[]): string {
  const paths = found.filter(({ path }) => path !== undefined);
  const [first, ...others] = found.filter(({ path }) => path === undefined);
  const printed = [moduleOf(first, paths), ...others.map((one) => moduleOf(one, []))];
  const helpers = ['fromEnableCors', 'originsFrom'].filter((name) => printed.join('').includes(`${name}(`));
  return [
    `import { ${['CorsModule', ...helpers].join(', ')} } from 'nestjs-cors';`,
    '',
    '// In the imports of the root module, instead of what is named here:',
    ...(printed.length > 1 ? commented(`${printed.length} ${KEEP_ONE}`) : []),
    ...printed,
    '',
  ].join('\n');
}

function moduleOf(base: WrittenOptions | undefined, paths: readonly WrittenOptions[]): string {
  const lines = base === undefined ? [] : linesOf(convertOptions(base));
  if (paths.length > 0) lines.push('routes: [', ...indented(paths.flatMap(entryOf)), '],');
  const where = base === undefined || base.where === '' ? [] : commented(base.where);
  return [...where, 'CorsModule.forRoot({', ...indented(lines), '})'].join('\n');
}

function entryOf(options: WrittenOptions): readonly string[] {
  return [
    ...commented(options.where),
    '{',
    ...indented([
      `path: '${options.path}',`,
      'policy: {',
      ...indented(linesOf(convertOptions(options))),
      '},',
    ]),
    '},',
  ];
}

function linesOf(fields: readonly ConvertedField[]): string[] {
  return fields.flatMap(({ notes, code }) => [
    ...notes.flatMap(commented),
    ...(code === undefined ? [] : `${code},`.split('\n')),
  ]);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** A comment, in lines that are not too long. */
function commented(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= WIDTH) lines.push(`// ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
