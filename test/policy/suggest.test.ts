import { performance } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import { POLICY_FIELDS } from '../../lib/policy/policy-options.js';
import { suggest } from '../../lib/policy/suggest.js';

describe('suggest', () => {
  it.each([
    ['orgin', 'origin'],
    ['origins', 'origin'],
    ['ORIGIN', 'origin'],
    ['orgiin', 'origin'],
    ['credential', 'credentials'],
    ['exposeHeaders', 'exposedHeaders'],
    ['allowHeaders', 'allowedHeaders'],
    ['maxage', 'maxAge'],
    ['method', 'methods'],
    ['optionSuccessStatus', 'optionsSuccessStatus'],
    ['colour', undefined],
    ['', undefined],
    ['x', undefined],
    ['orxxin', 'origin'],
    ['oxxxin', undefined],
  ])('%s: %s', (name, meant) => {
    expect(suggest(name, POLICY_FIELDS)).toBe(meant);
  });

  it('takes the nearest, and the first of equals', () => {
    expect(suggest('partner', ['partners1', 'partners', 'partnerx'])).toBe('partners');
    expect(suggest('partners', ['artners', 'partners'])).toBe('partners');
  });

  it('does not take short names for each other', () => {
    expect(suggest('a', ['b'])).toBeUndefined();
    expect(suggest('ab', ['xy'])).toBeUndefined();
    expect(suggest('ab', ['ax'])).toBe('ax');
  });

  it('has nothing to suggest where there is nothing', () => {
    expect(suggest('origin', [])).toBeUndefined();
  });

  it('is not slowed down by long names, or by many', () => {
    const start = performance.now();
    expect(suggest('x'.repeat(1e6), POLICY_FIELDS)).toBeUndefined();
    expect(
      suggest(
        'p',
        Array.from({ length: 200_000 }, (_, index) => `policy-${index}`),
      ),
    ).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
