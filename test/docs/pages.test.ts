import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import { CORS_PROBLEM_CODES } from '../../lib/policy/cors-problem.js';
import {
  anchorsOf,
  blocksOf,
  headingsOf,
  linksOf,
  PAGES,
  readText,
  root,
  tablesOf,
  writtenLinksOf,
  type Page,
} from './pages.js';

/** What can be read at a glance. */
const MAX_CELL_LENGTH = 200;
const MAX_README_LINES = 200;

const page = (path: string): Page => PAGES.find((one) => one.path === path) as Page;

describe.each(PAGES.map((one) => [one.path, one] as const))('%s', (path, one) => {
  it('has links that lead somewhere', () => {
    expect(linksOf(one).filter((target) => !leadsSomewhere(path, target))).toEqual([]);
  });

  it('has short cells', () => {
    const long = tablesOf(one)
      .flat(2)
      .filter((cell) => cell.length > MAX_CELL_LENGTH);
    expect(long).toEqual([]);
  });

  it('has one title', () => {
    expect(headingsOf(one.tokens, 1)).toHaveLength(1);
  });
});

describe('the manual', () => {
  it('begins every page with code', () => {
    const others = PAGES.filter(({ path }) => path !== 'README.md');
    for (const { tokens, path } of others) {
      const [title, first] = tokens.filter(({ type }) => type !== 'space' && type !== 'html');
      expect([path, title?.type, first?.type]).toEqual([path, 'heading', 'code']);
    }
  });

  it('has all its pages in its table of contents', () => {
    const listed = linksOf(page('docs/README.md')).map((target) => join('docs', target));
    const pages = PAGES.map(({ path }) => path).filter((path) => path !== 'docs/README.md');
    expect([...new Set(listed)].toSorted()).toEqual(pages.toSorted());
  });

  it('has a heading for every code of a problem, and for no other', () => {
    const errors = page('docs/start-up-errors.md');
    const codes = headingsOf(errors.tokens, 3);
    expect(codes.toSorted()).toEqual([...CORS_PROBLEM_CODES].toSorted());
    for (const code of codes) expect(anchorsOf(errors)).toContain(code);
  });

  it('shows the cause of a code below its heading', () => {
    const errors = page('docs/start-up-errors.md');
    const lines = errors.text.split('\n');
    for (const { line, note } of blocksOf(errors)) {
      if (note?.verb !== 'refused' || note.words.length > 1) continue;
      const heading = lines.slice(0, line).findLast((text) => text.startsWith('### '));
      expect(heading).toBe(`### \`${note.words[0]}\``);
    }
  });
});

describe('README', () => {
  it('is short', () => {
    expect(page('README.md').text.trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_README_LINES);
  });

  it('leads to the manual, and to where to go when something is wrong', () => {
    expect(linksOf(page('README.md'))).toEqual(
      expect.arrayContaining(['docs/README.md', 'docs/why-blocked.md', 'docs/start-up-errors.md']),
    );
  });
});

describe('the package', () => {
  const library = JSON.parse(readText('package.json')) as {
    readonly homepage: string;
    readonly repository: { readonly url: string };
    readonly bugs: { readonly url: string };
    readonly files: readonly string[];
  };
  const home = library.homepage.replace('#readme', '');

  it('says where it is at home', () => {
    expect(library).toMatchObject({
      homepage: `${home}#readme`,
      repository: { url: `git+${home}.git` },
      bugs: { url: `${home}/issues` },
    });
  });

  it('has absolute links to what is not in it, and they lead somewhere', () => {
    const inPackage = new Set([...library.files, 'README.md', 'LICENSE']);
    for (const target of writtenLinksOf(page('README.md'))) {
      const isOwn =
        target.startsWith(`${home}/blob/main/`) ||
        target.startsWith(`${home.replace('github.com', 'raw.githubusercontent.com')}/main/`);
      expect([target, isOwn || inPackage.has(target) || target === 'https://nestjs.com']).toEqual([
        target,
        true,
      ]);
    }
  });

  it('links each thrown message to the page of start-up errors there', () => {
    const codes = ['origin-path', 'option-unknown', 'origin-path'] as const;
    const problems = codes.map((code) => ({
      code,
      where: 'options',
      field: '',
      value: 1,
      message: 'is',
      fix: 'do',
    }));
    expect(new CorsConfigurationError(problems).message.split('\n').at(-1)).toBe(
      `See ${home}/blob/main/docs/start-up-errors.md#origin-path, #option-unknown`,
    );
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  if (target.startsWith('https://')) return true;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (anchor === undefined) return existsSync(join(root, path));
  const found = PAGES.find((one) => one.path === path);
  return found !== undefined && anchorsOf(found).has(anchor);
}
