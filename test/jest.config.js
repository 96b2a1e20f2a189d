/** ES modules that others require: @fastify/static, and inject(). Jest cannot do that before Node 24.9. */
const REQUIRED_MODULES = '/node_modules/(?:content-disposition|light-my-request/node_modules/cookie)/';

/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/test'],
  testEnvironment: '<rootDir>/test/support/environment.js',
  // Modules that Jest has loaded stay in memory until the process ends, and suites that measure their own memory wait for
  // the collector to walk through all of it.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  // No test waits for this. It only has to be long enough for a machine that does many other things at once.
  testTimeout: 60_000,
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': '@swc/jest',
    [REQUIRED_MODULES]: ['@swc/jest', { swcrc: false, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [`^(?!.*${REQUIRED_MODULES}).*/node_modules/`],
  resolver: '<rootDir>/test/support/resolver.cjs',
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageThreshold: {
    './lib/policy/': { branches: 100 },
    './lib/protocol/': { branches: 100 },
  },
};
