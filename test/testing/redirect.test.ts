import { describe, expect, it } from '@jest/globals';
import { HeaderList } from '../../lib/testing/header-list.js';
import {
  isRedirectStatus,
  locationUrl,
  redirectRequest,
  type RedirectFacts,
} from '../../lib/testing/redirect.js';
import type { RequestBody } from '../../lib/testing/request-body.js';

const BYTES: RequestBody = { bytes: new Uint8Array([1]), stream: undefined, type: undefined };
const STREAM: RequestBody = { bytes: undefined, stream: new ReadableStream(), type: undefined };
const FACTS: RedirectFacts = {
  origin: 'https://foo.example',
  mode: 'cors',
  tainting: 'cors',
  method: 'GET',
  headers: [],
  body: undefined,
  urls: [new URL('https://bar.other/1')],
};

function redirect(
  facts: Partial<RedirectFacts>,
  status: number,
  to = 'https://bar.other/2',
): ReturnType<typeof redirectRequest> {
  return redirectRequest({ ...FACTS, ...facts }, status, new URL(to));
}

describe('HTTP-redirect fetch (Fetch, "HTTP-redirect fetch")', () => {
  it('knows the redirect statuses', () => {
    const statuses = [200, 300, 301, 302, 303, 304, 305, 306, 307, 308, 309];
    expect(statuses.filter(isRedirectStatus)).toEqual([301, 302, 303, 307, 308]);
  });

  it.each<[status: number, method: string, becomes: string]>([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [303, 'PUT', 'GET'],
    [303, 'GET', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
  ])('%i makes %s %s', (status, method, becomes) => {
    const headers = [
      ['Content-Type', 'application/json'],
      ['content-encoding', 'x'],
      ['Content-Language', 'en'],
      ['Content-Location', '/'],
      ['x-a', '1'],
    ] as const;
    const next = redirect({ method, body: BYTES, headers }, status);
    const changed = method !== becomes;
    expect(next).toMatchObject({ method: becomes, headers: changed ? [['x-a', '1']] : headers });
    expect('body' in next && next.body).toBe(changed ? undefined : BYTES);
  });

  it.each<[to: string, kept: boolean]>([
    ['https://bar.other/2', true],
    ['https://bar.other:8443/', false],
    ['http://bar.other/', false],
    ['https://foo.example/', false],
  ])('keeps Authorization within an origin only: %s', (to, kept) => {
    const headers = [
      ['Authorization', 'x'],
      ['x-a', '1'],
    ] as const;
    expect(redirect({ headers }, 307, to)).toMatchObject({ headers: kept ? headers : [['x-a', '1']] });
  });

  it('appends to the URL list', () => {
    expect(redirect({}, 302)).toMatchObject({
      urls: [new URL('https://bar.other/1'), new URL('https://bar.other/2')],
    });
  });

  it('follows 20 redirects, not 21', () => {
    const been = (count: number): readonly URL[] => Array.from({ length: count }, () => FACTS.urls[0] as URL);
    expect(redirect({ urls: been(20) }, 302)).toHaveProperty('method', 'GET');
    expect(redirect({ urls: been(21) }, 302)).toHaveProperty('reason', 'too-many-redirects');
  });

  it.each(['ftp://bar.other/', 'data:text/plain,x', 'about:blank'])('does not go to %s', (to) => {
    expect(redirect({}, 302, to)).toHaveProperty('reason', 'location-scheme');
  });

  it.each<[facts: Partial<RedirectFacts>, to: string, refused: boolean]>([
    [{}, 'https://u:p@bar.other/', true],
    [{}, 'https://u@foo.example/', true], // tainting is already cors
    [{ tainting: 'basic' }, 'https://u@foo.example/', false],
    [{ tainting: 'basic' }, 'https://:p@bar.other/', true],
    [{ tainting: 'opaque', mode: 'no-cors' }, 'https://u@bar.other/', false],
  ])('user info, %j to %s', (facts, to, refused) => {
    const next = redirect(facts, 302, to);
    expect('reason' in next ? next.reason : 'followed').toBe(refused ? 'location-credentials' : 'followed');
  });

  it.each<[status: number, method: string, outcome: string]>([
    [307, 'POST', 'body-not-replayable'],
    [308, 'PUT', 'body-not-replayable'],
    [302, 'POST', 'body-not-replayable'],
    [303, 'POST', 'followed'],
  ])('%i does not send a stream twice (%s)', (status, method, outcome) => {
    const next = redirect({ method, body: STREAM }, status);
    expect('reason' in next ? next.reason : 'followed').toBe(outcome);
  });

  it.each<[location: string | undefined, current: string, url: string | undefined]>([
    [undefined, 'https://bar.other/', undefined],
    ['/b', 'https://bar.other/a/c', 'https://bar.other/b'],
    ['b?x', 'https://bar.other/a/c', 'https://bar.other/a/b?x'],
    ['//baz.example', 'https://bar.other/', 'https://baz.example/'],
    ['/b', 'https://bar.other/#top', 'https://bar.other/b#top'],
    ['/b#end', 'https://bar.other/#top', 'https://bar.other/b#end'],
    ['https://', 'https://bar.other/', 'invalid'],
  ])('Location %s at %s leads to %s', (location, current, url) => {
    const headers = new HeaderList(location === undefined ? [] : [['Location', location]]);
    const found = locationUrl(headers, new URL(current));
    expect(found instanceof URL ? found.href : found).toBe(url);
  });

  it('two Locations lead nowhere', () => {
    const twice = new HeaderList([
      ['Location', '/b'],
      ['location', '/b'],
    ]);
    expect(locationUrl(twice, new URL('https://bar.other/'))).toBe('invalid');
  });

  it('an invalid Location is a network error', () => {
    expect(redirectRequest(FACTS, 302, 'invalid')).toHaveProperty('reason', 'location-invalid');
  });
});
