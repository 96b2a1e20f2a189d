import { describe, expect, it } from '@jest/globals';
import { readOptions } from '../../bench/support/options.js';

describe('the options of the bench', () => {
  it('run everything by default, with enough rounds to sum up', () => {
    expect(readOptions([])).toMatchObject({
      brief: false,
      programs: ['http', 'instructions', 'core', 'start-up', 'cold-start', 'lists'],
      platforms: ['fastify', 'express'],
    });
    expect(readOptions([]).rounds).toBeGreaterThanOrEqual(9);
  });

  it('are brief with --brief, unless told otherwise', () => {
    expect(readOptions(['--brief'])).toMatchObject({ brief: true, rounds: 1 });
    expect(readOptions(['--brief', '--rounds=3', '--seconds', '0.1'])).toMatchObject({
      rounds: 3,
      seconds: 0.1,
    });
  });

  it('choose a program and a platform', () => {
    expect(readOptions(['--only=core', '--platform=express'])).toMatchObject({
      programs: ['core'],
      platforms: ['express'],
    });
  });

  it.each([['--only=cores'], ['--platform=koa'], ['--rounds=0'], ['--seconds=x'], ['--unknown'], ['core']])(
    'refuse %s',
    (argument) => {
      expect(() => readOptions([argument])).toThrow();
    },
  );
});
