import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { approvesMethod, compileMethods } from '../../lib/protocol/methods.js';
import { seed } from './seed.js';

describe('compileMethods', () => {
  it.each([
    { name: 'C24: safelisted ones vanish, in any case', allowed: ['get', 'pOST', 'HEAD'], names: [] },
    {
      name: 'C24: what only begins like one stays',
      allowed: ['getaway', 'postal'],
      names: ['getaway', 'postal'],
    },
    { name: 'what a browser normalizes is normalized', allowed: ['put', 'Delete'], names: ['DELETE', 'PUT'] },
    { name: 'C25: patch is not', allowed: ['patch', 'PATCH'], names: ['PATCH', 'patch'] },
    { name: 'repeated names are one', allowed: ['PUT', 'PATCH', 'PUT', 'put'], names: ['PATCH', 'PUT'] },
    { name: 'nothing', allowed: [], names: [] },
  ])('$name', ({ allowed, names }) => {
    expect(compileMethods(allowed)).toEqual({ any: false, names });
  });

  it('C26: "*" with others is "*"', () => {
    expect(compileMethods(['*', 'PUT'])).toEqual(compileMethods(['*']));
    expect(compileMethods(['*'])).toEqual({ any: true, names: [] });
  });

  it('C32: keeps nothing of the list it was given, and is frozen', () => {
    const allowed = ['PUT'];
    const rule = compileMethods(allowed);
    allowed[0] = 'DELETE';
    expect(rule.names).toEqual(['PUT']);
    expect(Object.isFrozen(rule) && Object.isFrozen(rule.names)).toBe(true);
  });
});

describe('approvesMethod', () => {
  const none = compileMethods([]);
  const some = compileMethods(['PUT', 'PATCH', 'PURGE']);
  const any = compileMethods(['*']);

  it.each(['GET', 'HEAD', 'POST'])('C57, C58: %s cannot be withheld', (method) => {
    expect([none, some, any].map((rule) => approvesMethod(rule, method))).toEqual([true, true, true]);
  });

  it.each(['PUT', 'PATCH', 'PURGE'])('C23, C56: %s is approved where listed', (method) => {
    expect([none, some, any].map((rule) => approvesMethod(rule, method))).toEqual([false, true, true]);
  });

  it.each(['DELETE', 'QUERY', 'BREW', 'x'.repeat(64)])('C60: %s is refused where not listed', (method) => {
    expect([none, some, any].map((rule) => approvesMethod(rule, method))).toEqual([false, false, true]);
  });

  // Fetch compares methods by bytes (cases.md, section 2, 35), so these are methods of their own.
  it.each(['put', 'patch', 'Put', 'get', 'post'])('C61: %s is not its upper-case namesake', (method) => {
    expect([none, some, any].map((rule) => approvesMethod(rule, method))).toEqual([false, false, true]);
  });

  it.each(['CONNECT', 'connect', 'TRACE', 'TRACK', 'TrAcK'])('C62: %s is refused, even by "*"', (method) => {
    expect([none, some, any].map((rule) => approvesMethod(rule, method))).toEqual([false, false, false]);
  });

  it.each(['', ' PUT', 'PUT ', 'PUT,PATCH', 'résumé', '!!! ;;;'])(
    'C61: %j is refused: no token',
    (method) => {
      expect([none, some, any].map((rule) => approvesMethod(rule, method))).toEqual([false, false, false]);
    },
  );

  it('refuses a method named "*": it would be a wildcard in the answer', () => {
    expect(approvesMethod(any, '*')).toBe(false);
    expect(approvesMethod(some, '*')).toBe(false);
  });

  it('refuses what is too long to repeat', () => {
    expect(approvesMethod(any, 'x'.repeat(65))).toBe(false);
    expect(approvesMethod(any, 'x'.repeat(1 << 20))).toBe(false);
  });

  it(`approves what a naive check approves (FC_SEED=${seed})`, () => {
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'patch', 'put');
    const listed = fc.uniqueArray(fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'patch'));
    fc.assert(
      fc.property(listed, method, (allowed, asked) => {
        const naive = ['GET', 'HEAD', 'POST', ...allowed].includes(asked);
        expect(approvesMethod(compileMethods(allowed), asked)).toBe(naive);
      }),
      { seed },
    );
  });
});
