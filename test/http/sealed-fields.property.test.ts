import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isCorsField, sealedFields, type GivenFields } from '../../lib/http/sealed-fields.js';
import type { HeaderFields } from '../../lib/protocol/header-fields.js';
import type { Policy } from '../../lib/policy/policy.js';
import { composed } from '../policy/configurations.js';
import { seed } from '../protocol/seed.js';

const APP = 'https://app.example.com';
const VERDICT = { allowed: true, origin: APP, vary: 'Origin' };

type Field = readonly [name: string, value: HeaderFields[string]];

/** Fields in one of the forms in which `writeHead` takes them. */
interface Form {
  readonly isPairs: boolean;
  readonly of: (fields: readonly Field[]) => GivenFields;
}

/** How an app may write a response's fields. */
interface Answer {
  readonly set: readonly Field[];
  readonly given: readonly Field[];
  readonly form: Form;
}

/** By definition and not by assignment, so that `__proto__` is a field like any other. */
function defined(fields: readonly Field[], prototype: object | null): HeaderFields {
  const object = Object.create(prototype) as HeaderFields;
  for (const [name, value] of fields) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true });
  }
  return Object.freeze(object);
}

const FORMS: Readonly<Record<string, Form>> = {
  'an object': { isPairs: false, of: (fields) => defined(fields, Object.prototype) },
  'an object without a prototype': { isPairs: false, of: (fields) => defined(fields, null) },
  'an object that inherits': {
    isPairs: false,
    of: (fields) => defined(fields, { 'x-a': 'inherited', Vary: 'X' }),
  },
  'a list': { isPairs: false, of: (fields) => Object.freeze(fields.flat()) },
  'a list of pairs': {
    isPairs: true,
    of: (fields) => Object.freeze(fields.map((field) => Object.freeze(field))),
  },
  'a Map, of which Node sees no field': { isPairs: false, of: (fields) => new Map(fields) as never },
  null: { isPairs: false, of: () => null as never },
  nothing: { isPairs: false, of: () => undefined },
};

const OTHERS = [
  'X-A',
  'x-a',
  'x-b',
  'Set-Cookie',
  'set-cookie',
  'ETag',
  '__proto__',
  'constructor',
  'toString',
  '7',
];
const CORS = ['Access-Control-Allow-Origin', 'access-control-allow-credentials', 'ACCESS-CONTROL-MADE-UP'];
const VARIES = ['Vary', 'vary', 'VARY'];

const value = fc.oneof(
  fc.constantFrom('a', 'b', '', 'Origin', '*', 5),
  // Frozen: an app may give the same list to each of its responses, so that nothing may be added to it.
  fc.array(fc.constantFrom('a', 'b', 'origin, c'), { maxLength: 3 }).map((lines) => Object.freeze(lines)),
);
const bad = fc.constantFrom<Field>(['x y', 'a'], ['x-a', 'line\nbreak'], ['x-c', undefined]);
const field = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...OTHERS), value) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...VARIES), value) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...CORS), value) },
);
const answers = fc.record<Answer>({
  // What is set before is taken out of the response by the seal, so there is nothing of CORS among it.
  set: fc.array(field, { maxLength: 3 }).map((fields) => fields.filter(([name]) => !isCorsField(name))),
  given: fc
    .tuple(fc.array(field, { maxLength: 5 }), fc.option(bad, { freq: 10 }))
    .map(([fields, wrong]) => (wrong === null ? fields : [...fields, wrong])),
  form: fc.constantFrom(...Object.values(FORMS)),
});

/** The lines of a response's head, as Node writes them; `undefined` if it refuses to. */
function linesOf(
  set: readonly Field[],
  given: (response: ServerResponse) => GivenFields,
): readonly string[] | undefined {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.sendDate = false;
  try {
    for (const [name, text] of set) response.setHeader(name, text as string);
    response.writeHead(200, given(response) as OutgoingHttpHeaders);
  } catch {
    return undefined;
  }
  return (Reflect.get(response, '_header') as string).trimEnd().split('\r\n');
}

/**
 * What Node sends without the library. Of pairs it knows only alone, where it keeps all that there are of a name. It gets
 * lists of its own, since from version 22 on it adds to that of a name which a flat list has more than once.
 */
function bare({ set: frozen, given: shared, form }: Answer): readonly string[] | undefined {
  const [set = [], given = []] = [frozen, shared].map(copied);
  if (!form.isPairs || given.length === 0) return linesOf(set, () => form.of(given));
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const kept = new Map(set.map((one) => [one[0].toLowerCase(), one]));
  for (const name of names) kept.delete(name);
  return linesOf([], () => form.of([...kept.values(), ...given]));
}

