/* What the tests of every runner say of the app of the wire table; by the last one, that an assertion can fail. */
import { rejects } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

/** Writes the manifest, compares it, and finds that a file which says something else does not match. */
async function keepManifest(app, expectManifest) {
  const folder = await mkdtemp(join(tmpdir(), 'nestjs-cors-'));
  const { CI } = process.env;
  delete process.env.CI;
  try {
    const file = join(folder, 'cors.manifest.json');
    await expectManifest(app).toMatchFile(file);
    await expectManifest(app).toMatchFile(file);
    await writeFile(file, '{ "schema": 0 }');
    await rejects(expectManifest(app).toMatchFile(file), {
      name: 'AssertionError',
      message: /schema 0 is older/,
    });
  } finally {
    if (CI !== undefined) process.env.CI = CI;
    await rm(folder, { recursive: true });
  }
}

export function casesOf({ expectCors, expectManifest }) {
  return [
    ['the policy is the one that is kept in a file', (app) => keepManifest(app, expectManifest)],
    ['a page may read', (app) => expectCors(app).from(PAGE).toRead('PUT /cats/7')],
    [
      'another may not',
      (app) => expectCors(app).from(OTHER).toBeRefused('GET /cats', { reason: 'allow-origin-missing' }),
    ],
    [
      'and what is not so is said',
      (app) => rejects(expectCors(app).from(OTHER).toRead('GET /cats'), { name: 'AssertionError' }),
    ],
  ];
}
