import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { exactOriginProblem } from '../../lib/policy/exact-origin.js';
import { isOwnOrigin } from '../../lib/protocol/serialized-origin.js';

describe('exactOriginProblem', () => {
  it.each([
    'https://app.example.com',
    'http://localhost:3000',
    'https://app.example.com:8443',
    'http://[::1]',
    'capacitor://localhost',
    'app://.',
    'https://xn--bcher-kva.example',
    'https://example.com.',
  ])('finds none in %s', (origin) => {
    expect(exactOriginProblem(origin)).toBeUndefined();
  });

  it.each([
    { value: 'https://app.example.com/', code: 'origin-path', fix: 'write "https://app.example.com"' },
    { value: 'HTTPS://App.example.com', code: 'origin-case', fix: 'write "https://app.example.com"' },
    {
      value: 'https://app.example.com:443',
      code: 'origin-default-port',
      fix: 'write "https://app.example.com"',
    },
    { value: 'app.example.com', code: 'origin-scheme-missing', fix: 'write "https://app.example.com"' },
    {
      value: ' https://app.example.com\n',
      code: 'origin-whitespace',
      fix: 'write "https://app.example.com"',
    },
    { value: 'https://bücher.example', code: 'origin-unicode', fix: 'write "https://xn--bcher-kva.example"' },
    { value: '', code: 'origin-empty' },
    { value: '*', code: 'origin-wildcard', fix: expect.stringContaining("write '*' in the policy") },
    { value: 'null', code: 'origin-null' },
    { value: 'file://', code: 'origin-file' },
    {
      value: 'https://*.example.com',
      code: 'origin-wildcard',
      fix: expect.stringContaining('in the policy'),
    },
    { value: 'https://**.example.com', code: 'origin-wildcard' },
    { value: 'http://localhost:*', code: 'origin-wildcard' },
    { value: 'https://a.example https://b.example', code: 'origin-invalid' },
    { value: undefined, code: 'option-type' },
    { value: ['https://app.example.com'], code: 'option-type' },
    { value: new URL('https://app.example.com'), code: 'option-type' },
  ])('refuses $value: $code', ({ value, ...problem }) => {
    expect(exactOriginProblem(value)).toMatchObject(problem);
  });

  it('lets nothing through that is not a serialized origin, whatever it is', () => {
    const pieces = fc.constantFrom(
      'https',
      '://',
      '*',
      '.',
      'example',
      'com',
      ':',
      '443',
      '/',
      ' ',
      'null',
      'É',
    );
    const text = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        fc.pre(exactOriginProblem(value) === undefined);
        expect(isOwnOrigin(value)).toBe(true);
        // The URL parser knows the origins of special schemes only; the URLs of others it leaves as they are.
        const { origin, href } = new URL(value);
        expect([origin, href]).toContain(value);
      }),
      { numRuns: 2000 },
    );
  });
});
