import { runInThisContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import { isCalledCallback, secondParameterOf } from '../../lib/policy/callback-style.js';

/** Compiled from its source, so that no compiler changes what it looks like. */
function functionOf(source: string): object {
  return runInThisContext(`(${source})`) as object;
}

describe('secondParameterOf', () => {
  it.each([
    '(origin, cb) => cb(null, true)',
    'async (origin, cb) => cb(null, true)',
    '(origin,cb)=>{}',
    'function (origin, cb) {}',
    'function decide(origin, cb) {}',
    'async function* decide ( origin , cb ) {}',
    '({ origin(origin, cb) {} }).origin',
    '({ async origin(origin, cb) {} }).origin',
    '({ "a, (b"(origin, cb) {} })["a, (b"]',
    '({ ["a" + (1, 2) + [3, 4]](origin, cb) {} }).a23,4'.replace('.a23,4', '["a23,4"]'),
    '(origin, cb = () => {}) => {}',
    '(origin = (1, 2), cb) => {}',
    '(origin = ")", cb) => {}',
    '(origin = `,`, cb) => {}',
    '({ a, b: [c, d] }, cb) => {}',
    '([a, b] = [1, 2], cb, request) => {}',
    '(origin /* , (request */, cb) => {}',
    '(origin, // the origin\n cb) => {}',
    '(origin, /* the callback */ cb) => {}',
  ])('finds it in %s', (source) => expect(secondParameterOf(functionOf(source))).toBe('cb'));

  it.each([
    '(origin) => cb(origin, cb)',
    'origin => cb(origin, cb)',
    'async origin => cb(origin, cb)',
    '() => {}',
    '(origin, { cb }) => {}',
    '(origin, [cb]) => {}',
    '(origin, ...cb) => {}',
    '(origin, ) => {}',
    '(function (origin, cb) {}).bind(null)',
    'Math.max',
    'class { constructor(origin) {} }',
  ])('finds none in %s', (source) => expect(secondParameterOf(functionOf(source))).toBeUndefined());

  it('knows names in any script', () => {
    expect(secondParameterOf(functionOf('(origin, $größe_1) => {}'))).toBe('$größe_1');
  });
});

describe('isCalledCallback', () => {
  it.each(['cb', 'callback', 'done', 'next'])('%s', (name) => expect(isCalledCallback(name)).toBe(true));

  it.each([undefined, 'request', 'req', 'callbacks', 'cbs', '_'])('not %s', (name) => {
    expect(isCalledCallback(name)).toBe(false);
  });
});
