import { defineConfig } from 'vitest/config';

// .ci/run names a file here, and reads the numbers of passed and failed tests from it.
const resultsFile = process.env['TEST_RESULTS'];

export default defineConfig({
  test: {
    reporters: resultsFile ? ['default', ['json', { outputFile: resultsFile }]] : ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services}/**/src/**/*.test.ts', 'deploy/**/src/**/*.test.ts'],
          // Properties over real files take their time on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          // Every file starts a fleet of its own: with more of them at once, tests would measure the machine.
          maxWorkers: 2,
          // Bounds for what hangs; a busy machine takes twice as long as a quiet one.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
