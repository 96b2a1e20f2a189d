import { describe, expect, it } from '@jest/globals';
import { METHODS } from 'node:http';
import { enforcedOn, stricter, type Enforcement } from '../../lib/policy/enforcement.js';
import { isSafeMethod } from '../../lib/protocol/names.js';

const ALL: readonly Enforcement[] = [false, 'unsafe', true];
const SOME_METHODS = [...METHODS, 'get', 'Head', 'options', 'post', ''];

describe('enforce', () => {
  it('is for all methods, for all but three, or for none', () => {
    const of = (enforce: Enforcement): readonly string[] =>
      SOME_METHODS.filter((one) => enforcedOn(enforce, one));
    expect(of(true)).toEqual(SOME_METHODS);
    expect(of('unsafe')).toEqual(SOME_METHODS.filter((one) => !['GET', 'HEAD', 'OPTIONS'].includes(one)));
    expect(of(false)).toEqual([]);
    expect(SOME_METHODS.filter(isSafeMethod).toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS']);
  });

  it('of two the stricter refuses what either does, and no more', () => {
    for (const one of ALL)
      for (const other of ALL)
        for (const method of SOME_METHODS) {
          const isEither = enforcedOn(one, method) || enforcedOn(other, method);
          expect([one, other, method, enforcedOn(stricter(one, other), method)]).toEqual([
            one,
            other,
            method,
            isEither,
          ]);
        }
  });
});
