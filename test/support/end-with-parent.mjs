/*
 * Ends a program with the process that has started it, however that one ends: `node --import <this file>`, with a pipe for
 * its standard input. A suite that takes too long is killed, and has no chance to end anything.
 */
import process from 'node:process';

process.stdin.once('close', () => process.exit()).resume();
// The program itself decides how long it runs.
process.stdin.unref();
