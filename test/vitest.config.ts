import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    reporters: ['default', new URL('support/skip-summary.ts', import.meta.url).pathname],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Importing the app for each of 250 files would cost more than running them. Files leave nothing behind: what they
    // start they close, and what they fake they restore.
    isolate: false,
  },
});
