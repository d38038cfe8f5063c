/** A trial as a list of lines, in the order in which things are checked, with what is still to come. Pure. */
import { type Check, checksAtSignIn, checksBefore, protocolOf } from './checks.ts';
import type { CheckFinding, Trial } from './trials.ts';

export interface TrialRow {
  check: Check;
  /** `skipped`: it never came to that. */
  state: CheckFinding['outcome'] | 'running' | 'waiting' | 'skipped';
  /** Of a warning or a failure. */
  code?: CheckFinding['code'];
  detail?: CheckFinding['detail'];
}

export interface TrialRows {
  /** What needs nobody. */
  before: readonly TrialRow[];
  atSignIn: readonly TrialRow[];
}

/** Not every provider has these: without a finding they are not mentioned. */
const optional: ReadonlySet<Check> = new Set(['settings', 'tls', 'redirect', 'directory', 'userinfo', 'encryption']);

export function rowsOf(trial: Pick<Trial, 'kind' | 'phase' | 'findings'>): TrialRows {
  const { phase } = trial;
  const protocol = protocolOf(trial.kind);
  const found = new Map(trial.findings.map((finding) => [finding.check, finding]));
  const early: readonly Check[] = checksBefore[protocol];
  const late: readonly Check[] = checksAtSignIn[protocol].filter((check) => !early.includes(check));

  let hasRunning = false;
  function stateWithout(isEarly: boolean): TrialRow['state'] {
    if (isEarly && phase === 'checking') {
      const state = hasRunning ? 'waiting' : 'running';
      hasRunning = true;
      return state;
    }
    return isEarly || phase === 'done' ? 'skipped' : 'waiting';
  }

  const isOptional = (check: Check) => optional.has(check) || (check === 'certificate' && protocol === 'oidc');
  function lines(checks: readonly Check[], isEarly: boolean): TrialRow[] {
    return checks.flatMap((check): TrialRow[] => {
      const finding = found.get(check);
      if (finding) {
        const { outcome, code, detail } = finding;
        return [{ check, state: outcome, ...(code && { code }), ...(detail && { detail }) }];
      }
      return isOptional(check) ? [] : [{ check, state: stateWithout(isEarly) }];
    });
  }

  return { before: lines(early, true), atSignIn: lines(late, false) };
}
