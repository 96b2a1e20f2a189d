import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startOnFreePorts, type SampleBuild } from './sample.js';

/** A sample that finds its port taken so many times, and then says which ones it has. */
function unluckySample(times: number): string {
  return `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync(__dirname + '/starts', '.');
    if (readFileSync(__dirname + '/starts').length <= ${times}) throw new Error('listen EADDRINUSE');
    console.log('  API  http://localhost:' + process.env.PORT);
    console.log('  Pages  http://localhost:' + process.env.PAGES_PORT);
    console.log('Ctrl+C');
    setInterval(() => {}, 1000);
  `;
}

describe('startOnFreePorts', () => {
  let build: SampleBuild;

  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'nestjs-cors-sample-'));
    mkdirSync(join(folder, 'unlucky'));
    build = { folder, remove: () => rmSync(folder, { recursive: true }) };
  });

  afterEach(() => build.remove());

  function write(program: string): void {
    writeFileSync(join(build.folder, 'unlucky/main.js'), program);
  }

  it('takes other ports if somebody else has taken these in the meantime', async () => {
    write(unluckySample(2));
    const { sample, port, pagesPort } = await startOnFreePorts(build, 'unlucky');
    await sample.stop();
    expect(sample.urls).toEqual({ API: `http://localhost:${port}`, Pages: `http://localhost:${pagesPort}` });
  });

  it('does not try for ever', async () => {
    write(unluckySample(Infinity));
    await expect(startOnFreePorts(build, 'unlucky')).rejects.toThrow('EADDRINUSE');
  });

  it('does not try again what fails for another reason', async () => {
    write(`require('node:fs').appendFileSync(__dirname + '/starts', '.'); throw new Error('wrong');`);
    await expect(startOnFreePorts(build, 'unlucky')).rejects.toThrow('wrong');
    expect(readFileSync(join(build.folder, 'unlucky/starts'), 'utf8')).toBe('.');
  });
});
