import { describe, expect, it } from '@jest/globals';
import {
  approveRequestHeaders,
  compileRequestHeaders,
  refusedRequestHeader,
} from '../../lib/protocol/request-headers.js';

/** What the policy's author lists, what is asked for, and what is answered: `undefined` for a refusal. */
interface Case {
  readonly name: string;
  readonly allowed: readonly string[];
  readonly asked: string | undefined;
  readonly answer: string | undefined;
}

const AUTH = ['Authorization', 'Content-Type'];
const SEVEN = ['accept', 'accept-language', 'authorization', 'content-type', 'x-a', 'x-b', 'x-custom-header'];

const LISTS: readonly Case[] = [
  { name: 'C58: nothing asked for', allowed: [], asked: undefined, answer: '' },
  { name: 'C67: nothing asked for, in an empty header', allowed: AUTH, asked: '', answer: '' },
  { name: 'section 2, case 27: an empty header, nothing allowed', allowed: [], asked: '', answer: '' },
  { name: 'only commas and white space', allowed: [], asked: ' ,\t,, ', answer: '' },
  {
    name: 'C63: sorted',
    allowed: AUTH,
    asked: 'authorization,content-type',
    answer: 'authorization,content-type',
  },
  {
    name: 'C63: reversed',
    allowed: AUTH,
    asked: 'content-type,authorization',
    answer: 'authorization,content-type',
  },
  { name: 'C63: repeated', allowed: AUTH, asked: 'authorization,authorization', answer: 'authorization' },
  { name: 'C63: in upper case', allowed: AUTH, asked: 'Authorization', answer: 'authorization' },
  {
    name: 'section 2, case 28: allowed in another case',
    allowed: ['Content-Type'],
    asked: 'content-type',
    answer: 'content-type',
  },
  {
    name: 'section 2, case 25: some of those allowed',
    allowed: ['Header1', 'Header2', 'Header3'],
    asked: 'Header1, Header2',
    answer: 'header1,header2',
  },
  {
    name: 'section 2, case 26: one unknown among them',
    allowed: AUTH,
    asked: 'authorization,x-foo',
    answer: undefined,
  },
  { name: 'C60: not allowed', allowed: AUTH, asked: 'x-foo', answer: undefined },
  { name: 'C60: nothing allowed', allowed: [], asked: 'x-foo', answer: undefined },
  {
    name: 'C71: not allowed, beside an allowed one',
    allowed: ['x-foo'],
    asked: 'x-bar,x-foo',
    answer: undefined,
  },
  { name: 'a name that goes on', allowed: ['x-foo'], asked: 'x-foo-bar', answer: undefined },
  { name: 'a name that stops short', allowed: ['x-foo'], asked: 'x-fo', answer: undefined },
  {
    name: 'C64: two lines',
    allowed: AUTH,
    asked: 'authorization, content-type',
    answer: 'authorization,content-type',
  },
  {
    name: 'C64: two lines out of order',
    allowed: AUTH,
    asked: 'content-type, authorization',
    answer: 'authorization,content-type',
  },
  { name: 'C64: 17 empty lines', allowed: AUTH, asked: ', '.repeat(16), answer: '' },
  {
    name: 'C64: a line among 17 empty ones',
    allowed: ['x-foo'],
    asked: `${', '.repeat(8)}x-foo${', '.repeat(9)}`,
    answer: 'x-foo',
  },
  { name: 'C65: empty elements', allowed: AUTH, asked: ',,authorization,,', answer: 'authorization' },
  {
    name: 'C65: 17 empty elements',
    allowed: AUTH,
    asked: `authorization${','.repeat(17)}`,
    answer: 'authorization',
  },
  { name: 'C66: a space on both sides', allowed: ['x-foo'], asked: ' x-foo ', answer: 'x-foo' },
  { name: 'C66: two spaces behind', allowed: ['x-foo'], asked: 'x-foo  ', answer: 'x-foo' },
  { name: 'C66: three spaces behind', allowed: ['x-foo'], asked: 'x-foo   ', answer: 'x-foo' },
  { name: 'C66: tabs', allowed: ['x-foo'], asked: '\tx-foo\t\t', answer: 'x-foo' },
  {
    name: 'white space on both sides of commas',
    allowed: AUTH,
    asked: 'authorization \t , \t content-type',
    answer: 'authorization,content-type',
  },
  { name: 'white space within a name', allowed: ['x-foo'], asked: 'x- foo', answer: undefined },
  {
    name: 'two names without a comma',
    allowed: AUTH,
    asked: 'authorization content-type',
    answer: undefined,
  },
  {
    name: 'white space that HTTP does not know',
    allowed: ['x-foo'],
    asked: '\u00a0x-foo',
    answer: undefined,
  },
  { name: 'a letter that is only a k to Unicode', allowed: ['keep'], asked: '\u212Aeep', answer: undefined },
  { name: 'C70: no tokens', allowed: AUTH, asked: '!!! ;;;', answer: undefined },
  {
    name: 'a header named "*": it would be a wildcard in the answer',
    allowed: AUTH,
    asked: '*',
    answer: undefined,
  },
  {
    name: 'names that look alike',
    allowed: ['x-aa', 'x-ab', 'x-ba', 'x-bb'],
    asked: 'x-ab,x-ba',
    answer: 'x-ab,x-ba',
  },
];

