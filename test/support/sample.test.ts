import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startOnFreePorts, startSample, type SampleBuild } from './sample.js';

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

describe('a sample', () => {
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

  it('gets other ports if somebody else has taken these in the meantime', async () => {
    write(unluckySample(2));
    const { sample, port, pagesPort } = await startOnFreePorts(build, 'unlucky');
    await sample.stop();
    expect(sample.urls).toEqual({ API: `http://localhost:${port}`, Pages: `http://localhost:${pagesPort}` });
  });

  it('is not tried for ever', async () => {
    write(unluckySample(Infinity));
    await expect(startOnFreePorts(build, 'unlucky')).rejects.toThrow('EADDRINUSE');
  });

  it('is ended if it never says where it is', async () => {
    write(`
      require('node:fs').writeFileSync(__dirname + '/pid', String(process.pid));
      console.log('not yet');
      setInterval(() => {}, 1000);
    `);
    const starting = startSample(build, 'unlucky', {}, 2000);
    await expect(starting).rejects.toThrow('unlucky ended before it was ready.\nnot yet');
    const pid = Number(readFileSync(join(build.folder, 'unlucky/pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends with the process that has started it, however that one ends', async () => {
    write(`
      require('node:fs').writeFileSync(__dirname + '/pid', String(process.pid));
      console.log('Ctrl+C');
      setInterval(() => {}, 1000);
    `);
    const starter = spawn(process.execPath, [
      '--import',
      new URL('typescript.mjs', import.meta.url).href,
      '--input-type=module',
      '--eval',
      `import { startSample } from ${JSON.stringify(new URL('sample.ts', import.meta.url).href)};
      await startSample(${JSON.stringify(build)}, 'unlucky');
      process.kill(process.pid, 'SIGKILL');`,
    ]);
    expect(await once(starter, 'exit')).toEqual([null, 'SIGKILL']);
    const pid = Number(readFileSync(join(build.folder, 'unlucky/pid'), 'utf8'));
    const isAlive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    for (let turn = 0; isAlive() && turn < 250; turn++) await setTimeout(20);
    const wasLeft = isAlive();
    if (wasLeft) process.kill(pid, 'SIGKILL');
    expect(wasLeft).toBe(false);
  });

  it('is not tried again if it fails for another reason', async () => {
    write(`require('node:fs').appendFileSync(__dirname + '/starts', '.'); throw new Error('wrong');`);
    await expect(startOnFreePorts(build, 'unlucky')).rejects.toThrow('wrong');
    expect(readFileSync(join(build.folder, 'unlucky/starts'), 'utf8')).toBe('.');
  });
});
