import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CORS_PROBLEM_CODES } from '../lib/policy/cors-problem.js';

describe('README', () => {
  it('lists every problem code in its table, and no other', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const listed = [...readme.matchAll(/^\| `([a-z]+(?:-[a-z]+)+)` *\|/gm)].map(([, code]) => code);
    expect(new Set(listed)).toEqual(new Set(CORS_PROBLEM_CODES));
    expect(listed).toHaveLength(CORS_PROBLEM_CODES.length);
  });
});
