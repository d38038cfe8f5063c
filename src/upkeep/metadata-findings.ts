/**
 * What the watched metadata of a connection gives its administrators to look at: it cannot be read any more, it says that
 * it is over, or it says something that waits for their decision. Sign-in goes on in each case, so these are warnings.
 * Pure; time is an argument.
 */
import type { CheckFinding } from '../directory/connections/connection-checks.ts';
import type { DifferenceItem } from '../directory/connections/metadata-difference.ts';
import type { MetadataWatch } from '../directory/connections/metadata-watches.ts';

/** A provider may be restarted; the next readings will tell. */
const patienceMs = 24 * 3_600_000;

/** `pending`: what differs and nobody has decided about (`MetadataWatches.pending`). */
export function metadataFindings(
  watch: Pick<MetadataWatch, 'failingSince' | 'failure' | 'found'> | undefined,
  pending: readonly DifferenceItem[],
  now: number,
): CheckFinding[] {
  if (!watch) return [];
  const finding = (code: string, more: Omit<CheckFinding, 'level' | 'check' | 'code'> = {}): CheckFinding => ({
    level: 'warning',
    check: 'metadata',
    code,
    ...more,
  });
  const { failingSince, failure, found } = watch;
  const findings: CheckFinding[] = [];
  if (failingSince !== null && now - failingSince >= patienceMs)
    findings.push(finding('metadata_unreadable', failure === null ? {} : { received: failure }));
  if (found?.validUntil !== undefined && found.validUntil <= now)
    findings.push(finding('metadata_over', { received: new Date(found.validUntil).toISOString().slice(0, 10) }));
  const changed = pending.filter((item) => item.kind === 'changed');
  if (changed.length > 0)
    findings.push(finding('metadata_differs', { where: changed.map(({ key }) => key).join(', ') }));
  const added = pending.filter((item) => item.kind === 'added');
  if (added.length > 0)
    findings.push(
      finding('metadata_certificate_new', { where: added.map(({ certificate }) => certificate.subject).join('; ') }),
    );
  return findings;
}
