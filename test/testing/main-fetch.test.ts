import { describe, expect, it } from '@jest/globals';
import { HeaderList, type Header } from '../../lib/testing/header-list.js';
import { responseTainting, type MainFetchFacts } from '../../lib/testing/main-fetch.js';
import { resourcePolicyCheck } from '../../lib/testing/resource-policy.js';
import { exposedHeaders, ownHeaders, passesTimingCheck } from '../../lib/testing/response-headers.js';

describe('main fetch (Fetch, "Main fetch")', () => {
  const facts: MainFetchFacts = {
    origin: 'https://foo.example',
    mode: 'cors',
    redirect: 'follow',
    tainting: 'basic',
  };

  it.each<[facts: Partial<MainFetchFacts>, url: string, outcome: string]>([
    [{}, 'https://foo.example/a', 'basic'],
    [{ mode: 'same-origin' }, 'https://foo.example/a', 'basic'],
    [{ mode: 'no-cors', redirect: 'manual' }, 'https://foo.example/a', 'basic'],
    [{}, 'https://api.foo.example/', 'cors'],
    [{}, 'https://foo.example:8443/', 'cors'],
    [{ tainting: 'cors' }, 'https://foo.example/', 'cors'],
    [{ mode: 'no-cors' }, 'https://bar.other/', 'opaque'],
    [{ mode: 'no-cors', tainting: 'opaque' }, 'https://foo.example/', 'opaque'],
    [{ origin: 'null' }, 'https://foo.example/', 'cors'],
    [{ origin: 'http://foo.example' }, 'https://foo.example/', 'cors'],
    [{ mode: 'same-origin' }, 'https://bar.other/', 'not-same-origin'],
    [{ mode: 'same-origin', origin: 'null' }, 'https://bar.other/', 'not-same-origin'],
    [{ mode: 'no-cors', redirect: 'manual' }, 'https://bar.other/', 'redirect-mode-not-allowed'],
    [{ mode: 'no-cors', redirect: 'error' }, 'https://bar.other/', 'redirect-mode-not-allowed'],
    [{}, 'ftp://bar.other/', 'scheme-not-http'],
    [{}, 'blob:https://foo.example/1', 'scheme-not-http'], // whose origin is the page's
    [{ mode: 'same-origin' }, 'blob:https://foo.example/1', 'scheme-not-http'],
    [{ mode: 'no-cors' }, 'file:///etc/passwd', 'scheme-not-http'],
    [{}, 'http://bar.other/', 'mixed-content'],
    [{}, 'http://foo.example/', 'mixed-content'],
    [{}, 'http://localhost:3000/', 'cors'],
    [{}, 'http://127.0.0.1:3000/', 'cors'],
    [{ origin: 'http://localhost:3000' }, 'http://bar.other/', 'cors'],
  ])('%j to %s: %s', (changed, url, outcome) => {
    const decided = responseTainting({ ...facts, ...changed }, new URL(url));
    expect(typeof decided === 'string' ? decided : decided.reason).toBe(outcome);
  });
});

describe('Cross-Origin-Resource-Policy (Fetch, "cross-origin resource policy check")', () => {
  it.each<[values: readonly string[], origin: string, url: string, blocked: boolean]>([
    [[], 'https://foo.example', 'https://bar.other/', false],
    [['cross-origin'], 'https://foo.example', 'https://bar.other/', false],
    [['same-origin'], 'https://foo.example', 'https://bar.other/', true],
    [['same-origin'], 'https://foo.example', 'https://api.foo.example/', true],
    [['same-origin'], 'https://foo.example', 'https://foo.example/', false],
    [['same-origin'], 'null', 'https://foo.example/', true],
    [['same-site'], 'https://foo.example', 'https://api.foo.example/', false],
    [['same-site'], 'https://foo.example', 'http://api.foo.example/', false],
    [['same-site'], 'http://foo.example', 'https://api.foo.example/', true],
    [['same-site'], 'https://foo.example', 'https://bar.other/', true],
    [['Same-Origin'], 'https://foo.example', 'https://bar.other/', false],
    [['same-origin', 'same-origin'], 'https://foo.example', 'https://bar.other/', false],
    [['none'], 'https://foo.example', 'https://bar.other/', false],
  ])('%j from %s to %s', (values, origin, url, blocked) => {
    const headers = new HeaderList(values.map((value) => ['Cross-Origin-Resource-Policy', value] as const));
    expect(resourcePolicyCheck(headers, origin, new URL(url)) !== undefined).toBe(blocked);
  });
});

