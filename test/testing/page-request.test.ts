import { describe, expect, it } from '@jest/globals';
import { FetchError } from '../../lib/testing/fetch-error.js';
import type { FetchFailure } from '../../lib/testing/fetch-failure.js';
import type { PageFetchInit } from '../../lib/testing/page-fetch-init.js';
import { makeRequest, type PageRequest } from '../../lib/testing/page-request.js';

const BASE = 'http://localhost:3000/api/';
const PAGE = { referrerPolicy: 'origin' } as const;

async function make(init: PageFetchInit = {}, input: string | URL = '/'): Promise<PageRequest> {
  return await makeRequest(input, init, BASE, PAGE);
}

async function failureOf(init: object, input: string | URL = '/'): Promise<FetchFailure | undefined> {
  try {
    await make(init, input);
    return undefined;
  } catch (error) {
    if (error instanceof FetchError) return error.failure;
    throw error;
  }
}

describe('a request that script makes (Fetch, Request class)', () => {
  it('has the defaults of fetch()', async () => {
    expect(await make()).toEqual({
      url: new URL('http://localhost:3000/'),
      method: 'GET',
      headers: [],
      body: undefined,
      mode: 'cors',
      credentials: 'same-origin',
      redirect: 'follow',
      referrerPolicy: 'origin',
      forced: false,
      signal: undefined,
    });
  });

  it.each<[input: string | URL, url: string]>([
    ['orders', 'http://localhost:3000/api/orders'],
    ['/orders?a#b', 'http://localhost:3000/orders?a#b'],
    ['https://API.example.com:443', 'https://api.example.com/'],
    [new URL('http://a.example/'), 'http://a.example/'],
  ])('reads the URL %s', async (input, url) => {
    expect((await make({}, input)).url.href).toBe(url);
  });

  it.each<[written: string, method: string]>([
    ['get', 'GET'],
    ['Head', 'HEAD'],
    ['options', 'OPTIONS'],
    ['post', 'POST'],
    ['pUt', 'PUT'],
    ['delete', 'DELETE'],
    ['patch', 'patch'],
    ['PATCH', 'PATCH'],
    ['brew', 'brew'],
  ])('normalizes the method %s to %s', async (written, method) => {
    expect((await make({ method: written })).method).toBe(method);
  });

  it("an empty referrer policy is the page's", async () => {
    expect((await make({ referrerPolicy: '' })).referrerPolicy).toBe('origin');
    expect((await make({ referrerPolicy: 'unsafe-url' })).referrerPolicy).toBe('unsafe-url');
  });

  it.each<[reason: string, section: string, init: object, input?: string]>([
    ['url-invalid', 'Request class', {}, 'http://'],
    ['url-credentials', 'Request class', {}, 'http://user@localhost/'],
    ['url-credentials', 'Request class', {}, 'http://:password@localhost/'],
    ['method-invalid', 'Methods', { method: 'GET ' }],
    ['method-invalid', 'Methods', { method: '' }],
    ['method-forbidden', 'Methods', { method: 'TRACE' }],
    ['method-forbidden', 'Methods', { method: 'track' }],
    ['method-forbidden', 'Methods', { method: 'Connect' }],
    ['method-not-safelisted', 'Request class', { method: 'PUT', mode: 'no-cors' }],
    ['header-invalid', 'Headers class', { headers: { 'x a': '' } }],
    ['header-invalid', 'Headers class', { headers: [['', '']] }],
    ['header-invalid', 'Headers class', { headers: { 'x-a': 'a\nb' } }],
    ['header-invalid', 'Headers class', { headers: { 'x-a': 'a\u0000b' } }],
    ['header-invalid', 'Headers class', { headers: { 'x-a': '\u0100' } }],
    ['body-not-allowed', 'Request class', { body: '' }],
    ['body-not-allowed', 'Request class', { method: 'HEAD', body: 'x' }],
    ['stream-without-duplex', 'Request class', { method: 'POST', body: new ReadableStream() }],
    [
      'stream-not-allowed',
      'Request class',
      { method: 'POST', body: new ReadableStream(), duplex: 'half', mode: 'no-cors' },
    ],
    ['option-invalid', 'Request class', { mode: 'navigate' }],
    ['option-invalid', 'Request class', { credentials: 'yes' }],
    ['option-invalid', 'Request class', { redirect: 'always' }],
    ['option-invalid', 'Request class', { referrerPolicy: 'never' }],
  ])('%s (%s): %j', async (reason, section, init, input = '/') => {
    expect(await failureOf(init, input)).toMatchObject({ step: 'request', reason, section });
  });

  it('drops forbidden headers without a word, and trims values', async () => {
    const headers = [
      ['Cookie', 'a=b'],
      ['X-A', '\r\n\t 1 \t'],
      ['Sec-Fetch-Site', 'none'],
      ['x-http-method', 'TRACE'],
      ['x-a', '2'],
    ] as const;
    expect((await make({ headers })).headers).toEqual([
      ['X-A', '1'],
      ['X-A', '2'],
    ]);
  });

  it('calls lines of one name as the first one is called, and keeps them together (Headers: "append")', async () => {
    const headers = [
      ['X-A', '1'],
      ['x-b', '1'],
      ['x-a', '2'],
      ['X-B', '2'],
      ['x-A', '1'],
    ] as const;
    expect((await make({ headers })).headers).toEqual([
      ['X-A', '1'],
      ['X-A', '2'],
      ['X-A', '1'],
      ['x-b', '1'],
      ['x-b', '2'],
    ]);
  });

  it('takes headers in every form', async () => {
    const expected = [['x-a', '1']];
    expect((await make({ headers: { 'x-a': '1' } })).headers).toEqual(expected);
    expect((await make({ headers: [['x-a', '1']] })).headers).toEqual(expected);
    expect((await make({ headers: new Headers({ 'X-A': '1' }) })).headers).toEqual(expected);
    expect((await make({ headers: new Map([['x-a', '1']]) })).headers).toEqual(expected);
  });

  it('no-cors keeps the four safelisted names, as long as all their values are', async () => {
    const headers = [
      ['Accept', 'a'],
      ['accept', '"'],
      ['Accept-Language', 'en'],
      ['Content-Language', 'en'],
      ['Content-Type', 'text/plain'],
      ['content-type', 'text/plain'],
      ['Range', 'bytes=0-'],
      ['X-A', '1'],
    ] as const;
    expect((await make({ mode: 'no-cors', headers })).headers.map(([name]) => name)).toEqual([
      'Accept',
      'Accept-Language',
      'Content-Language',
      'Content-Type',
    ]);
  });

  it.each<[what: string, body: NonNullable<PageFetchInit['body']>, type: RegExp | undefined, text: RegExp]>([
    ['a string', '\u00e9', /^text\/plain;charset=UTF-8$/, /^\u00e9$/],
    [
      'parameters',
      new URLSearchParams({ a: '1 2' }),
      /^application\/x-www-form-urlencoded;charset=UTF-8$/,
      /^a=1\+2$/,
    ],
    ['a form', form(), /^multipart\/form-data; boundary=.+$/, /name="a"\r\n\r\n1\r\n/],
    ['a Blob', new Blob(['x'], { type: 'application/json' }), /^application\/json$/, /^x$/],
    ['a Blob without a type', new Blob(['x']), undefined, /^x$/],
    ['a buffer', new TextEncoder().encode('x').buffer, undefined, /^x$/],
    ['a view', new TextEncoder().encode('x'), undefined, /^x$/],
  ])('%s gives its content type', async (_, body, type, text) => {
    const request = await make({ method: 'POST', body });
    const given = request.headers.find(([name]) => name === 'Content-Type')?.[1];
    expect(given).toEqual(type === undefined ? undefined : expect.stringMatching(type));
    expect(new TextDecoder().decode(request.body?.bytes)).toMatch(text);
  });

  it("script's own content type wins", async () => {
    const request = await make({ method: 'POST', body: 'x', headers: { 'content-TYPE': 'text/csv' } });
    expect(request.headers).toEqual([['content-TYPE', 'text/csv']]);
  });

  it('no-cors gets no content type that it may not have', async () => {
    const body = new Blob(['{}'], { type: 'application/json' });
    expect((await make({ method: 'POST', mode: 'no-cors', body })).headers).toEqual([]);
    expect((await make({ method: 'POST', mode: 'no-cors', body: 'x' })).headers).toHaveLength(1);
  });

  it('an upload listener and a stream force a preflight (use-CORS-preflight flag)', async () => {
    expect((await make({ method: 'POST', uploadListener: true })).forced).toBe(true);
    const stream = new ReadableStream();
    const request = await make({ method: 'POST', body: stream, duplex: 'half' });
    expect(request).toMatchObject({ forced: true, body: { bytes: undefined, stream } });
  });
});

function form(): FormData {
  const data = new FormData();
  data.set('a', '1');
  return data;
}
