import fc from 'fast-check';

/** What segments of entries and of routes are, so that requests can come upon them. */
export const TEXTS = ['a', 'b', 'c', 'Cats', 'cats', 'x y', 'é', '.well-known'] as const;

/** What is written of them, and what somebody may write who wants them to be something else. */
const PARTS = [
  'a',
  'b',
  'c',
  'Cats',
  'cats',
  'CATS',
  'd',
  'x%20y',
  'x y',
  '%C3%A9',
  '%c3%a9',
  'é',
  '.well-known',
  '',
  '.',
  '..',
  '...',
  '%2e',
  '%2E.',
  '..;',
  '%61',
  '%2561',
  '%ff',
  'a%ff',
  '%',
  '%zz',
  '%43ats',
  '%00',
  'a;v=1',
  ';',
  'a%3Bb',
  'a%2fb',
  'a%2Fb',
  'a%252fb',
  'a\\b',
  'a%5cb',
  '..%2fb',
  '..\\b',
  '%2e%2e%2f',
  'a.b',
];

/** The path of a request, rather often one of a few plain ones. */
export const somePath: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.array(fc.constantFrom('a', 'b', 'c', 'cats', 'Cats', 'd'), { maxLength: 4 }),
      fc.constantFrom('', '/'),
    )
    .map(([segments, end]) => `/${segments.join('/')}${segments.length > 0 ? end : ''}`),
  fc
    .tuple(
      fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '/', '//'),
    )
    .map(([segments, end]) => `/${segments.join('/')}${end}`),
);
