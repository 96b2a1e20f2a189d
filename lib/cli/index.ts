#!/usr/bin/env node
import process from 'node:process';
import { run } from './command-line.js';

// `| head` reads no more than it wants: the exit code says what there is to say.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

void run(process.argv.slice(2), {
  folder: process.cwd(),
  stdin: process.stdin,
  print: (text) => process.stdout.write(text),
  complain: (line) => process.stderr.write(`${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
