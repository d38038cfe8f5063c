/** A clock that runs with the real one and can be moved ahead: nothing sleeps to wait for time to pass. */
import type { Clock } from '../../src/core/clock.ts';

export interface TestClock extends Clock {
  /** Milliseconds. */
  advance(by: number): void;
}

export function createTestClock(): TestClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance: (by) => {
      ahead += by;
    },
  };
}
