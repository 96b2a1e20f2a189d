import { describe, expect, it } from '@jest/globals';
import { costTable } from '../../bench/report/cost-table.js';
import type { Results } from '../../bench/report/results.js';
import { titlesOf } from '../../lib/engines/engine-profile.js';
import { ENGINES, QUIRK_NAMES, QUIRKS, quirkSentence, type EngineName } from '../../lib/engines/quirks.js';
import { POLICY_OPTIONS } from '../../lib/policy/policy-options.js';
import { APACHE } from '../proxies/support/apache.js';
import { HAPROXY } from '../proxies/support/haproxy.js';
import { NGINX } from '../proxies/support/nginx.js';
import { SQUID } from '../proxies/support/squid.js';
import { VARNISH } from '../proxies/support/varnish.js';
import { readPage, readText, tableOf } from './pages.js';

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

function json<Result>(path: string): Result {
  return JSON.parse(readText(path)) as Result;
}

describe('tables of options', () => {
  it('have every option of a policy, and those of the module', () => {
    const [, ...rows] = tableOf(readPage('docs/options.md'), 'option');
    const listed = rows.map(([name = '']) => name.replaceAll('`', ''));
    const known = [...POLICY_OPTIONS, 'policies', 'routes', 'publicOrigins', 'refusals', 'debug'];
    expect(listed.toSorted()).toEqual(known.toSorted());
  });
});

describe('tables of engines', () => {
  it('have every quirk, who has it, and what it is', () => {
    const [, ...rows] = tableOf(readPage('docs/engines.md'), 'quirk');
    const known = QUIRK_NAMES.map((name) => {
      const { engines, standard } = QUIRKS[name];
      return [`\`${name}\``, titlesOf(engines), quirkSentence(name), standard];
    });
    expect(
      rows.map((row) => row.map((cell) => cell.replaceAll('\\*', '*').replaceAll(/`(http.*?)`/g, '$1'))),
    ).toEqual(known);
  });

  it('have the longest time that each engine keeps a preflight', () => {
    const [, ...rows] = tableOf(readPage('docs/engines.md'), 'engine');
    for (const [engine = '', time = ''] of rows) {
      const name = engine.toLowerCase() as EngineName;
      expect(time).toContain(`${ENGINES[name].maxPreflightAge} seconds`);
    }
    expect(rows).toHaveLength(Object.keys(ENGINES).length);
  });
});

describe('tables of costs', () => {
  const page = readPage('docs/costs.md');

  it('are of the run whose results lie beside it', () => {
    const results = Object.fromEntries(
      ['http-fastify', 'http-express', 'instructions-fastify', 'instructions-express'].map((name) => [
        name,
        json<unknown>(`bench/results/${name}.json`),
      ]),
    ) as Results;
    expect(tableOf(page, 'server CPU per request, µs')).toEqual(cells(costTable(results).split('\n')));
  });

  it('name the versions of that run', () => {
    const { machine } = json<{ machine: { versions: Record<string, string> } }>(
      'bench/results/http-fastify.json',
    );
    const minor = (version: string): string => version.replace(/^v/, '').split('.').slice(0, 2).join('.');
    const { node = '', '@nestjs/core': nest = '', fastify = '', express = '' } = machine.versions;
    expect(page.text.replaceAll(/\s+/g, ' ')).toContain(
      `Node ${minor(node)}, Nest ${minor(nest)}, Fastify ${minor(fastify)}, Express ${minor(express)}`,
    );
  });
});

describe('tables of where it runs', () => {
  const page = readPage('docs/where-it-runs.md');
  const { engines, peerDependencies } = json<{
    engines: { node: string };
    peerDependencies: Record<string, string>;
  }>('package.json');

  it('have the ranges of package.json', () => {
    const [, ...rows] = tableOf(page, 'with');
    const listed = rows.flatMap(([names = '', range = '']) =>
      names
        .split(', ')
        .flatMap((name) => /^`(.*)`$|^(Node\.js)$/.exec(name)?.slice(1).find(Boolean) ?? [])
        .map((name) => [name, range.replaceAll('`', '').replaceAll('\\|', '|')] as const),
    );
    const known = { 'Node.js': engines.node, ...peerDependencies };
    expect(Object.fromEntries(listed)).toEqual(known);
  });

  it('say the same in README', () => {
    const [, ...rows] = tableOf(readPage('README.md'), 'with');
    const versions = (text: string | undefined): readonly string[] => text?.match(/\d+(?:\.\d+)+/g) ?? [];
    const said = Object.fromEntries(rows);
    expect(versions(said['Node.js'])).toEqual(versions(engines.node));
    const [oldest] = versions(peerDependencies['@nestjs/core']);
    expect(said['Nest']).toBe(`11 from ${oldest} on, and 12`);
  });

  it('list the runtimes on which the wire table is asked for', () => {
    const packages = [...readText('.ci/runtimes/check.mjs').matchAll(/'(?:(bun|deno)@)?(\d+\.\d+\.\d+)'/g)];
    const versions = packages.map(([, , version]) => version);
    const text = tableOf(page, 'runtime').flat().join(' ');
    const listed = [...text.matchAll(/\d+\.\d+\.\d+/g)].map(([version]) => version);
    expect(new Set(listed)).toEqual(new Set(versions));
    expect(listed).toHaveLength(8);
  });

  it('list the tools with which the packed library is tried', () => {
    const cases = readText('.ci/hosted/cases.mjs').matchAll(
      /^ {2}(?:bundled|hosted|installed|tested)\('([^']+)'/gm,
    );
    const tried = new Set([...cases].map(([, tool]) => tool));
    const [, ...rows] = tableOf(page, 'tool');
    const listed = rows.map(([tool = '', version]) => tool + (version === '–' ? '' : `@${version}`));
    expect(listed).toEqual([...tried]);
    expect(listed).toHaveLength(12);
  });
});

describe('tables of proxies', () => {
  const page = readPage('docs/proxies-and-caches.md');
  const proxies = [NGINX, HAPROXY, APACHE, VARNISH, SQUID];

  /** The cells of the row that a proxy is in, alone or with others. */
  const rowOf = (firstCell: string, name: string): readonly string[] | undefined =>
    tableOf(page, firstCell)
      .find(([names = '']) => names.split(', ').includes(name))
      ?.slice(1);

  it.each(proxies)('say of $name what its suite holds it to', ({ name, byDefault }) => {
    const { host, forwardedHost, webSockets, ...cache } = byDefault;
    const { variants, unsaid, revalidates, notModified, withdrawn } = cache;
    expect(rowOf('in front, as configured by default', name)).toEqual([host, forwardedHost, webSockets]);
    expect(rowOf('in front, with its cache on', name)).toEqual(
      Object.values({ variants, unsaid, revalidates, notModified, withdrawn }),
    );
  });
});
