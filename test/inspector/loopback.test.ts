import { describe, expect, it } from '@jest/globals';
import { isFromThisMachine, isLoopback } from '../../lib/inspector/loopback.js';

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    'takes %s',
    (address) => {
      expect(isLoopback(address)).toBe(true);
    },
  );

  it.each([
    '128.0.0.1',
    '10.0.0.1',
    '192.168.1.5',
    '0.0.0.0',
    '::',
    '::2',
    'fe80::1',
    '::ffff:10.0.0.1',
    '127.0.0.1.evil.example',
    'localhost',
    '',
    undefined,
  ])('takes %s for somebody else', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});

describe('isFromThisMachine', () => {
  const from = (remoteAddress: string | undefined, headers: Record<string, string>): boolean =>
    isFromThisMachine({ socket: { remoteAddress }, headers });

  it.each(['localhost', 'localhost:3000', 'api.localhost:80', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST'])(
    'takes a request for %s from loopback',
    (host) => {
      expect(from('127.0.0.1', { host })).toBe(true);
      expect(from('::1', { ':authority': host })).toBe(true);
    },
  );

  it.each(['127.0.0.1', 'localhost'])(
    'takes none from another address, whatever its headers say: %s',
    (name) => {
      expect(from('10.0.0.1', { host: name })).toBe(false);
      expect(from('10.0.0.1', { host: name, 'x-forwarded-for': '127.0.0.1' })).toBe(false);
      expect(from(undefined, { host: name })).toBe(false);
    },
  );

  it.each(['evil.example', 'localhost.evil.example', 'evil.example:3000', '10.0.0.1', '[::2]', 'a b', ''])(
    'takes none for a name that anybody can give this machine: %s',
    (host) => {
      expect(from('127.0.0.1', { host })).toBe(false);
    },
  );

  it('takes none without a name', () => {
    expect(from('127.0.0.1', {})).toBe(false);
  });

  it.each(['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'])(
    'takes none that somebody has forwarded: %s',
    (name) => {
      expect(from('127.0.0.1', { host: 'localhost', [name]: '127.0.0.1' })).toBe(false);
    },
  );

  it.each<[site: string, dest: string, isTaken: boolean]>([
    ['none', 'document', true],
    ['same-origin', 'script', true],
    ['same-origin', 'empty', true],
    // A link to the page, from wherever.
    ['cross-site', 'document', true],
    ['cross-site', 'empty', false],
    ['cross-site', 'script', false],
    ['cross-site', 'iframe', false],
    // Another port of this machine.
    ['same-site', 'image', false],
    ['same-site', '', false],
  ])('takes one that a browser sends, by who makes it: %s, %s', (site, dest, isTaken) => {
    const headers = { host: 'localhost', 'sec-fetch-site': site, 'sec-fetch-dest': dest };
    expect(from('127.0.0.1', headers)).toBe(isTaken);
  });
});