function copied(fields: readonly Field[]): readonly Field[] {
  return fields.map(([name, text]) => [name, Array.isArray(text) ? ([...text] as string[]) : text]);
}

function sealed(policy: Policy, { set, given, form }: Answer): readonly string[] | undefined {
  return linesOf(set, (response) =>
    sealedFields(policy, VERDICT, form.of(given), response.getHeader('vary')),
  );
}

/** Pairs of one name keep how the first of them is written. */
function inLowerCase(line: string): string {
  return line.replace(/^[^:]*/, (name) => name.toLowerCase());
}

function isVary(line: string): boolean {
  return /^vary:/i.test(line);
}

function isOurs(line: string): boolean {
  return isVary(line) || isCorsField(line.slice(0, line.indexOf(':')));
}

/** The values of the lines of `Vary`, those without a name left out. */
function variesOf(lines: readonly string[]): readonly string[] {
  return lines
    .filter(isVary)
    .map((line) => line.slice(5).trim())
    .filter((text) => text !== '');
}

function namesOf(values: readonly string[]): readonly string[] {
  return [
    ...new Set(
      values
        .join()
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  ].toSorted();
}

const RESTRICTED = composed({ options: { origin: APP } }).policy;
const ANY = composed({ options: { origin: '*' } }).policy;

describe('a sealed response', () => {
  it(`has the fields that Node sends by itself, but for those of CORS and Vary (FC_SEED=${seed})`, () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(RESTRICTED, ANY), (answer, policy) => {
        const wanted = bare(answer);
        const got = sealed(policy, answer);
        if (wanted === undefined || got === undefined) {
          expect([wanted, got]).toEqual([undefined, undefined]);
          return;
        }
        const others = (lines: readonly string[]) =>
          lines
            .filter((line) => !isOurs(line))
            .map(inLowerCase)
            .toSorted();
        expect(others(got)).toEqual(others(wanted));
        expect(got.filter((line) => isOurs(line) && !isVary(line))).toEqual([
          `access-control-allow-origin: ${policy === ANY ? '*' : APP}`,
        ]);
      }),
      { seed, numRuns: 3000 },
    );
  });

  it(`has one line of Vary, with what Node sends and Origin, unless that is * (FC_SEED=${seed})`, () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const wanted = bare(answer);
        const got = sealed(RESTRICTED, answer);
        if (wanted === undefined || got === undefined) return;
        const own = variesOf(wanted);
        const [vary, ...more] = variesOf(got);
        expect(more).toEqual([]);
        // Beside fields that were set before, Node keeps one line of a name that is written twice; the seal keeps both.
        if (vary === '*') expect(own.filter((text) => text !== '*')).toEqual([]);
        else expect(namesOf([vary ?? ''])).toEqual(expect.arrayContaining([...namesOf([...own, 'Origin'])]));
        const written = [...answer.set, ...answer.given].filter(([name]) => isVary(`${name}:`));
        const known = namesOf(['Origin', ...written.map(([, text]) => String(text))]);
        expect(known).toEqual(expect.arrayContaining([...namesOf([vary ?? ''])]));
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('does not hand a list of values to Node that the app may give to its next response', () => {
    const shared = ['theme=dark', 'language=en'];
    for (const given of [
      ['set-cookie', shared, 'set-cookie', 'visit=1'],
      [
        ['set-cookie', shared],
        ['set-cookie', 'visit=1'],
      ],
    ]) {
      expect(linesOf([['x-a', 'a']], () => sealedFields(RESTRICTED, VERDICT, given, undefined))).toContain(
        'set-cookie: visit=1',
      );
      expect(sealedFields(RESTRICTED, VERDICT, given, undefined)).not.toContain(shared);
      expect(shared).toEqual(['theme=dark', 'language=en']);
    }
  });

  it.each(Object.entries(FORMS))('leaves %s as it is', (_, form) => {
    const fields: readonly Field[] = [
      ['Vary', 'X-A'],
      ['__proto__', 'a'],
      ['Access-Control-Allow-Origin', '*'],
    ];
    const given = form.of(fields);
    const before = JSON.stringify([given, Object.getOwnPropertyNames(given ?? {})]);
    sealedFields(RESTRICTED, VERDICT, given, undefined);
    expect(JSON.stringify([given, Object.getOwnPropertyNames(given ?? {})])).toBe(before);
  });
});
