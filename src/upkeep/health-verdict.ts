/**
 * From what a check saw to what is said of a connection: working, a warning, or failing. Pure; time is an argument.
 *
 * A connection fails only when two checks in a row failed and nobody got in between them, or when most sign-ins fail
 * whatever the checks say. What people can do meanwhile, and who is told, is decided elsewhere.
 */
import type { ProviderErrorCode } from '../../providers/errors.ts';
import type { CheckResult, ExpiringPart } from '../../providers/provider.ts';
import type { CheckFinding, CheckOutcome, ConnectionCheck } from '../directory/connections/connection-checks.ts';
import type { OutcomeCounts, RecentSignIns } from '../signin/outcomes.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Between checks of a connection that is well. */
const period = 60 * minute;
/** After the first failure; doubled with each further one, up to `period`. */
const firstRetry = 5 * minute;
const failuresUntilFailing = 2;
/** Half of the usual tolerance: still harmless, and somebody should look after the clock. */
const skewWarned = minute;
const expiryWarned = 30 * day;
/** So many sign-ins say something. */
const enoughSignIns = 10;

/** Everything that was seen in one check. */
export interface Observation {
  results: readonly CheckResult[];
  parts: readonly ExpiringPart[];
  /** Of its watched metadata (`metadata-findings.ts`). */
  metadata: readonly CheckFinding[];
  /** Answers that an expired certificate signed are believed, with a warning (SML-2). */
  toleratesExpired: boolean;
  /** Only browsers talk to the provider; where we cannot reach it, they may. */
  throughBrowsersOnly: boolean;
  signIns: RecentSignIns;
  /** When somebody got in last; null: never. */
  lastWorkedAt: number | null;
  /** Since when it is said that sign-ins fail; null: that is not what is said. */
  failingSignInsSince: number | null;
}

export interface Verdict extends CheckOutcome {
  level: 'warning' | 'failing' | null;
  /** Of the finding that weighs most; absent with a `level` of null. */
  code?: string;
  /** One failed check says nothing yet: the level stays what it was. */
  undecided: boolean;
}

/** `spread` (0 to 1) keeps ten thousand connections from being checked in the same second. */
export function judge(
  before: Pick<ConnectionCheck, 'failures' | 'failedAt' | 'passedAt'>,
  seen: Observation,
  now: number,
  spread: number,
): Verdict {
  const wrong = seen.results.filter(({ ok }) => !ok).map((result) => findingOf(result, before, seen));
  const live = signInFinding(seen);
  const findings = [
    ...(live ? [live] : []),
    ...wrong,
    ...expiryFindings(seen, now),
    ...seen.metadata,
    ...skewFindings(seen.results),
  ];
  const hasFailed = wrong.some(({ level }) => level === 'failing');
  const failures = hasFailed ? before.failures + 1 : 0;
  const failedAt = hasFailed ? (before.failedAt ?? now) : null;
  // People get in: whatever our checks cannot reach, their browsers can.
  const worksAnyway = failedAt !== null && seen.lastWorkedAt !== null && seen.lastWorkedAt > failedAt;
  const failing = live?.level === 'failing' || (failures >= failuresUntilFailing && !worksAnyway);
  const shown = failing ? findings : findings.map((finding) => ({ ...finding, level: 'warning' as const }));
  const heaviest = shown.find(({ level }) => level === 'failing') ?? shown[0];
  return {
    level: failing ? 'failing' : heaviest ? 'warning' : null,
    ...(heaviest && { code: heaviest.code }),
    undecided: hasFailed && !failing && !worksAnyway,
    findings: shown,
    failures,
    failedAt,
    passed: !hasFailed,
    nextCheckAt: now + pauseAfter(live?.level === 'failing' ? Math.max(failures, 1) : failures, spread),
  };
}

function pauseAfter(failures: number, spread: number): number {
  const pause = failures === 0 ? period : Math.min(period, firstRetry * 2 ** (failures - 1));
  return Math.floor(pause * (0.9 + 0.2 * spread));
}

