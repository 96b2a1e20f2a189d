/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
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
    // @fastify/static requires this ES module, which Jest cannot do before Node 24.9.
    '/node_modules/content-disposition/': ['@swc/jest', { swcrc: false, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!content-disposition/)'],
  resolver: '<rootDir>/test/support/resolver.cjs',
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageThreshold: {
    './lib/policy/': { branches: 100 },
    './lib/protocol/': { branches: 100 },
  },
};
