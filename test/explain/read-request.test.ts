import { describe, expect, it } from '@jest/globals';
import { readRequest } from '../../lib/explain/read-request.js';

const GOOD = { method: 'GET', url: '/orders?x=1', headers: {} };

describe('readRequest', () => {
  it.each([
    [undefined, 'request is undefined; write {'],
    [null, 'request is null; write {'],
    ['GET /orders', 'request is "GET /orders"; write {'],
    [{ ...GOOD, method: undefined }, "request.method is undefined; write 'GET'"],
    [{ ...GOOD, method: 'get' }, `request.method is "get"; write 'GET'`],
    [{ ...GOOD, method: 'patch' }, `request.method is "patch"; write 'PATCH'`],
    [{ ...GOOD, method: 'BREW' }, `request.method is "BREW"; write 'GET'`],
    [{ ...GOOD, url: undefined }, "request.url is undefined; write '/orders/7'"],
    [
      { ...GOOD, url: new URL('https://api.example/x') },
      "request.url is an instance of URL; write '/orders/7'",
    ],
    [{ ...GOOD, url: '' }, `request.url is ""; write '/'`],
    [{ ...GOOD, url: 'orders' }, `request.url is "orders"; write '/orders'`],
    [{ ...GOOD, url: '/a b' }, `request.url is "/a b"; write '/a%20b'`],
    [{ ...GOOD, url: '/a\r\nx' }, `request.url is "/a\\r\\nx"; write '/a%0D%0Ax'`],
    [{ ...GOOD, originalUrl: 7 }, "request.originalUrl is 7; write '/orders/7'"],
    [{ ...GOOD, host: 7 }, "request.host is 7; write 'api.example.com'"],
    [
      { ...GOOD, headers: undefined },
      "request.headers is undefined; write { origin: 'https://app.example.com' }",
    ],
    [
      { ...GOOD, headers: 'origin: x' },
      `request.headers is "origin: x"; write { origin: 'https://app.example.com' }`,
    ],
    [{ ...GOOD, headers: { 'a b': 'x' } }, `a name in request.headers is "a b"; write 'origin'`],
    [{ ...GOOD, headers: { 'content-length': 7 } }, `request.headers["content-length"] is 7; write '7'`],
    [{ ...GOOD, headers: { origin: [null] } }, `request.headers["origin"] is null; write 'null'`],
    [
      { ...GOOD, headers: ['origin', 'x'] },
      `an element of request.headers is "origin"; write ['origin', 'https://app.example.com']`,
    ],
  ])('refuses %p', (request, message) => {
    const read = (): unknown => readRequest(request as never);
    expect(read).toThrow(TypeError);
    expect(read).toThrow(`explain(): ${message}`);
  });

  it.each([
    ['names in any case', { Origin: 'x' }, { origin: 'x' }],
    ['white space around a value', { origin: ' x\t' }, { origin: 'x' }],
    ['a field that was not sent', { origin: undefined }, {}],
    ['several lines', { origin: ['a', 'b'] }, { origin: 'a, b' }],
    ['several lines, in two spellings', { Origin: 'a', origin: 'b' }, { origin: 'a, b' }],
    ['several lines of what Node keeps once', { host: ['a', 'b'] }, { host: 'a' }],
    ['several cookies', { cookie: ['a=1', 'b=2'] }, { cookie: 'a=1; b=2' }],
    ['pairs', [['Origin', 'x']], { origin: 'x' }],
    ['Headers', new Headers({ Origin: 'x', 'X-Y': 'z' }), { origin: 'x', 'x-y': 'z' }],
    ['HTTP/2', { ':authority': 'a', ':path': '/' }, { ':authority': 'a', ':path': '/' }],
    [
      'names that objects have',
      { constructor: 'x', ['__proto__']: 'y' },
      { constructor: 'x', ['__proto__']: 'y' },
    ],
  ])('reads headers as Node does: %s', (_, headers, expected) => {
    expect(Object.entries(readRequest({ ...GOOD, headers: headers as never }).headers)).toEqual(
      Object.entries(expected),
    );
  });

  it.each([
    [{}, {}, ['', '']],
    [{ host: 'api.example:8080' }, {}, ['api.example:8080', 'api.example']],
    [{ host: '[::1]:8080' }, {}, ['[::1]:8080', '[::1]']],
    [{ host: '[::1]' }, {}, ['[::1]', '[::1]']],
    [{ ':authority': 'h2.example' }, {}, ['h2.example', 'h2.example']],
    [{ host: 'api.example' }, { host: 'proxied.example:1' }, ['proxied.example:1', 'proxied.example']],
    [{}, { url: 'https://abs.example:8/x' }, ['abs.example:8', 'abs.example']],
    [{ host: 'api.example' }, { url: 'https://abs.example:8/x' }, ['api.example', 'api.example']],
  ])('finds the host of %j with %j', (headers, other, expected) => {
    const { host, hostname } = readRequest({ ...GOOD, ...other, headers: headers as never });
    expect([host, hostname]).toEqual(expected);
  });

  it('does not change what it is given', () => {
    const headers = Object.freeze({ origin: Object.freeze(['a', 'b']) });
    expect(() => readRequest(Object.freeze({ ...GOOD, url: 'http://x/', headers }))).not.toThrow();
  });
});
