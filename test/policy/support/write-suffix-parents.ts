import { writeFile } from 'node:fs/promises';
import { suffixRules } from './suffix-trie.js';

/* Writes lib/policy/suffix-parents.ts anew, for another version of the Public Suffix List. */

const WIDTH = 116;

const { parents } = await suffixRules();
const lines = [''];
for (const name of parents) {
  const line = `${lines.at(-1)} ${name}`.trimStart();
  if (line.length <= WIDTH) lines[lines.length - 1] = line;
  else lines.push(name);
}
await writeFile(
  new URL('../../../lib/policy/suffix-parents.ts', import.meta.url),
  `/**
 * All domains below which the Public Suffix List has rules: what is below any other has the suffix of that. Written by
 * \`test/policy/support/write-suffix-parents.ts\`; a test sees to it that it is of the list that is in the package.
 *
 * Data of the Public Suffix List, https://publicsuffix.org, under the Mozilla Public License 2.0, https://mozilla.org/MPL/2.0.
 */
export const PARENTS: ReadonlySet<string> = new Set(
  \`
${lines.join('\n')}
\`
    .trim()
    .split(/\\s/),
);
`,
);
