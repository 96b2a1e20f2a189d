/** @type {import('jest').Config} */
export default {
  rootDir: '..',
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  resolver: '<rootDir>/test/support/resolver.cjs',
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageThreshold: {
    './lib/policy/': { branches: 100 },
    './lib/protocol/': { branches: 100 },
  },
};
