/**
 * What is remembered of a journey between its beginning and its session: attempt, hand-over, and the steps after the
 * upstream has answered. All of it short-lived, in the store only (ARCHITECTURE §3).
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { FlowState } from '../../providers/provider.ts';
import type { AttributeProblem } from '../claims/claims.ts';
import type { Clock } from '../core/clock.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Store } from '../store/store.ts';
import type { CitrixProgress } from './citrix-progress.ts';
import type { VerifiedPerson } from './person.ts';
import type { TraceStep } from './traces/trace.ts';

const attemptLifetime = 15 * 60_000;
const handOverLifetime = 60_000;
const stepLifetime = 15 * 60_000;
const lateLifetime = 24 * 3_600_000;

/** One journey to one upstream. Times in milliseconds. */
export interface Attempt {
  interactionUid: string;
  clientId: string;
  realm: string;
  organizationId: string;
  connectionId: string;
  connectionVersion: number;
  /** Whom it went to (`endpointsOf`): nobody else gets to see the answer. */
  endpoints: string;
  /** Hash of the cookie of the browser that began: only it may finish (SECURITY SAML-34, RP-18). */
  browser: string;
  /** Hash of the network that it was begun from; absent: an older version began it. */
  network?: string;
  startedAt: number;
  forced: boolean;
  remember: FlowState;
  /** Of its trace until now (ARCHITECTURE §3: nothing durable before the upstream has answered). */
  steps: readonly TraceStep[];
}

/** What goes on being told of an attempt once its answer was proven. Times in milliseconds. */
export interface Journey {
  traceId: string;
  /** Shown to the person where it goes wrong. */
  reference: string;
  connectionId: string;
  startedAt: number;
  /** Since the answer was proven. */
  steps: readonly TraceStep[];
}

/** The answer was proven; the browser must still show that it is the one that asked. */
export interface HandOver {
  attempt: Pick<Attempt, 'interactionUid' | 'browser' | 'realm' | 'organizationId' | 'connectionId'>;
  journey: Journey;
  /** Or what is wrong with the asserted attributes; only the browser that asked gets to see that. */
  outcome: { person: VerifiedPerson } | { problems: readonly AttributeProblem[] };
}

/** Where a sign-in stands after its first proof, or before its organization is known. */
export type Step =
  | { step: 'organization'; customerId: string }
  | { step: 'citrix'; progress: CitrixProgress }
  | { step: 'stay'; person: VerifiedPerson; organizationId: string; realm: string; journey?: Journey };

export type Attempts = ReturnType<typeof createAttempts>;

export function createAttempts({ store, clock, sealer }: { store: Store; clock: Clock; sealer: Sealer }) {
  const attemptKey = (handle: string) => `attempt:{${hashOfToken(handle)}}`;
  const handOverKey = (code: string) => `hand-over:{${hashOfToken(code)}}`;
  const stepKey = (interactionUid: string, browser: string) =>
    `signin-step:{${hashOfToken(`${interactionUid} ${browser}`)}}`;

  async function put(key: string, value: unknown, lifetime: number): Promise<void> {
    await store.set(key, sealer.seal(JSON.stringify(value), key), clock.now() + lifetime);
  }
  function open<T>(key: string, sealed: string | undefined): T | undefined {
    return sealed === undefined ? undefined : JSON.parse(sealer.openText(sealed, key));
  }

  return {
    async begin(handle: string, attempt: Attempt): Promise<void> {
      await put(attemptKey(handle), attempt, attemptLifetime);
    },
    /** Once, atomically: a repeated or parallel answer finds nothing. */
    async take(handle: string): Promise<Attempt | undefined> {
      const key = attemptKey(handle);
      return open(key, await store.take(key));
    },

    /** True for the first answer with this handle that comes when its attempt is over. */
    async noteLate(handle: string): Promise<boolean> {
      return store.add(`late-answer:{${hashOfToken(handle)}}`, '1', clock.now() + lateLifetime);
    },

    /** Returns the one-time code. */
    async handOver(value: HandOver): Promise<string> {
      const code = randomToken();
      await put(handOverKey(code), value, handOverLifetime);
      return code;
    },
    async takeHandOver(code: string): Promise<HandOver | undefined> {
      const key = handOverKey(code);
      return open(key, await store.take(key));
    },

    async setStep(interactionUid: string, browser: string, step: Step): Promise<void> {
      await put(stepKey(interactionUid, browser), step, stepLifetime);
    },
    async findStep(interactionUid: string, browser: string): Promise<Step | undefined> {
      const key = stepKey(interactionUid, browser);
      return open(key, await store.get(key));
    },
    /**
     * From the step as it stands to what `change` makes of it, in one piece: of requests at the same time one gets true,
     * and nothing is lost. Not when `change` answers undefined.
     */
    async changeStep(
      interactionUid: string,
      browser: string,
      change: (step: Step) => Step | undefined,
    ): Promise<boolean> {
      const key = stepKey(interactionUid, browser);
      const sealed = await store.get(key);
      const from = open<Step>(key, sealed);
      const to = from && change(from);
      if (sealed === undefined || !to) return false;
      return store.replace(key, sealed, sealer.seal(JSON.stringify(to), key), clock.now() + stepLifetime);
    },
    /** True for the one request that may go on from this step. */
    async takeStep(interactionUid: string, browser: string): Promise<Step | undefined> {
      const key = stepKey(interactionUid, browser);
      return open(key, await store.take(key));
    },

    /** Marks an answer as used, everywhere, until it would expire anyway (SAML-31). False when it had been used. */
    async spend(once: { id: string; expiresAt: number }): Promise<boolean> {
      return store.add(`used-answer:{${once.id}}`, '1', Math.max(once.expiresAt, clock.now() + 1000));
    },
  };
}
