import { describe, expect, it } from 'vitest';
import { createScannerRun, emptyScannerTally, longest, type ScannerFinding } from './scanner.ts';
import { scannerSeeds } from './scanner-seeds.ts';

describe('Of documents made at random', () => {
  it('none crashes or holds up the response reader or the metadata importer', () => {
    const findings: ScannerFinding[] = [];
    const tally = emptyScannerTally();
    const found = (finding: ScannerFinding) => findings.push(finding);
    createScannerRun({ seed: 2026, seeds: scannerSeeds(), found })(0, 6000, tally);
    expect(findings).toEqual([]);
    expect(Math.max(tally.slowest.response, tally.slowest.metadata)).toBeLessThan(longest);
    // Few reasons would mean that everything ends at the first check.
    expect(tally.outcomes.size).toBeGreaterThan(80);
  }, 60_000);
});