const withoutHarm: ReadonlySet<string> = new Set<ProviderErrorCode>([
  'upstream_throttled',
  'directory_refused',
  'directory_token_refused',
  'domain_unconfirmed',
]);

/** What sign-in does not need is worth a warning only. */
function findingOf(
  { check, error }: CheckResult,
  { passedAt }: Pick<ConnectionCheck, 'passedAt'>,
  { toleratesExpired, throughBrowsersOnly }: Observation,
): CheckFinding {
  const code = error?.code ?? 'upstream_error';
  return { level: isFatal() ? 'failing' : 'warning', check, code, ...error?.detail };

  function isFatal(): boolean {
    // Reading users and groups is for choosing administrators; whose domain it is was settled when it went live.
    if (withoutHarm.has(code)) return false;
    if (code === 'saml_certificate_expired') return !toleratesExpired;
    // One that never answered us may stand where only browsers reach it.
    return !(throughBrowsersOnly && passedAt === null);
  }
}

/**
 * Rubbish that strangers post to our callbacks counts only while nobody at all gets in; and what one of them posts by
 * night, when nobody tries, is worth a warning at most.
 */
function signInFinding({ signIns, failingSignInsSince, lastWorkedAt }: Observation): CheckFinding | undefined {
  const { hour, latest } = signIns;
  const weighty = hour.worked + hour.failed + hour.doubtful;
  const bad = hour.failed + hour.doubtful + hour.strange;
  const all = hour.worked + bad;
  const finding = { check: 'sign-ins', expected: '0', received: `${bad} / ${all}` };
  // Whoever gets in shows that it works again; silence shows nothing.
  const isStill = failingSignInsSince !== null && (lastWorkedAt ?? 0) <= failingSignInsSince;
  const isFailing = weighty >= enoughSignIns && isMostlyFailing(hour) && isMostlyFailing(latest);
  if (isStill || isFailing) return { ...finding, level: 'failing', code: 'sign_ins_failing' };
  if (all >= enoughSignIns && bad > hour.worked) return { ...finding, level: 'warning', code: 'sign_ins_doubtful' };
  return undefined;
}

function isMostlyFailing({ worked, failed }: OutcomeCounts): boolean {
  return worked === 0 || failed > worked;
}

function expiryFindings({ parts, toleratesExpired, results }: Observation, now: number): CheckFinding[] {
  const isSaid = results.some(({ error }) => error?.code === 'saml_certificate_expired');
  // During a roll-over the old one may run out in peace: another lasts.
  if (isSaid || parts.some(({ notAfter }) => notAfter - now >= expiryWarned)) return [];
  return parts.map(({ name, notAfter }) => ({
    level: 'warning',
    check: 'certificates',
    code: notAfter <= now ? 'certificate_expired' : 'certificate_expiring',
    where: name,
    received: new Date(notAfter).toISOString().slice(0, 10),
    ...(notAfter <= now && toleratesExpired && { note: 'still accepted' }),
  }));
}

function skewFindings(results: readonly CheckResult[]): CheckFinding[] {
  return results
    .filter(({ ok, clockSkew }) => ok && clockSkew !== undefined && Math.abs(clockSkew) > skewWarned)
    .map(({ check, clockSkew = 0 }) => ({
      level: 'warning',
      check,
      code: 'clock_drifting',
      expected: '± 60 s',
      received: `${clockSkew > 0 ? '+' : '−'}${Math.abs(Math.round(clockSkew / 1000))} s`,
    }));
}

/** Could not be asked at all. Of many connections at once: our own network. */
export function isUnreachable(results: readonly CheckResult[]): boolean {
  return results.some(({ ok, error }) => !ok && unreachable.has(error?.code));
}
const unreachable: ReadonlySet<ProviderErrorCode | undefined> = new Set(['upstream_unreachable', 'upstream_timeout']);
