#!/usr/bin/env node
import process from 'node:process';
import { run } from './command-line.js';

void run(process.argv.slice(2), {
  folder: process.cwd(),
  stdin: process.stdin,
  print: (text) => process.stdout.write(text),
  complain: (line) => process.stderr.write(`${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
