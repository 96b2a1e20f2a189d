import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { costTable } from '../bench/report/cost-table.js';
import type { Results } from '../bench/report/results.js';
import { CORS_PROBLEM_CODES } from '../lib/policy/cors-problem.js';

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

/** The cells of each line of a table, however wide they are; without the line between head and body. */
function cells(lines: readonly string[]): readonly (readonly string[])[] {
  return lines
    .filter((line) => !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('README', () => {
  const readme = read('README.md');

  it('lists every problem code in its table, and no other', () => {
    const listed = [...readme.matchAll(/^\| `([a-z]+(?:-[a-z]+)+)` *\|/gm)].map(([, code]) => code);
    expect(new Set(listed)).toEqual(new Set(CORS_PROBLEM_CODES));
    expect(listed).toHaveLength(CORS_PROBLEM_CODES.length);
  });

  it('has the costs of the run whose results lie beside it', () => {
    const results = Object.fromEntries(
      ['http-fastify', 'http-express', 'instructions-fastify', 'instructions-express'].map((name) => [
        name,
        JSON.parse(read(`bench/results/${name}.json`)) as unknown,
      ]),
    ) as Results;
    const [head, ...rows] = cells(costTable(results).split('\n'));
    const first = readme.split('\n').findIndex((line) => line.startsWith('| server CPU per request'));
    const found = cells(readme.split('\n').slice(first, first + rows.length + 2));
    expect(found).toEqual([head, ...rows]);
  });

  it('lists the runtimes on which the wire table is asked for', () => {
    const packages = [...read('.ci/runtimes/check.mjs').matchAll(/'(?:(bun|deno)@)?(\d+\.\d+\.\d+)'/g)];
    const versions = packages.map(([, , version]) => version);
    const [, table = ''] = /^## Where it runs$([^]*?)^###? /m.exec(readme) ?? [];
    const listed = [...table.matchAll(/\d+\.\d+\.\d+/g)].map(([version]) => version);
    expect(new Set(listed)).toEqual(new Set(versions));
    expect(listed).toHaveLength(8);
  });

  it('lists the tools with which the packed library is tried', () => {
    const cases = read('.ci/hosted/cases.mjs').matchAll(
      /^ {2}(?:bundled|hosted|installed|tested)\('([^']+)'/gm,
    );
    const tried = new Set([...cases].map(([, tool]) => tool));
    const [, table = ''] = /^### Bundled and hosted$([^]*?)^## /m.exec(readme) ?? [];
    const [, ...rows] = cells(table.split('\n').filter((line) => line.startsWith('|')));
    const listed = rows.map(([tool = '', version]) => tool + (version === '–' ? '' : `@${version}`));
    expect(listed).toEqual([...tried]);
    expect(listed).toHaveLength(12);
  });

  it('names the versions of that run', () => {
    const { machine } = JSON.parse(read('bench/results/http-fastify.json')) as {
      machine: { versions: Record<string, string> };
    };
    const minor = (version: string): string => version.replace(/^v/, '').split('.').slice(0, 2).join('.');
    const { node = '', '@nestjs/core': nest = '', fastify = '', express = '' } = machine.versions;
    const text = readme.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      `Node ${minor(node)}, Nest ${minor(nest)}, Fastify ${minor(fastify)}, Express ${minor(express)}`,
    );
  });
});