const ANY: readonly Case[] = [
  { name: 'nothing asked for', allowed: ['*'], asked: undefined, answer: '' },
  {
    name: 'C69: what is asked for, never "*"',
    allowed: ['*'],
    asked: 'content-type,x-foo',
    answer: 'content-type,x-foo',
  },
  {
    name: 'in canonical form',
    allowed: ['*'],
    asked: 'X-Foo, content-type,,x-foo',
    answer: 'content-type,x-foo',
  },
  { name: 'C69: not authorization', allowed: ['*'], asked: 'authorization', answer: undefined },
  { name: 'C69: not Authorization', allowed: ['*'], asked: 'Authorization', answer: undefined },
  {
    name: 'C69: authorization if listed',
    allowed: ['*', 'Authorization'],
    asked: 'authorization,x-foo',
    answer: 'authorization,x-foo',
  },
  {
    name: 'C69: authorization only if asked for',
    allowed: ['*', 'authorization'],
    asked: 'x-foo',
    answer: 'x-foo',
  },
  { name: 'C70: no tokens', allowed: ['*'], asked: '!!! ;;;', answer: undefined },
  { name: 'no token among tokens', allowed: ['*'], asked: 'x-foo,x bar', answer: undefined },
  {
    name: 'a header named "*": it would be a wildcard in the answer',
    allowed: ['*'],
    asked: '*',
    answer: undefined,
  },
  { name: 'a header named "*" among others', allowed: ['*'], asked: '*,x-foo', answer: undefined },
  { name: 'a header with a star in its name', allowed: ['*'], asked: '**', answer: '**' },
  { name: 'C27: a forbidden request-header', allowed: ['*'], asked: 'Cookie', answer: undefined },
  { name: 'C27: a forbidden prefix', allowed: ['*'], asked: 'sec-fetch-site', answer: undefined },
  {
    name: 'C27: another forbidden prefix',
    allowed: ['*'],
    asked: 'x-foo,Proxy-Authorization',
    answer: undefined,
  },
  {
    name: 'forbidden with some values only',
    allowed: ['*'],
    asked: 'x-http-method-override',
    answer: 'x-http-method-override',
  },
];

describe.each([
  { kind: 'a list', cases: LISTS },
  { kind: '"*"', cases: ANY },
])('approveRequestHeaders with $kind', ({ cases }) => {
  it.each(cases)('$name', ({ allowed, asked, answer }) => {
    const rule = compileRequestHeaders(allowed);
    expect(approveRequestHeaders(rule, asked)).toBe(answer);
    expect(refusedRequestHeader(rule, asked) === undefined).toBe(answer !== undefined);
  });
});

describe('C73: each of seven names, and any ascending subset', () => {
  const rule = compileRequestHeaders(SEVEN);
  const subsets = Array.from({ length: 1 << SEVEN.length }, (_, bits) =>
    SEVEN.filter((__, at) => bits & (1 << at)).join(','),
  );
  it.each(subsets)('"%s" comes back as it is', (asked) => {
    expect(approveRequestHeaders(rule, asked)).toBe(asked);
  });
});

