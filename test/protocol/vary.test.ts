import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addVary } from '../../lib/protocol/vary.js';
import { seed } from './seed.js';

const PREFLIGHT = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

describe('addVary', () => {
  it.each([
    { name: 'nothing yet', current: undefined, expected: 'Origin' },
    { name: 'an empty value', current: '', expected: 'Origin' },
    { name: 'another name', current: 'Cookie', expected: 'Cookie, Origin' },
    { name: 'several others', current: 'Accept, Cookie', expected: 'Accept, Cookie, Origin' },
    { name: 'the name itself', current: 'Origin', expected: 'Origin' },
    { name: 'the name in another case', current: 'ORIGIN', expected: 'ORIGIN' },
    { name: 'the name among others', current: 'Accept, origin,Cookie', expected: 'Accept, origin,Cookie' },
    { name: 'the name last', current: 'Accept,Origin', expected: 'Accept,Origin' },
    { name: 'names that contain it', current: 'X-Origin, Origins', expected: 'X-Origin, Origins, Origin' },
    { name: 'names it contains', current: 'Orig', expected: 'Orig, Origin' },
    { name: '*', current: '*', expected: '*' },
    { name: '* with white space', current: ' * ', expected: ' * ' },
    { name: '* among others', current: 'Accept, *', expected: 'Accept, *, Origin' },
    { name: '* twice', current: '*, *', expected: '*, *, Origin' },
    { name: '* and the name', current: '*, origin', expected: '*, origin' },
    { name: 'a name with a star', current: '*x', expected: '*x, Origin' },
    {
      name: 'odd commas and spaces',
      current: ' ,Accept ,,\tCookie\t',
      expected: ' ,Accept ,,\tCookie\t, Origin',
    },
    { name: 'the name behind odd commas', current: ',, Origin\t,', expected: ',, Origin\t,' },
    { name: 'a number', current: 1, expected: '1, Origin' },
    { name: 'no lines', current: [], expected: 'Origin' },
    { name: 'one line', current: ['Cookie'], expected: 'Cookie, Origin' },
    { name: 'lines', current: ['Cookie', 'Accept, DNT'], expected: 'Cookie, Accept, DNT, Origin' },
    { name: 'empty lines', current: ['', 'Cookie', ''], expected: 'Cookie, Origin' },
    { name: 'nothing but empty lines', current: ['', ''], expected: 'Origin' },
    { name: 'the name in a line', current: ['Cookie', 'Accept, origin'], expected: 'Cookie, Accept, origin' },
    { name: 'the name in the first line', current: ['Origin', 'Cookie'], expected: 'Origin, Cookie' },
    { name: 'the name twice', current: ['origin', 'Accept, ORIGIN'], expected: 'origin, Accept, ORIGIN' },
    { name: '* as the one line', current: ['*'], expected: '*' },
    { name: '* beside an empty line', current: ['', '*'], expected: '*' },
    { name: '* in a line', current: ['Cookie', '*'], expected: 'Cookie, *, Origin' },
  ])('section 2, case 40: $name', ({ current, expected }) => {
    expect(addVary(current, 'Origin')).toBe(expected);
  });

  it.each([
    { name: 'nothing yet', current: undefined, expected: PREFLIGHT },
    { name: 'others', current: 'Cookie', expected: `Cookie, ${PREFLIGHT}` },
    {
      name: 'one of them',
      current: 'access-control-request-method',
      expected: 'access-control-request-method, Origin, Access-Control-Request-Headers',
    },
    { name: 'all of them', current: PREFLIGHT.toLowerCase(), expected: PREFLIGHT.toLowerCase() },
    {
      name: 'some of them, on two lines',
      current: ['Access-Control-Request-Headers', 'Origin'],
      expected: 'Access-Control-Request-Headers, Origin, Access-Control-Request-Method',
    },
    { name: '*', current: '*', expected: '*' },
  ])('adds several names: $name', ({ current, expected }) => {
    expect(addVary(current, PREFLIGHT)).toBe(expected);
  });

  it('C44: keeps what an outer middleware and the handler set', () => {
    expect(addVary(addVary('before', 'foo'), 'Origin')).toBe('before, foo, Origin');
  });

  it('leaves the lines it was given alone', () => {
    const lines = Object.freeze(['Cookie']);
    expect(addVary(lines, 'Origin')).toBe('Cookie, Origin');
    expect(lines).toEqual(['Cookie']);
  });

  it('GHSA-q7jf-gf43-6x6p: adds the names it is given and nothing from anywhere else', () => {
    // Hono copied the request's `Vary` into the response. This function never sees a request.
    expect(addVary.length).toBe(2);
    expect(addVary(undefined, 'Origin')).toBe('Origin');
  });

  const elements = fc.array(
    fc.constantFrom('Accept', 'origin', 'ORIGIN', 'Cookie', '*', '', ' ', '\t', ' DNT ', 'X-Origin', '**'),
  );

  it(`says what a naive reader would want it to say (FC_SEED=${seed})`, () => {
    const lines = fc.array(elements.map((list) => list.join(',')));
    fc.assert(
      fc.property(lines, fc.boolean(), (given, joined) => {
        const current = joined ? given.join(', ') : given;
        const before = parse(current);
        const after = parse(addVary(current, 'Origin'));
        const isStar = [current].flat().filter(Boolean).join(', ').trim() === '*';
        const there = isStar || before.some((name) => name.toLowerCase() === 'origin');
        expect(after).toEqual(there ? before : [...before, 'Origin']);
      }),
      { seed },
    );
  });

  it(`adds nothing the second time (FC_SEED=${seed})`, () => {
    fc.assert(
      fc.property(elements, (list) => {
        const once = addVary(list.join(','), PREFLIGHT);
        expect(addVary(once, PREFLIGHT)).toBe(once);
      }),
      { seed },
    );
  });
});

function parse(value: string | readonly string[]): string[] {
  return [value]
    .flat()
    .flatMap((line) => line.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
