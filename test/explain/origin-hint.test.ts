import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { originHint } from '../../lib/explain/origin-hint.js';
import type { OriginEntry } from '../../lib/policy/origin-entry.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import { isSerializedOrigin } from '../../lib/protocol/serialized-origin.js';
import { entriesOf, sourceOf, uncheckedRegExp } from '../policy/naive-origins.js';
import { mutation, nearMiss, someEntries } from '../policy/random-origins.js';
import { seed } from '../protocol/seed.js';

const APP = 'https://app.example.com';

/** The closest allowed origin, the code of the hint, and its message. */
function hinted(origin: string, entries: readonly OriginEntry[], secureOnly = false): readonly unknown[] {
  const { closest, hint } = originHint(origin, compileOrigins(entries, { secureOnly }), entries);
  return [closest, hint?.code, hint?.message];
}

describe('originHint', () => {
  it.each([
    ['scheme', 'http://app.example.com', [APP], APP, 'has the scheme "https", not "http"'],
    [
      'scheme',
      'https://localhost:3000',
      ['http://localhost:3000'],
      'http://localhost:3000',
      'has the scheme "http", not "https"',
    ],
    [
      'scheme',
      'https://localhost',
      ['capacitor://localhost'],
      'capacitor://localhost',
      'has the scheme "capacitor", not "https"',
    ],
    [
      'scheme',
      'http://a.example.com',
      ['https://*.example.com'],
      'https://*.example.com',
      'has the scheme "https", not "http"',
    ],
    ['port-missing', APP, [`${APP}:8443`], `${APP}:8443`, 'has the port 8443, not the default one'],
    ['port', `${APP}:8443`, [APP], APP, 'has the default port, not 8443'],
    [
      'port',
      'http://localhost:5173',
      ['http://localhost:3000'],
      'http://localhost:3000',
      'has the port 3000, not 5173',
    ],
    [
      'port',
      'https://a.example.com:1',
      ['https://*.example.com'],
      'https://*.example.com',
      'has the default port, not 1',
    ],
    [
      'port-missing',
      'https://a.example.com',
      ['https://**.example.com:1'],
      'https://**.example.com:1',
      'has the port 1, not the default one',
    ],
    [
      'www',
      'https://shop.example.com',
      ['https://www.shop.example.com'],
      'https://www.shop.example.com',
      'differs by "www."',
    ],
    ['www', 'https://www.example.com', ['https://example.com'], 'https://example.com', 'differs by "www."'],
    ['trailing-dot', `${APP}.`, [APP], APP, 'differs by the dot behind the host'],
    ['trailing-dot', APP, [`${APP}.`], `${APP}.`, 'differs by the dot behind the host'],
    [
      'trailing-dot',
      'https://a.example.com.',
      ['https://*.example.com'],
      'https://*.example.com',
      'differs by the dot behind the host',
    ],
    ['typo', 'https://app.exmaple.com', [APP], APP, 'has the host app.example.com, 2 letters away'],
    ['typo', 'https://app.example.co', [APP], APP, 'has the host app.example.com, one letter away'],
    [
      'typo',
      'https://app.exmple.com',
      ['https://*.example.com'],
      'https://*.example.com',
      'has names below example.com, one letter away',
    ],
    [
      'typo',
      'https://a.b.exmple.com',
      ['https://**.example.com'],
      'https://**.example.com',
      'has names below example.com, one letter away',
    ],
    [
      'subdomain',
      'https://app.example.com',
      ['https://example.com'],
      'https://example.com',
      'is the host example.com alone, without the names below it',
    ],
    ['apex', 'https://example.com', [APP], APP, 'is a name below example.com, not example.com itself'],
    [
      'apex',
      'https://example.com',
      ['https://*.example.com'],
      'https://*.example.com',
      'covers the names below example.com, not example.com itself',
    ],
    [
      'apex',
      'https://example.com',
      ['https://**.example.com'],
      'https://**.example.com',
      'covers the names below example.com, not example.com itself',
    ],
    [
      'labels',
      'https://a.b.example.com',
      ['https://*.example.com'],
      'https://*.example.com',
      'covers one label in front of example.com, not 2',
    ],
    [
      'labels',
      'https://a.b.c.example.com',
      ['https://*.example.com'],
      'https://*.example.com',
      'covers one label in front of example.com, not 3',
    ],
    [
      'sibling',
      'https://admin.example.co.uk',
      ['https://app.example.co.uk'],
      'https://app.example.co.uk',
      'is another host of the same site',
    ],
    [
      'sibling',
      'https://x.example.com',
      ['https://*.preview.example.com'],
      'https://*.preview.example.com',
      'is another host of the same site',
    ],
    [
      'www',
      'http://shop.example.com:81',
      ['https://www.shop.example.com'],
      'https://www.shop.example.com',
      'differs by "www." and has the scheme "https", not "http" and has the default port, not 81',
    ],
  ])('%s: %s where %j is allowed', (code, origin, written, closest, difference) => {
    expect(hinted(origin, entriesOf(...written))).toEqual([closest, code, `${closest} ${difference}`]);
  });

  it.each([
    ['scheme', 'http://app.example.com', APP],
    ['www', 'https://www.app.example.com', APP],
    ['www', 'https://example.net', 'https://www.example.net'],
    ['trailing-dot', `${APP}.`, APP],
    ['port', `${APP}:8443`, APP],
  ])('%s: a regular expression is asked about what %s was meant to be', (code, origin, closest) => {
    const entries = [uncheckedRegExp('https://(?:app\\.example\\.com|www\\.example\\.net)')];
    expect(hinted(origin, entries).slice(0, 2)).toEqual([closest, code]);
  });

  it.each([
    ['https://evil.net', [APP]],
    ['https://app.example.com.evil.net', [APP]],
    ['https://shop.github.io', ['https://news.github.io']],
    ['https://com', [APP]],
    ['https://b', ['https://a']],
    ['http://10.0.0.1', ['http://192.168.0.1']],
    ['https://b.x.net', ['https://a.x.org']],
    [APP, []],
    [APP, ['null']],
  ])('nothing is close to %s where %j is allowed', (origin, written) => {
    expect(hinted(origin, entriesOf(...written))).toEqual([undefined, undefined, undefined]);
  });

  it('takes the closest of several, and of equals the first', () => {
    const entries = entriesOf(
      'https://admin.example.com',
      'https://ap.example.com',
      'https://app.example.com:1',
      `${APP}:2`,
    );
    expect(hinted(APP, entries)[0]).toBe(`${APP}:1`);
    expect(hinted('https://apps.example.com', entries)[0]).toBe('https://ap.example.com');
    expect(hinted('https://www.example.com', entries)[0]).toBe('https://admin.example.com');
  });

  it.each([
    ['trailing-slash', `${APP}/`, 'Origin has a trailing slash'],
    ['path', `${APP}/login`, 'Origin has a path'],
    ['path', `${APP}?x`, 'Origin has a query'],
    ['upper-case', 'https://App.Example.com', expect.stringContaining('Origin has upper case letters')],
    ['default-port', `${APP}:443`, expect.stringContaining('Origin spells out the default port')],
    ['malformed', 'app.example.com', expect.stringContaining('Origin has no scheme')],
    ['malformed', `https://u:p@app.example.com`, expect.stringContaining('Origin has a user name')],
  ])('%s: %s, which no browser sends', (code, origin, message) => {
    expect(hinted(origin, entriesOf(APP))).toEqual([APP, code, message]);
    expect(hinted(origin, entriesOf('*'))[0]).toBe(APP);
  });

  it.each([
    ['repeated', `${APP}, ${APP}`, 'Origin has more than one origin'],
    ['repeated', 'null, null', 'Origin has more than one origin'],
    ['repeated', `${APP} ${APP}:1`, 'Origin has more than one origin'],
    ['malformed', '', 'Origin is empty'],
    ['malformed', '*', 'Origin is a pattern'],
    ['malformed', 'https://*.example.com', 'Origin is a pattern'],
    ['malformed', 'x'.repeat(5000), 'Origin is far too long for an origin'],
  ])('%s: %.40s cannot be mended', (code, origin, message) => {
    expect(hinted(origin, entriesOf(APP, 'https://*.example.com'))).toEqual([undefined, code, message]);
    expect(hinted(origin, entriesOf('*'))[0]).toBeUndefined();
  });

  it('mends, and then looks for what is close', () => {
    const { closest, hint, clause } = originHint(
      `HTTP://app.example.com/`,
      compileOrigins(entriesOf(APP), { secureOnly: false }),
      entriesOf(APP),
    );
    expect([closest, hint?.code]).toEqual([APP, 'trailing-slash']);
    expect(clause).toBe(
      `Origin has a trailing slash; the closest allowed origin is ${APP}, which has the scheme "https", not "http"`,
    );
  });

  it('says whose origin null is', () => {
    expect(hinted('null', entriesOf(APP))).toEqual([
      undefined,
      'opaque',
      expect.stringContaining('sandboxed frames'),
    ]);
  });

  it('says whose file:// is', () => {
    expect(hinted('file://', entriesOf('app://.'))).toEqual([
      undefined,
      'opaque',
      expect.stringContaining('every page in a file'),
    ]);
  });

  it('says that sources are not asked about plain http: origins', () => {
    const entries = [sourceOf('Everybody', () => true)];
    expect(hinted('http://app.example.com', entries, true).slice(0, 2)).toEqual([undefined, 'insecure']);
    expect(hinted('http://app.example.com', entries, false)).toEqual([undefined, undefined, undefined]);
    expect(hinted(APP, entries, true)).toEqual([undefined, undefined, undefined]);
  });

  it(`names what the policy allows, or an entry of it (seed ${seed})`, () => {
    let close = 0;
    fc.assert(
      fc.property(someEntries, mutation, fc.boolean(), (entries, edit, secureOnly) => {
        const rule = compileOrigins(entries, { secureOnly });
        const origin = nearMiss(entries, edit);
        if (rule.any || rule.allows(origin)) return;
        const { closest, hint } = originHint(origin, rule, entries);
        if (closest === undefined) return;
        close++;
        expect(hint).toBeDefined();
        expect(closest).not.toBe(origin);
        expect(rule.allows(closest) || entries.map(describeEntry).includes(closest)).toBe(true);
      }),
      { seed, numRuns: 3000 },
    );
    expect(close).toBeGreaterThan(300);
  });

  it(`finds every exact entry that differs by one thing (seed ${seed})`, () => {
    const host = fc.constantFrom('example.com', 'a.example.com', 'foo.bar.net', 'localhost');
    const others = fc.array(
      fc.constantFrom('https://zzzzzz.org', 'capacitor://localhost', 'null', 'https://*.zzzzzz.org'),
    );
    fc.assert(
      fc.property(
        host,
        fc.constantFrom('scheme', 'port', 'www', 'dot'),
        others,
        fc.nat(9),
        (name, what, rest, at) => {
          const refused = {
            scheme: `http://${name}`,
            port: `https://${name}:81`,
            www: `https://www.${name}`,
            dot: `https://${name}.`,
          }[what];
          const entries = entriesOf(...rest.slice(0, at), `https://${name}`, ...rest.slice(at));
          expect(isSerializedOrigin(refused)).toBe(true);
          expect(hinted(refused, entries)[0]).toBe(`https://${name}`);
        },
      ),
      { seed },
    );
  });

  // Outside of Jest a million take about a quarter of a second.
  it('looks through ten times as many origins in about ten times the time', () => {
    const time = (count: number): number => {
      const entries = Array.from(
        { length: count },
        (_, n): OriginEntry => `https://t-${n}.customers.example.com`,
      );
      const rule = compileOrigins(entries, { secureOnly: false });
      const times = Array.from({ length: 3 }, () => {
        const start = performance.now();
        originHint('https://t-777x.customers.example.com', rule, entries);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    expect(time(100_000)).toBeLessThan(40 * time(10_000));
  });
});
