/**
 * Which connections fail at this moment, in memory: asked at every sign-in, so it costs a healthy one nothing. Behind the
 * rows by a few seconds.
 */
import type { ConnectionStates } from '../directory/connections/connection-states.ts';

export type FailingNow = ReturnType<typeof createFailingNow>;

export function createFailingNow({ states }: { states: Pick<ConnectionStates, 'failing'> }) {
  let known: ReadonlyMap<string, number> = new Map();
  return {
    /** Milliseconds; undefined: it works, as far as anybody knows. */
    since: (connectionId: string): number | undefined => known.get(connectionId),
    async refresh(): Promise<void> {
      known = await states.failing();
    },
  };
}