describe('what AWS API Gateway makes of a preflight (rs/cors#184)', () => {
  const rule = compileRequestHeaders(['authorization', 'content-type', 'x-amz-date', 'x-api-key']);
  const answer = 'authorization,content-type,x-amz-date,x-api-key';
  it.each([
    { name: 'a space behind each comma', asked: answer.replaceAll(',', ', ') },
    { name: 'white space on both sides', asked: ` ${answer.replaceAll(',', ' , ')} ` },
    { name: 'one line for each name', asked: answer.split(',').join(', ') },
    { name: 'an empty line between', asked: answer.replaceAll(',', ', , ') },
    { name: 'every name twice', asked: `${answer}, ${answer}` },
    { name: 'in title case', asked: 'Authorization,Content-Type,X-Amz-Date,X-Api-Key' },
  ])('$name', ({ asked }) => {
    expect(approveRequestHeaders(rule, asked)).toBe(answer);
  });
});

describe('compileRequestHeaders', () => {
  it.each([
    { name: 'lower case, sorted, unique', allowed: ['X-B', 'x-a', 'X-A'], any: false, names: ['x-a', 'x-b'] },
    { name: 'nothing', allowed: [], any: false, names: [] },
    { name: '"*" takes in the others', allowed: ['x-a', '*'], any: true, names: [] },
    {
      name: 'C28: "*" and authorization in any case and number',
      allowed: ['authoriZation', '*', 'Authorization'],
      any: true,
      names: ['authorization'],
    },
  ])('$name', ({ allowed, any, names }) => {
    expect(compileRequestHeaders(allowed)).toMatchObject({ any, names });
  });

  it('C32: keeps nothing of the list it was given, and is frozen', () => {
    const allowed = ['x-a'];
    const rule = compileRequestHeaders(allowed);
    allowed[0] = 'x-b';
    expect(rule.names).toEqual(['x-a']);
    expect(Object.isFrozen(rule) && Object.isFrozen(rule.names)).toBe(true);
  });
});

describe('refusedRequestHeader', () => {
  const list = compileRequestHeaders(['x-foo']);
  const any = compileRequestHeaders(['*']);

  it.each([
    {
      name: 'not listed',
      rule: list,
      asked: 'x-foo, X-Bar ,x-baz',
      refused: ['header-not-allowed', 'X-Bar'],
    },
    { name: 'no token', rule: list, asked: 'x-foo,x bar', refused: ['header-malformed', 'x?bar'] },
    { name: 'a quoted name', rule: any, asked: '"x-foo"', refused: ['header-malformed', '"x-foo"'] },
    {
      name: 'what "*" does not cover',
      rule: any,
      asked: 'authorization',
      refused: ['header-not-allowed', 'authorization'],
    },
    {
      name: 'what no page can send',
      rule: any,
      asked: 'x-a,cookie',
      refused: ['header-not-allowed', 'cookie'],
    },
    { name: 'a header named "*"', rule: any, asked: '*', refused: ['header-not-allowed', '*'] },
    {
      name: 'too long, all of it allowed',
      rule: list,
      asked: 'x-foo,'.repeat(100),
      refused: ['headers-too-long', ''],
    },
    {
      name: 'too long, nothing in it',
      rule: list,
      asked: ' '.repeat(1000),
      refused: ['headers-too-long', ''],
    },
    {
      name: 'too long, but an element says more',
      rule: list,
      asked: `x-bar${','.repeat(1000)}`,
      refused: ['header-not-allowed', 'x-bar'],
    },
    { name: 'too long for "*"', rule: any, asked: 'x-foo,'.repeat(2000), refused: ['headers-too-long', ''] },
  ])('$name', ({ rule, asked, refused: [reason, name] }) => {
    expect(refusedRequestHeader(rule, asked)).toEqual({ reason, name });
  });

  it('finds nothing where nothing is refused', () => {
    expect(refusedRequestHeader(list, undefined)).toBeUndefined();
    expect(refusedRequestHeader(list, 'x-foo')).toBeUndefined();
  });

  it('CVE-2024-1681: shows no more of a name than fits in a log, and nothing that could break one', () => {
    const long = refusedRequestHeader(list, 'y'.repeat(100));
    expect(long).toEqual({ reason: 'header-not-allowed', name: 'y'.repeat(64) });
    const dirty = refusedRequestHeader(list, 'x\r\n\u001b[31m\u0085\u2028é~');
    expect(dirty).toEqual({ reason: 'header-malformed', name: 'x???[31m???~' });
  });
});
