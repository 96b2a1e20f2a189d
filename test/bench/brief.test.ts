import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

it('`npm run bench -- --brief` works, as far as the core', () => {
  run(TSC, '-p', 'bench/tsconfig.json');
  const report = run('bench/dist/main.js', '--brief', '--only=core');
  expect(report).toContain('control: one number');
  expect(report).toContain('| Verdict: 10^6 exact + 10^4 patterns / 10');
  expect(report).toContain('its numbers mean nothing');
}, 120_000);
