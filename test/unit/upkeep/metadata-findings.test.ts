import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../../certs/x509.ts';
import type { IdpMetadata } from '../../../metadata/idp-metadata.ts';
import { explainHealth } from '../../../src/signin/health-explanations.ts';
import { metadataFindings } from '../../../src/upkeep/metadata-findings.ts';

const now = Date.UTC(2026, 10, 22, 14, 5);
const hour = 3_600_000;
const read = { failingSince: null, failure: null, found: {} as IdpMetadata };
const certificate = { subject: 'CN=next' } as Certificate;

describe('Watched metadata', () => {
  test('that says what the connection has gives nothing to look at; nor does metadata that nobody watches', () => {
    expect(metadataFindings(read, [], now)).toEqual([]);
    expect(metadataFindings(undefined, [], now)).toEqual([]);
  });

  test('that cannot be read is told after a day, with the reason', () => {
    const failing = { ...read, failure: 'upstream_unreachable' };
    expect(metadataFindings({ ...failing, failingSince: now - 23 * hour }, [], now)).toEqual([]);
    expect(metadataFindings({ ...failing, failingSince: now - 24 * hour }, [], now)).toEqual([
      { level: 'warning', check: 'metadata', code: 'metadata_unreadable', received: 'upstream_unreachable' },
    ]);
  });

  test('that says that it is over is told', () => {
    const over = { ...read, found: { validUntil: now - hour } as IdpMetadata };
    expect(metadataFindings(over, [], now)).toMatchObject([{ code: 'metadata_over', received: '2026-11-22' }]);
  });

  test('that waits for a decision is told: other addresses, and certificates that are not adopted by themselves', () => {
    const changed = { kind: 'changed', key: 'singleSignOnUrl', before: 'a', after: 'b' } as const;
    const findings = metadataFindings(read, [changed, { kind: 'added', certificate }], now);
    expect(findings).toMatchObject([
      { code: 'metadata_differs', where: 'singleSignOnUrl' },
      { code: 'metadata_certificate_new', where: 'CN=next' },
    ]);
    for (const { code } of findings) expect(explainHealth(code)).not.toEqual(explainHealth('no such code'));
  });

  test('that lacks a certificate of the connection is no reason to look: it stays until it is safe to go', () => {
    expect(metadataFindings(read, [{ kind: 'missing', certificate }], now)).toEqual([]);
  });
});
