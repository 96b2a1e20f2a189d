/*
 * Lets Node run the sources as they are, with the compiler and the settings of the tests: `node --import <this file>`.
 * Jest compiles only what runs in its own processes.
 */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
