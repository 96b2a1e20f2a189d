import { describe, expect, it } from '@jest/globals';

import { parseOriginRegExp } from '../../lib/policy/origin-regexp.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import { parseOrigin } from '../../lib/policy/origin-syntax.js';
import { entriesOf, ruleOf, sourceOf } from './naive-origins.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

/** Published mistakes of other libraries in matching an origin. The cause of each is in its title. */
describe('does not repeat', () => {
  it.each([
    'https://barfoo.com',
    'https://foobar.com',
    'https://foo.combar.com',
    'https://oo.com',
    'https://bafoo.com',
  ])(
    'GHSA-vhxv-fg4m-p2w8, GHSA-v84h-653v-4pq9: jub0bs/cors, fcors: entries that share a suffix allowed their concatenations: %s',
    (origin) => {
      expect(ruleOf('https://foo.com', 'https://bar.com').allows(origin)).toBe(false);
      expect(ruleOf('https://*.foo.com', 'https://*.bar.com', 'https://foo.com:*').allows(origin)).toBe(
        false,
      );
    },
  );

  it('GHSA-vhxv-fg4m-p2w8 for every pair of a list', () => {
    const names = ['foo', 'bar', 'o', 'oo', 'r', 'fo', 'barfoo', 'com', 'foo.com', 'm.com'];
    const hosts = names.map((name) => `${name}.com`);
    const rule = ruleOf(
      ...hosts.map((host) => `https://${host}`),
      ...hosts.map((host) => `https://*.${host}:*`),
    );
    for (const first of hosts) {
      for (const second of hosts) {
        const joined = first + second;
        const expected =
          hosts.includes(joined) || hosts.some((host) => joined.replace(/^[^.]*\./, '') === host);
        expect([joined, rule.allows(`https://${joined}`)]).toEqual([joined, expected]);
      }
    }
  });

  it('CVE-2025-50864 (GHSA-f9qj-4c5x-cpcw): @elysiajs/cors: an origin was allowed if it contained an entry', () => {
    const entry = 'https://example.com';
    const rule = ruleOf(entry);
    for (let length = 0; length < entry.length; length++) {
      expect(rule.allows(entry.slice(0, length))).toBe(false);
      expect(rule.allows(entry.slice(entry.length - length))).toBe(false);
    }
    for (const origin of [
      'https://notexample.com',
      'https://example.co',
      'https://example.com.evil.com',
      `${entry}${entry}`,
    ]) {
      expect(rule.allows(origin)).toBe(false);
    }
  });

  it.each([
    ['CVE-2017-11173: rack-cors: unanchored expression', 'https://example.com.evil.com'],
    ['starlette PR#801: expression matched a prefix', 'https://example.com.evil.com'],
    ['CVE-2026-37737: sanic-cors: re.match', 'https://example.community'],
    ['CVE-2026-37737: sanic-cors: re.match, port', 'https://example.com:8443'],
    ['h3: boundaries of an expression', 'https://notexample.com'],
  ])('%s', (_id, origin) => {
    expect(ruleOf(/https:\/\/example\.com/).allows(origin)).toBe(false);
    expect(ruleOf(/^https:\/\/(?:[a-z]+\.)?example\.com/).allows(origin)).toBe(false);
  });

  it('CVE-2026-25478: litestar: the dots of an entry became dots of an expression', () => {
    const rule = ruleOf('https://example.com', 'https://*.example.com', 'https://example.com:*');
    expect(rule.allows('https://exampleXcom')).toBe(false);
    expect(rule.allows('https://examplexcom')).toBe(false);
    expect(rule.allows('https://a.examplexcom')).toBe(false);
    expect(parseOriginRegExp(/^https:\/\/example.com$/)).toMatchObject({
      problem: { code: 'origin-regexp-unescaped-dot' },
    });
  });

  it('CVE-2019-25211: gin-contrib/cors: a wildcard at the end was cut one character short', () => {
    for (const text of [
      'https://example.com*',
      'https://example.*',
      'http://example.com/*',
      'https://exam*ple.com',
    ]) {
      expect(parseOrigin(text)).toHaveProperty('problem');
    }
    expect(ruleOf('https://example.com:*').allows('https://example.community')).toBe(false);
  });

  it('CVE-2018-20744, CVE-2016-10549, CVE-2026-54290 (GHSA-88fw-hqm2-52qc): any origin is said as such, not per origin', () => {
    const rule = compileOrigins([...entriesOf('*'), sourceOf('Database', () => true)], { secureOnly: true });
    expect(rule.any).toBe(true);
    expect(rule.asked).toEqual([]);
  });

  it('CVE-2023-49803, CVE-2020-28481: @koa/cors, socket.io: no origins meant any', () => {
    const rule = compileOrigins([], { secureOnly: false });
    for (const origin of ['https://example.com', 'null', '*', '', 'undefined'])
      expect(rule.allows(origin)).toBe(false);
    expect([rule.any, rule.asked]).toEqual([false, []]);
  });

  it('CVE-2021-39185: http4s: the opaque origin was allowed without being named', () => {
    const entries = [...entriesOf('https://**.example.com:*', /^https:\/\/[a-z]+\.example\.com$/)];
    const rule = compileOrigins([...entries, sourceOf('Database', () => true)], { secureOnly: false });
    expect(rule.allows('null')).toBe(false);
    expect(rule.asked.some((asked) => asked.within('null'))).toBe(false);
  });

  it('CVE-2024-23639: micronaut: a name that starts like the loopback address counted as local', () => {
    const rule = compileOrigins([sourceOf('Database', () => true)], { secureOnly: true });
    expect(rule.asked[0]?.within('http://127.0.0.1')).toBe(true);
    expect(rule.asked[0]?.within('http://127.0.0.1.evil.com')).toBe(false);
  });
});
