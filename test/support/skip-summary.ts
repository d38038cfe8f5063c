/**
 * Vitest reporter: says at the end what was skipped and why, then one line `N passed, N failed` (and `, N skipped`).
 *
 * With `SEKISHO_TEST_NO_SKIP=1` a run fails when anything was skipped for another reason than the absence of
 * `../shared` (`.ci/run` sets it: there everything is installed, so a skip is a hole). Not called by tests.
 */
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { noSharedFixtures } from './skips.ts';

export default class SkipSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[] = []): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests++;
        const { state } = test.result();
        if (state === 'pending') continue;
        count[state]++;
        if (state !== 'skipped') continue;
        const reason = reasonOf(test);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
      // A file that could not even be loaded has no tests to count, and is a failure all the same.
      if (module.state() === 'failed' && (tests === 0 || module.errors().length > 0)) count.failed++;
    }
    if (reasons.size > 0) console.log('\nSkipped:');
    for (const [reason, times] of [...reasons].sort()) console.log(`  ${times} × ${reason}`);
    const holes = [...reasons.keys()].filter((reason) => reason !== noSharedFixtures);
    if (process.env.SEKISHO_TEST_NO_SKIP === '1' && holes.length > 0) {
      console.log('\nSEKISHO_TEST_NO_SKIP=1: nothing may be skipped here, so this run has failed.');
      process.exitCode = 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`);
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  return test.meta().skipReason ?? `no reason given (${test.module.relativeModuleId}: ${test.fullName})`;
}