describe('what script sees of the headers (Fetch, Responses)', () => {
  const sent: readonly Header[] = [
    ['Cache-Control', 'no-cache'],
    ['content-language', 'en'],
    ['Content-Length', '2'],
    ['Content-Type', 'text/plain'],
    ['Expires', '0'],
    ['Last-Modified', 'x'],
    ['Pragma', 'x'],
    ['ETag', '"1"'],
    ['X-Count', '2'],
    ['Set-Cookie', 'a=b'],
    ['set-cookie2', 'a=b'],
    ['Access-Control-Allow-Origin', '*'],
  ];
  const safelisted = sent.slice(0, 7).map(([name]) => name);

  function seen(exposed: string | undefined, credentials: 'omit' | 'include' = 'omit'): readonly string[] {
    const lines =
      exposed === undefined ? sent : [...sent, ['Access-Control-Expose-Headers', exposed] as const];
    return exposedHeaders(new HeaderList(lines), credentials)
      .map(([name]) => name)
      .filter((name) => !safelisted.includes(name));
  }

  it('basic: all but Set-Cookie', () => {
    expect(ownHeaders(new HeaderList(sent)).map(([name]) => name)).toEqual([
      ...safelisted,
      'ETag',
      'X-Count',
      'Access-Control-Allow-Origin',
    ]);
  });

  it('cors: the safelisted names always', () => {
    expect(exposedHeaders(new HeaderList(sent), 'include').map(([name]) => name)).toEqual(safelisted);
  });

  it.each<[exposed: string | undefined, plain: readonly string[], including?: readonly string[]]>([
    [undefined, []],
    ['', []],
    ['x-count', ['X-Count']],
    ['ETAG, ,X-Count', ['ETag', 'X-Count']],
    ['set-cookie, set-cookie2', []],
    ['x-count, e tag', []], // one element that is no token spoils the list
    ['*', ['ETag', 'X-Count', 'Access-Control-Allow-Origin', 'Access-Control-Expose-Headers'], []],
    [
      '*, etag',
      ['ETag', 'X-Count', 'Access-Control-Allow-Origin', 'Access-Control-Expose-Headers'],
      ['ETag'],
    ],
  ])('cors: Access-Control-Expose-Headers: %s', (exposed, plain, including = plain) => {
    expect(seen(exposed)).toEqual(plain);
    expect(seen(exposed, 'include')).toEqual(including);
  });

  it.each<[value: string | undefined, origin: string, basic: boolean, passes: boolean]>([
    [undefined, 'https://foo.example', false, false],
    [undefined, 'https://foo.example', true, true],
    ['*', 'https://foo.example', false, true],
    ['https://foo.example', 'https://foo.example', false, true],
    ['https://a.example, https://foo.example', 'https://foo.example', false, true],
    ['https://FOO.example', 'https://foo.example', false, false],
    ['"https://foo.example, *', 'https://foo.example', false, false], // one element, quoted
    ['null', 'null', false, true],
  ])('Timing-Allow-Origin %s for %s, same-origin %s: %s', (value, origin, basic, passes) => {
    const headers = new HeaderList(value === undefined ? [] : [['Timing-Allow-Origin', value]]);
    expect(passesTimingCheck(headers, origin, basic)).toBe(passes);
  });
});
