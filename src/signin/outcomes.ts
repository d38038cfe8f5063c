/**
 * How the sign-ins of a connection have gone lately, over all processes: what its health is judged by beside the checks.
 *
 * Counts, in the store, for an hour. Does not own: what a failure means to people (`explanations.ts`), traces, the
 * judgement (`upkeep/`).
 */
import type { ProviderErrorCode } from '../../providers/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { ConnectionStates } from '../directory/connections/connection-states.ts';
import type { Store } from '../store/store.ts';
import { type FailureShare, usualShare } from './networks.ts';
import type { FailedSignIn } from './sign-in.ts';

/**
 * `doubtful`: failed, but a stranger with nothing but a browser could have brought that about. `strange`: the same, from a
 * network that has nothing to show but failures, and many.
 */
export type Outcome = 'worked' | 'failed' | 'doubtful' | 'strange';
const outcomes = ['worked', 'failed', 'doubtful', 'strange'] as const satisfies readonly Outcome[];

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

export interface RecentSignIns {
  /** Of the last hour, give or take ten minutes. */
  hour: OutcomeCounts;
  /** Of the latest ten minutes in which anybody tried. */
  latest: OutcomeCounts;
}

/** What the person did or is, which says nothing of the connection. */
const personal: ReadonlySet<FailedSignIn['code']> = new Set<FailedSignIn['code']>([
  'upstream_denied',
  'no_access',
  'guest_refused',
  'tenant_mismatch',
  'saml_unsolicited',
  'saml_replayed',
]);

/**
 * What we asked of the provider ourselves, without a stranger's hand in it. Everything else comes through a browser:
 * whoever posts rubbish to our callbacks must not be able to bring a connection into disrepute (SECURITY ID-16).
 */
const ofTheProvider: ReadonlySet<FailedSignIn['code']> = new Set<ProviderErrorCode>([
  'upstream_unreachable',
  'upstream_tls',
  'upstream_timeout',
  'upstream_address_refused',
  'discovery_missing',
  'discovery_incomplete',
  'discovery_issuer_mismatch',
  'keys_missing',
  'client_refused',
  'id_token_missing',
  'id_token_malformed',
  'id_token_algorithm_refused',
  'id_token_signature_invalid',
  'id_token_issuer_mismatch',
  'id_token_audience_mismatch',
  'id_token_expired',
  'clock_skew',
  'subject_missing',
  'userinfo_refused',
  'userinfo_subject_mismatch',
  'directory_refused',
  'settings_invalid',
]);

/** Undefined: says nothing of the connection. */
export function outcomeOf(code: FailedSignIn['code']): 'failed' | 'doubtful' | undefined {
  if (personal.has(code)) return undefined;
  return ofTheProvider.has(code) ? 'failed' : 'doubtful';
}

const bucketMs = 10 * 60_000;
const buckets = 6;
/** A success is written to the connection's row at most this often by one process. */
const lagMs = 60_000;

export type Outcomes = ReturnType<typeof createOutcomes>;

export function createOutcomes(needs: {
  store: Pick<Store, 'count' | 'getMany'>;
  clock: Clock;
  log: Log;
  states: Pick<ConnectionStates, 'noteWorked'>;
  /** Sign-ins began to fail, or work again: worth a check soon. */
  onTurn(connectionId: string): Promise<void>;
}) {
  const { store, clock, log, states, onTurn } = needs;
  /** When a success was written last, and what came after it, by connection. */
  const seen = new Map<string, { writtenAt: number; latest: Outcome }>();

  const keyOf = (connectionId: string, outcome: Outcome, bucket: number) =>
    `outcomes/${connectionId}/${bucket}/${outcome}`;

  /** Never throws: somebody is signing in, or is told why not. */
  async function note(connection: { id: string; organizationId: string }, outcome: Outcome): Promise<void> {
    const now = clock.now();
    const { id } = connection;
    const before = seen.get(id);
    const isDue = outcome === 'worked' && (before === undefined || now - before.writtenAt >= lagMs);
    if (seen.size >= 20_000) seen.clear();
    seen.set(id, { writtenAt: isDue ? now : (before?.writtenAt ?? 0), latest: outcome });
    try {
      const bucket = Math.floor(now / bucketMs);
      await store.count(keyOf(id, outcome, bucket), (bucket + buckets + 1) * bucketMs);
      if (isDue) await states.noteWorked(connection);
      const turned = before !== undefined && (before.latest === 'worked') !== (outcome === 'worked');
      if (turned || outcome !== 'worked') await onTurn(id);
    } catch (error) {
      log.warn({ err: error, connectionId: id }, 'the outcome of a sign-in could not be counted');
    }
  }

  const worked = (connection: { id: string; organizationId: string }) => note(connection, 'worked');

  async function failed(
    { connectionId: id, organizationId, code }: Omit<FailedSignIn, 'detail' | 'reference'>,
    { isStrange }: Pick<FailureShare, 'isStrange'> = usualShare,
  ): Promise<void> {
    const outcome = outcomeOf(code);
    if (outcome !== undefined)
      await note({ id, organizationId }, outcome === 'doubtful' && isStrange ? 'strange' : outcome);
  }

  /** Ten minutes that began before `since` do not count: what was before an edit says nothing of what came after. */
  async function countsOf(connectionId: string, since = 0): Promise<RecentSignIns> {
    const last = Math.floor(clock.now() / bucketMs);
    const first = Math.max(last - buckets + 1, Math.ceil(since / bucketMs));
    const wanted = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    const keys = wanted.flatMap((bucket) => outcomes.map((outcome) => keyOf(connectionId, outcome, bucket)));
    const values = (await store.getMany(keys)).map((value) => Number(value ?? 0));
    const byBucket = wanted.map((_, index): OutcomeCounts => {
      const [workedCount = 0, failedCount = 0, doubtful = 0, strange = 0] = values.slice(index * outcomes.length);
      return { worked: workedCount, failed: failedCount, doubtful, strange };
    });
    const latest = byBucket.findLast((counts) => counts.worked + counts.failed + counts.doubtful > 0);
    return { hour: byBucket.reduce(add, none), latest: latest ?? none };
  }

  return { worked, failed, countsOf };
}

const none: OutcomeCounts = { worked: 0, failed: 0, doubtful: 0, strange: 0 };

function add(one: OutcomeCounts, other: OutcomeCounts): OutcomeCounts {
  return {
    worked: one.worked + other.worked,
    failed: one.failed + other.failed,
    doubtful: one.doubtful + other.doubtful,
    strange: one.strange + other.strange,
  };
}
