import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { logFailure } from '../../lib/http/source-failures.js';
import type { AskedOrigin } from '../../lib/policy/origin-entry.js';
import { FailureLog } from '../../lib/sources/failure-log.js';

describe('the log of failures that refuse nobody', () => {
  let lines: unknown[];
  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void lines.push(line));
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('shares its line with the failures of the same source that refuse a request', () => {
    const source = {};
    const refusing = { text: 'Partners', where: 'Cats', identity: source } as AskedOrigin;
    logFailure(refusing, new Error('down'));
    new FailureLog(source, 'The source').report('behind it', new Error('down'));
    logFailure(refusing, new Error('down'));
    expect(lines).toEqual(['The origin source Partners of Cats failed, so the origin was refused: down']);
    jest.advanceTimersByTime(60_000);
    new FailureLog(source, 'The source').report('behind it', new Error('down'));
    expect(lines.slice(1)).toEqual([
      'The source failed behind it (and 2 more times since the last report): down',
    ]);
  });

  it('has a line a minute at most, with the number of those in between', () => {
    const log = new FailureLog({}, 'The source');
    const report = (times: number) => {
      for (let count = 0; count < times; count++) log.report('behind it', new Error('out of order'));
    };
    report(3);
    jest.advanceTimersByTime(59_999);
    report(1);
    expect(lines).toEqual(['The source failed behind it: out of order']);
    jest.advanceTimersByTime(1);
    report(2);
    expect(lines.slice(1)).toEqual([
      'The source failed behind it (and 3 more times since the last report): out of order',
    ]);
    jest.advanceTimersByTime(60_000);
    report(1);
    jest.advanceTimersByTime(60_000);
    report(1);
    expect(lines.slice(2)).toEqual([
      'The source failed behind it (and 1 more times since the last report): out of order',
      'The source failed behind it: out of order',
    ]);
  });

  it('counts each source by itself', () => {
    new FailureLog({}, 'One').report('here', new Error('a'));
    new FailureLog({}, 'Two').report('here', new Error('b'));
    expect(lines).toHaveLength(2);
  });

  it.each<[unknown, string]>([
    [new Error('two\r\nlines'), 'two lines'],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [Object.create(null), '[Object: null prototype] {}'],
  ])('shows whatever was thrown on one line (%#)', (error, shown) => {
    new FailureLog({}, 'The source').report('here', error);
    expect(lines).toEqual([`The source failed here: ${shown}`]);
  });
});
