import { defineConfig } from 'vitest/config';
import { TestSummaryReporter } from './scripts/test-summary-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native add-ons (onnxruntime, usearch) are not safe to load twice in one process's threads.
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/support/untyped-workers.ts'],
    setupFiles: ['test/support/use-compile-cache.ts'],
    // Loading the shipped encoder on two busy cores takes seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', new TestSummaryReporter()],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/generated/**'],
      reporter: ['text-summary', 'json-summary'],
      reportOnFailure: true,
    },
  },
});
