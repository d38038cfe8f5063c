/** Time is an argument: every rule about expiry takes a clock, so that tests can move it instead of sleeping. */
export interface Clock {
  /** Milliseconds since the epoch (UTC). */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
