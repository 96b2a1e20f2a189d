/* What the tests of every runner say of the app of the wire table; by the last one, that an assertion can fail. */
import { rejects } from 'node:assert/strict';

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

export function casesOf(expectCors) {
  return [
    ['a page may read', (app) => expectCors(app).from(PAGE).toRead('PUT /cats/7')],
    [
      'another may not',
      (app) => expectCors(app).from(OTHER).toBeRefused('GET /cats', { reason: 'allow-origin-missing' }),
    ],
    [
      'and what is not so is said',
      (app) => rejects(expectCors(app).from(OTHER).toRead('GET /cats'), { name: 'AssertionError' }),
    ],
  ];
}
