import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { isOptionsObject } from '../../lib/policy/options-object.js';

describe('isOptionsObject', () => {
  class Options {
    readonly credentials = true;
  }
  class Getters {
    get credentials(): boolean {
      return true;
    }
  }

  it.each<[title: string, value: unknown]>([
    ['{}', {}],
    ['an object', { origin: '*' }],
    ['a frozen one', Object.freeze({ origin: '*' })],
    ['one without a prototype', Object.create(null)],
    ['an instance with fields', new Options()],
    ['a proxy', new Proxy({}, {})],
    ['one of another realm', runInContext('({})', createContext())],
  ])('is %s', (_, value) => {
    expect(isOptionsObject(value)).toBe(true);
  });

  it.each<[title: string, value: unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'https://a.example'],
    ['a boxed string', Object('https://a.example')],
    ['a function', () => ({})],
    ['an array', []],
    ['a list', [{}]],
    ['a Set', new Set(['https://a.example'])],
    ['a Map', new Map([['origin', '*']])],
    ['a URL', new URL('https://a.example')],
    ['a RegExp', /a/],
    ['a Date', new Date()],
    ['a source', { origin: 'https://a.example', allows: () => true }],
    ['a promise', Promise.resolve({})],
    ['an instance with nothing but getters', new Getters()],
  ])('is not %s', (_, value) => {
    expect(isOptionsObject(value)).toBe(false);
  });
});
